"""The layout of a journey map: where touchpoints stand and which way transitions run, whatever draws them.

Lengths are in points, 72 to the inch; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from journeymine.draw.coordinates import straightened
from journeymine.draw.layers import Layers, arrange

__all__ = ["Box", "Direction", "Footprint", "Layout", "Route", "lay_out"]

Direction = Literal["right", "down"]

_ASPECT: Final = 1.5  # of a page that lies
_CLEARANCE: Final = 7.0  # between touchpoints, and between a touchpoint and a transition that passes
_LABEL_ROOM: Final = 22.0  # beside a label between two layers
_LANE: Final = 4.0  # beside a transition that passes another
_GAPS: Final[Mapping[Direction, tuple[float, float]]] = {"right": (56.0, 110.0), "down": (40.0, 72.0)}  # between layers
_PORT_GAP: Final = 5.5  # between lines that arrive side by side
_PORTS: Final = 0.8  # share of a box's side where transitions arrive and leave


@dataclass(frozen=True)
class Footprint:
    """The room a touchpoint needs.

    Attributes
    ----------
    along, across
        Size of its box in the direction of the flow, and across it.
    before, after
        Room across the flow on either side of the box, for what is written there.
    """

    along: float
    across: float
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class Box:
    """A touchpoint's box: its centre and size.

    Attributes
    ----------
    x, y
        Its centre.
    width, height
        Its size.
    """

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class Route:
    """A transition's way.

    Attributes
    ----------
    points
        Ends and control points of cubic curves that follow on one another, shape (3 k + 1, 2).
    tip
        Where the arrow's head ends; the curve ends where it begins.
    back
        Whether it is a step back.
    """

    points: np.ndarray
    tip: tuple[float, float]
    back: bool

    def sampled(self, each: int = 12) -> np.ndarray:
        """Give points on the way.

        Parameters
        ----------
        each
            How many for each curve.

        Returns
        -------
        numpy.ndarray
            From start to tip, shape (n, 2).
        """
        t = np.linspace(0, 1, each + 1)[1:, None]
        pieces = [self.points[:1]]
        for start in range(0, len(self.points) - 1, 3):
            a, b, c, d = self.points[start : start + 4]
            pieces.append((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
        return np.vstack([*pieces, np.array([self.tip])])


@dataclass(frozen=True, eq=False)
class Layout:
    """Where everything stands.

    Attributes
    ----------
    boxes
        By touchpoint.
    routes
        By transition; none for a touchpoint that follows on itself.
    direction
        Which way journeys run.
    bounds
        Left, top, right and bottom of all of it, with the room for what is written beside boxes.
    num_crossings
        How often transitions cross.
    """

    boxes: Mapping[str, Box]
    routes: Mapping[tuple[str, str], Route]
    direction: Direction
    bounds: tuple[float, float, float, float]
    num_crossings: int


def lay_out(
    footprints: Mapping[Direction, Mapping[str, Footprint]],
    weights: Mapping[tuple[str, str], float],
    *,
    thickness: Mapping[tuple[str, str], float] | None = None,
    labels: Mapping[tuple[str, str], tuple[float, float]] | None = None,
    head: float = 6.0,
) -> Layout:
    """Lay out a journey map in layers.

    Parameters
    ----------
    footprints
        For each direction that may be chosen, the room of every touchpoint.
    weights
        How often each transition is made; one of a touchpoint to itself is left out.
    thickness
        Of each transition's line; by default 1.
    labels
        Width and height of labels that must find room between layers.
    head
        Length of the arrows' heads.

    Returns
    -------
    Layout
        In the direction whose shape comes closest to a page. No transition runs through a box. The same for the same
        input.
    """
    names = list(next(iter(footprints.values())))
    if not names:
        return Layout({}, {}, next(iter(footprints)), (0.0, 0.0, 0.0, 0.0), 0)
    number = {name: place for place, name in enumerate(names)}
    edges = {(number[u], number[v]): weight for (u, v), weight in weights.items() if u != v}
    layers = arrange(len(names), edges)
    lines = dict.fromkeys(edges, 1.0) | _numbered(thickness or {}, number)
    sizes = _numbered(labels or {}, number)
    candidates = [
        _Plan(layers, direction, [room[name] for name in names], lines, sizes) for direction, room in footprints.items()
    ]
    plan = min(candidates, key=lambda plan: abs(np.log(plan.aspect / _ASPECT)))
    return plan.layout(names, edges, head)


def _numbered(facts: Mapping[tuple[str, str], Any], number: Mapping[str, int]) -> dict[tuple[int, int], Any]:
    return {(number[source], number[target]): fact for (source, target), fact in facts.items()}


class _Plan:
    """Layers with sizes, in one direction: `along` and `across` in place of x and y."""

    def __init__(
        self,
        layers: Layers,
        direction: Direction,
        footprints: list[Footprint],
        lines: Mapping[tuple[int, int], float],
        labels: Mapping[tuple[int, int], tuple[float, float]],
    ):
        self.layers, self.direction, self.footprints, self.lines = layers, direction, footprints, lines
        self.labels = labels
        self.depth = {vertex: depth for depth, row in enumerate(layers.rows) for vertex in row}
        nodes = len(footprints)
        self.extents = np.zeros((len(self.depth), 2))
        for vertex, room in enumerate(footprints):
            self.extents[vertex] = room.across / 2 + np.array((room.before, room.after)) + _CLEARANCE
        for edge, chain in layers.chains.items():
            self.extents[list(chain[1:-1])] = lines[edge] / 2 + _LANE
        self.lengths = [
            max((footprints[vertex].along for vertex in row if vertex < nodes), default=0.0) for row in layers.rows
        ]

    @property
    def aspect(self) -> float:
        """Width by height, before coordinates are known."""
        along = sum(self.lengths) + sum(_GAPS[self.direction]) / 2 * max(len(self.lengths) - 1, 0)
        across = max(self.extents[list(row)].sum() for row in self.layers.rows)
        return along / across if self.direction == "right" else across / along

    def layout(self, names: list[str], edges: Mapping[tuple[int, int], float], head: float) -> Layout:
        across = self._across(edges)
        starts = self._along(across)
        ports = self._ports(across)
        routes = {
            (names[edge[0]], names[edge[1]]): self._route(edge, across, starts, ports, head) for edge in self.layers.chains
        }
        boxes = {name: self._box(vertex, across, starts) for vertex, name in enumerate(names)}
        bounds = self._bounds(across, starts)
        return Layout(boxes, routes, self.direction, bounds, self.layers.num_crossings)

    def _across(self, edges: Mapping[tuple[int, int], float]) -> np.ndarray:
        nodes, links, pulls = len(self.footprints), [], []
        for edge, chain in self.layers.chains.items():
            for link in zip(chain, chain[1:], strict=False):
                bends = (link[0] >= nodes) + (link[1] >= nodes)
                links.append(link)
                pulls.append((1.0, 2.0, 8.0)[bends] * edges[edge] ** 0.75)
        return straightened(self.layers.rows, self.extents, links, pulls)

    def _along(self, across: np.ndarray) -> np.ndarray:
        """Give each layer's start; steep transitions need a wide gap before it."""
        steepest = np.zeros(len(self.lengths))
        for chain in self.layers.chains.values():
            for above, below in zip(chain, chain[1:], strict=False):
                steepest[self.depth[below]] = max(steepest[self.depth[below]], abs(across[above] - across[below]))
        narrowest, widest = _GAPS[self.direction]
        gaps = np.clip(narrowest + (widest - narrowest) * (steepest - 20) / 200, narrowest, widest)
        for edge, size in self.labels.items():
            chain = self.layers.chains[edge]
            if len(chain) == 2:
                room = size[self.direction == "down"] + _LABEL_ROOM
                gaps[self.depth[chain[1]]] = max(gaps[self.depth[chain[1]]], room)
        return np.cumsum(np.concatenate(([0.0], np.array(self.lengths[:-1]) + gaps[1:])))

    def _ports(self, across: np.ndarray) -> dict[tuple[tuple[int, int], int], float]:
        """Give the place across the flow where each edge meets each of its two nodes, side by side by thickness."""
        sides: dict[tuple[int, bool], list[tuple[float, tuple[int, int]]]] = {}
        for edge, chain in self.layers.chains.items():
            sides.setdefault((chain[0], True), []).append((across[chain[1]], edge))
            sides.setdefault((chain[-1], False), []).append((across[chain[-2]], edge))
        ports = {}
        for (vertex, _), meeting in sides.items():
            meeting.sort()
            lines = np.array([self.lines[edge] for _, edge in meeting])
            places = across[vertex] + _side_by_side(lines, _PORTS * self.footprints[vertex].across)
            ports.update({(edge, vertex): float(place) for (_, edge), place in zip(meeting, places, strict=True)})
        return ports

    def _route(self, edge, across, starts, ports, head: float) -> Route:
        """Lead an edge straight past the boxes of each layer and in curves between layers."""
        chain, knots, asides = self.layers.chains[edge], [], []
        for vertex in chain:
            start, place = starts[self.depth[vertex]], ports.get((edge, vertex), across[vertex])
            knots += [(start, place), (start + self.lengths[self.depth[vertex]], place)]
            asides.append(place - across[vertex])
        knots = knots[1:-1]
        turns = [turn for pair in zip(asides, asides[1:], strict=False) for turn in (-sum(pair) / 2, 0.0)][:-1]
        points, back = _curve(knots, turns), edge in self.layers.back
        points = points[::-1] if back else points
        tip = self._turned_point(points[-1])
        points[-1, 0] += head if back else -head
        return Route(self._turned(points), tip, back)

    def _box(self, vertex: int, across: np.ndarray, starts: np.ndarray) -> Box:
        length = self.lengths[self.depth[vertex]]
        x, y = self._turned_point((starts[self.depth[vertex]] + length / 2, across[vertex]))
        size = (length, self.footprints[vertex].across)
        return Box(x, y, *(size if self.direction == "right" else size[::-1]))

    def _bounds(self, across: np.ndarray, starts: np.ndarray) -> tuple[float, float, float, float]:
        low, high = float((across - self.extents[:, 0]).min()), float((across + self.extents[:, 1]).max())
        near, far = 0.0, float(starts[-1] + self.lengths[-1])
        return (near, low, far, high) if self.direction == "right" else (low, near, high, far)

    def _turned(self, points: np.ndarray) -> np.ndarray:
        return points if self.direction == "right" else points[:, ::-1]

    def _turned_point(self, point: np.ndarray | tuple[float, float]) -> tuple[float, float]:
        along, across = float(point[0]), float(point[1])
        return (along, across) if self.direction == "right" else (across, along)


def _side_by_side(lines: np.ndarray, room: float) -> np.ndarray:
    """Place lines beside one another around 0, the thickest as near to it as the room allows."""
    widths = lines + _PORT_GAP
    widths *= min(1.0, room / widths.sum())
    places = np.cumsum(widths) - widths / 2 - widths.sum() / 2
    spare = (room - widths.sum()) / 2
    return places - np.clip(places[lines.argmax()], -spare, spare)


def _curve(knots: list[tuple[float, float]], turns: list[float]) -> np.ndarray:
    """Join knots by cubic curves that leave and arrive in the direction of the flow.

    `turns` has, for each curve, by how much later it turns, if it turns to the positive side, so that lines that run
    beside one another stay apart.
    """
    points = [knots[0]]
    for (along, across), (next_along, next_across), turn in zip(knots, knots[1:], turns, strict=False):
        reach = (next_along - along) / 2
        later = float(np.clip(turn * np.sign(next_across - across), -0.4 * reach, 0.4 * reach))
        points += [(along + reach + later, across), (next_along - reach + later, next_across), (next_along, next_across)]
    return np.array(points, float)
