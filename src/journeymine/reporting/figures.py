"""Small drawings within tables, and how a report says numbers."""

from __future__ import annotations

import re
from typing import Final

from journeymine.analytics.result import percent
from journeymine.durations import format_duration
from journeymine.reporting.markup import Markup, element

__all__ = ["bar", "count", "counted", "duration", "interval", "joined", "share"]

_WIDTH: Final = 200
_HEIGHT: Final = 16
_EDGE: Final = 5
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|h|d)(?![\w]))")


def joined(text: str) -> str:
    """Keep numbers and their units on one line.

    Parameters
    ----------
    text
        A sentence.

    Returns
    -------
    str
        With a space between them that does not break.

    Examples
    --------
    >>> joined("5,395 d in all") == "5,395\N{NO-BREAK SPACE}d in all"
    True
    """
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def count(number: float | None) -> str:
    """Say a count.

    Parameters
    ----------
    number
        The count, or None.

    Returns
    -------
    str
        With commas between thousands; a dash for None.

    Examples
    --------
    >>> count(12431)
    '12,431'
    """
    return "–" if number is None else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Say how many there are of something.

    Parameters
    ----------
    number
        How many.
    noun
        What they are, in the singular.

    Returns
    -------
    str
        Such as ``"2 journeys"``.

    Examples
    --------
    >>> counted(1, "path"), counted(1_200, "path")
    ('1 path', '1,200 paths')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(value: float | None) -> str:
    """Say a share.

    Parameters
    ----------
    value
        In [0, 1], or None.

    Returns
    -------
    str
        In percent; a dash for None.
    """
    return "–" if value is None else percent(value)


def duration(seconds: float | None) -> str:
    """Say a duration.

    Parameters
    ----------
    seconds
        The duration, or None.

    Returns
    -------
    str
        With its unit; a dash for None.
    """
    return "–" if seconds is None else format_duration(seconds)


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


def interval(value: float, low: float, high: float, other: float, most: float) -> Markup:
    """Draw a share with its interval, and another one as a hollow dot.

    Parameters
    ----------
    value, low, high
        The share and its interval.
    other
        What to compare with.
    most
        The share at the right end.

    Returns
    -------
    Markup
        A drawing; the numbers stand beside it in the table.
    """
    at_value, at_low, at_high, at_other = (
        round(_EDGE + (_WIDTH - 2 * _EDGE) * place / (most or 1), 1) for place in (value, low, high, other)
    )
    middle = _HEIGHT / 2
    return _drawing(
        element("line", class_="ground", x1=_EDGE, x2=_WIDTH - _EDGE, y1=middle, y2=middle),
        element("line", class_="reach", x1=at_low, x2=at_high, y1=middle, y2=middle),
        element("circle", class_="other", cx=at_other, cy=middle, r=3.6),
        element("circle", class_="fill", cx=at_value, cy=middle, r=4),
    )


def _drawing(*marks: Markup) -> Markup:
    return element(
        "svg",
        *marks,
        class_="figure",
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        aria_hidden="true",
    )
