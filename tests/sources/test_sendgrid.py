"""The event webhook of SendGrid."""

import gzip
import json
from collections import Counter

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources.mail.sendgrid import read_sendgrid

JO = "jo@mail.example"


def event(word, second=0, **more):
    """An event of Jo's, so many seconds after nine o'clock in Amsterdam."""
    return {
        "email": JO,
        "timestamp": 1714546800 + second,
        "event": word,
        "sg_event_id": f"{word}{second}",
        "sg_message_id": "m1.filter0001",
    } | more


@pytest.fixture
def read(tmp_path):
    def read(*events, as_lines=False, **options):
        path = tmp_path / "posted.json"
        texts = [one if isinstance(one, str) else json.dumps(one) for one in events]
        path.write_text("\n".join(texts) if as_lines else f"[{','.join(texts)}]")
        return read_sendgrid(path, **options)

    return read


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


WORDS = {
    "processed": "mail sent",
    "dropped": "mail dropped",
    "deferred": "mail deferred",
    "delivered": "mail delivered",
    "bounce": "mail bounced",
    "open": "mail opened",
    "click": "mail clicked",
    "unsubscribe": "mail unsubscribed",
    "group_unsubscribe": "mail unsubscribed",
    "group_resubscribe": "mail subscribed",
    "spamreport": "mail marked as spam",
}


@pytest.mark.parametrize("as_lines", [True, False])
def test_every_word_of_the_webhook_has_its_activity(read, as_lines):
    log = read(*(event(word, second) for second, word in enumerate(WORDS)), as_lines=as_lines)
    assert [activity for (activity,) in rows(log, "activity")] == list(WORDS.values())
    assert set(rows(log, "channel", "id_email", "customer", "message")) == {
        ("mail", JO, f"email:{JO}", "m1.filter0001")
    }
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T07:00:00+00:00"
    assert log.sources["notes"].to_pylist() == [[]]
    assert closes(log)


def test_the_attributes_are_those_an_analyst_asks_for(read):
    log = read(
        event("processed", category="news", marketing_campaign_name="May"),
        event("click", 1, category=["news"], url="https://shop.example/a", ip="192.0.2.1"),
        event("click", 2, category=["news", "may"]),
        event("bounce", 3, type="blocked", reason="550 5.1.1 jo@mail.example", bounce_classification="Reputation"),
        event("dropped", 4, reason="Bounced Address"),
    )
    assert rows(log, "campaign", "url", "reason") == [
        ("May", None, None),
        ("news", "https://shop.example/a", None),
        ('["news", "may"]', None, None),
        (None, None, "Reputation"),
        (None, None, "Bounced Address"),
    ]
    assert "machine" not in log.table.column_names


MACHINES = [
    event("open", 0, sg_machine_open=True, useragent="Mozilla/5.0 (Windows NT 10.0)"),
    event("open", 1, sg_machine_open=False, useragent="Mozilla/5.0 (Windows NT 10.0)"),
    event("open", 2, useragent=" mozilla/5.0"),
    event("click", 3, useragent="Mozilla/5.0"),
    event("delivered", 4, sg_machine_open=True),
]


def test_openings_that_no_person_made_are_set_aside_unless_they_are_wanted(read):
    log = read(*MACHINES)
    assert rows(log, "activity", "source_row") == [("mail opened", 2), ("mail clicked", 4), ("mail delivered", 5)]
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (1, "filter", "machine_open"),
        (3, "filter", "machine_open"),
    ]
    assert log.quarantine.num_refused == 0
    assert closes(log)
    kept = read(*MACHINES, keep_machine=True)
    assert rows(kept, "machine") == [(True,), (False,), (True,), (False,), (False,)]


def test_what_was_posted_twice_counts_once_and_the_last_one_counts(read):
    again = event("bounce", reason="later")
    log = read(event("bounce", reason="first"), event("open", 1), again, {**event("open", 2), "sg_event_id": ""})
    assert rows(log, "reason", "source_row") == [("later", 3), (None, 2), (None, 4)]
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


def test_events_of_one_second_stand_in_the_order_a_mail_goes(read):
    words = ["click", "unsubscribe", "open", "bounce", "delivered", "processed", "deferred"]
    log = read(*(event(word) for word in words), event("open", -1))
    assert [activity for (activity,) in rows(log, "activity")] == [
        "mail opened",
        *("mail sent", "mail deferred", "mail delivered", "mail bounced"),
        *("mail opened", "mail clicked", "mail unsubscribed"),
    ]


