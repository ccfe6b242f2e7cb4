"""The journey graph: touchpoints and the transitions between them, with what is needed to read and to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.durations import Duration
from journeymine.log.eventlog import EventLog
from journeymine.summary.counts import Counts
from journeymine.summary.dropoffs import DropOffs, dropoffs
from journeymine.summary.early import early_starts
from journeymine.summary.quantiles import Durations
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["journey_graph"]

LOST_SHARE: Final = 0.05
"""A drop-off loses at least this share of all journeys."""
SLOW_SHARE: Final = 0.05
"""A slow transition carries at least this share of all excess time."""
MOST_SLOW: Final = 5
"""No more transitions than this are called slow."""


def journey_graph(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    min_cases: int = 1,
) -> nx.DiGraph:
    """Build the graph of touchpoints and transitions.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success: they have no drop-off.
    within
        Window of the drop-off, by default as in `dropoff`.
    min_cases
        Leave out transitions with fewer passes. Touchpoints stay, all of them.

    Returns
    -------
    networkx.DiGraph
        Nodes are activities and edges transitions, both in the order of the alphabet. All values are plain numbers,
        text, booleans or None.

        - A node has ``visits``, ``customers``, ``starts`` and ``ends`` (journeys that begin with it, and whose last
          event so far it is), ``channel`` (the most frequent one, None if unknown), ``dropoff_rate`` with
          ``dropoff_low`` and ``dropoff_high`` (95 % interval), ``naive_rate`` and ``within_seconds`` (these five not a
          number where it completes a journey), ``is_dropoff``, ``is_goal``, ``is_end``.
        - An edge has ``count``, ``customers``, ``median_seconds``, ``p90_seconds``, ``excess_seconds`` (sum over all
          passes of what they took beyond the median) and ``is_slow``. An activity that follows itself has an edge to
          itself.
        - The graph has ``cases``, ``customers``, ``early_starts`` (cases that began within a usual return of the log's
          begin, so that their first event here may not be their first), ``window_seconds`` (time the log covers),
          ``goal`` and ``end``.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    ``is_dropoff`` marks a touchpoint after which unusually many journeys are lost: it does not complete a journey, the
    visits lost there (rate times visits) are at least 5 % of all journeys, and even the low bound of its rate is above
    the mean rate of all visits.

    ``is_slow`` marks the transitions with the most excess time in total: at most five, each with at least 5 % of the
    excess of all transitions in the graph.

    References
    ----------
    .. [1] van der Aalst (2016), Process Mining: Data Science in Action, 2nd ed., Springer.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "b"], "activity": ["ask", "answer"] * 2,
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-01T10:00Z", "2024-05-02T09:00Z", "2024-05-02T12:00Z"]})
    >>> graph = jm.journey_graph(log, goal="answer")
    >>> graph.edges["ask", "answer"]["median_seconds"], graph.nodes["ask"]["dropoff_rate"]
    (7200.0, 0.0)
    """
    import networkx as nx

    summary = as_summary(log, "customers", "starts", "visits", "channels", "follows", "times", "gaps")
    follows = summary.overall("follows")
    starts = follows.where(follows["activity"] == 0)
    found = dropoffs(summary, goal=goal, end=end, within=within)
    ends = [end] if isinstance(end, str) else list(end)
    graph = nx.DiGraph(
        cases=int(starts["count"].sum()),
        customers=summary.num_customers,
        early_starts=early_starts(summary),
        window_seconds=summary.window_seconds,
        goal=goal,
        end=ends,
    )
    graph.add_nodes_from(_touchpoints(summary, follows, found, goal, ends))
    graph.add_edges_from(_transitions(summary, follows, min_cases))
    return graph


def _touchpoints(
    summary: Summary, follows: Counts, found: DropOffs, goal: str | None, ends: list[str]
) -> list[tuple[str, dict[str, Any]]]:
    visits = summary.overall("visits")
    codes, size = visits["activity"], len(summary.activities) + 1
    names = [summary.activities[code - 1] for code in codes.tolist()]
    channels = summary.main_channels()
    first, last = follows.where(follows["activity"] == 0), follows.where(follows["next_activity"] == 0)
    starts = np.bincount(first["next_activity"], first["count"], size).astype(np.int64)
    rates = {name: _placed(found, values, size)[codes] for name, values in _rates(found, int(starts.sum())).items()}
    values = {
        "visits": visits["count"],
        "customers": visits["customers"],
        "starts": starts[codes],
        "ends": np.bincount(last["activity"], last["count"], size).astype(np.int64)[codes],
        "channel": np.array([channels.get(name) for name in names], object),
        **rates,
        "is_dropoff": rates["is_dropoff"] == 1,
        "is_goal": np.array([name == goal for name in names], bool),
        "is_end": np.array([name in ends for name in names], bool),
    }
    return list(zip(names, _rows(values), strict=True))


def _rates(found: DropOffs, cases: int) -> dict[str, np.ndarray]:
    return {
        "dropoff_rate": found.rates,
        "dropoff_low": found.low,
        "dropoff_high": found.high,
        "naive_rate": found.naive_rates,
        "within_seconds": found.windows / 1e6,
        "is_dropoff": _is_dropoff(found, cases),
    }


def _placed(found: DropOffs, values: np.ndarray, size: int) -> np.ndarray:
    placed = np.full(size, np.nan)
    placed[found.activities] = values
    return placed


def _is_dropoff(found: DropOffs, cases: int) -> np.ndarray:
    known = ~np.isnan(found.rates)
    lost = np.where(known, found.rates * found.visits, 0)
    mean = lost.sum() / max(found.visits[known].sum(), 1)
    return (lost >= LOST_SHARE * cases) & (found.low > mean)


def _transitions(summary: Summary, follows: Counts, min_cases: int) -> list[tuple[str, str, dict[str, Any]]]:
    inside = follows.where((follows["activity"] > 0) & (follows["next_activity"] > 0))
    times = Durations(summary.overall("times"), ("activity", "next_activity"))  # the same pairs, in the same order
    medians = times.quantile_seconds(0.5)
    keep = inside["count"] >= min_cases
    excess = times.excess_seconds(medians)[keep]
    values = {
        "count": inside["count"][keep],
        "customers": inside["customers"][keep],
        "median_seconds": medians[keep],
        "p90_seconds": times.quantile_seconds(0.9)[keep],
        "excess_seconds": excess,
        "is_slow": _is_slow(excess),
    }
    before, after = (
        [summary.activities[code - 1] for code in inside[key][keep].tolist()] for key in ("activity", "next_activity")
    )
    return list(zip(before, after, _rows(values), strict=True))


def _is_slow(excess: np.ndarray) -> np.ndarray:
    """Mark the few transitions with the most excess time; of equal ones the first."""
    slow = np.zeros(len(excess), bool)
    slow[np.argsort(-excess, kind="stable")[:MOST_SLOW]] = True
    return slow & (excess > 0) & (excess >= SLOW_SHARE * excess.sum())


def _rows(values: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    return [dict(zip(values, row, strict=True)) for row in zip(*(v.tolist() for v in values.values()), strict=True)]
