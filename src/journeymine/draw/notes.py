"""What stands beside a touchpoint's box: journeys that start there, customers who leave, visits that follow on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from journeymine.draw.layout import Box, Direction
from journeymine.draw.pen import Pen
from journeymine.draw.text import text_width
from journeymine.draw.touchpoint import NOTE, Note, Touchpoint

__all__ = ["NOTES"]


def _above_and_below(pen: Pen, box: Box, shown: Touchpoint) -> None:
    """Journeys run to the right: they start from above, and leave downwards."""
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    if shown.entry:
        thickness = min(_thickness(shown.entry), 4.5)
        pen.arrow((left + 8, top - 13), (left + 8, top - 0.8), thickness, pen.theme.soft)
        pen.text(left + 13 + thickness / 2, top - 7, shown.entry.text, size=NOTE, colour=pen.theme.soft, align="left")
    if shown.loop:
        pen.loop((right - 17, top), (0.0, -13.0), min(_thickness(shown.loop), 3.0), _looping(pen, shown.loop))
        pen.text(right - 12.5, top - 17.5, shown.loop.text, size=NOTE, **_look(pen, shown.loop, pen.theme.ink))
    if shown.leave:
        length, thickness = 12 + 5 * shown.leave.size, min(_thickness(shown.leave), 4.5)
        pen.arrow((left + 8, bottom + 0.8), (left + 8, bottom + length), thickness, _leaving(pen, shown.leave))
        _write_leave(pen, left + 13 + thickness / 2, bottom + 8.5, shown.leave)


def _left_and_right(pen: Pen, box: Box, shown: Touchpoint) -> None:
    """Journeys run down: they start from the left, and leave to the right."""
    left, right, top = box.x - box.width / 2, box.x + box.width / 2, box.y - box.height / 2
    if shown.entry:
        start = left - text_width(shown.entry.text, NOTE)
        pen.arrow((start, top + 13), (left - 0.8, top + 13), _thickness(shown.entry), pen.theme.soft)
        pen.text(left - 3, top + 4, shown.entry.text, size=NOTE, colour=pen.theme.soft, align="right")
    if shown.loop:
        bend = (left, top + box.height - 12), (-13.0, 0.0)
        pen.loop(*bend, min(_thickness(shown.loop), 3.0), _looping(pen, shown.loop))
        look = _look(pen, shown.loop, pen.theme.ink)
        pen.text(left - 16, top + box.height - 7, shown.loop.text, size=NOTE, align="right", **look)
    if shown.leave:
        length = 14 + 6 * shown.leave.size
        pen.arrow((right + 0.8, box.y), (right + length, box.y), _thickness(shown.leave), _leaving(pen, shown.leave))
        _write_leave(pen, right + length + 4, box.y, shown.leave)


def _thickness(note: Note) -> float:
    return 0.9 + 6.0 * note.size**0.7


def _leaving(pen: Pen, note: Note) -> str:
    return getattr(pen.theme, note.tone) if note.strong else pen.theme.stub


def _looping(pen: Pen, note: Note) -> str:
    return getattr(pen.theme, note.tone) if note.strong else pen.theme.edge


def _look(pen: Pen, note: Note, usual: str) -> dict[str, Any]:
    return {"colour": getattr(pen.theme, note.tone) if note.strong else usual, "bold": note.strong}


def _write_leave(pen: Pen, x: float, y: float, note: Note) -> None:
    pen.text(x, y, note.text, size=NOTE, align="left", **_look(pen, note, pen.theme.soft))


NOTES: Final[Mapping[Direction, Callable[[Pen, Box, Touchpoint], None]]] = {
    "right": _above_and_below,
    "down": _left_and_right,
}
"""Draws what stands beside a box, by the direction of the map."""
