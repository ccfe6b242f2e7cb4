"""Durations in log-spaced buckets, where the size of a summary must be bounded."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["bucketed"]

_EXACT_BELOW: Final = 8
_SHARE: Final = 0.93
"""How much of the error buckets may take; the rest is for rounding to whole microseconds, half of one in 8 / error."""


def bucketed(durations: np.ndarray, relative_error: float | None) -> np.ndarray:
    """Replace durations by the middle of their bucket.

    Parameters
    ----------
    durations
        Microseconds >= 0, int64.
    relative_error
        Largest relative error of a replaced duration, such as ``0.001``; None leaves them as they are.

    Returns
    -------
    numpy.ndarray
        Microseconds, int64; durations below ``8 / relative_error`` microseconds stay exact.

    Examples
    --------
    >>> bucketed(np.array([5, 1_000_000, 1_000_100]), 0.001).tolist()
    [5, 999317, 999317]
    """
    if relative_error is None:
        return durations
    first, half = _EXACT_BELOW / relative_error, _SHARE * relative_error
    step = np.log1p(half) - np.log1p(-half)
    buckets = np.floor(np.log(np.maximum(durations, first) / first) / step)
    middles = np.rint(first * np.exp(buckets * step) * (1 + half)).astype(np.int64)
    return np.where(durations < first, durations, middles)
