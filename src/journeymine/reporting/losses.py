"""The sections of a report's page on drop-off and on the steps of a funnel."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.figures import bar, interval
from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.said import Said
from journeymine.reporting.tables import table

__all__ = ["drop_off", "funnel"]

Content = dict[str, Any]


def drop_off(content: Content, language: Language) -> Markup | None:
    """Give the drop-off of each touchpoint beside the naive count.

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
    found = content["dropoff"]
    if not found["rows"]:
        return None
    most = max((max(row["high"], row["naive_rate"] or 0) for row in found["rows"] if row["is_told"]), default=1.0)
    said = Said(language)
    rows = [
        [element("strong", row["activity"]) if row["is_dropoff"] else row["activity"], said.count(row["visits"]),
         said.share(row["rate"]), said.reach(row["low"], row["high"]), _drawn(row, most),
         said.share(row["naive_rate"]), said.duration(row["within_seconds"])]
        for row in found["rows"]
    ]  # fmt: skip
    names = ("touchpoint", "visits", "dropoff", "interval", "range", "naive", "window")
    heads = [language.text(f"columns.{name}", most=language.share(most)) for name in names]
    return element(
        "section",
        element("h2", language.text("dropoff.heading"), id="drop-off"),
        element("p", language.text("dropoff.how")),
        *(element("p", note, class_="soft") for note in _notes(found, language)),
        table(_caption(content, language), heads, rows, kinds="tnnnfnn"),
    )


def _drawn(row: Content, most: float) -> Markup | None:
    return interval(row["rate"], row["low"], row["high"], row["naive_rate"], most) if row["is_told"] else None


def _caption(content: Content, language: Language) -> str:
    rows, log = content["dropoff"]["rows"], content["log"]
    windows = {row["within_seconds"] for row in rows}
    within = language.duration(windows.pop()) if len(windows) == 1 else language.text("dropoff.own")
    return language.text(
        "dropoff.caption",
        visits=language.counted(sum(row["visits"] for row in rows), "visit"),
        customers=language.counted(log["customers"] or 0, "customer"),
        span=language.duration(log["window_seconds"]),
        within=within,
    )


def _notes(found: Content, language: Language) -> list[str]:
    names = ", ".join(f"“{name}”" for name in found["drifting"][:3]) + ("…" if len(found["drifting"]) > 3 else "")
    is_blank = any(row["rate"] is None or row["naive_rate"] is None for row in found["rows"])
    hidden, unknown = (language.counted(found[name], "touchpoint") for name in ("hidden", "unknown"))
    notes = [
        (found["drifting"], language.text("dropoff.drifting", names=names)),
        (found["unknown"], language.text("dropoff.unknown", touchpoints=unknown)),
        (found["hidden"], language.text("dropoff.hidden", touchpoints=hidden)),
        (is_blank, language.text("dropoff.blank")),
    ]
    return [" ".join(note for is_so, note in notes if is_so)] if any(is_so for is_so, _ in notes) else []


def funnel(content: Content, language: Language) -> Markup | None:
    """Give the steps of the funnel, if one was asked for.

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
    found, said = content["funnel"], Said(language)
    if not found["rows"]:
        return None
    most = max(row["cases"] or 0 for row in found["rows"])
    rows = [
        [row["step"], said.count(row["cases"]), said.share(row["step_share"]),
         said.reach(row.get("step_low"), row.get("step_high")), said.share(row["start_share"]),
         said.duration(row["median_seconds"]), bar(row["cases"] or 0, most)]
        for row in found["rows"]
    ]  # fmt: skip
    names = ("step", "journeys", "of_before", "interval", "of_first", "since", "bar")
    is_blank = not all(row["is_told"] for row in found["rows"])
    return element(
        "section",
        element("h2", language.text("funnel.heading"), id="steps"),
        element("p", language.text("funnel.fewer", least=content["min_customers"]), class_="soft")
        if is_blank
        else None,
        table(
            language.text("funnel.caption"), [language.text(f"columns.{name}") for name in names], rows, kinds="tnnnnnf"
        ),
    )
