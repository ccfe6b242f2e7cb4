"""Layers of a directed graph: which node stands in which layer, and in which order, so that few edges cross."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from journeymine.draw.crossings import count_crossings, links_of, with_few_crossings
from journeymine.draw.flow import depth_first_order, flow_order, weight_against

__all__ = ["Layers", "arrange"]

Edge = tuple[int, int]

_MANY: Final = 300  # edges: one order must do
_LITTLE_MORE: Final = 1.3


@dataclass(frozen=True)
class Layers:
    """Nodes and the bends of long edges, in layers.

    Attributes
    ----------
    rows
        Vertices of each layer in order; nodes are ``0 … n - 1``, bends (one for each layer that an edge passes) come
        after.
    chains
        For each edge the vertices from its first layer to its last, whichever way it runs.
    back
        Edges that run against the flow.
    """

    rows: tuple[tuple[int, ...], ...]
    chains: Mapping[Edge, tuple[int, ...]]
    back: frozenset[Edge]

    @property
    def num_crossings(self) -> int:
        """How often edges cross."""
        return count_crossings(self.rows, links_of(self.chains.values()))

    def only(self, nodes: Sequence[int], edges: Collection[Edge]) -> Layers:
        """Leave nodes and edges out; what stays keeps its order.

        Parameters
        ----------
        nodes
            Those that stay; they get the numbers from 0.
        edges
            Those that stay, between such nodes.

        Returns
        -------
        Layers
            Without layers in which no node is left.
        """
        kept = set(nodes)
        held = [row for row in self.rows if not kept.isdisjoint(row)]
        deep = {vertex for row in held for vertex in row}
        chains = {edge: [vertex for vertex in self.chains[edge] if vertex in deep] for edge in edges}
        staying = kept.union(*chains.values())
        number = {vertex: place for place, vertex in enumerate([*nodes, *sorted(staying - kept)])}
        rows = tuple(tuple(number[vertex] for vertex in row if vertex in staying) for row in held)
        return Layers(
            rows,
            {(number[u], number[v]): tuple(number[vertex] for vertex in chains[u, v]) for u, v in edges},
            frozenset((number[u], number[v]) for u, v in edges if (u, v) in self.back),
        )


def arrange(num_nodes: int, weights: Mapping[Edge, float], main: Collection[Edge] = ()) -> Layers:
    """Put nodes into layers along the flow and order each layer.

    Parameters
    ----------
    num_nodes
        Number of nodes.
    weights
        Weight of each edge between different nodes; heavy edges are kept short.
    main
        Edges that are crossed less than others.

    Returns
    -------
    Layers
        The same for the same input.

    Notes
    -----
    The usual steps [1]_: edges against the flow are turned round, layers minimise the weighted length of edges, long
    edges get a bend in each layer they pass, and the order within layers is improved from several beginnings, always
    the same ones. Of two orders of the flow that give little to one another, the one with fewer crossings is kept.

    References
    ----------
    .. [1] Sugiyama, Tagawa & Toda (1981), Methods for visual understanding of hierarchical system structures, IEEE
       Trans. SMC 11(2).
    """
    candidates = [_arranged(num_nodes, weights, order, main) for order in _orders(num_nodes, weights)]
    return min(candidates, key=lambda layers: layers.num_crossings)


def _orders(num_nodes: int, weights: Mapping[Edge, float]) -> list[list[int]]:
    """Give the order against which least runs, and in graphs of usual size a second one, if little more does."""
    first = flow_order(num_nodes, weights)
    if len(weights) > _MANY:
        return [first]
    second = depth_first_order(num_nodes, weights)
    return (
        [first, second] if weight_against(second, weights) <= _LITTLE_MORE * weight_against(first, weights) else [first]
    )


def _arranged(num_nodes: int, weights: Mapping[Edge, float], order: Sequence[int], main: Collection[Edge]) -> Layers:
    place = {node: rank for rank, node in enumerate(order)}
    back = frozenset(edge for edge in weights if place[edge[0]] > place[edge[1]])
    ahead = [(edge[1], edge[0]) if edge in back else edge for edge in weights]
    layer = _layers(num_nodes, ahead, np.sqrt(list(weights.values())))
    chains, rows = _chains(num_nodes, dict(zip(weights, ahead, strict=True)), layer, place)
    return Layers(with_few_crossings(rows, chains, main), chains, back)


def _layers(num_nodes: int, edges: Sequence[Edge], weights: np.ndarray) -> np.ndarray:
    """Minimise the weighted length of edges, each at least one layer long; every part begins in the first layer."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not edges:
        return np.zeros(num_nodes, int)
    source, target = np.array(edges).T
    rows = np.arange(len(edges))
    longer = coo_array((np.repeat([1.0, -1.0], len(edges)), (np.tile(rows, 2), np.concatenate((source, target)))))
    longer.resize(len(edges), num_nodes)
    cost = np.bincount(target, weights, num_nodes) - np.bincount(source, weights, num_nodes)
    found = linprog(cost, A_ub=longer, b_ub=-np.ones(len(edges)), bounds=(0, num_nodes), method="highs-ds").x
    links = coo_array((np.ones(len(edges)), (source, target)), shape=(num_nodes, num_nodes))
    parts, part = connected_components(links, directed=False)
    first = np.full(parts, np.inf)
    np.minimum.at(first, part, found)
    return np.rint(found - first[part]).astype(int)


def _chains(
    num_nodes: int, ahead: Mapping[Edge, Edge], layer: np.ndarray, place: Mapping[int, int]
) -> tuple[dict[Edge, tuple[int, ...]], list[list[int]]]:
    rows: list[list[int]] = [[] for _ in range(int(layer.max(initial=0)) + 1)]
    for node in sorted(range(num_nodes), key=lambda node: place[node]):
        rows[layer[node]].append(node)
    chains, fresh = {}, num_nodes
    for edge, (source, target) in ahead.items():
        bends = range(fresh, fresh + layer[target] - layer[source] - 1)
        fresh = bends.stop
        for depth, bend in enumerate(bends, layer[source] + 1):
            rows[depth].append(bend)
        chains[edge] = (source, *bends, target)
    return chains, rows
