"""Contacts of one customer as rows, with a lane for each channel; silences are short, and say how long they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from journeymine.draw.axes import new_axes, room_of
from journeymine.draw.palette import channel_colours, shaded
from journeymine.draw.pen import Pen
from journeymine.draw.text import shortened, text_width
from journeymine.durations import format_duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST", "SILENCE", "Contact", "draw_timeline"]

MOST: Final = 60
"""Contacts that are drawn, at most: the last ones."""

SILENCE: Final = 3600.0
"""Seconds without a contact that are a silence."""

_ROW: Final = 15.0
_GAP: Final = 15.0  # height of a silence, however long
_HEAD: Final = 34.0
_DAY: Final = 66.0  # right end of days, and of times
_HOUR: Final = 102.0
_LANES: Final = 118.0
_LANE: Final = 48.0
_TEXTS: Final = 320.0
_NAME: Final = 8.0
_SMALL: Final = 7.2
_NOBODY: Final = "no channel"


class Contact(NamedTuple):
    """One contact.

    Attributes
    ----------
    start, end
        Seconds since 1970; the end is None where it is not known.
    name
        What happened.
    channel
        Where; None where it is not known.
    journey
        Which journey it belongs to.
    text
        What was said.
    """

    start: float
    end: float | None
    name: str
    channel: str | None
    journey: str
    text: str = ""


@dataclass(frozen=True)
class _Rows:
    """Where contacts stand."""

    contacts: Sequence[Contact]

    @cached_property
    def silences(self) -> list[float]:
        """Seconds without a contact before each, after whatever of those before it ended last."""
        starts = np.array([contact.start for contact in self.contacts])
        ends = np.maximum.accumulate([contact.end or contact.start for contact in self.contacts])
        return [0.0, *np.maximum(starts[1:] - ends[:-1], 0).tolist()] if len(starts) else []

    @cached_property
    def places(self) -> np.ndarray:
        """Height of the middle of each row, in points from the top."""
        steps = [_ROW + (_GAP if silence >= SILENCE else 0) for silence in self.silences]
        return _HEAD + np.cumsum(steps) - _ROW / 2

    def last_during(self, place: int) -> float:
        """Give the height of the last row that begins before a contact ends."""
        contact = self.contacts[place]
        starts = np.array([other.start for other in self.contacts])
        return float(self.places[max(np.searchsorted(starts, contact.end or contact.start) - 1, place)])

    @cached_property
    def lanes(self) -> dict[str | None, float]:
        """Middle of each channel's lane, in the order in which they come up."""
        channels = dict.fromkeys(contact.channel for contact in self.contacts)
        return {channel: _LANES + _LANE * (number + 0.5) for number, channel in enumerate(channels)}

    @property
    def texts(self) -> float:
        """Where the names begin."""
        return _LANES + _LANE * len(self.lanes) + 10

    @property
    def width(self) -> float:
        """Of the picture."""
        return self.texts + _TEXTS

    @property
    def height(self) -> float:
        """Of the picture."""
        return float(self.places.max(initial=_HEAD)) + _ROW


