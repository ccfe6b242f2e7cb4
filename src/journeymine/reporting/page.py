"""From a report's content to its page: one file that opens from disk, asks for nothing and runs nothing."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

from journeymine.draw.palette import DARK, LIGHT, Theme, channel_colours, mixed
from journeymine.reporting.answers import drop_off, funnel, waiting
from journeymine.reporting.closing import rows_read, words
from journeymine.reporting.courses import courses
from journeymine.reporting.markup import Markup, data_block, element
from journeymine.reporting.overview import header, journey_map

__all__ = ["page"]

_SECTIONS: Final = (journey_map, courses, drop_off, waiting, funnel, rows_read, words)
_MARK: Final = {"light": "#0072B2", "dark": "#5AB0E8"}


def page(content: dict[str, Any]) -> str:
    """Write the page of a report.

    Parameters
    ----------
    content
        As `content` gives it.

    Returns
    -------
    str
        HTML. A policy in it allows its own style and nothing else: no script, no picture from elsewhere, no request.
    """
    style = _style(content["log"]["channels"])
    sections = [made for section in _SECTIONS if (made := section(content)) is not None]
    data = {**content, "map": {name: value for name, value in content["map"].items() if name != "svg"}}
    return Template(_file("page.html")).substitute(
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
        style=style,
        title=escape(content["title"]),
        made_with=escape(content["made_with"]),
        header=header(content),
        navigation=_navigation(content),
        sections="\n".join(sections),
        data=data_block(data, name="journeymine-data"),
    )


def _navigation(content: dict[str, Any]) -> Markup:
    places = {"map": "Map", "journeys": "Journeys", "drop-off": "Drop-off", "waiting": "Waiting", "steps": "Steps"}
    places |= {"rows": "Rows", "words": "What it rests on"}
    if content["funnel"] is None:
        del places["steps"]
    items = (element("li", element("a", text, href=f"#{place}")) for place, text in places.items())
    return element("nav", element("ul", *items), aria_label="Sections")


def _style(channels: list[str]) -> str:
    """Give colours by theme, then the rules."""
    colours = channel_colours(channels)
    light = _variables(LIGHT, _MARK["light"]) + _channels(channels, colours, LIGHT)
    dark = _variables(DARK, _MARK["dark"]) + _channels(channels, colours, DARK)
    themes = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n@media print {{\n{light}\n}}"
    return f"{themes}\n{_file('page.css')}"


def _variables(theme: Theme, mark: str) -> str:
    pairs = {**asdict(theme), "mark": mark}
    return ":root { " + " ".join(f"--{name}: {colour};" for name, colour in pairs.items()) + " }"


def _channels(channels: list[str], colours: dict[str | None, str], theme: Theme) -> str:
    rules = [f"\n.channel-none {{ --tint: {mixed(theme.edge, theme.paper, 0.18)}; }}"]
    for number, channel in enumerate(channels):
        tint = mixed(colours[channel], theme.paper, 0.2 if theme is LIGHT else 0.38)
        rules.append(f"\n.channel-{number} {{ --tint: {tint}; --shade: {colours[channel]}; }}")
    return "".join(rules)


def _file(name: str) -> str:
    return files("journeymine.reporting").joinpath(name).read_text(encoding="utf-8")
