import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, OptionError, TimeZoneError
from journeymine.sources import inputs
from journeymine.sources.phone.asterisk import read_asterisk_cdr

MOBILE, SHOP = "0612345678", "0201234567"
DAY = "2024-02-10 "


def quoted(fields):
    return ",".join(str(field) if isinstance(field, int) else '"' + field.replace('"', '""') + '"' for field in fields)


def csv_row(
    start="16:00:00",
    answer="16:00:05",
    end="16:01:05",
    *,
    source=MOBILE,
    destination="200",
    caller="",
    channel="PJSIP/trunk-0000001a",
    application="Queue",
    outcome=None,
    uniqueid="1707577200.1",
    linkedid=None,
    sequence=0,
    seconds=None,
    day=DAY,
):
    """Write a row of cdr_csv; with a linkedid, in the wide layout of newer exchanges."""
    outcome = outcome or ("ANSWERED" if answer else "NO ANSWER")
    clock = [day + time if time and len(time) == 8 else time for time in (start, answer, end)]
    counted = seconds or _seconds(*clock)
    row = ["", source, destination, "in", caller, channel, "", application, "200,tT"]
    row += [*clock, *counted, outcome, "DOCUMENTATION", uniqueid, ""]
    return quoted(row + (["", linkedid, sequence] if linkedid is not None else []))


def custom_row(start, answer, end, *, source=MOBILE, destination="200", uniqueid="1707577200.1", behind=(), sequence=7):
    """Write a row in the default mapping of cdr_custom."""
    clock = [DAY + time if time else time for time in (start, answer, end)]
    row = [f'"Jo" <{source}>', source, destination, "in", "SIP/a-1", "", "Dial", "SIP/201", *clock]
    outcome = "ANSWERED" if answer else "BUSY"
    row += [*map(str, _seconds(*clock)), outcome, "DOCUMENTATION", "acc", uniqueid, "", sequence, *behind]
    return quoted(row)


def _seconds(start, answer, end):
    try:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        return int((last - first).total_seconds()), int((last - datetime.fromisoformat(answer)).total_seconds())
    except ValueError:
        return 20, 0


@pytest.fixture
def read(tmp_path):
    def read(*lines, tz="UTC", **options):
        path = tmp_path / "Master.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_asterisk_cdr(path, tz=tz, **options)

    return read


def calls(log, *names):
    """Give columns in the order of the file."""
    rows = log.table.sort_by("source_row").select(list(names)).to_pylist()
    values = [tuple(row.values()) for row in rows]
    return [value[0] for value in values] if len(names) == 1 else values


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


def refused(log):
    return [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()]


def at(time, day=10):
    return datetime.fromisoformat(f"2024-02-{day} {time}+00:00")


# --- one call, one event ---------------------------------------------------------------------------------------------


def test_a_row_gives_every_column(read):
    log = read(csv_row(), tz="Europe/Amsterdam")
    assert log.table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "call answered",
            "timestamp": at("15:00:00"),
            "end_timestamp": at("15:01:05"),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "source": "Master.csv",
            "source_row": 1,
            "id_phone": MOBILE,
            "call": "1707577200.1",
            "direction": "inbound",
            "destination": "200",
            "disposition": "ANSWERED",
            "application": "Queue",
            "ring_seconds": 5.0,
            "talk_seconds": 60.0,
            "rows": 1,
        }
    ]


def test_a_call_is_one_event_however_many_rows_it_has(read):
    log = read(
        csv_row("16:00:20", "16:00:30", "16:01:30", destination="201", application="Dial"),
        csv_row("17:00:00", "", "17:00:09", uniqueid="1707580800.4", source="0698765432"),
        csv_row("16:00:00", "", "16:00:20", destination="200"),
        csv_row("16:01:30", "16:01:35", "16:02:00", destination="310", application="Queue"),
    )
    assert account(log) == [4, 4, 0, 0]
    assert calls(log, "source_row", "call", "activity", "rows") == [
        (1, "1707577200.1", "call answered", 3),
        (2, "1707580800.4", "call missed", 1),
    ]
    assert calls(log, "timestamp", "end_timestamp")[0] == (at("16:00:00"), at("16:02:00"))
    assert calls(log, "destination", "application", "ring_seconds", "talk_seconds")[0] == ("200", "Queue", 30.0, 85.0)
    assert calls(log, "disposition", "ring_seconds", "talk_seconds")[1] == ("NO ANSWER", None, 0.0)


