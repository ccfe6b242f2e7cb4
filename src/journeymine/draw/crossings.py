"""The order within layers, so that few edges cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

__all__ = ["count_crossings", "links_of", "with_few_crossings"]

Edge = tuple[int, int]

_EFFORT: Final = 900  # links in all beginnings together


def links_of(chains: Iterable[tuple[int, ...]]) -> list[Edge]:
    """Take chains apart.

    Parameters
    ----------
    chains
        Vertices, each in the layer after the one before.

    Returns
    -------
    list of tuple of int
        Neighbours in them, which are in neighbouring layers.
    """
    return [link for chain in chains for link in pairwise(chain)]


def with_few_crossings(rows: list[list[int]], chains: Mapping[Edge, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Order vertices within their layers.

    Parameters
    ----------
    rows
        Vertices of each layer, in any order.
    chains
        For each edge the vertices from its first layer to its last.

    Returns
    -------
    tuple of tuple of int
        The same layers, in a good order; the same for the same input.

    Notes
    -----
    Barycentres [1]_ and exchanges of neighbours from several beginnings, fewer in large graphs; the best is kept.

    References
    ----------
    .. [1] Sugiyama, Tagawa & Toda (1981), Methods for visual understanding of hierarchical system structures, IEEE
       Trans. SMC 11(2).
    """
    links = links_of(chains.values())
    random = np.random.default_rng(0)
    shuffles = int(np.clip(_EFFORT // max(len(links), 1), 1, 8))
    beginnings = [rows, *([random.permutation(row).tolist() for row in rows] for _ in range(shuffles))]
    candidates = [_improved(beginning, links) for beginning in beginnings]
    best = min(candidates, key=lambda candidate: count_crossings(candidate, links))
    return tuple(tuple(row) for row in best)


def _improved(rows: list[list[int]], links: list[Edge]) -> list[list[int]]:
    up: dict[int, list[int]] = {vertex: [] for row in rows for vertex in row}
    down: dict[int, list[int]] = {vertex: [] for row in rows for vertex in row}
    for above, below in links:
        down[above].append(below)
        up[below].append(above)
    rows = [list(row) for row in rows]
    _exchange(rows, up, down)
    best, fewest = [list(row) for row in rows], count_crossings(rows, links)
    for sweep in range(8):
        forward = sweep % 2 == 0
        for depth in range(1, len(rows)) if forward else range(len(rows) - 2, -1, -1):
            _by_barycentre(rows[depth], rows[depth - 1 if forward else depth + 1], up if forward else down)
        _exchange(rows, up, down)
        count = count_crossings(rows, links)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
        if fewest == 0:
            break
    return best


def _by_barycentre(row: list[int], fixed: list[int], neighbours: Mapping[int, list[int]]) -> None:
    place = {vertex: rank for rank, vertex in enumerate(fixed)}
    current = {vertex: rank * len(fixed) / max(len(row), 1) for rank, vertex in enumerate(row)}
    centre = {
        vertex: sum(place[other] for other in neighbours[vertex]) / len(neighbours[vertex])
        if neighbours[vertex]
        else current[vertex]
        for vertex in row
    }
    row.sort(key=centre.__getitem__)


def _exchange(rows: list[list[int]], up: Mapping[int, list[int]], down: Mapping[int, list[int]]) -> None:
    """Exchange neighbours as long as that takes crossings away."""
    place = {vertex: rank for row in rows for rank, vertex in enumerate(row)}
    for _ in range(6):
        changed = False
        for row in rows:
            for rank in range(len(row) - 1):
                left, right = row[rank], row[rank + 1]
                if _gain(left, right, up, place) + _gain(left, right, down, place) > 0:
                    row[rank], row[rank + 1] = right, left
                    place[left], place[right] = rank + 1, rank
                    changed = True
        if not changed:
            return


def _gain(left: int, right: int, neighbours: Mapping[int, list[int]], place: Mapping[int, int]) -> int:
    mine, theirs = [place[other] for other in neighbours[left]], [place[other] for other in neighbours[right]]
    return sum((here > there) - (here < there) for here in mine for there in theirs)


def count_crossings(rows: Sequence[Sequence[int]], links: Iterable[Edge]) -> int:
    """Count how often links cross.

    Parameters
    ----------
    rows
        Vertices of each layer, in order.
    links
        Pairs of vertices in neighbouring layers.

    Returns
    -------
    int
        Pairs of links that cross.

    Examples
    --------
    >>> count_crossings([[0, 1], [2, 3]], [(0, 3), (1, 2)])
    1
    """
    depth = {vertex: level for level, row in enumerate(rows) for vertex in row}
    place = {vertex: rank for row in rows for rank, vertex in enumerate(row)}
    gaps: dict[int, list[Edge]] = {}
    for above, below in links:
        gaps.setdefault(depth[above], []).append((place[above], place[below]))
    total = 0
    for pairs in gaps.values():
        ends = np.array([below for _, below in sorted(pairs)])
        total += int(np.triu(ends[:, None] > ends[None, :], 1).sum())
    return total
