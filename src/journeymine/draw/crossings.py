"""The order within layers, so that few edges cross."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

__all__ = ["count_crossings", "links_of", "with_few_crossings"]

Edge = tuple[int, int]
Rows = list[list[int]]

_SWEEPS: Final = 24
_PATIENCE: Final = 8  # sweeps that take no more than a trifle away
_TRIFLE: Final = 0.005
_ROUNDS: Final = 8  # of exchanges in a sweep
_EFFORT: Final = 900  # links in all shuffled beginnings together


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


def with_few_crossings(
    rows: Rows, chains: Mapping[Edge, tuple[int, ...]], main: Collection[Edge] = ()
) -> tuple[tuple[int, ...], ...]:
    """Order vertices within their layers.

    Parameters
    ----------
    rows
        Vertices of each layer, in any order.
    chains
        For each edge the vertices from its first layer to its last.
    main
        Edges that are there twice, so that it costs more to cross them.

    Returns
    -------
    tuple of tuple of int
        The same layers, in a good order; the same for the same input.

    Notes
    -----
    Medians and exchanges of neighbours [1]_ from several beginnings: as edges lead from the first layer on and from the
    last one back, and, in small graphs, shuffled ones. The best is kept.

    References
    ----------
    .. [1] Gansner, Koutsofios, North & Vo (1993), A technique for drawing directed graphs, IEEE Trans. Software Eng.
       19(3).
    """
    links = links_of([*chains.values(), *(chains[edge] for edge in main)])
    down, up = _neighbours(rows, links), _neighbours(rows, [(below, above) for above, below in links])
    random = np.random.default_rng(0)
    shuffled = [[random.permutation(row).tolist() for row in rows] for _ in range(min(_EFFORT // (len(links) + 1), 8))]
    beginnings = [_spread(rows, down), _spread(rows[::-1], up)[::-1], *shuffled]
    candidates = (_Ordering(beginning, up, down).improved(links) for beginning in beginnings)
    best = min(candidates, key=lambda candidate: count_crossings(candidate, links))
    return tuple(tuple(row) for row in best)


def _neighbours(rows: Rows, links: Iterable[Edge]) -> dict[int, list[int]]:
    neighbours: dict[int, list[int]] = {vertex: [] for row in rows for vertex in row}
    for vertex, other in links:
        neighbours[vertex].append(other)
    return neighbours


def _spread(rows: Rows, ahead: Mapping[int, list[int]]) -> Rows:
    """Put vertices in the order in which they are reached from those of earlier layers, breadth first."""
    depth = {vertex: level for level, row in enumerate(rows) for vertex in row}
    spread: Rows = [[] for _ in rows]
    reached: set[int] = set()
    for beginning in depth:
        waiting = deque([beginning])
        while waiting:
            vertex = waiting.popleft()
            if vertex not in reached:
                reached.add(vertex)
                spread[depth[vertex]].append(vertex)
                waiting.extend(ahead[vertex])
    return spread


class _Ordering:
    """Layers whose order is being improved.

    Attributes
    ----------
    rows
        Vertices of each layer, in order.
    up, down
        Neighbours of each vertex in the layer before, and after.
    place
        Of each vertex in its layer.
    """

    def __init__(self, rows: Rows, up: Mapping[int, list[int]], down: Mapping[int, list[int]]):
        self.rows, self.up, self.down = [list(row) for row in rows], up, down
        self.place = {vertex: rank for row in rows for rank, vertex in enumerate(row)}

    def improved(self, links: list[Edge]) -> Rows:
        """Sweep down and up as long as that takes crossings away; every other pair of sweeps turns ties round."""
        self._exchange(turning=False)
        best, fewest, idle = [list(row) for row in self.rows], count_crossings(self.rows, links), 0
        for sweep in range(_SWEEPS):
            if fewest == 0 or idle == _PATIENCE:
                break
            self._by_medians(forward=sweep % 2 == 0, turning=sweep % 4 < 2)
            self._exchange(turning=sweep % 4 >= 2)
            count = count_crossings(self.rows, links)
            idle = 0 if count < (1 - _TRIFLE) * fewest else idle + 1
            if count < fewest:
                best, fewest = [list(row) for row in self.rows], count
        return best

    def _by_medians(self, *, forward: bool, turning: bool) -> None:
        """Sort each layer by the medians of neighbours in the layer before; who has none stays in place."""
        neighbours = self.up if forward else self.down
        for row in self.rows if forward else self.rows[::-1]:
            centre = {vertex: self._median(neighbours[vertex]) for vertex in row if neighbours[vertex]}
            moving = [vertex for vertex in row if vertex in centre]
            ordered = iter(sorted(moving[::-1] if turning else moving, key=centre.__getitem__))
            row[:] = [next(ordered) if vertex in centre else vertex for vertex in row]
            self.place.update((vertex, rank) for rank, vertex in enumerate(row))

    def _median(self, vertices: list[int]) -> float:
        """Give the median place; of an even number, nearer to the side where places lie closer together."""
        places = sorted([self.place[vertex] for vertex in vertices])
        middle = len(places) // 2
        if len(places) % 2:
            return places[middle]
        low, high = places[middle - 1] - places[0], places[-1] - places[middle]
        share = low / (low + high) if low + high else 0.5
        return places[middle - 1] * (1 - share) + places[middle] * share

    def _exchange(self, *, turning: bool) -> None:
        """Exchange neighbours as long as that takes crossings away; `turning` exchanges equals as well."""
        stale = set(range(len(self.rows)))
        for _ in range(_ROUNDS):
            changed = {depth for depth in sorted(stale) if self._exchange_row(self.rows[depth], turning=turning)}
            stale = {near for depth in changed for near in (depth - 1, depth, depth + 1) if 0 <= near < len(self.rows)}
            if not changed:
                return

    def _exchange_row(self, row: list[int], *, turning: bool) -> bool:
        changed = False
        for rank in range(len(row) - 1):
            left, right = row[rank], row[rank + 1]
            gain = self._gain(self.up[left], self.up[right]) + self._gain(self.down[left], self.down[right])
            if gain > 0 or (turning and gain == 0):
                row[rank], row[rank + 1] = right, left
                self.place[left], self.place[right] = rank + 1, rank
                changed = changed or gain > 0
        return changed

    def _gain(self, mine: list[int], theirs: list[int]) -> int:
        """Count the crossings that go, less those that come, when two vertices with these neighbours change places."""
        gain = 0
        for here in mine:
            place = self.place[here]
            for there in theirs:
                other = self.place[there]
                gain += (place > other) - (place < other)
        return gain


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
