"""Findings: what should be known about a log first, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from types import MappingProxyType
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

__all__ = ["SENTENCES", "Finding", "findings", "stands_out"]

_CONFIDENCE: Final = 0.95
_SCORE: Final = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
_PARTS: Final = ("customers", "starts", "visits", "channels", "follows", "times", "gaps", "variants", "spans")

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "loss": "Most customers are lost after “{activity}”: {rate} ({low_rate} to {high_rate}) of its {visits} visits "
        "are not followed by another touchpoint within {within_seconds}; over all touchpoints it is {mean_rate}.",
        "naive": "Counting last events would say {naive_rate}.",
        "wait": "Most waiting adds up from “{activity}” to “{next_activity}”: {count} passes of {customers} customers "
        "take {median_seconds} in the median ({low_seconds} to {high_seconds}), one in ten more than {p90_seconds}; "
        "beyond the median that is {excess_seconds} in all.",
        "passage": "{reached} of {cases} journeys that reach “{first}”, {share} ({low_share} to {high_share}), get to "
        "“{last}”.",
        "largest_loss": "The largest share is lost from “{before}” to “{after}”, where {lost_share} of {before_cases} "
        "do not get further.",
        "success": "{reached} of {cases} journeys, {share} ({low_share} to {high_share}), reach “{goal}” so far; some "
        "are still under way.",
        "few_succeed": "Fewer than {least} journeys reach “{goal}” so far.",
        "course": "{cases} journeys take {variants} different courses; the most frequent, “{course}”, is that of "
        "{share} ({low_share} to {high_share}).",
    }
)
"""What findings say, by kind; the names in braces are facts, and their endings tell how each is to be read."""


@dataclass(frozen=True)
class Finding:
    """Something that stands out.

    Attributes
    ----------
    kinds
        Which sentences tell it, one after the other.
    facts
        What they say: text, counts, shares in [0, 1] (``…rate``, ``…share``) and durations (``…_seconds``).
    """

    kinds: tuple[str, ...]
    facts: Mapping[str, Any]

    def told(
        self,
        sentences: Mapping[str, str] = SENTENCES,
        *,
        count: Callable[[int], str] = "{:,}".format,
        share: Callable[[float], str] = percent,
        duration: Callable[[float], str] = format_duration,
    ) -> str:
        """Tell it.

        Parameters
        ----------
        sentences
            What each kind of finding says.
        count, share, duration
            How numbers are said.

        Returns
        -------
        str
            One or more sentences.
        """
        ways = {"rate": share, "share": share, "seconds": duration}
        said = {
            name: value if isinstance(value, str) else ways.get(name.rsplit("_", 1)[-1], count)(value)
            for name, value in self.facts.items()
        }
        return " ".join(sentences[kind].format_map(said) for kind in self.kinds)


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
    summary = as_summary(log, *_PARTS)
    graph = journey_graph(summary, goal=goal, end=end, within=within)
    taken = None if steps is None else funnel(summary, steps).table
    return [found.told() for found in stands_out(summary, graph, steps=taken, least=min_cases)]


def stands_out(
    summary: Summary, graph: nx.DiGraph, *, steps: pd.DataFrame | None = None, least: int = 1
) -> list[Finding]:
    """Find what stands out, the most important first.

    Parameters
    ----------
    summary
        Of a log.
    graph
        Its journey graph, or a part of it: nothing is said of touchpoints and transitions that are not in it.
    steps
        Table of a funnel, if there is one.
    least
        Say nothing of touchpoints and transitions of fewer customers, nor of courses of fewer journeys.

    Returns
    -------
    list of Finding
        At most one of each kind.
    """
    found = [
        _loss(graph, least),
        _wait(summary, graph, least),
        None if steps is None else _passage(steps, least),
        None if graph.graph["goal"] is None else _success(summary, graph.graph["goal"], least),
        _course(summary, graph, least),
    ]
    return [finding for finding in found if finding]


def _loss(graph: nx.DiGraph, least: int) -> Finding | None:
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
    told = {"rate": "dropoff_rate", "low_rate": "dropoff_low", "high_rate": "dropoff_high", "visits": "visits"}
    told |= {key: key for key in ("naive_rate", "within_seconds")}
    return Finding(
        ("loss", "naive"), {"activity": name, "mean_rate": mean} | {key: facts[of] for key, of in told.items()}
    )


def _wait(summary: Summary, graph: nx.DiGraph, least: int) -> Finding | None:
    """Name the slow transition with the most time beyond its median."""
    slow = [
        (facts["excess_seconds"], edge, facts)
        for *edge, facts in graph.edges(data=True)
        if facts["is_slow"] and facts["customers"] >= least
    ]
    if not slow:
        return None
    _, (before, after), facts = max(slow, key=lambda item: item[:2])
    low, high = _median_interval(summary, before, after, facts["customers"])
    numbers = ("count", "customers", "median_seconds", "p90_seconds", "excess_seconds")
    told = {"activity": before, "next_activity": after, "low_seconds": low, "high_seconds": high}
    return Finding(("wait",), told | {name: facts[name] for name in numbers})


def _median_interval(summary: Summary, before: str, after: str, customers: int) -> tuple[float, float]:
    """Give the interval of a median from order statistics, as if each customer had passed once."""
    times = summary.overall("times")
    mine = times.where((times["activity"] == summary.code(before)) & (times["next_activity"] == summary.code(after)))
    reach = min(_SCORE / 2 / customers**0.5, 0.5)
    durations = Durations(mine, ("activity", "next_activity"))
    low, high = (float(durations.quantile_seconds(0.5 + side * reach)[0]) for side in (-1, 1))
    return low, high


def _passage(steps: pd.DataFrame, least: int) -> Finding | None:
    """Say how many get through a funnel, and where it loses most of those who come that far."""
    first, last = int(steps["cases"].iloc[0]), int(steps["cases"].iloc[-1])
    if last < max(least, 1):
        return None
    names = {"first": steps["step"].iloc[0], "last": steps["step"].iloc[-1]}
    passed = {"reached": last, "cases": first, **names, **_with_interval(last, first)}
    if first == last:
        return Finding(("passage",), passed)
    worst = int(steps["step_share"].iloc[1:].idxmin())
    before, after = steps.iloc[worst - 1], steps.iloc[worst]
    lost = {"before": before["step"], "after": after["step"], "lost_share": 1 - float(after["step_share"])}
    return Finding(("passage", "largest_loss"), {**passed, **lost, "before_cases": int(before["cases"])})


def _success(summary: Summary, goal: str, least: int) -> Finding:
    cases, code = summary.overall("variants"), summary.code(goal)
    places = (
        np.searchsorted(summary.sequences.offsets, np.flatnonzero(summary.sequences.codes == code), side="right") - 1
    )
    reached = int(cases["count"][np.isin(cases["variant"], places)].sum())
    if reached < least:
        return Finding(("few_succeed",), {"goal": goal, "least": least})
    facts = {"goal": goal, "reached": reached, "cases": summary.num_cases}
    return Finding(("success",), facts | _with_interval(reached, summary.num_cases))


def _with_interval(count: int, total: int) -> dict[str, float]:
    """Give a share with Wilson's interval."""
    share, weight = count / total, _SCORE**2 / total
    middle = (share + weight / 2) / (1 + weight)
    reach = (share * (1 - share) * weight + weight**2 / 4) ** 0.5 / (1 + weight)
    return {"share": share, "low_share": max(middle - reach, 0.0), "high_share": min(middle + reach, 1.0)}


def _course(summary: Summary, graph: nx.DiGraph, least: int) -> Finding | None:
    found = variants(summary, top=1)
    for variant, cases in zip(found.table["variant"], found.table["cases"], strict=True):
        if set(variant) <= set(graph) and min(cases, *(graph.nodes[name]["customers"] for name in variant)) >= least:
            facts = {"cases": found.num_cases, "variants": found.num_variants, "course": " → ".join(variant)}
            return Finding(("course",), facts | _with_interval(int(cases), found.num_cases))
    return None
