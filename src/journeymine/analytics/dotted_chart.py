"""Dotted chart: when does what happen, journey by journey?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pyarrow as pa

from journeymine.analytics.result import Result, of_selection
from journeymine.durations import format_duration
from journeymine.errors import OptionError, UnknownActivityError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary import journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.groups import hash_of
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["DottedChart", "dotted_chart"]

_Sort = Literal["start", "length"]
_NEVER: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False, repr=False)
class DottedChart(Result):
    """When what happens, journey by journey.

    Attributes
    ----------
    table
        One row an event, by ``row`` (place of its journey, from 0) and time: ``case_id``, ``customer``, ``activity``,
        ``channel``, ``timestamp`` (UTC), ``since_seconds`` (from the journey's start, or from the anchor).
    sort, anchor
        As asked for.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.dotted_chart(log).headline
    '2 journeys with 3 events; half of them last 12 h or less.'
    """

    sort: str
    anchor: str | None

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "There are no journeys to show."
        since = self.table["since_seconds"].to_numpy(float)
        starts = np.flatnonzero(np.diff(self.table["row"].to_numpy(), prepend=-1))
        lengths = np.maximum.reduceat(since, starts) - since[starts]
        before = f"; “{self.anchor}” first comes a median of {format_duration(float(np.median(-since[starts])))} after"
        return (
            f"{counted(len(starts), 'journey')} with {counted(len(self.table), 'event')}; half of them last "
            f"{format_duration(float(np.median(lengths)))} or less{f'{before} their start' if self.anchor else ''}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw one dot an event, one row a journey."""
        from journeymine.draw.dots import draw_dots

        calendar = self.anchor is None and self.sort == "start"
        when = self.table["timestamp"].dt.tz_localize(None) if calendar else self.table["since_seconds"]
        channels = self.table["channel"].astype(object).where(self.table["channel"].notna(), None)
        label = counted(len(self.table["row"].unique()), "journey")
        zero = f"the first “{self.anchor}”" if self.anchor else "the journey's start"
        return draw_dots(when.to_numpy(), self.table["row"].to_numpy(), list(channels), label=label, zero=zero, ax=ax)


@of_selection
def dotted_chart(
    log: EventLog,
    *,
    sort: Literal["start", "length"] = "start",
    anchor: str | None = None,
    customers: int = 200,
) -> DottedChart:
    """Show every event of a sample of customers as a dot [1]_.

    Parameters
    ----------
    log
        A log.
    sort
        ``"start"``: journeys that began first on top, over the calendar; ``"length"``: the shortest on top, over the
        time since their start.
    anchor
        Activity whose first time in a journey is the zero of the time axis; journeys without it are left out, and those
        that began longest before it (with ``"length"``: the shortest) are on top.
    customers
        How many customers are shown, at most: those with the smallest hash of their name, the same ones each time.

    Returns
    -------
    DottedChart
        All journeys of these customers.

    Raises
    ------
    UnknownActivityError
        If `anchor` never occurs; the message names the closest activities.
    UnknownOptionError
        If `sort` is something else.
    OptionError
        If `customers` is less than 1, or `log` is a summary.

    References
    ----------
    .. [1] Song & van der Aalst (2007), Supporting process mining by showing events at a glance, Proc. 17th Workshop on
       Information Technologies and Systems.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.dotted_chart(log, anchor="buy").table[["row", "activity", "since_seconds"]]
       row activity  since_seconds
    0    0    visit       -86400.0
    1    0      buy            0.0
    """
    if isinstance(log, Summary):
        raise OptionError("a summary does not know single events; give the log itself to dotted_chart")
    if sort not in get_args(_Sort):
        raise UnknownOptionError("sort cannot be {name!r}", sort, get_args(_Sort))
    if customers < 1:
        raise OptionError(f"at least one customer must be shown, not {customers!r}")
    if anchor is not None and anchor not in log.activities:
        raise UnknownActivityError("anchor {name!r} never occurs", anchor, log.activities)
    arrays = Arrays(log)
    cases = _sampled(arrays, customers)
    zeros = arrays.times[arrays.firsts] if anchor is None else _first_times(arrays, log.activities.index(anchor) + 1)
    shown = cases[zeros[cases] > _NEVER]
    starts = arrays.times[arrays.firsts][shown]
    lengths = arrays.times[arrays.lasts][shown] - starts
    keys = {"start": starts if anchor is None else starts - zeros[shown], "length": lengths}
    shown = shown[np.lexsort((starts, keys[sort]))]
    base = _base(arrays, cases, shown, anchor)
    return DottedChart(_table(arrays, shown, zeros), base, sort, anchor)


def _sampled(arrays: Arrays, most: int) -> np.ndarray:
    """Choose the cases of the customers with the smallest hashes; a case of nobody is one of its own."""
    nobody = np.flatnonzero(~arrays.case_known)
    names = arrays.log.labels("customer").dictionary, arrays.log.labels("case_id").dictionary.take(pa.array(nobody))
    hashes = np.concatenate([hash_of(each) for each in names])
    used = np.flatnonzero(np.bincount(arrays.case_customers, minlength=len(hashes)))
    chosen = np.zeros(len(hashes), bool)
    chosen[used[np.argsort(hashes[used], kind="stable")[:most]]] = True
    return np.flatnonzero(chosen[arrays.case_customers])


def _first_times(arrays: Arrays, code: int) -> np.ndarray:
    """Give the first time of an activity in each case, or `_NEVER`."""
    cases, places = journeys.starts_of(arrays, code)
    times = np.full(len(arrays.firsts), _NEVER)
    times[cases] = arrays.times[places]
    return times


def _table(arrays: Arrays, shown: np.ndarray, zeros: np.ndarray) -> pd.DataFrame:
    lengths = arrays.lasts[shown] - arrays.firsts[shown] + 1
    begins = np.cumsum(lengths) - lengths
    places = np.arange(lengths.sum()) - np.repeat(begins - arrays.firsts[shown], lengths)
    names = ["case_id", "customer", "activity", "channel", "timestamp"]
    events = arrays.log.table.select([name for name in names if name in arrays.log.table.column_names])
    table = events.take(pa.array(places)).to_pandas()
    if "channel" not in table:
        table.insert(3, "channel", None)
    table.insert(0, "row", np.repeat(np.arange(len(shown)), lengths))
    return table.assign(since_seconds=(arrays.times[places] - np.repeat(zeros[shown], lengths)) / 1e6)


def _base(arrays: Arrays, cases: np.ndarray, shown: np.ndarray, anchor: str | None) -> str:
    people = [np.count_nonzero(np.bincount(which)) for which in (arrays.case_customers[cases], arrays.case_customers)]
    sample = f"all {counted(people[1], 'customer')}"
    if people[0] < people[1]:
        sample = f"{people[0]:,} of {counted(people[1], 'customer')}, chosen by the hash of their name"
    without = f"; {counted(len(cases) - len(shown), 'journey')} without “{anchor}” left out" if anchor else ""
    return f"The {counted(len(shown), 'journey')} of {sample}{without}; times in UTC."
