"""The shapes of a laid out map: touchpoints' boxes, the room around them, the routes of paths.

Lengths are in points, 72 to the inch; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Box", "Direction", "Footprint", "Layout", "Route"]

Direction = Literal["right", "down"]


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
