import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from journeymine.errors import EmptySourceError, FormatError, OptionError, TimeZoneError
from journeymine.sources import inputs
from journeymine.sources.phone.cel import read_asterisk_cel

START = 1_714_555_000  # 2024-05-01T09:16:40Z
MOBILE, SHOP = "0612345678", "0201234567"
TRUNK, COLLEAGUE = "PJSIP/trunk-00000001", "PJSIP/101-00000001"  # who may begin a call
DESK, OTHER = "PJSIP/201-00000002", "PJSIP/310-00000003"
IDS = {TRUNK: 1, DESK: 2, OTHER: 3}
BRIDGE = {"bridge_id": "4f2a", "bridge_technology": "simple_bridge"}
PARKING = {"bridge_id": "77aa", "bridge_technology": "holding_bridge"}


def at(second):
    return datetime.fromtimestamp(START, UTC) + timedelta(seconds=second)


def row(event, second, name=TRUNK, *, number="", exten="", app="", data="", peer="", extra="", call=0, written=None):
    """Write a row in the default mapping of cel_custom; `call` tells one call from another."""
    extra = json.dumps(extra) if isinstance(extra, dict) else extra
    begun, own = (f"{START}.{call * 10 + place}" for place in (1, IDS.get(name, 1)))
    time = written or f"{START + second:.6f}"
    fields = [
        event,
        time,
        "",
        number,
        "",
        "",
        "",
        exten,
        "in",
        name,
        app,
        data,
        "3",
        "",
        own,
        begun,
        peer,
        "",
        "",
        extra,
    ]
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields)


def bridged(second, name, peer=""):
    return row("BRIDGE_ENTER", second, name, peer=peer, extra=BRIDGE)


def parted(second, name):
    return row("BRIDGE_EXIT", second, name, extra=BRIDGE)


def ended(second, name=TRUNK, status="ANSWER", call=0):
    extra = {"hangupcause": 16, "hangupsource": "", "dialstatus": status}
    return [row("HANGUP", second, name, extra=extra, call=call), row("CHAN_END", second, name, call=call)]


def inbound(call=0, number=MOBILE, second=0):
    return row("CHAN_START", second, number=number, exten=SHOP, call=call)


OVER = row("LINKEDID_END", 80)
QUEUED = [inbound(), row("ANSWER", 1, app="Answer"), row("APP_START", 2, app="Queue", data="sales,t,,,300")]
TALKING = [
    row("CHAN_START", 10, DESK, number="201"),
    row("ANSWER", 20, DESK),
    bridged(20.1, DESK),
    bridged(20.2, TRUNK, DESK),
]


@pytest.fixture
def read(tmp_path):
    def read(*lines, **options):
        path = tmp_path / "Master.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_asterisk_cel(path, **options)

    return read


def steps(log, *names):
    """Give columns in order of time."""
    rows = log.table.sort_by("timestamp").select(["activity", "timestamp", "end_timestamp", *names]).to_pylist()
    return [tuple(_second(value) if isinstance(value, datetime) else value for value in row.values()) for row in rows]


def _second(moment):
    return (moment - at(0)).total_seconds()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


# --- what happens in a call ------------------------------------------------------------------------------------------


def test_a_row_gives_every_column(read):
    log = read(inbound(), row("ANSWER", 1, app="Playback"), *ended(60), row("LINKEDID_END", 60))
    assert log.table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "call answered",
            "timestamp": at(0),
            "end_timestamp": at(60),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "source": "Master.csv",
            "source_row": 1,
            "id_phone": MOBILE,
            "call": f"{START}.1",
            "direction": "inbound",
            "destination": SHOP,
            "disposition": "ANSWERED",
            "application": "Playback",
            "ring_seconds": 1.0,
            "talk_seconds": 59.0,
            "transfers": 0,
            "rows": 5,
            "queue": None,
            "agent": None,
            "transfer": None,
        }
    ]
    assert account(log) == [5, 5, 0, 0]
    assert log.account["observed_until"][0] == at(60)


