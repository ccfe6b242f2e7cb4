import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.phone.genesys import read_genesys_conversations

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
MOBILE, SHOP = "+31612345678", "+31201234567"


def time(second):
    return f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def segment(kind, begun=None, ended=None, *, over=None, **more):
    found = {"segmentType": kind, "disconnectType": over, **more}
    found |= {"segmentStart": time(begun)} if begun is not None else {}
    return found | ({"segmentEnd": time(ended)} if ended is not None else {})


def participant(purpose, *segments, media="voice", direction="inbound", user=None, contact=None, **session):
    session = {"mediaType": media, "direction": direction, "segments": list(segments), **session}
    return {"purpose": purpose, "userId": user, "externalContactId": contact, "sessions": [session]}


def customer(ended=100, *, ani=f"tel:{MOBILE}", dnis=f"tel:{SHOP}", **more):
    return participant("customer", segment("interact", 0, ended, over="peer"), ani=ani, dnis=dnis, **more)


MENU = participant("ivr", segment("system", 0, 0.2), segment("ivr", 0.2, 10, over="transfer"))
QUEUE = participant("acd", segment("delay", 10, 12, queueId="Q1"), segment("interact", 12, 30, over="transfer"))
AGENT = participant(
    "agent",
    segment("alert", 28, 30, queueId="Q1"),
    segment("interact", 30, 60, queueId="Q1"),
    segment("hold", 60, 80, queueId="Q1"),
    segment("interact", 80, 100, queueId="Q1", over="client"),
    segment("wrapup", 100, 120, queueId="Q1", wrapUpCode="W7"),
    user="A1",
)


def conversation(*participants, key="c1", ended=100, **more):
    found = {"conversationId": key, "conversationStart": time(0), "participants": list(participants), **more}
    return found | ({"conversationEnd": time(ended)} if ended is not None else {})


@pytest.fixture
def read(tmp_path):
    def read(*records, **options):
        path = tmp_path / "details.json"
        path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in records))
        return read_genesys_conversations(path, **options)

    return read


def steps(log, *names):
    """Give columns in order of time."""
    rows = log.table.sort_by("timestamp").select(["activity", "timestamp", "end_timestamp", *names]).to_pylist()
    return [tuple(_second(value) if isinstance(value, datetime) else value for value in row.values()) for row in rows]


def _second(moment):
    return (moment - START).total_seconds()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


# --- steps -----------------------------------------------------------------------------------------------------------


def test_a_call_goes_through_menu_queue_agent_and_hold(read):
    log = read(conversation(customer(), MENU, QUEUE, AGENT))
    assert steps(log, "queue", "agent", "ended_by", "wrap_up") == [
        ("in voice menu", 0.2, 10, None, None, None, None),
        ("waited in queue", 10, 30, "Q1", None, None, None),
        ("talked with agent", 30, 60, "Q1", "A1", None, None),
        ("on hold", 60, 80, "Q1", "A1", None, None),
        ("talked with agent", 80, 100, "Q1", "A1", "client", None),
        ("after-call work", 100, 120, "Q1", "A1", None, "W7"),
    ]
    assert account(log) == [1, 1, 0, 0]
    assert _second(log.account["observed_until"][0]) == 120


def test_a_step_has_every_column(read):
    log = read(conversation(customer(contact="X1"), QUEUE))
    assert log.table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "waited in queue",
            "timestamp": START + timedelta(seconds=10),
            "end_timestamp": START + timedelta(seconds=30),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "event_id": "c1/2/waited in queue",
            "source": "details.json",
            "source_row": 1,
            "id_phone": MOBILE,
            "id_email": None,
            "id_genesys_contact": "X1",
            "call": "c1",
            "direction": "inbound",
            "queue": "Q1",
            "agent": None,
            "ended_by": None,
            "wrap_up": None,
            "transfer": None,
        }
    ]


@pytest.mark.parametrize("over", ["peer", "client", "endpoint"])
def test_who_leaves_the_queue_and_meets_no_agent_abandons_the_call(read, over):
    waits = participant("acd", segment("interact", 10, 100, queueId="Q1", over=over))
    assert steps(read(conversation(customer(), waits)))[1:] == [("call abandoned", 100, None)]
    assert "call abandoned" in read(conversation(customer(), AGENT, participant("acd", *_later(waits)))).activities
    assert "call abandoned" not in read(conversation(customer(), waits, AGENT)).activities


