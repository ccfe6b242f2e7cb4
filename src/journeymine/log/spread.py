"""Who belongs together: customers spread from strong identifiers to weaker ones, and never join two strong ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.log.edges import Edges, distinct, packed, unpacked

__all__ = ["IdentityGraph", "Labels"]


@dataclass(frozen=True)
class Labels:
    """Whom each identifier belongs to.

    Attributes
    ----------
    label
        A node that stands for the customer, int32, shape (nodes,); -1 for nobody.
    seen_with
        The node the label came from, int32, shape (nodes,); -1 for those that have it of their own.
    degree
        Of strong or medium identifiers of one kind, how many it was seen with at most, int32, shape (nodes,).
    over_cap
        True where that is too many, shape (nodes,).
    """

    label: np.ndarray
    seen_with: np.ndarray
    degree: np.ndarray
    over_cap: np.ndarray


@dataclass(frozen=True)
class IdentityGraph:
    """Identifiers that were seen together.

    Attributes
    ----------
    kinds
        Kind of each identifier as its rank, 0 the strongest, ascending, shape (nodes,).
    edges
        Identifiers seen together.
    num_strong
        Kinds below this rank are strong: each of their identifiers is a customer of its own unless a stronger one
        claims it.
    num_medium
        Kinds from `num_strong` up to this rank are medium; the rest is weak.
    cap
        An identifier that is not strong and was seen with more than this many of one strong or medium kind is shared.
    merge
        Whether strong identifiers become one customer where they hang together.
    apart
        Where they may, those that do not: True for these, shape (nodes,).
    """

    kinds: np.ndarray
    edges: Edges
    num_strong: int
    num_medium: int
    cap: int
    merge: bool
    apart: np.ndarray

    def labels(self) -> Labels:
        """Spread customers from strong identifiers to medium ones, and from both to weak ones.

        Returns
        -------
        Labels
            The same whatever the order of edges.

        Notes
        -----
        An identifier takes the customer of those it was seen with if they all have the same one, and is shared if they
        have several. Weak identifiers have no say in whose a medium one is as long as others can tell. What no strong
        identifier reaches is put together by connected components.
        """
        degree = self._degree()
        over_cap = (degree > self.cap) & (self.kinds >= self.num_strong)
        spreading = _Spreading(over_cap)
        live = self.edges.where(~(over_cap[self.edges.near] | over_cap[self.edges.far]))
        self._merged(spreading, live) if self.merge else self._by_kind(spreading, live)
        spreading.spread(self._among(live, self.num_medium))
        spreading.spread(live)
        spreading.fill(np.ones(len(self.kinds), bool), live)
        return Labels(spreading.label, spreading.seen_with, degree, over_cap)

    def _degree(self) -> np.ndarray:
        near, far = self.edges.near, self.kinds[self.edges.far]
        most = np.zeros(len(self.kinds), np.int32)
        for kind in range(self.num_medium):
            np.maximum(most, np.bincount(near[far == kind], minlength=len(most)), out=most, casting="unsafe")
        return most

    def _among(self, edges: Edges, limit: int) -> Edges:
        """Keep edges between kinds below a rank."""
        first = np.count_nonzero(self.kinds < limit)
        return edges.where((edges.near < first) & (edges.far < first))

    def _by_kind(self, spreading: _Spreading, edges: Edges) -> None:
        """Make each strong identifier a customer of its own that no stronger one claims."""
        strong = self._among(edges, self.num_strong)
        for kind in range(self.num_strong):
            inside = self._among(strong, kind + 1)
            spreading.spread(inside)
            spreading.fill(self.kinds == kind, inside)

    def _merged(self, spreading: _Spreading, edges: Edges) -> None:
        """Make one customer of all that hang together and has a strong identifier, the first of which stands for it.

        What was seen with somebody that is to stay apart as well, is shared.
        """
        to_apart = self.apart[edges.near] | self.apart[edges.far]
        free = edges.where(~to_apart)
        strong, parts = np.flatnonzero(self.kinds < self.num_strong), free.components()
        spreading.label[:] = _lowest(parts, strong)[parts]
        leads = np.zeros(len(parts), bool)
        leads[spreading.label[strong]] = True
        spreading.seen_with[:] = free.nearest(leads)
        beside = edges.near[to_apart & ~self.apart[edges.near]]
        contested = beside[(self.kinds[beside] >= self.num_strong) & (spreading.label[beside] >= 0)]
        spreading.label[contested], spreading.seen_with[contested], spreading.shared[contested] = -1, -1, True


class _Spreading:
    """Labels on their way, and what they came from."""

    def __init__(self, shared: np.ndarray):
        self.shared = shared.copy()
        self.label = np.full(len(shared), -1, np.int32)
        self.seen_with = np.full(len(shared), -1, np.int32)

    @property
    def _open(self) -> np.ndarray:
        return (self.label < 0) & ~self.shared

    def spread(self, edges: Edges) -> None:
        """Carry labels on along edges.

        Where a part of the graph has one label, all of it gets that; only where several meet does it need rounds.
        """
        open_ = self._open
        useful = (open_[edges.near] | open_[edges.far]) & ~(self.shared[edges.near] | self.shared[edges.far])
        edges = edges.where(useful)
        if not len(edges):
            return
        parts = edges.components()
        lowest, highest = self._range(parts)
        calm, sources = open_ & (lowest == highest)[parts], self.label >= 0
        contested = edges.where((lowest < highest)[parts[edges.near]])
        self.label[calm] = lowest[parts[calm]]
        del parts, lowest, highest  # at ten million edges they take room
        self.seen_with[calm] = edges.nearest(sources)[calm]
        self._by_rounds(contested)

    def _range(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the lowest and the highest label of each part; in a part without labels the lowest is the higher."""
        lowest, highest = np.full(len(parts), len(parts), np.int32), np.full(len(parts), -1, np.int32)
        known = np.flatnonzero(self.label >= 0)
        np.minimum.at(lowest, parts[known], self.label[known])
        np.maximum.at(highest, parts[known], self.label[known])
        return lowest, highest

    def _by_rounds(self, edges: Edges) -> None:
        """Let identifiers look at those neighbours that got a label last, until nobody gets one."""
        fresh = edges.ends(self.label >= 0)
        while len(fresh):
            witness, taker = edges.beside(fresh)
            waiting = (self.label[taker] < 0) & ~self.shared[taker]
            fresh = self._adopt(taker[waiting], witness[waiting])

    def _adopt(self, takers: np.ndarray, witnesses: np.ndarray) -> np.ndarray:
        """Give nodes the label of their witnesses where these have but one, and tell which nodes got one."""
        takers, witnesses = unpacked(distinct(packed(takers, witnesses)))
        first = np.append(True, takers[1:] != takers[:-1])[: len(takers)]
        nodes, witness = takers[first], witnesses[first]
        labels = self.label[witnesses]
        differs = labels != np.repeat(labels[first], np.diff(np.append(np.flatnonzero(first), len(takers))))
        self.shared[takers[differs]] = True
        sure = ~self.shared[nodes]
        self.label[nodes[sure]], self.seen_with[nodes[sure]] = labels[first][sure], witness[sure]
        return nodes[sure]

    def fill(self, nodes: np.ndarray, edges: Edges) -> None:
        """Make one customer of each connected part of what has no label yet, named by its first node."""
        open_ = self._open & nodes
        places = np.flatnonzero(open_)
        self.label[places] = places
        inside = edges.where(open_[edges.near] & open_[edges.far])
        if not len(inside):
            return
        parts = inside.components()
        self.label[places] = _lowest(parts, places)[parts[places]]
        leads = np.zeros(len(open_), bool)
        leads[self.label[places]] = True
        self.seen_with[places] = inside.nearest(leads)[places]


def _lowest(parts: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Give the lowest of some nodes in each part, int32, shape (nodes,); `nodes` is ascending."""
    first = np.full(len(parts), -1, np.int32)
    first[parts[nodes[::-1]]] = nodes[::-1]  # the last one written stays
    return first
