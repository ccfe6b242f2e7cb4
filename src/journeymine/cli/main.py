"""The commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from journeymine.cli import demo as demo_story
from journeymine.cli.files import as_journeys, read_files, read_identifiers, reader_options, readers
from journeymine.cli.screen import print_json, print_table, say
from journeymine.errors import JourneymineError
from journeymine.log.eventlog import EventLog
from journeymine.log.store import TABLES, with_ending
from journeymine.sources.registry import FORMATS, describe

__all__ = ["REFUSED", "app"]

REFUSED = 3
"""Exit code of `check` where a source has rows that are bad data."""


def _version(asked: bool) -> None:
    if asked:
        say(f"journeymine {version('journeymine')}")
        raise typer.Exit


app = typer.Typer(
    help="Which journeys customers make across channels, where they drop off, and which transitions are slow.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
)

_FLAGS = {"tz": "--tz", "own_domains": "--own-domain", "country": "--country", "observed_until": "--observed-until"}
_FLAGS |= {name: f"--{name}" for name in ("format", "case", "customer", "activity", "timestamp", "channel", "within")}

Files = Annotated[list[Path], typer.Argument(help="Exports to read.", show_default=False)]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        "-f",
        help="One for all files, or one for each; by default told by what each holds. See `journeymine sources`.",
    ),
]
Options = Annotated[
    list[str] | None, typer.Option("--option", "-O", help="Further option of a reader, such as internal_digits=4.")
]
Column = Annotated[str | None, typer.Option(help="Column of a table.", show_default=False)]
Zone = Annotated[str | None, typer.Option(help="Zone of times that carry none, such as Europe/Amsterdam.")]
Domains = Annotated[list[str] | None, typer.Option("--own-domain", help="Mail domain of the company (mbox).")]
Country = Annotated[str | None, typer.Option(help="Country of telephone numbers written without one, such as NL.")]
Until = Annotated[str | None, typer.Option(help="When the exports were made, such as 2024-05-30T00:00:00+02:00.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print figures as JSON.")]


@app.callback()
def _all(
    shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Which journeys customers make across channels, where they drop off, and which transitions are slow."""


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where to write.")] = Path("demo"),
    customers: Annotated[int, typer.Option(help="Customers of the invented company.", min=1)] = 20_000,
    days: Annotated[int, typer.Option(help="Length of its exports.", min=1)] = 90,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Invent a company, mine its journeys, and show the findings beside the truth.

    Example: `journeymine demo --folder demo --customers 5000`
    """
    with _errors_as_text():
        story = demo_story.tell(folder, customers=customers, days=days, seed=seed)
        print_json(story.to_dict()) if as_json else story.show()


@app.command()
def report(
    files: Files,
    formats: Formats = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Ends in .html or .json.")] = Path("report.html"),
    goal: Annotated[str | None, typer.Option(help="Activity that completes a journey with success.")] = None,
    end: Annotated[list[str] | None, typer.Option(help="Activity that completes a journey without.")] = None,
    step: Annotated[list[str] | None, typer.Option(help="Step of a funnel, in order.")] = None,
    within: Annotated[str | None, typer.Option(help="Window for drop-off, such as 14d.")] = None,
    gap: Annotated[str | None, typer.Option(help="A longer silence begins a new journey, such as 30d.")] = None,
    known: Annotated[Path | None, typer.Option(help="Table of customers with their identifiers.")] = None,
    by: Annotated[str | None, typer.Option(help="Column of segments to compare.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    language: Annotated[Literal["en", "nl"], typer.Option(help="Language of the report.")] = "en",
    min_customers: Annotated[int, typer.Option(help="What fewer customers did is not shown.", min=1)] = 10,
    case: Column = None,
    customer: Column = None,
    activity: Column = None,
    timestamp: Column = None,
    channel: Column = None,
    tz: Zone = None,
    own_domain: Domains = None,
    country: Country = None,
    observed_until: Until = None,
    option: Options = None,
    as_json: AsJson = False,
) -> None:
    """Read exports and write a report of the journeys in them.

    Example: `journeymine report orders.csv -f table --case order --activity event --timestamp at --tz UTC
    --goal delivered -o orders.html`
    """
    from journeymine.reporting.report import ENDINGS
    from journeymine.reporting.report import report as make_report

    columns = {"case": case, "customer": customer, "activity": activity, "timestamp": timestamp, "channel": channel}
    asked = {"tz": tz, "own_domains": own_domain, "country": country, "observed_until": observed_until}
    ends = [*([goal] if goal else []), *(end or [])]
    with _errors_as_text():
        with_ending(output, *ENDINGS)
        log = read_files(files, formats or [], {**columns, **asked, **reader_options(option or [])})
        log = as_journeys(log, known=known, gap=gap, ends=ends, country=country)
        options: dict[str, Any] = {"goal": goal, "end": end or (), "within": within, "steps": step, "by": by}
        made = make_report(log, **options, title=title, language=language, min_customers=min_customers)
        written = made.write(output)
    if as_json:
        print_json(made.to_dict())
    else:
        for sentence in made.findings or [f"nothing is to be told of what fewer than {min_customers} customers did"]:
            say(f"- {sentence}")
        say(f"{log}\n{written}")


@app.command()
def check(
    files: Files,
    formats: Formats = None,
    case: Column = None,
    customer: Column = None,
    activity: Column = None,
    timestamp: Column = None,
    channel: Column = None,
    tz: Zone = None,
    own_domain: Domains = None,
    country: Country = None,
    option: Options = None,
    quarantine: Annotated[Path | None, typer.Option(help="Write the rows that were not used to .parquet.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read exports and account for every row. Exit code 3 if a row is bad data.

    Example: `journeymine check access.log Master.csv --tz Europe/Amsterdam`
    """
    columns = {"case": case, "customer": customer, "activity": activity, "timestamp": timestamp, "channel": channel}
    with _errors_as_text():
        if quarantine is not None:
            with_ending(quarantine, *TABLES)
        asked = {"tz": tz, "own_domains": own_domain, "country": country}
        log = read_files(files, formats or [], {**columns, **asked, **reader_options(option or [])})
        if quarantine is not None:
            log.quarantine.write(quarantine)
    print_json(_account(log)) if as_json else _show_account(log)
    if log.quarantine.num_refused:
        raise typer.Exit(REFUSED)


