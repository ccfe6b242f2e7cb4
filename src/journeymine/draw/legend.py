"""The line under a journey map that says what its marks mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from journeymine.draw.layout import Route
from journeymine.draw.palette import LIGHT, Theme, channel_shapes
from journeymine.draw.text import shortened, text_width

if TYPE_CHECKING:
    from journeymine.draw.pen import Pen

__all__ = ["Legend", "draw_channels"]

_SIZE: Final = 7.0
_NAME: Final = 7.2
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
        Which marks the map has: ``paths``, ``more``, ``less``, ``alike``, ``visits``, ``back``, ``slow``, ``start``,
        ``leave``, ``dropoff``.
    width
        Room it has, in points.
    texts
        What marks mean, where that is not always the same.
    """

    channels: Mapping[str | None, str]
    marks: Collection[str]
    width: float
    texts: Mapping[str, str] = field(default_factory=dict)

    def _places(self, theme: Theme) -> list[tuple[_Item, float, int]]:
        """Give each item its place in its row, and its row."""
        placed, x, row = [], 0.0, 0
        for item in self._items(theme):
            if x and x + item.width > self.width:
                x, row = 0.0, row + 1
            placed.append((item, x, row))
            x += item.width + _GAP
        return placed

    def _items(self, theme: Theme) -> list[_Item]:
        marks = {
            "paths": _Item("how often a path is made", _path(4.0, theme.edge)),
            "more": _Item(self.texts.get("more", ""), _path(4.0, theme.mark)),
            "less": _Item(self.texts.get("less", ""), _path(4.0, theme.against)),
            "alike": _Item("no difference beyond chance", _path(0.8, theme.edge)),
            "visits": _Item("visits", _bar),
            "back": _Item("step back", _path(1.2, theme.edge, back=True)),
            "slow": _Item("most waiting time in total", _path(2.4, theme.slow)),
            "start": _Item("journeys start", _arrow(theme.soft)),
            "leave": _Item("customers leave (visits)", _arrow(theme.stub)),
            "dropoff": _Item("more leave than elsewhere", _arrow(theme.leave)),
        }
        items = [item for name, item in marks.items() if name in self.marks]
        return items + [
            _Item(shortened(name, _CHANNEL_LIMIT, _SIZE), _square(colour), 9.0)
            for name, colour in self.channels.items()
            if name
        ]

    @property
    def height(self) -> float:
        """Height, in points."""
        return _ROW * (self._places(LIGHT)[-1][2] + 1)

    def draw(self, pen: Pen, left: float, top: float) -> None:
        """Draw it.

        Parameters
        ----------
        pen
            Draws marks.
        left, top
            Where it begins.
        """
        for item, x, row in self._places(pen.theme):
            y = top + _ROW * (row + 0.5)
            item.sample(pen, left + x, y)
            pen.text(left + x + item.room + 5, y, item.text, size=_SIZE, colour=pen.theme.soft, align="left")


def draw_channels(pen: Pen, left: float, middle: float, colours: Mapping[str | None, str]) -> None:
    """Say which colour and which mark is which channel's.

    Parameters
    ----------
    pen
        Draws marks.
    left, middle
        Where the line begins, and its height.
    colours
        Colour of each channel.
    """
    shapes = channel_shapes(colours)
    for channel, colour in colours.items():
        name = shortened(str(channel), _CHANNEL_LIMIT, _NAME)
        pen.mark(left + 3.5, middle, shapes[channel], 6.5, colour)
        pen.text(left + 11, middle, name, size=_NAME, colour=pen.theme.soft, align="left")
        left += 24 + text_width(name, _NAME)


def _path(thickness: float, colour: str, *, back: bool = False) -> _Sample:
    def sample(pen: Pen, x: float, y: float) -> None:
        points = np.linspace((x, y), (x + _SAMPLE - 6, y), 4)
        pen.route(Route(points, (x + _SAMPLE, y), back), thickness, colour)

    return sample


def _arrow(colour: str) -> _Sample:
    return lambda pen, x, y: pen.arrow((x + 4, y), (x + _SAMPLE - 2, y), 2.6, colour)


def _bar(pen: Pen, x: float, y: float) -> None:
    pen.bar(x, y - 1.3, _SAMPLE, 0.6, pen.theme.soft)


def _square(colour: str) -> _Sample:
    return lambda pen, x, y: pen.square(x, y, 8.0, colour)
