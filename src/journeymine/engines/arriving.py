"""Events on their way into partitions: held until there are enough, then written together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.engines.manifest import Manifest, Piece
from journeymine.engines.partitions import ARRIVAL
from journeymine.engines.placing import places_of, split
from journeymine.engines.repeats import index_of, write_index
from journeymine.errors import OptionError
from journeymine.log import columns, store
from journeymine.log.account import Source
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Quarantine
from journeymine.log.relabel import cases_of_nobody
from journeymine.sources.parts import VERSION

__all__ = ["Arriving", "append"]


@dataclass
class Arriving:
    """Events that were read and are not in a partition yet.

    Attributes
    ----------
    folder
        Of the partitions.
    manifest
        What the folder will hold when it is written.
    room
        Bytes that may wait in memory.
    put
        Takes the events that waited into the folder; gives the manifest with them.
    is_linking
        Whether customers and cases are still to be found out.
    """

    folder: Path
    manifest: Manifest
    room: int
    put: Callable[[Path, Manifest, pa.Table], Manifest]
    is_linking: bool = False
    _waiting: list[pa.Table] = field(default_factory=list)
    _refused: list[pa.Table] = field(default_factory=list)
    _index: list[pa.Table] = field(default_factory=list)
    _last_rows: dict[str, int] = field(default_factory=dict)
    _bytes: int = 0

    def add(self, log: EventLog, *, one_row_an_id: bool) -> None:
        """Take the events and the account of a log.

        Parameters
        ----------
        log
            Of one source or several.
        one_row_an_id
            Whether an ``event_id`` names one event, of which there may be several versions.
        """
        if not self.is_linking:
            _check_cases(log)
        for row in _sources(log):
            self.manifest = self.manifest.with_source(row)
        table = _continued(_numbered(log, self.manifest.arrivals), self.manifest.last_rows)
        self._last_rows |= _last_rows(table, self._last_rows)
        self._index.append(index_of(table, len(self.manifest.deliveries), one_row_an_id=one_row_an_id))
        table = table.drop_columns([VERSION] if VERSION in table.column_names else [])
        self.manifest = replace(
            self.manifest,
            arrivals=self.manifest.arrivals + table.num_rows,
            activities=sorted({*self.manifest.activities, *log.activities}),
            columns=sorted({*self.manifest.columns, *table.column_names} - {ARRIVAL}),
        )
        self._waiting.append(table)
        self._refused.append(log.quarantine.table)
        self._bytes += table.nbytes + log.quarantine.table.nbytes
        if self._bytes >= self.room:
            self.flush()

    def arrived(self, key: str) -> None:
        """Note that all of a delivery is here.

        Parameters
        ----------
        key
            Of the delivery.
        """
        last_rows = {**self.manifest.last_rows, **self._last_rows}
        self.manifest = replace(self.manifest, deliveries=[*self.manifest.deliveries, key], last_rows=last_rows)
        self._last_rows = {}

    @property
    def is_half_full(self) -> bool:
        """Whether it pays to write what waits."""
        return self._bytes > self.room / 2

    def flush(self) -> None:
        """Write what waits."""
        tables, self._waiting = self._waiting, []
        refused, self._refused, self._bytes = self._refused, [], 0
        index, self._index = self._index, []
        self.manifest = write_index(self.folder, self.manifest, index)
        if sum(table.num_rows for table in refused):
            self.manifest = _with_quarantine(self.folder, self.manifest, refused)
        if tables:
            table = columns.concat(tables)
            del tables
            self.manifest = self.put(self.folder, self.manifest, table)


def append(folder: Path, manifest: Manifest, table: pa.Table) -> Manifest:
    """Append events to the partitions of their customers.

    Parameters
    ----------
    folder
        Of the partitions.
    manifest
        What it holds.
    table
        Events in canonical columns, and `ARRIVAL`.

    Returns
    -------
    Manifest
        With one more file in each partition that got any.
    """
    customers, cases = (columns.encode(table[name]) for name in ("customer", "case_id"))
    places = places_of(customers, cases, manifest.partitions)
    pieces = {number: list(files) for number, files in manifest.pieces.items()}
    for place, part in split(table, places):
        file = f"events/{place:04}/{manifest.number:06}.parquet"
        store.write_table(part, folder / file)
        names = columns.used_values(part["source"])
        pieces.setdefault(place, []).append(Piece(file, part.num_rows, names))
    return replace(manifest, pieces=pieces, number=manifest.number + 1)


def _with_quarantine(folder: Path, manifest: Manifest, refused: Iterable[pa.Table]) -> Manifest:
    file = f"quarantine/{manifest.number:06}.parquet"
    Quarantine(pa.concat_tables(refused)).write(folder / file)
    return replace(manifest, quarantine=[*manifest.quarantine, file], number=manifest.number + 1)


def _check_cases(log: EventLog) -> None:
    """Make sure that each case is of one customer: else it would lie in several partitions."""
    customers = columns.codes(log.labels("customer"))
    same = customers == np.repeat(customers[log.offsets[:-1]], np.diff(log.offsets))
    if not same.all():
        case = log.table["case_id"][int(np.flatnonzero(~same)[0])].as_py()
        raise OptionError(
            f"case {case!r} has events of several customers, or of one and of nobody; partitions hold whole customers. "
            "Let link= find out whose events are, or name no customer, so that each case is one"
        )


def _sources(log: EventLog) -> list[Source]:
    place = log.sources.column_names.index("observed_until")
    ends = log.sources["observed_until"].cast(pa.int64())
    return [Source(**row) for row in log.sources.set_column(place, "observed_until", ends).to_pylist()]


def _numbered(log: EventLog, first: int) -> pa.Table:
    """Give events the numbers in which they arrived; they stand for the rows of a source where a log knows none."""
    numbers = pa.array(np.arange(first, first + log.num_events))
    table = log.table.append_column(ARRIVAL, numbers)
    if "source_row" not in table.column_names:
        return table.append_column("source_row", numbers)
    rows = pc.coalesce(table["source_row"], numbers)
    return table.set_column(table.column_names.index("source_row"), "source_row", rows)


def _continued(table: pa.Table, last_rows: Mapping[str, int]) -> pa.Table:
    """Let rows go on from those of former deliveries of their source; events of nobody are named after their rows."""
    sources = columns.encode(table["source"])
    before = np.array([last_rows.get(name, 0) for name in sources.dictionary.to_pylist()], np.int64)
    if not before.any():
        return table
    rows = columns.numbers(table["source_row"])
    now = rows + before[columns.codes(sources)]
    nobodys = np.flatnonzero(columns.codes(columns.encode(table["customer"])) < 0)
    cases = table["case_id"].cast(pa.string())
    theirs = sources.take(pa.array(nobodys))
    old, new = (cases_of_nobody(theirs, pa.array(numbers[nobodys])) for numbers in (rows, now))
    renamed = np.zeros(table.num_rows, bool)
    renamed[nobodys] = columns.is_true(pc.equal(cases.take(pa.array(nobodys)), old))
    cases = pc.replace_with_mask(cases, pa.array(renamed), new.filter(pa.array(renamed[nobodys])))
    for name, values in (("source_row", pa.array(now)), ("case_id", columns.encode(cases))):
        table = table.set_column(table.column_names.index(name), name, values)
    return table


def _last_rows(table: pa.Table, known: Mapping[str, int]) -> dict[str, int]:
    """Give the highest row of each source, of these events and those known before."""
    highest = table.group_by("source").aggregate([("source_row", "max")])
    pairs = zip(highest["source"].to_pylist(), highest["source_row_max"].to_pylist(), strict=True)
    return {source: max(row, known.get(source, 0)) for source, row in pairs}
