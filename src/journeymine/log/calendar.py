"""Opening hours: how much of the time between two moments somebody was there to act."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.errors import OptionError
from journeymine.log.shifts import Shift, Shifts
from journeymine.log.zones import check_zone

__all__ = ["OpeningHours"]

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE: Final = re.compile(r"([A-Za-z][A-Za-z\s,-]*?)\s+(off|\d.*)")
_SHIFT: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_MIDNIGHT: Final = 24 * 60
_ALWAYS: Final = "Mo-Su 00:00-24:00"


@dataclass(frozen=True)
class OpeningHours:
    """When a channel is open: by weekday, on the clock of its own time zone, but for holidays.

    Attributes
    ----------
    hours
        Days and shifts, in the simplest form of what OpenStreetMap calls opening hours: ``"Mo-Fr 09:00-17:00"``,
        ``"Mo-Th 09:00-12:30,13:00-17:00; Fr 09:00-12:30"``, ``"24/7"``. A shift that ends before it begins goes on
        after midnight. A later rule replaces what earlier ones say of its days; ``off`` closes them.
    tz
        Zone of the clock on the wall, such as ``"Europe/Amsterdam"``.
    holidays
        Dates, or text such as ``"2024-12-25"``, on which no shift begins.

    Raises
    ------
    OptionError
        If hours or a holiday cannot be read.
    TimeZoneError
        If nobody knows the zone.

    Notes
    -----
    Open is every moment at which the clock on the wall shows opening hours: an hour that it shows twice counts twice,
    one that it leaps over does not count.

    Examples
    --------
    >>> import journeymine as jm
    >>> desk = jm.OpeningHours("Mo-Fr 09:00-17:00", tz="Europe/Amsterdam", holidays=["2024-05-09"])
    >>> asked = np.array(["2024-05-03T14:00", "2024-05-08T14:00"], "datetime64[us]")  # Friday and Wednesday, in UTC
    >>> answered = np.array(["2024-05-06T08:00", "2024-05-10T08:00"], "datetime64[us]")
    >>> (desk.between(asked.astype(np.int64), answered.astype(np.int64)) / 3_600_000_000).tolist()
    [2.0, 2.0]
    """

    hours: str
    tz: str = field(kw_only=True)
    holidays: Sequence[date | str] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        check_zone(self.tz)
        days = [self.holidays] if isinstance(self.holidays, str) else self.holidays
        object.__setattr__(self, "holidays", tuple(sorted({_date(day) for day in days})))
        _ = self._week  # hours that cannot be read are refused here, not where they are used

    @cached_property
    def _week(self) -> list[Shift]:
        return _week(self.hours)

    def shifts(self, first: int, last: int) -> Shifts:
        """Give all shifts between two moments, from which open time is read off at once.

        Parameters
        ----------
        first, last
            Microseconds since 1970 in UTC.

        Returns
        -------
        Shifts
            For times from the first to the last of them.
        """
        holidays = np.array(self.holidays, "datetime64[D]").astype(np.int64)
        return Shifts.of(self._week, self.tz, holidays, first, last)

    def between(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Give the open time between moments.

        Parameters
        ----------
        starts, ends
            Microseconds since 1970 in UTC, int64, each of shape (n,).

        Returns
        -------
        numpy.ndarray
            Microseconds, int64, shape (n,); below zero where an end comes first.
        """
        if not len(starts):
            return np.zeros(0, np.int64)
        shifts = self.shifts(int(min(starts.min(), ends.min())), int(max(starts.max(), ends.max())))
        return shifts.open_before(ends) - shifts.open_before(starts)


def _date(day: date | str) -> date:
    try:
        return date.fromisoformat(day) if isinstance(day, str) else date(day.year, day.month, day.day)
    except (ValueError, AttributeError) as error:
        raise OptionError(f"{day!r} is not a holiday; write a date such as '2024-12-25'") from error


def _week(hours: str) -> list[Shift]:
    """Read rules into the shifts of a week."""
    week: dict[int, list[tuple[int, int]]] = {}
    for rule in (_ALWAYS if hours.strip() == "24/7" else hours).rstrip("; ").split(";"):
        found = _RULE.fullmatch(rule.strip())
        if found is None:
            raise _unreadable(hours, rule)
        week |= dict.fromkeys(_days(hours, found[1]), _shifts(hours, found[2]))
    return sorted((day, *shift) for day, shifts in week.items() for shift in shifts)


def _days(hours: str, written: str) -> list[int]:
    days = []
    for part in written.split(","):
        ends = [name.strip() for name in part.split("-")]
        if len(ends) > 2 or not set(ends) <= set(_DAYS):
            raise _unreadable(hours, part)
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _shifts(hours: str, written: str) -> list[tuple[int, int]]:
    return [] if written == "off" else [_shift(hours, part.strip()) for part in written.split(",")]


def _shift(hours: str, written: str) -> tuple[int, int]:
    found = _SHIFT.fullmatch(written)
    if found is None:
        raise _unreadable(hours, written)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
    if max(minute, last_minute) >= 60 or opens >= _MIDNIGHT or closes > _MIDNIGHT or opens == closes:
        raise _unreadable(hours, written)
    return opens, closes if closes > opens else closes + _MIDNIGHT


def _unreadable(hours: str, part: str) -> OptionError:
    return OptionError(
        f"{part.strip()!r} in the hours {hours!r} cannot be read. Write days ({', '.join(_DAYS)}) and shifts: "
        "'Mo-Fr 09:00-12:30,13:00-17:00; Sa 10:00-14:00', 'Su off', or '24/7'"
    )
