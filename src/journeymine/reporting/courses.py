"""The section of a report's page on variants."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from journeymine.reporting.figures import count, counted, duration, share
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.tables import table

__all__ = ["courses"]

Content = dict[str, Any]

_LONGEST: Final = 24  # steps of a course


def courses(content: Content) -> Markup:
    """Give the most frequent variants as rows of chevrons."""
    found = content["variants"]
    numbers = {channel: place for place, channel in enumerate(content["log"]["channels"])}
    has_outcome = content["goal"] is not None or bool(content["end"])
    rows = [
        [_steps(row, numbers), count(row["cases"]), share(row["share"]), share(row["cumulative_share"]),
         duration(row["median_seconds"]), *([row["outcome"] or "open or lost"] if has_outcome else [])]
        for row in found["rows"]
    ]  # fmt: skip
    heads = ["Course", "Journeys", "Share", "So far", "Median time", *(["Outcome"] if has_outcome else [])]
    return element(
        "section",
        element("h2", "Which journeys customers make", id="journeys"),
        element("p", f"{counted(found['cases'], 'journey')}, {counted(found['variants'], 'course')}. ", _rest(content)),
        _legend(numbers) if numbers else None,
        table(found["base"], heads, rows, kinds="tnnnn" + "t" * has_outcome),
    )


def _steps(row: Content, numbers: dict[str, int]) -> Markup:
    """Give a course as a list; a touchpoint several times in a row stands once, a long course is cut."""
    steps = zip(row["variant"], row["channels"], strict=True)
    runs = [(name, channel, len(list(run))) for (name, channel), run in groupby(steps)]
    items = [
        element(
            "li",
            name + (f" ×{times}" if times > 1 else ""),
            class_=_channel(channel, numbers),
            title=_titled(name, channel),
        )
        for name, channel, times in runs[:_LONGEST]
    ]
    left = sum(times for *_, times in runs[_LONGEST:])
    return element(
        "ol", *items, element("li", f"+ {left:,} more", class_="channel-none") if left else None, class_="steps"
    )


def _titled(name: str, channel: str | None) -> str:
    return name if channel is None else f"{name} ({channel})"


def _channel(channel: str | None, numbers: dict[str, int]) -> str:
    return f"channel-{numbers[channel]}" if channel in numbers else "channel-none"


def _legend(numbers: dict[str, int]) -> Markup:
    items = (element("li", name, class_=f"channel-{number}") for name, number in numbers.items())
    return element("ul", *items, class_="legend", aria_label="Channels")


def _rest(content: Content) -> str:
    rows, other = content["variants"]["rows"], content["variants"]["other"]
    if not other["variants"]:
        return "All of them are shown."
    rest = "The" if not rows else f"The {len(rows):,} most frequent are shown; the"
    of_cases = other["cases"] / max(content["variants"]["cases"], 1)
    text = f"{rest} other {other['variants']:,} make up {share(of_cases)} of journeys"
    rare = f", {other['rare']:,} of them taken by fewer than {content['min_customers']:,} journeys each"
    return text + (rare if other["rare"] else "") + "."
