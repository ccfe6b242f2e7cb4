import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, SourceError
from journeymine.sources import inputs
from journeymine.sources.chat.zendesk import read_zendesk_chats


def chat(number=1, **values):
    return {
        "id": f"chat {number}",
        "type": "chat",
        "timestamp": "2024-05-01T09:00:00Z",
        "end_timestamp": "2024-05-01T09:10:00Z",
        "visitor": {
            "id": f"1.v{number}",
            "name": "Jo",
            "email": f"Jo{number}@Mail.example",
            "phone": "+31 6 1234 5678",
        },
        "agent_names": ["Ann", "Bo"],
        "department_name": "Billing",
        "rating": "good",
        "missed": False,
        "response_time": {"first": 10, "avg": 12.5, "max": 20},
        "count": {"visitor": 1, "agent": 1, "total": 2},
        "duration": 600,
        "zendesk_ticket_id": 83,
        "history": [],
        **values,
    }


def entry(kind, name, time="2024-05-01T09:00:01.5Z", **values):
    return {"type": kind, "name": name, "timestamp": time, **values}


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "chats.jsonl"
        if isinstance(content, list):
            content = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_zendesk_chats(path, **options)

    return read


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


# --- one event a chat ----------------------------------------------------------------------------------------------


def test_a_chat_is_one_event_from_its_start_to_its_end_with_its_identifiers(read):
    log = read([chat(history=[entry("chat.msg", "Jo", msg="Hello"), entry("chat.msg", "Ann", msg="Hi")])])
    row = log.table.to_pylist()[0]
    assert (row["activity"], row["channel"], row["event_id"], row["chat"]) == ("chat", "chat", "chat 1", "chat 1")
    assert (row["end_timestamp"] - row["timestamp"]).total_seconds() == 600
    assert (row["id_email"], row["id_phone"]) == ("jo1@mail.example", "+31612345678")
    assert (row["id_zendesk_visitor"], row["customer"]) == ("1.v1", "email:jo1@mail.example")
    assert (row["agent"], row["department"], row["rating"], row["ticket"]) == ("Ann", "Billing", "good", "83")
    assert (row["wait_seconds"], row["messages"], row["duration_seconds"], row["missed"]) == (10.0, 2, 600.0, False)
    assert row["text"] == "Hello"


def test_a_chat_that_nobody_answered_is_missed_and_one_to_nobody_is_a_message_left(read):
    offline = {
        "id": "o",
        "type": "offline_msg",
        "message": "Call me",
        "timestamp": "2024-05-01T20:00:00Z",
        "visitor": {"email": ""},
    }
    log = read([chat(missed=True, agent_names=[]), offline])
    rows = {row["activity"]: row for row in log.table.to_pylist()}
    assert set(rows) == {"chat missed", "chat message left"}
    assert rows["chat missed"]["agent"] is None
    assert rows["chat message left"]["text"] == "Call me"
    assert rows["chat message left"]["end_timestamp"] is None
    assert rows["chat message left"]["customer"] is None


@pytest.mark.parametrize(
    "wrap",
    [
        lambda chats: "\n".join(map(json.dumps, chats)),
        lambda chats: "\r\n".join(map(json.dumps, chats)) + "\r\n\r\n",
        lambda chats: json.dumps(chats),
        lambda chats: json.dumps(chats, indent=2),
        lambda chats: json.dumps({"chats": chats, "count": 2, "next_page": None}),
        lambda chats: json.dumps({"chats": chats, "count": 2}, indent=1),
        lambda chats: json.dumps({"count": 2, "docs": {item["id"]: item for item in chats}, "errors": {}}),
        lambda chats: "\n".join(json.dumps({"chats": [item]}) for item in chats),
        lambda chats: gzip.compress("\n".join(map(json.dumps, chats)).encode()),
        lambda chats: b"\xef\xbb\xbf" + json.dumps(chats).encode(),
    ],
)
def test_every_way_to_write_the_same_chats_gives_the_same_events(read, wrap):
    log = read(wrap([chat(1), chat(2)]))
    assert log.table["source_row"].to_pylist() == [1, 2]
    assert log.table["event_id"].to_pylist() == ["chat 1", "chat 2"]
    assert closes(log)


