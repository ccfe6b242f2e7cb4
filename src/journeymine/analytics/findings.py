"""Findings: what should be known about a log first, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.analytics.funnel import funnel
from journeymine.analytics.result import percent
from journeymine.analytics.variants import variants
from journeymine.durations import Duration, format_duration
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.summary.quantiles import Durations
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["findings"]

_CONFIDENCE: Final = 0.95
_SCORE: Final = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)


def findings(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    steps: Sequence[str] | None = None,
    min_cases: int = 1,
) -> list[str]:
    """Say what stands out in a log, the most important first.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window of the drop-off, by default as in `dropoff`.
    steps
        Activities of a funnel; by default there is none.
    min_cases
        Say nothing of touchpoints and transitions of fewer customers, nor of courses of fewer journeys.

    Returns
    -------
    list of str
        Sentences with their numbers and 95 % intervals: where most customers are lost beyond what is usual, which
        transition costs the most waiting, how many journeys get through the funnel, how many reach the goal, which
        course is the most frequent. What does not stand out is left out.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> findings(log, goal="buy")[0]
    '1 of 2 journeys, 50 % (9.5 % to 91 %), reach “buy” so far; some are still under way.'
    """
    summary = as_summary(
        log, "customers", "starts", "visits", "channels", "follows", "times", "gaps", "variants", "spans"
    )
    graph = journey_graph(summary, goal=goal, end=end, within=within)
    found = [
        _loss(graph, min_cases),
        _wait(summary, graph, min_cases),
        None if steps is None else _passage(funnel(summary, steps).table, min_cases),
        None if goal is None else _success(summary, goal, min_cases),
        _course(summary, graph, min_cases),
    ]
    return [sentence for sentence in found if sentence]


def _loss(graph: nx.DiGraph, least: int) -> str | None:
    """Name the drop-off that loses most visits beyond the mean rate."""
    known = [facts for _, facts in graph.nodes(data=True) if facts["dropoff_rate"] == facts["dropoff_rate"]]
    visits = sum(facts["visits"] for facts in known)
    mean = sum(facts["dropoff_rate"] * facts["visits"] for facts in known) / max(visits, 1)
    marked = [
        ((facts["dropoff_rate"] - mean) * facts["visits"], name, facts)
        for name, facts in graph.nodes(data=True)
        if facts["is_dropoff"] and facts["customers"] >= least
    ]
    if not marked:
        return None
    _, name, facts = max(marked, key=lambda item: item[:2])
    return (
        f"Most customers are lost after “{name}”: {_estimate(facts)} of its {facts['visits']:,} visits are not "
        f"followed by another touchpoint within {format_duration(facts['within_seconds'])}; over all touchpoints it is "
        f"{percent(mean)}. Counting last events would say {percent(facts['naive_rate'])}."
    )


def _estimate(facts: dict[str, Any]) -> str:
    rate, low, high = (percent(facts[name]) for name in ("dropoff_rate", "dropoff_low", "dropoff_high"))
    return f"{rate} ({low} to {high})"


def _wait(summary: Summary, graph: nx.DiGraph, least: int) -> str | None:
    """Name the slow transition with the most time beyond its median."""
    slow = [
        (facts["excess_seconds"], edge, facts)
        for *edge, facts in graph.edges(data=True)
        if facts["is_slow"] and facts["customers"] >= least
    ]
    if not slow:
        return None
    excess, (before, after), facts = max(slow, key=lambda item: item[:2])
    low, high = (format_duration(bound) for bound in _median_interval(summary, before, after, facts["customers"]))
    return (
        f"Most waiting adds up from “{before}” to “{after}”: {facts['count']:,} passes of {facts['customers']:,} "
        f"customers take {format_duration(facts['median_seconds'])} in the median ({low} to {high}), one in ten more "
        f"than {format_duration(facts['p90_seconds'])}; beyond the median that is {format_duration(excess)} in all."
    )


def _median_interval(summary: Summary, before: str, after: str, customers: int) -> tuple[float, float]:
    """Give the interval of a median from order statistics, as if each customer had passed once."""
    times = summary.overall("times")
    mine = times.where((times["activity"] == summary.code(before)) & (times["next_activity"] == summary.code(after)))
    reach = min(_SCORE / 2 / customers**0.5, 0.5)
    durations = Durations(mine, ("activity", "next_activity"))
    low, high = (float(durations.quantile_seconds(0.5 + side * reach)[0]) for side in (-1, 1))
    return low, high


def _passage(steps: pd.DataFrame, least: int) -> str | None:
    """Say how many get through a funnel, and where it loses most of those who come that far."""
    first, last = int(steps["cases"].iloc[0]), int(steps["cases"].iloc[-1])
    if last < max(least, 1):
        return None
    passed = (
        f"{last:,} of {first:,} journeys that reach “{steps['step'].iloc[0]}”, {_with_interval(last, first)}, get to "
        f"“{steps['step'].iloc[-1]}”"
    )
    if first == last:
        return f"{passed}."
    worst = int(steps["step_share"].iloc[1:].idxmin())
    before, after = steps.iloc[worst - 1], steps.iloc[worst]
    return (
        f"{passed}; the largest share is lost from “{before['step']}” to “{after['step']}”, where "
        f"{percent(1 - after['step_share'])} of {before['cases']:,} do not get further."
    )


def _success(summary: Summary, goal: str, least: int) -> str:
    cases, code = summary.overall("variants"), summary.code(goal)
    places = (
        np.searchsorted(summary.sequences.offsets, np.flatnonzero(summary.sequences.codes == code), side="right") - 1
    )
    reached = int(cases["count"][np.isin(cases["variant"], places)].sum())
    if reached < least:
        return f"Fewer than {least:,} journeys reach “{goal}” so far."
    share = _with_interval(reached, summary.num_cases)
    return f"{reached:,} of {summary.num_cases:,} journeys, {share}, reach “{goal}” so far; some are still under way."


def _with_interval(count: int, total: int) -> str:
    """Say a share with Wilson's interval."""
    share, weight = count / total, _SCORE**2 / total
    middle = (share + weight / 2) / (1 + weight)
    reach = (share * (1 - share) * weight + weight**2 / 4) ** 0.5 / (1 + weight)
    return f"{percent(share)} ({percent(max(middle - reach, 0.0))} to {percent(min(middle + reach, 1.0))})"


def _course(summary: Summary, graph: nx.DiGraph, least: int) -> str | None:
    found = variants(summary, top=1)
    for variant, cases in zip(found.table["variant"], found.table["cases"], strict=True):
        if min(cases, *(graph.nodes[name]["customers"] for name in variant)) >= least:
            return found.headline
    return None
