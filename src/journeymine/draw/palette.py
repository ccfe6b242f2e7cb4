"""Colours: one for each channel, the same in every picture, and those of paper, ink and marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["CHANNELS", "DARK", "LIGHT", "Theme", "channel_colours", "mixed"]

CHANNELS: Final = MappingProxyType(
    {
        "web": "#0072B2",
        "mail": "#E69F00",
        "phone": "#CC79A7",
        "chat": "#009E73",
        "social": "#999933",
        "shop": "#56B4E9",
        "survey": "#5F6B7A",
    }
)
"""Colour of each well-known channel: the palette of Okabe and Ito, which colour-blind people can tell apart, with an
olive in place of its yellow, which is too light for paper, and without its red, which marks slow transitions."""

_ALIASES: Final = MappingProxyType(
    {"email": "mail", "e-mail": "mail", "telephone": "phone", "call": "phone", "internet": "web", "store": "shop"}
)

_OTHERS: Final = ("#882255", "#44AA99", "#332288", "#117733", "#AA7744", "#6699CC", "#661100", "#997700")

_NOBODY: Final = "#8A94A0"


@dataclass(frozen=True)
class Theme:
    """The colours of everything but channels.

    Attributes
    ----------
    paper
        Background.
    ink, soft
        Main text, and text beside it.
    line
        Frames and rules.
    edge
        Transitions.
    slow
        The transitions with the most waiting, and nothing else.
    leave
        Drop-offs that stand out.
    stub
        Other drop-offs.
    """

    paper: str = "#FFFFFF"
    ink: str = "#1B2430"
    soft: str = "#5B6673"
    line: str = "#D9DEE4"
    edge: str = "#8592A0"
    slow: str = "#B3261E"
    leave: str = "#A84300"
    stub: str = "#9A8F80"


LIGHT: Final = Theme()
DARK: Final = Theme(
    paper="#14191F",
    ink="#E6EAEE",
    soft="#A4AFBB",
    line="#323C47",
    edge="#93A0AE",
    slow="#FF8073",
    leave="#F0A060",
    stub="#A39684",
)


def channel_colours(channels: Iterable[str | None]) -> dict[str | None, str]:
    """Choose a colour for each channel of a picture.

    Parameters
    ----------
    channels
        Names of channels; None stands for "no channel".

    Returns
    -------
    dict
        Well-known channels (web, mail, phone, chat, social, shop, survey) always have the same colour. Others get
        colours that no other channel of the picture has, in the order of the alphabet, as long as there are any.

    Examples
    --------
    >>> channel_colours(["web", "kiosk"])
    {'kiosk': '#882255', 'web': '#0072B2'}
    """
    given = set(channels)
    names = sorted(name for name in given if name)
    colours: dict[str | None, str] = {}
    for name in sorted(names, key=lambda name: (name not in CHANNELS, name)):
        known = CHANNELS.get(_ALIASES.get(name.casefold(), name.casefold()))
        free = [colour for colour in _OTHERS if colour not in colours.values()]
        spare = _OTHERS[len(colours) % len(_OTHERS)]
        colours[name] = known if known and known not in colours.values() else next(iter(free), spare)
    ordered: dict[str | None, str] = {name: colours[name] for name in names}
    return {**ordered, None: _NOBODY} if None in given else ordered


def mixed(colour: str, other: str, share: float) -> str:
    """Mix two colours.

    Parameters
    ----------
    colour, other
        Such as ``"#0072B2"``.
    share
        Of the first one, in [0, 1].

    Returns
    -------
    str
        Such as ``"#66AAD1"``.

    Examples
    --------
    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * one + (1 - share) * two):02X}" for one, two in pairs)
