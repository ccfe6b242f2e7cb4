"""Transition times: how long it took from each event to the next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts, take

__all__ = ["KEYS", "MEASURES", "elapsed", "of"]

KEYS = {
    "segment": np.uint32,
    "activity": np.uint32,
    "next_activity": np.uint32,
    "duration": np.int64,
    "group": np.uint8,
}
MEASURES = ("count",)


def elapsed(block: Block) -> np.ndarray:
    """Give the time from each event to the next, by the clock.

    Parameters
    ----------
    block
        Some events.

    Returns
    -------
    numpy.ndarray
        Microseconds, int64, shape (events,); without meaning where no event of the case follows.
    """
    return block.following(block.arrays.times) - block.of(block.arrays.times)


def of(arrays: Arrays, relative_error: float | None = None, spent: Callable[[Block], np.ndarray] = elapsed) -> Counts:
    """Count transition times by segment, transition and customer group.

    Parameters
    ----------
    arrays
        A log.
    relative_error
        Keep durations in buckets of this width instead of exactly.
    spent
        What counts as the time from an event to the next.

    Returns
    -------
    Counts
        ``duration`` in microseconds.
    """
    counts = Counts.loose((_rows(block, relative_error, spent) for block in arrays.blocks()), KEYS, len(arrays.times))
    return counts if relative_error is None else counts.ordered


def _rows(block: Block, relative_error: float | None, spent: Callable[[Block], np.ndarray]) -> dict[str, np.ndarray]:
    arrays, inside = block.arrays, block.of(block.arrays.linked)
    return {
        "segment": take(block.segments, inside),
        "activity": block.of(arrays.codes)[inside],
        "next_activity": block.following(arrays.codes)[inside],
        "duration": bucketed(spent(block)[inside], relative_error),
        "group": block.of_case(arrays.case_groups)[inside],
    }
