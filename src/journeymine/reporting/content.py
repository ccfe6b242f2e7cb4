"""What a report says, as plain numbers, text and lists: the same for HTML, JSON and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import journeymine
from journeymine.analytics.delays import delays
from journeymine.analytics.dropoff import dropoff
from journeymine.analytics.findings import findings
from journeymine.analytics.funnel import Funnel, funnel
from journeymine.analytics.journey_map import JourneyMap, journey_map, mapped
from journeymine.analytics.variants import variants
from journeymine.durations import Duration
from journeymine.log.eventlog import EventLog
from journeymine.reporting.rows import account
from journeymine.reporting.words import DEFINITIONS, assumptions
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary

__all__ = ["Question", "content"]

_VARIANTS: Final = 15
_DELAYS: Final = 20


@dataclass(frozen=True, eq=False)
class Question:
    """What a report is asked.

    Attributes
    ----------
    log
        A log or a summary.
    goal, end, within, steps
        As `report` takes them.
    title
        What stands above it.
    least
        Groups of fewer customers are not shown.
    """

    log: EventLog | Summary
    goal: str | None
    end: tuple[str, ...]
    within: Duration | None
    steps: tuple[str, ...] | None
    title: str
    least: int

    @cached_property
    def summary(self) -> Summary:
        """The summary that all answers come from."""
        return self.log if isinstance(self.log, Summary) else summarise(self.log)

    @property
    def options(self) -> dict[str, Any]:
        """Goal, ends and window, as analyses take them."""
        return {"goal": self.goal, "end": self.end, "within": self.within}

    @cached_property
    def map(self) -> JourneyMap:
        """The journey map of everybody."""
        return journey_map(self.summary, **self.options)

    @cached_property
    def hidden(self) -> list[str]:
        """Touchpoints of too few customers to be shown."""
        return [name for name, facts in self.map.graph.nodes(data=True) if facts["customers"] < self.least]


def content(question: Question) -> dict[str, Any]:
    """Answer everything a report says.

    Parameters
    ----------
    question
        What it is asked.

    Returns
    -------
    dict
        Text, finite numbers, None, lists and dicts only. No customer, no case and no instant is in it: aggregates, and
        the days between which the log lies.
    """
    found = None if question.steps is None else funnel(question.log, question.steps)
    return {
        "title": question.title,
        "made_with": f"journeymine {journeymine.__version__}",
        "goal": question.goal,
        "end": list(question.end),
        "within": None if question.within is None else str(question.within),
        "min_customers": question.least,
        "log": _log(question),
        "findings": findings(question.summary, **question.options, steps=question.steps, min_cases=question.least),
        "map": _map(question),
        "variants": _variants(question),
        "dropoff": _dropoff(question),
        "delays": _delays(question),
        "funnel": None if found is None else _steps(found, question),
        "account": account(question.log),
        "assumptions": assumptions(question.least, from_summary=isinstance(question.log, Summary)),
        "definitions": [list(pair) for pair in DEFINITIONS],
    }


def _log(question: Question) -> dict[str, Any]:
    summary = question.summary
    return {
        "events": summary.num_events,
        "journeys": summary.num_cases,
        "customers": summary.num_customers,
        "touchpoints": len(question.map.graph),
        "channels": list(summary.channels),
        "first_day": _day(summary.first_time),
        "observed_until": _day(summary.observed_until),
        "window_seconds": summary.window_seconds,
    }


def _day(microseconds: int | None) -> str | None:
    if microseconds is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).date().isoformat()


# --- map -------------------------------------------------------------------------------------------------------------


def _map(question: Question) -> dict[str, Any]:
    import networkx as nx

    from journeymine.draw.files import map_svg

    graph = question.map.graph.copy()
    graph.remove_nodes_from(question.hidden)
    few = [edge for edge in graph.edges if graph.edges[edge]["customers"] < question.least]
    graph.remove_edges_from(few)
    alone = {name for edge in question.map.graph.edges for name in edge} & set(nx.isolates(graph))
    shown = mapped(graph, num_steps=question.map.num_steps)
    drawn = mapped(graph.subgraph([name for name in graph if name not in alone]), num_steps=question.map.num_steps)
    nodes = [{"activity": name, **_numbers(facts)} for name, facts in graph.nodes(data=True)]
    return {
        "headline": shown.headline,
        "touchpoints": sorted(nodes, key=lambda node: (-node["visits"], node["activity"])),
        "paths": [_numbers(row) for row in shown.table.to_dict("records")],
        "hidden_touchpoints": len(question.hidden),
        "hidden_paths": question.map.graph.number_of_edges() - graph.number_of_edges(),
        "unlinked_touchpoints": len(alone),
        "svg": map_svg(drawn.plan(), themed=True),
    }


def _numbers(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _number(value) for name, value in row.items()}


def _number(value: Any) -> Any:
    """Give plain values that JSON can hold: not a number is None."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value


# --- tables ----------------------------------------------------------------------------------------------------------


def _variants(question: Question) -> dict[str, Any]:
    frequent = int((question.summary.overall("variants")["count"] >= question.least).sum())
    found, named = variants(question.summary, top=max(frequent, 1)), dict(question.map.graph.nodes(data="channel"))
    hidden = set(question.hidden)
    shown = [row for row in found.table.head(frequent).to_dict("records") if hidden.isdisjoint(row["variant"])]
    rows = [
        {
            **_numbers(row),
            "variant": list(row["variant"]),
            "channels": [named[activity] for activity in row["variant"]],
            "outcome": _outcome(row["variant"], question),
        }
        for row in shown[:_VARIANTS]
    ]
    other = {
        "variants": found.num_variants - len(rows),
        "cases": found.num_cases - sum(row["cases"] for row in rows),
        "rare": found.num_variants - len(shown),
    }
    return {"rows": rows, "other": other, "cases": found.num_cases, "variants": found.num_variants, "base": found.base}


def _outcome(variant: tuple[str, ...], question: Question) -> str | None:
    if question.goal in variant:
        return "goal"
    return "end" if set(question.end) & set(variant) else None


def _dropoff(question: Question) -> dict[str, Any]:
    found = dropoff(question.summary, **question.options)
    rows = [row for row in found.table.to_dict("records") if row["activity"] not in question.hidden]
    marked = dict(question.map.graph.nodes(data="is_dropoff"))
    shown = [{**_numbers(row), "is_dropoff": marked[row["activity"]]} for row in rows]
    return {"rows": shown, "hidden": len(found.table) - len(shown), "base": found.base}


def _delays(question: Question) -> dict[str, Any]:
    found = delays(question.summary)
    enough = [row for row in found.table.to_dict("records") if row["customers"] >= question.least]
    rows = [_numbers(row) for row in enough[:_DELAYS]]
    return {"rows": rows, "shown": len(rows), "transitions": len(found.table), "base": found.base}


def _steps(found: Funnel, question: Question) -> dict[str, Any]:
    """Give the steps; of those that too few journeys reached only that they are few."""
    rows = []
    for row in found.table.to_dict("records"):
        few = 0 < row["cases"] < question.least
        shown = _numbers(row)
        rows.append({**dict.fromkeys(shown), "step": row["step"], "few": True} if few else {**shown, "few": False})
    return {"rows": rows, "base": found.base}
