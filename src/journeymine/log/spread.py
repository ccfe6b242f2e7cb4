"""Who belongs together: labels spread from strong identifiers to weaker ones, and never join two strong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = ["IdentityGraph", "Labels", "all_pairs", "distinct_pairs"]


@dataclass(frozen=True)
class Labels:
    """Whom each identifier belongs to.

    Attributes
    ----------
    label
        Number of the person, shape (nodes,); -1 where the identifier is shared.
    seen_with
        The node the label came from, shape (nodes,); -1 for those that have it of their own.
    """

    label: np.ndarray
    seen_with: np.ndarray


@dataclass(frozen=True)
class IdentityGraph:
    """Identifiers that were seen together.

    Attributes
    ----------
    kinds
        Kind of each identifier as its rank, 0 the strongest, shape (nodes,).
    edges
        Pairs of nodes seen together, each once, shape (pairs, 2).
    num_strong
        Kinds below this rank are strong: each of their identifiers is a person of its own unless a stronger one claims
        it.
    num_medium
        Kinds from `num_strong` up to this rank are medium; the rest is weak.
    cap
        An identifier that is not strong and was seen with more than this many of one strong or medium kind is shared.
    """

    kinds: np.ndarray
    edges: np.ndarray
    num_strong: int
    num_medium: int
    cap: int

    @cached_property
    def _both_ways(self) -> np.ndarray:
        return np.concatenate((self.edges, self.edges[:, ::-1]))

    @cached_property
    def _hubs(self) -> np.ndarray:
        """Tell which nodes were seen with too many others of one kind, shape (nodes,)."""
        near, far = self._both_ways.T
        counted = self.kinds[far] < self.num_medium
        width = int(self.kinds.max(initial=0)) + 1
        degree = np.bincount(near[counted] * width + self.kinds[far[counted]], minlength=len(self.kinds) * width)
        most = degree.reshape(-1, width).max(axis=1, initial=0)
        return (most > self.cap) & (self.kinds >= self.num_strong)

    def labels(self) -> Labels:
        """Spread labels from the strongest kind to the weaker ones.

        Returns
        -------
        Labels
            The same whatever the order of nodes or edges, up to the numbering of persons.

        Notes
        -----
        An identifier takes the label of those it was seen with if they all have the same one, and is shared if they
        have several. What no label reaches is put together by connected components.
        """
        label = np.full(len(self.kinds), -1)
        seen_with = np.full(len(self.kinds), -1)
        shared = self._hubs.copy()
        for kind in range(self.num_strong):
            mine = self.kinds == kind
            self._adopt(mine, label, seen_with, shared)
            alone = mine & (label < 0) & ~shared
            label[alone] = np.flatnonzero(alone)
        self._spread(label, seen_with, shared)
        self._join_the_rest(label, seen_with, shared)
        return Labels(label, seen_with)

    def _spread(self, label: np.ndarray, seen_with: np.ndarray, shared: np.ndarray) -> None:
        medium = (self.kinds >= self.num_strong) & (self.kinds < self.num_medium)
        weak = self.kinds >= self.num_medium
        changed = True
        while changed:
            changed = self._adopt(medium, label, seen_with, shared)
            changed |= self._adopt(weak, label, seen_with, shared)

    def _adopt(self, takers: np.ndarray, label: np.ndarray, seen_with: np.ndarray, shared: np.ndarray) -> bool:
        """Give takers without a label that of their neighbours; tell whether any node changed."""
        near, far = self._both_ways.T
        open_ = takers & (label < 0) & ~shared
        useful = open_[near] & (label[far] >= 0)
        near, far = near[useful], far[useful]
        if not len(near):
            return False
        choices = distinct_pairs(near, label[far])
        taker, found = choices.T
        alternatives = np.bincount(taker, minlength=len(label))
        shared |= alternatives > 1
        sure = alternatives[taker] == 1
        label[taker[sure]] = found[sure]
        witness = np.full(len(label), len(label))
        np.minimum.at(witness, near, far)
        seen_with[taker[sure]] = witness[taker[sure]]
        return True

    def _join_the_rest(self, label: np.ndarray, seen_with: np.ndarray, shared: np.ndarray) -> None:
        rest = (label < 0) & ~shared
        inside = self.edges[rest[self.edges].all(axis=1)]
        size = len(label)
        graph = coo_array((np.ones(len(inside), bool), (inside[:, 0], inside[:, 1])), shape=(size, size))
        _, component = connected_components(graph, directed=False)
        first = np.full(size, size)
        np.minimum.at(first, component[rest], np.flatnonzero(rest))
        label[rest] = first[component[rest]]
        joined = rest & (label != np.arange(size))
        seen_with[joined] = label[joined]


def distinct_pairs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Give the distinct pairs of two columns, sorted.

    Parameters
    ----------
    left, right
        Integers >= 0, shape (n,).

    Returns
    -------
    numpy.ndarray
        int64, shape (pairs, 2).

    Examples
    --------
    >>> distinct_pairs(np.array([2, 1, 2]), np.array([5, 7, 5])).tolist()
    [[1, 7], [2, 5]]
    """
    width = int(right.max(initial=0)) + 1
    packed = left.astype(np.int64) * width + right
    packed.sort()
    packed = packed[np.append(True, packed[1:] != packed[:-1])] if len(packed) else packed
    return np.stack((packed // width, packed % width), axis=1)


def all_pairs(nodes: Sequence[np.ndarray]) -> np.ndarray:
    """Give the distinct pairs of nodes that stand in one row.

    Parameters
    ----------
    nodes
        Columns of nodes, one a kind, each of shape (rows,); -1 where a row has none.

    Returns
    -------
    numpy.ndarray
        int64, shape (pairs, 2).
    """
    found = [np.empty((0, 2), np.int64)]
    for place, left in enumerate(nodes):
        for right in nodes[place + 1 :]:
            both = (left >= 0) & (right >= 0)
            found.append(distinct_pairs(left[both], right[both]))
    return np.concatenate(found)
