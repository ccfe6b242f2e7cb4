import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, JourneymineError, OptionError
from journeymine.sources.chat import slack_export
from journeymine.sources.chat.slack import read_slack
from tests.small import rows_of
from tests.sources.chat_files import closes, same_log

USERS = [
    {"id": "U1", "name": "jo", "profile": {"email": "Jo@Mail.example", "phone": "+31612345678", "real_name": "Jo Doe"}},
    {"id": "U2", "name": "ann", "profile": {"display_name": "Ann of the Shop"}},
    {"id": "U3", "name": "deploy", "is_bot": True, "profile": {}},
    {"id": "U4", "name": "kim"},
]


def message(second, user="U1", **values):
    return {
        "type": "message",
        "user": user,
        "text": f"text {second}",
        "ts": f"{1_714_554_000 + second}.000200",
        **values,
    }


def export(*days, users=USERS):
    """Give the files of an export: users, and (room, messages) a day."""
    files = {} if users is None else {"users.json": json.dumps(users)}
    for number, (room, messages) in enumerate(days, 1):
        files[f"{room}/2024-05-{number:02}.json"] = (
            messages if isinstance(messages, str | bytes) else json.dumps(messages)
        )
    return {**files, "integration_logs.json": "[{}]"}


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def read(tmp_path):
    def read(files, **options):
        return read_slack(packed(tmp_path / "export.zip", files), **options)

    return read


# --- messages --------------------------------------------------------------------------------------------------------


def test_a_message_is_an_event_of_its_writer_with_what_the_export_knows_of_them(read):
    log = read(export(("help", [message(0), message(1, "U4")])))
    row = log.table.to_pylist()[0]
    assert (row["activity"], row["text"], row["room"], row["channel"]) == ("message posted", "text 0", "help", "chat")
    assert f"{row['timestamp']:%Y-%m-%d %H:%M:%S.%f}" == "2024-05-01 09:00:00.000200"
    assert (row["id_slack_user"], row["id_email"], row["id_phone"]) == ("U1", "jo@mail.example", "+31612345678")
    assert (row["customer"], row["event_id"]) == ("email:jo@mail.example", "help/1714554000.000200")
    assert row["thread"] == row["event_id"]
    assert log.table["customer"].to_pylist()[1] == "slack_user:U4"
    assert closes(log)


def test_what_the_company_wrote_belongs_to_the_only_other_one_in_its_thread_or_room(read):
    first = f"{1_714_554_000}.000200"
    days = [
        ("help", [message(0), message(1, "U4"), message(2, "U2", thread_ts=first), message(3, "U2")]),
        ("jo", [message(4), message(5, "U2")]),
    ]
    log = read(export(*days), own_names="ann of the shop")
    found = {
        text: (activity, customer, agent)
        for text, activity, customer, agent in rows_of(log, "text", "activity", "customer", "agent")
    }
    assert found == {
        "text 0": ("message from customer", "email:jo@mail.example", None),
        "text 1": ("message from customer", "slack_user:U4", None),
        "text 2": ("message from agent", "email:jo@mail.example", "U2"),
        "text 3": ("message from agent", None, "U2"),
        "text 4": ("message from customer", "email:jo@mail.example", None),
        "text 5": ("message from agent", "email:jo@mail.example", "U2"),
    }


@pytest.mark.parametrize("name", ["U2", "ANN", "Ann of  the Shop"])
def test_who_writes_for_the_company_is_told_by_any_of_their_names(read, name):
    log = read(export(("help", [message(0), message(1, "U2")])), own_names=[name])
    assert dict(rows_of(log, "text", "activity")) == {"text 0": "message from customer", "text 1": "message from agent"}


def test_names_nobody_has_are_mentioned_and_no_names_are_an_error(read):
    notes = read(export(("help", [message(0)])), own_names="Bob").sources["notes"].to_pylist()
    assert notes == [["nobody called Bob wrote anything; see that own_names is right"]]
    with pytest.raises(OptionError, match="own_names is empty"):
        read(export(("help", [message(0)])), own_names=[])


def test_bots_and_notices_are_set_aside_and_shared_files_are_not(read):
    messages = [
        message(0, subtype="channel_join"),
        message(1, None, subtype="bot_message", bot_id="B1"),
        message(2, "U3"),
        message(3, "USLACKBOT"),
        message(4, bot_id="B1"),
        message(5, subtype="bot_add", bot_id="B1"),
        message(6, subtype="file_share"),
        message(7, None, subtype="file_comment", comment={"user": "U1"}),
        message(8, subtype="thread_broadcast"),
        message(9, subtype="tombstone"),
    ]
    log = read(export(("help", messages)))
    assert rows_of(log, "text", "id_slack_user") == [("text 6", "U1"), ("text 7", "U1"), ("text 8", "U1")]
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (1, "filter", "notice"),
        (2, "filter", "bot"),
        (3, "filter", "bot"),
        (4, "filter", "bot"),
        (5, "filter", "bot"),
        (6, "filter", "notice"),
        (10, "filter", "notice"),
    ]
    assert closes(log)


