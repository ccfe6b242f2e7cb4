"""Which identifiers were seen together: pairs of numbered nodes, and the graph they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

__all__ = ["Edges", "distinct", "packed", "seen_together", "unpacked"]

_HALF: Final = np.int64(32)


def packed(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Write pairs of nodes as one number each, which sort by the left node, then by the right one.

    Parameters
    ----------
    left, right
        Nodes, int >= 0, shape (n,).

    Returns
    -------
    numpy.ndarray
        int64, shape (n,).

    Examples
    --------
    >>> unpacked(packed(np.array([2, 1]), np.array([5, 7])))
    (array([2, 1], dtype=int32), array([5, 7], dtype=int32))
    """
    pairs = left.astype(np.int64)
    pairs <<= _HALF
    pairs |= right
    return pairs


def unpacked(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give both nodes of pairs.

    Parameters
    ----------
    pairs
        As `packed` gave them, shape (n,).

    Returns
    -------
    left, right : numpy.ndarray
        int32, shape (n,).
    """
    halves = pairs.astype("<i8", copy=False).view("<i4").reshape(-1, 2)
    return halves[:, 1].copy(), halves[:, 0].copy()


def distinct(pairs: np.ndarray) -> np.ndarray:
    """Give each number once.

    Parameters
    ----------
    pairs
        Numbers; they are sorted in place.

    Returns
    -------
    numpy.ndarray
        Sorted.
    """
    pairs.sort()
    new = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    return pairs if new.all() else pairs[new]


def seen_together(nodes: Sequence[np.ndarray]) -> np.ndarray:
    """Give the distinct pairs of nodes that stand in one row.

    Parameters
    ----------
    nodes
        Columns of nodes, one a kind, each of shape (rows,); -1 where a row has none.

    Returns
    -------
    numpy.ndarray
        As `packed` writes them, shape (pairs,).

    Examples
    --------
    >>> unpacked(seen_together([np.array([0, 0, -1]), np.array([1, 1, 1]), np.array([-1, -1, 2])]))
    (array([0, 1], dtype=int32), array([1, 2], dtype=int32))
    """
    found = [np.empty(0, np.int64)]
    for left, right in combinations(nodes, 2):
        both = (left >= 0) & (right >= 0)
        found.append(distinct(packed(left[both], right[both])))
    return np.concatenate(found)


@dataclass(frozen=True)
class Edges:
    """Edges between nodes, each in both directions.

    Attributes
    ----------
    near, far
        The nodes at both ends, int32, shape (edges,), sorted by `near`, then `far`.
    nodes
        How many nodes there are.
    """

    near: np.ndarray
    far: np.ndarray
    nodes: int

    @classmethod
    def of(cls, pairs: np.ndarray, nodes: int) -> Edges:
        """Make edges of pairs.

        Parameters
        ----------
        pairs
            As `packed` writes them, in any order and direction, some perhaps twice, shape (n,).
        nodes
            How many nodes there are.

        Returns
        -------
        Edges
            Each pair once in either direction.
        """
        left, right = unpacked(pairs)
        return cls(*unpacked(distinct(np.concatenate((pairs, packed(right, left))))), nodes)

    def __len__(self) -> int:
        return len(self.near)

    def where(self, keep: np.ndarray) -> Edges:
        """Keep some edges.

        Parameters
        ----------
        keep
            True for those to keep, shape (edges,), the same for both directions.

        Returns
        -------
        Edges
            The rest.
        """
        return self if keep.all() else Edges(self.near[keep], self.far[keep], self.nodes)

    def components(self) -> np.ndarray:
        """Find the parts that hang together.

        Returns
        -------
        numpy.ndarray
            Part of each node, int32, shape (nodes,).

        Notes
        -----
        In a graph of two-way edges what is connected is strongly connected, and that search needs no transposed copy.
        """
        _, parts = connected_components(_matrix(self._starts, self.far), directed=True, connection="strong")
        return parts

    def nearest(self, sources: np.ndarray) -> np.ndarray:
        """Find the way from each node to the nearest source.

        Parameters
        ----------
        sources
            True for each source, shape (nodes,).

        Returns
        -------
        numpy.ndarray
            The next node on the way, the lowest of several where sources are beside it, int32, shape (nodes,); -1 for
            sources and where none can be reached.
        """
        far, root = np.concatenate((self.far, self.ends(sources))), self.nodes  # the root is a node beside all sources
        _, before = breadth_first_order(_matrix(np.append(self._starts, np.int32(len(far))), far), root)
        before[(before < 0) | (before == root)] = -1
        return before[:-1]

    def ends(self, wanted: np.ndarray) -> np.ndarray:
        """Give the nodes that have an edge.

        Parameters
        ----------
        wanted
            True for the nodes to look at, shape (nodes,).

        Returns
        -------
        numpy.ndarray
            Those of them that have one, ascending, int32, shape (n,).
        """
        return np.flatnonzero(wanted & (self._starts[1:] > self._starts[:-1])).astype(np.int32)

    def beside(self, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the edges of some nodes.

        Parameters
        ----------
        nodes
            Distinct ones, shape (n,).

        Returns
        -------
        near, far : numpy.ndarray
            Both ends of each, int32, shape (edges of these nodes,).
        """
        first, last = self._starts[nodes], self._starts[nodes + 1]
        before = np.cumsum(last - first) - (last - first)
        places = np.arange((last - first).sum()) + np.repeat(first - before, last - first)
        return self.near[places], self.far[places]

    @cached_property
    def _starts(self) -> np.ndarray:
        """First edge of each node, and the end of the last, int32, shape (nodes + 1,)."""
        starts = np.zeros(self.nodes + 1, np.int32)
        np.cumsum(np.bincount(self.near, minlength=self.nodes).astype(np.int32), out=starts[1:])
        return starts


def _matrix(starts: np.ndarray, far: np.ndarray) -> csr_array:
    ones = np.broadcast_to(np.ones(1), len(far))  # one number in memory stands for all of them: nobody reads them
    return csr_array((ones, far, starts), shape=(len(starts) - 1, len(starts) - 1))
