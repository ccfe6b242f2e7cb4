import json

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources.chat.intercom import read_intercom
from tests.small import rows_of
from tests.sources.chat_files import closes, in_small_blocks, same_log, written

NINE = 1_714_554_000  # 2024-05-01T09:00:00Z
JO = {"type": "user", "id": "c1", "name": "Jo", "email": "Jo@Mail.example"}
ANN = {"type": "admin", "id": "5", "name": "Ann", "email": "ann@shop.example"}
BOT = {"type": "bot", "id": "6", "name": "Operator", "email": "operator@shop.example"}


def part(number, kind, author=ANN, body=None, minute=1, **values):
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": body,
        "created_at": NINE + 60 * minute,
        "author": author,
        "assigned_to": None,
        "redacted": False,
        **values,
    }


def conversation(number=1, *parts, author=JO, body="<p>Where is my <b>order</b>?</p>", **values):
    return {
        "type": "conversation",
        "id": str(number),
        "created_at": NINE,
        "updated_at": NINE + 999,
        "source": {"type": "conversation", "id": "s", "body": body, "author": author},
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c1", "external_id": "70"}]},
        "state": "open",
        "team_assignee_id": 3,
        "statistics": {"time_to_admin_reply": 45},
        "conversation_rating": {"rating": 5},
        "conversation_parts": {"conversation_parts": list(parts), "total_count": len(parts)},
        **values,
    }


def to(kind, number):
    return {"assigned_to": {"type": kind, "id": number}}


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        return read_intercom(written(tmp_path / "conversations.jsonl", content), **options)

    return read


def activities(log):
    return [activity for (activity,) in rows_of(log, "activity")]


# --- what a conversation tells ---------------------------------------------------------------------------------------


def test_the_life_of_a_conversation(read):
    parts = [
        part(1, "comment", BOT, "<p>Hello!</p>", 1),
        part(2, "default_assignment", BOT, None, 2, **to("nobody_admin", None)),
        part(3, "assignment", BOT, None, 3, **to("team", "3")),
        part(4, "assignment", ANN, "<p>I look into it</p>", 4, **to("admin", "5")),
        part(5, "note", ANN, "<p>Angry again</p>", 5),
        part(6, "assignment", ANN, None, 6, **to("admin", "8")),
        part(7, "close", ANN, "<p>Sent</p>", 7),
        part(8, "open", JO, "<p>No<br>it is not</p>", 8),
        part(9, "snoozed", ANN, None, 9),
        part(10, "conversation_rating_changed", JO, None, 10),
        part(11, "conversation_attribute_updated_by_admin", BOT, None, 11),
    ]
    log = read([conversation(1, *parts)])
    assert rows_of(log, "activity", "agent", "text") == [
        ("message from customer", None, "Where is my order?"),
        ("automatic message", None, None),
        ("conversation assigned", "3", None),
        ("message from agent", "5", None),
        ("conversation assigned", "5", None),
        ("conversation transferred", "8", None),
        ("message from agent", "5", None),
        ("conversation closed", "5", None),
        ("message from customer", None, "No\nit is not"),
        ("conversation reopened", None, None),
        ("conversation snoozed", "5", None),
        ("conversation rated", None, None),
    ]
    row = log.table.to_pylist()[0]
    assert (row["customer"], row["id_intercom_contact"], row["id_email"]) == ("user:70", "c1", "jo@mail.example")
    assert (row["conversation"], row["state"], row["team"], row["rating"], row["wait_seconds"]) == (
        "1",
        "open",
        "3",
        5,
        45,
    )
    assert (row["channel"], row["via"], row["event_id"]) == ("chat", "conversation", "conversation/1/start")
    assert len(set(log.table["event_id"].to_pylist())) == 12
    left_out = "1 default_assignment, 1 note, 1 conversation_attribute_updated_by_admin"
    assert log.sources["notes"].to_pylist() == [[f"parts that are no contacts left out: {left_out}"]]
    assert "Angry" not in str(log.table.to_pylist())
    assert closes(log)


def test_the_customer_of_a_part_is_who_wrote_it_else_the_first_contact(read):
    kim = {"type": "lead", "id": "c2", "name": "Kim", "email": "kim@mail.example"}
    members = {"contacts": [{"id": "c1", "external_id": "70"}, {"id": "c2", "external_id": None}]}
    parts = [part(1, "comment", kim, "<p>Me too</p>"), part(2, "comment", ANN, "<p>Ok</p>")]
    log = read([conversation(1, *parts, contacts=members)])
    assert rows_of(log, "activity", "id_intercom_contact", "id_user", "id_email") == [
        ("message from customer", "c1", "70", "jo@mail.example"),
        ("message from agent", "c1", "70", "jo@mail.example"),
        ("message from customer", "c2", None, "kim@mail.example"),
    ]


def test_contacts_say_who_is_who_and_are_no_events(read):
    contact = {
        "type": "contact",
        "id": "c1",
        "external_id": "70",
        "role": "user",
        "email": "jo@new.example",
        "phone": "+31612345678",
    }
    log = read([contact, conversation()])
    assert rows_of(log, "id_user", "id_email", "id_phone", "source_row") == [
        ("70", "jo@mail.example", "+31612345678", 2)
    ]
    assert log.sources.select(["rows_in", "used", "quarantined"]).to_pylist() == [
        {"rows_in": 2, "used": 2, "quarantined": 0}
    ]
    assert read([contact]).num_events == 0


