"""The sections of a report's page on waiting and on switches between channels."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.figures import bar, interval
from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.said import Said
from journeymine.reporting.tables import table

__all__ = ["switching", "waiting"]

Content = dict[str, Any]


def waiting(content: Content, language: Language) -> Markup | None:
    """Give the transitions with the most excess time.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page.

    Returns
    -------
    Markup or None
        A section, if anything may be told.
    """
    found, said = content["delays"], Said(language)
    if not found["rows"]:
        return None
    most = max(row["excess_seconds"] for row in found["rows"])
    rows = [
        [row["activity"], row["next_activity"], said.count(row["count"]), said.count(row["customers"]),
         said.duration(row["median_seconds"]), said.duration(row["p90_seconds"]),
         said.duration(row["excess_seconds"]), said.span(row["excess_low_seconds"], row["excess_high_seconds"]),
         bar(row["excess_seconds"], most)]
        for row in found["rows"]
    ]  # fmt: skip
    names = ("from", "to", "passes", "customers", "median", "p90", "excess", "interval", "of_largest")
    transitions = language.counted(found["transitions"], "transition")
    return element(
        "section",
        element("h2", language.text("waiting.heading"), id="waiting"),
        element("p", language.text("waiting.how", shown=len(rows), transitions=transitions)),
        table(
            language.text("waiting.caption", passes=found["passes"]),
            [language.text(f"columns.{name}") for name in names],
            rows,
            kinds="ttnnnnnnf",
        ),
    )


def switching(content: Content, language: Language) -> Markup | None:
    """Give the switches between channels, where there are any.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page.

    Returns
    -------
    Markup or None
        A section.
    """
    found, said = content["switches"], Said(language)
    if found is None or not found["rows"]:
        return None
    most = max(row["high"] for row in found["rows"])
    rows = [
        [row["channel"], row["next_channel"], said.count(row["customers"]), said.share(row["share"]),
         said.reach(row["low"], row["high"]), interval(row["share"], row["low"], row["high"], None, most),
         said.duration(row["median_seconds"])]
        for row in found["rows"]
    ]  # fmt: skip
    names = ("from", "to", "customers", "share", "interval", "range", "median")
    heads = [language.text(f"columns.{name}", most=language.share(most)) for name in names]
    return element(
        "section",
        element("h2", language.text("switches.heading"), id="switches"),
        element("p", language.text("switches.how", within=language.duration(found["within_seconds"]))),
        table(language.text("switches.caption", switches=len(rows)), heads, rows, kinds="ttnnnfn"),
    )
