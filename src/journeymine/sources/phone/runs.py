"""Rows in runs, such as those of one call: the first, the last and the next of a kind."""

from __future__ import annotations

import numpy as np

__all__ = ["first_by", "first_of", "last_of", "next_of"]


def first_by(groups: np.ndarray, wanted: np.ndarray, count: int) -> np.ndarray:
    """Find the first row of a kind in each group, where groups may have no rows at all.

    Parameters
    ----------
    groups
        The group of each row, int, shape (rows,), values in ``[0, count)``.
    wanted
        True for rows of the kind, bool, shape (rows,).
    count
        How many groups there are.

    Returns
    -------
    numpy.ndarray
        Places, int64, shape (count,); -1 where a group has none.

    Examples
    --------
    >>> first_by(np.array([0, 0, 2]), np.array([False, True, True]), 3).tolist()
    [1, -1, 2]
    """
    places = np.flatnonzero(wanted)[::-1]
    found = np.full(count, -1)
    found[groups[places]] = places  # the last one written is the first row
    return found


def first_of(wanted: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Find the first row of a kind in each run.

    Parameters
    ----------
    wanted
        True for rows of the kind, bool, shape (rows,).
    firsts
        First row of each run, ascending, shape (runs,).

    Returns
    -------
    numpy.ndarray
        Places, int64, shape (runs,); -1 where a run has none.

    Examples
    --------
    >>> first_of(np.array([False, True, True, False]), np.array([0, 3])).tolist()
    [1, -1]
    """
    none = len(wanted)
    places = np.where(wanted, np.arange(none), none)
    found = np.minimum.reduceat(places, firsts) if len(firsts) else np.empty(0, np.int64)
    return np.where(found < none, found, -1)


def last_of(wanted: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Find the last row of a kind in each run.

    Parameters
    ----------
    wanted, firsts
        As for `first_of`.

    Returns
    -------
    numpy.ndarray
        Places, int64, shape (runs,); -1 where a run has none.

    Examples
    --------
    >>> last_of(np.array([False, True, True, False]), np.array([0, 3])).tolist()
    [2, -1]
    """
    places = np.where(wanted, np.arange(len(wanted)), -1)
    return np.maximum.reduceat(places, firsts) if len(firsts) else np.empty(0, np.int64)


def next_of(wanted: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Find for each row the next one of a kind after it in its run.

    Parameters
    ----------
    wanted, firsts
        As for `first_of`.

    Returns
    -------
    numpy.ndarray
        Places, int64, shape (rows,); -1 where there is none.

    Examples
    --------
    >>> next_of(np.array([False, True, True, False]), np.array([0, 3])).tolist()
    [1, 2, -1, -1]
    """
    none = len(wanted)
    places = np.append(np.where(wanted, np.arange(none), none), none)
    found = np.minimum.accumulate(places[::-1])[::-1][1:]
    ends = np.repeat(np.append(firsts, none)[1:], np.diff(np.append(firsts, none)))
    return np.where(found < ends, found, -1)
