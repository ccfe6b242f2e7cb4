import gzip
from datetime import UTC, datetime, timedelta

import pytest

import journeymine as jm
from journeymine.errors import EmptySourceError, FormatError, OptionError
from journeymine.sources import inputs
from journeymine.sources.phone.asterisk import read_asterisk_cdr
from journeymine.sources.phone.queue_log import read_asterisk_queue_log

START = 1_714_555_000  # 2024-05-01T09:16:40Z
CALL, MOBILE = f"{START}.7", "0612345678"
ENTER = f"0|{CALL}|sales|NONE|ENTERQUEUE||{MOBILE}|2"


def at(second):
    return datetime.fromtimestamp(START, UTC) + timedelta(seconds=second)


@pytest.fixture
def read(tmp_path):
    """Give a function that reads lines; their first field counts seconds from the start."""

    def read(*lines, **options):
        dated = [_dated(line) for line in lines]
        path = tmp_path / "queue_log"
        path.write_text("\n".join(dated) + "\n", encoding="utf-8")
        return read_asterisk_queue_log(path, **options)

    return read


def _dated(line):
    second, bar, rest = line.partition("|")
    return f"{START + int(second)}|{rest}" if bar and second.isdigit() else line


def steps(log, *names):
    """Give columns in order of time."""
    rows = log.table.select(["activity", "timestamp", "end_timestamp", *names]).to_pylist()
    seconds = [
        [row.pop("activity"), *(_second(row.pop(name)) for name in ("timestamp", "end_timestamp")), *row.values()]
        for row in rows
    ]
    return [tuple(row) for row in sorted(seconds, key=lambda row: row[1])]


def _second(moment):
    return None if moment is None else (moment - at(0)).total_seconds()


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"], row["detail"]) for row in log.quarantine.table.to_pylist()]


# --- visits ----------------------------------------------------------------------------------------------------------


def test_a_call_waits_and_talks(read):
    log = read(ENTER, f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5", f"100|{CALL}|sales|SIP/201|COMPLETECALLER|40|60|2")
    assert log.table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "waited in queue",
            "timestamp": at(0),
            "end_timestamp": at(40),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "source": "queue_log",
            "source_row": 1,
            "id_phone": MOBILE,
            "call": CALL,
            "queue": "sales",
            "position": 2,
            "unanswered_rings": 0,
            "agent": None,
            "ended_by": None,
            "reason": None,
            "destination": None,
            "transfer": None,
            "direction": "inbound",
        },
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "talked with agent",
            "timestamp": at(40),
            "end_timestamp": at(100),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "source": "queue_log",
            "source_row": 1,
            "id_phone": MOBILE,
            "call": CALL,
            "queue": "sales",
            "position": None,
            "unanswered_rings": None,
            "agent": "SIP/201",
            "ended_by": "caller",
            "reason": None,
            "destination": None,
            "transfer": None,
            "direction": "inbound",
        },
    ]
    assert account(log) == [3, 3, 0, 0]
    assert log.account["observed_until"][0] == at(100)


def test_who_hangs_up_while_waiting_abandons_the_call(read):
    log = read(ENTER, f"70|{CALL}|sales|NONE|ABANDON|1|2|70")
    assert steps(log, "reason") == [("waited in queue", 0, 70, None), ("call abandoned", 70, None, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("EXITWITHTIMEOUT|1|2|90", "timeout"),
        ("EXITWITHTIMEOUT|1", "timeout"),  # as older exchanges write it
        ("EXITWITHKEY|9|1|2|90", "key"),
        ("EXITEMPTY|1|2|90", "empty"),
    ],
)
def test_who_leaves_a_queue_goes_on_elsewhere(read, line, reason):
    log = read(ENTER, f"90|{CALL}|sales|NONE|{line}", f"90|{CALL}|night|NONE|ENTERQUEUE||{MOBILE}|1")
    assert steps(log, "queue", "reason") == [
        ("waited in queue", 0, 90, "sales", None),
        ("left queue unanswered", 90, None, "sales", reason),
        ("waited in queue", 90, None, "night", None),
    ]
    assert log.table["activity"].to_pylist()[1] == "left queue unanswered"  # before the next queue, in the same second


