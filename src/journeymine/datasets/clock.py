"""Times as each system writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

__all__ = ["TIME_ZONE", "access_times", "asctimes", "cdr_times", "date_headers", "iso_times", "moment", "offsets"]

TIME_ZONE: Final = "Europe/Amsterdam"

_HOUR, _DAY = 3_600, 86_400
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_Form = Callable[[date], tuple[str, str]]


def moment(day: date) -> int:
    """Give the start of a day in Amsterdam as seconds since 1970.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    int
        Seconds.

    Examples
    --------
    >>> moment(date(2024, 3, 1))
    1709247600
    """
    return int(datetime.combine(day, time(), ZoneInfo(TIME_ZONE)).timestamp())


def offsets(seconds: np.ndarray) -> np.ndarray:
    """Give how far Amsterdam's clocks are ahead of UTC.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).

    Returns
    -------
    numpy.ndarray
        Seconds, int64, shape (n,).

    Examples
    --------
    >>> offsets(np.array([1711846799, 1711846800])).tolist()
    [3600, 7200]
    """
    if not len(seconds):
        return np.zeros(0, np.int64)
    hours = seconds // _HOUR
    first, zone = int(hours.min()), ZoneInfo(TIME_ZONE)
    known = [_offset(hour, zone) for hour in range(first, int(hours.max()) + 1)]
    return np.array(known, np.int64)[hours - first]


def _offset(hour: int, zone: ZoneInfo) -> int:
    ahead = datetime.fromtimestamp(hour * _HOUR, zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds())


def access_times(seconds: np.ndarray) -> list[str]:
    """Write times as web servers do.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).

    Returns
    -------
    list of str
        In local time with its offset.

    Examples
    --------
    >>> access_times(np.array([1711846800]))
    ['31/Mar/2024:03:00:00 +0200']
    """
    ahead = offsets(seconds)
    return _zoned(_texts(seconds + ahead, lambda day: (f"{day:%d}/{_MONTHS[day.month - 1]}/{day.year}:", "")), ahead)


def date_headers(seconds: np.ndarray, ahead: np.ndarray) -> list[str]:
    """Write times as the ``Date`` header of a mail has them.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).
    ahead
        How far each writer's clock is ahead of UTC, seconds, int64, shape (n,).

    Returns
    -------
    list of str
        As RFC 5322 has them.

    Examples
    --------
    >>> date_headers(np.array([1709247612]), np.array([3600]))
    ['Fri, 01 Mar 2024 00:00:12 +0100']
    """
    return _zoned(_texts(seconds + ahead, _mail_day), ahead)


def _mail_day(day: date) -> tuple[str, str]:
    return f"{_WEEKDAYS[day.weekday()]}, {day:%d} {_MONTHS[day.month - 1]} {day.year} ", ""


def asctimes(seconds: np.ndarray) -> list[str]:
    """Write times as the separator lines of an mbox file have them.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).

    Returns
    -------
    list of str
        In UTC.

    Examples
    --------
    >>> asctimes(np.array([1709247612]))
    ['Thu Feb 29 23:00:12 2024']
    """
    return _texts(
        seconds, lambda day: (f"{_WEEKDAYS[day.weekday()]} {_MONTHS[day.month - 1]} {day.day:2} ", f" {day.year}")
    )


def cdr_times(seconds: np.ndarray) -> list[str]:
    """Write times as Asterisk does, in local time without a zone.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).

    Returns
    -------
    list of str
        One a time.

    Examples
    --------
    >>> cdr_times(np.array([1711846800]))
    ['2024-03-31 03:00:00']
    """
    return _texts(seconds + offsets(seconds), lambda day: (f"{day} ", ""))


def iso_times(seconds: np.ndarray) -> list[str]:
    """Write times as Zendesk does, in UTC.

    Parameters
    ----------
    seconds
        Seconds since 1970, int64, shape (n,).

    Returns
    -------
    list of str
        One a time.

    Examples
    --------
    >>> iso_times(np.array([1709247612]))
    ['2024-02-29T23:00:12Z']
    """
    return _texts(seconds, lambda day: (f"{day}T", "Z"))


@cache
def _clocks() -> list[str]:
    return [f"{second // _HOUR:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(_DAY)]


def _texts(wall: np.ndarray, form: _Form) -> list[str]:
    """Write wall-clock times; `form` gives what stands before and after the clock on a day."""
    if not len(wall):
        return []
    days, clocks = wall // _DAY, _clocks()
    first = int(days.min())
    forms = [form(date(1970, 1, 1) + timedelta(days=day)) for day in range(first, int(days.max()) + 1)]
    before, after = zip(*forms, strict=True)
    places, rests = (days - first).tolist(), (wall - days * _DAY).tolist()
    return [before[day] + clocks[rest] + after[day] for day, rest in zip(places, rests, strict=True)]


def _zoned(texts: list[str], ahead: np.ndarray) -> list[str]:
    zones = {offset: f" +{offset // _HOUR:02}00" for offset in np.unique(ahead).tolist()}
    return [text + zones[offset] for text, offset in zip(texts, ahead.tolist(), strict=True)]