def test_a_message_that_stands_twice_is_used_once_as_it_was_edited_last(read):
    edited = message(0, text="new", edited={"user": "U1", "ts": "1714555000.000000"})
    log = read(export(("help", [edited, message(0, text="old"), message(1)]), ("other", [message(1)])))
    assert sorted(rows_of(log, "room", "text")) == [("help", "new"), ("help", "text 1"), ("other", "text 1")]
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


# --- files -----------------------------------------------------------------------------------------------------------


def test_an_archive_a_folder_and_an_archive_of_a_folder_give_the_same_events(read, tmp_path):
    files = export(("a", [message(0), message(1, "U3")]), ("b", [message(2)]))
    whole = read(files, name="slack")
    for name, content in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_text(content)
    assert same_log(read_slack(tmp_path / "folder", name="slack"), whole)
    assert same_log(read({f"export/{name}": content for name, content in files.items()}, name="slack"), whole)


def test_many_files_worked_on_in_parts_give_the_log_of_one_part(read, monkeypatch):
    days = [("help", [message(day * 10 + second) for second in range(4)]) for day in range(9)]
    days[4] = ("help", "[{")
    days[5] = ("help", [message(0)])
    whole = read(export(*days))
    monkeypatch.setattr(slack_export, "_ENOUGH", 5)
    assert same_log(read(export(*days)), whole)
    assert whole.sources.select(["rows_in", "used", "duplicate", "quarantined"]).to_pylist() == [
        {"rows_in": 30, "used": 28, "duplicate": 1, "quarantined": 1}
    ]


def test_what_cannot_be_used_is_kept_aside_with_its_reason(read):
    odd = [message(1, ts=None), message(2, ts="soon"), {"type": "canvas", "ts": "1"}, 7, message(3)]
    log = read(export(("a", '[{"type": '), ("b", odd), ("c", b"\x00\x01\x02"), ("d", "[]"), ("e", [message(4)])))
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (1, "parse", "bad_file"),
        (2, "check", "no_id"),
        (3, "check", "bad_time"),
        (4, "check", "not_a_message"),
        (5, "parse", "bad_json"),
        (7, "parse", "bad_file"),
    ]
    assert rows_of(log, "text", "source_row") == [("text 3", 6), ("text 4", 8)]
    assert closes(log)


def test_an_export_without_users_is_read_without_their_addresses(read):
    for users in (None, [], {"ok": True}, [7, {"id": 3}, {"profile": []}]):
        assert rows_of(read(export(("help", [message(0)]), users=users)), "customer") == [("slack_user:U1",)]


def test_an_archive_that_leads_out_of_itself_is_refused(read):
    with pytest.raises(FormatError, match=r"holds '\.\./help/2024-05-01\.json', a name that leads out of the archive"):
        read(export(("../help", [message(0)])))


def test_what_is_no_export_is_refused(read, tmp_path):
    with pytest.raises(
        FormatError, match=r"^export.zip is no Slack export: it holds no file such as general/2024-05-01.json"
    ):
        read({"notes.txt": "Hello"})
    with pytest.raises(EmptySourceError, match=r"^export.zip holds no Slack messages$"):
        read(export(("help", [])))
    with pytest.raises(FormatError, match="its objects have 'a'; a message has a 'type' that says so"):
        read(export(("help", [{"a": 1}])))
    with pytest.raises(FormatError, match=r"users.json in export.zip is a JSON document that is broken"):
        read({**export(("help", [message(0)])), "users.json": "[{"})
    (tmp_path / "folder").mkdir()
    with pytest.raises(FormatError, match="folder is no Slack export"):
        read_slack(tmp_path / "folder")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_slack(tmp_path / "none.zip")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_export_gives_an_error_of_ours_or_an_account_that_closes(tmp_path, data):
    files = {
        name: content.encode()
        for name, content in export(("a", [message(0), message(1, "U2")]), ("b", [message(2)])).items()
    }
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=3)):
        content[place] = data.draw(st.integers(0, 255))
    files[name] = (
        bytes(content[: data.draw(st.integers(0, len(content)))]) if data.draw(st.booleans()) else bytes(content)
    )
    try:
        log = read_slack(packed(tmp_path / "export.zip", files), own_names=data.draw(st.sampled_from([None, "ann"])))
    except JourneymineError:
        return
    assert closes(log)


def test_the_real_export_is_read_as_counted_by_hand(shared):
    """Messages of 158: 94 by bots, 8 joins and 3 new bots, and 30 and 23 by four users in two rooms."""
    log = read_slack(shared / "formats/slack/testarchive.zip")
    assert log.sources.select(["rows_in", "used", "duplicate"]).to_pylist() == [
        {"rows_in": 158, "used": 53, "duplicate": 0}
    ]
    assert log.quarantine.reasons == {"bot": 94, "notice": 11}
    rooms = [room for (room,) in rows_of(log, "room")]
    assert (rooms.count("enrique"), rooms.count("traveling-sailor")) == (30, 23)
    users = [user for (user,) in rows_of(log, "id_slack_user")]
    assert {user: users.count(user) for user in sorted(set(users))} == {
        "U0BMM2FEH": 1,
        "U0BMQB6JE": 25 + 7 + 1,
        "U0BMS113R": 2 + 9 + 2 + 1,
        "U0BMYT2FL": 2 + 3,
    }
