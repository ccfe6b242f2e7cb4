import gzip
import json

import pytest

from journeymine.errors import EmptySourceError, FormatError, TimeZoneError
from journeymine.sources.chat.tickets import read_zendesk_tickets
from tests.small import rows_of
from tests.sources.chat_files import closes, in_small_blocks, same_log, written


def ticket(number=7, **values):
    return {
        "id": number,
        "created_at": "2024-05-01T09:00:00Z",
        "updated_at": "2024-05-02T10:00:00Z",
        "status": "open",
        "requester_id": 31,
        "submitter_id": 31,
        "assignee_id": 5,
        "group_id": 3,
        "priority": "high",
        "type": "question",
        "description": "Where is my order?",
        "via": {"channel": "email", "source": {"from": {"address": "Jo@Mail.example", "name": "Jo"}, "rel": None}},
        "satisfaction_rating": {"score": "good"},
        **values,
    }


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        return read_zendesk_tickets(written(tmp_path / "tickets.jsonl", content), **options)

    return read


def steps(log):
    return [(activity, f"{time:%d %H:%M}") for activity, time in rows_of(log, "activity", "timestamp")]


# --- what a ticket tells ---------------------------------------------------------------------------------------------


def test_a_ticket_is_created_by_its_requester_with_what_is_known_of_it(read):
    log = read([ticket()])
    row = log.table.to_pylist()[0]
    assert steps(log) == [("ticket created", "01 09:00")]
    assert (row["id_zendesk_user"], row["id_email"], row["customer"]) == (
        "31",
        "jo@mail.example",
        "email:jo@mail.example",
    )
    assert (row["channel"], row["via"], row["ticket"], row["event_id"]) == ("mail", "email", "7", "7/created")
    assert (row["agent"], row["group"], row["status"], row["priority"]) == ("5", "3", "open", "high")
    assert (row["kind"], row["rating"], row["text"]) == ("question", "good", "Where is my order?")
    assert closes(log)


def test_what_an_agent_wrote_for_a_customer_is_not_the_customers(read):
    row = read([ticket(submitter_id=5)]).table.to_pylist()[0]
    assert (row["text"], row["id_email"], row["customer"]) == (None, None, "zendesk_user:31")


def test_solved_and_closed_are_times_of_the_last_change_with_a_note(read):
    log = read([ticket(1, status="solved"), ticket(2, status="closed"), ticket(3, status="pending")])
    assert rows_of(log, "ticket", "activity") == [
        ("1", "ticket created"),
        ("2", "ticket created"),
        ("3", "ticket created"),
        ("1", "ticket solved"),
        ("2", "ticket closed"),
    ]
    said = "2 tickets do not say when they were solved or closed; the time of their last change taken"
    assert log.sources["notes"].to_pylist() == [[said]]


def test_metrics_tell_when_a_ticket_was_assigned_solved_and_closed(read):
    metrics = {
        "initially_assigned_at": "2024-05-01T10:00:00Z",
        "solved_at": "2024-05-01T12:00:00Z",
        "status_updated_at": "2024-05-05T12:00:00Z",
        "reopens": 1,
        "reply_time_in_minutes": {"calendar": 45, "business": 30},
    }
    log = read([ticket(status="closed", updated_at="2024-05-09T00:00:00Z", metric_set=metrics)])
    assert steps(log) == [
        ("ticket created", "01 09:00"),
        ("ticket assigned", "01 10:00"),
        ("ticket solved", "01 12:00"),
        ("ticket closed", "05 12:00"),
    ]
    assert rows_of(log, "reopens", "wait_seconds") == [(1, 2700.0)] * 4
    assert log.table["text"].to_pylist() == ["Where is my order?", None, None, None]
    assert log.sources["notes"].to_pylist() == [[]]


@pytest.mark.parametrize(
    ("way", "channel"),
    [
        ("email", "mail"),
        ("voice", "phone"),
        ("native_messaging", "chat"),
        ("twitter", "social"),
        ("web", "ticket"),
        (None, "ticket"),
    ],
)
def test_the_channel_is_the_way_a_ticket_came_in_by_if_that_says_something_of_the_customer(read, way, channel):
    assert read([ticket(via={"channel": way})]).channels == [channel]


def test_a_caller_has_a_telephone_number(read):
    via = {"channel": "voice", "source": {"from": {"phone": "+31 6 1234 5678"}}}
    assert rows_of(read([ticket(via=via)]), "id_phone", "id_email") == [("+31612345678", None)]


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_a_ticket_sent_again_is_used_once_in_its_latest_version_wherever_that_stands(read):
    late, early = "2024-05-09T00:00:00Z", "2024-05-02T00:00:00Z"
    tickets = [
        ticket(1, status="solved", updated_at=late),
        ticket(1, status="open", updated_at=early),
        ticket(2, status="open", updated_at=late, generated_timestamp=1_715_000_000),
        ticket(2, status="solved", updated_at=early, generated_timestamp=1_715_000_001),
    ]
    log = read(tickets)
    assert rows_of(log, "ticket", "activity", "status") == [
        ("1", "ticket created", "solved"),
        ("2", "ticket created", "solved"),
        ("2", "ticket solved", "solved"),
        ("1", "ticket solved", "solved"),
    ]
    assert log.sources["duplicate"].to_pylist() == [2]
    assert closes(log)


