"""Gaps between channels: from each contact to the next of its case, and in which channel that was."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.buckets import bucketed
from journeymine.summary.counts import Counts
from journeymine.summary.gaps import until_next

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {
    "segment": np.uint32,
    "channel": np.uint32,
    "duration": np.int64,
    "next_channel": np.uint32,
    "group": np.uint8,
}
MEASURES = ("count",)


def of(arrays: Arrays, relative_error: float | None = None, segments: np.ndarray | None = None) -> Counts:
    """Count gaps by segment, channel, the channel of the next contact, and customer group.

    Parameters
    ----------
    arrays
        A log.
    relative_error
        Keep durations in buckets of this width instead of exactly.
    segments
        Segment of each event, integers >= 0, shape (events,), such as what it is about; by default that of its case.

    Returns
    -------
    Counts
        ``duration`` in microseconds to the next contact, or, where ``next_channel`` is 0, to the end of what is known,
        as in the part ``gaps``. A next contact whose channel the log does not say ends what is known.
    """
    rows = (_rows(block, relative_error, segments) for block in arrays.blocks())
    counts = Counts.loose(rows, KEYS, len(arrays.times))
    return counts if relative_error is None else counts.ordered


def _rows(block: Block, relative_error: float | None, segments: np.ndarray | None) -> dict[str, np.ndarray]:
    arrays = block.arrays
    followed, durations = until_next(block)
    return {
        "segment": block.segments if segments is None else block.of(segments),
        "channel": block.of(arrays.channel_codes),
        "duration": bucketed(durations, relative_error),
        "next_channel": np.where(followed, block.following(arrays.channel_codes), 0),
        "group": block.of_case(arrays.case_groups),
    }
