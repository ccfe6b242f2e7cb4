"""What a folder of partitions holds: the one file that says which of its other files count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from journeymine.errors import FormatError, OptionError
from journeymine.log import account, store
from journeymine.log.account import Source
from journeymine.sources.reading import notes_together

__all__ = ["NAME", "ROOMS", "Manifest", "Piece"]

NAME: Final = "partitions.json"
_VERSION: Final = 1

ROOMS: Final = ("events", "quarantine", "identifiers", "event_ids", "stale", "arriving")
"""Folders that hold what the manifest names, and what was being written when something failed."""


@dataclass(frozen=True)
class Piece:
    """Events of one partition that were written together.

    Attributes
    ----------
    file
        Path of a Parquet file, from the folder.
    rows
        How many events.
    sources
        Names of the sources they come from.
    """

    file: str
    rows: int
    sources: list[str]


@dataclass(frozen=True)
class Manifest:
    """The contents of a folder. A file that it does not name is not there: it was being written when something failed.

    Attributes
    ----------
    partitions
        How many there are.
    cut
        Options of `cut`, by which each partition's events become journeys; None where cases are as they came.
    linked
        Whether customers are linked.
    pieces
        For each partition, in the order of arrival.
    deliveries
        Keys of what was read already.
    sources
        The account of rows, by source.
    last_rows
        Highest number of a row so far, by source: those of its next delivery go on from there.
    quarantine
        Files of rows that were not used.
    identifiers
        Files of what is known of identifiers, by name, where customers are linked.
    event_ids
        Files that tell which events share an ``event_id``, for each part of the index.
    stale
        The file that tells which events a later delivery replaced, for each partition that has such.
    activities, columns
        All activities and columns of the events.
    number
        How many files were written: the next one's number.
    arrivals
        How many events arrived: the next one's number.
    """

    partitions: int
    cut: Mapping[str, Any] | None = None
    linked: bool = False
    pieces: Mapping[int, Sequence[Piece]] = field(default_factory=dict)
    deliveries: Sequence[str] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    last_rows: Mapping[str, int] = field(default_factory=dict)
    quarantine: Sequence[str] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    event_ids: Mapping[int, Sequence[str]] = field(default_factory=dict)
    stale: Mapping[int, Piece] = field(default_factory=dict)
    activities: Sequence[str] = ()
    columns: Sequence[str] = ()
    number: int = 0
    arrivals: int = 0

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read the manifest of a folder.

        Parameters
        ----------
        folder
            Of partitions.

        Returns
        -------
        Manifest or None
            None where there is none.

        Raises
        ------
        FormatError
            If it was written by another version.
        """
        path = folder / NAME
        if not path.exists():
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("version", None) != _VERSION:
            raise FormatError(f"{path} was written by another version of journeymine; write the folder anew")
        content["sources"] = {row["source"]: Source(**row) for row in content["sources"]}
        content["pieces"] = {
            int(number): [Piece(**piece) for piece in pieces] for number, pieces in content["pieces"].items()
        }
        content["event_ids"] = {int(number): files for number, files in content["event_ids"].items()}
        content["stale"] = {int(number): Piece(**piece) for number, piece in content["stale"].items()}
        return cls(**content)

    def write(self, folder: Path) -> None:
        """Write the manifest, whole or not at all.

        Parameters
        ----------
        folder
            Of partitions.
        """
        content = asdict(self) | {"version": _VERSION, "sources": [asdict(row) for row in self.sources.values()]}
        store.write_text(json.dumps(content, ensure_ascii=False, indent=1), folder / NAME)

    def sweep(self, folder: Path) -> None:
        """Take away what was being written when something failed, and what was replaced.

        Parameters
        ----------
        folder
            Of partitions.
        """
        named = {piece.file for pieces in self.pieces.values() for piece in pieces}
        named |= {*self.quarantine, *self.identifiers.values(), *(piece.file for piece in self.stale.values())}
        named |= {file for files in self.event_ids.values() for file in files}
        for path in (path for room in ROOMS for path in (folder / room).rglob("*") if path.is_file()):
            if path.relative_to(folder).as_posix() not in named:
                path.unlink()

    @property
    def account(self) -> pa.Table:
        """One row a source, as a log has it."""
        return account.to_table(self.sources.values())

    @property
    def num_events(self) -> int:
        """Number of events that count."""
        rows = sum(piece.rows for pieces in self.pieces.values() for piece in pieces)
        return rows - sum(piece.rows for piece in self.stale.values())

    def source_ends(self, names: set[str]) -> dict[str, int | None]:
        """Give the moments until which some sources were observed.

        Parameters
        ----------
        names
            Of sources.

        Returns
        -------
        dict
            Microseconds since 1970 by source.
        """
        return {name: source.observed_until for name, source in sorted(self.sources.items()) if name in names}

    def with_source(self, new: Source) -> Manifest:
        """Add rows to the account of a source.

        Parameters
        ----------
        new
            The account of further rows.

        Returns
        -------
        Manifest
            With both accounts in one: rows add up, the source was observed until the later end.
        """
        old = self.sources.get(new.source)
        both = new if old is None else _together(old, new)
        return replace(self, sources={**self.sources, new.source: both})

    def check(self, **options: Any) -> None:
        """Make sure that a folder is written on with the options it was begun with.

        Parameters
        ----------
        **options
            By name, as they are asked for; None for whatever the folder has.

        Raises
        ------
        OptionError
            If one differs.
        """
        for name, asked in options.items():
            has = getattr(self, name)
            if asked is not None and json.loads(json.dumps(asked)) != json.loads(json.dumps(has)):
                raise OptionError(_begun_otherwise(name, has, asked))


def _begun_otherwise(name: str, has: Any, asked: Any) -> str:
    if name == "linked":
        return (
            f"this folder was begun with{'' if has else 'out'} link=; write with{'out' if has else ''} it to a new one"
        )
    return f"this folder was begun with {name}={has!r}, not {asked!r}; write {name}={asked!r} to a new folder"


def _together(old: Source, new: Source) -> Source:
    ends = [end for end in (old.observed_until, new.observed_until) if end is not None]
    return replace(
        old,
        rows_in=old.rows_in + new.rows_in,
        used=old.used + new.used,
        duplicate=old.duplicate + new.duplicate,
        quarantined=old.quarantined + new.quarantined,
        observed_until=max(ends, default=None),
        notes=notes_together([*old.notes, *new.notes]),
    )