def test_rows_that_cannot_be_used_are_kept_aside_with_their_reason(read):
    bad = [
        '{"email": "half',
        event("open", timestamp=None),
        event("open", timestamp="soon"),
        event(None),
        event("opend"),
        {"event": "account_status_change", "timestamp": 1714546800, "type": "compliance_suspend"},
        '["no", "object"]',
    ]
    log = read(event("open", 1), *bad, as_lines=True)
    assert [(row["line"], row["stage"], row["reason"], row["detail"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "parse", "bad_json", "Unterminated string starting at: line 1 column 11 (char 10)"),
        (3, "check", "no_time", "no time"),
        (4, "parse", "bad_time", "not a time: soon"),
        (5, "check", "no_action", "no action"),
        (6, "check", "unknown_action", "nobody knows the action opend"),
        (7, "filter", "account_status_change", "of the sender's account, not of a mail"),
        (8, "parse", "bad_json", "a list, not an object"),
    ]
    assert log.num_events == 1
    assert closes(log)


def test_an_event_of_nobody_is_kept(read):
    log = read(event("open", email=None), event("open", 1, email=""))
    assert rows(log, "customer") == [(None,), (None,)]
    assert log.num_cases == 2


def test_arrays_one_a_line_are_what_was_posted_one_after_the_other(read, tmp_path):
    posts = [[event("processed"), event("delivered", 1)], [event("open", 2)], []]
    log = read(*map(json.dumps, posts), "[{", '"no list"', as_lines=True)
    assert rows(log, "activity", "source_row") == [("mail sent", 1), ("mail delivered", 1), ("mail opened", 2)]
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (4, "bad_json"),
        (5, "bad_json"),
    ]
    assert closes(log)


def test_a_folder_of_posts_is_one_source_whose_rows_are_counted_on(tmp_path):
    folder = tmp_path / "posts"
    (folder / "may").mkdir(parents=True)
    (folder / "1.json").write_text(json.dumps([event("processed"), event("opend")]))
    (folder / "may/2.json.gz").write_bytes(gzip.compress(json.dumps([event("open", 5), event("delivered")]).encode()))
    (folder / "3.json").write_text("")
    (folder / "note.csv").write_text("a,b\n1,2\n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    log = read_sendgrid(folder)
    assert rows(log, "activity", "source_row") == [("mail sent", 1), ("mail delivered", 4), ("mail opened", 3)]
    reject = log.quarantine.table.to_pylist()[0]
    assert (reject["source"], reject["line"]) == ("posts", 2)
    assert log.sources["notes"].to_pylist() == [["not read, for they hold no events: note.csv"]]
    assert closes(log)


def test_a_table_of_the_same_events_is_the_same_log(read, tmp_path):
    path = tmp_path / "event.csv"
    path.write_text(
        "_fivetran_id,email,event,timestamp,sg_event_id,sg_machine_open,SG_MESSAGE_ID\n"
        f"1,{JO},open,2024-05-01 07:00:00,open0,false,m1.filter0001\n"
        f"2,{JO},open,2024-05-01 07:00:01,open1,TRUE,m1.filter0001\n"
    )
    log = read_sendgrid(path, name="posted.json")
    assert log.sources["notes"].to_pylist() == [["times without a zone, read as UTC"]]
    events = read(event("open", sg_machine_open=False), event("open", 1, sg_machine_open=True)).table
    assert log.table.drop_columns("source_row").equals(events.drop_columns("source_row"))


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, r"posted\.json is empty"),
        ("[]", EmptySourceError, r"posted\.json holds no events at all"),
        ("[1, 2]", FormatError, r"posted\.json holds no events of SendGrid: a int, not an object"),
        ('[{"a": 1}]', FormatError, r"posted\.json holds no events of SendGrid: no time"),
        ('{"event": "visit", "timestamp": 1}', FormatError, "nobody knows the action visit"),
        ('[{"event": "open"', FormatError, "broken or cut short"),
        ("a,b\n1,2\n", FormatError, "no table has columns 'event' and 'timestamp'. Columns of posted.json: 'a', 'b'"),
        ("event,timestamp\n", EmptySourceError, "only a header"),
    ],
)
def test_what_holds_no_events_is_refused(tmp_path, content, error, said):
    path = tmp_path / "posted.json"
    path.write_text(content)
    with pytest.raises(error, match=said):
        read_sendgrid(path)


def test_openings_of_many_people_are_counted_as_they_were_posted(read):
    events = [event("open", n, email=f"c{n % 7}@mail.example", sg_machine_open=n % 3 == 0) for n in range(300)]
    log = read(*events, as_lines=True)
    assert Counter(log.table["id_email"].to_pylist()) == Counter(f"c{n % 7}@mail.example" for n in range(300) if n % 3)
    assert log.quarantine.reasons == {"machine_open": 100}
