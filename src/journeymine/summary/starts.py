"""Starts: with which activity cases began, and when: those near the log's begin may have begun before it."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "hour_of", "of"]

KEYS = {"segment": np.uint32, "activity": np.uint32, "hour": np.uint32}
MEASURES = ("count",)

_HOUR: Final = 3_600_000_000
_FIRST_HOUR: Final = 719_162 * 24  # hours from the first of January of the year 1 to that of 1970


def of(arrays: Arrays) -> Counts:
    """Count cases by segment, first activity and hour.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    Counts
        ``count`` cases; ``hour`` is that of the first event, in UTC, as `hour_of` gives it.
    """
    keys = {
        "segment": arrays.case_segments,
        "activity": arrays.codes[arrays.firsts],
        "hour": hour_of(arrays.times[arrays.firsts]),
    }
    return Counts.of(keys)


def hour_of(times: np.ndarray) -> np.ndarray:
    """Give the hour of each time, in UTC.

    Parameters
    ----------
    times
        Microseconds since 1970, int64.

    Returns
    -------
    numpy.ndarray
        Hours since the first of January of the year 1, uint32.

    Examples
    --------
    >>> hour_of(np.array([0, 3_600_000_000])).tolist()
    [17259888, 17259889]
    """
    return (times // _HOUR + _FIRST_HOUR).astype(np.uint32)
