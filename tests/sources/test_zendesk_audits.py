import json
from itertools import count

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources.chat.audits import read_zendesk_audits
from tests.small import rows_of
from tests.sources.chat_files import closes, in_small_blocks, same_log, written

JO, ANN, API, SYSTEM = 31, 5, 99, -1
NUMBERS = count(1000)


def audit(number, *events, hour=9, author=ANN, ticket=7, via="web", **values):
    return {
        "id": number,
        "ticket_id": ticket,
        "created_at": f"2024-05-01T{hour:02}:00:00Z",
        "author_id": author,
        "via": {"channel": via, "source": {"from": {"address": "jo@mail.example"}, "rel": None}},
        "events": list(events),
        **values,
    }


def comment(number, author, body, public=True):
    return {"id": number, "type": "Comment", "author_id": author, "body": body, "public": public, "attachments": []}


def sets(field, value, kind="Create"):
    return {"id": 900, "type": kind, "field_name": field, "value": value}


def change(field, value, before):
    return {"id": next(NUMBERS), "type": "Change", "field_name": field, "value": value, "previous_value": before}


NOTICE = {"id": 902, "type": "Notification", "subject": "Received", "body": "{{ticket}}", "recipients": [JO]}


def created(number=1, author=JO, text="Where is my order?", requester=JO, **values):
    events = (
        comment(10, requester, text),
        sets("subject", "Order"),
        sets("tags", ["new"]),
        sets("status", "new"),
        sets("requester_id", str(requester)),
        NOTICE,
    )
    return audit(number, *events, author=author, **{"hour": 8, "via": "email", **values})


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        return read_zendesk_audits(written(tmp_path / "audits.jsonl", content), **options)

    return read


def activities(log):
    return [activity for (activity,) in rows_of(log, "activity")]


# --- what an audit tells ---------------------------------------------------------------------------------------------


def test_the_life_of_a_ticket(read):
    log = read(
        [
            created(),
            audit(
                2,
                change("group_id", "3", None),
                change("assignee_id", "5", None),
                change("status", "open", "new"),
                hour=9,
            ),
            audit(3, comment(11, ANN, "It is on its way"), change("status", "pending", "open"), hour=10),
            audit(
                4, comment(12, JO, "It is not"), change("status", "open", "pending"), hour=11, author=JO, via="email"
            ),
            audit(5, change("group_id", "4", "3"), change("assignee_id", None, "5"), hour=12),
            audit(6, change("assignee_id", "6", None), change("status", "hold", "open"), hour=13, author=6),
            audit(7, comment(13, SYSTEM, "We are busy"), hour=14, author=SYSTEM, via="rule"),
            audit(8, comment(14, 6, "Sent again"), change("status", "solved", "hold"), hour=15, author=6),
            audit(9, change("status", "open", "solved"), hour=16, author=JO),
            audit(10, change("satisfaction_score", "good", "offered"), hour=17, author=JO),
            audit(11, change("status", "closed", "solved"), hour=18, author=SYSTEM, via="rule"),
        ]
    )
    assert rows_of(log, "activity", "agent") == [
        ("ticket created", None),
        ("ticket assigned", "5"),
        ("ticket opened", "5"),
        ("agent replied", "5"),
        ("ticket pending", "5"),
        ("customer replied", None),
        ("ticket opened", None),
        ("ticket transferred", "5"),
        ("ticket assigned", "6"),
        ("ticket on hold", "6"),
        ("automatic reply", None),
        ("agent replied", "6"),
        ("ticket solved", "6"),
        ("ticket reopened", None),
        ("ticket rated", None),
        ("ticket closed", None),
    ]
    assert rows_of(log, "customer", "channel", "ticket") == [("email:jo@mail.example", "mail", "7")] * 16
    assert [text for (text,) in rows_of(log, "text") if text] == ["Where is my order?", "It is not"]
    assert (log.table["rating"].to_pylist()[14], log.table["group"].to_pylist()[7]) == ("good", "4")
    assert len(set(log.table["event_id"].to_pylist())) == 16
    assert closes(log)


