"""The contract of every reader: what it hands over, and the one way it becomes a log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import account, columns
from journeymine.log.blocklist import without_nobody
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import customer_names, ranked, spelled
from journeymine.log.quarantine import Quarantine, Reject
from journeymine.log.relabel import cases_of_nobody
from journeymine.log.schema import ID_PREFIX, id_columns
from journeymine.sources import times

__all__ = ["Payload", "Reading", "gather", "keep_latest", "notes_together", "refuse", "to_log"]

_COUNTED: Final = re.compile(r"(\w+: |)(\d[\d,]*)( .*)", re.DOTALL)

Payload = Callable[[int], bytes]
"""Gives the row at a line as it came."""


@dataclass(frozen=True)
class Reading:
    """What a reader makes of one source.

    Attributes
    ----------
    source
        Name of the source.
    format
        Name of its format.
    rows_in
        Rows the source holds (for mail: messages; for chats: conversations).
    events
        Columns in canonical names: ``activity``, ``timestamp`` and ``source_row`` (the line, from 1) and what there
        is of ``end_timestamp``, ``channel``, ``event_id``, ``text``, ``id_<kind>`` and attributes. ``customer`` and
        ``case_id`` only where the source names them itself. In the source's order.
    used
        Rows that gave events; by default one row an event.
    duplicate
        Rows that repeat one that was used.
    rejects
        Rows that were not used; as a table where there may be many.
    notes
        What a reader of the figures should know.
    identities
        Identifiers that stand together in rows that are no events, such as an alias; ``id_<kind>`` columns, one row a
        row of the source. Such rows count as used.
    """

    source: str
    format: str
    rows_in: int
    events: pa.Table
    used: int | None = None
    duplicate: int = 0
    rejects: Sequence[Reject] | pa.Table = ()
    notes: list[str] = field(default_factory=list)
    identities: pa.Table = field(default_factory=lambda: pa.table({}))

    @property
    def rows_used(self) -> int:
        """Rows that gave events or identities."""
        return self.events.num_rows + self.identities.num_rows if self.used is None else self.used


def gather(readings: Iterable[Reading]) -> Reading:
    """Put together what a reader found in the blocks of one source.

    Parameters
    ----------
    readings
        One a block, in the order of the source.

    Returns
    -------
    Reading
        Of the whole source; a column that some blocks lack is null there, a note stands once, and what it counts is
        counted over all blocks.
    """
    parts = list(readings)
    rejects = [Quarantine.of(part.source, part.rejects).table.drop_columns("source") for part in parts]
    return replace(
        parts[0],
        rows_in=sum(part.rows_in for part in parts),
        events=columns.concat([part.events for part in parts]),
        used=sum(part.rows_used for part in parts),
        duplicate=sum(part.duplicate for part in parts),
        rejects=pa.concat_tables(rejects),
        notes=notes_together(note for part in parts for note in part.notes),
        identities=columns.concat([part.identities for part in parts]),
    )


def notes_together(notes: Iterable[str]) -> list[str]:
    """Let notes that differ only in the number they begin with be one, with the sum.

    Parameters
    ----------
    notes
        In the order they were made.

    Returns
    -------
    list of str
        Each once.
    """
    counts: dict[tuple[str, str], int] = {}
    for note in notes:
        counted = _COUNTED.match(note)
        before, number, behind = counted.groups() if counted else (note, "0", "")
        counts[before, behind] = counts.get((before, behind), 0) + int(number.replace(",", ""))
    return [f"{before}{count:,}{behind}" if behind else before for (before, behind), count in counts.items()]


def refuse(
    events: pa.Table, bad: np.ndarray, reason: str, detail: Callable[[int], str], payload: Payload, stage: str = "check"
) -> tuple[pa.Table, list[Reject]]:
    """Take rows out of a table of events and keep them as rejects.

    Parameters
    ----------
    events
        Has ``source_row``.
    bad
        True for each row to take out, shape (rows,).
    reason
        A short code.
    detail
        Says what is wrong with the row at a position.
    payload
        Gives the row at a line as it came.
    stage
        ``"parse"``, ``"check"`` or ``"filter"``.

    Returns
    -------
    events : pyarrow.Table
        The rows left.
    rejects : list of Reject
        One for each row taken out.
    """
    if not bad.any():
        return events, []
    lines = columns.numbers(events["source_row"])
    rejects = [
        Reject(int(lines[row]), stage, reason, detail(int(row)), payload(int(lines[row])))
        for row in np.flatnonzero(bad)
    ]
    return events.filter(pa.array(~bad)), rejects


def keep_latest(events: pa.Table, version: str | None = None) -> tuple[pa.Table, int]:
    """Keep one row for each ``event_id``: the one with the highest version, else the last in the source.

    Parameters
    ----------
    events
        May have ``event_id``; rows without one are all kept.
    version
        The column that orders re-deliveries.

    Returns
    -------
    events : pyarrow.Table
        In the source's order.
    duplicates : int
        Rows left out.
    """
    if "event_id" not in events.column_names or not events.num_rows:
        return events, 0
    keys = columns.codes(columns.encode(events["event_id"])).astype(np.int64)
    keys = np.where(keys < 0, keys.max() + 1 + np.arange(len(keys)), keys)
    order = np.arange(len(keys)) if version is None else _oldest_first(columns.whole(events[version]))
    latest = np.full(int(keys.max()) + 1, -1)
    latest[keys[order]] = order  # of several rows with one key the last one stays
    kept = np.sort(latest[latest >= 0])
    return events.take(pa.array(kept)), len(keys) - len(kept)


def _oldest_first(versions: pa.Array) -> np.ndarray:
    """Order rows by version, equal ones as they came, those without a version first; "10" comes after "9"."""
    if columns.is_text(versions.type):
        versions = versions.cast(pa.string())
        with suppress(pa.ArrowInvalid):  # no numbers: times as text sort as text
            versions = versions.cast(pa.float64())
    order = columns.numbers(pc.sort_indices(versions)).astype(np.int64)
    return np.roll(order, versions.null_count)


def to_log(
    reading: Reading,
    *,
    channel: str | None = None,
    observed_until: str | datetime | None = None,
    country: str | None = None,
) -> EventLog:
    """Make a log of what a reader found.

    Parameters
    ----------
    reading
        What it found.
    channel
        The channel of all events, unless they have a column of their own.
    observed_until
        End of the export; by default its last event.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        The customer of an event is its strongest identifier, until `link` finds out more; an event without any belongs
        to nobody and is a case of its own.

    Raises
    ------
    OptionError
        If an event comes after `observed_until`.
    """
    events, notes = without_nobody(spelled(reading.events, country=country))
    events = events.append_column("source", columns.label(reading.source, events.num_rows))
    if channel is not None and "channel" not in events.column_names:
        events = events.append_column("channel", columns.label(channel, events.num_rows))
    customers, cases = _owners(events)
    events = _set(_set(events, "customer", customers), "case_id", cases)
    source = account.Source(
        reading.source,
        reading.format,
        reading.rows_in,
        reading.rows_used,
        reading.duplicate,
        len(reading.rejects),
        _end(events, observed_until, reading.source),
        reading.notes + notes,
    )
    quarantine = Quarantine.of(reading.source, reading.rejects)
    identities = spelled(reading.identities, country=country)
    return EventLog.of_encoded(events, sources=account.to_table([source]), quarantine=quarantine, identities=identities)


def _owners(events: pa.Table) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """Give customer and case of each event; an event of nobody without a case is a case of its own."""
    named = {name: columns.encode(events[name]) for name in ("customer", "case_id") if name in events.column_names}
    identified = _strongest(events)
    customers = named["customer"] if "customer" in named else named["case_id"] if identified is None else identified
    cases = named.get("case_id", customers)
    if not cases.null_count:
        return customers, cases
    alone = columns.encode(cases_of_nobody(events["source"], events["source_row"]))
    return customers, columns.first_known([cases, customers, alone])


def _strongest(events: pa.Table) -> pa.DictionaryArray | None:
    kinds = ranked(name.removeprefix(ID_PREFIX) for name in id_columns(events))
    found = [customer_names(kind, columns.encode(events[ID_PREFIX + kind])) for kind in kinds]
    return columns.first_known(found) if found else None


def _set(events: pa.Table, name: str, values: pa.Array) -> pa.Table:
    if name in events.column_names:
        return events.set_column(events.column_names.index(name), name, values)
    return events.append_column(name, values)


def _end(events: pa.Table, observed_until: str | datetime | None, source: str) -> int | None:
    last = pc.max(events["timestamp"]).cast(pa.int64()).as_py() if events.num_rows else None
    if observed_until is None:
        return last
    end = times.moment(observed_until)
    if last is not None and last > end:
        raise OptionError(f"{source} has events after observed_until={observed_until!r}; the last one came later")
    return end
