"""Shares as a matrix: the darker a cell, the larger its share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import ROW_TEXT, as_rows, new_axes, theme_of, write
from journeymine.draw.palette import mixed
from journeymine.draw.text import text_width
from journeymine.draw.touchpoint import share_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_matrix"]

_ROW: Final = 30.0
_COLUMN: Final = 62.0
_NAMES: Final = 190.0
_MARK: Final = "#0072B2"
_FULL: Final = 0.55
"""How much of the mark's colour the largest share has, so that dark text can be read on it."""


def draw_matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    shares: np.ndarray,
    notes: Sequence[str],
    *,
    label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares as the cells of a matrix, each with its figure.

    Parameters
    ----------
    rows, columns
        Names, first row on top.
    shares
        In [0, 1], shape (rows, columns); a share of 0 has an empty cell.
    notes
        What stands beside each row.
    label
        What the columns are.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        A cell for each row and column, its middle at whole numbers.

    Examples
    --------
    >>> ax = draw_matrix(["web"], ["phone", "web"], np.array([[0.25, 0.5]]), ["4 contacts"], label="next contact")
    >>> [text.get_text() for text in ax.texts]
    ['25 %', '50 %', '4 contacts']
    """
    ax = _axes(rows, columns, notes) if ax is None else ax
    as_rows(ax, rows, limit=_NAMES)
    _name_columns(ax, columns, label)
    _colour(ax, shares)
    for row, column in np.argwhere(shares > 0).tolist():
        write(ax, column, row, share_text(shares[row, column]), fontsize=ROW_TEXT, ha="center", va="center")
    for row, note in enumerate(notes):
        write(ax, len(columns) - 0.4, row, note, fontsize=8, color=theme_of(ax).soft, va="center")
    return ax


def _axes(rows: Sequence[str], columns: Sequence[str], notes: Sequence[str]) -> Axes:
    left = min(max((text_width(name, ROW_TEXT) for name in rows), default=40), _NAMES) + 18
    right = max((text_width(note, 8) for note in notes), default=0) + 20
    size = _COLUMN * max(len(columns), 1), _ROW * max(len(rows), 1)
    return new_axes(*size, left=left, right=right, top=44, bottom=10)


def _name_columns(ax: Axes, columns: Sequence[str], label: str) -> None:
    theme = theme_of(ax)
    ax.set_xticks(range(len(columns)), list(columns), fontsize=ROW_TEXT, color=theme.ink, parse_math=False)
    ax.tick_params(axis="x", top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(label, fontsize=8, color=theme.soft, parse_math=False)
    ax.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    ax.grid(visible=False)


def _colour(ax: Axes, shares: np.ndarray) -> None:
    """Fill the cells, and leave a rule of paper between them."""
    from matplotlib.patches import Rectangle

    theme, largest = theme_of(ax), float(shares.max(initial=0)) or 1.0
    for (row, column), share in np.ndenumerate(shares):
        colour = mixed(_MARK, theme.paper, _FULL * share / largest)
        cell = Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=theme.line, linewidth=0.5)
        ax.add_patch(cell)
