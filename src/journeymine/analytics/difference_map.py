"""The difference map: where do the customers of one segment travel differently from the others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.analytics.compare import compare
from journeymine.analytics.comparison import LEVEL, Comparison
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration
from journeymine.errors import OptionError, UnknownNameError
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.significance import q_values

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["DifferenceMap", "difference_map"]

_COLUMNS: Final = [
    "activity", "next_activity", "customers", "n", "other_n", "share", "other_share", "difference", "low", "high",
    "p_value", "q_value", "detectable",
]  # fmt: skip
_ALIKE: Final = {"difference": np.nan, "low": np.nan, "high": np.nan, "is_different": False}


@dataclass(frozen=True, eq=False, repr=False)
class DifferenceMap(Result):
    """Where one segment's customers travel differently.

    Attributes
    ----------
    table
        One row a transition, or a drop-off (``next_activity`` is None), smallest ``q_value`` first: ``activity``,
        ``next_activity``, ``customers`` of all segments, ``n`` and ``other_n`` visits, ``share`` of them that go there
        (or nowhere) within the window, in the segment, and ``other_share`` in what it stands against, ``difference``
        with ``low`` and ``high``, ``p_value``, ``q_value`` over all rows, ``detectable``: the difference that would
        have been seen four times in five.
    graph
        The journey graph of all journeys, with ``difference``, ``low``, ``high`` and ``is_different`` on nodes (of the
        drop-off) and edges.
    segment, against
        Who is held against whom.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(event // 2) for event in range(400)],
    ...     "activity": ["visit", "buy", "visit", "leave"] * 50 + ["visit", "leave"] * 100,
    ...     "timestamp": [f"2024-05-{1 + event // 2 % 20:02}T{9 + event % 2:02}:00Z" for event in range(400)],
    ...     "segment": ["new"] * 200 + ["old"] * 200})
    >>> jm.difference_map(log, by="segment", segment="new").segment
    'new'
    """

    graph: nx.DiGraph
    segment: str
    against: str

    @property
    def different(self) -> pd.DataFrame:
        """The rows whose difference is beyond chance, with all rows in mind, and whose interval does not hold 0."""
        return self.table.loc[_is_different(self.table)]

    @property
    def num_tested(self) -> int:
        """How many differences there was enough to test."""
        return int(np.count_nonzero(self.table["q_value"].notna()))

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.different):
            return (
                f"{self.segment} and {self.against} travel alike, as far as {self.num_tested:,} comparisons can tell."
            )
        first = self.different.iloc[0]
        place = f"“{first['activity']}” → “{first['next_activity']}”"
        place = f"leaving after “{first['activity']}”" if first["next_activity"] is None else place
        return (
            f"{self.segment} and {self.against} differ in {len(self.different):,} of {self.num_tested:,} transitions "
            f"and drop-offs beyond chance, most surely in {place}: {percent(first['share'])} against "
            f"{percent(first['other_share'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the map, in which only differences beyond chance stand out."""
        from journeymine.draw.difference import draw_difference_map

        title = f"{self.segment} against {self.against}"
        subtitle = (
            "points: share of visits that go there next, or that nothing follows · "
            f"{len(self.different):,} of {self.num_tested:,} differences are beyond chance (q < {LEVEL})"
        )
        return draw_difference_map(self.graph, segment=self.segment, ax=ax, title=title, subtitle=subtitle)


