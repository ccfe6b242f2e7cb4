"""Axes in a figure that fits its content, and text on them that is never read as mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from journeymine.draw.palette import LIGHT
from journeymine.draw.text import FAMILY, plain, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ROW_TEXT", "as_plane", "as_rows", "legend_above", "new_axes", "room_of", "write"]

ROW_TEXT: Final = 8.5
"""Size of letters of a row's name, in points."""

_POINTS_PER_INCH: Final = 72


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


def as_plane(ax: Axes, x_label: str, y_label: str) -> None:
    """Give axes whose both directions are amounts a grid and the names of the two.

    Parameters
    ----------
    ax
        The axes.
    x_label, y_label
        What the amounts are, with their units.
    """
    ax.set_xlabel(x_label, fontsize=ROW_TEXT, color=LIGHT.soft, parse_math=False)
    ax.set_ylabel(y_label, fontsize=ROW_TEXT, color=LIGHT.soft, parse_math=False)
    ax.tick_params(colors=LIGHT.soft, labelsize=8, length=0, pad=4)
    ax.spines[:].set_visible(False)
    ax.grid(color=LIGHT.line, linewidth=0.6)
    ax.set_axisbelow(True)


def legend_above(ax: Axes, *, gap: float = 0.2) -> None:
    """Say above axes what their marks are, the last one drawn first.

    Parameters
    ----------
    ax
        The axes, drawn.
    gap
        Between a mark and its text, in font sizes; dots have some of their own.
    """
    legend = ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8, borderaxespad=0.3,
        handletextpad=gap, columnspacing=1.2, labelcolor=LIGHT.soft, reverse=True,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def room_of(ax: Axes) -> tuple[float, float]:
    """Measure axes.

    Parameters
    ----------
    ax
        The axes.

    Returns
    -------
    tuple of float
        Width and height, in points.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    extent = ax.get_window_extent()
    return extent.width / figure.dpi * _POINTS_PER_INCH, extent.height / figure.dpi * _POINTS_PER_INCH


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
