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
        ``count`` cases; ``duration`` in microseconds.
    """
    durations = arrays.times[arrays.lasts] - arrays.times[arrays.firsts]
    keys = {
        "segment": arrays.case_segments,
        "variant": variants,
        "duration": bucketed(durations, relative_error),
    }
    return Counts.of(keys)