def test_the_state_of_a_ticket_makes_its_steps(read):
    states = [("submitted", "submitted"), ("submitted", "in_progress"), ("in_progress", "waiting_on_customer"),
              ("waiting_on_customer", "resolved"), ("resolved", "odd_state")]  # fmt: skip
    parts = [
        part(number, "ticket_state_updated_by_admin", minute=number, previous_ticket_state=before, ticket_state=after)
        for number, (before, after) in enumerate(states, 1)
    ]
    ticket = {**conversation(9), "type": "ticket", "source": None, "conversation_parts": None, "state": None}
    log = read([{**ticket, "ticket_state": "resolved", "ticket_parts": {"ticket_parts": parts}}])
    assert activities(log) == ["ticket created", "ticket opened", "ticket pending", "ticket solved", "ticket odd state"]
    assert set(log.table["state"].to_pylist()) == {"resolved"}


@pytest.mark.parametrize(
    ("way", "channel"),
    [("email", "mail"), ("phone_call", "phone"), ("whatsapp", "chat"), ("instagram", "social"), (None, "chat")],
)
def test_the_channel_is_the_way_a_conversation_began(read, way, channel):
    assert read([conversation(source={"type": way, "body": "x", "author": JO})]).channels == [channel]


def test_a_message_may_have_no_text_and_one_that_was_deleted_has_none(read):
    gone = part(2, "comment", JO, "<p><i>This message was deleted</i></p>", 2, redacted=True)
    log = read([conversation(1, part(1, "comment", JO, None), gone, part(3, "assignment", JO, ""), body=None)])
    assert rows_of(log, "activity", "text") == [("message from customer", None)] * 3


def test_it_is_said_where_the_api_gave_not_all_parts(read):
    many = {"conversation_parts": [part(1, "comment")], "total_count": 501}
    notes = read([conversation(conversation_parts=many)]).sources["notes"].to_pylist()[0]
    assert notes == ["1 conversations have more parts than the file holds: the API gives 500"]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_a_conversation_delivered_again_is_used_once_in_its_latest_version(read):
    log = read([conversation(1, part(1, "comment")), conversation(1, updated_at=NINE), conversation(2)])
    assert rows_of(log, "conversation", "activity") == [
        ("1", "message from customer"),
        ("2", "message from customer"),
        ("1", "message from agent"),
    ]
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


def test_what_cannot_be_used_is_kept_aside_with_its_reason(read):
    note = conversation(8, part(1, "note"), source=None)
    lines = [
        conversation(1),
        '{"type": "conversation", ',
        conversation(None, id=None),
        conversation(3, created_at=None),
        conversation(4, created_at="soon"),
        conversation(5, part(1, "comment", created_at=None)),
        {"type": "company", "id": "7", "created_at": NINE},
        note,
        conversation(9, part(1, "note", created_at=None), 7, "odd", contacts=[], statistics=3),
    ]
    log = read(lines)
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "parse", "bad_json"),
        (3, "check", "no_id"),
        (4, "check", "no_time"),
        (5, "check", "bad_time"),
        (6, "check", "bad_part_time"),
        (7, "check", "not_a_conversation"),
        (8, "filter", "no_contact"),
    ]
    assert rows_of(log, "conversation", "customer") == [("1", "user:70"), ("9", "user:70")]
    assert closes(log)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, "is empty"),
        ('{"type": "conversation.list", "conversations": []}', EmptySourceError, "holds no Intercom conversations"),
        (
            '[{"id": 1, "name": "x"}]',
            FormatError,
            "its objects have 'id', 'name'; a conversation has a 'type' that says so",
        ),
        ("x", FormatError, "is not JSON: it begins with 'x'"),
    ],
)
def test_what_holds_no_conversations_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


def test_every_way_to_write_the_same_conversations_gives_the_same_events(read):
    items = [conversation(1, part(1, "close")), conversation(2)]
    lines = read(items)
    page = {"type": "conversation.list", "conversations": items, "total_count": 2}
    for content in (json.dumps(items), json.dumps(page, indent=1), json.dumps(page)):
        assert same_log(read(content), lines)


def test_a_file_in_many_blocks_gives_the_log_of_one_block(read):
    items = [conversation(number % 9, part(1, "comment"), updated_at=NINE + number) for number in range(12)]
    lines = [*map(json.dumps, items[:5]), '{"cut', *map(json.dumps, items[5:])]
    whole = read(lines)
    with in_small_blocks(2000):
        assert same_log(read(lines), whole)
    assert (whole.num_events, whole.sources["duplicate"].to_pylist()) == (18, [3])


def test_the_examples_of_the_api_are_read_as_counted_by_hand(shared):
    """Five contacts; 13 conversations begun by an admin, in four of which a user answers; five tickets."""
    log = read_intercom(shared / "formats/intercom/openapi_2.11_examples.jsonl")
    counts = {}
    for activity in activities(log):
        counts[activity] = counts.get(activity, 0) + 1
    assert counts == {
        "message from agent": 13 + 1,  # one closes with a word of goodbye
        "message from customer": 3 + 1,  # one of them in a ticket
        "conversation reopened": 4,
        "conversation closed": 1,
        "conversation snoozed": 1 + 1,
        "conversation assigned": 1 + 1,
        "ticket created": 5,
        "ticket opened": 1,
    }
    assert log.sources.select(["rows_in", "used", "quarantined"]).to_pylist() == [
        {"rows_in": 23, "used": 23, "quarantined": 0}
    ]
    assert log.num_customers == 5
    said = "parts that are no contacts left out: 5 ticket_state_updated_by_admin, 2 conversation_attribute_updated"
    assert log.sources["notes"].to_pylist()[0][0].startswith(said)
