"""Variants as rows of chevrons, one a touchpoint, with how many journeys took each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from journeymine.draw.axes import new_axes, room_of
from journeymine.draw.legend import draw_channels
from journeymine.draw.palette import channel_colours, channel_shapes, mixed, shaded, tinted
from journeymine.draw.pen import Pen
from journeymine.draw.text import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_chevrons", "steps"]

_MOST: Final = 9  # chevrons in a row
_ROW: Final = 27.0
_HEIGHT: Final = 22.0
_STEP: Final = 78.0
_POINT: Final = 6.0
_COLUMNS: Final = (44.0, 96.0, 140.0)  # right ends of share, cases and cumulative share
_LEFT: Final = 152.0
_HEAD: Final = 24.0
_TEXT: Final = 6.8
_MARK: Final = 3.8


class _Step(NamedTuple):
    text: str
    activity: str | None


def draw_chevrons(
    variants: Sequence[tuple[str, ...]],
    shares: Sequence[float],
    cases: Sequence[int],
    *,
    channels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each variant as a row of chevrons.

    Parameters
    ----------
    variants
        Activities of each, most frequent variant first.
    shares, cases
        How many journeys took each: in [0, 1] of all, and as a number.
    channels
        Channel of each activity, for its colour; without it all are alike.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        One unit of its data is a point. An activity several times in a row is drawn once, with "×3"; of long variants
        the last step says how many more there are.

    Examples
    --------
    >>> ax = draw_chevrons([("visit", "visit", "buy")], [0.5], [12])
    >>> [text.get_text() for text in ax.texts][-2:]
    ['visit ×2', 'buy']
    """
    rows = [steps(variant) for variant in variants]
    width = _LEFT + _STEP * max(map(len, rows), default=1) + 2 * _POINT + 8
    height = _HEAD + _ROW * max(len(rows), 1) + (18 if channels else 4)
    ax = new_axes(width, height) if ax is None else ax
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    shown_width, shown_height = room_of(ax)
    pen = Pen(ax, min(shown_width / width, shown_height / height))
    shown = {step.activity for row in rows for step in row if step.activity}
    colours = channel_colours(channel for activity, channel in (channels or {}).items() if activity in shown)
    shapes = channel_shapes(colours)
    _draw_head(pen)
    for place, (row, share, count, total) in enumerate(zip(rows, shares, cases, accumulate(shares), strict=True)):
        y = _HEAD + _ROW * (place + 0.5)
        _draw_figures(pen, y, (f"{100 * share:.1f} %", f"{count:,}", f"{100 * total:.0f} %"))
        for at, step in enumerate(row):
            channel = (channels or {}).get(step.activity or "")
            _draw_step(pen, _LEFT + _STEP * at, y, step, colours.get(channel, pen.theme.edge), first=at == 0)
            if channel in shapes:
                pen.mark(_LEFT + _STEP * at + 12, y, shapes[channel], _MARK, colours[channel])
    draw_channels(pen, _LEFT, height - 9, colours)
    return ax


def steps(variant: Sequence[str]) -> list[_Step]:
    """Say what the chevrons of a variant say.

    Parameters
    ----------
    variant
        Activities in order.

    Returns
    -------
    list
        Text and activity of each; runs of one activity are one step, what is too long is "+ n more".

    Examples
    --------
    >>> [step.text for step in steps(["visit", "buy", "buy"])]
    ['visit', 'buy ×2']
    """
    runs = [(activity, len(list(run))) for activity, run in groupby(variant)]
    shown = runs if len(runs) <= _MOST else runs[: _MOST - 1]
    row = [_Step(f"{activity} ×{count}" if count > 1 else activity, activity) for activity, count in shown]
    left = sum(count for _, count in runs[len(shown) :])
    return [*row, _Step(f"+ {left:,} more", None)] if left else row


def _draw_head(pen: Pen) -> None:
    for x, text in zip(_COLUMNS, ("share", "journeys", "so far"), strict=True):
        pen.text(x, 12, text, size=7.2, colour=pen.theme.soft, align="right")


def _draw_figures(pen: Pen, y: float, figures: tuple[str, str, str]) -> None:
    for x, text, bold in zip(_COLUMNS, figures, (True, False, False), strict=True):
        pen.text(x, y, text, size=8.2, bold=bold, colour=pen.theme.ink if bold else pen.theme.soft, align="right")


def _draw_step(pen: Pen, x: float, y: float, step: _Step, colour: str, *, first: bool) -> None:
    from matplotlib.patches import Polygon

    top, bottom, end = y - _HEIGHT / 2, y + _HEIGHT / 2, x + _STEP - 3
    notch = [] if first else [(x + _POINT, y)]
    shape = [(x, top), (end, top), (end + _POINT, y), (end, bottom), (x, bottom), *notch]
    theme = pen.theme
    fill, edge = tinted(colour, theme), mixed(shaded(colour, theme), theme.paper, 0.75)
    look = (
        {"facecolor": fill, "edgecolor": edge} if step.activity else {"facecolor": theme.paper, "edgecolor": theme.line}
    )
    pen.ax.add_patch(Polygon(shape, closed=True, linewidth=0.8 * pen.scale, zorder=2, **look))
    lines = wrapped(step.text, _STEP - 24, _TEXT)
    for row, line in enumerate(lines):
        pen.text(x + _STEP / 2 + 5, y + (row - (len(lines) - 1) / 2) * 8.4, line, size=_TEXT)
