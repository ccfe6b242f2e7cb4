"""Steps one after the other: bars of how many reach each, what is lost between them, and what is known of that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from journeymine.draw.axes import new_axes, room_of
from journeymine.draw.palette import mixed, tinted
from journeymine.draw.pen import Pen
from journeymine.draw.text import shortened, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Step", "draw_steps"]

_BAR: Final = 19.0
_BETWEEN: Final = 27.0  # from one bar to the next
_WIDTH: Final = 300.0
_NOTES: Final = 150.0
_NAMES: Final = 170.0
_NAME: Final = 8.5
_NOTE: Final = 7.6
_EDGE: Final = 8.0


class Step(NamedTuple):
    """One step.

    Attributes
    ----------
    name
        What it is.
    share
        Of those that began, in [0, 1], with the bounds of its interval, which are not numbers where they are not known.
    low, high
        These bounds.
    note
        What stands beside its bar.
    before
        What stands between it and the step before.
    """

    name: str
    share: float
    low: float
    high: float
    note: str
    before: str = ""


def draw_steps(steps: Sequence[Step], *, ax: Axes | None = None) -> Axes:
    """Draw how many reach each step.

    Parameters
    ----------
    steps
        From the first to the last.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        One unit of its data is a point. What a step loses of the one before is pale, the line is the interval.

    Examples
    --------
    >>> lost = "33 % stop"
    >>> ax = draw_steps([Step("visit", 1.0, 1.0, 1.0, "3"), Step("buy", 0.67, 0.3, 0.9, "2", lost)])
    >>> [text.get_text() for text in ax.texts]
    ['visit', '3', 'buy', '2', '33 % stop']
    """
    left = _EDGE + min(max((text_width(step.name, _NAME) for step in steps), default=40), _NAMES) + 10
    width = left + _WIDTH + _NOTES
    height = 2 * _EDGE + _BAR * len(steps) + _BETWEEN * max(len(steps) - 1, 0)
    ax = new_axes(width, height) if ax is None else ax
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    room = room_of(ax)
    pen = Pen(ax, min(room[0] / width, room[1] / height))
    for place, step in enumerate(steps):
        y = _EDGE + place * (_BAR + _BETWEEN) + _BAR / 2
        pen.text(left - 8, y, shortened(step.name, _NAMES, _NAME), size=_NAME, align="right")
        _draw_bar(pen, left, y, step.share, steps[max(place - 1, 0)].share)
        _draw_interval(pen, left, y, step)
        note = shortened(step.note, _NOTES - 14, _NOTE)
        pen.text(left + _WIDTH + 10, y, note, size=_NOTE, colour=pen.theme.soft, align="left")
        if step.before:
            said = shortened(step.before, _WIDTH + _NOTES - 8, _NOTE)
            pen.text(left, y - (_BAR + _BETWEEN) / 2, said, size=_NOTE, colour=pen.theme.soft, align="left")
    return ax


def _draw_bar(pen: Pen, left: float, y: float, share: float, before: float) -> None:
    from matplotlib.patches import Rectangle

    theme = pen.theme
    for reach, colour in ((before, tinted(theme.mark, theme)), (share, mixed(theme.mark, theme.paper, 0.65))):
        place = (left, y - _BAR / 2), _WIDTH * reach, _BAR
        pen.ax.add_patch(Rectangle(*place, facecolor=colour, linewidth=0, zorder=2))


def _draw_interval(pen: Pen, left: float, y: float, step: Step) -> None:
    if step.high > step.low:
        ends = [left + _WIDTH * step.low, left + _WIDTH * step.high]
        look = {"color": pen.theme.ink, "solid_capstyle": "butt", "zorder": 4}
        pen.ax.plot(ends, [y, y], linewidth=1.1 * pen.scale, **look)
        for end in ends:
            pen.ax.plot([end, end], [y - 3, y + 3], linewidth=1.1 * pen.scale, **look)
