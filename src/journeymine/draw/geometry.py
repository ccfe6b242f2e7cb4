"""Layers with sizes: the coordinates of boxes and routes in one direction of flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from journeymine.draw.coordinates import straightened
from journeymine.draw.layers import Layers
from journeymine.draw.shapes import Box, Direction, Footprint, Layout, Route

__all__ = ["Geometry"]

_CLEARANCE: Final = 7.0  # between touchpoints, and between a touchpoint and a path that passes
_GAPS: Final[Mapping[Direction, tuple[float, float]]] = {"right": (56.0, 110.0), "down": (40.0, 72.0)}  # of layers
_LABEL_ROOM: Final = 22.0  # beside a label between two layers
_LANE: Final = 4.0  # beside a path that passes another
_PORT_GAP: Final = 5.5  # between lines that arrive side by side
_PORTS: Final = 0.8  # share of a box's side where paths arrive and leave

Edge = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Geometry:
    """Layers with sizes, in one direction: `along` and `across` in place of x and y.

    Attributes
    ----------
    layers
        Which vertices stand where.
    direction
        Which way journeys run.
    footprints
        Room of each node.
    lines
        Thickness of each edge.
    labels
        Width and height of labels that must find room between layers.
    """

    layers: Layers
    direction: Direction
    footprints: list[Footprint]
    lines: Mapping[Edge, float]
    labels: Mapping[Edge, tuple[float, float]]

    @cached_property
    def depth(self) -> dict[int, int]:
        """Layer of each vertex."""
        return {vertex: depth for depth, row in enumerate(self.layers.rows) for vertex in row}

    @cached_property
    def extents(self) -> np.ndarray:
        """Room of each vertex across the flow, before and after its place, shape (vertices, 2)."""
        extents = np.zeros((len(self.depth), 2))
        for vertex, room in enumerate(self.footprints):
            extents[vertex] = room.across / 2 + np.array((room.before, room.after)) + _CLEARANCE
        for edge, chain in self.layers.chains.items():
            extents[list(chain[1:-1])] = self.lines[edge] / 2 + _LANE
        return extents

    @cached_property
    def lengths(self) -> np.ndarray:
        """Length of each layer along the flow, that of its longest box."""
        nodes = len(self.footprints)
        boxes = [[self.footprints[vertex].along for vertex in row if vertex < nodes] for row in self.layers.rows]
        return np.array([max(row, default=0.0) for row in boxes])

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, roughly, before coordinates are known."""
        along = self.lengths.sum() + sum(_GAPS[self.direction]) / 2 * max(len(self.lengths) - 1, 0)
        across = max(float(self.extents[list(row)].sum()) for row in self.layers.rows)
        return (float(along), across) if self.direction == "right" else (across, float(along))

    def layout(self, names: list[str], weights: Mapping[Edge, float], head: float) -> Layout:
        """Give everything its place.

        Parameters
        ----------
        names
            Of the nodes.
        weights
            Of the edges: heavy ones run straight.
        head
            Length of the arrows' heads.

        Returns
        -------
        Layout
            In x and y.
        """
        across = self._across(weights)
        starts = self._along(across)
        ports = self._ports(across)
        routes = {
            (names[edge[0]], names[edge[1]]): self._route(edge, across, starts, ports, head)
            for edge in self.layers.chains
        }
        boxes = {name: self._box(vertex, across, starts) for vertex, name in enumerate(names)}
        bounds = self._bounds(across, starts)
        return Layout(boxes, routes, self.direction, bounds, self.layers.num_crossings)

    def _across(self, weights: Mapping[Edge, float]) -> np.ndarray:
        nodes, links, pulls = len(self.footprints), [], []
        for edge, chain in self.layers.chains.items():
            for link in pairwise(chain):
                bends = (link[0] >= nodes) + (link[1] >= nodes)
                links.append(link)
                pulls.append((1.0, 2.0, 8.0)[bends] * weights[edge] ** 0.75)
        return straightened(self.layers.rows, self.extents, links, pulls)

    def _along(self, across: np.ndarray) -> np.ndarray:
        """Give each layer's start; steep transitions need a wide gap before it."""
        steepest = np.zeros(len(self.lengths))
        for chain in self.layers.chains.values():
            for above, below in pairwise(chain):
                steepest[self.depth[below]] = max(steepest[self.depth[below]], abs(across[above] - across[below]))
        narrowest, widest = _GAPS[self.direction]
        gaps = np.clip(narrowest + (widest - narrowest) * (steepest - 20) / 200, narrowest, widest)
        for edge, size in self.labels.items():
            chain = self.layers.chains[edge]
            if len(chain) == 2:
                room = size[self.direction == "down"] + _LABEL_ROOM
                gaps[self.depth[chain[1]]] = max(gaps[self.depth[chain[1]]], room)
        return np.cumsum(np.concatenate(([0.0], self.lengths[:-1] + gaps[1:])))

    def _ports(self, across: np.ndarray) -> dict[tuple[Edge, int], float]:
        """Give the place across the flow where each edge meets each of its two nodes, side by side by thickness."""
        sides: dict[tuple[int, bool], list[tuple[float, Edge]]] = {}
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

    def _route(
        self, edge: Edge, across: np.ndarray, starts: np.ndarray, ports: Mapping[tuple[Edge, int], float], head: float
    ) -> Route:
        """Lead an edge straight past the boxes of each layer and in curves between layers."""
        chain, knots, asides = self.layers.chains[edge], [], []
        for vertex in chain:
            start, place = starts[self.depth[vertex]], ports.get((edge, vertex), across[vertex])
            knots += [(start, place), (start + self.lengths[self.depth[vertex]], place)]
            asides.append(place - across[vertex])
        knots = knots[1:-1]
        turns = [turn for pair in pairwise(asides) for turn in (-sum(pair) / 2, 0.0)][:-1]
        points, back = _curve(knots, turns), edge in self.layers.back
        points = points[::-1] if back else points
        tip = self._turned_point(points[-1])
        points[-1, 0] += head if back else -head
        return Route(self._turned(points), tip, back)

    def _box(self, vertex: int, across: np.ndarray, starts: np.ndarray) -> Box:
        length = float(self.lengths[self.depth[vertex]])
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
        most = 0.6 * abs(reach)
        later = float(most * np.tanh(turn * np.sign(next_across - across) / most))
        points += [
            (along + reach + later, across),
            (next_along - reach + later, next_across),
            (next_along, next_across),
        ]
    return np.array(points, float)