def test_linkedid_joins_what_uniqueid_would_keep_apart(read):
    first = csv_row("16:00:00", "16:00:05", "16:01:05", uniqueid="1707577200.1", linkedid="1707577200.1")
    second = csv_row("16:01:05", "16:01:10", "16:02:05", uniqueid="1707577265.2", linkedid="1707577200.1", sequence=1)
    assert calls(read(first, second), "call", "rows") == [("1707577200.1", 2)]
    without_last_fields = [row.rsplit(",", 3)[0] for row in (first, second)]
    assert calls(read(*without_last_fields), "call", "rows") == [("1707577200.1", 1), ("1707577265.2", 1)]


def test_an_id_may_carry_the_name_of_its_exchange(read):
    assert calls(read(csv_row(uniqueid="pbx-1-1707577200.1")), "call") == ["pbx-1-1707577200.1"]


def test_without_any_id_each_row_is_a_call(read):
    rows = [csv_row().rsplit(",", 2)[0], csv_row("16:30:00", "", "16:30:20").rsplit(",", 2)[0]]
    assert calls(read(*rows), "source_row", "call", "rows") == [(1, None, 1), (2, None, 1)]


def test_rows_that_talk_at_the_same_time_count_it_once(read):
    log = read(
        csv_row("16:00:00", "16:00:10", "16:05:00", sequence=1, linkedid="1707577200.1"),
        csv_row("16:01:00", "16:01:10", "16:02:10", sequence=2, linkedid="1707577200.1"),  # within the first
        csv_row("16:04:00", "16:04:30", "16:06:00", sequence=3, linkedid="1707577200.1"),  # its second half after it
        csv_row("16:07:00", "16:07:00", "16:07:30", sequence=4, linkedid="1707577200.1"),  # after a pause
        csv_row("16:02:00", "16:02:30", "16:02:40", uniqueid="1707577320.9", linkedid="1707577320.9"),
    )
    assert calls(log, "talk_seconds") == [290 + 60 + 30, 10]


def test_any_answered_row_makes_the_call_answered_else_the_last_row_tells_why_not(read):
    log = read(
        csv_row("16:00:00", "", "16:00:20", outcome="BUSY"),
        csv_row("16:00:20", "16:00:25", "16:00:30"),
        csv_row("16:00:30", "", "16:00:40", outcome="FAILED"),
        csv_row("17:00:00", "", "17:00:05", uniqueid="1707580800.4", outcome="NO ANSWER"),
        csv_row("17:00:05", "", "17:00:09", uniqueid="1707580800.4", outcome="CONGESTION"),
    )
    assert calls(log, "activity", "disposition") == [("call answered", "ANSWERED"), ("call missed", "CONGESTION")]


# --- layouts ---------------------------------------------------------------------------------------------------------


def test_both_layouts_say_the_same(read):
    times = [("16:00:00", "16:00:05", "16:01:05"), ("17:00:00", "", "17:00:20")]
    ids = ["1707577200.1", "1707580800.4"]
    of_csv = read(*(csv_row(*time, uniqueid=key, outcome=None) for time, key in zip(times, ids, strict=True)))
    of_custom = read(*(custom_row(*time, uniqueid=key) for time, key in zip(times, ids, strict=True)))
    names = [
        "activity",
        "timestamp",
        "end_timestamp",
        "id_phone",
        "call",
        "destination",
        "ring_seconds",
        "talk_seconds",
    ]
    assert calls(of_csv, *names) == calls(of_custom, *names)
    assert calls(of_custom, "disposition", "application") == [("ANSWERED", "Dial"), ("BUSY", "Dial")]


def test_linkedid_is_found_where_a_mapping_of_ones_own_puts_it(read):
    rows = [
        custom_row("16:00:00", "16:00:05", "16:01:05", uniqueid="1707577200.1", behind=("", "1707577200.1")),
        custom_row("16:01:05", "16:01:09", "16:02:05", uniqueid="1707577265.2", behind=("", "1707577200.1")),
    ]
    assert calls(read(*rows), "call", "rows") == [("1707577200.1", 2)]


