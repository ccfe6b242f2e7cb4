"""What a writer of exports hands over: the text of a file, and what is true of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = ["NOBODY", "Counts", "Export", "known_once", "owner_numbers", "spread_in"]

NOBODY = 0
"""Stands for a customer's number where a line is of no customer."""


class Counts(NamedTuple):
    """What a reader must find in a file.

    Attributes
    ----------
    rows_in
        Lines, messages or conversations.
    used
        Those that gave events.
    duplicate
        Those that repeat one that was used.
    refused
        Those that are broken.
    set_aside
        Those that are well formed but no touchpoint.
    events
        Touchpoints.
    """

    rows_in: int
    used: int
    duplicate: int
    refused: int
    set_aside: int
    events: int


@dataclass(frozen=True)
class Export:
    """One exported file.

    Attributes
    ----------
    text
        Its content.
    owners
        True customer number of each line or message, None where it is of no customer.
    counts
        What a reader must find in it.
    """

    text: str
    owners: list[int | None]
    counts: Counts


def owner_numbers(owners: np.ndarray) -> list[int | None]:
    """Give customer numbers as a list, None for nobody.

    Parameters
    ----------
    owners
        Customer numbers, ``NOBODY`` where a line is of no customer, int64, shape (n,).

    Returns
    -------
    list
        One a line.

    Examples
    --------
    >>> owner_numbers(np.array([12, NOBODY]))
    [12, None]
    """
    return [number or None for number in owners.tolist()]


def spread_in(rows: list, extra: Sequence) -> list:
    """Put extra rows between others, evenly.

    Parameters
    ----------
    rows
        The others.
    extra
        What to put between them.

    Returns
    -------
    list
        All rows.

    Examples
    --------
    >>> spread_in(["a", "b", "c", "d"], ["X"])
    ['a', 'b', 'X', 'c', 'd']
    """
    rows = list(rows)
    for place in range(len(extra), 0, -1):
        rows.insert(len(rows) * place // (len(extra) + 1), extra[place - 1])
    return rows


def known_once(things: np.ndarray, known: np.ndarray, chances: np.ndarray, share: float) -> np.ndarray:
    """Let most things that are never known be known in their last row.

    Parameters
    ----------
    things
        The device or visitor of each row, int64, shape (n,).
    known
        True where a row says who it is, shape (n,).
    chances
        Random numbers in [0, 1), shape (n,).
    share
        How many of the unknown things become known.

    Returns
    -------
    numpy.ndarray
        True where a row says who it is, shape (n,).

    Examples
    --------
    >>> known_once(np.array([1, 1, 2]), np.array([False, False, True]), np.zeros(3), 1.0).tolist()
    [False, True, True]
    """
    unknown = ~np.isin(things, things[known])
    _, last = np.unique(things[::-1], return_index=True)
    is_last = np.zeros(len(things), bool)
    is_last[len(things) - 1 - last] = True
    return known | (unknown & is_last & (chances < share))