def test_a_chat_delivered_again_is_used_once_in_its_latest_version(read):
    log = read(
        [
            chat(1, rating="late", update_timestamp="2024-05-03T00:00:00Z"),
            chat(1, rating="early", update_timestamp="2024-05-02T00:00:00Z"),
            chat(2, rating="early"),
            chat(2, rating="late", end_timestamp="2024-05-01T09:20:00Z"),
            chat(3, rating="first"),
            chat(3, rating="last"),
        ]
    )
    assert log.table["rating"].to_pylist() == ["late", "late", "last"]
    assert log.sources["duplicate"].to_pylist() == [3]
    assert closes(log)


def test_values_of_an_unexpected_type_are_not_there(read):
    odd = {"visitor": [], "agent_names": "Ann", "count": 3, "response_time": {"first": True}, "duration": 1e300}
    row = read([chat(**odd, history={"a": 1}, rating=None)]).table.to_pylist()[0]
    absent = (
        "id_email",
        "id_zendesk_visitor",
        "agent",
        "messages",
        "wait_seconds",
        "duration_seconds",
        "text",
    )
    assert [row[name] for name in absent] == [None] * len(absent)


def test_an_odd_part_of_a_history_costs_only_itself(read):
    history = [entry("chat.msg", "Jo", msg=5), 7, entry("chat.msg", "Jo", msg=["no text"]), entry("chat.msg", "Ann")]
    log = read([chat(history=history)], messages=True)
    assert log.table["text"].to_pylist() == ["5", None, None]
    assert log.table["event_id"].to_pylist() == ["chat 1/1", "chat 1/3", "chat 1/4"]


def test_the_wait_is_that_of_the_first_engagement_where_the_chat_has_none(read):
    engagements = [{"response_time": {"first": 7, "avg": 9}}, {"response_time": {"first": 3}}]
    chats = [
        chat(1, engagements=engagements),
        chat(2, engagements=engagements, response_time={"first": None}),
        chat(3, engagements=[], response_time=None),
    ]
    assert read(chats).table["wait_seconds"].to_pylist() == [10.0, 7.0, None]


def test_a_chat_with_half_a_character_is_set_aside(read):
    log = read([chat(1), chat(2, department_name="B\ud800lling")])
    assert log.table["event_id"].to_pylist() == ["chat 1"]
    assert log.quarantine.table["detail"].to_pylist() == ["half a character: a surrogate without its pair"]
    assert closes(log)


def test_a_file_in_many_blocks_gives_the_log_of_one_block(read, monkeypatch):
    chats = [chat(number % 7, update_timestamp=f"2024-05-02T00:00:{number:02}Z", history=[entry("chat.msg", "Jo")])
             for number in range(20)]  # fmt: skip
    lines = [*map(json.dumps, chats[:9]), '{"id": "cut", ', *map(json.dumps, chats[9:])]
    for messages in (False, True):
        whole = read(lines, messages=messages)
        with monkeypatch.context() as patch:
            patch.setattr(inputs.blocks, "__kwdefaults__", {**inputs.blocks.__kwdefaults__, "size": 1500})
            parts = read(lines, messages=messages)
        assert parts.table.equals(whole.table)
        assert parts.sources.equals(whole.sources)
        assert parts.quarantine.table.equals(whole.quarantine.table)
        assert whole.sources["duplicate"].to_pylist() == [13]


def test_an_end_before_its_start_is_left_out_with_a_note(read):
    log = read([chat(end_timestamp="2024-05-01T08:00:00Z")])
    assert log.table["end_timestamp"].to_pylist() == [None]
    assert log.sources["notes"].to_pylist() == [["1 chats end before they begin; end left out"]]


# --- chats that are not used ---------------------------------------------------------------------------------------


