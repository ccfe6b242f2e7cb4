"""Amounts as horizontal bars, with a note beside each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import ROW_TEXT, as_rows, new_axes, theme_of, write
from journeymine.draw.palette import mixed
from journeymine.draw.text import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_bars"]

_ROW: Final = 21.0
_WIDTH: Final = 250.0
_NAMES: Final = 260.0
_STRENGTH: Final = 0.6  # of the mark on the paper: a bar is a large mark


def draw_bars(
    names: Sequence[str],
    values: Sequence[float] | np.ndarray,
    notes: Sequence[str],
    *,
    label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw amounts as bars, one row each.

    Parameters
    ----------
    names
        Of the rows, first one on top.
    values
        Lengths of the bars, from 0.
    notes
        What stands beside each bar.
    label
        What the amounts are.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        The drawing.

    Examples
    --------
    >>> ax = draw_bars(["visit → buy"], [3.5], ["2 × median 1 d"], label="excess time (days)")
    >>> [text.get_text() for text in ax.texts]
    ['2 × median 1 d']
    """
    values = np.asarray(values, float)
    ax = _axes(names, notes) if ax is None else ax
    theme = theme_of(ax)
    as_rows(ax, names, limit=_NAMES)
    ax.barh(range(len(names)), values, height=0.62, color=mixed(theme.mark, theme.paper, _STRENGTH), zorder=2)
    ax.set_xlim(0, float(values[np.isfinite(values)].max(initial=0)) * 1.02 or 1)
    ax.xaxis.set_major_formatter("{x:,.10g}")
    ax.set_xlabel(label, fontsize=8.5, color=theme.soft, parse_math=False)
    for row, note in enumerate(notes):
        write(
            ax, 1.02, row, note, transform=ax.get_yaxis_transform(), fontsize=8, color=theme.soft, va="center",
        )  # fmt: skip
    return ax


def _axes(names: Sequence[str], notes: Sequence[str]) -> Axes:
    left = min(max((text_width(name, ROW_TEXT) for name in names), default=40), _NAMES) + 18
    right = max((text_width(note, 8) for note in notes), default=0) + 20
    return new_axes(_WIDTH, _ROW * max(len(names), 1), left=left, right=right, top=12, bottom=40)
