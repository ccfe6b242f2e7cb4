"""The journey map: how do customers travel from touchpoint to touchpoint?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.log.store import atomic_path
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from matplotlib.axes import Axes

    from journeymine.draw.plan import MapPlan

__all__ = ["JourneyMap", "journey_map", "mapped"]

_EDGE = ["count", "customers", "median_seconds", "p90_seconds", "excess_seconds", "is_slow"]


@dataclass(frozen=True, eq=False, repr=False)
class JourneyMap(Result):
    """How customers travel from touchpoint to touchpoint.

    Attributes
    ----------
    table
        One row a path, most frequent first: ``activity``, ``next_activity``, ``count``, ``customers``,
        ``median_seconds``, ``p90_seconds``, ``excess_seconds`` (over the median, all passes together) and ``is_slow``.
    graph
        The journey graph, as `journey_graph` gives it.
    num_steps
        Steps from one touchpoint to the next in the log, whatever the graph leaves out.
    title
        What stands above the picture, or None.
    paths
        How many paths the picture shows, at least; None for as many as can be followed.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.journey_map(log, goal="buy").headline
    'Of 2 journeys, 100 % start with “visit”.'
    """

    graph: nx.DiGraph
    num_steps: int
    title: str | None = None
    paths: int | None = None

    @property
    def nodes(self) -> pd.DataFrame:
        """One row a touchpoint, most visited first: ``activity`` and the attributes of the graph's nodes."""
        import pandas as pd

        rows = [{"activity": name, **facts} for name, facts in self.graph.nodes(data=True)]
        table = pd.DataFrame(rows, columns=None if rows else ["activity", "visits"])
        return table.sort_values(["visits", "activity"], ascending=[False, True], ignore_index=True)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.graph):
            few = "Every touchpoint has too few customers to be shown."
            return few if self.graph.graph["cases"] else "There are no journeys."
        parts = [_start(self.graph), _drop(self.graph), _slow(self.graph)]
        return "; ".join(filter(None, parts)) + "."

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the map."""
        from journeymine.draw.map import draw_map

        plan = self.plan()
        return draw_map(self.graph, ax=ax, title=plan.title, subtitle=plan.subtitle, paths=self.paths)

    def write(self, path: str | Path) -> Path:
        """Write the map to a file, whole or not at all.

        Parameters
        ----------
        path
            Ends in ``.png`` or ``.svg``.

        Returns
        -------
        pathlib.Path
            The file; the same bytes for the same map.

        Raises
        ------
        OptionError
            If the ending is neither.
        """
        from journeymine.draw.files import save_map

        path = Path(path)
        kinds: dict[str, Literal["png", "svg"]] = {".png": "png", ".svg": "svg"}
        if path.suffix not in kinds:
            raise OptionError(f"cannot tell the format of {path.name!r}: end it in '.png' or '.svg'")
        with atomic_path(path) as part:
            save_map(self.plan(), part, kinds[path.suffix])
        return path

    def plan(self) -> MapPlan:
        """Lay the map out.

        Returns
        -------
        MapPlan
            What is drawn, and where.
        """
        from journeymine.draw.plan import MapPlan

        shown = MapPlan(self.graph, paths=self.paths).selection
        return MapPlan(self.graph, self.title, self._subtitle(len(shown.touchpoints), shown.paths), self.paths)

    def _subtitle(self, touchpoints: int, paths: list[tuple[str, str]]) -> str:
        covered = sum(self.graph.edges[path]["count"] for path in paths)
        cases, customers = self.graph.graph["cases"], self.graph.graph["customers"]
        facts = [f"{counted(cases, 'journey')} of {counted(customers, 'customer')}"]
        if touchpoints < len(self.graph):
            facts.append(f"{touchpoints:,} of {len(self.graph):,} touchpoints")
        facts.append(
            f"{len(paths):,} of {counted(self.graph.number_of_edges(), 'path')}"
            + (f", {percent(covered / self.num_steps)} of all steps" if self.num_steps else "")
        )
        return " · ".join(facts)


@of_selection
def journey_map(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    min_cases: int = 1,
    paths: int | None = None,
    title: str | None = None,
) -> JourneyMap:
    """Map how customers travel from touchpoint to touchpoint.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success: they have no drop-off.
    within
        Window of the drop-off, by default as in `dropoff`.
    min_cases
        Leave out paths with fewer passes.
    paths
        How many paths the picture shows, at least (up to 150); by default as many as can be followed. The table has
        all.
    title
        What stands above the picture.

    Returns
    -------
    JourneyMap
        With the drop-off of each touchpoint, corrected for journeys that are still open, and the paths that carry the
        most waiting marked.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    OptionError
        If `paths` is less than 1.

    References
    ----------
    .. [1] Sugiyama, Tagawa & Toda (1981), Methods for visual understanding of hierarchical system structures, IEEE
       Trans. SMC 11(2).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.journey_map(log, goal="buy").table[["activity", "next_activity", "count", "median_seconds"]]
      activity next_activity  count  median_seconds
    0    visit           buy      1         86400.0
    """
    if paths is not None and paths < 1:
        raise OptionError(f"paths must be 1 or more, not {paths!r}")
    summary = as_summary(log, "customers", "starts", "visits", "channels", "follows", "times", "gaps")
    graph = journey_graph(summary, goal=goal, end=end, within=within, min_cases=min_cases)
    follows = summary.overall("follows")
    steps = int(follows["count"][(follows["activity"] > 0) & (follows["next_activity"] > 0)].sum())
    return mapped(graph, num_steps=steps, paths=paths, title="Journey map" if title is None else title)


def mapped(graph: nx.DiGraph, *, num_steps: int, paths: int | None = None, title: str | None = None) -> JourneyMap:
    """Make a map of a journey graph.

    Parameters
    ----------
    graph
        As `journey_graph` gives it.
    num_steps
        Steps in the log, whatever the graph leaves out.
    paths, title
        As `journey_map` takes them.

    Returns
    -------
    JourneyMap
        The map.
    """
    window, early = format_duration(graph.graph["window_seconds"]), graph.graph["early_starts"]
    base = (
        f"{counted(graph.graph['cases'], 'journey')} over {window}, of which {early:,} began so near the log's begin "
        "that it may lie before; drop-off by touchpoint corrected for open "
        "journeys (Kaplan-Meier); slow paths are those with the most time beyond their median, all passes together."
    )
    return JourneyMap(_table(graph), base, graph, num_steps, title, paths)


def _table(graph: nx.DiGraph) -> pd.DataFrame:
    import pandas as pd

    rows = [(before, after, *(facts[name] for name in _EDGE)) for before, after, facts in graph.edges(data=True)]
    table = pd.DataFrame(rows, columns=["activity", "next_activity", *_EDGE])
    order = ["count", "activity", "next_activity"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _start(graph: nx.DiGraph) -> str:
    name, starts = max(graph.nodes(data="starts"), key=lambda node: (node[1], node[0]))
    share = percent(starts / max(graph.graph["cases"], 1))
    return f"Of {counted(graph.graph['cases'], 'journey')}, {share} start with “{name}”"


def _drop(graph: nx.DiGraph) -> str | None:
    rates = [(facts["dropoff_rate"], facts["visits"], name) for name, facts in graph.nodes(data=True)]
    known = [(round(rate * visits, 6), rate, name) for rate, visits, name in rates if rate > 0]  # and a number
    if not known:
        return None
    visits, rate, name = max(known)
    return f"most leave after “{name}” ({percent(rate)} of its visits, about {visits:,.0f})"


def _slow(graph: nx.DiGraph) -> str | None:
    slow = [(facts["excess_seconds"], edge, facts) for *edge, facts in graph.edges(data=True) if facts["is_slow"]]
    if not slow:
        return None
    _, (before, after), facts = max(slow, key=lambda item: item[:2])
    passes = f"{facts['count']:,} passes, median {format_duration(facts['median_seconds'])}"
    return f"most waiting adds up from “{before}” to “{after}” ({passes})"
