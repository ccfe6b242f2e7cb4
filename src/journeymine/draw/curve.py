"""A share that grows with time, as a curve with its interval, and what a naive count would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import as_plane, legend_above, legend_text, new_axes, theme_of, time_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_curve"]

_WIDTH: Final = 360.0
_HEIGHT: Final = 210.0


def draw_curve(
    seconds: Sequence[float] | np.ndarray,
    values: Sequence[float] | np.ndarray,
    low: Sequence[float] | np.ndarray,
    high: Sequence[float] | np.ndarray,
    other: Sequence[float] | np.ndarray,
    *,
    label: str,
    other_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw a share over time as steps with a band, and another figure beside it as a dashed line.

    Parameters
    ----------
    seconds
        Times, from 0, sorted.
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
        x in days, hours, minutes or seconds, as fits; y in percent.

    Examples
    --------
    >>> ax = draw_curve([0, 86_400, 864_000], [0, 0.2, 0.3], [0, 0.1, 0.2], [0, 0.3, 0.4], [0, 0.1, 0.2],
    ...     label="bought", other_label="naive count")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('days', 'bought, %')
    """
    unit, name = time_unit(float(np.max(seconds, initial=0)))
    times = np.asarray(seconds, float) / unit
    values, low, high, other = (100 * np.asarray(shares, float) for shares in (values, low, high, other))
    ax = new_axes(_WIDTH, _HEIGHT, left=46, right=14, top=30, bottom=40) if ax is None else ax
    theme = theme_of(ax)
    ax.fill_between(times, low, high, step="post", color=theme.mark, alpha=0.18, linewidth=0, zorder=2)
    ax.step(
        times,
        other,
        where="post",
        color=theme.soft,
        linewidth=1.2,
        linestyle="--",
        label=legend_text(other_label),
        zorder=3,
    )
    ax.step(
        times,
        values,
        where="post",
        color=theme.mark,
        linewidth=1.8,
        label=legend_text(f"{label}, with its interval"),
        zorder=4,
    )
    ax.set_xlim(0, float(times.max(initial=0)) or 1)
    ax.set_ylim(0, max(float(high[np.isfinite(high)].max(initial=0)) * 1.06, 5))
    as_plane(ax, name, f"{label}, %")
    legend_above(ax, gap=0.6)
    return ax