def _later(waits):
    return [segment("interact", 100, 140, over=waits["sessions"][0]["segments"][0]["disconnectType"])]


@pytest.mark.parametrize("over", ["transfer", "system", "timeout", None])
def test_who_is_led_out_of_the_queue_abandons_nothing(read, over):
    waits = participant("acd", segment("interact", 10, 100, over=over))
    assert steps(read(conversation(customer(), waits))) == [("waited in queue", 10, 100)]


@pytest.mark.parametrize(
    ("over", "transfer"), [("transfer", "blind"), ("consultTransfer", "attended"), ("conferenceTransfer", "conference")]
)
def test_an_agent_passes_a_call_on(read, over, transfer):
    first = participant("agent", segment("interact", 30, 60, over=over), user="A1")
    log = read(conversation(customer(), first, participant("agent", segment("interact", 61, 100), user="A2")))
    assert steps(log, "agent", "ended_by", "transfer") == [
        ("talked with agent", 30, 60, "A1", "transfer", None),
        ("call transferred", 60, None, "A1", None, transfer),
        ("talked with agent", 61, 100, "A2", None, None),
    ]


def test_a_call_made_is_dialled_first(read):
    agent = participant("agent", segment("dialing", 0, 8), segment("interact", 8, 90), direction="outbound", user="A1")
    log = read(conversation(agent, customer(ani=f"tel:{SHOP}", dnis=f"tel:{MOBILE}", direction="outbound")))
    assert steps(log, "direction", "id_phone") == [
        ("call made", 0, 8, "outbound", MOBILE),
        ("talked with agent", 8, 90, "outbound", MOBILE),
    ]


def test_a_user_serves_a_customer_and_calls_where_there_is_none(read):
    user = participant("user", segment("dialing", 0, 1), segment("interact", 1, 100), direction="outbound", user="U1")
    assert [step[0] for step in steps(read(conversation(user, MENU, QUEUE, AGENT)))].count("talked with agent") == 2
    served = read(conversation(user, customer(ani=None, direction="outbound")))
    assert steps(served, "agent") == [("call made", 0, 1, "U1"), ("talked with agent", 1, 100, "U1")]


def test_a_callback_is_waited_for_and_its_call_is_a_session_of_its_own(read):
    asks = participant("customer", media="callback", direction=None, callbackNumbers=[MOBILE])
    waits = participant("acd", segment("interact", 0, 50), media="callback", direction=None)
    agent = participant("agent", segment("interact", 50, 100), media="callback", direction=None, user="A1")
    agent["sessions"] += participant("agent", segment("dialing", 55, 60), segment("interact", 60, 95))["sessions"]
    assert steps(read(conversation(asks, waits, agent)), "customer") == [
        ("waited for callback", 0, 50, f"phone:{MOBILE}"),
        ("callback handled by agent", 50, 100, f"phone:{MOBILE}"),
        ("call made", 55, 60, f"phone:{MOBILE}"),
        ("talked with agent", 60, 95, f"phone:{MOBILE}"),
    ]


def test_a_voice_box_is_spoken_on(read):
    box = participant("voicemail", segment("interact", 30, 50, over="peer"))
    assert steps(read(conversation(customer(), box))) == [("left voicemail", 30, 50)]


def test_a_conversation_without_any_step_was_missed_or_made(read):
    assert steps(read(conversation(customer()))) == [("call missed", 0, 100)]
    assert steps(read(conversation(customer(direction="outbound")))) == [("call made", 0, 100)]
    alone = participant("api", direction=None)
    assert steps(read(conversation(alone, originatingDirection="outbound"))) == [("call made", 0, 100)]


def test_shared_screens_and_ringing_are_no_steps(read):
    screen = participant("agent", segment("sharing", 30, 60), segment("interact", 30, 60), media="screenshare")
    rings = participant("agent", segment("alert", 10, 20, over="transfer"))
    assert steps(read(conversation(customer(), QUEUE, screen, rings))) == [("waited in queue", 10, 30)]


def test_a_session_that_does_not_say_its_medium_has_that_of_its_conversation(read):
    queue = participant("acd", segment("interact", 10, 20), media=None)
    agent = participant("agent", segment("interact", 20, 30), media=None)
    asks = participant("customer", media="chat")
    assert [step[0] for step in steps(read(conversation(queue, agent, asks)))] == [
        "chat started",
        "waited in queue",
        "chatted with agent",
    ]


