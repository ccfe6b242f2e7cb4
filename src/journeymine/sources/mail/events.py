"""Events of systems that send mail: their exports, whatever the system, made one reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError, TimeZoneError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Quarantine
from journeymine.sources.exports import Part
from journeymine.sources.faults import set_aside
from journeymine.sources.mail.actions import activities_of, in_order
from journeymine.sources.mail.fields import Fields, Known, known_of, look_up, picked
from journeymine.sources.mail.layouts import Layout, Lookup
from journeymine.sources.mail.tables import TableFile, table_files
from journeymine.sources.mail.touchpoints import UNREAD, faults_of, machine_faults, machines
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.times import Times, parse_times

__all__ = ["Export", "read_export"]

_LOOKED_AT: Final = ("action", "timestamp", "machine", "agent", "obsolete", "detail", "metric")
_US_CLOCK: Final = r"^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AaPp][Mm]$"
_US_FORMAT: Final = "%m/%d/%Y %I:%M:%S %p"
_SHOWN: Final = 12  # columns of a file that is something else


def read_export(
    path: str | Path,
    layout: Layout,
    *,
    zone: str,
    keep_machine: bool = False,
    observed_until: str | datetime | None,
    name: str | None,
) -> EventLog:
    """Read the export of a system whose clock is known.

    Parameters
    ----------
    path
        A file, a folder or a zip archive.
    layout
        How the system writes.
    zone
        Where the clock stands of times that carry none.
    keep_machine
        Whether what machines did is kept.
    observed_until, name
        As for all readers.

    Returns
    -------
    EventLog
        Its events, on the channel ``mail``.

    Raises
    ------
    FormatError
        If it holds no events of the system.
    """
    export = Export(Path(path), layout, zone, keep_machine, zone_noted=True)
    return to_log(export.reading(name), channel="mail", observed_until=observed_until)


@dataclass(frozen=True)
class Export:
    """What a system wrote, in one or more tables.

    Attributes
    ----------
    path
        Where it is.
    layout
        How its system writes.
    zone
        Where the clock stands of times that carry none; None makes such times an error.
    keep_machine
        Whether what machines did is kept, with ``machine`` true.
    zone_noted
        Whether a note tells that the zone was used.
    """

    path: Path
    layout: Layout
    zone: str | None
    keep_machine: bool
    zone_noted: bool = False

    def reading(self, name: str | None) -> Reading:
        """Give what the export holds.

        Parameters
        ----------
        name
            Name of the source; by default the file's.

        Returns
        -------
        Reading
            Events in the order of time.

        Raises
        ------
        FormatError
            If it holds no events of the system.
        EmptySourceError
            If it holds no rows.
        """
        files = table_files(self.path)
        words = {file: "" if file.columns is None else self.layout.action_of(file.columns) for file in files}
        tables = {file: word for file, word in words.items() if word is not None}
        if not tables:
            raise FormatError(self._explain(files[0]))
        pairs = [(lookup, file) for lookup in self.layout.lookups for file in files if self._tells(lookup, file)]
        known = [table for lookup, file in pairs for table in known_of(lookup, file)]
        read = gather(self._readings(tables, known))
        self._check(read)
        events, copies = keep_latest(read.events)
        left = [file.name for file in files if file not in tables and file not in {file for _, file in pairs}]
        notes = [*read.notes, *([f"not read, for they hold no events: {', '.join(left)}"] if left else [])]
        source = name or self.path.name
        return replace(read, source=source, events=in_order(events), used=None, duplicate=copies, notes=notes)

    def _tells(self, lookup: Lookup, file: TableFile) -> bool:
        """Tell whether a file holds another table; JSON may hold it beside the events."""
        if file.columns is None or lookup.unwrap:
            return file.columns is None and bool(lookup.unwrap)
        return self.layout.action_of(file.columns) is None and self.layout.is_lookup(lookup, file.columns)

    def _readings(self, tables: dict[TableFile, str], known: list[Known]) -> Iterator[Reading]:
        """Yield what each part holds; rows are counted on from table to table."""
        above = 0
        for file, word in tables.items():
            last = above
            for part in file.parts(self.layout.names(), self.layout.unwrap, self.layout.spread):
                last = max(last, above + _last_line(part))
                yield self._of_part(_moved(part, above, file.name if len(tables) > 1 else ""), word, known)
            above = last

    def _of_part(self, part: Part, word: str, known: list[Known]) -> Reading:
        rows = len(part.numbers)
        nothing = pa.nulls(rows, pa.string())
        fields = {"id_email": nothing} | look_up(picked(part.table, self.layout, word), known)
        times, notes = self._times(fields.get("timestamp", nothing))
        actions = columns.label(word, rows) if word else columns.encode(_actions(fields, nothing))
        activities = activities_of(actions, self.layout.words)
        machine = machines(fields, activities)
        faults = [*faults_of(fields, times, actions, activities, self.layout)]
        faults += [] if self.keep_machine else machine_faults(machine, activities)
        kept, rejects = set_aside(faults, part)
        made = {"source_row": pa.array(part.numbers), "activity": activities, "timestamp": times.array}
        made |= {column: array for column, array in fields.items() if column not in _LOOKED_AT}
        made |= {"machine": pa.array(machine)} if self.keep_machine and self.layout.tells_machines else {}
        events = pa.table(made).filter(pa.array(kept))
        kind = f"{self.layout.system} events"
        return Reading("", kind, rows + len(part.rejects), events, None, 0, rejects, [*part.notes, *notes])

    def _times(self, written: pa.Array) -> tuple[Times, list[str]]:
        """Parse times; the zone is used only where they carry none."""
        is_american = columns.is_text(written.type) and pc.any(pc.match_substring_regex(written, _US_CLOCK)).as_py()
        form = _US_FORMAT if is_american else None
        try:
            times = parse_times(written, tz=None, time_format=form)
            return times, times.notes
        except TimeZoneError:
            times = parse_times(written, tz=self.zone, time_format=form)
        return times, [*([f"times without a zone, read as {self.zone}"] if self.zone_noted else []), *times.notes]

    def _check(self, read: Reading) -> None:
        """Refuse an export of which no row could be an event."""
        if not read.rows_in:
            raise EmptySourceError(f"{self.path.name} holds no events at all")
        rejects = Quarantine.of("", read.rejects).table
        foreign = pc.sum(pc.is_in(rejects["reason"], pa.array(UNREAD))).as_py() or 0
        if foreign == read.rows_in:
            details = "; ".join(list(dict.fromkeys(rejects["detail"].slice(0, 1000).to_pylist()))[:5])
            told = f"{self.path.name} holds no events of {self.layout.system}: {details}"
            raise FormatError(f"{told}. {self.layout.advice}" if self.layout.advice else told)

    def _explain(self, file: TableFile) -> str:
        needed = " and ".join(repr(self.layout.fields[column][0]) for column in ("action", "timestamp"))
        shown = ", ".join(map(repr, (file.columns or ())[:_SHOWN]))
        told = f"{self.path.name} holds no events of {self.layout.system}: no table has columns {needed}"
        return f"{told}. Columns of {file.name}: {shown}"


def _actions(fields: Fields, nothing: pa.Array) -> pa.Array:
    actions = fields.get("action", nothing)
    if "detail" not in fields:
        return actions
    return pc.binary_join_element_wise(actions, fields["detail"], " ", null_handling="skip")


def _last_line(part: Part) -> int:
    return max(int(part.numbers.max(initial=0)), *(reject.line for reject in part.rejects), 0)


def _moved(part: Part, above: int, name: str) -> Part:
    """Count the rows of a part on, and tell of its rejects which table they are in."""
    said = f"{name}: " if name else ""
    rejects = [reject._replace(line=reject.line + above, detail=said + reject.detail) for reject in part.rejects]
    return replace(part, numbers=part.numbers + above, rejects=rejects)