@pytest.mark.parametrize(
    ("line", "destination", "transfer"),
    [
        ("BLINDTRANSFER|310|internal|40|60|2", "310", "blind"),
        ("TRANSFER|310|internal|40|60", "310", "blind"),
        ("ATTENDEDTRANSFER|BRIDGE|4f2a|40|60|2", None, "attended"),
        ("ATTENDEDTRANSFER|LINK|SIP/201-1|SIP/310-2|40|60|2", None, "attended"),
    ],
)
@pytest.mark.parametrize("begins", ["enter", "connect", "transfer"])
def test_a_transfer_ends_the_talk_and_tells_what_was_before_the_log(read, begins, line, destination, transfer):
    lines = [ENTER, f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5", f"100|{CALL}|sales|SIP/201|{line}"]
    log = read(*lines[["enter", "connect", "transfer"].index(begins) :])
    assert steps(log, "agent", "ended_by", "destination", "transfer") == [
        ("waited in queue", 0, 40, None, None, None, None),
        ("talked with agent", 40, 100, "SIP/201", "transfer", None, None),
        ("call transferred", 100, None, "SIP/201", None, destination, transfer),
    ]
    assert log.num_customers == (begins == "enter")


@pytest.mark.parametrize(
    ("line", "lasted"), [("ABANDON|1|2|70", 70), ("EXITWITHKEY|9|1|2|60", 60), ("EXITWITHTIMEOUT|1", 0)]
)
def test_a_wait_that_began_before_the_log_is_as_long_as_its_end_says(read, line, lasted):
    assert steps(read(f"100|{CALL}|sales|NONE|{line}"))[0] == ("waited in queue", 100 - lasted, 100)


def test_the_agent_who_hangs_up_ends_the_talk(read):
    log = read(ENTER, f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5", f"100|{CALL}|sales|SIP/201|COMPLETEAGENT|40|60|2")
    assert steps(log, "ended_by")[1] == ("talked with agent", 40, 100, "agent")


def test_telephones_that_ring_in_vain_are_counted(read):
    rings = [f"{second}|{CALL}|sales|SIP/20{second % 7}|RINGNOANSWER|5000" for second in (5, 12, 18)]
    log = read(ENTER, *rings, f"20|{CALL}|sales|SIP/204|RINGCANCELED|1000", f"20|{CALL}|sales|NONE|ABANDON|1|2|20")
    assert steps(log, "unanswered_rings") == [("waited in queue", 0, 20, 3), ("call abandoned", 20, None, None)]
    assert account(log) == [6, 6, 0, 0]


def test_steps_that_the_log_does_not_show_the_end_of_have_none(read):
    other = f"{START + 50}.9"
    log = read(ENTER, f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5", f"50|{other}|sales|NONE|ENTERQUEUE||0698765432|1")
    assert steps(log) == [("waited in queue", 0, 40), ("talked with agent", 40, None), ("waited in queue", 50, None)]


def test_a_queue_that_was_left_without_a_trace_is_a_visit_without_an_end(read):
    log = read(ENTER, f"30|{CALL}|sales|NONE|ENTERQUEUE||{MOBILE}|1", f"50|{CALL}|sales|NONE|ABANDON|1|1|20")
    assert steps(log) == [("waited in queue", 0, None), ("waited in queue", 30, 50), ("call abandoned", 50, None)]


def test_the_caller_is_known_in_all_queues_of_a_call(read):
    log = read(
        ENTER,
        f"90|{CALL}|sales|NONE|EXITEMPTY|1|2|90",
        f"90|{CALL}|night|NONE|ENTERQUEUE|||1",
        f"95|{CALL}|night|SIP/7|CONNECT|5|1.9|5",
    )
    assert set(log.table["id_phone"].to_pylist()) == {MOBILE}


def test_a_call_by_nobody_stays_together(read):
    other = f"{START}.8"
    log = read(
        f"0|{CALL}|sales|NONE|ENTERQUEUE||anonymous|1",
        f"0|{other}|sales|NONE|ENTERQUEUE||201|2",
        f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5",
        f"41|{other}|sales|NONE|ABANDON|2|2|41",
    )
    assert (log.num_customers, log.num_cases) == (0, 2)
    cases = {(row["call"], row["case_id"], row["direction"]) for row in log.table.to_pylist()}
    assert cases == {(CALL, "nobody/queue_log/1", "inbound"), (other, "nobody/queue_log/2", "internal")}


def test_internal_digits_says_how_long_an_extension_may_be(read):
    line = f"0|{CALL}|sales|NONE|ENTERQUEUE||7145|1"
    assert read(line).num_customers == 0
    assert read(line, internal_digits=3).table["id_phone"].to_pylist() == ["7145"]
    with pytest.raises(OptionError, match="internal_digits is how many digits an extension has at most, not 0"):
        read(line, internal_digits=0)


def test_call_records_and_queue_log_tell_of_the_same_call(read, tmp_path):
    queue = read(ENTER, f"40|{CALL}|sales|SIP/201|CONNECT|40|1.9|5", f"100|{CALL}|sales|SIP/201|COMPLETEAGENT|40|60|2")
    clock = [f'"{at(second):%Y-%m-%d %H:%M:%S}"' for second in (-20, -15, 100)]
    fields = ['""', f'"{MOBILE}"', '"200"', '"in"', '""', '"SIP/a-1"', '""', '"Queue"', '""', *clock, "120", "115"]
    records = tmp_path / "Master.csv"
    records.write_text(",".join([*fields, '"ANSWERED"', '"DOCUMENTATION"', f'"{CALL}"', '""']))
    both = jm.link(jm.concat([queue, read_asterisk_cdr(records, tz="UTC")]))
    assert (both.num_customers, set(both.table["call"].to_pylist())) == (1, {CALL})
    assert [step[0] for step in steps(both)] == ["call answered", "waited in queue", "talked with agent"]


# --- rows that are none ----------------------------------------------------------------------------------------------


def test_lines_that_are_no_steps_of_a_call_are_set_aside(read):
    log = read(
        "0|NONE|NONE|NONE|QUEUESTART|",
        "1|NONE|sales|SIP/201|PAUSE|lunch",
        ENTER,
        f"2|{CALL}|sales|NONE|DID|0201234567",
        f"9|{CALL}|sales|NONE|ABANDON|1|2|9",
    )
    assert account(log) == [5, 2, 0, 3]
    assert refused(log) == [
        (1, "filter", "not_of_a_call", "no step of a call"),
        (2, "filter", "not_of_a_call", "no step of a call"),
        (4, "filter", "not_of_a_call", "no step of a call"),
    ]
    assert log.quarantine.num_refused == 0


@pytest.mark.parametrize(
    ("bad", "stage", "reason", "detail"),
    [
        ("1|1.7|sales|NONE", "parse", "bad_row", "4 fields, a line has 5 to 11"),
        ("1" + "|1" * 11, "parse", "bad_row", "12 fields, a line has 5 to 11"),
        ("no line at all", "parse", "bad_row", "1 fields, a line has 5 to 11"),
        ("soon|1.7|sales|NONE|ABANDON|1|1|5", "parse", "bad_time", "'soon' is not a time"),
        ("|1.7|sales|NONE|ABANDON|1|1|5", "parse", "bad_time", "None is not a time"),
        ("1|NONE|sales|NONE|ABANDON|1|1|5", "check", "no_call", "no call"),
        ("1||sales|NONE|ABANDON|1|1|5", "check", "no_call", "no call"),
        ("1|1.7|sales|NONE||1", "check", "no_event", "no event"),
    ],
)
def test_a_line_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason, detail):
    log = read(ENTER, bad, f"9|{CALL}|sales|NONE|ABANDON|1|2|9")
    assert (account(log), refused(log)) == ([3, 2, 0, 1], [(2, stage, reason, detail)])
    assert log.quarantine.table["payload"].to_pylist() == [_dated(bad).encode()]
    assert steps(log) == [("waited in queue", 0, 9), ("call abandoned", 9, None)]


def test_lines_that_stand_twice_to_the_letter_are_duplicates(read):
    abandoned = f"9|{CALL}|sales|NONE|ABANDON|1|2|9"
    log = read(ENTER, abandoned, ENTER, abandoned)
    assert (account(log), len(steps(log))) == ([4, 2, 2, 0], 2)


def test_a_log_of_nothing_but_agents_has_no_events(read):
    log = read("0|NONE|NONE|NONE|QUEUESTART|", "5|NONE|sales|SIP/201|ADDMEMBER|")
    assert (log.num_events, account(log)) == (0, [2, 0, 0, 2])


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [60, 150, 400])
def test_a_file_read_block_by_block_gives_the_same_log(read, monkeypatch, size):
    lines = []
    for number in range(12):
        call, begin = f"{START + number}.{number}", number * 10
        lines += [f"{begin}|{call}|q{number % 3}|NONE|ENTERQUEUE||06123456{number % 5:02}|1", f"{begin}|x|damaged"]
        lines += [f"{begin + 4}|{call}|q{number % 3}|SIP/1|RINGNOANSWER|4000", f"{begin}|NONE|NONE|NONE|QUEUESTART|"]
        lines += [f"{begin + 9}|{call}|q{number % 3}|SIP/2|CONNECT|9|1.1|5"] * (number % 2)
        lines += [f"{begin + 30}|{call}|q{number % 3}|SIP/2|COMPLETEAGENT|9|21|1"] * (1 + number % 2)
    whole = read(*lines)
    assert account(whole)[1:] == [36 + 6, 6, 24]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert read(*lines).equals(whole)


def test_gzip_windows_line_ends_and_fractions_of_a_second_are_read(tmp_path):
    path = tmp_path / "queue_log.gz"
    lines = [f"{START}.250|{CALL}|sales|NONE|ENTERQUEUE||{MOBILE}|1", f"{START}.750|{CALL}|sales|NONE|ABANDON|1|1|0"]
    path.write_bytes(gzip.compress("\r\n".join(lines).encode()))
    log = read_asterisk_queue_log(path, name="exchange", observed_until="2024-05-02T00:00:00Z")
    assert steps(log, "source") == [
        ("waited in queue", 0.25, 0.75, "exchange"),
        ("call abandoned", 0.75, None, "exchange"),
    ]
    assert log.account["observed_until"][0] == datetime(2024, 5, 2, tzinfo=UTC)


def test_other_files_are_refused_clearly(read, tmp_path):
    with pytest.raises(FormatError) as error:
        read('"","0612345678","200"')
    assert str(error.value) == (
        """queue_log is not a queue log of Asterisk: line 1 is '"","0612345678","200"'. Expected lines such as """
        "'1714555000|1714555000.7|sales|NONE|ENTERQUEUE||0612345678|1'"
    )
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(EmptySourceError, match="empty is empty"):
        read_asterisk_queue_log(tmp_path / "empty")


def test_the_real_excerpt_is_a_wait_of_6_seconds_and_a_talk_of_25(shared_file):
    log = read_asterisk_queue_log(shared_file("formats/asterisk/queue_log_excerpts.txt"))
    lasted = [(row["end_timestamp"] - row["timestamp"]).total_seconds() for row in log.table.to_pylist()]
    assert (account(log), lasted) == ([3, 3, 0, 0], [6, 25])
    names = ["activity", "call", "queue", "agent", "ended_by", "direction"]
    assert [tuple(row.values()) for row in log.table.select(names).to_pylist()] == [
        ("waited in queue", "1699286234.123", "8000", None, None, "internal"),  # called from extension 7145
        ("talked with agent", "1699286234.123", "8000", "7140", "caller", "internal"),
    ]