def test_a_segment_that_goes_on_has_no_end(read):
    agent = participant("agent", segment("interact", 30), user="A1")
    log = read(conversation(customer(None), participant("acd", segment("interact", 10)), agent, ended=None))
    assert steps(log) == [("waited in queue", 10, None), ("talked with agent", 30, None)]


# --- other channels --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media", "way", "channel", "names"),
    [
        ("chat", "inbound", "chat", ["chat started", "waited in queue", "chatted with agent", "chat transferred"]),
        ("message", "inbound", "chat", ["chat started", "waited in queue", "chatted with agent", "chat transferred"]),
        ("email", "inbound", "mail", ["mail received", "waited in queue", "mail handled by agent", "mail transferred"]),
        ("email", "outbound", "mail", ["mail sent", "waited in queue", "mail handled by agent", "mail transferred"]),
    ],
)
def test_the_same_steps_have_the_words_of_their_channel(read, media, way, channel, names):
    parts = [
        participant("customer", segment("interact", 0, 50), media=media, direction=way),
        participant("acd", segment("interact", 10, 20), media=media, direction=way),
        participant("agent", segment("interact", 20, 50, over="transfer"), media=media, direction=way),
    ]
    assert [(step[0], step[3]) for step in steps(read(conversation(*parts)), "channel")] == [
        (name, channel) for name in names
    ]


@pytest.mark.parametrize(
    ("session", "phone", "email"),
    [
        ({"ani": f"tel:{MOBILE}"}, MOBILE, None),
        ({"ani": f"sip:{MOBILE}@10.0.0.1;user=phone"}, MOBILE, None),
        ({"ani": "sip:anonymous@anonymous.invalid"}, None, None),
        ({"ani": "Restricted"}, None, None),
        ({"direction": "outbound", "ani": f"tel:{SHOP}", "dnis": f"tel:{MOBILE}"}, MOBILE, None),
        ({"media": "message", "addressFrom": MOBILE}, MOBILE, None),
        ({"media": "message", "addressFrom": "7f1b-web"}, None, None),
        (
            {"media": "email", "addressFrom": "Jo@Mail.example", "addressTo": "shop@shop.example"},
            None,
            "jo@mail.example",
        ),
        ({"media": "email", "direction": "outbound", "addressTo": "jo@mail.example"}, None, "jo@mail.example"),
        ({"media": "email", "addressOther": "jo@mail.example"}, None, "jo@mail.example"),
    ],
)
def test_the_customer_is_who_the_customers_session_names(read, session, phone, email):
    other = participant("agent", segment("interact", 1, 2), ani="tel:+31700000000")
    log = read(conversation(other, participant("customer", segment("interact", 0, 5), **session)))
    assert set(log.table["id_phone"].to_pylist()) == {phone}
    assert set(log.table["id_email"].to_pylist()) == {email}


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_a_conversation_delivered_again_is_used_once_as_it_is_when_it_is_over(read):
    early, late = conversation(customer(), MENU, QUEUE, ended=None), conversation(customer(), MENU, QUEUE, AGENT)
    for records in ([early, late], [late, early]):
        log = read(*records)
        assert (account(log), log.num_events) == ([2, 1, 1, 0], 6)
    growing = [conversation(customer(), MENU, ended=None), early]
    assert read(*growing[::-1]).num_events == 2


def test_a_page_a_line_gives_each_conversation_a_row_of_its_own(read):
    nobody = [conversation(participant("acd", segment("interact", 1, 9)), key=f"c{n}") for n in range(3)]
    log = read({"conversations": nobody[:2], "totalHits": 3}, {"conversations": nobody[2:]})
    assert (account(log), log.num_cases, log.num_customers) == ([3, 3, 0, 0], 3, 0)
    assert log.table["source_row"].to_pylist() == [1, 2, 3]
    assert list(log.account["notes"][0]) == [
        "several contacts stand on one line; source_row counts those that are used"
    ]


