"""The formats journeymine reads, by name: the one place that knows them all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog

__all__ = ["FORMATS", "Format", "read_as"]


@dataclass(frozen=True)
class Format:
    """A format and its reader.

    Attributes
    ----------
    name
        How it is asked for.
    reader
        Name of its reading function.
    module
        Where the function is, below ``journeymine.sources``.
    channel
        The channel of its events; empty where the file itself says.
    """

    name: str
    reader: str
    module: str
    channel: str

    @property
    def read(self) -> Callable[..., EventLog]:
        """The reading function."""
        return getattr(import_module(f"journeymine.sources.{self.module}"), self.reader)

    @property
    def options(self) -> Mapping[str, inspect.Parameter]:
        """The options of the reading function, by name."""
        parameters = inspect.signature(self.read).parameters
        return {name: option for name, option in parameters.items() if option.kind is option.KEYWORD_ONLY}

    @property
    def required(self) -> list[str]:
        """The options that must be given."""
        return [name for name, option in self.options.items() if option.default is option.empty]


FORMATS: Final = {
    kind.name: kind
    for kind in (
        Format("table", "read_table", "table", ""),
        Format("xes", "read_xes", "xes", ""),
        Format("access-log", "read_access_log", "web.access_log", "web"),
        Format("mbox", "read_mbox", "mail.mbox", "mail"),
        Format("asterisk-cdr", "read_asterisk_cdr", "phone.asterisk", "phone"),
        Format("zendesk-chats", "read_zendesk_chats", "chat.zendesk", "chat"),
    )
}


def read_as(name: str, path: str | Path, **options: Any) -> EventLog:
    r"""Read a file in a named format.

    Parameters
    ----------
    name
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
    if name not in FORMATS:
        raise UnknownOptionError("there is no format {name!r}", name, FORMATS)
    kind = FORMATS[name]
    given = {option: value for option, value in options.items() if value is not None}
    foreign = [option for option in given if option not in kind.options]
    if foreign:
        raise OptionError(f"format {name} has no option {', '.join(foreign)}; it has: {', '.join(kind.options)}")
    missing = [option for option in kind.required if option not in given]
    if missing:
        raise OptionError(f"format {name} needs {', '.join(missing)}: the file itself does not say")
    return kind.read(path, **given)
