"""What the formats of chat systems say of themselves, held against their readers and real files."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeymine.errors import JourneymineError
from journeymine.sources.chat.formats import FORMATS
from tests.sources import test_intercom, test_teams, test_zendesk, test_zendesk_audits, test_zendesk_tickets
from tests.sources.chat_files import closes, written
from tests.sources.test_whatsapp import SAID, layouts

BY_NAME = {kind.name: kind for kind in FORMATS}
FILES = {
    "zendesk-chats": "zendesk/chat.json",
    "intercom": "intercom/openapi_2.11_examples.jsonl",
    "teams": "teams/chat-message-list.json",
}


def has(item, path):
    for name in path.split("."):
        if not isinstance(item, dict) or name not in item:
            return False
        item = item[name]
    return True


@pytest.mark.parametrize("kind", FORMATS, ids=list(BY_NAME))
def test_every_reader_is_there_and_needs_only_what_its_files_do_not_say(kind):
    assert kind.read.__name__ == kind.reader
    assert kind.required == (["tz"] if kind.name == "whatsapp" else [])
    assert {"observed_until", "name"} <= set(kind.options)


@pytest.mark.parametrize("name", FILES)
def test_real_files_look_as_their_format_says_and_like_no_other(shared, name):
    text = (shared / "formats" / FILES[name]).read_text()
    first = json.loads(text if FILES[name].endswith("json") else text.partition("\n")[0])
    first = first[0] if isinstance(first, list) else first
    fitting = {
        kind.name
        for kind in FORMATS
        for signature in kind.signatures
        if signature.kind == "json" and all(has(first, field) for field in signature.fields)
    }
    assert fitting == {name}


def test_the_columns_of_a_warehouse_look_like_tickets(shared):
    header = (shared / "formats/zendesk/fivetran/ticket_data.csv").read_text().partition("\n")[0].split(",")
    wanted = [sign.fields for sign in BY_NAME["zendesk-tickets"].signatures if sign.kind == "delimited"]
    assert [set(fields) <= set(header) for fields in wanted] == [True]


def test_every_layout_of_whatsapp_looks_like_one_and_other_logs_do_not(shared):
    pattern = re.compile(BY_NAME["whatsapp"].signatures[0].pattern)
    assert all(pattern.match(f"{moment:{layout}}Jo: Hi") for layout in layouts() for moment in SAID)
    real = (shared / "formats/whatsapp/lorem-2000.txt").read_text().split("\n")
    assert all(map(pattern.match, real))
    others = [
        "2024-05-01 09:00:00 10.0.0.1 GET / - 80 - 10.0.0.2 Mozilla/5.0 200",
        "2024-05-01T09:00:00Z INFO shop: order placed",
        "127.0.0.1 - - [16/May/2019:14:05:33 +0000] GET / HTTP/1.1",
        "1714554000|1.2|queue|NONE|ENTERQUEUE||0612345678|1",
    ]
    assert not any(map(pattern.match, others))


RECORDS = {
    "zendesk-chats": [
        test_zendesk.chat(number, history=[test_zendesk.entry("chat.msg", "Jo", msg="é")]) for number in (1, 2)
    ],
    "zendesk-tickets": [test_zendesk_tickets.ticket(number, status="solved") for number in (1, 2)],
    "zendesk-audits": [
        test_zendesk_audits.created(),
        test_zendesk_audits.audit(2, test_zendesk_audits.change("status", "x", "y")),
    ],
    "intercom": [
        test_intercom.conversation(1, test_intercom.part(1, "comment", body="é")),
        {"type": "contact", "id": "c1"},
    ],
    "teams": [test_teams.message(1), test_teams.in_channel(2, replies=[test_teams.in_channel(3, "2")])],
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gives_an_error_of_ours_or_an_account_that_closes(tmp_path, name, data):
    lines = "\n".join(map(json.dumps, RECORDS[name] * 2))
    content = bytearray(data.draw(st.sampled_from([lines, json.dumps(RECORDS[name], indent=1)])).encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))))
    content = data.draw(st.sampled_from([content, content[:last], content[:first] + content[last:]]))
    try:
        log = BY_NAME[name].read(written(tmp_path / "damaged.json", bytes(content)))
    except JourneymineError:
        return
    assert closes(log)


def places(value, path=()):
    """Yield the path of every value inside of a value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def changed(value, path, other):
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_record_in_which_a_value_is_anything_costs_no_other(tmp_path, name, data):
    record = RECORDS[name][0]
    path = data.draw(st.sampled_from([path for path in places(record) if path]))
    odd = {**changed(record, path, data.draw(ANYTHING)), "id": "odd"}
    log = BY_NAME[name].read(written(tmp_path / "odd.json", [record, odd]))
    assert closes(log)
    assert log.num_events >= 1