@of_selection
def difference_map(
    log: EventLog,
    *,
    by: str | None = None,
    since: Moment | None = None,
    segment: str | None = None,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    min_customers: int = 20,
    confidence: float = 0.95,
) -> DifferenceMap:
    """Map where the customers of a segment travel differently from the others.

    Every transition and every drop-off is compared as `compare` does it, with the customer as the unit, all of them as
    one family of tests.

    Parameters
    ----------
    log
        A log.
    by
        Column whose value in a journey's first event is its segment. Give this or `since`.
    since
        A moment with a zone: journeys that began then or later are held against those that began before.
    segment
        Which segment is held against the others; of two, by default the second in the order of the alphabet.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window of transitions and drop-offs, by default as in `dropoff`.
    min_customers
        How many customers a transition must have to be compared.
    confidence
        Of the intervals.

    Returns
    -------
    DifferenceMap
        Differences with intervals by the delete-one-group jackknife [1]_ and q-values by Benjamini and Hochberg [2]_.

    Raises
    ------
    UnknownColumnError, UnknownActivityError, UnknownNameError
        If a column, an activity or the segment does not exist; the message names the closest.
    OptionError
        If both or none of `by` and `since` are given, there are fewer than two segments, or more than two and none was
        chosen.
    WindowError
        If `within` is longer than segments can be followed.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    .. [2] Benjamini & Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to
       multiple testing, J. Royal Statistical Society B 57(1).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(event // 2) for event in range(400)],
    ...     "activity": ["visit", "buy", "visit", "leave"] * 50 + ["visit", "leave"] * 100,
    ...     "timestamp": [f"2024-05-{1 + event // 2 % 20:02}T{9 + event % 2:02}:00Z" for event in range(400)],
    ...     "segment": ["new"] * 200 + ["old"] * 200})
    >>> found = jm.difference_map(log, by="segment", goal="buy", end="leave")
    >>> found.different[["activity", "next_activity", "share", "other_share", "difference"]]
      activity next_activity  share  other_share  difference
    0    visit           buy    0.0          0.5        -0.5
    1    visit         leave    1.0          0.5         0.5
    """
    terms: dict[str, Any] = {"goal": goal, "end": end, "within": within}
    terms |= {"min_customers": min_customers, "confidence": confidence}
    steps = compare(log, by=by, since=since, what="transitions", **terms)
    drops = compare(log, by=by, since=since, what="dropoff", **terms)
    chosen = _chosen(steps.segments, segment)
    table = _united(_side(steps, chosen, "probability"), _side(drops, chosen, "rate"))
    against = str(steps.table["against"].iloc[0]) if len(steps.segments) == 2 else "the others"
    against = against if against != chosen else next(name for name in steps.segments if name != chosen)
    graph = _marked(journey_graph(log, goal=goal, end=end, within=within), table)
    return DifferenceMap(table, steps.base, graph, chosen, against)


def _chosen(segments: Sequence[str], segment: str | None) -> str:
    if segment is None and len(segments) > 2:
        raise OptionError(f"there are {len(segments)} segments: choose one with segment=, of {', '.join(segments)}")
    if segment is not None and segment not in segments:
        raise UnknownNameError("{name!r} is no segment", segment, segments)
    return segments[1] if segment is None else segment


def _side(found: Comparison, segment: str, figure: str) -> pd.DataFrame:
    """Give the rows of a segment, or, where it is the one that another stands against, those turned around."""
    rows = found.table.rename(columns={figure: "share", f"other_{figure}": "other_share"})
    mine = rows.loc[rows["segment"] == segment]
    if len(mine):
        return mine
    turned = {"n": "other_n", "other_n": "n", "share": "other_share", "other_share": "share"}
    signs = {"difference": -rows["difference"], "low": -rows["high"], "high": -rows["low"]}
    return rows.assign(**signs).rename(columns=turned)


def _united(steps: pd.DataFrame, drops: pd.DataFrame) -> pd.DataFrame:
    """Put both families of tests into one."""
    import pandas as pd

    table = pd.concat([steps, drops.assign(next_activity=None)], ignore_index=True).filter(_COLUMNS)
    table["q_value"] = q_values(table["p_value"].to_numpy())
    order = ["q_value", "p_value", "activity", "next_activity"]
    return table.sort_values(order, key=_but_for_rounding, ignore_index=True)


def _but_for_rounding(column: pd.Series) -> pd.Series:
    return column.round(12) if column.dtype.kind == "f" else column


def _is_different(table: pd.DataFrame) -> np.ndarray:
    q, low, high = (table[name].to_numpy(float) for name in ("q_value", "low", "high"))
    return (q < LEVEL) & ((low > 0) | (high < 0))


def _marked(graph: nx.DiGraph, table: pd.DataFrame) -> nx.DiGraph:
    """Give touchpoints and paths their differences; those with too few customers have none."""
    shown = table.assign(is_different=_is_different(table)).filter(["activity", "next_activity", *_ALIKE])
    for *_, facts in [*graph.nodes(data=True), *graph.edges(data=True)]:
        facts.update(_ALIKE)
    for row in shown.to_dict("records"):
        before, after = row.pop("activity"), row.pop("next_activity")
        (graph.nodes[before] if after is None else graph.edges[before, after]).update(row)
    return graph
