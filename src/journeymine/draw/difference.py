"""The map of differences between two groups of customers: only those beyond chance stand out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from journeymine.draw.axes import new_axes
from journeymine.draw.legend import Legend
from journeymine.draw.map import draw_plan
from journeymine.draw.palette import LIGHT, Theme
from journeymine.draw.plan import MARGIN, MapPlan
from journeymine.draw.text import shortened
from journeymine.draw.touchpoint import Note, Touchpoint

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

__all__ = ["DifferencePlan", "draw_difference_map", "points"]

_ALIKE: Final = 0.8
_THINNEST: Final = 1.6
_THICKEST: Final = 6.5
_LEAST_SPAN: Final = 0.1  # of shares: smaller differences are not blown up to the thickest line
_NAME: Final = 110.0


@dataclass(frozen=True, eq=False)
class DifferencePlan(MapPlan):
    """A map whose lines and exits show how one group of customers differs from another.

    Its graph has ``difference`` (of shares), ``low``, ``high`` and ``is_different`` on nodes (drop-off) and on edges
    (how likely they come next), beside what any map has. Channels are text only: colours say more or less.

    Attributes
    ----------
    segment
        The group whose differences from the other one are shown.
    """

    segment: str = ""

    @cached_property
    def thickness(self) -> dict[tuple[str, str], float]:
        """Thickness of each path's line: the size of its difference, where that is beyond chance."""
        return {edge: self._thickness(self.graph.edges[edge]) for edge in self.counts}

    def _thickness(self, facts: dict[str, Any]) -> float:
        if not facts["is_different"]:
            return _ALIKE
        return _THINNEST + (_THICKEST - _THINNEST) * abs(facts["difference"]) / self._largest

    @cached_property
    def _largest(self) -> float:
        sizes = [abs(facts["difference"]) for *_, facts in self.graph.edges(data=True) if facts["is_different"]]
        return max([*sizes, _LEAST_SPAN])

    @cached_property
    def touchpoints(self) -> dict[str, Touchpoint]:
        """What is shown of each touchpoint."""
        return {name: replace(point, **self._notes(name)) for name, point in super().touchpoints.items()}

    def _notes(self, name: str) -> dict[str, Note | None]:
        loop = self.graph.edges[name, name] if self.graph.has_edge(name, name) else {"is_different": False}
        return {"entry": None, "leave": _note(self.graph.nodes[name], " leave"), "loop": _note(loop)}

    def label(self, edge: tuple[str, str]) -> list[str]:
        """Say how large a path's difference is.

        Parameters
        ----------
        edge
            The path.

        Returns
        -------
        list of str
            Lines: the difference, and its interval.
        """
        facts = self.graph.edges[edge]
        return [f"{points(facts['difference'])} points", f"{points(facts['low'])} to {points(facts['high'])}"]

    def _by_importance(self) -> list[tuple[str, str]]:
        return [edge for edge in super()._by_importance() if self.is_slow(edge)]

    def is_slow(self, edge: tuple[str, str]) -> bool:
        """Tell whether a path stands out: here those do that differ, where slow ones do on other maps.

        Parameters
        ----------
        edge
            The path.

        Returns
        -------
        bool
            As the graph says.
        """
        return self.graph.edges[edge]["is_different"]

    def colour(self, edge: tuple[str, str], theme: Theme) -> str:
        """Give the colour of a path's line.

        Parameters
        ----------
        edge
            The path.
        theme
            Of the picture.

        Returns
        -------
        str
            Of more, of less, or of no difference.
        """
        return getattr(theme, _tone(self.graph.edges[edge])) if self.is_slow(edge) else theme.edge

    @cached_property
    def channels(self) -> dict[str | None, str]:
        """One colour for all channels."""
        return dict.fromkeys((shown.channel for shown in self.touchpoints.values()), LIGHT.edge)

    @cached_property
    def legend(self) -> Legend:
        """What its marks mean."""
        tones = {_tone(self.graph.edges[edge]) for edge in self.counts if self.is_slow(edge)}
        tones |= {note.tone for shown in self.touchpoints.values() for note in (shown.leave, shown.loop) if note}
        present = {
            "more": "mark" in tones,
            "less": "against" in tones,
            "alike": True,
            "visits": True,
            "back": any(route.back for route in self.layout.routes.values()),
        }
        segment = shortened(self.segment, _NAME, 7)
        texts = {"more": f"more often in {segment}", "less": f"less often in {segment}"}
        marks = [name for name, there in present.items() if there]
        return Legend({}, marks, self.width - 2 * MARGIN, texts)


def draw_difference_map(
    graph: nx.DiGraph,
    *,
    segment: str,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
) -> Axes:
    """Draw how one group of customers travels differently from another.

    Parameters
    ----------
    graph
        As `DifferencePlan` takes it.
    segment
        The group.
    ax
        Where; by default a new figure of fitting size.
    title, subtitle
        What stands above it.

    Returns
    -------
    matplotlib.axes.Axes
        Differences beyond chance in points, with colour, sign and thickness; everything else thin and grey.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> alike = {"difference": 0.0, "low": -0.1, "high": 0.1, "is_different": False}
    >>> for name in ("visit", "buy"):
    ...     graph.add_node(name, visits=10, starts=0, dropoff_rate=0.0, **alike)
    >>> graph.add_edge("visit", "buy", count=6, difference=0.2, low=0.1, high=0.3, is_different=True)
    >>> [text.get_text() for text in draw_difference_map(graph, segment="new").texts][4:6]
    ['+20 points', '+10 to +30']
    """
    marked = graph.copy()
    for *_, facts in [*marked.edges(data=True), *marked.nodes(data=True)]:
        facts["is_slow"] = facts["is_dropoff"] = facts["is_different"]  # so that it is shown, whatever else is not
    plan = DifferencePlan(marked, title, subtitle, segment=segment)
    return draw_plan(plan, new_axes(plan.width, plan.height) if ax is None else ax)


def points(difference: float) -> str:
    """Say a difference of shares in percentage points.

    Parameters
    ----------
    difference
        In [-1, 1].

    Returns
    -------
    str
        Such as ``"−12"``, with a decimal below ten.

    Examples
    --------
    >>> points(-0.123), points(0.0123)
    ('−12', '+1.2')
    """
    said = f"{100 * difference:+.0f}" if abs(difference) >= 0.0995 else f"{100 * difference:+.1f}"
    return said.replace("-", "−").removesuffix(".0")


def _tone(facts: dict[str, Any]) -> Literal["mark", "against"]:
    return "mark" if facts["difference"] > 0 else "against"


def _note(facts: dict[str, Any], what: str = "") -> Note | None:
    if not facts["is_different"]:
        return None
    return Note(f"{points(facts['difference'])} points{what}", abs(facts["difference"]), True, _tone(facts))