def test_a_comment_is_whose_its_author_is_not_who_made_the_update(read):
    """A program may file tickets and comments in the name of others."""
    log = read(
        [
            created(author=API),
            audit(2, comment(11, JO, "And?"), author=API),
            audit(3, comment(12, ANN, "Soon"), author=API),
        ]
    )
    assert rows_of(log, "activity", "agent", "text") == [
        ("ticket created", None, "Where is my order?"),
        ("customer replied", None, "And?"),
        ("agent replied", "5", None),
    ]


def test_a_ticket_that_an_agent_wrote_down_is_the_customers_but_not_its_words(read):
    events = (
        comment(10, ANN, "Jo called"),
        sets("requester_id", str(JO)),
        sets("status", "solved"),
        sets("group_id", "3"),
    )
    log = read([audit(1, *events, via="email")])
    assert rows_of(log, "activity", "customer", "agent", "text", "id_email") == [
        ("ticket created", "zendesk_user:31", "5", None, None),
        ("ticket solved", "zendesk_user:31", "5", None, None),
    ]


def test_the_last_of_several_requesters_is_the_customer_and_the_first_one_still_no_agent(read):
    log = read(
        [created(), audit(2, change("requester_id", "32", "31")), audit(3, comment(11, JO, "I forwarded it"), hour=10)]
    )
    assert rows_of(log, "activity", "id_zendesk_user") == [("ticket created", "32"), ("customer replied", "32")]
    assert log.quarantine.reasons == {"no_contact": 1}


def test_audits_may_come_newest_first(read):
    log = read([audit(2, comment(11, JO, "And?"), hour=9), created()])
    assert activities(log) == ["ticket created", "customer replied"]


def test_a_reply_in_a_ticket_whose_beginning_is_not_there_is_nobodys_for_sure(read):
    log = read([audit(2, comment(11, JO, "And?")), created(3, ticket=8)])
    assert rows_of(log, "activity", "customer", "channel", "text") == [
        ("ticket created", "email:jo@mail.example", "mail", "Where is my order?"),
        ("ticket reply", None, "ticket", None),
    ]
    said = "1 replies in tickets whose first audit is not there: whether the customer wrote them is not known"
    assert log.sources["notes"].to_pylist() == [[said]]


def test_a_reply_of_the_customer_comes_by_its_own_channel(read):
    replies = [audit(number, comment(number, JO, "And?"), hour=9 + number, via=via)
               for number, via in enumerate(["chat", "web", "sms"], 1)]  # fmt: skip
    log = read([created(0), *replies, audit(5, comment(15, ANN, "Soon"), hour=20, via="chat")])
    assert [channel for (channel,) in rows_of(log, "channel")] == ["mail", "chat", "mail", "chat", "mail"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("group_id", "3", None)], ["ticket assigned"]),
        ([("group_id", "4", "3")], ["ticket transferred"]),
        ([("assignee_id", "6", "5")], ["ticket transferred"]),
        ([("assignee_id", None, "5")], []),
        ([("status", "open", "closed")], ["ticket reopened"]),
        ([("status", "solved", "open")], ["ticket solved"]),
        ([("status", "odd", "open")], []),
        ([("satisfaction_score", "offered", "unoffered")], []),
        ([("priority", "high", None)], []),
    ],
)
def test_changes_and_what_they_are_called(read, changes, expected):
    log = read([created(), audit(2, *(change(*values) for values in changes))])
    assert activities(log)[1:] == expected
    assert closes(log)


