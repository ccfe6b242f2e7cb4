"""One touchpoint of a map: what is written in its box and beside it, and the room that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from journeymine.draw.layout import Direction, Footprint
from journeymine.draw.text import shortened, text_width, wrapped
from journeymine.wording import counted

__all__ = ["FACTS", "NAME", "NOTE", "Note", "Touchpoint", "share_text", "touchpoints"]

NAME: Final = 7.8
"""Size of letters of a touchpoint's name, in points; FACTS below it, NOTE beside boxes and lines."""
FACTS: Final = 6.4
NOTE: Final = 6.8

_NAME_LIMIT: Final = 104.0
_CHANNEL_LIMIT: Final = 52.0
_PAD: Final = 9.0
_LEAST: Final = 0.005  # share of starts, or of visits, that is worth a note
_LOOP: Final = 15.0


class Note(NamedTuple):
    """What stands beside a box, with its arrow.

    Attributes
    ----------
    text
        What is written.
    size
        Of what the arrow stands for, in [0, 1].
    strong
        Whether it stands out.
    tone
        Which of the theme's colours it has then.
    """

    text: str
    size: float
    strong: bool = False
    tone: Literal["leave", "mark", "against"] = "leave"


@dataclass(frozen=True)
class Touchpoint:
    """What a map shows of a touchpoint.

    Attributes
    ----------
    lines
        Its name.
    facts
        Visits, channel, role.
    channel
        Its channel.
    volume
        Visits as a share of the most visited one's.
    entry, leave, loop
        Journeys that start here, visits after which customers leave, visits that follow on one here.
    """

    lines: list[str]
    facts: str
    channel: str | None
    volume: float
    entry: Note | None = None
    leave: Note | None = None
    loop: Note | None = None

    @property
    def height(self) -> float:
        """Height of the box."""
        return 12.0 + 9.4 * len(self.lines) + 9.0

    @property
    def width(self) -> float:
        """Width of the box, as wide as what it holds."""
        widths = [text_width(line, NAME, bold=True) for line in self.lines]
        return max(*widths, text_width(self.facts, FACTS), 46.0) + 2 * _PAD

    def footprint(self, direction: Direction) -> Footprint:
        """Give the room it needs.

        Parameters
        ----------
        direction
            Which way journeys run: notes stand above and below boxes, or to the left and right of them.

        Returns
        -------
        Footprint
            With the room for notes.
        """
        if direction == "right":
            above = 22.0 if self.loop else 13.0 if self.entry else 0.0
            top = sum(_note_width(note, 13.0) for note in (self.entry, self.loop) if note) + 8
            width = max(self.width, top, _note_width(self.leave, 16.0) + 6)
            return Footprint(width, self.height, above, 19.0 if self.leave else 0.0)
        before = max(_note_width(self.entry, 4.0), _note_width(self.loop, _LOOP + 3))
        return Footprint(self.height, self.width, before, _note_width(self.leave, 26.0))


def _note_width(note: Note | None, extra: float) -> float:
    return text_width(note.text, NOTE, bold=note.strong) + extra if note else 0.0


def touchpoints(
    facts: Mapping[str, Mapping[str, Any]], loops: Mapping[str, int], *, num_starts: int, largest_flow: int
) -> dict[str, Touchpoint]:
    """Say what a map shows of each touchpoint.

    Parameters
    ----------
    facts
        Attributes of each touchpoint in a journey graph.
    loops
        How often a touchpoint follows on itself, where that is shown.
    num_starts
        Journeys in all.
    largest_flow
        What arrows are drawn in proportion to.

    Returns
    -------
    dict
        In the same order.
    """
    most = max((fact["visits"] for fact in facts.values()), default=1)
    return {
        name: Touchpoint(
            wrapped(name, _NAME_LIMIT, NAME, bold=True) or [""],
            " · ".join(filter(None, [_visits(fact["visits"]), _channel(fact), _role(fact)])),
            fact.get("channel"),
            fact["visits"] / max(most, 1),
            _entry(fact, num_starts, largest_flow),
            _leave(fact, largest_flow),
            Note(f"{loops[name]:,}", loops[name] / largest_flow) if name in loops else None,
        )
        for name, fact in facts.items()
    }


def _channel(fact: Mapping[str, Any]) -> str | None:
    return shortened(fact["channel"], _CHANNEL_LIMIT, FACTS) if fact.get("channel") else None


def _role(fact: Mapping[str, Any]) -> str | None:
    return "goal" if fact.get("is_goal") else "end" if fact.get("is_end") else None


def _visits(count: int) -> str:
    return counted(count, "visit")


def _entry(fact: Mapping[str, Any], num_starts: int, largest_flow: int) -> Note | None:
    share = fact["starts"] / max(num_starts, 1)
    return Note(f"{share_text(share)} start", min(fact["starts"] / largest_flow, 1)) if share >= _LEAST else None


def _leave(fact: Mapping[str, Any], largest_flow: int) -> Note | None:
    rate = fact["dropoff_rate"]
    if rate != rate or rate < _LEAST:
        return None
    lost = round(rate * fact["visits"])
    return Note(f"{share_text(rate)} leave ({lost:,})", min(lost / largest_flow, 1), bool(fact.get("is_dropoff")))


def share_text(share: float) -> str:
    """Say a share in whole percent.

    Parameters
    ----------
    share
        In [0, 1].

    Returns
    -------
    str
        Such as ``"12 %"``.

    Examples
    --------
    >>> share_text(0.123), share_text(0.004)
    ('12 %', '<1 %')
    """
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"
