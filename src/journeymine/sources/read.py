"""Any export, read by whichever reader knows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.open import open_log
from journeymine.sources.recognise import recognise
from journeymine.sources.registry import read_as
from journeymine.sources.sample import sample_of

__all__ = ["is_log", "read"]


def read(path: str | Path, *, format: str | None = None, **options: Any) -> EventLog:
    r"""Read an export, whatever its format.

    Parameters
    ----------
    path
        A file or folder; also a log that `EventLog.write` wrote.
    format
        Its format, as ``journeymine sources`` lists them; by default it is recognised by what the file holds.
    **options
        Options of the format's reader, such as ``tz="Europe/Amsterdam"``.

    Returns
    -------
    EventLog
        What the reader gives; the notes of its source say what it was recognised as, and why.

    Raises
    ------
    FormatError
        If the format is not recognised; the message names the nearest candidates.
    OptionError
        If the reader needs an option that was not given, or does not know one.
    UnknownOptionError
        If there is no such `format`.

    Examples
    --------
    >>> import journeymine as jm
    >>> file = tmp / "access.log"
    >>> _ = file.write_text('1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] "GET /cart HTTP/1.1" 200 368\n')
    >>> jm.read(file).activities
    ['/cart']
    """
    if format is not None:
        return read_as(format, path, **options)
    if is_log(Path(path)):
        return open_log(path)
    match = recognise(path)
    try:
        log = read_as(match.format.name, path, **options)
    except OptionError as error:
        raise type(error)(
            f"{Path(path).name} was recognised as {match.format.name} ({match.reason}): {error}"
        ) from error
    return _noted(log, f"recognised as {match.format.name}: it {match.reason}")


def is_log(path: Path) -> bool:
    """Tell whether a file holds a log that `EventLog.write` wrote as Arrow.

    Parameters
    ----------
    path
        A file or folder.

    Returns
    -------
    bool
        By what the file begins with.
    """
    return path.is_file() and sample_of(path).kind == "arrow"


def _noted(log: EventLog, note: str) -> EventLog:
    """Add a note to every source of a log."""
    notes = [[note, *given] for given in log.sources["notes"].to_pylist()]
    place = log.sources.column_names.index("notes")
    return replace(log, sources=log.sources.set_column(place, "notes", pa.array(notes, pa.list_(pa.string()))))