def test_a_call_waits_talks_is_passed_on_and_talks_again(read):
    passed_on = {"extension": "310", "context": "internal", "bridge_id": "4f2a", "transferee_channel_name": TRUNK}
    log = read(
        *QUEUED,
        *TALKING,
        row("BLINDTRANSFER", 50, DESK, extra=passed_on),
        parted(50.1, TRUNK),
        parted(50.1, DESK),
        *ended(50.2, DESK),
        row("CHAN_START", 52, OTHER),
        bridged(55.1, TRUNK),
        bridged(55.2, OTHER, TRUNK),
        parted(79, TRUNK),
        *ended(80),
        OVER,
    )
    assert steps(log, "queue", "agent", "destination", "transfer", "transfers") == [
        ("call answered", 0, 80, None, None, SHOP, None, 1),
        ("waited in queue", 2, 20.2, "sales", None, None, None, None),
        ("talked with agent", 20.2, 50.1, None, "PJSIP/201", None, None, None),
        ("call transferred", 50, None, None, "PJSIP/201", "310", "blind", None),
        ("talked with agent", 55.1, 79, None, "PJSIP/310", None, None, None),
    ]
    assert set(log.table["id_phone"].to_pylist()) == {MOBILE}
    assert set(log.table["call"].to_pylist()) == {f"{START}.1"}


def test_an_attended_transfer_is_one_too(read):
    log = read(*QUEUED, *TALKING, row("ATTENDEDTRANSFER", 50, DESK, extra={"bridge1_id": "4f2a"}), *ended(80))
    assert steps(log, "agent", "destination", "transfer")[3] == (
        "call transferred",
        50,
        None,
        "PJSIP/201",
        None,
        "attended",
    )


@pytest.mark.parametrize("through", [[], [row("APP_END", 40, app="Queue")]])
def test_who_hangs_up_in_the_queue_abandons_the_call(read, through):
    log = read(*QUEUED, *through, *ended(40, status=""), row("LINKEDID_END", 40))
    assert steps(log, "queue")[1:] == [
        ("waited in queue", 2, 40, "sales"),
        ("call abandoned", 40, None, "sales"),
    ]


def test_who_leaves_the_queue_goes_on_elsewhere(read):
    voice_box = row("APP_START", 41, app="VoiceMail", data="200")
    log = read(*QUEUED, row("APP_END", 40, app="Queue"), voice_box, *ended(60))
    assert steps(log, "queue")[1:] == [
        ("waited in queue", 2, 40, "sales"),
        ("left queue unanswered", 40, None, "sales"),
    ]


def test_the_end_of_the_queue_after_a_talk_is_no_exit(read):
    log = read(*QUEUED, *TALKING, parted(60, TRUNK), row("APP_END", 60.1, app="Queue"), *ended(61))
    assert [step[0] for step in steps(log)] == ["call answered", "waited in queue", "talked with agent"]


def test_a_parked_call_is_on_hold_and_does_not_talk(read):
    log = read(
        *QUEUED,
        *TALKING,
        parted(30, TRUNK),
        row("BRIDGE_ENTER", 30.1, extra=PARKING),
        row("PARK_START", 30.1, extra={"parking_lot": "default"}),
        row("PARK_END", 45, extra={"reason": "ParkedCallUnparked"}),
        row("BRIDGE_EXIT", 45, extra=PARKING),
        bridged(46, TRUNK, OTHER),
        parted(60, TRUNK),
        *ended(61),
    )
    assert steps(log, "agent")[2:] == [
        ("talked with agent", 20.2, 30, "PJSIP/201"),
        ("on hold", 30.1, 45, None),
        ("talked with agent", 46, 60, "PJSIP/310"),
    ]


def test_bridges_of_older_exchanges_are_read_too(read):
    log = read(*QUEUED, row("BRIDGE_START", 20, peer=DESK), row("BRIDGE_END", 50, peer=DESK), *ended(51))
    assert steps(log, "agent")[2] == ("talked with agent", 20, 50, "PJSIP/201")


