"""Durations: what people write, what kernels use, what people read."""

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.durations import MICROSECONDS, format_duration, readable, to_microseconds
from journeymine.errors import DurationError


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("14d", 1_209_600_000_000),
        ("36h", 129_600_000_000),
        ("1h 30min", 5_400_000_000),
        ("1h30min", 5_400_000_000),
        (" 2 w ", 1_209_600_000_000),
        ("0.5s", 500_000),
        ("7us", 7),
        ("3ms", 3_000),
        (timedelta(hours=1, microseconds=1), 3_600_000_001),
        (pd.Timedelta("2min"), 120_000_000),
    ],
)
def test_a_duration_is_a_number_with_a_unit_or_a_timedelta(written, microseconds):
    assert to_microseconds(written) == microseconds


@pytest.mark.parametrize(
    "written", [14, 1.5, "14", "", "d", "14 days", "1.5.2h", "14D", "5 m", "1h30", "-5d", None, True]
)
def test_anything_else_is_refused_with_the_way_to_write_it(written):
    with pytest.raises(DurationError, match=r"is not a duration. Write a number with its unit, such as '14d', '36h'"):
        to_microseconds(written)


@pytest.mark.parametrize("written", ["0d", "0.0000001s", timedelta(0), timedelta(days=-1)])
def test_no_duration_is_zero_or_less(written):
    with pytest.raises(DurationError, match="a duration must be more than zero, not "):
        to_microseconds(written)


@pytest.mark.parametrize("written", ["9000000w", "9" * 400 + "d"])
def test_no_duration_is_longer_than_a_time_can_be_moved(written):
    with pytest.raises(DurationError, match="is longer than 100,000 years"):
        to_microseconds(written)


@given(st.integers(1, 10**6), st.sampled_from(sorted(MICROSECONDS)))
def test_units_are_exact(number, unit):
    assert to_microseconds(f"{number}{unit}") == number * MICROSECONDS[unit]


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (0, "0 s"),
        (0.00001, "10 µs"),
        (0.25, "250 ms"),
        (75, "75 s"),
        (9.96, "10 s"),
        (9.94, "9.9 s"),
        (90, "1.5 min"),
        (9_000, "2.5 h"),
        (129_600, "1.5 d"),
        (864_000, "10 d"),
        (-75, "-75 s"),
        (86_400 * 12_345, "12,345 d"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_a_duration_is_read_in_two_or_three_figures_and_one_unit(seconds, read):
    assert format_duration(seconds) == read


@given(st.floats(1e-6, 1e12))
def test_what_is_read_is_the_duration_within_its_last_figure(seconds):
    number, unit = format_duration(seconds).replace(",", "").split()
    size = MICROSECONDS[unit.replace("µs", "us")] / 1e6
    assert abs(float(number) * size - seconds) <= size * (0.5 if float(number) >= 10 else 0.05) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("hours", "longest", "said"),
    [
        (0.3, 100, 0.5),
        (7, 100, 12),
        (13, 100, 24),
        (24, 100, 24),
        (25, 40, 24),
        (200, 1_000, 240),
        (8_000, 10**6, 8_760),
    ],
)
def test_a_duration_that_is_easy_to_say_is_not_shorter_unless_it_must_be(hours, longest, said):
    hour = MICROSECONDS["h"]
    assert readable(int(hours * hour), longest * hour) == said * hour


def test_very_short_and_very_long_durations_stay_as_they_are():
    century = 100 * 365 * MICROSECONDS["d"]
    assert [readable(17, 10**6), readable(17, 12), readable(century, 2 * century)] == [17, 12, century]
