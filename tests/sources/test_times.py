"""Times as exports write them. The letters and numbers of cases are those of the battery (T1 to T33)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import DateOrderError, OptionError, SchemaError, TimeZoneError
from journeymine.sources.times import moment, parse_times, to_utc

NINE = 1_714_554_000  # 2024-05-01T09:00:00Z
SECOND = 1_000_000
EPOCH = datetime.fromisoformat("1970-01-01")


def parsed(values, tz=None, **options):
    """Give the microseconds of each value, None where it is no time."""
    column = values if isinstance(values, pa.Array) else pa.array(values)
    times = parse_times(column, tz=tz, **options)
    return [None if bad else time for time, bad in zip(times.microseconds.tolist(), times.bad.tolist(), strict=True)]


def notes(values, tz=None, **options):
    return parse_times(pa.array(values), tz=tz, **options).notes


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(NINE, id="T1 seconds"),
        pytest.param(NINE * 10**3, id="T2 milliseconds"),
        pytest.param(NINE * 10**6, id="T3 microseconds"),
        pytest.param(NINE * 10**9, id="T4 nanoseconds"),
        pytest.param(str(NINE), id="T6 seconds as text"),
        pytest.param(str(NINE * 10**9), id="T6 nanoseconds as text"),
        pytest.param(f" {NINE}.0 ", id="T6 a fraction as text"),
        pytest.param(float(NINE), id="T7 a float"),
        pytest.param(Decimal(NINE), id="a decimal"),
        pytest.param(np.uint64(NINE), id="an unsigned integer"),
    ],
)
def test_numbers_since_1970_are_told_by_their_size(value):
    assert parsed([value]) == [NINE * SECOND]


def test_t5_numbers_of_two_units_in_one_column_are_each_read_in_their_own_with_a_note():
    assert parsed([NINE, NINE * 1000]) == [NINE * SECOND] * 2
    assert notes([NINE, NINE * 1000]) == ["times in seconds and milliseconds mixed, told by size"]


def test_t7_a_fraction_of_a_second_is_kept():
    assert parsed([NINE + 0.125]) == [NINE * SECOND + 125_000]
    assert parsed([f"{NINE}.125"]) == [NINE * SECOND + 125_000]


@pytest.mark.parametrize(
    "value",
    [1e20, -1e20, float("nan"), float("inf"), 2**63 - 1, -(2**63), "9999999999999999999", "1" + "0" * 20, None],
)
def test_t8_a_number_that_is_no_time_is_none(value):
    assert parsed([value, "1714554000" if isinstance(value, str) else NINE]) == [None, NINE * SECOND]


def test_t9_numbers_below_zero_are_before_1970():
    assert parsed([-86_400 * 365]) == [-86_400 * 365 * SECOND]


def test_t10_a_zero_is_the_start_of_1970_with_a_note():
    assert notes([0, NINE]) == ["1 times are 0, the start of 1970"]


def test_t28_small_numbers_such_as_excels_days_are_pointed_out():
    assert notes([45_292.5]) == ["1 times are small numbers, read as seconds since the start of 1970"]


# --- years that stand for something else -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("0001-01-01T00:00:00Z", id="T11 text"),
        pytest.param("9999-12-31T00:00:00Z", id="T12 text"),
        pytest.param("9999-12-31 0:00Z", id="T12 text in another pattern"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), id="T11 time"),
        pytest.param(datetime(9999, 12, 31, tzinfo=UTC), id="T12 time"),
        pytest.param(pa.scalar(9 * 10**17, pa.timestamp("us", "UTC")), id="a year that Python cannot say"),
        pytest.param(-99_999_999_999, id="a number before the year 1000"),
    ],
)
def test_a_year_that_means_never_is_none(value):
    kind = value.type if isinstance(value, pa.Scalar) else None
    assert parsed(pa.array([value], kind)) == [None]


def test_t13_years_beyond_what_nanoseconds_can_say_are_times():
    assert parsed(["2262-06-01T00:00:00Z", "2300-01-01T00:00:00Z"])[1] == 10_413_792_000 * SECOND


# --- what text can say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01T09:00:00Z",
        "2024-05-01T09:00Z",
        "2024-05-01 11:00:00+02:00",
        "2024-05-01T11:00:00+0200",
        "2024-05-01T11:00:00+02",
        "2024-05-01T04:00:00.000-05:00",
        "2024-05-01 09:00:00.000000000 UTC",
        "2024-05-01 9:00:00 GMT",
        "2024/05/01 09:00:00Z",
        "2024.5.1 09:00Z",
        "20240501 09:00:00Z",
        "  2024-05-01T09:00:00Z  ",
        "2024-05-01 09:00:00,000 Z",
        "2024-04-30T24:00:00-09:00",  # T15
        "2024-05-01T08:59:60Z",  # T14
        "2024-05-01T09Z",
    ],
)
@pytest.mark.parametrize("among", [[], ["2024-05-01 9:00Z", "soon"]], ids=["alone", "among others"])
def test_one_moment_in_many_spellings(value, among):
    assert parsed([value, *among])[0] == NINE * SECOND


DATES = ["2024-05-01", "2024-5-1", "20240501", "2024-05", " 2024-05-01"]
CLOCKS = ["", "T09", "T09:00", " 9:00:00", "T090000", "T09:00:00.5", "T09:00:60", "T24:00", "T09:00:00."]
ZONES = ["", "Z", "z", "+02", "+0200", "+2", "+24:00", "+02:60"]


def test_how_a_time_is_read_does_not_depend_on_its_neighbours():
    values = [date + clock + zone for date in DATES for clock in CLOCKS for zone in ZONES]
    together = parsed([*values, "2024-05-01 9:00:00Z", "soon"], tz="UTC")
    assert [value for value, time in zip(values, together, strict=False) if parsed([value], tz="UTC") != [time]] == []


def test_t14_a_leap_second_is_the_next_second_with_a_note():
    assert notes(["2016-12-31T23:59:60Z"]) == ["1 leap seconds read as the next second"]


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "",
        " ",
        "2024-13-01T09:00:00Z",
        "2024-02-30T09:00:00Z",
        "2023-02-29T09:00:00Z",
        "2024-05-01T25:00:00Z",
        "2024-05-01T24:01:00Z",
        "2024-05-01T09:60:00Z",
        "2024-05-01T09:00:00+25:00",
        "2024-05-01T09:00:00+02:60",
        "24-05-01T09:00:00Z",  # T26
        "2024-05-01T09:00:00Z extra",
        "99-99-9999",
    ],
)
@pytest.mark.parametrize("among", ["2024-05-01T09:00:00Z", "2024-05-01 9:00Z"])
def test_t33_what_is_no_time_is_none_and_leaves_the_others_alone(value, among):
    assert parsed([value, among]) == [None, NINE * SECOND]


def test_fractions_are_cut_to_microseconds():
    assert parsed(["2024-05-01T09:00:00.1234567Z", "2024-05-01 9:00:00.5Z"]) == [
        NINE * SECOND + 123_456,
        NINE * SECOND + 500_000,
    ]


def test_t18_a_format_that_is_given_is_the_only_one():
    times = parsed(["01|05|24 09h00", "2024-05-01 09:00"], tz="UTC", time_format="%d|%m|%y %Hh%M")
    assert times == [NINE * SECOND, None]


def test_a_format_with_a_zone_needs_no_other():
    assert parsed(["01/05/2024 11:00 +0200"], time_format="%d/%m/%Y %H:%M %z") == [NINE * SECOND]


@pytest.mark.parametrize(("year", "expected"), [("990201", 917_827_200), ("240501", 1_714_521_600)])
def test_two_digits_of_a_year_are_read_where_the_format_says_so(year, expected):
    assert parsed([year], tz="UTC", time_format="%y%m%d") == [expected * SECOND]


# --- the order of day and month --------------------------------------------------------------------------------------


def test_t16_one_date_proves_the_order_of_day_and_month_for_all():
    assert parsed(["03-04-2024", "25-04-2024"], tz="UTC") == [
        1_712_102_400 * SECOND,
        1_714_003_200 * SECOND,
    ]
    assert parsed(["03/04/2024", "04/25/2024"], tz="UTC") == [1_709_510_400 * SECOND, 1_714_003_200 * SECOND]


def test_t16_a_date_that_is_none_proves_nothing():
    assert parsed(["03-04-2024", "25-13-2024", "25-04-2024"], tz="UTC") == [
        1_712_102_400 * SECOND,
        None,
        1_714_003_200 * SECOND,
    ]


def test_days_that_are_their_months_need_no_proof():
    assert parsed(["05-05-2024"], tz="UTC") == [1_714_867_200 * SECOND]


def test_t17_dates_that_prove_nothing_are_an_error_that_asks_for_the_format():
    with pytest.raises(
        DateOrderError,
        match=r"^column 'at': '03-04-2024' could be day-month or month-day, and no row proves which. "
        r"Give time_format=, such as '%d-%m-%Y %H:%M:%S'$",
    ):
        parsed(["03-04-2024", "01-02-2024"], tz="UTC", name="at")


def test_t18_dates_of_both_orders_in_one_column_are_an_error_that_shows_both():
    with pytest.raises(
        DateOrderError, match="has both day-month and month-day dates, such as '25-04-2024' and '04-25-2024'"
    ):
        parsed(["99-99-2024", "25-04-2024", "04-25-2024"], tz="UTC")


# --- zones -----------------------------------------------------------------------------------------------------------


def test_t19_wall_clock_times_are_read_in_the_zone_that_is_given():
    for value in (
        "2024-05-01 11:00:00",
        "2024-05-01 11:00",
        datetime.fromisoformat("2024-05-01T11:00"),
        "01-05-2024 11:00",
    ):
        among = ["31-05-2024 11:00"] if value == "01-05-2024 11:00" else []
        assert parsed([value, *among], tz="Europe/Amsterdam")[0] == NINE * SECOND


@pytest.mark.parametrize(
    ("values", "row"),
    [
        (["2024-05-01 09:00"], 1),
        (["2024-05-01T09:00Z", "2024-05-01 09:00"], 2),  # T20
        (["soon", None, "2024-05-01 9:00"], 3),
        ([None, datetime.fromisoformat("2024-05-01T09:00")], 2),
        ([date(2024, 5, 1)], 1),
    ],
)
def test_t20_a_time_without_a_zone_is_an_error_that_names_its_row(values, row):
    with pytest.raises(
        TimeZoneError,
        match=rf"column 'at' has times without a zone, such as '2024-05-01.*' in row {row}. Say where the",
    ):
        parsed(values, name="at")


def test_t21_offsets_may_differ_from_row_to_row():
    values = ["2024-05-01T11:00:00+02:00", "2024-05-01T05:00:00-04:00", "2024-05-01T09:00:00Z", "2024-05-01 11:00"]
    assert parsed(values, tz="Europe/Amsterdam") == [NINE * SECOND] * 4


def test_t22_an_hour_that_comes_twice_is_read_as_the_first_with_a_note():
    values = ["2024-10-27 02:30:00", "2024-10-27 03:30:00"]
    assert parsed(values, tz="Europe/Amsterdam") == [1_729_989_000 * SECOND, 1_729_996_200 * SECOND]
    assert notes(values, tz="Europe/Amsterdam") == [
        "1 times fall in an hour that a clock change in Europe/Amsterdam repeats; read as the first"
    ]


def test_t23_an_hour_that_never_was_is_none():
    assert parsed(["2024-03-31 02:30:00", "2024-03-31 03:00:00"], tz="Europe/Amsterdam") == [
        None,
        1_711_846_800 * SECOND,
    ]


def test_t24_an_offset_that_is_written_wins_over_the_zone_that_is_given():
    assert parsed(["2024-05-01T09:00:00+00:00"], tz="Europe/Amsterdam") == [NINE * SECOND]


@pytest.mark.parametrize("value", ["2024-05-01 09:00", "2024-05-01T09:00Z", NINE, "soon"])
def test_t25_a_zone_nobody_knows_is_an_error_whether_it_is_needed_or_not(value):
    with pytest.raises(
        TimeZoneError,
        match=r"^nobody knows the time zone 'Europe/Amsterdm'. Did you mean 'Europe/Amsterdam'.*Zones look like",
    ):
        parsed([value], tz="Europe/Amsterdm")


@pytest.mark.parametrize("tz", [UTC, 2, "+02:00", "CEST ", "../etc"])
def test_t25_a_zone_has_a_name(tz):
    with pytest.raises(TimeZoneError, match="nobody knows the time zone"):
        parsed(["2024-05-01 09:00"], tz=tz)


# --- types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_arrow_times_of_every_unit_are_the_same_moments(unit, zone):
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    column = pa.array([NINE * scale, None], pa.timestamp(unit, zone))
    assert parsed(column, tz="UTC") == [NINE * SECOND, None]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text_of_every_type_is_read_the_same(kind):
    column = pa.array(["2024-05-01T09:00:00Z", None, "soon"])
    column = column.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else column.cast(kind)
    assert parsed(column) == [NINE * SECOND, None, None]


def test_a_dictionary_of_views_is_read_too():
    views = pa.array(["2024-05-01T09:00:00Z"]).cast(pa.string_view())
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.uint32()), views)
    assert parsed(column) == [NINE * SECOND] * 2


def test_nothing_at_all_holds_no_time():
    assert parsed(pa.nulls(2)) == [None, None]
    assert parsed(pa.array([], pa.string())) == []


def test_what_cannot_be_a_time_at_all_is_an_error():
    with pytest.raises(SchemaError, match="column 'at' holds list<item: int64>, and no times can be read from that"):
        parsed([[1]], name="at")
    assert parsed([True]) == [None]


# --- one moment ------------------------------------------------------------------------------------------------------


def test_one_moment_has_a_zone():
    assert moment("2024-05-01T11:00:00+02:00") == moment(datetime(2024, 5, 1, 9, tzinfo=UTC)) == NINE * SECOND
    with pytest.raises(OptionError, match=r"^'2024-05-01' has no time zone; write it as '2024-05-31T23:59:59Z'"):
        moment("2024-05-01")
    with pytest.raises(OptionError, match=r"^'soon' is not a time; write it as '2024-05-31T23:59:59Z'$"):
        moment("soon")


# --- laws ------------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime.fromisoformat("1000-01-01"), datetime.fromisoformat("8999-12-31"))


@given(st.lists(MOMENTS, min_size=1, max_size=8), st.randoms())
def test_every_moment_is_read_back_whatever_stands_beside_it(moments, chance):
    moments = [time.replace(microsecond=0) for time in moments]
    expected = [(time - EPOCH) // timedelta(microseconds=1) for time in moments]
    spell = [
        lambda time: f"{time.isoformat()}Z",
        lambda time: f"{time.isoformat(' ')}+00:00",
        lambda time: f"{time.year:04}/{time.month}/{time.day} {time.hour}:{time.minute:02}:{time.second:02}",
    ]
    assert parsed([chance.choice(spell)(time) for time in moments], tz="UTC") == expected


@given(st.lists(st.text(max_size=25) | st.from_regex(r"[0-9TZ:+ .-]{0,25}", fullmatch=True), max_size=5))
def test_no_text_breaks_the_parser(values):
    try:
        times = parse_times(pa.array(values, pa.string()), tz="Europe/Amsterdam")
    except DateOrderError:
        return
    assert len(times.microseconds) == len(values)
    assert times.array.null_count == times.bad.sum()


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=5))
def test_no_number_breaks_the_parser(values):
    times = parse_times(pa.array(values, pa.int64()), tz=None)
    assert times.array.null_count == times.bad.sum()


@given(
    st.lists(
        st.datetimes(datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2037-12-31")), min_size=1, max_size=6
    )
)
def test_the_clock_of_a_zone_and_its_moments_are_one_to_one_but_for_changes(clocks):
    naive = np.array([(clock - EPOCH) // timedelta(microseconds=1) for clock in clocks])
    times = to_utc(naive, np.zeros(len(naive), bool), "America/New_York", "at", str)
    walls = pa.array(times.microseconds).cast(pa.timestamp("us", "UTC"))
    local = pa.compute.local_timestamp(walls.cast(pa.timestamp("us", "America/New_York"))).cast(pa.int64()).to_numpy()
    assert (local[~times.bad] == naive[~times.bad]).all()


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("30-02-2024 10:00", False),
        ("31-04-2024 10:00", False),
        ("29-02-2023 10:00", False),
        ("29-02-2024 10:00", True),
        ("1-3-2024 9:05", True),
        ("01-03-2024 00:00", True),
        ("01-03-2024 00:05", True),
    ],
)
def test_a_day_that_its_month_does_not_have_is_no_day_of_the_next(written, good):
    found = parse_times(pa.array([written]), tz="UTC", name="at", time_format="%d-%m-%Y %H:%M")
    assert (~found.bad).tolist() == [good]


def test_seconds_and_halves_of_the_day_are_no_other_day():
    written = pa.array(["05/01/2024 9:00:07 AM", "5/2/2024 12:30:00 pm", "02/30/2024 9:00:00 AM"])
    found = parse_times(written, tz="UTC", name="at", time_format="%m/%d/%Y %I:%M:%S %p")
    assert (~found.bad).tolist() == [True, True, False]
