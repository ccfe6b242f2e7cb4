"""Durations: ``"14d"`` as people write them, microseconds as kernels use them, ``"2.5 h"`` as people read them."""

from __future__ import annotations

import re
from datetime import timedelta
from math import isfinite

from journeymine.errors import DurationError

__all__ = ["MICROSECONDS", "Duration", "format_duration", "readable", "to_microseconds"]

Duration = str | timedelta

MICROSECONDS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_STEPS_OF = {
    "s": (1, 2, 5, 10, 15, 30),
    "min": (1, 2, 5, 10, 15, 30),
    "h": (1, 2, 3, 6, 12),
    "d": (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 365, 730, 1825, 3650),
}
_READABLE = [count * MICROSECONDS[unit] for unit, counts in _STEPS_OF.items() for count in counts]
_LONGEST = 1 << 62  # microseconds: more than 100,000 years, and still room to add it to a time
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|w)\s*")
# (below this many seconds, one unit in seconds, its name)
_STEPS = [
    (0.001, 0.000001, "µs"),
    (1, 0.001, "ms"),
    (90, 1, "s"),
    (5_400, 60, "min"),
    (129_600, 3_600, "h"),
    (float("inf"), 86_400, "d"),
]


def to_microseconds(duration: Duration) -> int:
    """Give a duration in microseconds.

    Parameters
    ----------
    duration
        Text such as ``"14d"``, ``"36h"``, ``"1h 30min"`` (units: us, ms, s, min, h, d, w), or a timedelta.

    Returns
    -------
    int
        Microseconds, more than zero.

    Raises
    ------
    DurationError
        If it is a bare number, has an unknown unit, is not more than zero, or is beyond 100,000 years.

    Examples
    --------
    >>> to_microseconds("36h")
    129600000000
    >>> to_microseconds("1d 12h") == to_microseconds("36h")
    True
    """
    microseconds = _of_timedelta(duration) if isinstance(duration, timedelta) else _of_text(duration)
    if microseconds <= 0:
        raise DurationError(f"a duration must be more than zero, not {duration!r}")
    if microseconds > _LONGEST:
        raise DurationError(f"{duration!r} is longer than 100,000 years")
    return microseconds


def _of_timedelta(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)


def _of_text(duration: object) -> int:
    text = duration if isinstance(duration, str) else ""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text):
        raise DurationError(
            f"{duration!r} is not a duration. Write a number with its unit, such as '14d', '36h' or '1h 30min' "
            f"(units: {', '.join(MICROSECONDS)}), or give a timedelta"
        )
    total = sum(float(number) * MICROSECONDS[unit] for number, unit in parts)
    return round(min(total, 2 * _LONGEST))  # a number too long for a float is infinite


def format_duration(seconds: float) -> str:
    """Say a duration the way a person reads it.

    Parameters
    ----------
    seconds
        A duration in seconds.

    Returns
    -------
    str
        Two or three figures and a unit; a dash where there is no number.

    Examples
    --------
    >>> format_duration(75), format_duration(9_000), format_duration(864_000)
    ('75 s', '2.5 h', '10 d')
    """
    if not isfinite(seconds):
        return "–"
    if seconds == 0:
        return "0 s"
    size, unit = next((size, unit) for limit, size, unit in _STEPS if abs(seconds) < limit)
    value = seconds / size
    return f"{value:,.0f} {unit}" if abs(value) >= 9.95 or value == round(value) else f"{value:.1f} {unit}"


def readable(microseconds: int, longest: int) -> int:
    """Give the nearest duration that is not shorter and easy to say, such as 14 days.

    Parameters
    ----------
    microseconds
        A duration.
    longest
        What must not be passed; where nothing that is easy to say lies between, the longest that is shorter.

    Returns
    -------
    int
        Microseconds. Below a second and above ten years, durations stay as they are.

    Examples
    --------
    >>> day = MICROSECONDS["d"]
    >>> readable(11 * day, 60 * day) // day, readable(11 * day, 13 * day) // day
    (14, 10)
    """
    if microseconds < _READABLE[0] or microseconds > _READABLE[-1] or longest < _READABLE[0]:
        return min(microseconds, longest)
    enough = next(step for step in _READABLE if step >= microseconds)
    return enough if enough <= longest else max(step for step in _READABLE if step <= longest)