def test_what_is_no_chat_is_kept_aside_with_its_reason_and_its_line(read):
    lines = [
        chat(1),
        '{"id": "broken", ',
        "",
        chat(2, id=None),
        chat(3, timestamp=None),
        chat(4, timestamp="2024-05-01T09:00:00"),
        chat(5, timestamp="yesterday"),
        {"id": 9, "timestamp": "2024-05-01T09:00:00Z", "subject": "a ticket"},
        '["a list"]',
        '{"id": NaN}',
        chat(6, timestamp="03-04-2024 10:00"),
        chat(7, timestamp=1714554000),
    ]
    log = read(lines)
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "parse", "bad_json"),
        (4, "check", "no_id"),
        (5, "check", "no_time"),
        (6, "check", "naive_time"),
        (7, "check", "bad_time"),
        (8, "check", "not_a_chat"),
        (9, "parse", "bad_json"),
        (10, "parse", "bad_json"),
        (11, "check", "bad_time"),
    ]
    details = dict(
        zip(log.quarantine.table["line"].to_pylist(), log.quarantine.table["detail"].to_pylist(), strict=True)
    )
    assert details[6] == "time '2024-05-01T09:00:00' has no zone"
    assert details[9] == "a list, not an object"
    assert log.quarantine.table["payload"].to_pylist()[0] == b'{"id": "broken", '
    assert log.table["event_id"].to_pylist() == ["chat 1", "chat 7"]
    assert log.table["timestamp"].to_pylist()[1].isoformat() == "2024-05-01T09:00:00+00:00"
    assert closes(log)


def test_a_reject_of_one_document_is_quoted_as_json(read):
    log = read(json.dumps([chat(1), {**chat(2), "id": None}, 7], indent=2))
    rejects = log.quarantine.table.to_pylist()
    assert [(row["line"], row["reason"]) for row in rejects] == [(2, "no_id"), (3, "bad_json")]
    assert json.loads(rejects[0]["payload"])["visitor"]["id"] == "1.v2"


def test_a_file_of_only_bad_chats_is_an_empty_log_whose_account_closes(read):
    log = read([chat(1, timestamp=None), chat(2, id="")])
    assert log.num_events == 0
    assert log.quarantine.reasons == {"no_time": 1, "no_id": 1}
    assert closes(log)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, "is empty"),
        ("[]", EmptySourceError, "holds no Zendesk chats"),
        ('{"chats": []}', EmptySourceError, "holds no Zendesk chats"),
        ("id,timestamp\n1,2024-05-01\n", FormatError, "chats.jsonl is not JSON: it begins with 'id,timestamp"),
        ('[1, "two"]', FormatError, "holds no Zendesk chats, not even JSON objects: a int, not an object"),
        ('[{"id": 1}, {"id"', FormatError, "chats.jsonl is a JSON document that is broken or cut short"),
        ("[" * 100_000, FormatError, "maximum recursion depth"),
        ('{"tickets": [], "count": 0}', FormatError, "its objects have 'tickets', 'count'; a chat has 'visitor'"),
        ('[{"id": 7, "subject": "x"}]', FormatError, "its objects have 'id', 'subject'"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", FormatError, "binary file"),
        (gzip.compress(json.dumps([chat()]).encode())[:-9], FormatError, "cut short"),
    ],
)
def test_what_holds_no_chats_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


# --- one event an entry of the history -----------------------------------------------------------------------------


