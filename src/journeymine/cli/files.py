"""From the files and options of a command to one log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from journeymine.cli.screen import steps
from journeymine.errors import OptionError
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.log.identity import link
from journeymine.log.open import concat
from journeymine.log.schema import id_columns
from journeymine.sources import inputs, rows
from journeymine.sources.registry import FORMATS, read_as

__all__ = ["as_journeys", "read_files", "read_identifiers"]


def read_files(files: Sequence[Path], formats: Sequence[str], options: dict[str, Any]) -> EventLog:
    """Read files into one log.

    Parameters
    ----------
    files
        One or more.
    formats
        One for all files, or one for each.
    options
        Options of readers by name; each file takes those that its format knows.

    Returns
    -------
    EventLog
        All their events. Of files that share a name, the source is the whole path.

    Raises
    ------
    OptionError
        If the number of formats is neither one nor that of the files, or no format knows an option.
    """
    formats = list(formats) * (len(files) if len(formats) == 1 else 1)
    if len(formats) != len(files):
        raise OptionError(f"{len(files)} files and {len(formats)} formats: give one --format, or one for each file")
    given = {name: value for name, value in options.items() if value is not None}
    known = {name: set(FORMATS[name].options) if name in FORMATS else set(given) for name in formats}
    foreign = [name for name in given if not any(name in options for options in known.values())]
    if foreign:
        raise OptionError(f"format {', '.join(known)} has no option {', '.join(foreign)}")
    logs = []
    for path in steps(files, "reading"):
        kind = formats[len(logs)]
        name = str(path) if sum(other.name == path.name for other in files) > 1 else None
        mine = {option: value for option, value in given.items() if option in known[kind]}
        logs.append(read_as(kind, path, **mine, **({"name": name} if name else {})))
    return concat(logs)


def as_journeys(
    log: EventLog, *, known: Path | None, gap: str | None, ends: Sequence[str], country: str | None
) -> EventLog:
    """Link customers where there are identifiers to link, and cut journeys where it is asked for.

    Parameters
    ----------
    log
        What was read.
    known
        A table with the identifiers of known customers, one a row.
    gap
        A longer silence begins a new journey.
    ends
        Activities that complete a journey.
    country
        Of telephone numbers written without one.

    Returns
    -------
    EventLog
        Ready for analysis.
    """
    if known is not None or len(id_columns(log.table)) > 1:
        log = link(log, extra=None if known is None else read_identifiers(known), country=country)
    return cut(log, gap=gap, end=ends) if gap else log


def read_identifiers(path: Path) -> Any:
    """Read a table of customers: all fields as text, no events.

    Parameters
    ----------
    path
        A file of delimited text with a header.

    Returns
    -------
    pyarrow.Table
        Its columns.
    """
    text, _ = inputs.decode(inputs.read_bytes(path), path.name)
    return rows.delimited_rows(text, path.name).table
