"""Gaps: from each visit to the next event of its case, or to the moment beyond which nobody can know."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays, Block
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
    counts = Counts.loose((_rows(block, relative_error) for block in arrays.blocks()), KEYS, len(arrays.times))
    return counts if relative_error is None else counts.ordered


def _rows(block: Block, relative_error: float | None) -> dict[str, np.ndarray]:
    arrays = block.arrays
    now, following = block.of(arrays.times), block.following(arrays.times)
    linked, known_until = block.of(arrays.linked), _known_until(block, now, following)
    followed = linked & (following <= known_until)
    return {
        "segment": block.segments,
        "activity": block.of(arrays.codes),
        "duration": bucketed(np.where(followed, following, known_until) - now, relative_error),
        "next_activity": np.where(followed, block.following(arrays.codes), 0),
        "group": block.of_case(arrays.case_groups),
    }


def _known_until(block: Block, now: np.ndarray, following: np.ndarray) -> np.ndarray:
    arrays = block.arrays
    last, linked = block.of(arrays.is_last), block.of(arrays.linked)
    ends = arrays.source_ends[block.of(arrays.source_codes)]
    ends = np.where(last | linked, ends, following)  # an unread event comes between
    ends = np.where(last & ~block.of_case(arrays.case_known), now, ends)
    return np.maximum(ends, now)
