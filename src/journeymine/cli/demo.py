"""The demo: an invented company, mined from its exports, beside what is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.compute as pc

from journeymine.analytics.delays import delays
from journeymine.analytics.dropoff import dropoff
from journeymine.analytics.funnel import funnel
from journeymine.analytics.journey_map import journey_map
from journeymine.analytics.result import Result, percent
from journeymine.analytics.variants import variants
from journeymine.cli.files import read_identifiers
from journeymine.cli.screen import say, steps
from journeymine.cli.spreadsheet import as_csv
from journeymine.datasets.company import Company, write_company
from journeymine.datasets.scores import Truth
from journeymine.durations import format_duration
from journeymine.log import store
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.log.identity import link
from journeymine.log.open import concat
from journeymine.reporting.report import report
from journeymine.sources.registry import read_as

__all__ = ["Story", "tell"]

GAP: Final = "30d"
WITHIN: Final = "30d"
STEPS: Final = ("/quote", "POST /apply", "/apply/identity", "POST /policies")


@dataclass(frozen=True)
class Story:
    """What the demo found.

    Attributes
    ----------
    sentences
        Each finding beside the truth.
    files
        What it wrote, by what it is.
    figures
        The numbers behind the sentences.
    """

    sentences: list[str]
    files: dict[str, str]
    figures: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a dictionary."""
        return asdict(self)

    def show(self) -> None:
        """Print it."""
        say("\n".join(f"- {sentence}" for sentence in self.sentences) + "\n")
        say("\n".join(f"{what:<20}{path}" for what, path in self.files.items()))


def tell(folder: Path, *, customers: int, days: int, seed: int) -> Story:
    """Write the company's exports, mine them, and write pictures, tables and the report.

    Parameters
    ----------
    folder
        Where to write.
    customers, days, seed
        Of the company.

    Returns
    -------
    Story
        What was found.
    """
    made: dict[str, Any] = {}
    chapters: dict[str, Callable[[], Any]] = {
        "writing the exports": lambda: write_company(folder / "exports", customers=customers, days=days, seed=seed),
        "reading them": lambda: read_exports(made["writing the exports"]),
        "linking customers": lambda: _journeys(made["reading them"], made["writing the exports"]),
        "answering": lambda: _answers(made["linking customers"], made["writing the exports"]),
        "drawing": lambda: _written(folder, made["linking customers"], made["writing the exports"], made["answering"]),
    }
    for chapter in steps(chapters, "demo:"):
        made[chapter] = chapters[chapter]()
    company, _, log, answers, files = made.values()
    return _story(log, Truth(company), answers, files)


def read_exports(company: Company) -> EventLog:
    """Read the company's four exports, each with its own reader.

    Parameters
    ----------
    company
        Where they are.

    Returns
    -------
    EventLog
        All events, not yet linked.
    """
    read = partial(read_as, observed_until=company.observed_until)
    return concat(
        [
            read("access-log", company.access_log),
            read("mbox", company.mbox, own_domains=company.own_domains),
            read("asterisk-cdr", company.cdr, tz=company.tz, country=company.country),
            read("zendesk-chats", company.chats, country=company.country),
        ]
    )


def _journeys(log: EventLog, company: Company) -> EventLog:
    log = link(log, extra=read_identifiers(company.crm), country=company.country)
    return cut(log, gap=GAP, end=company.ends)


def _answers(log: EventLog, company: Company) -> dict[str, Result]:
    goal, ends = company.goal, company.ends[1:]
    return {
        "variants": variants(log),
        "dropoff": dropoff(log, goal=goal, end=ends, within=WITHIN),
        "delays": delays(log, min_cases=20),
        "funnel": funnel(log, STEPS),
    }


def _written(folder: Path, log: EventLog, company: Company, answers: dict[str, Result]) -> dict[str, str]:
    goal, ends, title = company.goal, company.ends[1:], "Polder Insurance: from visit to policy"
    picture = journey_map(log, goal=goal, end=ends, within=WITHIN, title=title)
    page = report(log, goal=goal, end=ends, within=WITHIN, steps=STEPS, title=title)
    files = {
        "report": page.write(folder / "report.html"),
        "journey map": picture.write(folder / "journey_map.png"),
        "journey map (SVG)": picture.write(folder / "journey_map.svg"),
        "account of rows": store.write_text(as_csv(_account(log)), folder / "account.csv"),
        "log": log.write(folder / "log.arrow"),
    }
    for name, answer in answers.items():
        files[name] = store.write_text(as_csv(_plain(answer.table)), folder / f"{name}.csv")
    return {what: str(path) for what, path in files.items()}


def _account(log: EventLog) -> pd.DataFrame:
    account = log.account
    return account.assign(notes=["; ".join(notes) for notes in account["notes"]])


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    if "variant" not in table:
        return table
    return table.assign(variant=[" > ".join(variant) for variant in table["variant"]])


def _story(log: EventLog, truth: Truth, answers: dict[str, Result], files: dict[str, str]) -> Story:
    drops, slow = answers["dropoff"].table, answers["delays"].table
    beside = truth.beside(drops, WITHIN)
    figures = {
        "linked_right": truth.share_linked_right(log),
        "dropoff_found": drops["activity"].iloc[0],
        "dropoff_planted": truth["planted_dropoff"],
        "slow_found": slow[["activity", "next_activity"]].iloc[0].tolist(),
        "slow_planted": truth["planted_slow"],
        "mean_error_points": beside["error_points"].abs().mean(),
        "mean_naive_error_points": beside["naive_error_points"].abs().mean(),
        **{name: pc.sum(log.sources[name]).as_py() for name in ("rows_in", "used", "duplicate", "quarantined")},
        "true_journeys": truth["journeys"],
    }
    return Story(_sentences(log, truth, answers, beside, figures), files, figures)


def _sentences(
    log: EventLog, truth: Truth, answers: dict[str, Result], beside: pd.DataFrame, figures: dict[str, Any]
) -> list[str]:
    worst, slow = beside.iloc[0], answers["delays"].table.iloc[0]
    planted = " → ".join(truth["planted_slow"])
    return [
        f"{log!r}",
        f"Of {figures['rows_in']:,} rows, {figures['used']:,} make the {log.num_events:,} events, "
        f"{figures['duplicate']:,} repeat others, and {figures['quarantined']:,} are refused or set aside, each with "
        "its reason.",
        f"{percent(figures['linked_right'])} of the events are linked to the right customer.",
        f"{answers['dropoff'].headline} Planted: “{truth['planted_dropoff']}” with {percent(worst['true_rate'])}.",
        f"Drop-off is {figures['mean_error_points']:.2f} points off the truth on average; counting last events is "
        f"{figures['mean_naive_error_points']:.1f} points off.",
        f"{answers['delays'].headline} Planted: “{planted}”, true median "
        f"{format_duration(truth['planted_slow_median_seconds'])}; found {format_duration(slow['median_seconds'])}.",
        answers["funnel"].headline,
        answers["variants"].headline,
    ]
