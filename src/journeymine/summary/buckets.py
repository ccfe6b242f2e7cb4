"""Durations in log-spaced buckets, where the size of a summary must be bounded."""

from __future__ import annotations

import numpy as np

__all__ = ["bucketed"]


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
        Microseconds, int64; durations below ``1 / relative_error`` microseconds stay exact.

    Examples
    --------
    >>> bucketed(np.array([5, 1_000_000, 1_000_100]), 0.001).tolist()
    [5, 999940, 999940]
    """
    if relative_error is None:
        return durations
    step = np.log1p(relative_error) - np.log1p(-relative_error)
    buckets = np.floor(np.log(np.maximum(durations, 1)) / step)
    middles = np.rint(np.exp(buckets * step) * (1 + relative_error)).astype(np.int64)
    return np.where(durations < 1 / relative_error, durations, middles)
