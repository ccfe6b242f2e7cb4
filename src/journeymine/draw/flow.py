"""The order of touchpoints along the flow of journeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["depth_first_order", "flow_order", "weight_against"]

Edge = tuple[int, int]


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
    .. [1] Eades, Lin & Smyth (1993), A fast and effective heuristic for the feedback arc set problem, Inf. Proc.
       Letters 47(6).

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


def depth_first_order(num_nodes: int, weights: Mapping[Edge, float]) -> list[int]:
    """Order nodes as journeys unfold: depth first along the heaviest edges, from where most begins.

    Parameters
    ----------
    num_nodes
        Number of nodes.
    weights
        Weight of each edge.

    Returns
    -------
    list of int
        Nodes, first ones first; each stands before all that is reached from it alone.

    Examples
    --------
    >>> depth_first_order(3, {(0, 1): 9, (1, 2): 9, (2, 0): 1})
    [0, 1, 2]
    """
    ahead: list[list[int]] = [[] for _ in range(num_nodes)]
    surplus = [0.0] * num_nodes
    for (source, target), weight in sorted(weights.items(), key=lambda item: (item[1], item[0])):
        ahead[source].append(target)
        surplus[source], surplus[target] = surplus[source] + weight, surplus[target] - weight
    left: set[int] = set(range(num_nodes))
    finished: list[int] = []
    for beginning in sorted(range(num_nodes), key=lambda node: (-surplus[node], node)):
        _finish(beginning, ahead, left, finished)
    return finished[::-1]


def _finish(beginning: int, ahead: list[list[int]], left: set[int], finished: list[int]) -> None:
    """Go from a node as deep as possible; note each one when nothing is left beyond it."""
    way = [beginning] if beginning in left else []
    left.discard(beginning)
    while way:
        further = ahead[way[-1]]
        while further and further[-1] not in left:
            further.pop()
        if further:
            left.discard(further[-1])
            way.append(further.pop())
        else:
            finished.append(way.pop())


def weight_against(order: Sequence[int], weights: Mapping[Edge, float]) -> float:
    """Add up what runs against an order.

    Parameters
    ----------
    order
        Nodes, first ones first.
    weights
        Weight of each edge.

    Returns
    -------
    float
        Weight of the edges that run backwards.

    Examples
    --------
    >>> weight_against([0, 1], {(0, 1): 9, (1, 0): 2})
    2
    """
    place = {node: rank for rank, node in enumerate(order)}
    return sum(weight for (source, target), weight in weights.items() if place[source] > place[target])


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
