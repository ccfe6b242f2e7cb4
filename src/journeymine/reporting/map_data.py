"""A journey map as the interactive map reads it: numbers and places, each name once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from journeymine.analytics.journey_map import JourneyMap
from journeymine.draw.levels import Levels
from journeymine.reporting.map_places import places
from journeymine.reporting.map_segments import segment_differences

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["MAP_TEXTS", "map_data"]

MAP_TEXTS: Final = MappingProxyType(
    {
        "map": "Journey map",
        "empty": "There is no touchpoint to show.",
        "paths": "Paths",
        "paths_shown": "{shown} of {all} paths, {share} of all steps",
        "metric": "Lines show",
        "metric_count": "how often",
        "metric_customers": "customers",
        "metric_median": "median time",
        "metric_excess": "waiting in total",
        "view": "Whose journeys",
        "view_all": "everybody's",
        "view_difference": "{segment} compared with {other}",
        "search": "Find a touchpoint",
        "found_none": "No touchpoint is called that.",
        "zoom_in": "Closer",
        "zoom_out": "Further away",
        "fit": "Whole map",
        "keys": "Arrow keys follow the paths, Enter chooses, Escape lets go.",
        "visits": "visits",
        "visits_one": "visit",
        "customers": "customers",
        "goal": "goal",
        "end": "end",
        "start": "{share} start",
        "leave": "{share} leave ({count})",
        "median": "median {time}",
        "label_start": "{share} of journeys start here",
        "label_leave": "{share} of visits are the last ({low} to {high})",
        "choose": "Choose a touchpoint to see what comes before and after it.",
        "close": "Close",
        "comes_from": "Comes from",
        "goes_to": "Goes to",
        "nowhere": "no other touchpoint",
        "show_more": "Show {count} more",
        "touchpoint": "Touchpoint",
        "times": "Times",
        "share": "Share",
        "passes": "{count} times, {customers} customers",
        "takes": "median {median}, one in ten over {p90}",
        "excess": "{time} of waiting beyond the median, in total",
        "slow": "most waiting time in total",
        "back": "step back",
        "not_on_map": "Not on the map; its tables are here.",
        "difference": "{points} points ({low} to {high}): {share} of customers, {other_share} of the others",
        "alike": "no difference beyond chance",
        "difference_note": "Customers who take a path at least once: share of {segment} ({n}) less that of {other} "
        "({other_n}). Thick where the difference is beyond chance (5 % false discoveries).",
        "more": "more often",
        "less": "less often",
        "second": "{n} s",
        "seconds": "{n} s",
        "minute": "{n} min",
        "minutes": "{n} min",
        "hour": "{n} h",
        "hours": "{n} h",
        "day": "{n} d",
        "days": "{n} d",
        "legend_path": "how often a path is made",
        "legend_visits": "visits",
        "legend_start": "journeys start",
        "legend_leave": "customers leave (visits)",
        "legend_dropoff": "more leave than elsewhere",
    }
)
"""The words of the interactive map, in English; what stands in braces is filled in."""


def map_data(
    map: JourneyMap,
    *,
    hidden: Collection[str] = (),
    least: int = 1,
    segments: Mapping[str, JourneyMap] | None = None,
    channels: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Give a journey map as the interactive map reads it.

    Parameters
    ----------
    map
        The map.
    hidden
        Touchpoints that are left out, with all their paths.
    least
        Paths, starts and drop-offs of fewer customers are left out; in a segment, too.
    segments
        Maps of groups of customers, to show how their journeys differ; no customer may be in two of them.
    channels
        All channels in the order of the page's colours (``.channel-0``, …); by default those of the map, in the order
        of the alphabet.

    Returns
    -------
    dict
        Text, finite numbers, None, lists and dicts. ``touchpoints`` and ``paths`` have a list for each fact, so that no
        name is repeated: places in ``touchpoints`` stand for names. Paths come in the order of the slider, the first
        ``num_drawn`` of them have places in ``levels``. Times are in seconds, shares in thousandths, lengths in tenths
        of a point.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> data = map_data(jm.journey_map(log, goal="buy"))
    >>> data["touchpoints"]["name"], data["paths"]["from"], data["paths"]["to"], data["paths"]["median"]
    (['visit', 'buy'], [0], [1], [86400])
    """
    graph = _shown(map.graph, set(hidden), least)
    levels = Levels(graph)
    names = sorted(graph, key=lambda name: (-graph.nodes[name]["visits"], name))
    number = {name: place for place, name in enumerate(names)}
    known = {channel: place for place, channel in enumerate(_channels(graph) if channels is None else channels)}
    paths = _in_order(graph, levels.paths)
    return {
        "touchpoints": _touchpoints(graph, names, known, _lines(levels), least),
        "channels": list(known),
        "paths": _paths(graph, paths, number),
        "num_drawn": len(levels.paths),
        "num_start": levels.start,
        "num_paths": map.graph.number_of_edges(),
        "num_steps": map.num_steps,
        "num_journeys": map.graph.graph["cases"],
        "levels": [places(plan, number) for plan in levels.plans],
        "segments": segment_differences(segments or {}, paths, least),
    }


