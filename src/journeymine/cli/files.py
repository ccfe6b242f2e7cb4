"""From the files and options of a command to one log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from journeymine.cli.screen import steps
from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.log.identity import link
from journeymine.log.open import concat
from journeymine.log.schema import id_columns
from journeymine.sources import inputs, rows
from journeymine.sources.read import is_log, read
from journeymine.sources.recognise import recognise
from journeymine.sources.registry import FORMATS

__all__ = ["as_journeys", "read_files", "read_identifiers", "reader_options", "readers"]

_LOG: Final = "stored log"


def read_files(files: Sequence[Path], formats: Sequence[str], options: dict[str, Any]) -> EventLog:
    """Read files into one log.

    Parameters
    ----------
    files, formats, options
        As for `readers`.

    Returns
    -------
    EventLog
        All their events.

    Raises
    ------
    OptionError
        If the number of formats is neither none, one nor that of the files, or no format knows an option.
    """
    found = readers(files, formats, options)
    return concat([found[path]() for path in steps(found, "reading")])


def readers(
    files: Sequence[Path], formats: Sequence[str], options: dict[str, Any]
) -> dict[Path, Callable[[], EventLog]]:
    """Give for each file what reads it.

    Parameters
    ----------
    files
        One or more.
    formats
        One for all files, or one for each; by default each is recognised by what it holds.
    options
        Options of readers by name; each file takes those that its format knows.

    Returns
    -------
    dict
        By file. Of files that share a name, the source is the whole path.

    Raises
    ------
    OptionError
        If the number of formats is neither none, one nor that of the files, or no format knows an option.
    """
    kinds = [_checked(name) for name in formats] or [_told(path) for path in files]
    kinds *= len(files) if len(kinds) == 1 else 1
    if len(kinds) != len(files):
        raise OptionError(f"{len(files)} files and {len(kinds)} formats: give one --format, or one for each file")
    given = {name: value for name, value in options.items() if value is not None}
    known = {kind: FORMATS[kind].options if kind in FORMATS else {} for kind in kinds}
    foreign = [name for name in given if not any(name in options for options in known.values())]
    if foreign:
        raise OptionError(f"format {', '.join(dict.fromkeys(kinds))} has no option {', '.join(foreign)}")
    found: dict[Path, Callable[[], EventLog]] = {}
    for path, kind in zip(files, kinds, strict=True):
        name = str(path) if sum(other.name == path.name for other in files) > 1 else None
        mine = {option: value for option, value in given.items() if option in known[kind]}
        mine |= {"name": name} if name and "name" in known[kind] else {}
        found[path] = partial(read, path, format=kind if formats else None, **mine)
    return found


def _told(path: Path) -> str:
    """Tell the format of a file; a log that was written is none that a reader takes."""
    return _LOG if is_log(path) else recognise(path).format.name


def _checked(name: str) -> str:
    if name not in FORMATS:
        raise UnknownOptionError("there is no format {name!r}", name, FORMATS)
    return name


def reader_options(texts: Sequence[str]) -> dict[str, Any]:
    """Take ``name=value`` texts apart into options of readers.

    Parameters
    ----------
    texts
        One option each; one that takes several values may stand several times.

    Returns
    -------
    dict
        Values of the type that the readers want.

    Raises
    ------
    OptionError
        If a text has no ``=``, or its value is of another type.
    UnknownOptionError
        If no reader has such an option.
    """
    kinds = {name: str(option.annotation) for kind in FORMATS.values() for name, option in kind.options.items()}
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise OptionError(f"{text!r} is no option: write name=value")
        if name not in kinds:
            raise UnknownOptionError("no format has an option {name!r}", name, sorted(kinds))
        found[name] = _value(name, value, kinds[name], found.get(name))
    return found


def _value(name: str, value: str, kind: str, former: Any) -> Any:
    if kind.startswith(("Sequence", "Collection", "list")):
        return [*(former or []), value]
    if "bool" in kind:
        if value not in ("true", "false"):
            raise OptionError(f"{name} is true or false, not {value!r}")
        return value == "true"
    if "int" in kind:
        if not value.isdigit():
            raise OptionError(f"{name} is a whole number, not {value!r}")
        return int(value)
    return value


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
