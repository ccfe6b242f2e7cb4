"""What was foretold against what came, and what a naive count would have foretold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.draw.axes import as_plane, legend_above, legend_text, new_axes, theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_agreement"]

_SIDE: Final = 250.0


def draw_agreement(
    came: Sequence[float] | np.ndarray,
    foretold: Sequence[float] | np.ndarray,
    other: Sequence[float] | np.ndarray,
    *,
    label: str,
    other_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares that were foretold as dots, over the shares that came; on the diagonal they are equal.

    Parameters
    ----------
    came
        Shares in [0, 1].
    foretold
        What was said of them before.
    other
        What else could have been said; a hollow dot.
    label, other_label
        What the two are.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        Both directions in percent.

    Examples
    --------
    >>> ax = draw_agreement([0.1, 0.2], [0.1, 0.21], [0.3, 0.2], label="foretold", other_label="naive count")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('what came, %', 'foretold, %')
    """
    came, foretold, other = (100 * np.asarray(shares, float) for shares in (came, foretold, other))
    ax = new_axes(_SIDE, _SIDE, left=46, right=14, top=30, bottom=40) if ax is None else ax
    theme = theme_of(ax)
    last = max(float(np.concatenate((came, foretold, other)).max(initial=0)) * 1.04, 5)
    ax.plot([0, last], [0, last], color=theme.line, linewidth=1.2, zorder=1)
    ax.vlines(came, foretold, other, color=theme.line, linewidth=0.8, zorder=2)
    ax.scatter(
        came,
        other,
        s=24,
        facecolor=theme.paper,
        edgecolor=theme.soft,
        linewidth=1.0,
        label=legend_text(other_label),
        zorder=3,
    )
    ax.scatter(came, foretold, s=26, color=theme.mark, label=legend_text(label), zorder=4)
    ax.set_xlim(-0.02 * last, last)
    ax.set_ylim(-0.02 * last, last)
    as_plane(ax, "what came, %", f"{label}, %")
    legend_above(ax)
    return ax
