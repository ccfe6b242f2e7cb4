"""Transition times: how long it took from each event to the next."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {
    "segment": np.uint32,
    "activity": np.uint32,
    "next_activity": np.uint32,
    "duration": np.int64,
    "group": np.uint8,
}
MEASURES = ("count",)


def of(arrays: Arrays, relative_error: float | None = None) -> Counts:
    """Count transition times by segment, transition and customer group.

    Parameters
    ----------
    arrays
        A log.
    relative_error
        Keep durations in buckets of this width instead of exactly.

    Returns
    -------
    Counts
        ``duration`` in microseconds.
    """
    inside = np.flatnonzero(arrays.linked)
    keys = {
        "segment": arrays.per_event(arrays.case_segments)[inside],
        "activity": arrays.codes[inside],
        "next_activity": arrays.codes[inside + 1],
        "duration": bucketed(arrays.times[inside + 1] - arrays.times[inside], relative_error),
        "group": arrays.per_event(arrays.case_groups)[inside],
    }
    return Counts.of(keys)
