"""The beginning of a report's page: what the log is, what stands out, the journey map."""

from __future__ import annotations

from typing import Any

from journeymine.reporting.figures import count, counted, duration, joined
from journeymine.reporting.markup import Markup, element
from journeymine.reporting.tables import table

__all__ = ["header", "hidden", "journey_map"]

Content = dict[str, Any]


def header(content: Content) -> Markup:
    """Give the head of the page: title, what the log is, its key figures and the findings.

    Parameters
    ----------
    content
        As `content` gives it.

    Returns
    -------
    Markup
        An element.
    """
    log = content["log"]
    days = f"{log['first_day']} to {log['observed_until']}" if log["first_day"] else "no events"
    channels = f" · {', '.join(log['channels'])}" if log["channels"] else ""
    facts = [("journeys", log["journeys"]), ("customers", log["customers"]), ("visits", log["events"])]
    facts += [("touchpoints", log["touchpoints"])]
    return element(
        "header",
        element("h1", content["title"]),
        element("p", f"{days}{channels}", class_="soft"),
        element("dl", *(_fact(name, number) for name, number in facts), class_="facts"),
        element("h2", "What stands out", id="findings"),
        element("ol", *(element("li", joined(text)) for text in content["findings"]), class_="findings")
        if content["findings"]
        else element("p", "Nothing stands out."),
    )


def _fact(name: str, number: int) -> Markup:
    return element("div", element("dt", name), element("dd", count(number)))


def journey_map(content: Content) -> Markup:
    """Give the journey map, and its paths as a table."""
    found = content["map"]
    rows = [
        [path["activity"], path["next_activity"], count(path["count"]), count(path["customers"]),
         duration(path["median_seconds"]), duration(path["p90_seconds"]), duration(path["excess_seconds"]),
         "yes" if path["is_slow"] else ""]
        for path in found["paths"]
    ]  # fmt: skip
    heads = ["From", "To", "Passes", "Customers", "Median", "One in ten over", "Excess in all", "Most waiting"]
    left_out = [
        hidden(found["hidden_touchpoints"], "touchpoint", content["min_customers"]),
        hidden(found["hidden_paths"], "path", content["min_customers"]),
        _unlinked(found["unlinked_touchpoints"]),
    ]
    return element(
        "section",
        element("h2", "Journey map", id="map"),
        element("p", joined(found["headline"])),
        element(
            "figure", element("div", Markup(found["svg"]), class_="map", tabindex=0, role="group", aria_label="Map")
        ),
        element("p", *left_out, class_="soft"),
        element("details", element("summary", "The paths as a table"), table("Paths", heads, rows, kinds="ttnnnnnt")),
    )


def hidden(number: int, noun: str, least: int) -> str | None:
    """Say how much is not shown.

    Parameters
    ----------
    number
        How many are not.
    noun
        What they are.
    least
        They have fewer customers.

    Returns
    -------
    str or None
        A sentence, or None where nothing is left out.
    """
    if not number:
        return None
    return f"{counted(number, noun)} of fewer than {least:,} customers {'is' if number == 1 else 'are'} left out. "


def _unlinked(number: int) -> str | None:
    if not number:
        return None
    some = f"{counted(number, 'touchpoint')} {'is' if number == 1 else 'are'}"
    return f"{some} not in the picture, as all paths from and to there are among these."
