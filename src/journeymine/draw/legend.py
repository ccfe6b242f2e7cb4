"""The line under a journey map that says what its marks mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from journeymine.draw.layout import Route
from journeymine.draw.palette import LIGHT
from journeymine.draw.text import shortened, text_width

if TYPE_CHECKING:
    from journeymine.draw.pen import Pen

__all__ = ["Legend"]

_SIZE: Final = 7.0
_CHANNEL_LIMIT: Final = 110.0
_ROW: Final = 13.0
_GAP: Final = 15.0
_SAMPLE: Final = 22.0

_Sample = Callable[["Pen", float, float], None]


class _Item(NamedTuple):
    text: str
    sample: _Sample
    room: float = _SAMPLE

    @property
    def width(self) -> float:
        return self.room + 5 + text_width(self.text, _SIZE)


@dataclass(frozen=True)
class Legend:
    """What the marks of a map mean.

    Attributes
    ----------
    channels
        Colour of each channel.
    marks
        Which marks the map has beside paths and boxes: ``back``, ``slow``, ``start``, ``leave``, ``dropoff``.
    width
        Room it has, in points.
    """

    channels: Mapping[str | None, str]
    marks: Collection[str]
    width: float

    @cached_property
    def _places(self) -> list[tuple[_Item, float, int]]:
        """Give each item its place in its row, and its row."""
        placed, x, row = [], 0.0, 0
        for item in self._items():
            if x and x + item.width > self.width:
                x, row = 0.0, row + 1
            placed.append((item, x, row))
            x += item.width + _GAP
        return placed

    def _items(self) -> list[_Item]:
        marks = {
            "back": _Item("step back", _path(1.2, LIGHT.edge, back=True)),
            "slow": _Item("most waiting time in total", _path(2.4, LIGHT.slow)),
            "start": _Item("journeys start", _arrow(LIGHT.soft)),
            "leave": _Item("customers leave (visits)", _arrow(LIGHT.stub)),
            "dropoff": _Item("more leave than elsewhere", _arrow(LIGHT.leave)),
        }
        items = [_Item("how often a path is made", _path(4.0, LIGHT.edge)), _Item("visits", _bar)]
        items += [item for name, item in marks.items() if name in self.marks]
        return items + [
            _Item(shortened(name, _CHANNEL_LIMIT, _SIZE), _square(colour), 9.0)
            for name, colour in self.channels.items()
            if name
        ]

    @property
    def height(self) -> float:
        """Height, in points."""
        return _ROW * (self._places[-1][2] + 1)

    def draw(self, pen: Pen, left: float, top: float) -> None:
        """Draw it.

        Parameters
        ----------
        pen
            Draws marks.
        left, top
            Where it begins.
        """
        for item, x, row in self._places:
            y = top + _ROW * (row + 0.5)
            item.sample(pen, left + x, y)
            pen.text(left + x + item.room + 5, y, item.text, size=_SIZE, colour=LIGHT.soft, align="left")


def _path(thickness: float, colour: str, *, back: bool = False) -> _Sample:
    def sample(pen: Pen, x: float, y: float) -> None:
        points = np.linspace((x, y), (x + _SAMPLE - 6, y), 4)
        pen.route(Route(points, (x + _SAMPLE, y), back), thickness, colour)

    return sample


def _arrow(colour: str) -> _Sample:
    return lambda pen, x, y: pen.arrow((x + 4, y), (x + _SAMPLE - 2, y), 2.6, colour)


def _bar(pen: Pen, x: float, y: float) -> None:
    pen.bar(x, y - 1.3, _SAMPLE, 0.6, LIGHT.soft)


def _square(colour: str) -> _Sample:
    return lambda pen, x, y: pen.square(x, y, 8.0, colour)
