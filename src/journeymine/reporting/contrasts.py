"""The section of a report's page on how segments differ."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.tables import Number, table

__all__ = ["contrasts"]

Content = dict[str, Any]


def contrasts(content: Content, language: Language) -> Markup | None:
    """Give the differences between segments that are beyond chance, if segments were asked for.

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
    found = content["segments"]
    if found is None:
        return None
    sizes = " · ".join(
        language.text(
            "segments.size",
            segment=size["segment"],
            journeys=language.counted(size["journeys"], "journey"),
            customers=language.counted(size["customers"], "customer"),
        )
        for size in found["sizes"]
    )
    return element(
        "section",
        element("h2", language.text("segments.heading"), id="segments"),
        element("p", sizes, ". ", _folded(found["other"], language), class_="soft"),
        *(part for question in found["questions"] for part in _answer(question, language)),
    )


def _folded(other: str | None, language: Language) -> str | None:
    return None if other is None else language.text("segments.folded", other=other)


def _answer(question: Content, language: Language) -> list[Markup | None]:
    what = language.text(f"segments.{question['what']}")
    p = question["p_value"]
    chance = "p –" if p is None else "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    chance = chance.replace(".", language.list("numbers.decimal"))
    said = {"what": what, "chance": chance, "different": question["different"], "compared": question["compared"]}
    told = language.text("segments.differ" if question["different"] else "segments.alike", **said)
    return [element("p", told, " ", _detectable(question, language)), _table(question, language)]


def _detectable(question: Content, language: Language) -> str | None:
    if question["detectable"] is None or question["different"] or question["what"] == "delays":
        return None
    return language.text("segments.detectable", points=_points(question["detectable"], language))


def _points(share: float, language: Language) -> str:
    return language.count(round(100 * share, 1)).replace("-", "−")


def _table(question: Content, language: Language) -> Markup | None:
    if not question["rows"]:
        return None
    names = ("what", "segment", "share", "against", "share", "difference", "interval", "q")
    rows = [_row(row, question["what"] == "delays", language) for row in question["rows"]]
    heads = [language.text(f"columns.{'median' if name == 'share' and question['what'] == 'delays' else name}")
             for name in names]  # fmt: skip
    return table(language.text("segments.caption"), heads, rows, kinds="ttntnnnn")


def _row(row: Content, is_time: bool, language: Language) -> list[object]:
    against = language.text("segments.rest") if row["against"] == "the rest" else row["against"]
    say = language.duration if is_time else language.share
    value, other = (Number(say(row[name]), row[name]) for name in ("value", "other_value"))
    difference = Number(_gap(row["difference"], is_time, language), row["difference"])
    ends = {name: language.duration(row[name]) if is_time else _points(row[name], language) for name in ("low", "high")}
    reach = Number(language.text("page.to" if is_time else "segments.points", **ends).replace("-", "−"), row["low"])
    q = "< 0.001" if row["q_value"] < 0.001 else f"{row['q_value']:.2g}"
    q = q.replace(".", language.list("numbers.decimal"))
    return [
        " → ".join(row["name"]),
        row["segment"],
        value,
        against,
        other,
        difference,
        reach,
        Number(q, row["q_value"]),
    ]


def _gap(value: float | None, is_time: bool, language: Language) -> str:
    if value is None:
        return language.share(None)
    if is_time:
        return language.duration(value).replace("-", "−")
    return language.text("segments.difference_points", value=_points(value, language))
