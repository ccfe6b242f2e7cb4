"""What a report says, as plain numbers, text and lists: the same for HTML, JSON and tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

from journeymine.analytics.findings import Finding, stands_out
from journeymine.reporting.answers import (
    delays_told,
    dropoff_told,
    funnel_told,
    going_through,
    switches_told,
    variants_told,
)
from journeymine.reporting.numbers import numbers
from journeymine.reporting.question import Question
from journeymine.reporting.rows import account
from journeymine.reporting.segments import segments_told
from journeymine.summary.summary import Summary

__all__ = ["content"]

_SECTIONS: Final = {
    "loss": "drop-off", "wait": "waiting", "passage": "steps", "success": "journeys", "few_succeed": "journeys",
    "course": "journeys",
}  # fmt: skip


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
    language = question.language
    variants = variants_told(question)
    told = {
        "variants": variants,
        "dropoff": dropoff_told(question),
        "delays": delays_told(question),
        "switches": switches_told(question),
        "funnel": funnel_told(question, variants["rows"]),
        "segments": segments_told(question),
    }
    return {
        "title": question.title,
        "language": language.name,
        "made_with": f"journeymine {version('journeymine')}",
        "goal": question.goal,
        "end": list(question.end),
        "within": None if question.within is None else str(question.within),
        "min_customers": question.least,
        "log": _log(question),
        "findings": _findings(question, told),
        "map": _map(question),
        **told,
        "account": account(question.log),
        "assumptions": _assumptions(question),
        "definitions": language.list("words.definitions"),
    }


def _log(question: Question) -> dict[str, Any]:
    summary = question.summary
    customers = summary.num_customers
    return {
        "visits": sum(facts["visits"] for _, facts in question.graph.nodes(data=True)),
        "journeys": None if question.is_small else summary.num_cases,
        "customers": None if 0 < customers < question.least else customers,
        "touchpoints": len(question.all_graph),
        "channels": list(summary.channels),
        "first_day": _day(summary.first_time),
        "observed_until": _day(summary.observed_until),
        "window_seconds": summary.window_seconds,
    }


def _day(microseconds: int | None) -> str | None:
    if microseconds is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).date().isoformat()


def _assumptions(question: Question) -> list[str]:
    language = question.language
    numbers_said = {"least": language.count(question.least), "rounded": language.count(2 * question.least)}
    sentences = [text.format(**numbers_said) for text in language.list("words.assumptions")]
    return [*sentences, *([language.text("words.from_summary")] if isinstance(question.log, Summary) else [])]


# --- findings --------------------------------------------------------------------------------------------------------


def _findings(question: Question, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell what stands out among what is shown."""
    if question.is_small:
        return []
    steps = told["funnel"]["rows"]
    is_whole = bool(steps) and all(row["is_told"] for row in steps)
    taken = question.funnel.table if question.funnel and is_whole else None
    found = stands_out(question.summary, question.graph, steps=taken, least=question.least)
    return [_told(finding, question) for finding in (_fitting(each, question, told) for each in found) if finding]


def _told(finding: Finding, question: Question) -> dict[str, Any]:
    kind = finding.kinds[0]
    text = question.language.told(finding)
    return {"kind": kind, "section": _SECTIONS[kind], "text": text, **numbers(finding.facts)}


def _fitting(finding: Finding, question: Question, told: dict[str, Any]) -> Finding | None:
    """Leave out of a finding what may not be told."""
    kind, facts = finding.kinds[0], finding.facts
    if kind == "loss" and facts["naive_rate"] != facts["naive_rate"]:
        return Finding(("loss",), {name: value for name, value in facts.items() if name != "naive_rate"})
    courses = told["variants"]["rows"]
    if kind == "success":
        steps = [row["cases"] for row in told["funnel"]["rows"] if row["is_told"]]
        beside = [facts["cases"], *steps, going_through(courses, [facts["goal"]])]
        return finding if question.fits(facts["reached"], beside) else None
    first = [" → ".join(row["variant"]) for row in courses[:1]]
    return None if kind == "course" and facts["course"] not in first else finding


# --- map -------------------------------------------------------------------------------------------------------------


def _map(question: Question) -> dict[str, Any]:
    import networkx as nx

    graph, everything = question.graph, question.all_graph
    nodes = [{"activity": name, **numbers(facts)} for name, facts in graph.nodes(data=True)]
    for node in nodes:
        node["starts"] = node["starts"] if isinstance(node["starts"], int) else None
    linked = {name for edge in everything.edges for name in edge}
    return {
        "touchpoints": sorted(nodes, key=lambda node: (-node["visits"], node["activity"])),
        "paths": [numbers(row) for row in question.map.table.to_dict("records")],
        "num_paths": everything.number_of_edges(),
        "num_steps": None if question.is_small else question.map.num_steps,
        "hidden_touchpoints": len(everything) - len(graph),
        "hidden_paths": everything.number_of_edges() - graph.number_of_edges(),
        "unlinked_touchpoints": len(linked & set(nx.isolates(graph))),
    }
