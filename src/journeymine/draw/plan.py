"""A journey map, laid out and ready to be drawn: what is shown, where, and what is written."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from journeymine.draw.labels import Label, place_labels
from journeymine.draw.layers import Layers
from journeymine.draw.layout import Direction, Footprint, Layout, lay_out, layers_of
from journeymine.draw.legend import Legend
from journeymine.draw.palette import Theme, channel_colours
from journeymine.draw.selection import Selection, select
from journeymine.draw.text import plain, text_width
from journeymine.draw.touchpoint import NOTE, Touchpoint, touchpoints
from journeymine.durations import format_duration

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["LINE", "MARGIN", "SUBTITLE", "MapPlan"]

Edge = tuple[str, str]

LINE: Final = 8.2
"""Height of a line of a label, in points; MARGIN around the map, SUBTITLE the size of its letters."""
MARGIN: Final = 16.0
SUBTITLE: Final = 8.0

_NARROWEST: Final = 440.0
_THINNEST: Final = 0.7
_THICKEST: Final = 6.5
_FAR: Final = 1e6
_LEAST_LABELLED: Final = 0.01  # of the most frequent path


@dataclass(frozen=True, eq=False)
class MapPlan:
    """Everything about a map but its ink. Lengths are in points, 72 to the inch.

    Attributes
    ----------
    graph
        A journey graph.
    title, subtitle
        What stands above it.
    paths
        How many paths it shows, at least.
    shown
        The touchpoints and paths it shows; by default they are chosen.
    within
        A map that shows more, whose order it keeps, so that eyes find touchpoints again.
    directions
        Which ways journeys may run.
    main
        Paths that are crossed less than others.
    """

    graph: nx.DiGraph
    title: str | None = None
    subtitle: str | None = None
    paths: int | None = None
    shown: Selection | None = None
    within: MapPlan | None = None
    directions: tuple[Direction, ...] = ("right", "down")
    main: tuple[Edge, ...] = ()

    @cached_property
    def selection(self) -> Selection:
        """The touchpoints and paths it shows."""
        return self.shown or select(self.graph, self.paths)

    @cached_property
    def counts(self) -> dict[Edge, int]:
        """How often each path shown is made, between different touchpoints."""
        return {edge: self.graph.edges[edge]["count"] for edge in self.selection.paths if edge[0] != edge[1]}

    @cached_property
    def thickness(self) -> dict[Edge, float]:
        """Thickness of each path's line."""
        span = _THICKEST - _THINNEST
        return {edge: _THINNEST + span * (count / self._most) ** 0.7 for edge, count in self.counts.items()}

    @cached_property
    def touchpoints(self) -> dict[str, Touchpoint]:
        """What is shown of each touchpoint."""
        facts = {name: self.graph.nodes[name] for name in self.selection.touchpoints}
        loops = {u: self.graph.edges[u, v]["count"] for u, v in self.selection.paths if u == v}
        starts = sum(facts["starts"] for _, facts in self.graph.nodes(data=True))
        return touchpoints(facts, loops, num_starts=starts, largest_flow=self._most)

    @cached_property
    def _most(self) -> int:
        """What lines and arrows are drawn in proportion to."""
        counts = [self.graph.edges[edge]["count"] for edge in self.selection.paths]
        return max(counts or [facts["visits"] for _, facts in self.graph.nodes(data=True)], default=1)

    @cached_property
    def layout(self) -> Layout:
        """Where touchpoints stand and paths run."""
        room: dict[Direction, dict[str, Footprint]] = {
            direction: {name: shown.footprint(direction) for name, shown in self.touchpoints.items()}
            for direction in self.directions
        }
        labels = {edge: self.label_size(edge) for edge in self.counts if self.is_slow(edge)}
        return lay_out(room, self.counts, thickness=self.thickness, labels=labels, layers=self.layers)

    @cached_property
    def layers(self) -> Layers:
        """In which layers touchpoints stand, and in which order."""
        if self.within is None:
            return layers_of(list(self.touchpoints), self.counts, [edge for edge in self.main if edge in self.counts])
        number = {name: place for place, name in enumerate(self.within.touchpoints)}
        edges = [(number[u], number[v]) for u, v in self.counts]
        return self.within.layers.only([number[name] for name in self.touchpoints], edges)

    # --- labels --------------------------------------------------------------------------------------------------

    @cached_property
    def labels(self) -> dict[Edge, Label]:
        """Where the labels of paths stand."""
        sizes = {edge: self.label_size(edge) for edge in self._by_importance()}
        lines = {edge: route.sampled() for edge, route in self.layout.routes.items()}
        slow = frozenset(edge for edge in sizes if self.is_slow(edge))
        taken = [*map(self._room, self.touchpoints), *self._beyond()]
        return place_labels(lines, sizes, self.thickness, taken, must=slow)

    def label(self, edge: Edge) -> list[str]:
        """Say how often a path is made, and how long a slow one takes.

        Parameters
        ----------
        edge
            The path.

        Returns
        -------
        list of str
            Lines.
        """
        facts = self.graph.edges[edge]
        count = f"{facts['count']:,}"
        return [count, f"median {format_duration(facts['median_seconds'])}"] if self.is_slow(edge) else [count]

    def label_size(self, edge: Edge) -> tuple[float, float]:
        """Measure the label of a path.

        Parameters
        ----------
        edge
            The path.

        Returns
        -------
        tuple of float
            Width and height.
        """
        lines = self.label(edge)
        return max(text_width(line, NOTE, bold=self.is_slow(edge)) for line in lines) + 5, LINE * len(lines)

    def colour(self, edge: Edge, theme: Theme) -> str:
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
            One of the theme's.
        """
        return theme.slow if self.is_slow(edge) else theme.edge

    def is_slow(self, edge: Edge) -> bool:
        """Tell whether a path is one of those with the most waiting.

        Parameters
        ----------
        edge
            The path.

        Returns
        -------
        bool
            As the graph says.
        """
        return bool(self.graph.edges[edge].get("is_slow"))

    def _by_importance(self) -> list[Edge]:
        least = _LEAST_LABELLED * self._most
        shown = [edge for edge, count in self.counts.items() if self.is_slow(edge) or count >= least]
        return sorted(shown, key=lambda edge: (not self.is_slow(edge), -self.counts[edge], edge))

    def _beyond(self) -> list[tuple[float, float, float, float]]:
        """Give what lies beyond the picture's edges, where no label can be read."""
        left, top, right, bottom = self.layout.bounds
        inner = (left - MARGIN / 2, top - MARGIN / 2, right + MARGIN / 2, bottom + MARGIN / 2)
        sides = [(-_FAR, -_FAR, inner[0], _FAR), (inner[2], -_FAR, _FAR, _FAR)]
        return [*sides, (-_FAR, -_FAR, _FAR, inner[1]), (-_FAR, inner[3], _FAR, _FAR)]

    def _room(self, name: str) -> tuple[float, float, float, float]:
        """Give what a touchpoint takes, with its notes."""
        box, room = self.layout.boxes[name], self.touchpoints[name].footprint(self.layout.direction)
        left, top = box.x - box.width / 2, box.y - box.height / 2
        if self.layout.direction == "right":
            return left, top - room.before, left + box.width, top + box.height + room.after
        return left - room.before, top, left + box.width + room.after, top + box.height

    # --- heading, legend, size -----------------------------------------------------------------------------------

    @cached_property
    def channels(self) -> dict[str | None, str]:
        """Colour of each channel."""
        return channel_colours(shown.channel for shown in self.touchpoints.values())

    @cached_property
    def width(self) -> float:
        """Width of the picture."""
        left, _, right, _ = self.layout.bounds
        return max(right - left, _NARROWEST) + 2 * MARGIN

    @cached_property
    def subtitle_lines(self) -> list[str]:
        """The subtitle, broken to fit."""
        if not self.subtitle:
            return []
        letter = text_width(self.subtitle, SUBTITLE) / len(plain(self.subtitle) or " ")
        letters = max(int((self.width - 2 * MARGIN) / letter * 0.95), 20)
        return textwrap.wrap(plain(self.subtitle), letters, max_lines=3, placeholder=" …")

    @property
    def head(self) -> float:
        """Height of title and subtitle."""
        lines = 11.0 * len(self.subtitle_lines) + (18.0 if self.title else 0.0)
        return lines + 8.0 if lines else 0.0

    @cached_property
    def legend(self) -> Legend:
        """What its marks mean."""
        points = self.touchpoints.values()
        present = {
            "paths": True,
            "visits": True,
            "back": any(route.back for route in self.layout.routes.values()),
            "slow": any(self.is_slow(edge) for edge in self.counts),
            "start": any(point.entry for point in points),
            "leave": any(point.leave and not point.leave.strong for point in points),
            "dropoff": any(point.leave and point.leave.strong for point in points),
        }
        return Legend(self.channels, [name for name, there in present.items() if there], self.width - 2 * MARGIN)

    @property
    def height(self) -> float:
        """Height of the picture."""
        _, top, _, bottom = self.layout.bounds
        return bottom - top + self.head + self.legend.height + 3 * MARGIN