def test_a_talk_that_the_log_ends_in_has_no_end(read):
    assert steps(read(*QUEUED, *TALKING))[2] == ("talked with agent", 20.2, None)


def test_in_a_call_made_the_caller_is_the_agent(read):
    log = read(
        row("CHAN_START", 0, COLLEAGUE, number="101", exten=MOBILE),
        row("ANSWER", 5, COLLEAGUE, number="101"),
        bridged(5, COLLEAGUE, TRUNK),
        *ended(60, COLLEAGUE),
    )
    assert steps(log, "direction", "id_phone", "agent") == [
        ("call made", 0, 60, "outbound", MOBILE, None),
        ("talked with agent", 5, 60, "outbound", MOBILE, "PJSIP/101"),
    ]


def test_a_call_between_colleagues_is_one_event(read):
    log = read(row("CHAN_START", 0, number="101", exten="102"), row("ANSWER", 1), bridged(1, TRUNK, DESK), *ended(9))
    assert (steps(log, "direction"), log.num_customers) == ([("internal call", 0, 9, "internal")], 0)


@pytest.mark.parametrize(
    ("extra", "disposition"),
    [
        ({"dialstatus": "BUSY"}, "BUSY"),
        ({"hangupcause": 34, "dialstatus": "CONGESTION"}, "CONGESTION"),
        ({"dialstatus": "CHANUNAVAIL"}, "FAILED"),
        ({"dialstatus": "CANCEL"}, "NO ANSWER"),
        ("16,SIP/201-1,NOANSWER", "NO ANSWER"),
        ("17,,BUSY", "BUSY"),
        ("", "NO ANSWER"),
    ],
)
def test_how_a_call_was_missed_is_told_as_in_call_records(read, extra, disposition):
    log = read(inbound(), row("HANGUP", 20, extra=extra), row("CHAN_END", 20))
    assert steps(log, "disposition", "ring_seconds") == [("call missed", 0, 20, disposition, None)]


def test_the_id_of_the_call_finds_the_callers_channel_wherever_it_stands(read):
    rows = [row("CHAN_START", 0, DESK, number="201"), *QUEUED, *TALKING, *ended(60), *ended(60, DESK)]
    log = read(*rows)
    assert steps(log, "id_phone", "rows")[0] == ("call answered", 0, 60, MOBILE, len(rows))


def test_a_call_by_nobody_stays_together(read):
    log = read(*QUEUED[1:], *TALKING, *ended(60))
    assert (log.num_events, log.num_customers, log.num_cases) == (3, 0, 1)


def test_internal_digits_says_how_long_an_extension_may_be(read):
    log = read(inbound(number="7145"), *ended(5), internal_digits=3)
    assert log.table["id_phone"].to_pylist() == ["7145"]
    with pytest.raises(OptionError, match="internal_digits is how many digits an extension has at most, not 0"):
        read(inbound(), internal_digits=0)


# --- layouts and times -----------------------------------------------------------------------------------------------


def test_something_of_ones_own_may_stand_before_the_time(read):
    rows = [line.replace(",", ',"pbx-1",', 1) for line in (*QUEUED, *TALKING, *ended(60))]
    assert [step[:3] for step in steps(read(*rows))] == [
        ("call answered", 0, 60),
        ("waited in queue", 2, 20.2),
        ("talked with agent", 20.2, 60),
    ]


def test_a_mapping_may_leave_out_what_follows_the_ids(read):
    rows = [line.rsplit(",", 4)[0] for line in (inbound(), row("ANSWER", 1), *ended(60, status=""))]
    assert steps(read(*rows)) == [("call answered", 0, 60)]


def test_times_that_are_dates_need_a_zone(read):
    rows = [
        row("CHAN_START", 0, number=MOBILE, exten=SHOP, written="2024-05-01 11:16:40"),
        row("CHAN_END", 0, written="2024-05-01 11:17:00"),
    ]
    assert steps(read(*rows, tz="Europe/Amsterdam")) == [("call missed", 0, 20)]
    with pytest.raises(TimeZoneError, match="'eventtime' has times without a zone, such as '2024-05-01 11:16:40'"):
        read(*rows)


