"""The formats journeymine reads, by name: the one place that knows them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.sources import formats
from journeymine.sources.chat import formats as chat
from journeymine.sources.format import Format
from journeymine.sources.mail import formats as mail
from journeymine.sources.phone import formats as phone
from journeymine.sources.social import formats as social
from journeymine.sources.survey import formats as survey
from journeymine.sources.web import formats as web

__all__ = ["FORMATS", "describe", "read_as"]

FORMATS: Final = {
    kind.name: kind for channel in (formats, web, mail, phone, chat, social, survey) for kind in channel.FORMATS
}


def describe(kind: Format) -> dict[str, str]:
    """Say what there is to know of a format, for a list of them.

    Parameters
    ----------
    kind
        One of ``FORMATS``.

    Returns
    -------
    dict
        ``format``, ``channel``, ``reader``, ``needs`` (options that must be given), ``key`` (what tells deliveries of
        one event apart) and ``zone``.
    """
    return {
        "format": kind.name,
        "channel": kind.channel or "as the file says",
        "reader": kind.reader,
        "needs": ", ".join(kind.required),
        "key": kind.key,
        "zone": kind.zone,
    }


def read_as(kind: str, path: str | Path, /, **options: Any) -> EventLog:
    r"""Read a file in a named format.

    Parameters
    ----------
    kind
        One of ``FORMATS``.
    path
        The file.
    **options
        Options of the format's reader; None stands for an option that was not given.

    Returns
    -------
    EventLog
        Its events.

    Raises
    ------
    UnknownOptionError
        If there is no such format.
    OptionError
        If the reader does not know an option, or needs one that was not given.

    Examples
    --------
    >>> path = tmp / "events.csv"
    >>> _ = path.write_text("case_id,activity,timestamp\na,visit,2024-05-01T09:00Z\n")
    >>> read_as("table", path)
    <EventLog 1 event · 1 customer · 2024-05-01 – 2024-05-01>
    """
    if kind not in FORMATS:
        raise UnknownOptionError("there is no format {name!r}", kind, FORMATS)
    known = FORMATS[kind]
    given = {option: value for option, value in options.items() if value is not None}
    foreign = [option for option in given if option not in known.options]
    if foreign:
        raise OptionError(f"format {kind} has no option {', '.join(foreign)}; it has: {', '.join(known.options)}")
    missing = [option for option in known.required if option not in given]
    if missing:
        raise OptionError(f"format {kind} needs {', '.join(missing)}: the file itself does not say")
    return known.read(path, **given)