def test_rows_from_before_the_exchange_wrote_more_fields_are_read_too(read):
    old = [
        csv_row(f"10:{minute:02}:00", "", f"10:{minute:02}:09", uniqueid=f"17075000{minute:02}.1")
        for minute in range(20)
    ]
    new = [
        csv_row(f"11:{minute:02}:00", "", f"11:{minute:02}:09", linkedid=f"17076000{minute:02}.1")
        for minute in range(30)
    ]
    log = read(*old, *new)
    assert (account(log), log.num_events) == ([50, 50, 0, 0], 50)
    assert calls(log, "source_row") == list(range(1, 51))
    assert calls(log, "call")[19:21] == ["1707500019.1", "1707600000.1"]


@pytest.mark.parametrize("odd", ['i"n', 'i"n"', '"in"x', '"i"n"', '"i""n', '"i"",n"', 'i"n,"', "in\rn", '"in\r"'])
def test_a_quote_or_a_carriage_return_amidst_a_field_costs_no_other_row(read, odd):
    rows = [csv_row(uniqueid=f"17075772{number:02}.1") for number in range(30)]
    log = read(*rows[:9], csv_row(uniqueid="1707577200.2").replace('"in"', odd), *rows[9:])
    assert account(log) in ([31, 31, 0, 0], [31, 30, 0, 1])
    assert set(calls(log, "source_row")) >= {*range(1, 10), *range(11, 32)}


def test_few_rows_of_another_width_are_damage(read):
    old = [csv_row(f"10:{minute:02}:00", "", f"10:{minute:02}:09") for minute in range(19)]
    new = [csv_row(f"11:{minute:02}:00", "", f"11:{minute:02}:09", linkedid="1707600000.1") for minute in range(30)]
    log = read(*old, *new)
    assert account(log) == [49, 30, 0, 19]
    assert log.quarantine.table["detail"][0].as_py() == "18 fields, most rows have 21"


# --- who called whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "destination", "activity", "direction", "phone"),
    [
        (MOBILE, "200", "call answered", "inbound", MOBILE),
        (MOBILE, SHOP, "call answered", "inbound", MOBILE),
        (MOBILE, "s", "call answered", "inbound", MOBILE),
        ("+31 6-1234 5678", "200", "call answered", "inbound", "+31612345678"),
        ("", "200", "call answered", "inbound", None),
        ("", SHOP, "call answered", "inbound", None),
        ("Anonymous", "200", "call answered", "inbound", None),
        ("201", MOBILE, "call made", "outbound", MOBILE),
        ("alice", MOBILE, "call made", "outbound", MOBILE),
        ("12345", "0031612345678", "call made", "outbound", "+31612345678"),
        ("201", "202", "internal call", "internal", None),
        ("alice", "*97", "internal call", "internal", None),
        ("201", "12345", "internal call", "internal", None),
        ("201", "", "internal call", "internal", None),
    ],
)
def test_the_side_that_is_inside_tells_the_direction(read, source, destination, activity, direction, phone):
    log = read(csv_row(source=source, destination=destination))
    assert calls(log, "activity", "direction", "id_phone") == [(activity, direction, phone)]
    assert log.num_customers == (phone is not None)


def test_a_call_made_is_one_whether_or_not_it_was_answered(read):
    log = read(csv_row("16:00:00", "", "16:00:30", source="201", destination=MOBILE))
    assert calls(log, "activity", "disposition") == [("call made", "NO ANSWER")]


def test_an_extension_that_shows_the_shops_number_still_calls_out(read):
    log = read(
        csv_row(source=SHOP, destination=MOBILE, channel="PJSIP/201-0000001a"),
        csv_row(source=SHOP, destination=MOBILE, channel="PJSIP/trunk-0000001a", uniqueid="1707577200.2"),
        csv_row(source="", destination=MOBILE, channel="Local/201@from-inside-00000001;1", uniqueid="1707577200.3"),
        csv_row(source=MOBILE, destination="200", channel="Local/201@from-queue-00000001;2", uniqueid="1707577200.4"),
    )
    assert calls(log, "direction", "id_phone") == [
        ("outbound", MOBILE),
        ("inbound", SHOP),
        ("outbound", MOBILE),
        ("inbound", MOBILE),
    ]


