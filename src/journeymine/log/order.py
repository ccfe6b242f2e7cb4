"""The one sort: events into case, time order by a stable counting sort, with a repair of the cases that need it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array

__all__ = ["case_order"]

_BLOCK = 1 << 15
_KEY_BITS = np.uint64(48)


def case_order(cases: np.ndarray, times: np.ndarray, num_cases: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Order events by case, then time; equal times keep the order they came in.

    Parameters
    ----------
    cases
        Case code of each event, int, shape (n,), values in ``[0, num_cases)``.
    times
        Microseconds since 1970 of each event, int64, shape (n,).
    num_cases
        Number of cases; each has at least one event.

    Returns
    -------
    offsets : numpy.ndarray
        First event of each case and the end of the last, int64, shape (num_cases + 1,).
    permutation : numpy.ndarray
        Positions in the input, in case, time order, shape (n,).
    times : numpy.ndarray
        Times in that order, shape (n,).

    Notes
    -----
    Compressing a sparse matrix by rows is a stable counting sort. O(n) when the events of each case arrive in time
    order, O(n log n) for the cases that do not.

    Examples
    --------
    >>> offsets, permutation, times = case_order(np.array([1, 0, 1]), np.array([20, 10, 15]), 2)
    >>> offsets.tolist(), permutation.tolist(), times.tolist()
    ([0, 1, 3], [1, 2, 0], [10, 15, 20])
    """
    arrival = np.arange(len(cases), dtype=np.int32 if len(cases) < 2**31 else np.int64)
    grouped = coo_array((times, (cases, arrival)), shape=(num_cases, max(len(cases), 1))).tocsr()
    offsets, permutation, times = grouped.indptr.astype(np.int64), grouped.indices, grouped.data
    if _any_case_out_of_order(offsets, times):
        _sort_cases(offsets, permutation, times)
    return offsets, permutation, times


def _any_case_out_of_order(offsets: np.ndarray, times: np.ndarray) -> bool:
    backwards = times[1:] < times[:-1]
    return bool(np.count_nonzero(backwards) > np.count_nonzero(backwards[offsets[1:-1] - 1]))


def _sort_cases(offsets: np.ndarray, permutation: np.ndarray, times: np.ndarray) -> None:
    lengths = np.diff(offsets)
    for first in range(0, len(lengths), _BLOCK):
        last = min(len(lengths), first + _BLOCK)
        block = slice(offsets[first], offsets[last])
        order = _stable_order(np.repeat(np.arange(last - first), lengths[first:last]), times[block])
        permutation[block], times[block] = permutation[block][order], times[block][order]


def _stable_order(cases: np.ndarray, times: np.ndarray) -> np.ndarray:
    since = (times - times.min()).astype(np.uint64)
    if since.max() >> _KEY_BITS:  # a block that spans more than 8.9 years
        return np.lexsort((times, cases))
    key = (cases.astype(np.uint64) << _KEY_BITS) | since
    order = np.argsort(key)
    ties = key[order][1:] == key[order][:-1]
    return np.argsort(key, kind="stable") if ties.any() else order
