"""Opening hours: by hand, against the clock minute by minute, and by laws."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import MICROSECONDS
from journeymine.errors import OptionError, TimeZoneError

DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
HOUR, MINUTE = MICROSECONDS["h"], MICROSECONDS["min"]
ZONES = ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham", "UTC"]


def instant(text):
    """Give a time with a zone as microseconds since 1970."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000


def hours_between(calendar, start, end):
    found = calendar.between(np.array([instant(start)]), np.array([instant(end)]))
    return found[0] / HOUR


# --- by hand ---------------------------------------------------------------------------------------------------------

DESK = jm.OpeningHours("Mo-Fr 09:00-17:00", tz="Europe/Amsterdam")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2024-05-02T10:00+02:00", "2024-05-02T12:30+02:00", 2.5),  # a Thursday
        ("2024-05-02T16:00+02:00", "2024-05-03T10:00+02:00", 2),
        ("2024-05-03T16:00+02:00", "2024-05-06T10:00+02:00", 2),  # over a weekend
        ("2024-05-04T12:00+02:00", "2024-05-05T12:00+02:00", 0),
        ("2024-05-01T00:00+02:00", "2024-05-08T00:00+02:00", 40),
        ("2024-05-02T17:00+02:00", "2024-05-03T09:00+02:00", 0),
        ("2024-05-03T10:00+02:00", "2024-05-03T09:30+02:00", -0.5),
    ],
)
def test_time_counts_while_the_desk_is_open(start, end, hours):
    assert hours_between(DESK, start, end) == hours


def test_a_holiday_is_closed_and_what_began_the_evening_before_is_not():
    bar = jm.OpeningHours("Mo-Su 22:00-02:00", tz="UTC", holidays=[date(2024, 5, 9), "2024-05-10"])
    assert bar.holidays == (date(2024, 5, 9), date(2024, 5, 10))
    assert hours_between(bar, "2024-05-08T00:00Z", "2024-05-12T00:00Z") == 2 + 4 + 2  # 8th to 9th; 7th to 8th; 11th


def test_a_later_rule_replaces_earlier_ones_of_its_days():
    shop = jm.OpeningHours("Mo-Sa 09:00-18:00; Th 09:00-12:00,13:00-21:00; We off", tz="UTC")
    daily = [hours_between(shop, f"2024-05-{day:02}T00:00Z", f"2024-05-{day + 1:02}T00:00Z") for day in range(6, 13)]
    assert daily == [9, 9, 0, 11, 9, 9, 0]


def test_shifts_that_overlap_count_once():
    twice = jm.OpeningHours("Mo-Su 08:00-12:00,10:00-14:00; Su 22:00-09:00", tz="UTC")
    assert hours_between(twice, "2024-05-06T00:00Z", "2024-05-07T00:00Z") == 14  # on Monday to 9, and then to 14


def test_around_the_clock_is_the_clock_also_where_it_is_put_back():
    always = jm.OpeningHours("24/7", tz="Europe/Amsterdam")
    assert hours_between(always, "2024-10-26T00:00+02:00", "2024-10-28T00:00+01:00") == 49


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        ("2024-03-31", "00:00-04:00", 3),  # the clock leaps from 2 to 3
        ("2024-03-31", "02:15-02:45", 0),
        ("2024-10-27", "00:00-04:00", 5),  # it shows the hour from 2 to 3 twice
        ("2024-10-27", "02:15-02:45", 1),
        ("2024-10-27", "09:00-17:00", 8),
    ],
)
def test_open_is_what_the_clock_on_the_wall_shows(day, hours, expected):
    night = jm.OpeningHours(f"Mo-Su {hours}", tz="Europe/Amsterdam")
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    start, end = noon.replace(hour=0), noon.replace(hour=20)
    assert hours_between(night, start.isoformat(), end.isoformat()) == expected