def test_internal_digits_says_how_long_an_extension_may_be(read):
    row = csv_row(source="123456", destination=MOBILE)
    assert calls(read(row), "direction", "id_phone") == [("inbound", "123456")]
    assert calls(read(row, internal_digits=6), "direction", "id_phone") == [("outbound", MOBILE)]
    with pytest.raises(OptionError, match="internal_digits is how many digits an extension has at most, not 0"):
        read(row, internal_digits=0)


@pytest.mark.parametrize(
    ("caller", "phone"),
    [
        (f'"Jo ""J"" de Vries" <{MOBILE}>', MOBILE),
        (f"<{MOBILE}>", MOBILE),
        (MOBILE, MOBILE),
        ('"Jo" <>', None),
        ("", None),
    ],
)
def test_the_caller_id_gives_the_number_where_the_source_does_not(read, caller, phone):
    log = read(csv_row(source="", caller=caller))
    assert calls(log, "direction", "id_phone") == [("inbound", phone)]


def test_the_first_row_that_is_not_internal_tells_what_a_call_was(read):
    log = read(
        csv_row("16:00:00", "16:00:01", "16:00:05", source="201", destination="s", channel="Local/201@click-1;1"),
        csv_row("16:00:05", "16:00:15", "16:02:05", source="201", destination=MOBILE),
        csv_row("17:00:00", "", "17:00:20", source="", destination="200", uniqueid="1707580800.4"),
        csv_row("17:00:20", "17:00:25", "17:01:00", source="200", destination=MOBILE, uniqueid="1707580800.4"),
    )
    assert calls(log, "activity", "id_phone", "destination") == [
        ("call made", MOBILE, MOBILE),
        ("call answered", None, "200"),  # a caller who withholds the number, put through to a colleague's mobile
    ]


def test_numbers_without_a_country_get_the_one_that_is_given(read):
    pytest.importorskip("phonenumbers")
    assert calls(read(csv_row(), country="NL"), "id_phone") == ["+31612345678"]


# --- times -----------------------------------------------------------------------------------------------------------


def test_times_without_a_zone_need_one(read):
    with pytest.raises(TimeZoneError) as error:
        read(csv_row(), tz=None)
    assert str(error.value) == (
        "Master.csv has times without a zone: Asterisk writes what its server's clock says. Say where the server "
        "stands with tz=, such as tz='Europe/Amsterdam', or tz='UTC' if its cdr.conf has usegmtime=yes"
    )
    with pytest.raises(TimeZoneError, match=r"Did you mean 'Europe/Amsterdam'"):
        read(csv_row(), tz="Europe/Amsterdm")


def test_seconds_may_have_a_fraction(read):
    log = read(csv_row(DAY + "16:00:00.250", DAY + "16:00:05.750", DAY + "16:01:00"))
    assert calls(log, "ring_seconds", "talk_seconds") == [(5.5, 54.25)]


@pytest.mark.parametrize(
    ("clock", "seconds", "utc"),
    [
        # On 27 October 2024 clocks in Amsterdam went back from 03:00 to 02:00.
        (("02:58:00", "02:58:30", "02:01:00"), (180, 150), ("00:58:00", "00:58:30", "01:01:00")),
        (("02:59:50", "02:00:05", "02:01:00"), (70, 55), ("00:59:50", "01:00:05", "01:01:00")),
        (("02:50:00", "02:50:10", "03:05:00"), (900, 890), ("01:50:00", "01:50:10", "02:05:00")),
        (("02:50:00", "02:50:10", "03:05:00"), (4500, 4490), ("00:50:00", "00:50:10", "02:05:00")),
    ],
)
def test_the_seconds_tell_in_which_pass_of_a_repeated_hour_a_time_was(read, clock, seconds, utc):
    log = read(csv_row(*clock, day="2024-10-27 ", seconds=seconds), tz="Europe/Amsterdam")
    start, answer, end = (datetime.fromisoformat(f"2024-10-27 {time}+00:00") for time in utc)
    assert calls(log, "timestamp", "end_timestamp") == [(start, end)]
    ring, talk = (answer - start).total_seconds(), (end - answer).total_seconds()
    assert calls(log, "ring_seconds", "talk_seconds") == [(ring, talk)]
    notes = " ".join(log.account["notes"][0])
    assert "start: 1 times fall in an hour that a clock change in Europe/Amsterdam repeats" in notes
    assert ("1 rows have a time in the second pass" in notes) == (seconds != (4500, 4490))


