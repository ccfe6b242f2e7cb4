"""Small drawings within tables."""

from __future__ import annotations

from typing import Final

from journeymine.reporting.markup import Markup, element

__all__ = ["bar", "interval"]

_WIDTH: Final = 200
_HEIGHT: Final = 16
_EDGE: Final = 5


def bar(value: float, most: float, *, class_: str = "") -> Markup:
    """Draw a bar.

    Parameters
    ----------
    value
        Its length.
    most
        The length that fills the room.
    class_
        Its class.

    Returns
    -------
    Markup
        A drawing; the number stands beside it in the table.
    """
    length = round(_WIDTH * value / most, 1) if most else 0
    return _drawing(
        element("rect", class_="ground", x=0, y=3, width=_WIDTH, height=10, rx=2),
        element("rect", class_=f"fill {class_}".strip(), x=0, y=3, width=length, height=10, rx=2),
    )


def interval(value: float, low: float, high: float, other: float | None, most: float) -> Markup:
    """Draw a share with its interval, and another one as a hollow dot.

    Parameters
    ----------
    value, low, high
        The share and its interval.
    other
        What to compare with, or None.
    most
        The share at the right end.

    Returns
    -------
    Markup
        A drawing; the numbers stand beside it in the table.
    """
    at_value, at_low, at_high, at_other = (
        round(_EDGE + (_WIDTH - 2 * _EDGE) * (place or 0) / (most or 1), 1) for place in (value, low, high, other)
    )
    middle = _HEIGHT / 2
    return _drawing(
        element("line", class_="ground", x1=_EDGE, x2=_WIDTH - _EDGE, y1=middle, y2=middle),
        element("line", class_="reach", x1=at_low, x2=at_high, y1=middle, y2=middle),
        None if other is None else element("circle", class_="other", cx=at_other, cy=middle, r=3.6),
        element("circle", class_="fill", cx=at_value, cy=middle, r=4),
    )


def _drawing(*marks: Markup | None) -> Markup:
    return element(
        "svg",
        *marks,
        class_="figure",
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        aria_hidden="true",
    )
