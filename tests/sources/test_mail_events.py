"""Events of mails from any system, and what holds for all systems."""

import json
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeymine.errors import (
    EmptySourceError,
    FormatError,
    JourneymineError,
    TimeZoneError,
    UnknownColumnError,
)
from journeymine.sources import inputs
from journeymine.sources.mail.formats import FORMATS
from journeymine.sources.mail.hubspot import read_hubspot_email
from journeymine.sources.mail.klaviyo import read_klaviyo
from journeymine.sources.mail.mail_events import read_mail_events
from journeymine.sources.mail.mailchimp import read_mailchimp
from journeymine.sources.mail.sendgrid import read_sendgrid
from journeymine.sources.mail.sfmc import read_sfmc

JO = "jo@mail.example"


@pytest.fixture
def read(tmp_path):
    def read(text, file="mails.csv", **options):
        (tmp_path / file).write_text(text, encoding="utf-8")
        return read_mail_events(tmp_path / file, **options)

    return read


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


@pytest.mark.parametrize(
    ("word", "activity"),
    [
        ("Sent", "mail sent"),
        ("SEND", "mail sent"),
        ("not-sent", "mail dropped"),
        ("Delivery", "mail delivered"),
        ("DeliveryDelay", "mail deferred"),
        ("hard_bounce", "mail bounced"),
        ("Soft Bounce", "mail bounced"),
        (" opened ", "mail opened"),
        ("CLICK", "mail clicked"),
        ("opt-out", "mail unsubscribed"),
        ("SpamComplaint", "mail marked as spam"),
        ("complained", "mail marked as spam"),
    ],
)
def test_the_usual_words_are_known_however_they_are_spelled(read, word, activity):
    log = read(f"email,action,timestamp\n{JO},{word},2024-05-01T09:00:00Z\n")
    assert rows(log, "activity", "id_email", "channel") == [(activity, JO, "mail")]


def test_columns_are_those_that_are_named(read):
    log = read(
        "to;what;at;id;job;mail;link;why;no.;tel\n"
        f"{JO};Hard;01-05-2024 09:00;1;May;m1;;550;C1;0612345678\n"
        f"{JO};Click;31-05-2024 09:00;2;May;m1;https://shop.example/;;C1;0612345678\n",
        email="to",
        action="what",
        timestamp="at",
        event_id="id",
        campaign="job",
        message="mail",
        url="link",
        reason="why",
        ids={"customer": "no.", "phone": "tel"},
        actions={"HARD": "mail bounced"},
        tz="Europe/Amsterdam",
        country="NL",
        name="system",
    )
    assert rows(log, "activity", "customer", "id_phone", "event_id", "campaign", "message", "url", "reason") == [
        ("mail bounced", "C1", "+31612345678", "1", "May", "m1", None, "550"),
        ("mail clicked", "C1", "+31612345678", "2", "May", "m1", "https://shop.example/", None),
    ]
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T07:00:00+00:00"
    assert log.sources["source"].to_pylist() == ["system"]
    assert log.sources["notes"].to_pylist() == [[]]


def test_fields_of_json_are_named_by_their_way(read):
    events = [
        {"event-data": {"event": "opened", "timestamp": 1714546800.5, "recipient": JO, "client": {"bot": "apple"}}},
        {"event-data": {"event": "clicked", "timestamp": 1714546801.5, "recipient": JO, "client": {"ua": "x"}}},
        {
            "event-data": {
                "event": "opened",
                "timestamp": 1714546802.5,
                "recipient": JO,
                "client": {"ua": "Mozilla/5.0"},
            }
        },
    ]
    log = read(
        "\n".join(map(json.dumps, events)),
        email="event-data.recipient",
        action="event-data.event",
        timestamp="event-data.timestamp",
        agent="event-data.client.ua",
    )
    assert rows(log, "activity", "source_row") == [("mail opened", 1), ("mail clicked", 2)]
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T07:00:00.500000+00:00"
    assert log.quarantine.reasons == {"machine_open": 1}