def test_the_exchange_was_watched_until_its_last_call_ended(read):
    until = read(csv_row("16:00:00", "16:00:05", "16:30:00"), csv_row("16:10:00", "", "16:10:20")).account[
        "observed_until"
    ]
    assert until[0] == at("16:30:00")
    until = read(csv_row(), observed_until="2024-02-11T00:00:00Z").account["observed_until"]
    assert until[0] == at("00:00:00", day=11)


# --- rows that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "stage", "reason", "detail"),
    [
        (csv_row().rsplit(",", 4)[0], "parse", "bad_row", "14 fields, most rows have 18"),
        (csv_row() + ",", "parse", "bad_row", "19 fields, most rows have 18"),
        ("calldate,clid,src,dst", "parse", "bad_row", "4 fields, most rows have 18"),
        (csv_row()[:70], "parse", "unclosed_quote", "a quote that is never closed"),
        ('abc"def,"x', "parse", "unclosed_quote", "a quote that is never closed"),
        (
            csv_row("soon"),
            "parse",
            "bad_time",
            "a time that cannot be read: 'soon', '2024-02-10 16:00:05', '2024-02-10 16:01:05', 'ANSWERED'",
        ),
        (
            csv_row("16:00:00", "16:00:05", ""),
            "parse",
            "bad_time",
            "a time that cannot be read: '2024-02-10 16:00:00', '2024-02-10 16:00:05', None, 'ANSWERED'",
        ),
        (
            csv_row("16:00:00", "25:00:05", "16:01:05"),
            "parse",
            "bad_time",
            "a time that cannot be read: '2024-02-10 16:00:00', '2024-02-10 25:00:05', '2024-02-10 16:01:05', "
            "'ANSWERED'",
        ),
        (
            csv_row("16:00:00", "", "16:01:05", outcome="ANSWERED"),
            "parse",
            "bad_time",
            "a time that cannot be read: '2024-02-10 16:00:00', None, '2024-02-10 16:01:05', 'ANSWERED'",
        ),
        (
            csv_row(outcome="DOCUMENTATION"),
            "check",
            "bad_disposition",
            "not the outcome of a call: '2024-02-10 16:00:00', '2024-02-10 16:00:05', '2024-02-10 16:01:05', "
            "'DOCUMENTATION'",
        ),
        (
            csv_row("16:00:00", "", "15:59:59"),
            "check",
            "end_before_start",
            "ends before it starts: '2024-02-10 16:00:00', None, '2024-02-10 15:59:59', 'NO ANSWER'",
        ),
        (
            csv_row("16:00:00", "16:01:06", "16:01:05"),
            "check",
            "answer_outside",
            "answered before the start or after the end: '2024-02-10 16:00:00', '2024-02-10 16:01:06', "
            "'2024-02-10 16:01:05', 'ANSWERED'",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason, detail):
    log = read(csv_row(uniqueid="1707577200.1"), bad, csv_row(uniqueid="1707577200.2"))
    row = log.quarantine.table.to_pylist()[0]
    assert (row["line"], row["stage"], row["reason"], row["detail"]) == (2, stage, reason, detail)
    assert (row["payload"], account(log)) == (bad.encode(), [3, 2, 0, 1])
    assert calls(log, "source_row") == [1, 3]


def test_no_answer_may_be_written_as_a_date_of_noughts(read):
    log = read(csv_row("16:00:00", "0000-00-00 00:00:00", "16:00:20", outcome="NO ANSWER"), csv_row(linkedid=None))
    assert account(log)[3] == 0


def test_rows_that_stand_twice_to_the_letter_are_duplicates(read):
    log = read(csv_row(), csv_row(), csv_row(application="Dial"), csv_row(), csv_row("17:00:00", "", "17:00:01"))
    assert account(log) == [5, 3, 2, 0]
    assert calls(log, "source_row", "rows", "talk_seconds") == [(1, 3, 60.0)]


def test_bad_rows_that_stand_twice_are_both_refused(read):
    assert refused(read(csv_row(), csv_row("x"), csv_row("x"))) == [(2, "parse", "bad_time"), (3, "parse", "bad_time")]


def test_blank_lines_are_no_rows_but_count_as_lines(read):
    log = read("", csv_row(), "  ", "", "a,b")
    assert (account(log), calls(log, "source_row"), refused(log)) == ([2, 1, 0, 1], [2], [(5, "parse", "bad_row")])


def test_a_file_of_rows_that_make_no_sense_is_a_log_without_events(read):
    log = read(csv_row("16:00:00", "", "15:00:00"), csv_row(outcome="?"))
    assert (log.num_events, account(log)) == (0, [2, 0, 0, 2])


# --- files -----------------------------------------------------------------------------------------------------------


def test_gzip_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "Master.csv.gz"
    path.write_bytes(gzip.compress(f"{csv_row()}\r\n{csv_row('17:00:00', '', '17:00:01')}".encode()))
    assert calls(read_asterisk_cdr(path, tz="UTC", name="exchange"), "source", "rows") == [("exchange", 2)]


def test_an_empty_file_is_an_error(tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text("\n")
    with pytest.raises(EmptySourceError, match=r"Master.csv is empty"):
        read_asterisk_cdr(path, tz="UTC")


def test_a_table_in_neither_layout_is_an_error_that_quotes_it_and_says_what_was_expected(read):
    with pytest.raises(FormatError) as error:
        read("calldate,clid,src,dst", f"2024-02-10 16:00:00,Jo,{MOBILE},200")
    assert str(error.value) == (
        "Master.csv is not a file of Asterisk call records: line 1 is 'calldate,clid,src,dst'. Expected comma "
        "separated rows without a header, with start, answer and end such as '2024-02-10 16:42:07' as fields 10 to 12 "
        "(cdr_csv) or 9 to 11 (the default mapping of cdr_custom). Read other tables with read_table"
    )


@pytest.mark.parametrize("size", [200, 700, 3000])
def test_a_file_read_block_by_block_gives_the_same_log(read, monkeypatch, size):
    twice = "2024-10-27 "  # clocks in Amsterdam went back from 03:00 to 02:00
    rows = [
        *(csv_row(f"10:{n:02}:00", "", f"10:{n:02}:09", uniqueid=f"17075000{n:02}.1") for n in range(30)),
        csv_row("02:58:00", "02:58:30", "02:01:00", day=twice, seconds=(180, 150), uniqueid="1729990680.8"),
        csv_row("soon"),
        *(csv_row(f"11:{n:02}:00", "", f"11:{n:02}:09", linkedid=f"17076000{n // 2:02}.1") for n in range(40)),
        csv_row()[:50],
        csv_row("02:50:00", "02:50:10", "03:05:00", day=twice, seconds=(4500, 4490), uniqueid="1729990200.8"),
        csv_row("10:07:00", "", "10:07:09", uniqueid="1707500007.1"),  # once more, far behind the first
        csv_row("10:07:30", "10:07:40", "10:08:00", uniqueid="1707500007.1"),
        csv_row().rsplit(",", 1)[0],
    ]
    whole = read(*rows, tz="Europe/Amsterdam")
    assert account(whole) == [len(rows), len(rows) - 4, 1, 3]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert read(*rows, tz="Europe/Amsterdam").equals(whole)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CELMaster1.csv", r"CELMaster1.csv is not .* It holds channel events \(CEL\): read it with read_asterisk_cel"),
        ("queue_log_excerpts.txt", r"txt is not .* It is a queue_log: read it with read_asterisk_queue_log"),
    ],
)
def test_other_logs_of_asterisk_are_refused_clearly(shared_file, name, says):
    with pytest.raises(FormatError, match=says):
        read_asterisk_cdr(shared_file(f"formats/asterisk/{name}"), tz="UTC")


