"""The sections of a report's page, one function each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from journeymine.report.figures import bar, count, duration, interval, share
from journeymine.report.markup import Markup, element

__all__ = ["SECTIONS", "header"]

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
        element("dl", *(_fact(name, number) for name, number in facts if number is not None), class_="facts"),
        element("h2", "What stands out", id="findings"),
        element("ol", *(element("li", text) for text in content["findings"]), class_="findings")
        if content["findings"]
        else element("p", "Nothing stands out."),
    )


def _fact(name: str, number: int) -> Markup:
    return element("div", element("dt", name), element("dd", count(number)))


# --- journey map -------------------------------------------------------------------------------------------------------


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
    hidden = _hidden(found["hidden_touchpoints"], "touchpoint", content), _hidden(found["hidden_paths"], "path", content)
    return element(
        "section",
        element("h2", "Journey map", id="map"),
        element("p", found["headline"]),
        element("figure", element("div", Markup(found["svg"]), class_="map", tabindex=0, role="group", aria_label="Map")),
        element("p", *hidden, class_="soft"),
        element("details", element("summary", "The paths as a table"), _table("Paths", heads, rows, texts=2)),
    )


def _hidden(number: int, noun: str, content: Content) -> str | None:
    if not number:
        return None
    some = f"{number:,} {noun}{'' if number == 1 else 's'}"
    return f"{some} of fewer than {content['min_customers']:,} customers {'is' if number == 1 else 'are'} left out. "


# --- variants ----------------------------------------------------------------------------------------------------------


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
        element("p", f"{found['cases']:,} journeys take {found['variants']:,} different courses. ", _rest(content)),
        _legend(numbers) if numbers else None,
        _table(found["base"], heads, rows, texts=1),
    )


def _steps(row: Content, numbers: dict[str, int]) -> Markup:
    steps = zip(row["variant"], row["channels"], strict=True)
    items = (element("li", name, class_=_channel(channel, numbers), title=channel) for name, channel in steps)
    return element("ol", *items, class_="steps")


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


# --- drop-off, delays, funnel ------------------------------------------------------------------------------------------


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
    few = f"{unknown:,} were not observed long enough to tell. " if unknown else None
    return element(
        "section",
        element("h2", "Where customers drop off", id="drop-off"),
        element("p", "The dot is the drop-off, the line its interval; the hollow dot is what counting last events would "
                "say. Bold: unusually many are lost there. ", few, _hidden(found["hidden"], "touchpoint", content)),
        _table(found["base"], heads, rows, texts=1),
    )  # fmt: skip


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
    heads = ["From", "To", "Passes", "Customers", "Median", "One in ten over", "Excess in all", ""]
    return element(
        "section",
        element("h2", "Where customers wait", id="waiting"),
        element("p", f"The {found['shown']:,} of {found['transitions']:,} transitions with the most excess time: what "
                "passes took beyond the median, added up."),
        _table(found["base"], heads, rows, texts=2),
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
    heads = ["Step", "Journeys", "Of the step before", "Of the first step", "Median since the step before", ""]
    return element(
        "section",
        element("h2", "From step to step", id="steps"),
        _table(found["base"], heads, rows, texts=1),
    )


# --- account and words -------------------------------------------------------------------------------------------------


def rows_read(content: Content) -> Markup:
    """Give the account of rows and the reasons of the quarantine."""
    found = content["account"]
    title = element("h2", "What became of every row", id="rows")
    if found is None:
        return element("section", title, element("p", "This report was made from a summary, which keeps no account of rows."))
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
    reasons = [[row["source"], row["reason"], row["stage"], count(row["rows"])] for row in found["reasons"]]
    return element(
        "section",
        title,
        element("p", closed),
        _table("Rows by source", heads, rows, texts=2),
        _table("Why rows were set aside", ["Source", "Reason", "Stage", "Rows"], reasons, texts=3) if reasons else None,
    )


def words(content: Content) -> Markup:
    """Give what the figures rest on and what the words mean."""
    meanings = (item for word, meaning in content["definitions"] for item in (element("dt", word), element("dd", meaning)))
    return element(
        "section",
        element("h2", "What the figures rest on", id="words"),
        element("ul", *(element("li", text) for text in content["assumptions"])),
        element("h3", "Words"),
        element("dl", *meanings, class_="words"),
    )


SECTIONS = (journey_map, courses, drop_off, waiting, funnel, rows_read, words)
"""In the order of the page."""


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int) -> Markup:
    """Make a table whose first column heads its rows; the first `texts` columns hold text, the others numbers."""
    kinds = ["text" if place < texts else "number" for place in range(len(heads))]
    head = (element("th", text, scope="col", class_=kind) for text, kind in zip(heads, kinds, strict=True))
    body = (
        element("tr", *(
            element("th" if place == 0 else "td", cell, scope="row" if place == 0 else None, class_=kinds[place])
            for place, cell in enumerate(row)
        ))
        for row in rows
    )  # fmt: skip
    table = element(
        "table", element("caption", caption), element("thead", element("tr", *head)), element("tbody", *body)
    )
    return element("div", table, class_="table", tabindex=0, role="group", aria_label=caption)
