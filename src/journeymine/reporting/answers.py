"""What a report says of journeys, drop-off, waiting, channels and steps: as much of each answer as may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from journeymine.analytics.delays import delays
from journeymine.analytics.dropoff import dropoff
from journeymine.analytics.switches import switches
from journeymine.analytics.variants import variants
from journeymine.reporting.numbers import numbers
from journeymine.reporting.question import Question

__all__ = ["delays_told", "dropoff_told", "funnel_told", "going_through", "switches_told", "variants_told"]

_DELAYS: Final = 20
_SWITCHES: Final = 20
_DROPOFF: Final = ("visits", "customers", "within_seconds", "is_dropoff")


def variants_told(question: Question) -> dict[str, Any]:
    """Tell which journeys customers make.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict
        ``rows`` with their ``channels`` and ``outcome``, and how many others there are; of too few customers nothing.
    """
    if question.is_small:
        return {"rows": [], "cases": None, "variants": None, "other": None}
    places = list(question.shown.courses)
    found = variants(question.summary, top=max(places, default=0) + 1)
    taken = question.summary.overall("variants")["count"]
    ranks = np.argsort(np.argsort(-taken, kind="stable"), kind="stable")[places].tolist()
    rows, so_far = [], 0.0
    for rank in ranks:
        row = numbers(found.table.iloc[rank])
        so_far += row["share"]
        rows.append({**row, **_seen(row, question), "cumulative_share": so_far})
    cases = sum(row["cases"] for row in rows)
    return {
        "rows": rows,
        "cases": found.num_cases,
        "variants": found.num_variants,
        "other": {"variants": found.num_variants - len(rows), "cases": found.num_cases - cases},
    }


def _seen(row: dict[str, Any], question: Question) -> dict[str, Any]:
    """Say how long a course is, through which channels it goes and how it ends; one of one step takes no time."""
    variant, named = row["variant"], dict(question.graph.nodes(data="channel"))
    outcome = "goal" if question.goal in variant else "end" if set(question.end) & set(variant) else None
    return {
        "steps": len(variant),
        "channels": [named[activity] for activity in variant],
        "outcome": outcome,
        "median_seconds": row["median_seconds"] if len(variant) > 1 else None,
    }


def dropoff_told(question: Question) -> dict[str, Any]:
    """Tell after which touchpoints customers do not come back.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict
        ``rows``, highest rate first, those that may not be told last (``is_told`` is false); how many touchpoints are
        hidden, or ``unknown`` because they were not observed long enough; which were ``drifting``.
    """
    graph = question.graph
    known = {name: facts for name, facts in question.all_graph.nodes(data=True) if _is_known(facts)}
    rows = [_loss(name, graph.nodes[name]) for name in known if name in graph]
    open_ended = [name for name in graph if name not in known and not _completes(graph.nodes[name])]
    drifting = dropoff(question.summary, **question.options).drifting
    return {
        "rows": sorted(rows, key=lambda row: (-(row["rate"] if row["is_told"] else -1), row["activity"])),
        "hidden": len(question.all_graph) - len(graph),
        "unknown": len(open_ended),
        "drifting": [name for name in drifting if name in graph],
    }


def _is_known(facts: dict[str, Any]) -> bool:
    return facts["dropoff_rate"] == facts["dropoff_rate"]


def _completes(facts: dict[str, Any]) -> bool:
    return facts["is_goal"] or facts["is_end"]


def _loss(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    rates = {kind: facts[f"dropoff_{kind}"] for kind in ("rate", "low", "high")}
    told = {"activity": name, **{key: facts[key] for key in _DROPOFF}, **rates, "naive_rate": facts["naive_rate"]}
    return {**numbers(told), "is_told": _is_known(facts)}


def delays_told(question: Question) -> dict[str, Any]:
    """Tell which transitions cost the most waiting.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict
        ``rows``, and how many ``transitions`` and ``passes`` there are; of too few customers nothing.
    """
    if question.is_small:
        return {"rows": [], "transitions": None, "passes": None}
    found = delays(question.summary).table
    rows = [numbers(row) for row in found.to_dict("records")]
    shown = [row for row in rows if (row["activity"], row["next_activity"]) in question.shown.steps]
    return {"rows": shown[:_DELAYS], "transitions": len(rows), "passes": sum(row["count"] for row in rows)}


def switches_told(question: Question) -> dict[str, Any] | None:
    """Tell in which channel the next contact comes.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict or None
        ``rows``, most customers first, without their passes, which could be set against those of paths; None where the
        log knows fewer than two channels.
    """
    if len(question.summary.channels) < 2:
        return None
    found = switches(question.log, within=question.within).table
    other = found["channel"] != found["next_channel"]
    enough = found[["count", "customers"]].min(axis=1) >= question.least
    columns = ["channel", "next_channel", "customers", "share", "low", "high", "median_seconds"]
    rows = [numbers(row) for row in found.loc[other & enough, columns].to_dict("records")]
    rows.sort(key=lambda row: (-row["customers"], row["channel"], row["next_channel"]))
    return {"rows": rows[:_SWITCHES], "within_seconds": max(found["within_seconds"].tolist(), default=0.0)}


def funnel_told(question: Question, courses: list[dict[str, Any]]) -> dict[str, Any]:
    """Tell how many journeys get from step to step.

    Parameters
    ----------
    question
        What the report is asked.
    courses
        The rows of `variants_told`: of a step, too, they must not leave only few journeys.

    Returns
    -------
    dict
        ``rows``, none where no funnel was asked for; of steps that may not be told only the name.
    """
    if question.funnel is None:
        return {"rows": []}
    rows = [numbers(row) for row in question.funnel.table.to_dict("records")]
    shown = [question.summary.num_cases]
    for place, row in enumerate(rows, 1):
        row["is_told"] = question.fits(row["cases"], [*shown, going_through(courses, (question.steps or ())[:place])])
        shown += [row["cases"]] if row["is_told"] else []
    return {"rows": [_step(row, before, rows[0]) for before, row in zip([rows[0], *rows], rows, strict=False)]}


def going_through(courses: list[dict[str, Any]], steps: Sequence[str]) -> int:
    """Count the journeys on courses that take steps in their order.

    Parameters
    ----------
    courses
        The rows of `variants_told`.
    steps
        Activities.

    Returns
    -------
    int
        Journeys.
    """
    return sum(row["cases"] for row in courses if _takes(row["variant"], steps))


def _takes(course: Sequence[str], steps: Sequence[str]) -> bool:
    ahead = iter(course)
    return all(step in ahead for step in steps)


def _step(row: dict[str, Any], before: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """Leave shares out where one of their numbers may not be told."""
    if not row["is_told"]:
        return {**dict.fromkeys(row), "step": row["step"], "is_told": False}
    untold = [prefix for prefix, other in (("step", before), ("start", first)) if not other["is_told"]]
    return row | {f"{prefix}_{kind}": None for prefix in untold for kind in ("share", "low", "high")}
