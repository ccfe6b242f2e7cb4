"""Colours: one for each channel, the same in every picture, and those of paper, ink and marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

__all__ = [
    "CHANNELS",
    "DARK",
    "LIGHT",
    "Theme",
    "channel_colours",
    "channel_shapes",
    "mixed",
    "on_paper",
    "shaded",
    "tinted",
]

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

_SHAPES: Final = MappingProxyType(
    {"web": "o", "mail": "s", "phone": "^", "chat": "D", "social": "v", "shop": "P", "survey": "X"}
)
_OTHER_SHAPES: Final = ("<", ">", "p", "h", "*", "d", "8")
_NO_SHAPE: Final = "."

_HALFWAY: Final = 0.45  # of full brightness: light paper is above


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
    mark, against
        What a picture is about, and what it is held against: a blue and an orange, which nobody takes for one another.
    """

    paper: str = "#FFFFFF"
    ink: str = "#1B2430"
    soft: str = "#5B6673"
    line: str = "#D9DEE4"
    edge: str = "#8592A0"
    slow: str = "#B3261E"
    leave: str = "#A84300"
    stub: str = "#9A8F80"
    mark: str = "#0072B2"
    against: str = "#BC5B00"

    @property
    def is_dark(self) -> bool:
        """Whether the paper is darker than what stands on it."""
        return _brightness(self.paper) < _brightness(self.ink)


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
    mark="#5AB0E8",
    against="#E88B3C",
)


def on_paper(paper: str) -> Theme:
    """Choose the colours that can be read on a paper.

    Parameters
    ----------
    paper
        Its colour, such as ``"#FFFFFF"``.

    Returns
    -------
    Theme
        The light or the dark one, with this paper.

    Examples
    --------
    >>> on_paper("#000000").ink == DARK.ink
    True
    """
    return replace(LIGHT if _brightness(paper) > _HALFWAY else DARK, paper=paper)


def shaded(colour: str, theme: Theme) -> str:
    """Give a channel's colour so that its lines can be seen.

    Parameters
    ----------
    colour
        Of the channel.
    theme
        Of the picture.

    Returns
    -------
    str
        The same on light paper, a lighter one on dark paper.
    """
    return mixed(colour, theme.ink, 0.72) if theme.is_dark else colour


def tinted(colour: str, theme: Theme) -> str:
    """Give a channel's colour as a ground on which text can be read.

    Parameters
    ----------
    colour
        Of the channel.
    theme
        Of the picture.

    Returns
    -------
    str
        A colour near the paper's.
    """
    return mixed(colour, theme.paper, 0.38 if theme.is_dark else 0.16)


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
    return _given(channels, CHANNELS, _OTHERS, _NOBODY)


def channel_shapes(channels: Iterable[str | None]) -> dict[str | None, str]:
    """Choose a mark for each channel of a picture, so that it can be told in grey.

    Parameters
    ----------
    channels
        Names of channels; None stands for "no channel".

    Returns
    -------
    dict
        Marks of matplotlib's, by the rules of `channel_colours`.

    Examples
    --------
    >>> channel_shapes(["web", "kiosk"])
    {'kiosk': '<', 'web': 'o'}
    """
    return _given(channels, _SHAPES, _OTHER_SHAPES, _NO_SHAPE)


def _given(
    channels: Iterable[str | None], known: Mapping[str, str], others: Sequence[str], nobody: str
) -> dict[str | None, str]:
    """Give each channel its own look, those that are not known one that no other has."""
    given = set(channels)
    names = sorted(name for name in given if name)
    looks: dict[str | None, str] = {}
    for name in sorted(names, key=lambda name: (name not in known, name)):
        own = known.get(_ALIASES.get(name.casefold(), name.casefold()))
        free = [look for look in others if look not in looks.values()]
        spare = others[len(looks) % len(others)]
        looks[name] = own if own and own not in looks.values() else next(iter(free), spare)
    ordered: dict[str | None, str] = {name: looks[name] for name in names}
    return {**ordered, None: nobody} if None in given else ordered


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


def _brightness(colour: str) -> float:
    """Give how bright a colour looks, in [0, 1]."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
