"""Gaps: from each visit to the next event of its case, or to the moment beyond which nobody can know."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "day_of", "of", "until_next"]

KEYS = {
    "segment": np.uint32,
    "activity": np.uint32,
    "duration": np.int64,
    "next_activity": np.uint32,
    "day": np.uint32,
    "group": np.uint8,
}
MEASURES = ("count",)

_DAY: Final = 86_400_000_000
_FIRST_DAY: Final = 719_162  # days from the first of January of the year 1 to that of 1970


def of(arrays: Arrays, relative_error: float | None = None) -> Counts:
    """Count gaps by segment, activity, what came next, day and customer group.

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
        all. A next event after its source's end counts as not yet seen. ``day`` is that of the visit, in UTC, counted
        from the first of January of the year 1, so that early visits can be told from late ones.
    """
    counts = Counts.loose((_rows(block, relative_error) for block in arrays.blocks()), KEYS, len(arrays.times))
    return counts if relative_error is None else counts.ordered


def _rows(block: Block, relative_error: float | None) -> dict[str, np.ndarray]:
    arrays = block.arrays
    followed, durations = until_next(block)
    return {
        "segment": block.segments,
        "activity": block.of(arrays.codes),
        "duration": bucketed(durations, relative_error),
        "next_activity": np.where(followed, block.following(arrays.codes), 0),
        "day": day_of(block.of(arrays.times)),
        "group": block.of_case(arrays.case_groups),
    }


def until_next(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Tell how long it took until each visit was followed by another, or for how long it was watched without.

    Parameters
    ----------
    block
        Some events of a log.

    Returns
    -------
    followed : numpy.ndarray
        Whether the next event of the case is known, bool, shape (events,).
    durations : numpy.ndarray
        Microseconds to it, or to the end of what is known, int64, shape (events,).
    """
    arrays = block.arrays
    now, following = block.of(arrays.times), block.following(arrays.times)
    known_until = _known_until(block, now, following)
    followed = block.of(arrays.linked) & (following <= known_until)
    return followed, np.where(followed, following, known_until) - now


def day_of(times: np.ndarray) -> np.ndarray:
    """Give the day of each time, in UTC.

    Parameters
    ----------
    times
        Microseconds since 1970, int64.

    Returns
    -------
    numpy.ndarray
        Days since the first of January of the year 1, uint32.

    Examples
    --------
    >>> day_of(np.array([0, 86_400_000_000])).tolist()
    [719162, 719163]
    """
    return (times // _DAY + _FIRST_DAY).astype(np.uint32)


def _known_until(block: Block, now: np.ndarray, following: np.ndarray) -> np.ndarray:
    arrays = block.arrays
    last, linked = block.of(arrays.is_last), block.of(arrays.linked)
    ends = arrays.source_ends[block.of(arrays.source_codes)]
    ends = np.where(last | linked, ends, following)  # an unread event comes between
    ends = np.where(last & ~block.of_case(arrays.case_known), now, ends)
    return np.maximum(ends, now)
