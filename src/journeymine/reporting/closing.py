"""The end of a report's page: the account of rows, and what the figures rest on."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.figures import count
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.tables import table

__all__ = ["rows_read", "words"]

Content = dict[str, Any]


def rows_read(content: Content) -> Markup:
    """Give the account of rows and the reasons of the quarantine."""
    found = content["account"]
    title = element("h2", "What became of every row", id="rows")
    if found is None:
        return element(
            "section", title, element("p", "This report was made from a summary, which keeps no account of rows.")
        )
    total = found["total"]
    closed = (
        f"{total['rows_in']:,} rows were read: {total['used']:,} used, {total['duplicate']:,} duplicates, "
        f"{total['quarantined']:,} set aside."
    )
    columns = ["rows_in", "used", "duplicate", "quarantined"]
    rows = [
        [row["source"], row["format"], *(count(row[name]) for name in columns), row["observed_until"] or "–",
         " ".join(row["notes"])]
        for row in found["sources"]
    ]  # fmt: skip
    heads = ["Source", "Format", "Rows", "Used", "Duplicates", "Set aside", "Observed until", "Notes"]
    reasons = [
        [row["source"], row["reason"].replace("_", " "), row["stage"], count(row["rows"])] for row in found["reasons"]
    ]
    return element(
        "section",
        title,
        element("p", closed),
        table("Rows by source", heads, rows, kinds="ttnnnntt"),
        table("Why rows were set aside", ["Source", "Reason", "Stage", "Rows"], reasons, kinds="tttn")
        if reasons
        else None,
    )


def words(content: Content) -> Markup:
    """Give what the figures rest on and what the words mean."""
    meanings = (
        item for word, meaning in content["definitions"] for item in (element("dt", word), element("dd", meaning))
    )
    return element(
        "section",
        element("h2", "What the figures rest on", id="words"),
        element("ul", *(element("li", text) for text in content["assumptions"])),
        element("h3", "Words"),
        element("dl", *meanings, class_="words"),
    )
