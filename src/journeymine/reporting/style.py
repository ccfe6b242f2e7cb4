"""The style of a report's page: colours by theme, then the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files

from journeymine.draw.palette import DARK, LIGHT, Theme, channel_colours, mixed

__all__ = ["colour_rules", "style"]


def style(channels: Sequence[str]) -> str:
    """Give the style of a page.

    Parameters
    ----------
    channels
        All channels; that of number 0 has the class ``channel-0``.

    Returns
    -------
    str
        CSS: light, and dark where the reader wants it; on paper always light.
    """
    light, dark = colour_rules(channels, LIGHT), colour_rules(channels, DARK)
    themes = f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"
    rules = (
        files("journeymine.reporting").joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "map.css")
    )
    return "\n".join([themes, *rules])


def colour_rules(channels: Sequence[str], theme: Theme, *, within: str = ":root") -> str:
    """Give a theme's colours as variables.

    Parameters
    ----------
    channels
        All channels; that of number 0 has the class ``channel-0``.
    theme
        The colours.
    within
        Selector of what has them.

    Returns
    -------
    str
        CSS: a variable for each colour of the theme, and ``--tint`` and ``--shade`` for each channel.

    Examples
    --------
    >>> colour_rules(["web"], LIGHT, within=".map").splitlines()[2]
    '.map .channel-0 { --tint: #CCE3F0; --shade: #0072B2; }'
    """
    colours = channel_colours(channels)
    rules = [f"{within} {{ " + " ".join(f"--{name}: {colour};" for name, colour in asdict(theme).items()) + " }"]
    rules.append(f"{within} .channel-none {{ --tint: {mixed(theme.edge, theme.paper, 0.18)}; }}")
    for number, channel in enumerate(channels):
        tint = mixed(colours[channel], theme.paper, 0.38 if theme.is_dark else 0.2)
        rules.append(f"{within} .channel-{number} {{ --tint: {tint}; --shade: {colours[channel]}; }}")
    return "\n".join(rules)
