"""Which touchpoints and paths a map shows: the strongest, those that matter, and no touchpoint alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["EVER_PATHS", "MOST_TOUCHPOINTS", "USUAL_PATHS", "Selection", "select"]

USUAL_PATHS: Final = 32
"""Paths that a map shows by default: more are hard to follow."""

MOST_TOUCHPOINTS: Final = 24
"""Touchpoints that it shows by default, at most; where a number of paths is asked for, 60."""

EVER_PATHS: Final = 150
"""Paths that a map shows at most, whatever is asked for: nobody reads more."""

_EVER_TOUCHPOINTS: Final = 60
_MARKS: Final = ("is_dropoff", "is_goal", "is_end")
_RARE: Final = 0.005
"""What is rarer, as a share of the most visited touchpoint or the most frequent path, is left out by default."""


class Selection(NamedTuple):
    """What a map shows.

    Attributes
    ----------
    touchpoints
        Most visited first.
    paths
        Most frequent first.
    """

    touchpoints: list[str]
    paths: list[tuple[str, str]]


def select(graph: nx.DiGraph, paths: int | None = None) -> Selection:
    """Choose what a map shows.

    Parameters
    ----------
    graph
        A journey graph.
    paths
        How many paths, up to 150; by default as many as can be followed, and what is very rare is left out.

    Returns
    -------
    Selection
        Of each touchpoint at least the strongest path from and to another one, all slow ones, and then the most
        frequent. Touchpoints with a mark (a drop-off, a slow path, a goal) come before others where there are too many.
    """
    rare, most = (_RARE, MOST_TOUCHPOINTS) if paths is None else (0.0, _EVER_TOUCHPOINTS)
    wanted = USUAL_PATHS if paths is None else min(paths, EVER_PATHS)
    touchpoints = _touchpoints(graph, rare, most)
    shown = set(touchpoints)
    edges = [(u, v) for u, v in graph.edges if u in shown and v in shown]
    edges.sort(key=lambda edge: (-graph.edges[edge]["count"], edge))
    kept = _needed(graph, edges)
    least = rare * graph.edges[edges[0]]["count"] if edges else 0
    for edge in edges:
        if len(kept) >= wanted or graph.edges[edge]["count"] < least:
            break
        kept.add(edge)
    return Selection(touchpoints, [edge for edge in edges if edge in kept])


def _touchpoints(graph: nx.DiGraph, rare: float, most: int) -> list[str]:
    marked = {name for name, facts in graph.nodes(data=True) if any(facts.get(mark) for mark in _MARKS)}
    marked |= {name for edge in graph.edges if graph.edges[edge].get("is_slow") for name in edge}
    ranked = sorted(graph.nodes, key=lambda name: (name not in marked, -graph.nodes[name]["visits"], name))
    least = rare * max((facts["visits"] for _, facts in graph.nodes(data=True)), default=0)
    kept = [name for name in ranked if name in marked or graph.nodes[name]["visits"] >= least][:most]
    return sorted(kept, key=lambda name: (-graph.nodes[name]["visits"], name))


def _needed(graph: nx.DiGraph, edges: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Keep slow paths, and of each touchpoint the first path out and in; `edges` come in order of frequency."""
    needed = {edge for edge in edges if graph.edges[edge].get("is_slow")}
    left, entered = set(), set()
    for source, target in edges:
        if source != target:
            if source not in left or target not in entered:
                needed.add((source, target))
            left.add(source)
            entered.add(target)
    return needed