def test_a_ticket_that_was_deleted_in_the_end_is_forgotten(read):
    log = read([ticket(1, updated_at="2024-05-02T00:00:00Z"), ticket(1, status="deleted"), ticket(2)])
    assert rows_of(log, "ticket") == [("2",)]
    reject = log.quarantine.table.to_pylist()[0]
    assert (reject["line"], reject["stage"], reject["reason"]) == (2, "filter", "deleted")
    assert json.loads(reject["payload"])["status"] == "deleted"
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda tickets: "\n".join(map(json.dumps, tickets)),
        lambda tickets: json.dumps(tickets),
        lambda tickets: json.dumps({"tickets": tickets, "count": 2, "end_of_stream": True}, indent=1),
        lambda tickets: gzip.compress(json.dumps({"tickets": tickets}).encode()),
    ],
)
def test_every_way_to_write_the_same_tickets_gives_the_same_events(read, wrap):
    log = read(wrap([ticket(1), ticket(2)]))
    assert rows_of(log, "ticket", "source_row") == [("1", 1), ("2", 2)]


TABLE = (
    "id,created_at,updated_at,status,requester_id,submitter_id,via_channel,description\n"
    '1,2024-05-01 09:00:00,2024-05-02 09:00:00,open,31,31,email,"two\nlines"\n'
    "1,2024-05-01 09:00:00,2024-05-03 09:00:00,solved,31,31,email,x\n"
    "2,2024-05-01 09:00:00,2024-05-02 09:00:00,deleted,31,31,web,x\n"
    "3,soon,2024-05-02 09:00:00,open,31,31,web,x\n"
    "too,short\n"
)


def test_the_table_of_a_warehouse_is_read_like_the_answers_of_the_api(read):
    log = read(TABLE, tz="UTC")
    assert steps(log) == [("ticket created", "01 09:00"), ("ticket solved", "03 09:00")]
    assert rows_of(log, "source_row", "customer") == [(4, "zendesk_user:31")] * 2
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (5, "deleted"),
        (6, "bad_time"),
        (7, "bad_row"),
    ]
    assert closes(log)


def test_times_of_a_warehouse_need_a_zone(read):
    with pytest.raises(
        TimeZoneError, match=r"column 'created_at' has times without a zone, such as '2024-05-01 09:00:00'"
    ):
        read(TABLE)
    log = read(TABLE, tz="Europe/Amsterdam")
    assert f"{log.table['timestamp'][0].as_py():%H:%M}" == "07:00"


def test_a_file_in_many_blocks_gives_the_log_of_one_block(read):
    tickets = [ticket(number % 7, status="closed", updated_at=f"2024-05-02T00:00:{number:02}Z") for number in range(20)]
    table = "id,created_at,updated_at,status,requester_id\n" + "".join(
        f"{number % 7},2024-05-01 09:00:00,2024-05-02 09:00:{number:02},solved,31\n" for number in range(20)
    )
    for content in (tickets, table):
        whole = read(content, tz="UTC")
        with in_small_blocks(700):
            assert same_log(read(content, tz="UTC"), whole)
        assert (whole.num_events, whole.sources["duplicate"].to_pylist()) == (14, [13])


# --- what is no ticket -----------------------------------------------------------------------------------------------


def test_what_cannot_be_used_is_kept_aside_with_its_reason(read):
    lines = [
        ticket(1),
        '{"id": 2, ',
        ticket(None),
        ticket(3, created_at=None),
        ticket(4, created_at="2024-05-01T09:00:00"),
        ticket(5, created_at="yesterday"),
        {"id": 6, "name": "a group"},
    ]
    log = read(lines)
    assert [(row["line"], row["reason"], row["detail"]) for row in log.quarantine.table.to_pylist()][1:] == [
        (3, "no_id", "no id"),
        (4, "no_time", "no time"),
        (5, "naive_time", "time '2024-05-01T09:00:00' has no zone"),
        (6, "bad_time", "'yesterday' is not a time"),
        (7, "not_a_ticket", "an object without status and requester"),
    ]
    assert rows_of(log, "ticket") == [("1",)]
    assert closes(log)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, "is empty"),
        ('{"tickets": []}', EmptySourceError, "holds no Zendesk tickets"),
        ('[{"id": 1, "name": "x"}]', FormatError, "its objects have 'id', 'name'; a ticket has 'status'"),
        (
            "id,name\n1,x\n",
            FormatError,
            "its columns are 'id', 'name'; tickets have id, created_at, status, requester_id",
        ),
        ("id,created_at,status,requester_id\n", EmptySourceError, "has no rows, only a header"),
        ('{"tickets": [', FormatError, "broken or cut short"),
    ],
)
def test_what_holds_no_tickets_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


# --- the real files --------------------------------------------------------------------------------------------------


def test_the_tickets_of_a_warehouse_are_read_as_counted_by_hand(shared):
    """Ten rows: three deleted, one solved, six closed, all but one of the deleted by mail."""
    log = read_zendesk_tickets(shared / "formats/zendesk/fivetran/ticket_data.csv", tz="UTC")
    counts = dict.fromkeys(log.activities, 0)
    for (activity,) in rows_of(log, "activity"):
        counts[activity] += 1
    assert counts == {"ticket created": 7, "ticket solved": 1, "ticket closed": 6}
    assert (log.channels, log.num_customers, log.quarantine.reasons) == (["mail"], 7, {"deleted": 3})
    assert log.sources.select(["rows_in", "used", "duplicate"]).to_pylist() == [
        {"rows_in": 10, "used": 7, "duplicate": 0}
    ]


def test_every_other_file_of_zendesk_is_named_and_refused(shared):
    files = [file for file in sorted((shared / "formats/zendesk").rglob("*.*")) if file.name != "ticket_data.csv"]
    assert len(files) == 28
    for file in files:
        with pytest.raises(FormatError, match=f"{file.name} holds no Zendesk tickets: its (objects|columns) "):
            read_zendesk_tickets(file, tz="UTC")
