"""The likeliest path: which way to the goal do journeys take with the highest probability?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log as logarithm
from typing import TYPE_CHECKING

import numpy as np

from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.graph.chain import Chain, chain_of
from journeymine.log.eventlog import EventLog
from journeymine.summary.quantiles import Durations
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["likeliest_path"]


def likeliest_path(
    log: EventLog | Summary,
    *,
    goal: str,
    start: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
) -> pd.DataFrame:
    """Find the path to the goal with the highest probability.

    The probability of a path is the product of its steps' probabilities, so that the likeliest path is a shortest one
    in their logarithms [1]_. A step's probability is the chance that a visit of one touchpoint leads to the other next,
    corrected for open visits as in `reach`.

    Parameters
    ----------
    log
        A log or a summary.
    goal
        Where the path leads.
    start
        Where it begins; by default wherever journeys begin, as likely as they do.
    end
        Other activities that complete a journey: no path leads through them.
    within
        Longest time from step to step, such as ``"14d"``; by default as long as the log can tell, at most 0.7 of the
        time it covers.

    Returns
    -------
    pandas.DataFrame
        One row a touchpoint of the path, in order; none if no path leads to the goal: ``activity``, ``probability`` of
        the step that leads there (in the first row the share of journeys that begin there, or 1 if `start` is given),
        ``path_probability`` up to there, ``median_seconds`` of the step and ``sum_of_medians_seconds`` up to there.
        Times are those of completed steps; medians do not add up, so that their sum is not the median of the path.

    Raises
    ------
    UnknownActivityError
        If `goal`, `start` or an `end` never occurs; the message names the closest activities.
    OptionError
        If `start` is the goal.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Assumes that where a visit leads depends on its touchpoint alone (first order). Where journeys take many ways, even
    the likeliest is unlikely; `reach` adds all of them up.

    References
    ----------
    .. [1] Dijkstra (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aabcc"), "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.likeliest_path(log, goal="buy")[["activity", "path_probability", "sum_of_medians_seconds"]]
      activity  path_probability  sum_of_medians_seconds
    0    visit          1.000000                     0.0
    1      buy          0.666667                 86400.0
    """
    import pandas as pd

    summary = as_summary(log, "follows", "times", "gaps")
    target, source = summary.code(goal), 0 if start is None else summary.code(start)
    if source == target:
        raise OptionError(f"start and goal are both {goal!r}; a path needs two different activities")
    steps = _steps(summary, chain_of(summary, goal=goal, end=end, within=within))
    path = _likeliest(steps, source, target)
    taken = [steps.edges[step] for step in pairwise(path)]
    if source and path:
        taken.insert(0, {"probability": 1.0, "seconds": np.nan})
    probabilities, seconds = (np.array([step[key] for step in taken], float) for key in ("probability", "seconds"))
    return pd.DataFrame(
        {
            "activity": pd.Series([summary.activities[code - 1] for code in path if code], dtype=object),
            "probability": probabilities,
            "path_probability": np.cumprod(probabilities),
            "median_seconds": seconds,
            "sum_of_medians_seconds": np.nancumsum(seconds),
        }
    )


def _steps(summary: Summary, chain: Chain) -> nx.DiGraph:
    """Give the steps as edges between codes; code 0 is the start of a journey."""
    import networkx as nx

    follows = summary.overall("follows")
    starts = follows.where(follows["activity"] == 0)
    shares = starts["count"] / max(starts["count"].sum(), 1)
    moves = chain.moves.tocoo()
    medians = _medians(summary)
    graph = nx.DiGraph()
    for before, after, probability in (
        *zip(starts["activity"].tolist(), starts["next_activity"].tolist(), shares.tolist(), strict=True),
        *zip(moves.coords[0].tolist(), moves.coords[1].tolist(), moves.data.tolist(), strict=True),
    ):
        seconds = medians.get((before, after), np.nan)
        graph.add_edge(before, after, probability=probability, cost=max(-logarithm(probability), 0), seconds=seconds)
    return graph


def _medians(summary: Summary) -> dict[tuple[int, int], float]:
    times = Durations(summary.overall("times"), ("activity", "next_activity"))
    pairs = zip(times.kind("activity").tolist(), times.kind("next_activity").tolist(), strict=True)
    return dict(zip(pairs, times.quantile_seconds(0.5).tolist(), strict=True))


def _likeliest(steps: nx.DiGraph, source: int, target: int) -> list[int]:
    import networkx as nx

    if not (steps.has_node(source) and steps.has_node(target) and nx.has_path(steps, source, target)):
        return []
    return nx.dijkstra_path(steps, source, target, weight="cost")
