"""Spans: how long each case took from its first to its last event, by variant."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "variant": np.int64, "duration": np.int64}
MEASURES = ("count",)


def of(arrays: Arrays, variants: np.ndarray, relative_error: float | None = None) -> Counts:
    """Count throughput times by segment and variant.

    Parameters
    ----------
    arrays
        A log.
    variants
        Variant of each case, shape (cases,).
    relative_error
        Keep durations in buckets of this width instead of exactly.

    Returns
    -------
    Counts
        ``count`` cases; ``duration`` in microseconds. Cases that took no time, which are many, are counted; the others
        wait, each for itself, until somebody needs their order.
    """
    durations = arrays.times[arrays.lasts] - arrays.times[arrays.firsts]
    keys = {"segment": arrays.case_segments, "variant": variants, "duration": bucketed(durations, relative_error)}
    if relative_error is not None:
        return Counts.of(keys)
    took_time = durations > 0
    at_once = Counts.of({name: values[~took_time] for name, values in keys.items()})
    ones = np.broadcast_to(np.int64(1), int(np.count_nonzero(took_time)))
    rest = Counts({name: values[took_time] for name, values in keys.items()}, {"count": ones}, is_loose=True)
    return Counts.sum([at_once, rest])
