"""What a report says of segments: which of their differences are beyond chance, as far as they may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.analytics.compare import compare
from journeymine.analytics.journey_map import JourneyMap, mapped
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.reporting.numbers import numbers
from journeymine.reporting.question import Question
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["segment_maps", "segments_told"]

_ROWS: Final = 12
_FEWEST: Final = 20  # customers behind what is compared
_SIDES: Final = ("segment", "against", "n", "other_n", "q_value")


def segments_told(question: Question) -> dict[str, Any] | None:
    """Tell how segments differ.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict or None
        ``sizes`` of the segments, what small ones together are called (``other``), and for each of several
        ``questions`` how many differences are beyond chance, and the clearest ones; None where it was not asked by what
        to compare.
    """
    log = question.segmented
    if question.by is None or log is None or question.is_small:
        return None
    sizes = _sizes(log, question.by)
    asked = ["dropoff", "variants", "delays", *(["funnel"] if question.steps else [])]
    is_one = log is not question.log and len(sizes) == 1  # all were small, or one had to stand with the small ones
    questions = [] if is_one else [_told(what, log, question) for what in asked]
    other = None if log is question.log else question.language.text("segments.other")
    return {"by": question.by, "sizes": sizes, "other": other, "questions": questions}


def segment_maps(question: Question) -> dict[str, JourneyMap]:
    """Map each segment.

    Parameters
    ----------
    question
        What the report is asked.

    Returns
    -------
    dict
        Maps of what may be shown, by segment; none where segments share customers, as they cannot be told apart.
    """
    if question.segmented is None or question.is_small:
        return {}
    summary = summarise(question.segmented, by=question.by)
    if summary.num_customers > question.summary.num_customers:
        return {}
    return {name: _map(summary.segment(name), question) for name in summary.segments}


def _map(segment: Summary, question: Question) -> JourneyMap:
    graph = journey_graph(segment)
    graph.remove_nodes_from(set(graph) - question.shown.touchpoints)
    graph.remove_edges_from([edge for edge in graph.edges if edge not in question.shown.steps])
    return mapped(graph, num_steps=0)


def _sizes(log: EventLog, by: str) -> list[dict[str, Any]]:
    summary = summarise(log, by=by, parts=["customers"])
    counts, names = summary.part("customers"), ["", *summary.segments]
    rows = zip(*(counts[name].tolist() for name in ("segment", "count", "customers")), strict=True)
    return [
        {"segment": names[code], "journeys": journeys, "customers": people} for code, journeys, people in rows if code
    ]


def _told(what: Any, log: EventLog, question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = question.options if what == "dropoff" else {"steps": question.steps or ()}
    found = compare(log, by=question.by, what=what, min_customers=max(question.least, _FEWEST), **asked)
    different = found.different
    figure = _figure(different)
    rows = [
        _row(row, _names(different), figure)
        for row in different.to_dict("records")
        if _is_shown(row, what, question) and _fits(row, figure, question)
    ]
    detectable = found.table["detectable"].median() if "detectable" in found.table else np.nan
    said = {"p_value": found.p_value, "cramers_v": found.cramers_v, "detectable": detectable}
    return {
        "what": what,
        "compared": len(found.table),
        "different": len(different),
        **numbers(said),
        "rows": rows[:_ROWS],
    }


def _names(table: pd.DataFrame) -> list[str]:
    """Give the columns that name what is compared: those before the segment."""
    return list(table.columns[: table.columns.get_loc("segment")])


def _figure(table: pd.DataFrame) -> str:
    return next(name.removeprefix("other_") for name in table if name.startswith("other_") and name != "other_n")


def _row(row: dict[str, Any], names: list[str], figure: str) -> dict[str, Any]:
    unit = "_seconds" if figure.endswith("_seconds") else ""
    said = {"value": row[figure], "other_value": row[f"other_{figure}"]}
    said |= {name: row[f"{name}{unit}"] for name in ("difference", "low", "high")}
    return {"name": _flat(row, names), **numbers({name: row[name] for name in _SIDES}), **numbers(said)}


def _flat(row: dict[str, Any], names: list[str]) -> list[str]:
    return [step for name in names for step in ([row[name]] if isinstance(row[name], str) else row[name])]


def _fits(row: dict[str, Any], figure: str, question: Question) -> bool:
    """Tell whether a difference may be shown: of enough observations, on either side, that are so or not so."""
    sides = [(row["n"], row[figure]), (row["other_n"], row[f"other_{figure}"])]
    if figure.endswith("_seconds"):
        return min(n for n, _ in sides) >= question.least
    return all(question.fits(round(n * share), [n]) for n, share in sides)


def _is_shown(row: dict[str, Any], what: str, question: Question) -> bool:
    if what == "variants":
        course = row["variant"]
        return set(zip((None, *course), (*course, None), strict=True)) <= question.shown.steps
    if what == "delays":
        return (row["activity"], row["next_activity"]) in question.shown.steps
    return row["step" if what == "funnel" else "activity"] in question.shown.touchpoints
