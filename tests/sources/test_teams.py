import json

import pytest

from journeymine.errors import EmptySourceError, FormatError, OptionError
from journeymine.sources.chat.teams import read_teams
from tests.small import rows_of
from tests.sources.chat_files import closes, in_small_blocks, same_log, written


def message(number=1, user="u1", name="Jo", **values):
    return {
        "id": str(number),
        "replyToId": None,
        "messageType": "message",
        "createdDateTime": f"2024-05-01T09:00:{number:02}.5Z",
        "lastModifiedDateTime": "2024-05-01T10:00:00Z",
        "deletedDateTime": None,
        "chatId": "19:a",
        "channelIdentity": None,
        "from": {"application": None, "user": {"id": user, "displayName": name}},
        "body": {"contentType": "html", "content": f"<p>text&nbsp;{number}</p>"},
        **values,
    }


def in_channel(number, answers=None, **values):
    return message(
        number, chatId=None, channelIdentity={"teamId": "t", "channelId": "19:c"}, replyToId=answers, **values
    )


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        return read_teams(written(tmp_path / "messages.json", content), **options)

    return read


def test_a_message_is_an_event_of_its_writer(read):
    row = read([message()]).table.to_pylist()[0]
    assert (row["activity"], row["customer"], row["text"], row["channel"]) == (
        "message posted",
        "teams_user:u1",
        "text 1",
        "chat",
    )
    assert (row["room"], row["thread"], row["event_id"], row["agent"]) == ("19:a", "19:a", "19:a/1", None)
    assert f"{row['timestamp']:%H:%M:%S.%f}" == "09:00:01.500000"


def test_plain_text_stays_as_it_is_and_a_deleted_message_has_none(read):
    plain = message(1, body={"contentType": "text", "content": "a <b> c"})
    gone = message(2, deletedDateTime="2024-05-01T11:00:00Z")
    blank = message(3, body={"contentType": "html", "content": "<p></p>"})
    assert rows_of(read([plain, gone, blank]), "text") == [("a <b> c",), (None,), (None,)]


def test_what_the_company_wrote_belongs_to_the_only_other_one_in_its_thread_or_chat(read):
    ann = {"user": "u2", "name": "Ann"}
    messages = [
        message(1),
        message(2, **ann),
        in_channel(3),
        in_channel(4, user="u3", name="Kim"),
        in_channel(5, "3", **ann),
        in_channel(6, **ann),
    ]
    log = read(messages, own_names=["ann"])
    found = {text: values for text, *values in rows_of(log, "text", "activity", "customer", "thread", "agent")}
    assert found == {
        "text 1": ["message from customer", "teams_user:u1", "19:a", None],
        "text 2": ["message from agent", "teams_user:u1", "19:a", "Ann"],
        "text 3": ["message from customer", "teams_user:u1", "19:c/3", None],
        "text 4": ["message from customer", "teams_user:u3", "19:c/4", None],
        "text 5": ["message from agent", "teams_user:u1", "19:c/3", "Ann"],
        "text 6": ["message from agent", None, "19:c/6", "Ann"],
    }
    with pytest.raises(OptionError, match="own_names is empty"):
        read(messages, own_names="")


def test_replies_inside_of_a_message_are_messages(read):
    root = in_channel(1, replies=[in_channel(2, "1"), {**in_channel(3, "1"), "createdDateTime": None}])
    log = read(json.dumps({"value": [root, in_channel(4)]}))
    assert sorted(rows_of(log, "text", "thread", "source_row")) == [
        ("text 1", "19:c/1", 1),
        ("text 2", "19:c/1", 1),
        ("text 4", "19:c/4", 2),
    ]
    assert log.quarantine.reasons == {"no_time": 1}
    assert closes(log)


def test_what_teams_and_applications_wrote_is_set_aside(read):
    event = {"@odata.type": "#microsoft.graph.membersAddedEventMessageDetail"}
    app = {"user": None, "application": {"id": "b1", "displayName": "Bot"}}
    messages = [
        message(1),
        message(2, messageType="systemEventMessage", eventDetail=event, **{"from": None}),
        message(3, messageType="unknownFutureValue", **{"from": None}),
        message(4, **{"from": app}),
    ]
    log = read(messages)
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "filter", "system"),
        (3, "filter", "system"),
        (4, "filter", "bot"),
    ]
    assert rows_of(log, "text") == [("text 1",)]
    assert closes(log)


def test_a_message_delivered_again_is_used_once_as_it_was_changed_last(read):
    late = message(1, lastModifiedDateTime="2024-05-02T10:00:00Z", body={"contentType": "text", "content": "new"})
    log = read([late, message(1), message(1, chatId="19:b")])
    assert sorted(rows_of(log, "room", "text")) == [("19:a", "new"), ("19:b", "text 1")]
    assert log.sources["duplicate"].to_pylist() == [1]


def test_every_way_to_write_the_same_messages_gives_the_same_events(read):
    messages = [message(1), in_channel(2)]
    page = {"@odata.context": "https://graph.example/$metadata", "@odata.count": 2, "value": messages}
    lines = read(messages)
    for content in (json.dumps(messages), json.dumps(page, indent=1), json.dumps(page)):
        assert same_log(read(content), lines)
    pages = read([{"value": [item]} for item in messages])
    assert rows_of(pages, "text", "source_row") == [("text 1", 1), ("text 2", 2)]


def test_what_cannot_be_used_is_kept_aside_with_its_reason(read):
    lines = [
        message(1),
        '{"id": ',
        message(2, id=None),
        message(3, createdDateTime=None),
        message(4, createdDateTime="2024-05-01T09:00:00"),
        message(5, createdDateTime="soon"),
        {"id": "6", "displayName": "a team"},
        message(7, **{"from": 3, "body": "odd", "channelIdentity": []}),
    ]
    log = read(lines)
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "bad_json"),
        (3, "no_id"),
        (4, "no_time"),
        (5, "naive_time"),
        (6, "bad_time"),
        (7, "not_a_message"),
    ]
    assert rows_of(log, "text", "customer") == [("text 1", "teams_user:u1"), (None, None)]
    assert closes(log)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", EmptySourceError, "is empty"),
        ('{"value": []}', EmptySourceError, "holds no Teams messages"),
        ('[{"id": 1}]', FormatError, "its objects have 'id'; a message has a 'messageType'"),
        ("x", FormatError, "is not JSON"),
    ],
)
def test_what_holds_no_messages_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


def test_a_file_in_many_blocks_gives_the_log_of_one_block(read):
    items = [message(number % 9, lastModifiedDateTime=f"2024-05-02T10:00:{number:02}Z") for number in range(12)]
    lines = [*map(json.dumps, items[:5]), '{"cut', *map(json.dumps, items[5:])]
    whole = read(lines)
    with in_small_blocks(1500):
        assert same_log(read(lines), whole)
    assert (whole.num_events, whole.sources["duplicate"].to_pylist()) == (9, [3])


def test_the_real_message_is_read(shared):
    log = read_teams(shared / "formats/teams/chat-message-list.json")
    row = log.table.to_pylist()[0]
    assert (log.num_events, row["text"], row["id_teams_user"]) == (
        1,
        "Hello world",
        "78ccf530-bbf0-47e4-aae6-da5f8c6fb142",
    )
    assert f"{row['timestamp']:%Y-%m-%d %H:%M:%S.%f}" == "2022-11-05 13:06:30.582000"
