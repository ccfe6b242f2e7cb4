import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.phone.connect import read_amazon_connect

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
MOBILE = "+31612345678"


def time(second):
    return None if second is None else f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def contact(
    key="c1",
    method="INBOUND",
    begun=0,
    ended=100,
    *,
    channel="VOICE",
    connected=None,
    queued=None,
    dequeued=None,
    answered=None,
    worked=None,
    transferred=None,
    reason="CUSTOMER_DISCONNECT",
    updated=200,
    address=MOBILE,
    kind="TELEPHONE_NUMBER",
    **more,
):
    """Write a contact record, times in seconds from the start."""
    queue = {"Name": "sales", "EnqueueTimestamp": time(queued), "DequeueTimestamp": time(dequeued)}
    agent = {
        "Username": "A1",
        "ConnectedToAgentTimestamp": time(answered),
        "AgentInteractionDuration": 30,
        "CustomerHoldDuration": 10,
        "NumberOfHolds": 1,
        "AfterContactWorkStartTimestamp": time(worked),
        "AfterContactWorkEndTimestamp": None if worked is None else time(worked + 5),
    }
    return {
        "ContactId": key,
        "Channel": channel,
        "InitiationMethod": method,
        "InitiationTimestamp": time(begun),
        "ConnectedToSystemTimestamp": time(connected),
        "DisconnectTimestamp": time(ended),
        "DisconnectReason": reason,
        "LastUpdateTimestamp": time(updated),
        "CustomerEndpoint": {"Address": address, "Type": kind},
        "Queue": None if queued is None else queue,
        "Agent": None if answered is None and worked is None else agent,
        "TransferCompletedTimestamp": time(transferred),
        "TransferredToEndpoint": None if transferred is None else {"Address": "+31207654321"},
        **more,
    }


@pytest.fixture
def read(tmp_path):
    def read(*records, **options):
        path = tmp_path / "records.json"
        path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in records))
        return read_amazon_connect(path, **options)

    return read


def steps(log, *names):
    """Give columns in order of time."""
    rows = log.table.sort_by("timestamp").select(["activity", "timestamp", "end_timestamp", *names]).to_pylist()
    return [tuple(_second(value) if isinstance(value, datetime) else value for value in row.values()) for row in rows]


def _second(moment):
    return (moment - START).total_seconds()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


# --- calls -----------------------------------------------------------------------------------------------------------


def test_a_record_gives_every_column(read):
    log = read(contact(connected=0, queued=40, dequeued=60, answered=60, worked=100), country=None)
    assert steps(log) == [
        ("in voice menu", 0, 40),
        ("waited in queue", 40, 60),
        ("talked with agent", 60, 100),
        ("after-call work", 100, 105),
    ]
    assert log.where(activity="talked with agent").table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "talked with agent",
            "timestamp": START + timedelta(seconds=60),
            "end_timestamp": START + timedelta(seconds=100),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "event_id": "c1/talked with agent",
            "source": "records.json",
            "source_row": 1,
            "id_customer": None,
            "id_phone": MOBILE,
            "id_email": None,
            "call": "c1",
            "direction": "inbound",
            "queue": "sales",
            "transfer": None,
            "agent": "A1",
            "holds": 1.0,
            "hold_seconds": 10.0,
            "talk_seconds": 30.0,
            "ended_by": "caller",
            "destination": None,
        }
    ]
    assert (account(log), _second(log.account["observed_until"][0])) == ([1, 1, 0, 0], 105)


def test_who_hangs_up_while_waiting_abandons_the_call(read):
    log = read(contact(connected=0, queued=40, dequeued=100))
    assert steps(log) == [("in voice menu", 0, 40), ("waited in queue", 40, 100), ("call abandoned", 100, None)]


@pytest.mark.parametrize(
    "more", [{"reason": "CONTACT_FLOW_DISCONNECT"}, {"NextContactId": "c2"}, {"transferred": 100}, {"ended": None}]
)
def test_who_is_led_out_of_the_queue_abandons_nothing(read, more):
    log = read(contact(connected=0, queued=40, dequeued=100, **more))
    assert "call abandoned" not in log.activities


def test_a_call_that_is_over_in_the_menu_is_the_menu(read):
    assert steps(read(contact(connected=2))) == [("in voice menu", 2, 100)]


def test_a_menu_that_takes_no_time_is_none(read):
    log = read(contact(connected=0, queued=0, dequeued=100))
    assert steps(log)[0] == ("waited in queue", 0, 100)


def test_a_contact_without_any_step_was_missed(read):
    assert steps(read(contact(method="TASK?"), contact("c2", method="API", channel="CHAT"))) == [
        ("call missed", 0, 100),
        ("chat started", 0, None),
    ]