def _shown(graph: nx.DiGraph, hidden: set[str], least: int) -> nx.DiGraph:
    shown = graph.copy()
    shown.remove_nodes_from(hidden)
    shown.remove_edges_from([edge for edge in shown.edges if shown.edges[edge]["customers"] < least])
    return shown


def _channels(graph: nx.DiGraph) -> list[str]:
    return sorted({facts["channel"] for _, facts in graph.nodes(data=True) if facts["channel"]})


def _in_order(graph: nx.DiGraph, drawn: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give the paths drawn, and then all others, the most frequent first."""
    known = set(drawn)
    others = [edge for edge in graph.edges if edge not in known]
    return [*drawn, *sorted(others, key=lambda edge: (-graph.edges[edge]["count"], edge))]


def _touchpoints(
    graph: nx.DiGraph, names: list[str], channels: Mapping[str, int], lines: Mapping[str, list[str]], least: int
) -> dict[str, Any]:
    facts = [graph.nodes[name] for name in names]
    return {
        "name": names,
        "lines": [None if lines.get(name, [name]) == [name] else lines[name] for name in names],
        "channel": [channels.get(fact["channel"], -1) for fact in facts],
        "role": [1 if fact["is_goal"] else 2 if fact["is_end"] else 0 for fact in facts],
        "visits": [fact["visits"] for fact in facts],
        "customers": [fact["customers"] for fact in facts],
        "starts": [None if 0 < fact["starts"] < least else fact["starts"] for fact in facts],
        "is_dropoff": [int(fact["is_dropoff"]) for fact in facts],
        "dropoff": [_dropoff(fact, least) for fact in facts],
    }


def _dropoff(fact: Mapping[str, Any], least: int) -> list[int] | None:
    """Give visits lost, and rate, low and high in thousandths; None where it is unknown, or of too few."""
    rate = fact["dropoff_rate"]
    lost = round(rate * fact["visits"]) if rate == rate else 0
    if rate != rate or 0 < lost < least:
        return None
    return [lost, *(_thousandths(fact[f"dropoff_{kind}"]) for kind in ("rate", "low", "high"))]


def _paths(graph: nx.DiGraph, paths: list[tuple[str, str]], number: Mapping[str, int]) -> dict[str, Any]:
    facts = [graph.edges[path] for path in paths]
    return {
        "from": [number[source] for source, _ in paths],
        "to": [number[target] for _, target in paths],
        "count": [fact["count"] for fact in facts],
        "customers": [fact["customers"] for fact in facts],
        "median": [round(fact["median_seconds"]) for fact in facts],
        "p90": [round(fact["p90_seconds"]) for fact in facts],
        "excess": [round(fact["excess_seconds"]) for fact in facts],
        "slow": [place for place, fact in enumerate(facts) if fact["is_slow"]],
    }


def _lines(levels: Levels) -> dict[str, list[str]]:
    """Give the name of each touchpoint drawn as it is broken into lines."""
    return {name: shown.lines for plan in levels.plans[-1:] for name, shown in plan.touchpoints.items()}


def _thousandths(share: float) -> int:
    return round(1_000 * share)
