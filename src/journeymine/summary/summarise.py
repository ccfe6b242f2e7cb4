"""From a log to its summary."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary import (
    channels,
    customers,
    follows,
    gaps,
    spans,
    starts,
    switch_gaps,
    switches,
    times,
    variants,
    visits,
)
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.sequences import Sequences
from journeymine.summary.summary import PARTS, Summary

__all__ = ["as_summary", "summarise"]

_LARGE: Final = 200_000
_WORKERS: Final = 2  # with more, they wait for Python's lock


def summarise(
    log: EventLog,
    *,
    by: str | None = None,
    parts: Collection[str] = tuple(PARTS),
    relative_error: float | None = None,
) -> Summary:
    """Summarise a log for all analyses.

    Parameters
    ----------
    log
        The log.
    by
        Column whose value in a case's first event is the case's segment.
    parts
        What to summarise; by default everything.
    relative_error
        Keep durations in log-spaced buckets with this largest relative error, such as ``0.001``, so that the size is
        bounded whatever the number of events; by default they are exact.

    Returns
    -------
    Summary
        The same whatever the order of rows; summaries of different customers add up.

    Raises
    ------
    UnknownColumnError
        If the log has no column `by`.
    UnknownOptionError
        If a part does not exist.
    OptionError
        If `relative_error` does not lie between 0 and 1.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a"], "activity": ["visit", "buy"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z"]})
    >>> jm.summarise(log, parts=["follows"]).part("follows").to_arrow().num_rows
    3
    """
    for name in parts:
        if name not in PARTS:
            raise UnknownOptionError("there is no part {name!r} of a summary", name, PARTS)
    if relative_error is not None and not 0 < relative_error < 1:
        raise OptionError(f"relative_error must lie between 0 and 1, not {relative_error!r}")
    arrays = Arrays(log, by)
    sequences, which = Sequences.empty(), np.empty(0, np.int64)
    if {"variants", "spans"} & set(parts):
        sequences, which = Sequences.of(arrays.offsets, arrays.codes)
    kernels: dict[str, Callable[[], Counts]] = {
        "customers": lambda: customers.of(arrays),
        "starts": lambda: starts.of(arrays),
        "visits": lambda: visits.of(arrays),
        "channels": lambda: channels.of(arrays),
        "follows": lambda: follows.of(arrays),
        "times": lambda: times.of(arrays, relative_error),
        "gaps": lambda: gaps.of(arrays, relative_error),
        "variants": lambda: variants.of(arrays, which),
        "spans": lambda: spans.of(arrays, which, relative_error),
        "switches": lambda: switches.of(arrays),
        "switch_gaps": lambda: switch_gaps.of(arrays, relative_error),
    }
    return Summary(
        tuple(arrays.activities),
        tuple(arrays.segments),
        tuple(log.channels),
        sequences,
        _at_once({name: kernels[name] for name in PARTS if name in parts}, log.num_events),
        int(log.times.min()) if log.num_events else None,
        arrays.observed_until,
        by,
        relative_error,
    )


def _at_once(kernels: Mapping[str, Callable[[], Counts]], num_events: int) -> dict[str, Counts]:
    """Run kernels side by side where the log is large: their sorts leave Python's lock alone."""
    if num_events < _LARGE:
        return {name: kernel() for name, kernel in kernels.items()}
    pa.default_memory_pool().release_unused()  # what Arrow still holds of reading, kernels have a use for
    with ThreadPoolExecutor(_WORKERS) as pool:
        started = {name: pool.submit(kernel) for name, kernel in kernels.items()}
        return {name: kernel.result() for name, kernel in started.items()}


def as_summary(log: EventLog | Summary, *parts: str) -> Summary:
    """Give the parts of a summary that an analysis needs.

    Parameters
    ----------
    log
        A log, which is summarised, or a summary, which is taken as it is.
    *parts
        The parts needed.

    Returns
    -------
    Summary
        With at least these parts.
    """
    return log if isinstance(log, Summary) else summarise(log, parts=parts)
