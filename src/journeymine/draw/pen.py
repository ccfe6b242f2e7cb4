"""The marks of a journey map: boxes, paths, arrows, bars, text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.draw.axes import theme_of, write
from journeymine.draw.layout import Box, Route
from journeymine.draw.palette import Theme, shaded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Pen"]

_DASHES: Final = (0, (3.2, 1.6))

Point = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """Draws marks whose sizes are in points, on axes whose data are points too.

    Attributes
    ----------
    ax
        Where.
    scale
        By how much lines and letters shrink with the axes.
    """

    ax: Axes
    scale: float = 1.0

    @cached_property
    def theme(self) -> Theme:
        """Colours that can be read on the axes."""
        return theme_of(self.ax)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str | None = None,
        bold: bool = False,
        align: str = "center",
        halo: bool = False,
        level: float = 5.0,
    ) -> None:
        """Write one line.

        Parameters
        ----------
        x, y
            Its middle, or its left or right end.
        text
            What.
        size
            Of its letters.
        colour, bold, align
            How it looks; the theme's ink by default.
        halo
            Whether the paper covers what is behind it.
        level
            What it lies over.
        """
        look = (
            {"bbox": {"boxstyle": "square,pad=0.06", "facecolor": self.theme.paper, "edgecolor": "none"}}
            if halo
            else {}
        )
        look |= {
            "fontsize": size * self.scale,
            "fontweight": "bold" if bold else "normal",
            "color": colour or self.theme.ink,
        }
        write(self.ax, x, y, text, ha=align, va="center", zorder=level, **look)

    def route(self, route: Route, thickness: float, colour: str, *, level: float = 2.0, strength: float = 1.0) -> None:
        """Draw a path with its arrow; the paper shows beside it where it crosses others.

        Parameters
        ----------
        route
            Its way.
        thickness, colour, strength
            How it looks; a strength of 1 is opaque.
        level
            What it lies over.
        """
        line = {"linestyle": _DASHES} if route.back else {}
        self._curve(route.points, thickness + 1.6, self.theme.paper, level)
        self._curve(route.points, thickness, colour, level + 5e-4, alpha=strength, **line)
        half = 1.7 + 0.62 * thickness
        self._head(route.points[-1], np.array(route.tip), half, colour, zorder=level + 6e-4, alpha=strength)

    def arrow(self, start: Point, tip: Point, thickness: float, colour: str) -> None:
        """Draw a straight arrow.

        Parameters
        ----------
        start, tip
            From where to where.
        thickness, colour
            How it looks.
        """
        tail, point = np.array(start), np.array(tip)
        along = (point - tail) / np.hypot(*(point - tail))
        side = np.array((-along[1], along[0]))
        neck = point - along * (3.5 + 0.45 * thickness)
        half, wide = side * thickness / 2, side * (2.0 + 0.62 * thickness)
        corners = [tail + half, neck + half, neck + wide, point, neck - wide, neck - half, tail - half]
        self._area(corners, colour, zorder=4)

    def loop(self, start: Point, reach: Point, thickness: float, colour: str) -> None:
        """Draw the path of a touchpoint to itself, beside its box.

        Parameters
        ----------
        start
            Where it leaves the box.
        reach
            How far it goes.
        thickness, colour
            How it looks.
        """
        out = np.array(reach)
        across = np.array((9.0, 0.0) if out[0] == 0 else (0.0, 9.0))
        end = np.array(start) + across
        neck = end + 4.5 * np.sign(out)
        bends = [start, start + out - 0.15 * across, neck + 0.8 * out, neck]
        self._curve(np.array(bends), thickness, colour, 2.9, alpha=0.85)
        self._head(neck, end, 1.6 + 0.5 * thickness, colour, zorder=2.95, alpha=0.85)

    def box(self, box: Box, colour: str, volume: float) -> None:
        """Draw a touchpoint's box; the bar at its foot shows its visits.

        Parameters
        ----------
        box
            Where.
        colour
            Of its channel: frame and bar have it.
        volume
            How much of the bar is filled, in [0, 1].
        """
        from matplotlib.patches import FancyBboxPatch

        left, top = box.x - box.width / 2, box.y - box.height / 2
        colour = shaded(colour, self.theme)
        look = {"facecolor": self.theme.paper, "edgecolor": colour, "linewidth": 1.1 * self.scale, "clip_on": False}
        shape = "round,pad=0,rounding_size=4"
        self.ax.add_patch(FancyBboxPatch((left, top), box.width, box.height, boxstyle=shape, zorder=3, **look))
        self.bar(left + 6, top + box.height - 6.0, box.width - 12, volume, colour)

    def bar(self, left: float, top: float, width: float, share: float, colour: str) -> None:
        """Draw a bar that is filled in part.

        Parameters
        ----------
        left, top, width
            Where.
        share
            How much of it is filled, in [0, 1].
        colour
            Of that part.
        """
        for length, shade in ((width, self.theme.line), (max(width * share, 1.0), colour)):
            self._area(_rectangle(left, top, length, 2.6), shade, zorder=3.1)

    def square(self, left: float, middle: float, size: float, colour: str) -> None:
        """Draw a square in a channel's colour.

        Parameters
        ----------
        left, middle
            Its left side, and its middle's height.
        size, colour
            How it looks.
        """
        self._area(_rectangle(left, middle - size / 2, size, size), shaded(colour, self.theme), zorder=3)

    def mark(self, x: float, y: float, shape: str, size: float, colour: str) -> None:
        """Draw a channel's mark.

        Parameters
        ----------
        x, y
            Its middle.
        shape
            As matplotlib names it.
        size, colour
            How it looks.
        """
        look = {"color": shaded(colour, self.theme), "markeredgewidth": 0, "linestyle": "", "zorder": 4}
        self.ax.plot([x], [y], marker=shape, markersize=size * self.scale, **look)

    def _area(self, corners: list, colour: str, **look: Any) -> None:
        from matplotlib.patches import Polygon

        self.ax.add_patch(Polygon(corners, closed=True, facecolor=colour, linewidth=0, clip_on=False, **look))

    def _curve(self, points: np.ndarray, thickness: float, colour: str, level: float, **look: Any) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
        look |= {"edgecolor": colour, "linewidth": thickness * self.scale, "capstyle": "butt", "zorder": level}
        self.ax.add_patch(PathPatch(Path(points, codes), fill=False, clip_on=False, **look))

    def _head(self, start: np.ndarray, tip: np.ndarray, half: float, colour: str, **look: Any) -> None:
        along = (tip - start) / np.hypot(*(tip - start))
        side = np.array((-along[1], along[0])) * half
        self._area([tip, start + side, start - side], colour, **look)


def _rectangle(left: float, top: float, width: float, height: float) -> list[Point]:
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
