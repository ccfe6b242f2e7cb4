"""Gaps: from each visit to the next event of its case, or to the moment beyond which nobody can know."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {
    "segment": np.uint32,
    "activity": np.uint32,
    "duration": np.int64,
    "next_activity": np.uint32,
    "group": np.uint8,
}
MEASURES = ("count",)


def of(arrays: Arrays, relative_error: float | None = None) -> Counts:
    """Count gaps by segment, activity, what came next and customer group.

    Parameters
    ----------
    arrays
        A log.
    relative_error
        Keep durations in buckets of this width instead of exactly.

    Returns
    -------
    Counts
        ``duration`` in microseconds to the next event, or, where ``next_activity`` is 0, to the end of what is known:
        a visit is followed until its own source ends, an unread event comes between, or, for a visit of nobody, not at
        all. A next event after its source's end counts as not yet seen.
    """
    followed = np.append(arrays.linked, False)[: len(arrays.times)]
    following = np.append(arrays.times[1:], 0)[: len(arrays.times)]
    known_until = np.maximum(_known_until(arrays, following), arrays.times)
    followed &= following <= known_until
    none = np.zeros((), arrays.codes.dtype)
    keys = {
        "segment": arrays.per_event(arrays.case_segments),
        "activity": arrays.codes,
        "duration": bucketed(np.where(followed, following, known_until) - arrays.times, relative_error),
        "next_activity": np.where(followed, np.append(arrays.codes[1:], none)[: len(followed)], none),
        "group": arrays.per_event(arrays.case_groups),
    }
    return Counts.of(keys)


def _known_until(arrays: Arrays, following: np.ndarray) -> np.ndarray:
    ends = arrays.ends.copy()
    same_case = np.ones(len(ends), bool)
    same_case[arrays.lasts] = False
    unread = same_case & ~np.append(arrays.linked, False)[: len(ends)]
    ends[unread] = following[unread]
    alone = arrays.lasts[~arrays.case_known]
    ends[alone] = arrays.times[alone]
    return ends
