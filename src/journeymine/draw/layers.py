"""Layers of a directed graph: which node stands in which layer, and in which order, so that few edges cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Layers", "arrange", "flow_order"]

Edge = tuple[int, int]


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
        return _crossings(self.rows, _links(self.chains.values()))


def flow_order(num_nodes: int, weights: Mapping[Edge, float]) -> list[int]:
    """Order nodes so that little weight runs backwards.

    Parameters
    ----------
    num_nodes
        Number of nodes.
    weights
        Weight of each edge.

    Returns
    -------
    list of int
        Nodes, first ones first.

    Notes
    -----
    Greedy as in [1]_, with weights; then single nodes move to their best place as long as that helps.

    References
    ----------
    .. [1] Eades, Lin & Smyth (1993), A fast and effective heuristic for the feedback arc set problem, Inf. Proc. Letters
       47(6).

    Examples
    --------
    >>> flow_order(3, {(0, 1): 9, (1, 2): 9, (2, 0): 1})
    [0, 1, 2]
    """
    flow = np.zeros((num_nodes, num_nodes))
    for (source, target), weight in weights.items():
        if source != target:
            flow[source, target] = weight
    order = _greedy(flow)
    for _ in range(10):
        moved = _moved_once(order, flow)
        if moved == order:
            break
        order = moved
    return order


def _greedy(flow: np.ndarray) -> list[int]:
    left, first, last = set(range(len(flow))), [], []
    out, into = flow.sum(axis=1), flow.sum(axis=0)
    while left:
        sinks = [node for node in sorted(left) if out[node] == 0]
        chosen = sinks[-1] if sinks else max(sorted(left), key=lambda node: out[node] - into[node])
        (last if sinks else first).append(chosen)
        left.discard(chosen)
        out, into = out - flow[:, chosen], into - flow[chosen]
        out, into = np.where(out < 1e-9, 0, out), np.where(into < 1e-9, 0, into)
    return first + last[::-1]


def _moved_once(order: list[int], flow: np.ndarray) -> list[int]:
    """Move each node to the place where least weight runs backwards; stay where moving gains nothing."""
    order = list(order)
    for node in list(order):
        place = order.index(node)
        others = order[:place] + order[place + 1 :]
        before = np.concatenate(([0.0], np.cumsum(flow[node, others])))  # backwards if it stands after them
        after = np.concatenate((np.cumsum(flow[others, node][::-1])[::-1], [0.0]))  # if it stands before them
        cost = before + after
        best = int(cost.argmin())
        if cost[best] < cost[place] - 1e-9:
            order = [*others[:best], node, *others[best:]]
    return order


def arrange(num_nodes: int, weights: Mapping[Edge, float]) -> Layers:
    """Put nodes into layers along the flow and order each layer.

    Parameters
    ----------
    num_nodes
        Number of nodes.
    weights
        Weight of each edge between different nodes; heavy edges are kept short.

    Returns
    -------
    Layers
        The same for the same input.

    Notes
    -----
    The usual steps [1]_: edges against the flow are turned round, layers minimise the weighted length of edges, long
    edges get a bend in each layer they pass, and orders within layers come from fast-sugiyama and are then improved by
    barycentres and exchanges of neighbours.

    References
    ----------
    .. [1] Sugiyama, Tagawa & Toda (1981), Methods for visual understanding of hierarchical system structures, IEEE
       Trans. SMC 11(2).
    """
    place = {node: rank for rank, node in enumerate(flow_order(num_nodes, weights))}
    back = frozenset(edge for edge in weights if place[edge[0]] > place[edge[1]])
    ahead = [edge[::-1] if edge in back else edge for edge in weights]
    layer = _layers(num_nodes, ahead, np.sqrt(list(weights.values())))
    chains, rows = _chains(num_nodes, dict(zip(weights, ahead, strict=True)), layer, place)
    return Layers(_ordered(rows, chains), chains, back)


def _layers(num_nodes: int, edges: Sequence[Edge], weights: np.ndarray) -> np.ndarray:
    """Minimise the weighted length of edges, each at least one layer long."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    if not edges:
        return np.zeros(num_nodes, int)
    source, target = np.array(edges).T
    rows = np.arange(len(edges))
    longer = coo_array((np.repeat([1.0, -1.0], len(edges)), (np.tile(rows, 2), np.concatenate((source, target)))))
    longer.resize(len(edges), num_nodes)
    cost = np.bincount(target, weights, num_nodes) - np.bincount(source, weights, num_nodes)
    found = linprog(cost, A_ub=longer, b_ub=-np.ones(len(edges)), bounds=(0, num_nodes), method="highs-ds").x
    return np.unique(np.rint(found), return_inverse=True)[1]  # without empty layers


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


# --- the order within layers -------------------------------------------------------------------------------------------


def _links(chains: Iterable[tuple[int, ...]]) -> list[Edge]:
    return [link for chain in chains for link in zip(chain, chain[1:], strict=False)]


def _ordered(rows: list[list[int]], chains: Mapping[Edge, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    links = _links(chains.values())
    beginnings = [rows, _suggested(rows, links, "barycenter"), _suggested(rows, links, "median")]
    candidates = [_improved(beginning, links) for beginning in beginnings]
    best = min(candidates, key=lambda candidate: _crossings(candidate, links))
    return tuple(tuple(row) for row in best)


def _suggested(rows: list[list[int]], links: list[Edge], method: Literal["barycenter", "median"]) -> list[list[int]]:
    """Ask fast-sugiyama; as every link is one layer long, its layers are these."""
    from fast_sugiyama import from_edges

    if not links:
        return rows
    place: dict[int, float] = {}
    parts = from_edges(links, vertex_spacing=1, dummy_vertices=False, crossing_minimization=method, transpose=True)
    offset = 0.0
    for positions, width, *_ in parts:
        place.update({int(vertex): offset + x for vertex, (x, _) in positions})
        offset += width + 1
    return [sorted(row, key=lambda vertex: place.get(vertex, offset)) for row in rows]


def _improved(rows: list[list[int]], links: list[Edge]) -> list[list[int]]:
    up: dict[int, list[int]] = {vertex: [] for row in rows for vertex in row}
    down: dict[int, list[int]] = {vertex: [] for row in rows for vertex in row}
    for above, below in links:
        down[above].append(below)
        up[below].append(above)
    rows = [list(row) for row in rows]
    _exchange(rows, up, down)
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(8):
        forward = sweep % 2 == 0
        for depth in range(1, len(rows)) if forward else range(len(rows) - 2, -1, -1):
            _by_barycentre(rows[depth], rows[depth - 1 if forward else depth + 1], up if forward else down)
        _exchange(rows, up, down)
        count = _crossings(rows, links)
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


def _crossings(rows: Sequence[Sequence[int]], links: Iterable[Edge]) -> int:
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