def test_with_messages_every_contact_in_the_history_is_an_event(read):
    history = [
        entry("chat.memberjoin", "Jo", "2024-05-01T09:00:00Z"),
        entry("chat.msg", "Shop", "2024-05-01T09:00:01Z", msg="Welcome"),
        entry("chat.msg", "Jo", "2024-05-01T09:00:02Z", msg="Where is my order?"),
        entry("chat.memberjoin", "Bo", "2024-05-01T09:00:03Z"),
        entry("chat.tag", "Bo", "2024-05-01T09:00:04Z"),
        entry("chat.msg", "Bo", "2024-05-01T09:00:05Z", msg="On its way"),
        entry("chat.msg", "Somebody", "2024-05-01T09:00:06Z", msg="Thanks", sender_type="Visitor"),
        entry("chat.rating", "Jo", "2024-05-01T09:00:07Z", new_rating="good"),
        entry("chat.memberleave", "Jo", "2024-05-01T09:00:08Z"),
    ]
    log = read([chat(history=history)], messages=True)
    assert log.table["activity"].to_pylist() == [
        "chat joined",
        "automatic message",
        "message from customer",
        "agent joined",
        "message from agent",
        "message from customer",
        "chat rated",
        "chat left",
    ]
    assert log.table["event_id"].to_pylist()[:4] == ["chat 1/1", "chat 1/2", "chat 1/3", "chat 1/4"]
    assert log.table["agent"].to_pylist() == [None, None, None, "Bo", "Bo", None, None, None]
    assert log.table["text"].to_pylist()[2:6] == ["Where is my order?", None, None, "Thanks"]
    assert set(log.table["chat"].to_pylist()) == {"chat 1"}
    assert log.table["end_timestamp"].null_count == 8
    assert log.sources["rows_in"].to_pylist() == [1]
    assert closes(log)


def test_with_messages_a_chat_without_history_stays_one_event(read):
    joined = [entry("chat.memberjoin", "Jo")]
    log = read([chat(1, missed=True), chat(2, history=joined), chat(2, history=joined * 2)], messages=True)
    rows = log.table.to_pylist()
    assert [(row["chat"], row["activity"]) for row in rows] == [
        ("chat 1", "chat missed"),
        ("chat 2", "chat joined"),
        ("chat 2", "chat joined"),
    ]
    assert rows[0]["end_timestamp"] is not None
    assert log.sources["duplicate"].to_pylist() == [1]


def test_with_messages_an_entry_without_time_sets_its_whole_chat_aside(read):
    history = [entry("chat.msg", "Jo"), entry("chat.msg", "Ann", "2024-05-01T09:01:00"), entry("chat.msg", "Jo")]
    log = read([chat(1, history=history), chat(2, history=history[:1])], messages=True)
    assert log.quarantine.reasons == {"bad_entry_time": 1}
    assert log.table["chat"].to_pylist() == ["chat 2"]
    assert closes(log)
    assert read([chat(1, history=history)]).num_events == 1


# --- damage, and the real file -------------------------------------------------------------------------------------


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    chats = [chat(number, history=[entry("chat.msg", "Jo", msg="é")]) for number in range(3)]
    text = data.draw(st.sampled_from(["\n".join(map(json.dumps, chats)), json.dumps({"chats": chats}, indent=1)]))
    content = bytearray(text.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        log = read_zendesk_chats(path, messages=data.draw(st.booleans()))
    except SourceError:
        return
    assert closes(log)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(chat())), ANYTHING), st.lists(ANYTHING, max_size=2), st.booleans())
def test_a_chat_whose_values_are_anything_never_crashes(tmp_path_factory, odd, history, messages):
    path = tmp_path_factory.getbasetemp() / "odd.jsonl"
    path.write_text("\n".join(map(json.dumps, [chat(1), chat(2, **odd), chat(3, history=history)])))
    log = read_zendesk_chats(path, messages=messages)
    assert closes(log)
    assert "chat 1" in log.table["chat"].to_pylist()


def test_the_chat_of_the_api_is_read_whole(shared):
    path = shared / "formats/zendesk/chat.json"
    row = read_zendesk_chats(path).table.to_pylist()[0]
    assert (row["activity"], row["agent"], row["wait_seconds"], row["messages"]) == ("chat", "facetoe", 10.0, 19)
    assert row["customer"] == "zendesk_visitor:2314815.gCgOWZRtqVKquB"
    activities = read_zendesk_chats(path, messages=True).table["activity"].to_pylist()
    assert activities.count("message from customer") == 8
    assert activities.count("message from agent") == 11
    assert activities[-1] == "chat left"


@pytest.mark.parametrize("file", ["call.json", "engagement.json", "leg.json", "satisfaction_rating.json"])
def test_other_objects_of_zendesk_are_named_and_refused(shared, file):
    with pytest.raises(FormatError, match=f"{file} holds no Zendesk chats: its objects have '"):
        read_zendesk_chats(shared / "formats/zendesk" / file)