def test_a_transfer_begins_the_next_record_of_the_same_call(read):
    first = contact(
        connected=0, queued=40, dequeued=60, answered=60, reason="AGENT_DISCONNECT", NextContactId="c2", worked=101
    )
    second = contact(
        "c2",
        "TRANSFER",
        100,
        200,
        queued=100,
        dequeued=120,
        answered=120,
        InitialContactId="c1",
        PreviousContactId="c1",
    )
    log = read(second, first)
    assert steps(log, "call", "direction", "transfer", "ended_by") == [
        ("in voice menu", 0, 40, "c1", "inbound", None, None),
        ("waited in queue", 40, 60, "c1", "inbound", None, None),
        ("talked with agent", 60, 100, "c1", "inbound", None, "transfer"),
        ("call transferred", 100, None, "c1", "inbound", "internal", None),
        ("waited in queue", 100, 120, "c1", "inbound", None, None),
        ("after-call work", 101, 106, "c1", "inbound", None, None),
        ("talked with agent", 120, 200, "c1", "inbound", None, "caller"),
    ]


def test_a_transfer_to_a_number_outside_stays_in_its_record(read):
    log = read(contact("c2", "QUEUE_TRANSFER", 0, 200, queued=0, dequeued=60, answered=60, transferred=100))
    assert steps(log, "transfer", "destination", "event_id") == [
        ("call transferred", 0, None, "queue", None, "c2/passed on"),
        ("waited in queue", 0, 60, None, None, "c2/waited in queue"),
        ("talked with agent", 60, 100, None, None, "c2/talked with agent"),
        ("call transferred", 100, None, "external", "+31207654321", "c2/call transferred"),
    ]


def test_a_call_that_an_agent_makes_is_a_talk_once_the_customer_picks_up(read):
    taken, not_taken = contact(method="OUTBOUND", answered=1, connected=20), contact("c2", "OUTBOUND", answered=1)
    assert steps(read(taken), "direction") == [
        ("call made", 0, 20, "outbound"),
        ("talked with agent", 20, 100, "outbound"),
    ]
    assert steps(read(not_taken)) == [("call made", 0, 100)]
    assert steps(read(contact(method="API", connected=20))) == [("call made", 0, 20)]


def test_a_callback_is_waited_for_and_then_made(read):
    log = read(contact(method="CALLBACK", queued=10, dequeued=60, answered=60, connected=70))
    assert steps(log, "direction") == [
        ("waited for callback", 10, 60, "outbound"),
        ("call made", 60, 70, "outbound"),
        ("talked with agent", 70, 100, "outbound"),
    ]
    assert steps(read(contact(method="CALLBACK", queued=10, dequeued=100))) == [
        ("waited for callback", 10, 100),
        ("call made", 100, 100),
    ]


# --- other channels --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("medium", "method", "channel", "names"),
    [
        ("CHAT", "API", "chat", ["chat started", "waited in queue", "chatted with agent", "chat transferred"]),
        ("EMAIL", "INBOUND", "mail", ["mail received", "waited in queue", "mail handled by agent", "mail transferred"]),
        ("TASK", "API", "task", ["task created", "waited in queue", "task handled by agent", "task transferred"]),
        ("EMAIL", "AGENT_REPLY", "mail", ["mail sent", "waited in queue", "mail handled by agent", "mail transferred"]),
    ],
)
def test_the_same_steps_have_the_words_of_their_channel(read, medium, method, channel, names):
    log = read(contact(method=method, channel=medium, queued=5, dequeued=9, answered=9, transferred=100))
    assert [(step[0], step[3]) for step in steps(log, "channel")] == [(name, channel) for name in names]


def test_customers_are_known_by_number_address_and_number_of_their_own(read):
    log = read(
        contact(connected=0, CustomerId="C1"),
        contact("c2", channel="EMAIL", address="Jo@Mail.example", kind="EMAIL_ADDRESS"),
        contact("c3", channel="CHAT", method="API", CustomerEndpoint=None),
        contact("c4", connected=0, address="arn:aws:connect:x", kind="CONTACT_FLOW"),
    )
    ids = ["id_customer", "id_phone", "id_email", "customer", "case_id"]
    found = {row.pop("source_row"): tuple(row.values()) for row in log.table.select(["source_row", *ids]).to_pylist()}
    assert found == {
        1: ("C1", MOBILE, None, "C1", "C1"),
        2: (None, None, "jo@mail.example", "email:jo@mail.example", "email:jo@mail.example"),
        3: (None, None, None, None, "nobody/records.json/3"),
        4: (None, None, None, None, "nobody/records.json/4"),
    }


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_a_record_delivered_again_is_used_once_as_it_was_updated_last(read):
    early, late = contact(connected=0, updated=150), contact(connected=0, worked=100, answered=60, updated=900)
    for records in ([early, late, late], [late, early, late]):
        log = read(*records)
        assert account(log) == [3, 1, 2, 0]
        assert [step[0] for step in steps(log)] == ["in voice menu", "talked with agent", "after-call work"]