@pytest.mark.parametrize(
    ("bad", "stage", "reason"),
    [
        ('{"conversationId": "c2", ', "parse", "bad_json"),
        ({"conversationId": "c2"}, "check", "not_a_conversation"),
        (conversation(key=None), "check", "no_id"),
        (conversation(key="c2") | {"conversationStart": None}, "check", "no_time"),
        (conversation(key="c2") | {"conversationStart": "soon"}, "check", "bad_time"),
        (conversation(key="c2"), "check", "no_medium"),
        (conversation(participant("acd", segment("interact", 1, 2), media=None), key="c2"), "check", "no_medium"),
    ],
)
def test_a_conversation_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason):
    log = read(conversation(customer()), bad, conversation(customer(), key="c3"))
    found = log.quarantine.table.select(["line", "stage", "reason"]).to_pylist()
    assert (account(log), found) == ([3, 2, 0, 1], [{"line": 2, "stage": stage, "reason": reason}])
    assert steps(log) == [("call missed", 0, 100)] * 2


def test_a_segment_without_a_usable_begin_is_left_out_with_a_note(read):
    agent = participant("agent", segment("interact"), segment("hold", 60, 50), segment("interact", 70, 90))
    log = read(conversation(customer(), agent))
    assert steps(log) == [("on hold", 60, None), ("talked with agent", 70, 90)]
    assert list(log.account["notes"][0]) == [
        "1 segments without a usable begin are left out",
        "1 steps end before they begin; their ends are left out",
    ]


def test_fields_of_another_type_than_they_should_have_cost_only_themselves(read):
    odd = conversation(
        customer(), AGENT, 7, {"purpose": ["acd"], "sessions": "none"}, {"sessions": [None, {}]}, key="c2"
    )
    assert [step[0] for step in steps(read(conversation(customer()), odd))].count("talked with agent") == 2


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1500, 5000])
def test_a_file_read_block_by_block_gives_the_same_log(read, monkeypatch, size):
    records = [conversation(customer(ani=f"tel:+3161234567{n % 3}"), MENU, QUEUE, AGENT, key=f"c{n}") for n in range(9)]
    records += [conversation(customer(), MENU, key="c3", ended=None), '{"broken": ', conversation(key=None)]
    whole = read(*records)
    assert account(whole) == [12, 9, 1, 2]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert read(*records).equals(whole)


def test_the_answer_of_the_api_is_read_as_lines_are(read, tmp_path):
    records = [conversation(customer(), MENU), conversation(QUEUE, key="c2")]
    path = tmp_path / "details.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"conversations": records, "totalHits": 2}, indent=1).encode()))
    log = read_genesys_conversations(path, name="details.json", observed_until="2024-06-01T00:00:00Z")
    assert log.table.equals(read(*records).table)
    assert log.account["observed_until"][0] == datetime(2024, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptySourceError, "details.json is empty"),
        ('{"conversations": []}', EmptySourceError, "details.json holds no conversations of Genesys Cloud"),
        ("a,b\n1,2", FormatError, "details.json is not JSON: it begins with 'a,b"),
        ('{"id": 1}', FormatError, "its objects have 'id'; a conversation has 'participants'"),
    ],
)
def test_other_files_are_refused_clearly(read, text, error, says):
    with pytest.raises(error, match=says):
        read(text)


def test_the_real_conversations_have_the_segments_that_were_counted_in_them(shared_file):
    file = shared_file("formats/genesys_cloud/conversation_details.json")
    log = read_genesys_conversations(file)
    assert account(log) == [25, 25, 0, 0]
    assert Counter(zip(log.table["channel"].to_pylist(), log.table["activity"].to_pylist(), strict=True)) == {
        ("phone", "in voice menu"): 2,
        ("phone", "waited in queue"): 2,
        ("phone", "talked with agent"): 2,
        ("phone", "waited for callback"): 19,
        ("phone", "callback handled by agent"): 19,
        ("phone", "on hold"): 1,
        ("phone", "after-call work"): 21,
        ("chat", "chat started"): 4,
        ("chat", "chatted with agent"): 4,
        ("chat", "after-call work"): 3,
    }
    parts = [part for found in json.loads(file.read_text())["conversations"] for part in found["participants"]]
    kinds = Counter(
        item["segmentType"]
        for part in parts
        if part["purpose"] == "agent"
        for s in part["sessions"]
        for item in s["segments"]
    )
    assert (kinds["interact"], kinds["hold"], kinds["wrapup"]) == (25, 1, 24)
    called = [
        part for part in parts if part["purpose"] == "customer" and part["sessions"][0]["mediaType"] == "callback"
    ]
    assert log.num_customers == len({part["sessions"][0]["callbackNumbers"][0] for part in called})