@pytest.mark.parametrize(
    ("name", "starts"), [("Master_testsuite.csv", ["26:32", "34:02"]), ("Master2_testsuite.csv", ["26:32"])]
)
def test_calls_of_the_test_suite_of_asterisk_are_read(shared_file, name, starts):
    log = read_asterisk_cdr(shared_file(f"formats/asterisk/{name}"), tz="Europe/Amsterdam")
    assert account(log) == [len(starts), len(starts), 0, 0]
    assert calls(log, "timestamp") == [datetime.fromisoformat(f"2010-04-01 22:{start}+00:00") for start in starts]
    expected = ("call answered", None, "1", 0.0, 7.0, 1)  # console to extension 1: nobody known
    names = ["activity", "id_phone", "destination", "ring_seconds", "talk_seconds", "rows"]
    assert calls(log, *names) == [expected] * len(starts)


def test_five_real_rows_of_one_call_are_one_event(shared_file):
    log = read_asterisk_cdr(shared_file("formats/asterisk/cdrlib_good.csv"), tz="UTC")
    assert account(log) == [5, 5, 0, 0]
    names = ["activity", "call", "disposition", "ring_seconds", "talk_seconds", "rows"]
    assert calls(log, *names) == [("internal call", "1231977075.0", "ANSWERED", 0.0, 5.0, 5)]
    assert calls(log, "timestamp", "end_timestamp") == [
        (datetime(2009, 1, 14, 23, 51, 15, tzinfo=UTC), datetime(2009, 1, 14, 23, 51, 20, tzinfo=UTC))
    ]