def test_nothing_lies_between_no_moments():
    assert DESK.between(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "part"),
    [
        ("Mo-Fr", "Mo-Fr"),
        ("Mo-Fr 9-17", "9-17"),
        ("Do 09:00-17:00", "Do"),
        ("Mo-We-Fr 09:00-17:00", "Mo-We-Fr"),
        ("Mo 25:00-26:00", "25:00-26:00"),
        ("Mo 09:60-17:00", "09:60-17:00"),
        ("Mo 09:00-09:00", "09:00-09:00"),
        ("", ""),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_an_example(hours, part):
    with pytest.raises(OptionError) as error:
        jm.OpeningHours(hours, tz="UTC")
    assert str(error.value) == (
        f"{part!r} in the hours {hours!r} cannot be read. Write days (Mo, Tu, We, Th, Fr, Sa, Su) and shifts: "
        "'Mo-Fr 09:00-12:30,13:00-17:00; Sa 10:00-14:00', 'Su off', or '24/7'"
    )


def test_a_zone_or_a_holiday_that_nobody_knows_is_refused():
    with pytest.raises(TimeZoneError, match=r"^nobody knows the time zone 'Europe/Amsterdm'. Did you mean"):
        jm.OpeningHours("24/7", tz="Europe/Amsterdm")
    with pytest.raises(OptionError, match=r"^'25 Dec' is not a holiday; write a date such as '2024-12-25'"):
        jm.OpeningHours("24/7", tz="UTC", holidays=["25 Dec"])


# --- laws ------------------------------------------------------------------------------------------------------------


def by_the_minute(week, zone, holidays, start, minutes):
    """Look at the clock on the wall every minute: does it show a shift of today, or of last night?"""
    found = 0
    for minute in range(minutes):
        wall = (start + timedelta(minutes=minute)).astimezone(zone)
        shown = 60 * wall.hour + wall.minute
        last_night = wall.date() - timedelta(days=1)
        found += any(
            day not in holidays and opens <= at < closes
            for day, at in ((wall.date(), shown), (last_night, shown + 1440))
            for opens, closes in week.get(day.weekday(), ())
        )
    return found


@st.composite
def weeks(draw):
    """Draw up to two shifts on some days, some of them over midnight, as text and as minutes since midnight."""
    week = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1, max_size=4)):
        bounds = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=4, unique=True))
        week[day] = list(zip(bounds[::2], bounds[1::2], strict=False))
    rules = [f"{DAYS[day]} {','.join(map(_written, shifts))}" for day, shifts in week.items()]
    return "; ".join(rules), {day: [_whole(*shift) for shift in shifts] for day, shifts in week.items()}


def _written(shift):
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in shift)


def _whole(opens, closes):
    return opens, closes if closes > opens else closes + 1440


STARTS = st.sampled_from(
    ["2024-03-29T07:11", "2024-10-26T05:45", "2024-04-06T00:00", "2024-11-02T23:30", "2021-02-28T12:00"]
)


@settings(max_examples=60)
@given(weeks(), st.sampled_from(ZONES), STARTS, st.integers(1, 4 * 1440), st.booleans())
@example(("Su 02:00-03:00", {6: [(120, 180)]}), "Europe/Amsterdam", "2024-10-26T05:45", 4_000, False)
def test_open_time_is_that_of_the_clock_looked_at_every_minute(week, zone, begin, minutes, with_holiday):
    text, shifts = week
    start = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    holidays = [start.date() + timedelta(days=1)] if with_holiday else []
    calendar = jm.OpeningHours(text, tz=zone, holidays=holidays)
    first = instant(start.isoformat())
    found = calendar.between(np.array([first]), np.array([first + minutes * MINUTE]))[0]
    assert found == MINUTE * by_the_minute(shifts, ZoneInfo(zone), holidays, start, minutes)


@settings(max_examples=100)
@given(weeks(), st.sampled_from(ZONES), st.lists(st.integers(0, 10**16), min_size=3, max_size=3))
def test_open_time_adds_up_and_is_never_longer_than_the_time_by_the_clock(week, zone, moments):
    a, b, c = (np.array([moment]) for moment in sorted(moments))
    calendar = jm.OpeningHours(week[0], tz=zone)
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert 0 <= calendar.between(a, c) <= c - a
    assert calendar.between(c, a) == -calendar.between(a, c)
