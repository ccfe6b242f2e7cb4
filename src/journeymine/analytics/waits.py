"""Waits: how long customers wait to be served, where a source logs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.analytics.customer_contacts import has_label
from journeymine.errors import OptionError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.phone.words import WAITED, WAITED_FOR_CALLBACK
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.quantiles import Durations
from journeymine.summary.visits import distinct_customers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["waits"]

_COLUMNS: Final = ("ring_seconds", "wait_seconds")
_ACTIVITIES: Final = (WAITED, WAITED_FOR_CALLBACK)


def waits(log: EventLog, waiting: str | Sequence[str] | None, confidence: float) -> pd.DataFrame:
    """Measure waits by channel and by what says them.

    Parameters
    ----------
    log
        A log.
    waiting
        Columns that hold seconds, and activities that last as long as a wait; by default those that the readers of
        telephone and chat systems give.
    confidence
        Of the intervals, whose unit is the customer.

    Returns
    -------
    pandas.DataFrame
        One row a channel and column or activity: ``channel``, ``waiting``, ``count``, ``customers``,
        ``median_seconds`` with ``median_low_seconds`` and ``median_high_seconds`` and ``p90_seconds``. A wait that a
        customer broke off counts as long as it lasted; a negative one, which clocks that differ give, does not count.

    Raises
    ------
    UnknownColumnError
        If one of `waiting` is neither a column nor an activity.
    OptionError
        If a column holds no numbers, or no end of such an activity is logged.
    """
    import pandas as pd

    usual = [name for name in (*_COLUMNS, *_ACTIVITIES) if name in (*log.table.column_names, *log.activities)]
    names = usual if waiting is None else [waiting] if isinstance(waiting, str) else list(waiting)
    arrays = Arrays(log)
    logged = [_logged(log, name) for name in names]
    events = np.concatenate([places for places, _ in logged] or [np.empty(0, np.int64)])
    keys = {
        "channel": arrays.channel_codes[events],
        "waiting": np.repeat(np.arange(len(names)), [len(places) for places, _ in logged]),
    }
    durations = np.concatenate([waited for _, waited in logged] or [np.empty(0, np.int64)])
    groups = arrays.per_event(arrays.case_groups)[events]
    counts = {"count": np.broadcast_to(np.int64(1), len(events))}
    found = Durations(Counts({**keys, "duration": durations, "group": groups}, counts, is_loose=True), tuple(keys))
    people = distinct_customers(keys, arrays.per_event(arrays.case_customers)[events])
    low, high = found.quantile_interval(0.5, confidence)
    return pd.DataFrame(
        {
            "channel": np.array(["", *log.channels], object)[found.kind("channel")],
            "waiting": np.array(names, object)[found.kind("waiting")],
            "count": found.totals,
            "customers": people["customers"],
            "median_seconds": found.quantile_seconds(0.5),
            "median_low_seconds": low,
            "median_high_seconds": high,
            "p90_seconds": found.quantile_seconds(0.9),
        }
    )


def _logged(log: EventLog, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the events of which a wait is logged, and the waits in microseconds."""
    table = log.table
    if name in table.column_names:
        waited = _seconds(name, table[name])
    elif name in log.activities and "end_timestamp" in table.column_names:
        ends = _numbers(table["end_timestamp"].cast(pa.int64()))
        waited = np.where(has_label(log, "activity", [name]), ends - log.times, np.nan) / 1e6
    elif name in log.activities:
        raise OptionError(f"how long {name!r} lasts is not logged: there is no column 'end_timestamp'")
    else:
        raise UnknownColumnError("{name!r} is neither a column nor an activity", name, table.column_names)
    known = np.flatnonzero(waited >= 0)
    return known, np.rint(waited[known] * 1e6).astype(np.int64)


def _seconds(name: str, column: pa.ChunkedArray) -> np.ndarray:
    try:
        return _numbers(column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise OptionError(f"column {name!r} holds no seconds: {error}") from error


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Give a column as floating point numbers, not a number where nothing stands."""
    return columns.numbers(pc.fill_null(column.cast(pa.float64()), np.nan))
