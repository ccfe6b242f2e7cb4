"""What there is to know of a format: its reader, its channel, what tells rows apart, and how its files look."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from journeymine.log.eventlog import EventLog

__all__ = ["Format", "Signature"]


@dataclass(frozen=True)
class Signature:
    r"""How the files of a format look: what `jm.read` recognises them by.

    Attributes
    ----------
    kind
        ``"json"`` (lines, array or document), ``"delimited"``, ``"lines"`` (of text), ``"parquet"``, ``"xml"``,
        ``"zip"``, ``"sqlite"`` or ``"folder"``.
    fields
        What must be there: names of JSON fields (with dots between levels), of columns, of tables in a database, or of
        files in a zip or folder (in which ``*`` stands for anything).
    pattern
        For lines and delimited text without a header: what the first line matches.
    """

    kind: str
    fields: tuple[str, ...] = ()
    pattern: str = ""


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
    key
        The field that tells deliveries of one event apart; empty where every row is one.
    zone
        Where the clock of its times stands.
    signatures
        How its files look; several where it has several layouts.
    preset
        Options that the reader is given for this format.
    """

    name: str
    reader: str
    module: str
    channel: str
    key: str = ""
    zone: str = ""
    signatures: tuple[Signature, ...] = ()
    preset: tuple[tuple[str, str], ...] = ()

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
        given = dict(self.preset)
        return [name for name, option in self.options.items() if option.default is option.empty and name not in given]