def test_supervisors_and_third_parties_are_set_aside(read):
    log = read(contact(connected=0), contact("c2", "MONITOR"), contact("c3", "EXTERNAL_OUTBOUND"))
    assert (account(log), log.quarantine.reasons) == ([3, 1, 0, 2], {"monitored": 1, "other_party": 1})
    assert log.quarantine.num_refused == 0


@pytest.mark.parametrize(
    ("bad", "stage", "reason"),
    [
        ('{"ContactId": "c2", ', "parse", "bad_json"),
        ("[1, 2]", "parse", "bad_json"),
        ({"id": 7}, "check", "not_a_contact"),
        (contact(None), "check", "no_id"),
        (contact("c2", begun=None), "check", "no_time"),
        (contact("c2") | {"InitiationTimestamp": "soon"}, "check", "bad_time"),
        (contact("c2", channel=None), "check", "no_channel"),
    ],
)
def test_a_record_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason):
    log = read(contact(connected=0), bad, contact("c3", connected=0))
    found = log.quarantine.table.select(["line", "stage", "reason"]).to_pylist()
    assert (account(log), found) == ([3, 2, 0, 1], [{"line": 2, "stage": stage, "reason": reason}])
    assert steps(log) == [("in voice menu", 0, 100)] * 2


def test_an_end_before_its_begin_is_left_out_with_a_note(read):
    log = read(contact(connected=0, queued=40, dequeued=30))
    assert steps(log)[1] == ("waited in queue", 40, None)
    assert list(log.account["notes"][0]) == ["1 steps end before they begin; their ends are left out"]


def test_fields_of_another_type_than_they_should_have_cost_only_themselves(read):
    log = read(contact(connected=0, queued=40, dequeued=50) | {"Agent": "A1", "Queue": [1]}, contact("c2", connected=0))
    assert steps(log) == [("in voice menu", 0, 100)] * 2


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [900, 3000])
def test_a_file_read_block_by_block_gives_the_same_log(read, monkeypatch, size):
    records = [
        contact(f"c{n}", connected=0, queued=n, dequeued=n + 9, address=f"+3161234567{n % 3}") for n in range(20)
    ]
    records += [contact("c3", connected=0, updated=900), '{"broken": ', contact("c9", "MONITOR")]
    whole = read(*records)
    assert account(whole) == [23, 20, 1, 2]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert read(*records).equals(whole)


def test_records_back_to_back_as_a_delivery_stream_writes_them_are_read_as_lines_are(read, tmp_path):
    records = [contact(connected=0), contact("c2", connected=5), contact("c3", connected=9)]
    path = tmp_path / "stream"
    path.write_text("".join(map(json.dumps, records)))
    assert read_amazon_connect(path, name="records.json").table.equals(read(*records).table)
    path.write_text("".join(map(json.dumps, records)) + '{"ContactId": ')
    with pytest.raises(FormatError, match="stream is a JSON document that is broken or cut short: Extra data"):
        read_amazon_connect(path)


def test_an_array_is_read_as_lines_are(read, tmp_path):
    records = [contact(connected=0), contact("c2", connected=5)]
    path = tmp_path / "records.json.gz"
    path.write_bytes(gzip.compress(json.dumps(records, indent=1).encode()))
    log = read_amazon_connect(path, name="records.json", observed_until="2024-06-01T00:00:00Z")
    assert log.table.equals(read(*records).table)
    assert log.account["observed_until"][0] == datetime(2024, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptySourceError, "records.json is empty"),
        ("[]", EmptySourceError, "records.json holds no contact records of Amazon Connect"),
        ("a,b\n1,2", FormatError, "records.json is not JSON: it begins with 'a,b"),
        (
            '{"id": 1, "type": "chat"}',
            FormatError,
            "records.json holds no contact records of Amazon Connect: its objects have 'id', 'type'; a record has "
            "'ContactId' and 'InitiationMethod'",
        ),
    ],
)
def test_other_files_are_refused_clearly(read, text, error, says):
    with pytest.raises(error, match=says):
        read(text)


def test_the_real_record_has_a_wait_of_346_seconds_two_holds_and_a_transfer(shared_file):
    log = read_amazon_connect(shared_file("formats/amazon_connect/ctr_case1.json"))
    lasted = [
        (row["activity"], row["end_timestamp"] and (row["end_timestamp"] - row["timestamp"]).total_seconds())
        for row in log.table.to_pylist()
    ]
    assert lasted == [
        ("in voice menu", 107),  # 17:12:59 to 17:14:46
        ("waited in queue", 346),  # as Queue.Duration says
        ("talked with agent", 460),  # 239 s of talk and 221 s on hold
        ("call transferred", None),
        ("after-call work", 5),
    ]
    talk = log.where(activity="talked with agent").table.to_pylist()[0]
    assert (talk["holds"], talk["hold_seconds"], talk["talk_seconds"], talk["ended_by"]) == (2, 221, 239, "transfer")
    assert Counter(log.table["customer"].to_pylist()) == {"phone:+190011112222": 5}
