"""Text for pictures: on one line, measured, shortened and broken to fit."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any, Final

__all__ = ["FAMILY", "plain", "shortened", "text_width", "wrapped"]

FAMILY: Final = "DejaVu Sans"
"""Comes with matplotlib, so that text has the same size on every machine."""

_FORBIDDEN: Final = re.compile("[^\\s\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML


def plain(text: str) -> str:
    r"""Give text on one line, without signs that a file of vectors cannot hold.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        White space as single spaces, control signs and the like as the replacement sign.

    Examples
    --------
    >>> plain("a,b\n c")
    'a,b c'
    """
    return " ".join(_FORBIDDEN.sub("\ufffd", text).split())


@cache
def _font(bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=FAMILY, weight="bold" if bold else "normal", size=10)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure text.

    Parameters
    ----------
    text
        One line.
    size
        Of its letters, in points.
    bold
        Whether it is.

    Returns
    -------
    float
        Points.
    """
    return _width_at_ten(plain(text), bold) * size / 10


@cache
def _width_at_ten(text: str, bold: bool) -> float:
    from matplotlib.textpath import text_to_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a sign that the font lacks is as wide as the box in its place
        return text_to_path.get_text_width_height_descent(text, _font(bold), ismath=False)[0]


def shortened(text: str, limit: float, size: float, *, bold: bool = False) -> str:
    """Cut text that is too wide, and say so with an ellipsis.

    Parameters
    ----------
    text
        One line.
    limit
        Widest it may be, in points.
    size
        Of its letters, in points.
    bold
        Whether it is.

    Returns
    -------
    str
        The text, or its beginning and "…".

    Examples
    --------
    >>> shortened("Confirmation of receipt", 60, 8)
    'Confirmation…'
    """
    text = plain(text)
    if text_width(text, size, bold=bold) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width(text[:middle].rstrip() + "…", size, bold=bold) <= limit
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…"


def wrapped(text: str, limit: float, size: float, *, lines: int = 2, bold: bool = False) -> list[str]:
    """Break text between words into lines.

    Parameters
    ----------
    text
        Any text.
    limit
        Widest a line may be, in points.
    size
        Of its letters, in points.
    lines
        Most lines it may take; the last one is shortened.
    bold
        Whether it is.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped("Confirmation of receipt", 60, 8)
    ['Confirmation', 'of receipt']
    """
    done: list[str] = []
    words = plain(text).split(" ")
    while words and len(done) < lines - 1:
        count = 1
        while count < len(words) and text_width(" ".join(words[: count + 1]), size, bold=bold) <= limit:
            count += 1
        done.append(shortened(" ".join(words[:count]), limit, size, bold=bold))
        words = words[count:]
    return [*done, shortened(" ".join(words), limit, size, bold=bold)] if words else done
