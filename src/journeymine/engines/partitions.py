"""Partitions: a log on disk, each part of it the events of whole customers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from journeymine.engines.manifest import Manifest, Piece
from journeymine.engines.placing import drawn, places_of
from journeymine.errors import FormatError, OptionError, UnknownActivityError, UnknownNameError
from journeymine.log import columns, store
from journeymine.log.cut import cut
from journeymine.log.eventlog import EVIDENCE, EventLog
from journeymine.log.quarantine import Quarantine
from journeymine.log.regroup import regrouped
from journeymine.log.schema import REQUIRED
from journeymine.wording import counted

__all__ = ["ARRIVAL", "Partitions", "open_partitions", "read_piece"]

ARRIVAL = "arrival_number"
"""Column of the files that numbers events as they came, so that one can be named wherever it lies."""

_KEPT = (*REQUIRED, "customer", "source", "source_row")


@dataclass(frozen=True, repr=False)
class Partitions:
    """A log in a folder, in partitions of whole customers that fit in memory one at a time.

    Attributes
    ----------
    folder
        Where it lies.
    manifest
        What the folder held when it was opened.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> jm.write_partitioned(log, tmp / "log", partitions=4)
    <Partitions 3 events · 1 source · 4 partitions>
    >>> sum(part.num_cases for part in jm.open_partitions(tmp / "log").logs())
    2
    """

    folder: Path
    manifest: Manifest

    @property
    def num_events(self) -> int:
        """Number of events; of those with one ``event_id`` only the latest counts."""
        return self.manifest.num_events

    @property
    def sources(self) -> pa.Table:
        """One row a source: the account of its rows, and until when it was observed."""
        return self.manifest.account

    @property
    def quarantine(self) -> Quarantine:
        """The rows that could not be used, of all sources."""
        tables = [store.read_table(self.folder / file) for file in self.manifest.quarantine]
        return Quarantine(pa.concat_tables([Quarantine.empty().table, *tables]))

    @property
    def evidence(self) -> pa.Table:
        """Who is who, one row an identifier, where customers were linked."""
        file = self.manifest.identifiers.get("evidence")
        return EVIDENCE.empty_table() if file is None else store.read_table(self.folder / file)

    def logs(self, only: Collection[str] | None = None) -> Iterator[EventLog]:
        """Give the log of each partition that has events.

        Parameters
        ----------
        only
            Attributes and identifiers that are needed; by default all. Less columns need less memory.

        Yields
        ------
        EventLog
            Cut into journeys where the folder was written with ``cut=``; its account is that of the whole folder.
        """
        for number in sorted(self.manifest.pieces):
            yield self.log(number, only)

    def log(self, number: int, only: Collection[str] | None = None) -> EventLog:
        """Give the log of one partition.

        Parameters
        ----------
        number
            Of the partition.
        only
            Attributes and identifiers that are needed; by default all.

        Returns
        -------
        EventLog
            As `logs` gives them.
        """
        wanted = None if only is None else {*_KEPT, "channel", "after_unread", *self._cut_columns(), *only}
        table = self.table(number, wanted).drop_columns([ARRIVAL])
        log = EventLog(table, self.sources, Quarantine.empty())
        return self._cut(regrouped(log, table))

    def customer(self, name: str) -> EventLog:
        """Give the events of one customer, for a look at single journeys.

        Parameters
        ----------
        name
            Of the customer.

        Returns
        -------
        EventLog
            Only its partition is read.

        Raises
        ------
        UnknownNameError
            If there is no such customer; the message names the closest of its partition.
        """
        label = columns.encode(pa.array([name]))
        place = int(places_of(label, label, len(self))[0])
        if place not in self.manifest.pieces:
            raise UnknownNameError("customer {name!r} does not occur", name)
        return self.log(place).where(customer=name)

    def sample(self, share: float, only: Collection[str] | None = None) -> EventLog:
        """Give a sample of whole customers, for questions that need events and not their counts.

        Parameters
        ----------
        share
            About how many of the customers, between 0 and 1.
        only
            Attributes and identifiers that are needed; by default all.

        Returns
        -------
        EventLog
            The same customers whenever it is asked for, and among them those of each smaller sample. Its account is
            that of the whole folder.

        Raises
        ------
        OptionError
            If `share` does not lie between 0 and 1.
        """
        if not 0 < share <= 1:
            raise OptionError(f"share must lie between 0 and 1, not {share!r}")
        parts = [part.where(drawn(part, share)) for part in self.logs(only)]
        whole = EventLog(columns.concat(part.table for part in parts), self.sources, Quarantine.empty())
        return replace(whole.with_events(whole.table), evidence=self.evidence)

    def table(self, number: int, wanted: Collection[str] | None = None) -> pa.Table:
        """Give the events of a partition as they arrived, without those that a later delivery replaced.

        Parameters
        ----------
        number
            Of the partition.
        wanted
            Columns; by default all. One that the partition has not, and others have, is null.

        Returns
        -------
        pyarrow.Table
            With the column `ARRIVAL`.
        """
        pieces = self.manifest.pieces.get(number, ())
        table = columns.concat(read_piece(self.folder, piece, wanted) for piece in pieces)
        for name in self.manifest.columns:
            if name not in table.column_names and (wanted is None or name in wanted):
                table = table.append_column(name, columns.label(None, table.num_rows))
        stale = self.manifest.stale.get(number)
        if stale is None:
            return table
        replaced = columns.numbers(store.read_table(self.folder / stale.file)[ARRIVAL])
        return table.filter(pa.array(np.isin(columns.numbers(table[ARRIVAL]), replaced, invert=True)))

    def _cut_columns(self) -> list[str]:
        key = (self.manifest.cut or {}).get("key")
        return [] if key is None else [key]

    def _cut(self, log: EventLog) -> EventLog:
        """Cut journeys; a start or an end that no customer of this partition has cuts nothing here."""
        if self.manifest.cut is None:
            return log
        self._check_cut()
        options: dict[str, Any] = dict(self.manifest.cut)
        for name in ("start", "end"):
            options[name] = [activity for activity in options.get(name, ()) if activity in log.activities]
        return cut(log, **options)

    def _check_cut(self) -> None:
        options = self.manifest.cut or {}
        for activity in [*options.get("start", ()), *options.get("end", ())]:
            if activity not in self.manifest.activities:
                raise UnknownActivityError("activity {name!r} never occurs", activity, self.manifest.activities)

    def __len__(self) -> int:
        return self.manifest.partitions

    def __repr__(self) -> str:
        counts = {"event": self.num_events, "source": len(self.manifest.sources), "partition": len(self)}
        told = (counted(count, name) for name, count in counts.items())
        return f"<Partitions {' · '.join(told)}>"


def open_partitions(folder: str | Path) -> Partitions:
    """Open what `write_partitioned` wrote.

    Parameters
    ----------
    folder
        Where it lies.

    Returns
    -------
    Partitions
        As it is now; what is written later does not show.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    FormatError
        If it is something else.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a"], "activity": ["visit"], "timestamp": ["2024-05-01T09:00Z"]})
    >>> _ = jm.write_partitioned(log, tmp / "log")
    >>> jm.open_partitions(tmp / "log").num_events
    1
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}")
    manifest = Manifest.read(folder)
    if manifest is None:
        raise FormatError(f"{folder.name} was not written by write_partitioned; write the events there first")
    return Partitions(folder, manifest)


def read_piece(folder: Path, piece: Piece, wanted: Collection[str] | None = None) -> pa.Table:
    """Read one file of events.

    Parameters
    ----------
    folder
        Of the partitions.
    piece
        Which.
    wanted
        Columns; by default all.

    Returns
    -------
    pyarrow.Table
        With the column `ARRIVAL`.

    Raises
    ------
    FormatError
        If the file is damaged.
    """
    try:
        opened = pq.ParquetFile(folder / piece.file, page_checksum_verification=True)
        names = [name for name in opened.schema_arrow.names if wanted is None or name in {*wanted, ARRIVAL}]
        return opened.read(names)
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"{piece.file} is damaged: {error}. Write the folder anew") from error
