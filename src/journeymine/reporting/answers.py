"""The sections of a report's page on drop-off, waiting and the funnel."""

from __future__ import annotations

from typing import Any, Final

from journeymine.reporting.figures import bar, count, duration, interval, share
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.overview import hidden
from journeymine.reporting.tables import table

__all__ = ["drop_off", "funnel", "waiting"]

Content = dict[str, Any]

_DOTS: Final = (
    "The dot is the drop-off, the line its interval; the hollow dot is what counting last events would say. Bold: "
    "unusually many are lost there. "
)


def drop_off(content: Content) -> Markup:
    """Give the drop-off of each touchpoint beside the naive count."""
    found = content["dropoff"]
    known = [row for row in found["rows"] if row["rate"] is not None]
    most = max((max(row["high"], row["naive_rate"]) for row in known), default=1.0)
    rows = [
        [element("strong", row["activity"]) if row["is_dropoff"] else row["activity"], count(row["visits"]),
         share(row["rate"]), f"{share(row['low'])} to {share(row['high'])}",
         interval(row["rate"], row["low"], row["high"], row["naive_rate"], most), share(row["naive_rate"]),
         duration(row["within_seconds"])]
        for row in known
    ]  # fmt: skip
    heads = ["Touchpoint", "Visits", "Drop-off", "95 % interval", f"0 to {share(most)}", "Naive count", "Window"]
    unknown = len(found["rows"]) - len(known)
    few = f"Not observed long enough to tell: {unknown:,} more. " if unknown else None
    return element(
        "section",
        element("h2", "Where customers drop off", id="drop-off"),
        element("p", _DOTS, few, hidden(found["hidden"], "touchpoint", content["min_customers"])),
        table(found["base"], heads, rows, kinds="tnnnfnn"),
    )


def waiting(content: Content) -> Markup:
    """Give the transitions with the most excess time."""
    found = content["delays"]
    most = max((row["excess_seconds"] for row in found["rows"]), default=0.0)
    rows = [
        [row["activity"], row["next_activity"], count(row["count"]), count(row["customers"]),
         duration(row["median_seconds"]), duration(row["p90_seconds"]), duration(row["excess_seconds"]),
         bar(row["excess_seconds"], most)]
        for row in found["rows"]
    ]  # fmt: skip
    heads = ["From", "To", "Passes", "Customers", "Median", "One in ten over", "Excess in all", "Of the largest"]
    return element(
        "section",
        element("h2", "Where customers wait", id="waiting"),
        element("p", f"The {found['shown']:,} of {found['transitions']:,} transitions with the most excess time: what "
                "passes took beyond the median, added up."),
        table(found["base"], heads, rows, kinds="ttnnnnnf"),
    )  # fmt: skip


def funnel(content: Content) -> Markup | None:
    """Give the steps of the funnel, if one was asked for."""
    found = content["funnel"]
    if found is None:
        return None
    most = max((row["cases"] or 0 for row in found["rows"]), default=0)
    few = f"under {content['min_customers']:,}"
    rows = [
        [row["step"], few if row["few"] else count(row["cases"]), share(row["step_share"]), share(row["start_share"]),
         duration(row["median_seconds"]), bar(row["cases"] or 0, most)]
        for row in found["rows"]
    ]  # fmt: skip
    heads = ["Step", "Journeys", "Of the step before", "Of the first", "Median since then", "Of the first step"]
    return element(
        "section",
        element("h2", "From step to step", id="steps"),
        table(found["base"], heads, rows, kinds="tnnnnf"),
    )