def draw_timeline(contacts: Sequence[Contact], *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw the contacts of one customer, the first on top.

    Parameters
    ----------
    contacts
        In order of time; of more than 60 the last.
    title
        What stands above them.
    ax
        Where; by default a new figure of fitting size.

    Returns
    -------
    matplotlib.axes.Axes
        One unit of its data is a point. A dot is a moment, a bar lasts until the last contact that began before its
        end. What took an hour or longer without a contact is a gap of one height, with its duration.

    Examples
    --------
    >>> visit = Contact(0.0, None, "visit", "web", "1")
    >>> ax = draw_timeline([visit, Contact(864_000.0, 864_300.0, "call", "phone", "1")])
    >>> [text.get_text() for text in ax.texts][3:]
    ['1 Jan 1970', '00:00', 'visit', '10 d later', '11 Jan 1970', '00:00', 'call', '5 min']
    """
    rows = _Rows(contacts[-MOST:])
    ax = new_axes(rows.width, rows.height) if ax is None else ax
    ax.set(xlim=(0, rows.width), ylim=(rows.height, 0))
    ax.set_axis_off()
    width, height = room_of(ax)
    pen = Pen(ax, min(width / rows.width, height / rows.height))
    colours = {channel: shaded(colour, pen.theme) for channel, colour in channel_colours(rows.lanes).items()}
    pen.text(8, 10, shortened(title, rows.width - 16, 9, bold=True), size=9, bold=True, align="left")
    _draw_lanes(pen, rows)
    for place, contact in enumerate(rows.contacts):
        _draw_silence(pen, rows, place)
        _draw_moment(pen, rows, place)
        _draw_mark(pen, rows, place, colours[contact.channel])
        _draw_name(pen, rows, place)
    return ax


def _draw_lanes(pen: Pen, rows: _Rows) -> None:
    for channel, x in rows.lanes.items():
        pen.text(x, _HEAD - 9, shortened(channel or _NOBODY, _LANE - 4, _SMALL), size=_SMALL, colour=pen.theme.soft)
        pen.ax.plot([x, x], [_HEAD - 1, rows.height - 4], color=pen.theme.line, linewidth=1.0 * pen.scale, zorder=1)


def _draw_silence(pen: Pen, rows: _Rows, place: int) -> None:
    """Cut the lanes, and say how long nothing came, and whether that ended a journey."""
    if rows.silences[place] < SILENCE:
        return
    from matplotlib.patches import Rectangle

    y = rows.places[place] - (_ROW + _GAP) / 2
    left, right = _LANES, rows.texts - 10
    pen.ax.add_patch(Rectangle((left, y - 5), right - left, 10, facecolor=pen.theme.paper, linewidth=0, zorder=1.5))
    look = {"color": pen.theme.soft, "linewidth": 0.8 * pen.scale, "linestyle": (0, (1, 2)), "zorder": 1.6}
    for x in rows.lanes.values():
        pen.ax.plot([x, x], [y - 5, y + 5], **look)
    write = {"size": _SMALL, "colour": pen.theme.soft}
    pen.text(_HOUR, y, f"{format_duration(rows.silences[place])} later", align="right", **write)
    if rows.contacts[place].journey != rows.contacts[place - 1].journey:
        pen.text(rows.texts, y, "a new journey", align="left", **write)


def _draw_moment(pen: Pen, rows: _Rows, place: int) -> None:
    """Write day and time, the day only where it is another one."""
    y, (day, hour) = rows.places[place], _said(rows.contacts[place].start)
    if not place or _said(rows.contacts[place - 1].start)[0] != day:
        pen.text(_DAY, y, day, size=_SMALL, align="right")
    pen.text(_HOUR, y, hour, size=_SMALL, colour=pen.theme.soft, align="right")


def _said(seconds: float) -> tuple[str, str]:
    moment = np.datetime64(int(seconds), "s").item()
    return f"{moment.day} {moment:%b %Y}", f"{moment:%H:%M}"


def _draw_mark(pen: Pen, rows: _Rows, place: int, colour: str) -> None:
    contact, y = rows.contacts[place], rows.places[place]
    x = rows.lanes[contact.channel]
    look = {"color": colour, "zorder": 3}
    if contact.end is None or contact.end <= contact.start:
        pen.ax.plot([x], [y], marker="o", markersize=6 * pen.scale, linestyle="", **look)
    else:
        ends = [y - 3, rows.last_during(place) + 3]
        pen.ax.plot([x, x], ends, linewidth=6.5 * pen.scale, solid_capstyle="butt", **look)


def _draw_name(pen: Pen, rows: _Rows, place: int) -> None:
    """Write what happened, how long it took, and what was said as far as there is room."""
    contact, x, y = rows.contacts[place], rows.texts, rows.places[place]
    name = shortened(contact.name, _TEXTS * 0.6, _NAME)
    pen.text(x, y, name, size=_NAME, align="left")
    lasted = (contact.end or contact.start) - contact.start
    rest = " · ".join(filter(None, [format_duration(lasted) if lasted > 0 else "", contact.text]))
    used = text_width(name, _NAME) + 8
    if rest:
        rest = shortened(rest, _TEXTS - used - 8, _SMALL)
        pen.text(x + used, y, rest, size=_SMALL, colour=pen.theme.soft, align="left")
