"""What all pictures share: a figure that fits its content, text that is measured and never read as mathematics."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from journeymine.draw.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FAMILY", "ROW_TEXT", "as_rows", "new_axes", "plain", "shortened", "text_width", "wrapped", "write"]

FAMILY: Final = "DejaVu Sans"
"""Comes with matplotlib, so that text has the same size on every machine."""

ROW_TEXT: Final = 8.5
"""Size of letters of a row's name, in points."""

_POINTS_PER_INCH: Final = 72
_FORBIDDEN: Final = re.compile("[^\\s\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML


def new_axes(
    width: float, height: float, *, left: float = 0.0, right: float = 0.0, top: float = 0.0, bottom: float = 0.0
) -> Axes:
    """Make axes in a new figure.

    Parameters
    ----------
    width, height
        Of the axes, in points.
    left, right, top, bottom
        Margins around them.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    import matplotlib.pyplot as plt

    whole_width, whole_height = left + width + right, top + height + bottom
    figure = plt.figure(
        figsize=(whole_width / _POINTS_PER_INCH, whole_height / _POINTS_PER_INCH), facecolor=LIGHT.paper
    )
    place = (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
    return figure.add_axes(place, facecolor=LIGHT.paper)


def as_rows(ax: Axes, names: Sequence[str], *, limit: float) -> None:
    """Make axes a list of rows, the first on top, with a name at the left of each.

    Parameters
    ----------
    ax
        The axes.
    names
        Of the rows; row ``i`` is at ``y = i``.
    limit
        Widest a name may be, in points.
    """
    shown = [shortened(name, limit, ROW_TEXT) for name in names]
    ax.set_yticks(range(len(names)), shown, fontsize=ROW_TEXT, family=FAMILY, color=LIGHT.ink, parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=6)
    ax.tick_params(axis="x", colors=LIGHT.soft, labelsize=8, length=0, pad=4)
    ax.spines[:].set_visible(False)
    ax.grid(axis="x", color=LIGHT.line, linewidth=0.6)
    ax.set_axisbelow(True)


def write(ax: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Write text as it stands, whatever signs it holds.

    Parameters
    ----------
    ax
        Where.
    x, y
        In the axes' data.
    text
        What.
    **look
        As matplotlib's text takes it.
    """
    ax.text(x, y, plain(text), **{"family": FAMILY, "color": LIGHT.ink, "parse_math": False, **look})


def plain(text: str) -> str:
    """Give text on one line, without signs that a file of vectors cannot hold.

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
    >>> plain("a,b\\n c")
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
    'Confirmati…'
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

