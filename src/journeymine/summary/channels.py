"""Channels: through which channel each activity was made, how often."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "activity": np.uint32, "channel": np.uint32}
MEASURES = ("count",)


def of(arrays: Arrays) -> Counts:
    """Count visits by segment, activity and channel.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    Counts
        ``channel`` is 0 where the log does not say.
    """
    rows = (
        {
            "segment": block.segments,
            "activity": block.of(arrays.codes),
            "channel": block.of(arrays.channel_codes),
        }
        for block in arrays.blocks()
    )
    labels = {"segment": arrays.segments, "activity": arrays.activities, "channel": arrays.log.channels}
    return Counts.tally(rows, {name: len(values) + 1 for name, values in labels.items()})
