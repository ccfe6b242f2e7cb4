"""Shares with their intervals, and what a naive count would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import ROW_TEXT, as_rows, legend_above, legend_text, new_axes, theme_of, write
from journeymine.draw.text import text_width
from journeymine.draw.touchpoint import share_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_intervals"]

_ROW: Final = 21.0
_WIDTH: Final = 330.0
_NAMES: Final = 190.0


def draw_intervals(
    names: Sequence[str],
    values: Sequence[float] | np.ndarray,
    low: Sequence[float] | np.ndarray,
    high: Sequence[float] | np.ndarray,
    other: Sequence[float] | np.ndarray,
    *,
    label: str,
    other_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares as dots with their intervals, one row each, and another figure beside each as a hollow dot.

    Parameters
    ----------
    names
        Of the rows, first one on top.
    values, low, high
        Shares in [0, 1] and the bounds of their intervals.
    other
        What to compare with.
    label, other_label
        What the two are.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        x in percent.

    Examples
    --------
    >>> ax = draw_intervals(["visit"], [0.2], [0.1], [0.3], [0.4], label="drop-off", other_label="naive count")
    >>> ax.get_xlabel()
    'drop-off, %'
    """
    values, low, high, other = (100 * np.asarray(shares, float) for shares in (values, low, high, other))
    rows = np.arange(len(names))
    notes = [f"{share_text(v / 100)} ({a:.0f} – {b:.0f})" for v, a, b in zip(values, low, high, strict=True)]
    ax = _axes(names, notes) if ax is None else ax
    theme = theme_of(ax)
    as_rows(ax, names, limit=_NAMES)
    line = ax.hlines(rows, low, high, color=theme.mark, linewidth=2.2, alpha=0.55, zorder=2)
    line.set_capstyle("round")
    ax.scatter(
        other,
        rows,
        s=26,
        facecolor=theme.paper,
        edgecolor=theme.soft,
        linewidth=1.1,
        label=legend_text(other_label),
        zorder=3,
    )
    ax.scatter(values, rows, s=30, color=theme.mark, label=legend_text(f"{label}, with its interval"), zorder=4)
    ends = np.concatenate((values, high, other))
    ax.set_xlim(0, max(float(ends[np.isfinite(ends)].max(initial=0)) * 1.06, 5))
    ax.set_xlabel(f"{label}, %", fontsize=8.5, color=theme.soft, parse_math=False)
    for row, note in enumerate(notes):
        _beside(ax, row, note)
    legend_above(ax)
    return ax


def _axes(names: Sequence[str], notes: Sequence[str]) -> Axes:
    left = min(max((text_width(name, ROW_TEXT) for name in names), default=40), _NAMES) + 18
    right = max((text_width(note, 8) for note in notes), default=0) + 22
    return new_axes(_WIDTH, _ROW * max(len(names), 1), left=left, right=right, top=30, bottom=40)


def _beside(ax: Axes, row: int, note: str) -> None:
    look = {"fontsize": 8, "color": theme_of(ax).soft, "va": "center"}
    write(ax, 1.02, row, note, transform=ax.get_yaxis_transform(), **look)