@app.command()
def partition(
    files: Files,
    formats: Formats = None,
    folder: Annotated[Path, typer.Option(help="Where to write; what it holds stays.")] = Path("log"),
    memory: Annotated[str, typer.Option(help="How much to use, such as 800MB.")] = "1GB",
    linked: Annotated[bool, typer.Option("--link", help="Link customers across all that was and is written.")] = False,
    known: Annotated[Path | None, typer.Option(help="Table of customers with their identifiers, for --link.")] = None,
    gap: Annotated[str | None, typer.Option(help="A longer silence begins a new journey, such as 30d.")] = None,
    end: Annotated[list[str] | None, typer.Option(help="Activity that completes a journey.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that summarise side by side.", min=1)] = 1,
    case: Column = None,
    customer: Column = None,
    activity: Column = None,
    timestamp: Column = None,
    channel: Column = None,
    tz: Zone = None,
    own_domain: Domains = None,
    country: Country = None,
    observed_until: Until = None,
    option: Options = None,
    as_json: AsJson = False,
) -> None:
    """Put exports of any size into a folder of partitions, one after the other, and summarise what is new.

    Example: `journeymine partition access-*.log --folder log --gap 30d -O name=web`
    """
    from journeymine.cli.partition import into_partitions

    columns = {"case": case, "customer": customer, "activity": activity, "timestamp": timestamp, "channel": channel}
    asked = {"tz": tz, "own_domains": own_domain, "country": country, "observed_until": observed_until}
    with _errors_as_text():
        found = readers(files, formats or [], {**columns, **asked, **reader_options(option or [])})
        extra = None if known is None else read_identifiers(known)
        link = {"extra": extra, "country": country} if linked or known is not None else None
        kept = into_partitions(found, folder, memory=memory, link=link, gap=gap, ends=end or [], workers=workers)
    sources = kept.sources.drop_columns(["observed_until"]).to_pylist()
    if as_json:
        print_json({"folder": str(folder), "events": kept.num_events, "sources": sources})
    else:
        _show_sources(sources)
        say(f"{kept}\n{folder}")


@app.command()
def sources(as_json: AsJson = False) -> None:
    """List the formats that can be read, and what each needs.

    Example: `journeymine sources`
    """
    formats = [describe(kind) for kind in FORMATS.values()]
    if as_json:
        print_json(formats)
    else:
        print_table("Formats", list(formats[0]), [[str(value) for value in row.values()] for row in formats])


def _account(log: EventLog) -> dict[str, Any]:
    sources = log.sources.drop_columns(["observed_until"]).to_pylist()
    return {
        "log": str(log),
        "sources": sources,
        "quarantine": log.quarantine.reasons,
        "refused": log.quarantine.num_refused,
        "set_aside": len(log.quarantine) - log.quarantine.num_refused,
    }


def _show_account(log: EventLog) -> None:
    account = _account(log)
    _show_sources(account["sources"])
    if account["quarantine"]:
        print_table("Rows not used", ("reason", "rows"), account["quarantine"].items())
    for source in account["sources"]:
        for note in source["notes"]:
            say(f"{source['source']}: {note}")
    say(account["log"])


def _show_sources(sources: list[dict[str, Any]]) -> None:
    names = ("source", "format", "rows_in", "used", "duplicate", "quarantined")
    print_table("Account of rows", names, [[source[name] for name in names] for source in sources])


@contextmanager
def _errors_as_text() -> Iterator[None]:
    """Say what went wrong in a sentence, and leave with exit code 2."""
    try:
        yield
    except (JourneymineError, OSError) as error:
        typer.echo(f"{type(error).__name__}: {_as_flags(str(error))}", err=True)
        raise typer.Exit(2) from error


def _as_flags(message: str) -> str:
    """Name options the way they are given here: ``--tz`` for ``tz=``."""
    return re.sub(r"\b(" + "|".join(_FLAGS) + r")=( *)", lambda found: _FLAGS[found[1]] + " ", message)
