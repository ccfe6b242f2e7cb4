"""Events as dots: one row a journey, time to the right, a colour and a shape for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import as_plane, legend_above, legend_text, new_axes, theme_of, time_unit
from journeymine.draw.palette import channel_colours, channel_shapes, shaded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_dots"]

_WIDTH: Final = 520.0
_LEAST_HEIGHT: Final = 120.0
_MOST_HEIGHT: Final = 520.0
_ROW: Final = 4.0
_MANY: Final = 5_000  # dots that are kept as pixels in files of vectors
_SIDE_BY_SIDE: Final = 7


def draw_dots(
    times: np.ndarray,
    rows: np.ndarray,
    channels: Sequence[str | None],
    *,
    label: str,
    zero: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw events as dots.

    Parameters
    ----------
    times
        Of each event: moments (datetime64), or seconds from something.
    rows
        Row of each, from 0, the first on top.
    channels
        Channel of each; None where it is not known.
    label
        What a row is.
    zero
        What seconds count from.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        One collection of dots a channel. More than 5,000 dots are drawn as pixels, in files of vectors too.

    Examples
    --------
    >>> ax = draw_dots(np.array([0.0, 864_000.0]), np.array([0, 0]), ["web", "phone"], label="journeys", zero="start")
    >>> ax.get_xlabel(), len(ax.collections)
    ('days since start', 2)
    """
    count = int(rows.max(initial=0)) + 1
    height = min(max(_ROW * count, _LEAST_HEIGHT), _MOST_HEIGHT)
    ax = new_axes(_WIDTH, height, left=34, right=16, top=30, bottom=40) if ax is None else ax
    x, x_label = _axis(ax, times, zero)
    theme, names = theme_of(ax), np.array(["" if name is None else name for name in channels], object)
    size = np.clip(1.2 * height / count, 2.4, 4.5) ** 2
    shapes = channel_shapes(channels)
    for name, colour in channel_colours(channels).items():
        mine = names == (name or "")
        look = {"marker": shapes[name], "color": shaded(colour, theme), "linewidth": 0, "zorder": 3}
        ax.scatter(
            x[mine], rows[mine], s=size, label=legend_text(name or "no channel"), rasterized=len(rows) > _MANY, **look
        )
    as_plane(ax, x_label, label)
    ax.set_ylim(count - 0.5 + 0.01 * count, -0.5 - 0.01 * count)
    ax.set_yticks([])
    if names.any():
        legend_above(ax, columns=_SIDE_BY_SIDE, scale=5.0 / size**0.5)
    return ax


def _axis(ax: Axes, times: np.ndarray, zero: str | None) -> tuple[np.ndarray, str]:
    """Give places and the name of an axis of moments, in UTC, or of time from zero."""
    if times.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator()
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
        return times.astype("datetime64[us]"), _span(times)
    unit, name = time_unit(float(np.abs(times).max(initial=0)))
    if len(times) and times.min() < 0:
        ax.axvline(0, color=theme_of(ax).soft, linewidth=0.8, zorder=2)
    return times / unit, f"{name} since {zero}"


def _span(times: np.ndarray) -> str:
    if not len(times):
        return "UTC"
    first, last = (moment.astype("datetime64[s]").item() for moment in (times.min(), times.max()))
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}, UTC"
