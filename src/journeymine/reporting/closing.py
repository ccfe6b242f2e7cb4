"""The end of a report's page: the account of rows, and what the figures rest on."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.said import Said
from journeymine.reporting.tables import Number, table

__all__ = ["foundations", "rows_read"]

Content = dict[str, Any]


def rows_read(content: Content, language: Language) -> Markup:
    """Give the account of rows and the reasons of the quarantine.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page; notes of readers and reasons are the same in all.

    Returns
    -------
    Markup
        A section.
    """
    found = content["account"]
    title = element("h2", language.text("rows.heading"), id="rows")
    if found is None:
        return element("section", title, element("p", language.text("rows.none")))
    return element(
        "section",
        title,
        element("p", language.text("rows.total", **found["total"])),
        _sources(found, language),
        _reasons(found, language) if found["reasons"] else None,
    )


def _sources(found: Content, language: Language) -> Markup:
    said, counts = Said(language), ("rows_in", "used", "duplicate", "quarantined")
    rows = [
        [row["source"], row["format"], *(said.count(row[name]) for name in counts),
         Number(language.day(row["observed_until"]), None),
         element("span", " ".join(row["notes"]), lang="en") if row["notes"] else ""]
        for row in found["sources"]
    ]  # fmt: skip
    names = ("source", "format", "rows", "used", "duplicates", "set_aside", "until", "notes")
    heads = [language.text(f"columns.{name}") for name in names]
    return table(language.text("rows.sources"), heads, rows, kinds="ttnnnntt")


def _reasons(found: Content, language: Language) -> Markup:
    said = Said(language)
    rows = [
        [row["source"], element("span", row["reason"].replace("_", " "), lang="en"),
         element("span", row["stage"], lang="en"), said.count(row["rows"])]
        for row in found["reasons"]
    ]  # fmt: skip
    heads = [language.text(f"columns.{name}") for name in ("source", "reason", "stage", "rows")]
    return table(language.text("rows.reasons"), heads, rows, kinds="tttn")


def foundations(content: Content, language: Language) -> Markup:
    """Give what the figures rest on and what the words mean.

    Parameters
    ----------
    content
        As `content` gives it.
    language
        Of the page.

    Returns
    -------
    Markup
        A section.
    """
    meanings = (
        item for word, meaning in content["definitions"] for item in (element("dt", word), element("dd", meaning))
    )
    return element(
        "section",
        element("h2", language.text("words.heading"), id="words"),
        element("ul", *(element("li", text) for text in content["assumptions"])),
        element("h3", language.text("words.words")),
        element("dl", *meanings, class_="words"),
    )
