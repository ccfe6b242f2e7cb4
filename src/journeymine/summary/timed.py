"""A log whose transitions take opening hours, waiting time or service time instead of all the time by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np
import pyarrow.compute as pc

from journeymine.errors import OptionError, UnknownNameError, UnknownOptionError
from journeymine.log import columns
from journeymine.log.calendar import OpeningHours
from journeymine.log.shifts import Shifts
from journeymine.summary.arrays import Arrays, Block

__all__ = ["Calendar", "Time", "Timed"]

Time = Literal["transition", "waiting", "service"]
Calendar = OpeningHours | Mapping[str, OpeningHours]
"""Opening hours of all channels, or of some, by channel."""

_END: Final = "end_timestamp"


@dataclass(frozen=True)
class Timed(Arrays):
    """The arrays of a log, and what its transitions take.

    Attributes
    ----------
    time
        ``"transition"``: from the begin of an event to the begin of the next; ``"waiting"``: from its end to the begin
        of the next; ``"service"``: from its begin to its end.
    calendar
        When somebody is there to act; channels without opening hours, or all without any, never close. The hours that
        count are those of the channel that has to act: the next event's, for service the event's own.

    Raises
    ------
    OptionError
        If waiting or service is asked of a log without ends of events, or a calendar is none.
    UnknownOptionError
        If there is no such time.
    UnknownNameError
        If a channel with opening hours does not occur.
    """

    time: Time = "transition"
    calendar: Calendar | None = None

    def __post_init__(self):
        super().__post_init__()
        if self.time not in get_args(Time):
            raise UnknownOptionError("time cannot be {name!r}", self.time, get_args(Time))
        if self.time != "transition" and not self.has_ends:
            raise OptionError(
                f"time={self.time!r} needs the column {_END!r}: with one time for each event nobody can tell waiting "
                "from service"
            )
        for channel, hours in self._by_channel.items():
            if channel not in self.log.channels:
                raise UnknownNameError("channel {name!r} with opening hours does not occur", channel, self.log.channels)
            _check(hours)
        if not self._by_channel and self.calendar:
            _check(self.calendar)

    @property
    def _by_channel(self) -> Mapping[str, OpeningHours]:
        return self.calendar if isinstance(self.calendar, Mapping) else {}

    @property
    def has_ends(self) -> bool:
        """Whether it is logged when events ended."""
        return _END in self.log.table.column_names

    @property
    def is_by_clock(self) -> bool:
        """Whether transitions take all the time from one event to the next."""
        return self.time == "transition" and not self.calendar

    @cached_property
    def linked(self) -> np.ndarray:
        """True where the next event belongs to the same case and the time in between is known, shape (events,)."""
        linked = Arrays(self.log).linked
        return linked if self.time == "transition" else linked & columns.is_true(pc.is_valid(self.log.table[_END]))

    @cached_property
    def _shifts(self) -> dict[int | None, Shifts]:
        """Shifts by the code of a channel; by None where they are those of all."""
        if not len(self.times):
            return {}
        known = (self.times,) if self.time == "transition" else (self.times, self.ends)
        reach = int(min(moments.min() for moments in known)), int(max(moments.max() for moments in known))
        if isinstance(self.calendar, OpeningHours):
            return {None: self.calendar.shifts(*reach)}
        return {self.log.channels.index(name) + 1: hours.shifts(*reach) for name, hours in self._by_channel.items()}

    def spent(self, block: Block) -> np.ndarray:
        """Give what it took from each event to the next.

        Parameters
        ----------
        block
            Some events.

        Returns
        -------
        numpy.ndarray
            Microseconds, int64, shape (events,), never below 0: an event that begins before the last one ended has not
            been waited for. Without meaning where `linked` is not true.
        """
        starts, ends = self._bounds(block)
        spent = ends - starts
        acting = block.of(self.channel_codes) if self.time == "service" else block.following(self.channel_codes)
        for channel, shifts in self._shifts.items():
            rows = slice(None) if channel is None else np.flatnonzero(acting == channel)
            spent[rows] = shifts.open_before(ends[rows]) - shifts.open_before(starts[rows])
        return np.maximum(spent, 0)

    def _bounds(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        starts = block.of(self.ends if self.time == "waiting" else self.times)
        return starts, block.of(self.ends) if self.time == "service" else block.following(self.times)


def _check(hours: object) -> None:
    if not isinstance(hours, OpeningHours):
        raise OptionError(
            f"a calendar is OpeningHours, such as OpeningHours('Mo-Fr 09:00-17:00', tz='UTC'), or a mapping of them by "
            f"channel, not {hours!r}"
        )