# --- rows that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "stage", "reason", "detail"),
    [
        (row("ANSWER", 5).rsplit(",", 1)[0], "parse", "bad_row", "19 fields, most rows have 20"),
        (row("ANSWER", 5)[:30], "parse", "unclosed_quote", "a quote that is never closed"),
        (row("ANSWER", 5, written="soon"), "parse", "bad_time", "'soon' is not a time"),
        (row("", 5), "check", "no_event", "no event"),
        (row("ANSWER", 5).replace(f"{START}.1", ""), "check", "no_call", "neither linkedid nor uniqueid"),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason, detail):
    log = read(inbound(), bad, *ended(60))
    found = log.quarantine.table.drop_columns(["source", "payload"]).to_pylist()
    assert found == [{"line": 2, "stage": stage, "reason": reason, "detail": detail}]
    assert (log.quarantine.table["payload"].to_pylist(), account(log)) == ([bad.encode()], [4, 3, 0, 1])
    assert [step[0] for step in steps(log)] == ["call missed"]


def test_rows_that_stand_twice_to_the_letter_are_duplicates(read):
    rows = [*QUEUED, *TALKING, *ended(60)]
    log = read(*rows, *rows)
    assert account(log) == [18, 9, 9, 0]
    assert log.num_events == 3


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [400, 1500])
def test_a_file_read_block_by_block_gives_the_same_log(read, monkeypatch, size):
    lines = [row("ANSWER", 1, call=3)]
    for call in range(8):
        lines += [inbound(call, f"06123456{call:02}"), row("APP_START", 1, app="Queue", data="sales", call=call)]
        lines += [row("ANSWER", 2, call=call)[: 60 if call == 5 else None], row("HANGUP", 9, extra="x", call=call)]
    lines += [*ended(10, call=2), *ended(11, call=4), lines[5]]
    whole = read(*lines)
    assert account(whole) == [38, 36, 1, 1]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert read(*lines).equals(whole)


def test_gzip_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "Master.csv.gz"
    path.write_bytes(gzip.compress("\r\n".join([inbound(), *ended(60)]).encode()))
    log = read_asterisk_cel(path, name="exchange", observed_until="2024-05-02T00:00:00Z")
    assert steps(log, "source") == [("call missed", 0, 60, "exchange")]
    assert log.account["observed_until"][0] == datetime(2024, 5, 2, tzinfo=UTC)


def test_other_files_are_refused_clearly(read, tmp_path):
    with pytest.raises(FormatError) as error:
        read('"","0612345678","200"')
    assert str(error.value) == (
        """Master.csv is not a channel event log (CEL) of Asterisk: line 1 is '"","0612345678","200"'. Expected """
        "comma separated rows without a header: an event such as CHAN_START, its time, and 14 or more further fields "
        "in the order of cel_custom.conf. Call records (CDR) are read with read_asterisk_cdr"
    )
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(EmptySourceError, match="empty is empty"):
        read_asterisk_cel(tmp_path / "empty")


def test_the_real_log_is_one_call_of_sixteen_rows(shared_file):
    log = read_asterisk_cel(shared_file("formats/asterisk/CELMaster1.csv"))
    assert account(log) == [16, 16, 0, 0]
    names = ["activity", "call", "direction", "disposition", "application", "rows", "agent"]
    assert [tuple(found.values()) for found in log.table.select(names).to_pylist()] == [
        ("call answered", "1335310195.0", "inbound", "ANSWERED", "Dial", 16, None),
        ("talked with agent", "1335310195.0", "inbound", None, None, None, "Local/x@default"),
    ]
    spans = [(found["timestamp"], found["end_timestamp"]) for found in log.table.to_pylist()]
    lasted = [(end - start).total_seconds() for start, end in spans]
    assert lasted == pytest.approx([18.111472, 17.190058], abs=1e-6)  # .513823 to .625295, .531291 to .721349