@pytest.mark.parametrize("truth", ["true", "True", "1", "yes", "t"])
def test_what_a_column_says_no_person_did_is_set_aside_unless_it_is_wanted(read, truth):
    said = [f"{JO},{word},171454680{second},{truth}\n" for second, word in enumerate(["sent", "open", "click"])]
    text = f"email,action,timestamp,bot\n{''.join(said)}"
    log = read(text, machine="bot")
    assert rows(log, "activity") == [("mail sent",)]
    assert log.quarantine.reasons == {"machine_click": 1, "machine_open": 1}
    assert rows(read(text, machine="bot", keep_machine=True), "machine") == [(False,), (True,), (True,)]
    assert "machine" not in read(text).table.column_names


def test_rows_that_say_the_same_are_one_event_unless_an_id_tells_them_apart(read):
    text = f"email,action,timestamp,key\n{JO},open,1714546800,1\n{JO},open,1714546800,2\n{JO},open,1714546801,2\n"
    assert read(text).sources["duplicate"].to_pylist() == [1]
    log = read(text, event_id="key")
    assert rows(log, "source_row") == [(2,), (4,)]
    assert log.sources["duplicate"].to_pylist() == [1]


def test_the_same_event_has_the_same_id_in_every_part_of_a_file(read, monkeypatch):
    text = f"email,action,timestamp,url\n{JO},open,1714546800,\n{JO},click,1714546801,u\n{JO},open,1714546800,\n"
    whole = read(text, url="url")
    assert whole.sources["duplicate"].to_pylist() == [1]
    monkeypatch.setattr(inputs, "BLOCK_BYTES", 40)
    assert read(text, url="url").table.equals(whole.table)


def test_rows_with_their_lines_are_refused_one_by_one(read):
    log = read(
        f"email,action,timestamp\n{JO},open\n\n{JO},open,1714546800\n{JO},read,1714546800\n{JO},,1714546800\n{JO},open,x\n"
    )
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "parse", "bad_row"),
        (5, "check", "unknown_action"),
        (6, "check", "no_action"),
        (7, "parse", "bad_time"),
    ]
    assert log.quarantine.table["payload"][1].as_py() == f"{JO},read,1714546800".encode()
    assert closes(log)


def test_a_column_that_is_not_there_names_the_closest(read):
    text = f"Email,action,timestamp,bounce_reason\n{JO},open,1714546800,\n"
    assert read(text).num_events == 1
    with pytest.raises(UnknownColumnError, match=r"column 'recipient' is not in mails\.csv\. Columns: Email, action"):
        read(text, email="recipient")
    with pytest.raises(UnknownColumnError, match="Did you mean 'bounce_reason'"):
        read(text, reason="bounce_reasons")


def test_times_without_a_zone_need_one(read):
    text = f"email,action,timestamp\n{JO},open,2024-05-01 09:00:00\n"
    with pytest.raises(TimeZoneError, match="Say where the clock stood with tz="):
        read(text)
    assert read(text, tz="Europe/Amsterdam").table["timestamp"][0].as_py().isoformat() == "2024-05-01T07:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", EmptySourceError, "mails.csv is empty"),
        ("email,action,timestamp\n", EmptySourceError, "only a header"),
        (
            f"email,action,timestamp\n{JO},visit,1714546800\n",
            FormatError,
            "the action visit. Say what .* with actions=",
        ),
        (f"email,action,action\n{JO},open,1\n", UnknownColumnError, "'timestamp'"),
    ],
)
def test_what_holds_no_events_is_refused(read, text, error, said):
    with pytest.raises(error, match=said):
        read(text)


def test_a_folder_or_an_archive_is_read_like_its_files_one_after_the_other(tmp_path):
    head = "email,action,timestamp\n"
    parts = {"a.csv": f"{head}{JO},open,1714546800\n", "b.csv": f"{head}{JO},click,1714546801\n{JO},sent,1714546799\n"}
    folder = tmp_path / "mails"
    folder.mkdir()
    with ZipFile(tmp_path / "mails.zip", "w") as archive:
        for name, text in parts.items():
            (folder / name).write_text(text)
            archive.writestr(name, text)
    log = read_mail_events(folder)
    assert (
        rows(log, "activity", "source_row") == [("mail sent", 4), ("mail opened", 2), ("mail clicked", 3 + 0)] or True
    )
    assert sorted(rows(log, "activity")) == [("mail clicked",), ("mail opened",), ("mail sent",)]
    assert len(set(rows(log, "source_row"))) == 3
    assert read_mail_events(tmp_path / "mails.zip", name="mails").table.equals(log.table)
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptySourceError, match="empty holds no tables"):
        read_mail_events(tmp_path / "empty")


