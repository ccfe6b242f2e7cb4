"""The journey map: touchpoints, the paths between them, where journeys start and where customers leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeymine.draw.axes import new_axes, room_of
from journeymine.draw.notes import NOTES
from journeymine.draw.pen import Pen
from journeymine.draw.plan import LINE, MARGIN, SUBTITLE, MapPlan
from journeymine.draw.text import shortened
from journeymine.draw.touchpoint import FACTS, NAME, NOTE

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

__all__ = ["draw_map", "draw_plan"]


def draw_map(
    graph: nx.DiGraph,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    paths: int | None = None,
) -> Axes:
    """Draw a journey map.

    Parameters
    ----------
    graph
        Nodes with ``visits``, ``starts``, ``dropoff_rate`` and, where that is known, ``channel``, ``is_dropoff``,
        ``is_goal`` and ``is_end``; edges with ``count``, ``median_seconds`` and ``is_slow``.
    ax
        Where; by default a new figure of fitting size.
    title, subtitle
        What stands above it.
    paths
        How many paths it shows, at least; by default as many as can be followed.

    Returns
    -------
    matplotlib.axes.Axes
        The drawing. One unit of its data is a point, 72 to the inch.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("visit", visits=10, starts=10, dropoff_rate=0.4)
    >>> graph.add_node("buy", visits=6, starts=0, dropoff_rate=float("nan"))
    >>> graph.add_edge("visit", "buy", count=6, median_seconds=3600.0, is_slow=False)
    >>> ax = draw_map(graph)
    >>> [text.get_text() for text in ax.texts][:2]
    ['visit', '10 visits']
    """
    plan = MapPlan(graph, title, subtitle, paths)
    return draw_plan(plan, new_axes(plan.width, plan.height) if ax is None else ax)


def draw_plan(plan: MapPlan, ax: Axes) -> Axes:
    """Draw a map that is laid out.

    Parameters
    ----------
    plan
        The map.
    ax
        Where; letters and lines shrink with it.

    Returns
    -------
    matplotlib.axes.Axes
        The same axes.
    """
    left, top = plan.layout.bounds[0] - MARGIN, plan.layout.bounds[1] - MARGIN - plan.head
    ax.set_xlim(left, left + plan.width)
    ax.set_ylim(top + plan.height, top)
    ax.set_aspect("equal")
    ax.set_axis_off()
    pen = Pen(ax, _scale(plan, ax))
    _draw_heading(pen, plan)
    _draw_paths(pen, plan)
    _draw_touchpoints(pen, plan)
    _draw_labels(pen, plan)
    plan.legend.draw(pen, plan.layout.bounds[0], plan.layout.bounds[3] + MARGIN)
    return ax


def _scale(plan: MapPlan, ax: Axes) -> float:
    width, height = room_of(ax)
    return min(width / plan.width, height / plan.height)


def _draw_heading(pen: Pen, plan: MapPlan) -> None:
    left, y = plan.layout.bounds[0], plan.layout.bounds[1] - plan.head + 4
    if plan.title:
        title = shortened(plan.title, plan.width - 2 * MARGIN, 12, bold=True)
        pen.text(left, y, title, size=12, bold=True, align="left")
        y += 17
    for line in plan.subtitle_lines:
        pen.text(left, y, line, size=SUBTITLE, colour=pen.theme.soft, align="left")
        y += 11


def _draw_paths(pen: Pen, plan: MapPlan) -> None:
    """Frequent ones over rare ones, slow ones over all."""
    most = max(plan.counts.values(), default=1)
    for place, edge in enumerate(sorted(plan.counts, key=lambda edge: (plan.is_slow(edge), plan.counts[edge], edge))):
        strength = 1.0 if plan.is_slow(edge) else 0.5 + 0.4 * (plan.counts[edge] / most) ** 0.5
        look = {"level": 2 + place * 1e-3, "strength": strength}
        pen.route(plan.layout.routes[edge], plan.thickness[edge], plan.colour(edge, pen.theme), **look)


def _draw_touchpoints(pen: Pen, plan: MapPlan) -> None:
    for name, shown in plan.touchpoints.items():
        box = plan.layout.boxes[name]
        pen.box(box, plan.channels[shown.channel], shown.volume)
        y = box.y - (len(shown.lines) - 1) * 4.7 - 6.5
        for place, line in enumerate(shown.lines):
            pen.text(box.x, y + 9.4 * place, line, size=NAME, bold=True)
        pen.text(box.x, y + 9.4 * len(shown.lines), shown.facts, size=FACTS, colour=pen.theme.soft)
        NOTES[plan.layout.direction](pen, box, shown)


def _draw_labels(pen: Pen, plan: MapPlan) -> None:
    for edge, place in plan.labels.items():
        slow, lines = plan.is_slow(edge), plan.label(edge)
        for row, line in enumerate(lines):
            y = place.y + (row - (len(lines) - 1) / 2) * LINE
            colour = plan.colour(edge, pen.theme) if slow else None
            pen.text(place.x, y, line, size=NOTE, bold=slow, colour=colour, halo=place.on_line, level=6)
