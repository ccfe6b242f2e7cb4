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
    keys = {
        "segment": arrays.per_event(arrays.case_segments),
        "activity": arrays.codes,
        "channel": arrays.channel_codes,
    }
    return Counts.of(keys)