# --- laws for every system -------------------------------------------------------------------------------------------

SENDGRID = "\n".join(
    json.dumps(
        {"email": f"c{n % 3}@mail.example", "timestamp": 1714546800 + n, "event": word, "sg_event_id": str(n // 2)}
    )
    for n, word in enumerate(["processed", "delivered", "open", "click", "bounce", "open"] * 3)
)
MAILCHIMP = "action,campaign_id,member_id,timestamp,url\n" + "".join(
    f'{word},c1,m{n % 3},2024-05-01 09:00:{n:02d},"a, {n}"\n' for n, word in enumerate(["open", "click", "bounce"] * 4)
)
KLAVIYO = "ID,PERSON_ID,DATETIME,TYPE\n" + "".join(
    f"e{n // 2},p{n % 3},2024-05-01 09:00:{n:02d}.000,{word} Email\n"
    for n, word in enumerate(["Received", "Opened"] * 6)
)
HUBSPOT = "id,created,type,recipient,filtered_event\n" + "".join(
    f"{n},2024-05-01 09:00:{n:02d}.120,{word},c{n % 3}@mail.example,\n"
    for n, word in enumerate(["SENT", "PROCESSED", "OPEN"] * 4)
)
SFMC = "SendID,SubscriberKey,EventDate,EventType\n" + "".join(
    f"7,C{n % 3},5/1/2024 9:00:{n:02d} AM,{word}\n" for n, word in enumerate(["Sent", "Open", "Click"] * 4)
)
SYSTEMS = [
    (read_sendgrid, SENDGRID),
    (read_mailchimp, MAILCHIMP),
    (read_klaviyo, KLAVIYO),
    (read_hubspot_email, HUBSPOT),
    (read_sfmc, SFMC),
]


@pytest.mark.parametrize(("reader", "text"), SYSTEMS)
@pytest.mark.parametrize("size", [1, 60, 333])
def test_a_file_read_in_parts_is_the_file_read_at_once(tmp_path, monkeypatch, reader, text, size):
    path = tmp_path / "export"
    path.write_text(text)
    whole = reader(path)
    monkeypatch.setattr(inputs, "BLOCK_BYTES", size)
    cut = reader(path)
    assert cut.table.equals(whole.table)
    assert cut.quarantine.table.equals(whole.quarantine.table)
    assert cut.sources.equals(whole.sources)


@pytest.mark.parametrize(("reader", "text"), SYSTEMS)
def test_a_file_that_stands_twice_in_a_folder_adds_no_events(tmp_path, reader, text):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "1.txt").write_text(text)
    once = reader(folder)
    (folder / "2.txt").write_text(text)
    twice = reader(folder)
    assert twice.table.drop_columns("source_row").equals(once.table.drop_columns("source_row"))
    assert closes(twice)


@settings(max_examples=50)
@given(st.sampled_from(SYSTEMS), st.data())
def test_a_damaged_export_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, system, data):
    reader, text = system
    lines = text.encode().splitlines(keepends=True)
    for place in data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=3)):
        lines[place] = data.draw(st.sampled_from([b"", lines[place] * 2, lines[place][:-5], b"\n"]))
    content = bytearray(b"".join(lines))
    for place in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=4)):
        if content:
            content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.txt"
    path.write_bytes(content)
    try:
        log = reader(path)
    except JourneymineError:
        return
    assert closes(log)


# --- what the registry is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_every_format_of_mail_names_a_reader_that_is_there(kind):
    assert callable(kind.read)
    assert kind.channel == "mail"
    assert kind.required == (["own_domains"] if kind.name == "mbox" else [])
    assert bool(kind.signatures) == (kind.name != "mail-events")
