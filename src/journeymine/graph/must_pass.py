"""Must pass: which touchpoints lie on every path to the goal?"""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING

import numpy as np

from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.counts import Counts
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["must_pass"]


def must_pass(
    log: EventLog | Summary, *, goal: str, start: str | None = None, min_cases: int = 1, min_share: float = 0.0
) -> pd.DataFrame:
    """Find the touchpoints that every path to the goal must pass: the dominators of the goal [1]_.

    Paths are those of the graph of transitions, also such as no single journey took. One rare transition past a
    touchpoint is enough that paths need not pass it: leave rare ones out with `min_cases` or `min_share`. The share of
    journeys that really pass a touchpoint stands beside it; nothing is left out there.

    Parameters
    ----------
    log
        A log or a summary.
    goal
        Where the paths lead.
    start
        Where they begin; by default wherever journeys begin.
    min_cases
        Leave out transitions with fewer passes.
    min_share
        Leave out transitions with fewer passes than this share of all journeys, such as ``0.01``.

    Returns
    -------
    pandas.DataFrame
        One row a touchpoint, in the order in which they are passed: ``activity``, ``cases`` that pass it on their way
        and their ``share`` of those that reach the goal. The way of a journey is from its first event, or its first
        `start`, to the first goal after that. No row where nothing has to be passed, or no path leads to the goal.

    Raises
    ------
    UnknownActivityError
        If `goal` or `start` never occurs; the message names the closest activities.
    OptionError
        If `start` is the goal, or so many transitions were left out that no path to the goal is left.

    References
    ----------
    .. [1] Lengauer & Tarjan (1979), A fast algorithm for finding dominators in a flowgraph, ACM Trans. Programming
       Languages and Systems 1(1); computed as in Cooper, Harvey & Kennedy (2001), A simple, fast dominance algorithm.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aaabbbb"), "timestamp": [f"2024-05-0{day}T09:00Z" for day in range(1, 8)],
    ...     "activity": ["visit", "basket", "buy", "call", "advice", "basket", "buy"]})
    >>> jm.must_pass(log, goal="buy")
      activity  cases  share
    0   basket      2    1.0
    """
    import pandas as pd

    summary = as_summary(log, "follows", "variants")
    target, source = summary.code(goal), 0 if start is None else summary.code(start)
    if source == target:
        raise OptionError(f"start and goal are both {goal!r}; a path needs two different activities")
    least = max(min_cases, min_share * summary.num_cases)
    codes = _dominators(_paths(summary, least), source, target)
    if codes is None and (best := _best(summary, source, target)):
        raise OptionError(
            f"no path to {goal!r} has at least {least:,.0f} passes on each of its transitions. "
            f"The best one has {best:,}; leave fewer out with min_cases={best} or less"
        )
    passing, reaching = _passing(summary, source, target)
    cases = passing[np.array(codes or [], np.int64)]
    return pd.DataFrame(
        {
            "activity": pd.Series([summary.activities[code - 1] for code in codes or []], dtype=object),
            "cases": cases,
            "share": cases / max(reaching, 1),
        }
    )


def _paths(summary: Summary, least: float) -> nx.DiGraph:
    """Give transitions with enough passes as edges between codes; code 0 is the start of a journey."""
    import networkx as nx

    follows = summary.overall("follows")
    kept = follows.where((follows["next_activity"] > 0) & (follows["count"] >= least))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(summary.activities) + 1))
    graph.add_edges_from(zip(kept["activity"].tolist(), kept["next_activity"].tolist(), strict=True))
    return graph


def _dominators(paths: nx.DiGraph, source: int, target: int) -> list[int] | None:
    """Give what lies on every path between source and target, in order; None if there is no path."""
    import networkx as nx

    nearest = nx.immediate_dominators(paths, source)
    if target not in nearest:
        return None
    found = [nearest[target]]
    while found[-1] != source:
        found.append(nearest[found[-1]])
    return found[-2::-1]


def _best(summary: Summary, source: int, target: int) -> int | None:
    """Give the most passes that each transition of some path has; None if there is no path at all."""
    import networkx as nx

    counts = sorted(set(summary.overall("follows")["count"].tolist()))
    enough = bisect(counts, False, key=lambda count: not nx.has_path(_paths(summary, count), source, target))
    return counts[enough - 1] if enough else None


def _passing(summary: Summary, source: int, target: int) -> tuple[np.ndarray, int]:
    """Count the journeys that pass each code on their way, shape (codes,), and those that reach the target."""
    variants, sequences = summary.overall("variants"), summary.sequences
    weights = np.zeros(len(sequences), np.int64)
    weights[variants["variant"]] = variants["count"]
    place = np.arange(len(sequences.codes))
    which = np.repeat(np.arange(len(sequences)), np.diff(sequences.offsets))
    begin = _firsts(which, sequences.codes == source, len(sequences)) if source else sequences.offsets[:-1]
    stop = _firsts(which, (sequences.codes == target) & (place >= begin[which]), len(sequences))
    reaching = stop < len(place)
    inside = (place >= begin[which]) & (place < stop[which]) & reaching[which]
    once = Counts.of({"variant": which[inside], "activity": sequences.codes[inside]})
    passing = np.bincount(once["activity"], weights[once["variant"]], len(summary.activities) + 1)
    return passing.astype(np.int64), int(weights[reaching].sum())


def _firsts(which: np.ndarray, wanted: np.ndarray, size: int) -> np.ndarray:
    """Give the first wanted place of each sequence, or the end of all of them, shape (size,)."""
    places = np.flatnonzero(wanted)[::-1]
    firsts = np.full(size, len(which))
    firsts[which[places]] = places  # of repeated places the last one stays
    return firsts