def test_a_rating_that_stands_in_two_ways_is_one(read):
    rating = {"id": 3, "type": "SatisfactionRating", "score": "bad", "body": "Too slow"}
    log = read([created(), audit(2, change("satisfaction_score", "bad", "offered"), rating, author=JO)])
    assert rows_of(log, "activity", "rating", "text")[1:] == [("ticket rated", "bad", "Too slow")]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_internal_notes_and_updates_without_a_contact_are_set_aside(read):
    log = read(
        [
            created(),
            audit(2, comment(11, ANN, "He sounds angry", public=False)),
            audit(3, NOTICE, {"type": "AgentMacroReference"}, author=SYSTEM),
            audit(4, comment(12, ANN, "Hidden", public=False), comment(13, ANN, "Seen")),
            audit(5),
        ]
    )
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "filter", "internal_note"),
        (3, "filter", "no_contact"),
        (5, "filter", "no_contact"),
    ]
    assert activities(log) == ["ticket created", "agent replied"]
    assert "Hidden" not in str(log.table.to_pylist())
    assert closes(log)


def test_an_audit_delivered_again_is_used_once(read):
    log = read([created(), audit(2, comment(11, JO, "And?")), audit(2, comment(11, JO, "And?")), created()])
    assert activities(log) == ["ticket created", "customer replied"]
    assert log.sources["duplicate"].to_pylist() == [2]
    assert closes(log)


def test_what_cannot_be_used_is_kept_aside_with_its_reason(read):
    log = read(
        [
            created(),
            '{"id": 2, "events": [',
            created(None),
            created(3, created_at=None),
            created(4, created_at="2024-05-01T09:00:00"),
            created(5, ticket=None),
            {"id": 6, "events": [], "subject": "x"},
            created(7, ticket=9, created_at="2011/09/25 22:35:44 -0700"),
            created(
                8,
                ticket=10,
                events=[7, "odd", {"type": "Create", "field_name": ["odd"], "value": {"a": 1}}],
                author_id=True,
            ),
        ]
    )
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "bad_json"),
        (3, "no_id"),
        (4, "no_time"),
        (5, "naive_time"),
        (6, "not_an_audit"),
        (7, "not_an_audit"),
    ]
    assert sorted(rows_of(log, "ticket", "customer")) == [
        ("10", None),
        ("7", "email:jo@mail.example"),
        ("9", "email:jo@mail.example"),
    ]
    assert closes(log)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, "is empty"),
        ('{"audits": []}', EmptySourceError, "holds no Zendesk audits"),
        (
            '[{"id": 1, "name": "x"}]',
            FormatError,
            "its objects have 'id', 'name'; an audit has 'ticket_id' and 'events'",
        ),
        ("audit\n", FormatError, "is not JSON: it begins with 'audit"),
    ],
)
def test_what_holds_no_audits_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


def test_every_way_to_write_the_same_audits_gives_the_same_events(read):
    audits = [created(), audit(2, comment(11, JO, "And?"))]
    lines = read(audits)
    for content in (
        json.dumps(audits),
        json.dumps({"audits": audits, "count": 2}, indent=1),
        json.dumps({"audits": audits}),
    ):
        assert same_log(read(content), lines)


def test_a_file_in_many_blocks_gives_the_log_of_one_block(read):
    audits = [created(number, ticket=number % 5, hour=number) for number in range(15)]
    lines = [*map(json.dumps, audits[:7]), '{"cut', *map(json.dumps, audits[7:]), json.dumps(audits[3])]
    whole = read(lines)
    with in_small_blocks(1200):
        assert same_log(read(lines), whole)
    assert (whole.num_events, whole.sources["duplicate"].to_pylist()) == (15, [1])


@pytest.mark.parametrize("file", ["call.json", "chat.json", "engagement.json", "leg.json", "satisfaction_rating.json"])
def test_other_objects_of_zendesk_are_named_and_refused(shared, file):
    with pytest.raises(FormatError, match=f"{file} holds no Zendesk audits: its objects have '"):
        read_zendesk_audits(shared / "formats/zendesk" / file)
