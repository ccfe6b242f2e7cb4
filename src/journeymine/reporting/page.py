"""From a report's content to its page: one file that opens from disk and asks for nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

from journeymine.reporting.closing import foundations, rows_read
from journeymine.reporting.contrasts import contrasts
from journeymine.reporting.courses import courses
from journeymine.reporting.language import Language, language
from journeymine.reporting.losses import drop_off, funnel
from journeymine.reporting.map_data import MAP_TEXTS
from journeymine.reporting.markup import Markup, data_block, element
from journeymine.reporting.overview import header, journey_map
from journeymine.reporting.style import style
from journeymine.reporting.waits import switching, waiting

__all__ = ["page"]

_SECTIONS: Final = {
    "journeys": courses, "drop-off": drop_off, "waiting": waiting, "switches": switching, "steps": funnel,
    "segments": contrasts, "rows": rows_read, "words": foundations,
}  # fmt: skip
_LINKS: Final = {"drop-off": "dropoff", "steps": "funnel"}
_SCRIPTS: Final = ("map.js", "report.js")


def page(content: dict[str, Any], drawing: str, map_data: dict[str, Any]) -> str:
    """Write the page of a report.

    Parameters
    ----------
    content
        As `content` gives it.
    drawing
        The journey map as SVG, for browsers that run no scripts.
    map_data
        The journey map for those that do, as `map_data` gives it.

    Returns
    -------
    str
        HTML. A policy in it allows its own style and scripts and nothing else: no picture from elsewhere, no request.
    """
    said = language(content["language"])
    made = {name: section(content, said) for name, section in _SECTIONS.items()}
    sections = {"map": journey_map(content, said, drawing), **{name: part for name, part in made.items() if part}}
    links = {name: said.text(f"{_LINKS.get(name, name)}.link") for name in sections}
    rules, scripts = style(content["log"]["channels"]), [_file(name) for name in _SCRIPTS]
    return Template(_file("page.html")).substitute(
        language=said.name,
        policy=_policy(rules, scripts),
        style=rules,
        title=escape(content["title"]),
        made_with=escape(content["made_with"]),
        skip=escape(said.text("page.skip")),
        header=header(content, said, links),
        navigation=_navigation(links, said),
        sections="\n".join(sections.values()),
        footer=escape(said.text("page.made_with", program=content["made_with"])),
        data="\n".join(_data(content, map_data, said)),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def _policy(rules: str, scripts: list[str]) -> str:
    allowed = " ".join(map(_hash, scripts))
    return f"default-src 'none'; style-src {_hash(rules)}; script-src {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _navigation(links: dict[str, str], said: Language) -> Markup:
    items = (element("li", element("a", text, href=f"#{place}")) for place, text in links.items())
    return element("nav", element("ul", *items), aria_label=said.text("page.sections"))


def _data(content: dict[str, Any], map_data: dict[str, Any], said: Language) -> list[Markup]:
    """Give what the scripts read: the map, its words, and those of the tables."""
    texts = {name: said.list(f"page.{name}") for name in ("sort", "more", "fewer")}
    counted = said.counted(len(content["variants"]["rows"]), "course")
    texts |= {"matching": said.list("journeys.matching"), "courses": counted}
    words = said.texts.get("map_texts", dict(MAP_TEXTS))
    blocks = {"map-data": map_data, "map-texts": words, "report-texts": texts}
    return [data_block(data, name=name) for name, data in blocks.items()]


def _file(name: str) -> str:
    return files("journeymine.reporting").joinpath(name).read_text(encoding="utf-8")
