"""How durations are spread, one row each: from quantiles, on an axis where each step is a multiple of the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import ROW_TEXT, as_rows, new_axes, theme_of, write
from journeymine.draw.palette import mixed
from journeymine.draw.text import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["SHARES", "draw_spreads"]

SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Which quantiles are drawn: the middle half thick, four fifths thin, the median as a dot."""

_ROW: Final = 21.0
_WIDTH: Final = 300.0
_NAMES: Final = 260.0
_SHORTEST: Final = 1.0  # second: shorter ones are drawn there
_MARGIN: Final = 1.25
_DAY: Final = 86_400
_TICKS: Final = {
    **{1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3_600: "1 h", 21_600: "6 h"},
    **{days * _DAY: f"{days} d" for days in (1, 3, 10, 30, 100, 365)},
}


def draw_spreads(
    names: Sequence[str],
    quantiles: np.ndarray,
    notes: Sequence[str],
    *,
    label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how durations are spread.

    Parameters
    ----------
    names
        Of the rows, first one on top.
    quantiles
        Seconds, shape (rows, 5), for `SHARES`; what is not a number is not drawn, such as quantiles that nobody can
        know yet because too many still wait.
    notes
        What stands beside each row.
    label
        What the durations are.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        x in seconds on a logarithmic scale, marked at durations that are easy to say.

    Examples
    --------
    >>> ax = draw_spreads(["ask → answer"], np.array([[60, 600, 3_600, 7_200, 86_400]]), ["200 passes"], label="time")
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1 min', '10 min', '1 h', '6 h', '1 d']
    """
    quantiles = np.maximum(np.asarray(quantiles, float), _SHORTEST)
    ax = _axes(names, notes) if ax is None else ax
    theme = theme_of(ax)
    as_rows(ax, names, limit=_NAMES)
    rows = np.arange(len(names))
    low, first, median, third, high = quantiles.reshape(-1, len(SHARES)).T
    ax.hlines(rows, low, high, color=mixed(theme.mark, theme.paper, 0.6), linewidth=1.2, zorder=2)
    ax.hlines(rows, first, third, color=mixed(theme.mark, theme.paper, 0.45), linewidth=7.0, zorder=3)
    ax.scatter(median, rows, s=26, color=theme.mark, edgecolor=theme.paper, linewidth=0.8, zorder=4)
    _time_axis(ax, quantiles[np.isfinite(quantiles)])
    ax.set_xlabel(f"{label}: median, middle half, middle four fifths", fontsize=8.5, color=theme.soft, parse_math=False)
    for row, note in enumerate(notes):
        look = {"fontsize": 8, "color": theme.soft, "va": "center"}
        write(ax, 1.02, row, note, transform=ax.get_yaxis_transform(), **look)
    return ax


def _axes(names: Sequence[str], notes: Sequence[str]) -> Axes:
    left = min(max((text_width(name, ROW_TEXT) for name in names), default=40), _NAMES) + 18
    right = max((text_width(note, 8) for note in notes), default=0) + 20
    return new_axes(_WIDTH, _ROW * max(len(names), 1), left=left, right=right, top=12, bottom=40)


def _time_axis(ax: Axes, shown: np.ndarray) -> None:
    """Mark durations that are easy to say, and no others."""
    from matplotlib.ticker import NullLocator

    low, high = (shown.min(), shown.max()) if len(shown) else (_SHORTEST, _DAY)
    ax.set_xscale("log")
    ax.set_xlim(low / _MARGIN, high * _MARGIN)
    ax.xaxis.set_minor_locator(NullLocator())
    ticks = {seconds: said for seconds, said in _TICKS.items() if low / _MARGIN <= seconds <= high * _MARGIN}
    ax.set_xticks(list(ticks), list(ticks.values()))
