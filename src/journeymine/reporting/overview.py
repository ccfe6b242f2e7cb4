"""The beginning of a report's page: what the log is, what stands out, the journey map."""

from __future__ import annotations

from typing import Any, Final

from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.said import Said
from journeymine.reporting.tables import table

__all__ = ["header", "journey_map"]

Content = dict[str, Any]

_LISTED: Final = 100  # paths


def header(content: Content, language: Language, links: dict[str, str]) -> Markup:
    """Give the head of the page: title, what the log is, its key figures and the findings.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page.
    links
        What links to each section say.

    Returns
    -------
    Markup
        An element.
    """
    log = content["log"]
    facts = [(language.text(f"header.{name}"), log[name]) for name in ("journeys", "customers", "visits")]
    facts += [(language.text("header.touchpoints"), log["touchpoints"])]
    few = language.text("page.under", limit=content["min_customers"])
    found = [_finding(finding, links) for finding in content["findings"]]
    return element(
        "header",
        element("h1", content["title"], dir="auto"),
        element("p", _days(log, language), *_channels(log["channels"]), class_="soft"),
        element("dl", *(_fact(name, few if n is None else language.count(n)) for name, n in facts), class_="facts"),
        element("h2", language.text("header.findings"), id="findings"),
        element("ol", *found, class_="findings") if found else element("p", language.text("header.nothing")),
    )


def _days(log: Content, language: Language) -> str:
    if log["first_day"] is None:
        return language.text("dates.none")
    days = {"first": language.day(log["first_day"]), "last": language.day(log["observed_until"])}
    return language.text("dates.span", **days)


def _channels(names: list[str]) -> list[str]:
    """Give the names of channels, each kept apart: one that turns its text around leaves the others as they are."""
    marks = [" · ", *[", "] * (len(names) - 1)]
    return [part for mark, name in zip(marks, names, strict=False) for part in (mark, element("bdi", name))]


def _fact(name: str, number: str) -> Markup:
    return element("div", element("dt", name), element("dd", number))


def _finding(finding: Content, links: dict[str, str]) -> Markup:
    place = finding["section"]
    link = element("a", links[place], href=f"#{place}", class_="onward") if place in links else None
    return element("li", finding["text"], " ", link)


def journey_map(content: Content, language: Language, drawing: str) -> Markup:
    """Give the journey map, and its paths as a table.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page.
    drawing
        The map as SVG, for print and for browsers that run no scripts.

    Returns
    -------
    Markup
        A section.
    """
    found = content["map"]
    still = element("div", Markup(drawing), class_="map", tabindex=0, role="group", lang="en",
                    aria_label=language.text("map.label"))  # fmt: skip
    return element(
        "section",
        element("h2", language.text("map.heading"), id="map"),
        element("p", language.text("map.how"), id="map-how"),
        element("figure", element("div", id="map-live"), element("noscript", still)) if found["paths"] else None,
        element("p", " ".join(_left_out(found, language)), class_="soft"),
        _paths(found, language) if found["paths"] else None,
    )


def _paths(found: Content, language: Language) -> Markup:
    said, shown = Said(language), found["paths"][:_LISTED]
    rows = [
        [path["activity"], path["next_activity"], said.count(path["count"]), said.count(path["customers"]),
         said.duration(path["median_seconds"]), said.duration(path["p90_seconds"]),
         said.duration(path["excess_seconds"]), language.text("map.yes") if path["is_slow"] else ""]
        for path in shown
    ]  # fmt: skip
    names = ("from", "to", "passes", "customers", "median", "p90", "excess")
    heads = [*(language.text(f"columns.{name}") for name in names), language.text("map.slow")]
    paths = language.counted(len(found["paths"]), "path")
    whole = len(shown) == len(found["paths"])
    caption = language.text(f"map.caption{'_all' if whole else ''}", shown=len(shown), paths=paths)
    return element(
        "details",
        element("summary", language.text("map.table")),
        table(caption, heads, rows, kinds="ttnnnnnt"),
    )


def _left_out(found: Content, language: Language) -> list[str]:
    """Say what is not in the map."""
    touchpoints, paths, alone = (found[f"{kind}_{noun}"] for kind, noun in (
        ("hidden", "touchpoints"), ("hidden", "paths"), ("unlinked", "touchpoints")))  # fmt: skip
    if not found["touchpoints"]:
        return [language.text("map.none" if touchpoints else "map.empty")]
    said = {"touchpoints": language.counted(touchpoints, "touchpoint"), "paths": language.counted(paths, "path")}
    told = [language.text("map.folded" if touchpoints else "map.folded_paths", **said)] if touchpoints or paths else []
    return [
        *told,
        *([language.text("map.unlinked", touchpoints=language.counted(alone, "touchpoint"))] if alone else []),
    ]
