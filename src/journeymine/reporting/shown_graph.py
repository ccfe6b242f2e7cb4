"""The part of a journey graph that a report may show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.reporting.small_groups import Shown

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["UNTOLD", "shown_graph"]

UNTOLD: Final = 0.5
"""A number of starts that is none and not of anybody: maps take it as too few to tell."""
_MANY: Final = 20  # times the smallest group: so many can be rounded without harm to what is said


def shown_graph(graph: nx.DiGraph, shown: Shown, *, least: int) -> nx.DiGraph:
    """Leave out of a journey graph what may not be shown.

    Parameters
    ----------
    graph
        As `journey_graph` gives it.
    shown
        What may be shown.
    least
        A drop-off, or going on, of fewer visits is not shown.

    Returns
    -------
    networkx.DiGraph
        Without the other touchpoints and paths. Other starts and ends are rounded down to multiples of twice `least`
        where there are many; else starts are `UNTOLD`, ends None, and rates not a number. Of an empty graph it is not
        told how many journeys there are.
    """
    part = graph.copy()
    part.remove_nodes_from(set(graph) - shown.touchpoints)
    part.remove_edges_from([edge for edge in part.edges if edge not in shown.steps])
    part.graph |= {} if len(part) else {"cases": 0, "customers": 0}
    for name, facts in part.nodes(data=True):
        facts.update(_untold(name, facts, shown, least))
    return part


def _untold(name: str, facts: dict[str, Any], shown: Shown, least: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if facts["starts"] and (None, name) not in shown.steps:
        told |= {"starts": _rounded(facts["starts"], least) or UNTOLD}
    if facts["ends"] and (name, None) not in shown.steps:
        ends = _rounded(facts["ends"], least)
        told |= {"ends": ends, "naive_rate": np.nan if ends is None else ends / facts["visits"]}
    if any(_is_few(share * facts["visits"], least) for share in (facts["dropoff_rate"], 1 - facts["dropoff_rate"])):
        told |= {f"dropoff_{kind}": np.nan for kind in ("rate", "low", "high")} | {"is_dropoff": False}
    return told


def _rounded(count: int, least: int) -> int | None:
    """Round down what is many, so far that a difference to it tells of no group too small."""
    return None if count < _MANY * least else count - count % (2 * least)


def _is_few(visits: float, least: int) -> bool:
    """Tell whether an estimated number of visits is that of a group too small, to the nearest whole one."""
    return 0.5 <= visits < least - 0.5
