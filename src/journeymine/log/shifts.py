"""Shifts one after the other, and how much of them lies before a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.durations import MICROSECONDS
from journeymine.log import columns

__all__ = ["Shift", "Shifts"]

Shift = tuple[int, int, int]
"""Weekday, 0 for Monday, and when it opens and closes, in minutes since midnight; 1,440 and more on the next day."""

_DAY: Final = MICROSECONDS["d"]
_MARGIN: Final = 3 * _DAY  # more than a shift may reach over midnight and a zone lie from UTC
_STEP: Final = 15 * MICROSECONDS["min"]  # clocks are put forward and back at full quarters of an hour
_THURSDAY: Final = 3  # the first of January 1970
_BLOCK: Final = 1 << 16  # times that stay in the processor's cache


@dataclass(frozen=True)
class Shifts:
    """Stretches of open time that do not overlap, in order.

    Attributes
    ----------
    opens
        When each begins, microseconds since 1970 in UTC, int64, shape (shifts,).
    lengths
        How long each is, microseconds, shape (shifts,).
    before
        How much open time lies before each, microseconds, shape (shifts,).
    """

    opens: np.ndarray
    lengths: np.ndarray
    before: np.ndarray

    @classmethod
    def of(cls, week: Sequence[Shift], tz: str, holidays: np.ndarray, first: int, last: int) -> Shifts:
        """Lay a week out over the time from one moment to another.

        Parameters
        ----------
        week
            Shifts, sorted.
        tz
            Zone of their clock.
        holidays
            Days since 1970 on which no shift begins, shape (holidays,).
        first, last
            Microseconds since 1970 in UTC.

        Returns
        -------
        Shifts
            All of them in that time.
        """
        start = first - _MARGIN
        wall = _on_the_wall(week, holidays, start // _DAY, (last + _MARGIN) // _DAY)
        opens, closes = _in_utc(*wall, *_offsets(tz, start, last + _MARGIN))
        opens, lengths = np.append(start, opens), np.append(0, closes - opens)  # the first stands for "before all"
        return cls(opens, lengths, np.cumsum(lengths) - lengths)

    def open_before(self, times: np.ndarray) -> np.ndarray:
        """Give the open time before moments.

        Parameters
        ----------
        times
            Microseconds since 1970 in UTC, int64, shape (n,), in the time that the shifts were laid out over.

        Returns
        -------
        numpy.ndarray
            Microseconds, int64, shape (n,), since some moment before all of them.
        """
        found = np.empty(len(times), np.int64)
        for start in range(0, len(times), _BLOCK):
            rows = slice(start, start + _BLOCK)
            place = np.searchsorted(self.opens, times[rows], side="right") - 1
            found[rows] = self.before[place] + np.minimum(times[rows] - self.opens[place], self.lengths[place])
        return found


def _on_the_wall(
    week: Sequence[Shift], holidays: np.ndarray, first_day: int, last_day: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give what the clock on the wall shows, as microseconds since 1970, when shifts open and close."""
    days = np.arange(first_day, last_day + 1)
    weekdays, opens, closes = np.array(week, np.int64).reshape(-1, 3).T
    taken = ((days + _THURSDAY) % 7)[:, None] == weekdays
    taken &= ~np.isin(days, holidays)[:, None]
    opens, closes = ((days[:, None] * _DAY + minutes * MICROSECONDS["min"])[taken] for minutes in (opens, closes))
    closes = np.maximum.accumulate(closes)
    opens[1:] = np.maximum(opens[1:], closes[:-1])  # where a shift is still open, the next goes on from its end
    return opens[closes > opens], closes[closes > opens]


def _offsets(tz: str, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the moments since which the clock was ahead of UTC by how much, and the end of all."""
    moments = np.arange(first - first % _STEP, last + _STEP, _STEP)
    wall = pc.local_timestamp(pa.array(moments, pa.timestamp("us", tz)))
    offsets = columns.numbers(wall) - moments
    changed = np.flatnonzero(np.diff(offsets, prepend=offsets[0] - 1))
    return np.append(moments[changed], moments[-1]), offsets[changed]


def _in_utc(
    opens: np.ndarray, closes: np.ndarray, borders: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turn times on the wall to UTC; what a clock shows twice comes twice, what it leaps over does not come."""
    pieces = [
        (np.clip(opens - offset, since, until), np.clip(closes - offset, since, until))
        for since, until, offset in zip(borders[:-1], borders[1:], offsets, strict=True)
    ]
    opens, closes = (np.concatenate(sides) for sides in zip(*pieces, strict=True))
    return opens[closes > opens], closes[closes > opens]
