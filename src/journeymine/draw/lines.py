"""Shares over a duration, several lines in one picture, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import as_plane, new_axes, theme_of, write
from journeymine.draw.palette import mixed, shaded
from journeymine.draw.text import text_width
from journeymine.durations import format_duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_lines"]

_WIDTH: Final = 330.0
_HEIGHT: Final = 240.0
_TEXT: Final = 8.0
_COLOURS: Final = ("#0072B2", "#A84300", "#009E73", "#CC79A7", "#5F6B7A", "#E69F00", "#56B4E9", "#999933")
_DASHES: Final = ("-", "--", "-.", ":")
_APART: Final = 11.0 / _HEIGHT  # of the axes' height, between two names


def draw_lines(
    seconds: Sequence[float] | np.ndarray,
    lines: dict[str, np.ndarray],
    *,
    x_label: str,
    y_label: str,
    band: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares over durations, on a logarithmic scale of time.

    Parameters
    ----------
    seconds
        Durations, ascending, at which all lines have a value.
    lines
        By name: value, low and high at each of them, in [0, 1], shape (3, durations).
    x_label, y_label
        What the durations and the shares are.
    band
        Durations from and to which the ground is marked.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        y in percent.

    Examples
    --------
    >>> ax = draw_lines([3_600, 86_400], {"goal": [[0.2, 0.3], [0.1, 0.2], [0.3, 0.4]]}, x_label="gap", y_label="share")
    >>> [tick.get_text() for tick in ax.get_xticklabels()], ax.get_ylabel()
    (['60 min', '24 h'], 'share, %')
    """
    ax = _axes(list(lines)) if ax is None else ax
    theme = theme_of(ax)
    if band is not None:
        ax.axvspan(*band, color=theme.line, alpha=0.45, linewidth=0, zorder=0)
    for number, values in enumerate(lines.values()):
        value, low, high = 100 * np.asarray(values, float)
        look = {"color": shaded(_COLOURS[number % len(_COLOURS)], theme), "zorder": 3}
        ax.fill_between(seconds, low, high, alpha=0.15, linewidth=0, **look)
        dash = _DASHES[number // 2 % len(_DASHES)]
        ax.plot(seconds, value, linestyle=dash, marker="o", markersize=3.5, linewidth=1.6, **look)
    ax.set_xscale("log")
    ax.set_xticks(seconds, [format_duration(duration) for duration in seconds], minor=False, parse_math=False)
    ax.set_xticks([], minor=True)
    every = 100 * np.ravel([np.asarray(values, float) for values in lines.values()])
    ax.set_ylim(0, max(float(every[np.isfinite(every)].max(initial=0)) * 1.04, 5))
    as_plane(ax, x_label, f"{y_label}, %")
    _name(ax, lines)
    return ax


def _axes(names: Sequence[str]) -> Axes:
    right = max((text_width(name, _TEXT) for name in names), default=0) + 18
    return new_axes(_WIDTH, _HEIGHT, left=46, right=right, top=12, bottom=40)


def _name(ax: Axes, lines: dict[str, np.ndarray]) -> None:
    """Write the name of each line at its end, none over another."""
    lasts = np.array([100 * np.asarray(values, float)[0, -1] for values in lines.values()]) / ax.get_ylim()[1]
    for number, (name, height) in enumerate(zip(lines, _apart(np.nan_to_num(lasts)), strict=True)):
        colour = mixed(_COLOURS[number % len(_COLOURS)], theme_of(ax).ink, 0.7)  # light colours are hard to read
        write(ax, 1.02, height, name, transform=ax.transAxes, fontsize=_TEXT, color=colour, va="center")


def _apart(heights: np.ndarray) -> np.ndarray:
    """Move heights that are too near one another apart, the lowest first, and back down where they leave the axes."""
    order = np.argsort(heights, kind="stable")
    steps = np.arange(len(heights)) * _APART
    raised = np.maximum.accumulate(heights[order] - steps) + steps
    raised = np.minimum(raised, 1 - steps[::-1])
    moved = np.empty(len(heights))
    moved[order] = raised
    return moved
