"""Coordinates across the flow: straight long edges, nodes amid their neighbours, nothing too close."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

__all__ = ["straightened"]


def straightened(
    rows: Sequence[Sequence[int]],
    extents: np.ndarray,
    links: Sequence[tuple[int, int]],
    pulls: Sequence[float],
) -> np.ndarray:
    """Place vertices within their layers so that links run as straight as their pull asks.

    Parameters
    ----------
    rows
        Vertices of each layer, in order; at least one.
    extents
        Room of each vertex before and after its place, shape (vertices, 2).
    links
        Pairs of vertices in neighbouring layers.
    pulls
        Weight of each link.

    Returns
    -------
    numpy.ndarray
        Place of each vertex, shape (vertices,), from 0.

    Notes
    -----
    Minimises the weighted sum of the links' offsets, a linear program as in [1]_, and then, ever so little, distances
    to the middle.

    References
    ----------
    .. [1] Gansner, Koutsofios, North & Vo (1993), A technique for drawing directed graphs, IEEE Trans. Software Eng.
       19(3).

    Examples
    --------
    >>> straightened([[0], [1, 2]], np.ones((3, 2)), [(0, 2)], [1.0]).tolist()
    [2.0, 0.0, 2.0]
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    vertices, offsets = len(extents), len(links)
    middle = max(float(extents[list(row)].sum()) for row in rows) / 2
    pairs = np.array([pair for row in rows for pair in pairwise(row)], int).reshape(-1, 2)
    ends = np.concatenate((np.array(links, int).reshape(-1, 2), np.full((vertices, 2), -1)))
    ends[offsets:, 0] = np.arange(vertices)
    # Variables: places, then one size of offset for each link and for each vertex's distance from the middle.
    size = len(ends)
    row, column, value = _sizes(ends, vertices)
    apart = np.arange(len(pairs)) + 2 * size
    row = np.concatenate((row, apart, apart))
    column = np.concatenate((column, pairs[:, 0], pairs[:, 1]))
    value = np.concatenate((value, np.ones(len(pairs)), -np.ones(len(pairs))))
    home = np.where(ends[:, 1] < 0, middle, 0.0)
    gaps = extents[pairs[:, 0], 1] + extents[pairs[:, 1], 0]
    limits = np.concatenate((home, -home, -gaps))
    little = 1e-4 * min(pulls, default=1.0)
    cost = np.concatenate((np.zeros(vertices), pulls, np.full(vertices, little)))
    matrix = coo_array((value, (row, column)), shape=(len(limits), vertices + size)).tocsr()
    found = linprog(cost, A_ub=matrix, b_ub=limits, bounds=(None, None), method="highs").x[:vertices]
    return np.round(found - found.min(), 6)


def _sizes(ends: np.ndarray, vertices: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bound each offset by its size from both sides; an end of -1 is a fixed place."""
    count = len(ends)
    rows, columns, values = [], [], []
    for side, sign in ((0, 1.0), (1, -1.0)):
        place = np.arange(count) + side * count
        moving = ends[:, 1] >= 0
        rows += [place, place[moving], place]
        columns += [ends[:, 0], ends[moving, 1], vertices + np.arange(count)]
        values += [np.full(count, sign), np.full(moving.sum(), -sign), -np.ones(count)]
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
