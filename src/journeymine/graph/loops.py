"""Loops: which touchpoints do customers come back to, again and again, without getting out?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.summary.visits import distinct_customers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["loops"]


def loops(log: EventLog | Summary, *, min_cases: int = 1) -> pd.DataFrame:
    """Find the loops that customers get stuck in: touchpoints that can all be reached from one another.

    A loop is a strongly connected part of the graph of transitions [1]_ with two touchpoints or more, or one touchpoint
    that follows itself. A journey is stuck in a loop if it comes back to a touchpoint after it went on to another one
    of the loop, and did not leave the loop in between; in a loop of one touchpoint, if it repeats it.

    Parameters
    ----------
    log
        A log or a summary.
    min_cases
        Leave out transitions with fewer passes when loops are looked for. In a real log rare transitions lead from
        nearly everywhere to nearly everywhere, so that nearly all touchpoints are one loop: raise this until the loops
        say something.

    Returns
    -------
    pandas.DataFrame
        One row a loop that any journey is stuck in, those of the most customers first: ``activities`` (tuple, in the
        order of the alphabet), ``customers`` and ``cases`` that are stuck there, their ``share`` of all cases,
        ``returns`` (how often they come back, in total) and ``median_returns`` of a stuck case. All journeys count,
        whatever was left out to find the loops. A summary does not know who came back: there ``customers`` is missing.

    References
    ----------
    .. [1] Tarjan (1972), Depth-first search and linear graph algorithms, SIAM J. Computing 1(2).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aaaaabb"), "timestamp": [f"2024-05-0{day}T09:00Z" for day in range(1, 8)],
    ...     "activity": ["visit", "call", "mail", "call", "mail", "visit", "mail"]})
    >>> jm.loops(log)
         activities  customers  cases  share  returns  median_returns
    0  (call, mail)          1      1    0.5        2             2.0
    """
    import pandas as pd

    summary = as_summary(log, "follows")
    found = _found(summary, min_cases)
    journeys = _of_log(log) if isinstance(log, EventLog) else _of_summary(log)
    returns = _returns(journeys, found, len(summary.activities) + 1)
    loop, stuck = returns["loop"].astype(np.int64), journeys.cases[returns["journey"]]
    cases = np.bincount(loop, stuck, len(found)).astype(np.int64)
    table = pd.DataFrame(
        {
            "activities": pd.Series(
                [tuple(summary.activities[code - 1] for code in codes) for codes in found], dtype=object
            ),
            "customers": _customers(journeys, returns, len(found)),
            "cases": cases,
            "share": cases / max(journeys.cases.sum(), 1),
            "returns": np.bincount(loop, returns["count"] * stuck, len(found)).astype(np.int64),
            "median_returns": _medians(loop, returns["count"], stuck, len(found)),
        }
    )
    table = table.loc[cases > 0]
    return table.sort_values(["customers", "cases", "activities"], ascending=[False, False, True], ignore_index=True)


@dataclass(frozen=True)
class _Journeys:
    """Activity codes of journeys one after the other; each stands for one case or, in a summary, for several."""

    codes: np.ndarray
    offsets: np.ndarray
    linked: np.ndarray
    cases: np.ndarray
    customers: np.ndarray | None = None


def _of_log(log: EventLog) -> _Journeys:
    arrays = Arrays(log)
    one_each = np.ones(log.num_cases, np.int64)
    return _Journeys(arrays.codes, arrays.offsets, arrays.linked, one_each, arrays.case_customers)


def _of_summary(summary: Summary) -> _Journeys:
    variants, sequences = summary.overall("variants"), summary.sequences
    cases = np.zeros(len(sequences), np.int64)
    cases[variants["variant"]] = variants["count"]
    linked = np.ones(len(sequences.codes), bool)
    linked[sequences.offsets[1:] - 1] = False
    return _Journeys(sequences.codes, sequences.offsets, linked, cases)


def _found(summary: Summary, min_cases: int) -> list[tuple[int, ...]]:
    """Give the codes of each loop, sorted."""
    import networkx as nx

    follows = summary.overall("follows")
    inside = (follows["activity"] > 0) & (follows["next_activity"] > 0)
    kept = follows.where(inside & (follows["count"] >= min_cases))
    graph = nx.DiGraph(list(zip(kept["activity"].tolist(), kept["next_activity"].tolist(), strict=True)))
    parts = [tuple(sorted(part)) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    return sorted(parts + [(code,) for code in nx.nodes_with_selfloops(graph)])


def _returns(journeys: _Journeys, found: list[tuple[int, ...]], size: int) -> Counts:
    """Count by loop and journey how often the journey comes back."""
    journey = np.repeat(np.arange(len(journeys.cases)), np.diff(journeys.offsets))
    alone = _loop_of([codes if len(codes) == 1 else () for codes in found], size)[journeys.codes]
    several = _loop_of([codes if len(codes) > 1 else () for codes in found], size)[journeys.codes]
    again, stays = np.zeros((2, len(journeys.codes)), bool)
    again[1:] = journeys.linked[:-1] & (journeys.codes[1:] == journeys.codes[:-1])
    stays[1:] = journeys.linked[:-1] & (several[1:] == several[:-1])
    repeated = np.flatnonzero(again & (alone >= 0))
    moved = np.flatnonzero(~again & (several >= 0))
    visited = Counts.of({"stay": np.cumsum(~stays)[moved] - 1, "activity": journeys.codes[moved]})
    first = np.flatnonzero(~stays)[visited["stay"]]
    count = np.concatenate((np.ones(len(repeated), np.int64), visited["count"] - 1))
    keys = {
        "loop": np.concatenate((alone[repeated], several[first])),
        "journey": np.concatenate((journey[repeated], journey[first])),
    }
    came_back = count > 0
    return Counts.of({name: key[came_back] for name, key in keys.items()}, {"count": count[came_back]})


def _loop_of(found: list[tuple[int, ...]], size: int) -> np.ndarray:
    """Give each code the place of its loop, or -1, shape (size,)."""
    loop = np.full(size, -1)
    for place, codes in enumerate(found):
        loop[list(codes)] = place
    return loop


def _customers(journeys: _Journeys, returns: Counts, size: int) -> pd.api.extensions.ExtensionArray:
    import pandas as pd

    if journeys.customers is None:
        return pd.array([pd.NA] * size, dtype="Int64")
    once = distinct_customers({"loop": returns["loop"]}, journeys.customers[returns["journey"]])
    customers = np.zeros(size, np.int64)
    customers[once["loop"]] = once["customers"]
    return pd.array(customers, dtype="Int64")


def _medians(loop: np.ndarray, count: np.ndarray, cases: np.ndarray, size: int) -> list[float]:
    ends = np.searchsorted(loop, np.arange(size + 1))
    each = [np.repeat(count[start:end], cases[start:end]) for start, end in pairwise(ends.tolist())]
    return [float(np.median(values)) if len(values) else np.nan for values in each]
