"""The section of a report's page on the courses that journeys take."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from journeymine.reporting.language import Language
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.said import Said
from journeymine.reporting.tables import table

__all__ = ["courses"]

Content = dict[str, Any]

_LONGEST: Final = 24  # steps of a course that are drawn


def courses(content: Content, language: Language) -> Markup | None:
    """Give the most frequent courses as rows of chevrons, to be searched and sorted.

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
    found = content["variants"]
    if found["cases"] is None:
        return None
    numbers = {channel: place for place, channel in enumerate(content["log"]["channels"])}
    journeys = language.counted(found["cases"], "journey")
    counted = language.text("journeys.count", journeys=journeys, courses=language.counted(found["variants"], "course"))
    return element(
        "section",
        element("h2", language.text("journeys.heading"), id="journeys"),
        element("p", counted, " ", _rest(found, language)),
        _legend(numbers, language) if numbers else None,
        _filter(found["rows"], numbers, language) if len(found["rows"]) > 1 else None,
        _table(content, numbers, language) if found["rows"] else None,
    )


def _table(content: Content, numbers: dict[str, int], language: Language) -> Markup:
    rows, said = content["variants"]["rows"], Said(language)
    has_outcome = content["goal"] is not None or bool(content["end"])
    cells = [
        [_steps(row, numbers, language), said.count(row["cases"]), said.share(row["share"]),
         said.share(row["cumulative_share"]), said.count(row["steps"]), said.duration(row["median_seconds"]),
         *([language.text(f"journeys.{row['outcome'] or 'neither'}")] if has_outcome else [])]
        for row in rows
    ]  # fmt: skip
    names = ["course", "journeys", "share", "cumulative", "steps", "time", *(["outcome"] if has_outcome else [])]
    heads = [language.text(f"columns.{name}") for name in names]
    places = {name: place for place, name in enumerate(_touchpoints(rows))}
    marks = [_marks(row, places, numbers) for row in rows]
    kinds = "tnnnnn" + "t" * has_outcome
    return table(language.text("journeys.caption"), heads, cells, kinds=kinds, marks=marks, name="courses")


def _touchpoints(rows: Iterable[Content]) -> list[str]:
    return sorted({name for row in rows for name in row["variant"]})


def _marks(row: Content, places: dict[str, int], numbers: dict[str, int]) -> dict[str, object]:
    """Say by number which touchpoints and channels a course goes through."""
    through = [f"at-{place}" for place in sorted({places[name] for name in row["variant"]})]
    through += [f"in-{place}" for place in sorted({numbers[name] for name in row["channels"] if name in numbers})]
    return {"data_through": " ".join(through), "data_share": row["share"]}


def _filter(rows: list[Content], numbers: dict[str, int], language: Language) -> Markup:
    """Give what chooses courses; scripts make it work, so it shows with them only."""
    touchpoints = [element("option", name, value=f"at-{place}") for place, name in enumerate(_touchpoints(rows))]
    channels = [element("option", name, value=f"in-{place}") for name, place in numbers.items()]
    groups = [("channels", channels), ("touchpoints", touchpoints)]
    parts = [
        element("optgroup", *options, label=language.text(f"journeys.{name}")) for name, options in groups if options
    ]
    choice = element("select", element("option", language.text("journeys.anything"), value=""), *parts, id="through")
    label = element("label", language.text("journeys.filter"), " ", choice)
    return element("p", label, " ", element("output", id="matching", for_="through"), class_="filter", hidden=True)


def _steps(row: Content, numbers: dict[str, int], language: Language) -> Markup:
    """Give a course as a list; a touchpoint several times in a row stands once, a long course is cut."""
    steps = zip(row["variant"], row["channels"], strict=True)
    runs = [(name, channel, len(list(run))) for (name, channel), run in groupby(steps)]
    items = [_step(name, channel, times, numbers, language) for name, channel, times in runs[:_LONGEST]]
    left = sum(times for *_, times in runs[_LONGEST:])
    more = element("li", language.text("journeys.more_steps", steps=left), class_="channel-none") if left else None
    return element("ol", *items, more, class_="steps")


def _step(name: str, channel: str | None, times: int, numbers: dict[str, int], language: Language) -> Markup:
    shown = language.text("journeys.repeated", name=name, times=times) if times > 1 else name
    title = name if channel is None else f"{name} ({channel})"
    return element("li", shown, class_=_channel(channel, numbers), title=title, dir="auto")


def _channel(channel: str | None, numbers: dict[str, int]) -> str:
    return f"channel-{numbers[channel]}" if channel in numbers else "channel-none"


def _legend(numbers: dict[str, int], language: Language) -> Markup:
    items = (element("li", name, class_=f"channel-{number}") for name, number in numbers.items())
    return element("ul", *items, class_="legend", aria_label=language.text("journeys.legend"))


def _rest(found: Content, language: Language) -> str | None:
    if not found["cases"]:
        return None
    if not found["other"]["variants"]:
        return language.text("journeys.all")
    if not found["rows"]:
        return language.text("journeys.none_shown")
    share = language.share(found["other"]["cases"] / found["cases"])
    return language.text("journeys.shown", shown=len(found["rows"]), others=found["other"]["variants"], share=share)
