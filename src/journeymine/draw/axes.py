"""Axes in a figure that fits its content, and text on them that is never read as mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from journeymine.draw.palette import LIGHT, Theme, on_paper
from journeymine.draw.text import FAMILY, plain, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ROW_TEXT",
    "as_plane",
    "as_rows",
    "legend_above",
    "legend_text",
    "new_axes",
    "room_of",
    "theme_of",
    "time_unit",
    "write",
]

ROW_TEXT: Final = 8.5
"""Size of letters of a row's name, in points."""

_POINTS_PER_INCH: Final = 72
_SEEN_THROUGH: Final = 0.5
# (least number of seconds, one unit in seconds, its name)
_UNITS: Final = ((2 * 86_400, 86_400, "days"), (2 * 3_600, 3_600, "hours"), (2 * 60, 60, "minutes"), (0, 1, "seconds"))


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
    paper = _paper(plt.rcParams["figure.facecolor"]) or LIGHT.paper
    figure = plt.figure(figsize=(whole_width / _POINTS_PER_INCH, whole_height / _POINTS_PER_INCH), facecolor=paper)
    place = (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
    return figure.add_axes(place, facecolor=paper)


def theme_of(ax: Axes) -> Theme:
    """Choose the colours that can be read on axes.

    Parameters
    ----------
    ax
        The axes; where they show no ground of their own, their figure's counts.

    Returns
    -------
    Theme
        Light or dark, as the paper is: matplotlib's styles and the user's own colours decide.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    own = _paper(ax.get_facecolor()) if ax.axison and ax.patch.get_visible() else None
    return on_paper(own or _paper(figure.get_facecolor()) or LIGHT.paper)


def _paper(colour: Any) -> str | None:
    """Give a ground's colour; None if one sees through it."""
    from matplotlib.colors import to_hex, to_rgba

    return to_hex(colour).upper() if to_rgba(colour)[3] > _SEEN_THROUGH else None


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
    theme = theme_of(ax)
    ax.set_yticks(range(len(names)), shown, fontsize=ROW_TEXT, family=FAMILY, color=theme.ink, parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=6)
    ax.tick_params(axis="x", colors=theme.soft, labelsize=8, length=0, pad=4)
    ax.spines[:].set_visible(False)
    ax.grid(axis="x", color=theme.line, linewidth=0.6)
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
    theme = theme_of(ax)
    ax.set_xlabel(x_label, fontsize=ROW_TEXT, color=theme.soft, parse_math=False)
    ax.set_ylabel(y_label, fontsize=ROW_TEXT, color=theme.soft, parse_math=False)
    ax.tick_params(colors=theme.soft, labelsize=8, length=0, pad=4)
    ax.spines[:].set_visible(False)
    ax.grid(color=theme.line, linewidth=0.6)
    ax.set_axisbelow(True)


def legend_above(ax: Axes, *, gap: float = 0.2, columns: int = 2, scale: float = 1.0) -> None:
    """Say above axes what their marks are, the last one drawn first.

    Parameters
    ----------
    ax
        The axes, drawn.
    gap
        Between a mark and its text, in font sizes; dots have some of their own.
    columns
        How many marks stand side by side.
    scale
        By how much marks are larger than those on the axes.
    """
    legend = ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, markerscale=scale, frameon=False, fontsize=8,
        borderaxespad=0.3, handletextpad=gap, columnspacing=1.2, labelcolor=theme_of(ax).soft, reverse=True,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def legend_text(name: str) -> str:
    """Give a name as a legend can hold it.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        On one line; a name that begins with an underscore, which matplotlib would leave out, begins with a space.

    Examples
    --------
    >>> legend_text("web"), legend_text("_web")
    ('web', ' _web')
    """
    name = plain(name)
    return f" {name}" if name.startswith("_") else name


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


def time_unit(longest: float) -> tuple[int, str]:
    """Choose the unit of an axis of time.

    Parameters
    ----------
    longest
        What it has room for, in seconds.

    Returns
    -------
    tuple
        Seconds in one unit, and its name.

    Examples
    --------
    >>> time_unit(864_000.0)
    (86400, 'days')
    """
    return next((unit, name) for shortest, unit, name in _UNITS if longest >= shortest)


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
    ax.text(x, y, plain(text), **{"family": FAMILY, "color": theme_of(ax).ink, "parse_math": False, **look})