# --- laws ------------------------------------------------------------------------------------------------------------

NOON = datetime(2024, 2, 10, 12, tzinfo=UTC)


def _clock(seconds):
    return (NOON + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


@st.composite
def legs(draw):
    """Draw rows as (call, start, answer or None, end), in seconds."""
    call = draw(st.integers(0, 2))
    start, ring, talk = draw(st.tuples(st.integers(0, 300), st.integers(0, 40), st.integers(0, 90)))
    return (call, start, start + ring if talk else None, start + ring + talk)


def written(leg, sequence):
    call, start, answer, end = leg
    clock = [_clock(start), "" if answer is None else _clock(answer), _clock(end)]
    return csv_row(*clock, uniqueid=f"170757720{call}.1", linkedid=f"170757720{call}.1", sequence=sequence)


@settings(max_examples=50)
@given(st.lists(legs(), min_size=1, max_size=8))
def test_talk_time_is_every_second_in_which_some_row_was_answered(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("calls") / "Master.csv"
    path.write_text("\n".join(map(written, rows, range(len(rows)))))
    log = read_asterisk_cdr(path, tz="UTC")
    for call in {leg[0] for leg in rows}:
        of_call = [leg for leg in rows if leg[0] == call]
        talking = {second for _, _, answer, end in of_call if answer is not None for second in range(answer, end)}
        answers = [answer for _, _, answer, _ in of_call if answer is not None]
        first = min(leg[1] for leg in of_call)
        row = next(row for row in log.table.to_pylist() if row["call"] == f"170757720{call}.1")
        assert row["talk_seconds"] == len(talking)
        assert row["ring_seconds"] == (min(answers) - first if answers else None)
        assert row["rows"] == len(of_call)
        assert row["activity"] == ("call answered" if answers else "call missed")


@st.composite
def damaged(draw):
    """Draw a row of which characters are replaced, left out or put in, and which may be cut short."""
    good = [csv_row(), csv_row("16:02:00", "", "16:02:20", source="201", destination=MOBILE), csv_row(caller='"J" <1>')]
    characters = list(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(characters)))
        characters[place : place + draw(st.integers(0, 3))] = draw(st.text('",-: 09\x00\xe9\u2028A', max_size=3))
    return "".join(characters)[: draw(st.one_of(st.just(10_000), st.integers(0, 200)))]


@settings(max_examples=60)
@given(lines=st.lists(damaged(), max_size=8))
def test_the_account_closes_whatever_happened_to_the_rows(tmp_path_factory, lines):
    lines = [csv_row(), *lines]
    path = tmp_path_factory.mktemp("calls") / "Master.csv"
    path.write_bytes("\n".join(lines).encode())
    log = read_asterisk_cdr(path, tz="Europe/Amsterdam")
    rows_in, used, duplicate, quarantined = account(log)
    assert rows_in == used + duplicate + quarantined == sum(bool(text.strip()) for text in lines)
    assert sum(log.table["rows"].to_pylist()) == used
    for row in log.quarantine.table.to_pylist():
        assert row["payload"] == lines[row["line"] - 1].encode()
