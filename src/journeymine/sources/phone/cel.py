"""Channel event logs (CEL) of Asterisk: every call with what happened in it, told from what its channels did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources import inputs
from journeymine.sources.checks import Check, usable
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.phone.calls import check_internal_digits
from journeymine.sources.phone.cel_calls import events_of
from journeymine.sources.phone.epoch import epoch_times
from journeymine.sources.phone.exchange_rows import (
    Wanted,
    fields_of,
    first_line,
    sample_of,
    split_line,
    width_reject,
    without_copies,
)
from journeymine.sources.reading import Reading, gather, to_log
from journeymine.sources.times import Times, parse_times

__all__ = ["read_asterisk_cel"]

_NAMES: Final = {
    "written": 1, "number": 3, "ani": 4, "exten": 7, "name": 9, "application": 10, "data": 11, "channel": 14,
    "call": 15, "peer": 16, "extra": 19,
}  # fmt: skip
"""Place of each field that is read, from 0, in the default mapping of cel_custom; the type of the event comes first."""

_LABELS: Final = ("application",)
_LATEST_MUST: Final = _NAMES["call"]  # a mapping of one's own may leave out what follows
_TYPES: Final = ("CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT",
                 "BRIDGE_START", "BRIDGE_END", "LINKEDID_END")  # fmt: skip
_TIME: Final = r"^([0-9]{9,11}(\.[0-9]+)?|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[ T].*)$"
_NULL: Final = pa.scalar(None, pa.string())


def read_asterisk_cel(
    path: str | Path,
    *,
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
    internal_digits: int = 5,
) -> EventLog:
    r"""Read the channel event log (CEL) of an Asterisk exchange, as cel_custom writes it to ``Master.csv``.

    Each row says what one channel did. The rows that share a ``linkedid`` are one call; the channel that began it is
    the caller's, and what that channel lives through becomes the events of the call:

    =========================  =======================================================================================
    ``call answered``, …       the whole call, in the words of `read_asterisk_cdr`: also ``call missed``,
                               ``call made``, ``internal call``
    ``waited in queue``        in the application ``Queue``, until an agent is there (if ``cel.conf`` has ``queue``
                               among its ``apps``)
    ``talked with agent``      in a bridge with somebody else
    ``on hold``                parked
    ``call transferred``       ``BLINDTRANSFER``, ``ATTENDEDTRANSFER``
    ``call abandoned``         the caller hung up while in the queue
    ``left queue unanswered``  the caller went on elsewhere
    =========================  =======================================================================================

    A call between colleagues is one event, whatever happens in it.

    Parameters
    ----------
    path
        The file, such as ``Master.csv`` in the folder ``cel-custom``; also as gzip.
    tz
        Where the exchange's clock stands, such as ``"Europe/Amsterdam"``. Not needed where times are seconds since
        1970, as they are unless ``cel.conf`` sets a ``dateformat``.
    observed_until
        When the file was taken; by default the time of its last row.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.
    internal_digits
        How many digits an extension has at most.

    Returns
    -------
    EventLog
        Channel ``phone``. ``id_phone`` is the party outside. Attributes: ``call`` (the linkedid), ``direction``
        (``inbound``, ``outbound``, ``internal``); of the whole call ``destination``, ``disposition``, ``application``,
        ``ring_seconds``, ``talk_seconds``, ``transfers`` and ``rows`` (how many there are); of the events in it
        ``queue``, ``agent`` (the channel, such as ``PJSIP/201``), ``destination`` and ``transfer`` (``blind``,
        ``attended``). Rows that stand twice, to the letter, count as duplicates.

    Raises
    ------
    TimeZoneError
        If times carry no zone and `tz` is None, or nobody knows it.
    FormatError
        If no row has an event and its time where the mapping has them.
    OptionError
        If `internal_digits` is no small number.
    EmptySourceError
        If the file is empty.

    Examples
    --------
    >>> def row(event, second, number="", exten="", extra=""):
    ...     channel = '"s","in","SIP/trunk-1","","","3","","1714555000.7","1714555000.7","","",""'
    ...     return f'"{event}","171455{second}.0","","{number}","","","","{exten}",{channel[4:]},"{extra}"'
    >>> file = tmp / "Master.csv"
    >>> rows = [row("CHAN_START", 5000, "0612345678", "200"), row("ANSWER", 5002), row("LINKEDID_END", 5060)]
    >>> _ = file.write_text("\n".join(rows))
    >>> log = read_asterisk_cel(file)
    >>> log.table.select(["activity", "customer", "destination", "ring_seconds", "talk_seconds"]).to_pylist()
    [{'activity': 'call answered', 'customer': 'phone:0612345678', 'destination': '200', 'ring_seconds': 2.0,
      'talk_seconds': 58.0}]
    """
    check_internal_digits(internal_digits)
    path = Path(path)
    found = gather(_readings(path, name or path.name, tz))
    rows, copies = without_copies(found.events, "timestamp")
    reading = replace(found, events=events_of(rows, internal_digits), used=len(rows), duplicate=copies)
    until = observed_until or pc.max(rows["timestamp"]).as_py()
    return to_log(reading, channel="phone", observed_until=until, country=country)


# --- the layout ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layout:
    """How many fields there are, and by how many places they are shifted: something may stand before the time."""

    shift: int
    width: int

    @property
    def places(self) -> dict[str, int]:
        """Place of each field that is there."""
        moved = {name: place + self.shift for name, place in _NAMES.items()}
        return {"type": 0} | {name: place for name, place in moved.items() if place < self.width}

    @property
    def wanted(self) -> Wanted:
        """The fields to keep."""
        labels = [place for name, place in self.places.items() if name in ("type", *_LABELS)]
        return Wanted(self.width, [place for place in self.places.values() if place not in labels], labels)


def _layout(lines: Lines, name: str) -> _Layout:
    sample = map(split_line, sample_of(lines))
    votes = Counter((shift, len(fields)) for fields in sample for shift in (0, 1) if _fits(fields, shift))
    if not votes:
        raise FormatError(
            f"{name} is not a channel event log (CEL) of Asterisk: {first_line(lines)}. "
            "Expected comma separated rows without a header: an event such as CHAN_START, its time, and 14 or more "
            "further fields in the order of cel_custom.conf. Call records (CDR) are read with read_asterisk_cdr"
        )
    return _Layout(*votes.most_common(1)[0][0])


def _fits(fields: list[str], shift: int) -> bool:
    if len(fields) <= _LATEST_MUST + shift:
        return False
    return fields[0] in _TYPES and bool(re.match(_TIME, fields[_NAMES["written"] + shift]))


# --- from lines to what channels did ---------------------------------------------------------------------------------


def _readings(path: Path, source: str, tz: str | None) -> Iterator[Reading]:
    layout = None
    for block in inputs.blocks(path):
        lines = text_lines(block)
        if len(lines):
            layout = layout or _layout(lines, block.name)
            yield _reading(lines, layout, source, tz, block.notes)


def _reading(lines: Lines, layout: _Layout, source: str, tz: str | None, notes: list[str]) -> Reading:
    rows, fits = fields_of(lines, layout.wanted)
    names = {str(place): name for name, place in layout.places.items()}
    rows = _whole(rows.rename_columns([names.get(name, name) for name in rows.column_names]))
    times = _times(columns.whole(rows["written"]), tz)
    rows, rejects = usable(rows.append_column("timestamp", times.array), _CHECKS, lines.payload)
    damaged = [width_reject(lines, int(place), layout.width) for place in np.flatnonzero(~fits)]
    return Reading(
        source,
        "asterisk cel",
        len(lines),
        _reduced(rows),
        rejects=[*damaged, *rejects],
        notes=[*notes, *times.notes],
    )


def _whole(rows: pa.Table) -> pa.Table:
    """Add the fields that a mapping leaves out, without any value."""
    for name in _NAMES:
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(len(rows), pa.string()))
    return rows.set_column(rows.column_names.index("call"), "call", pc.coalesce(rows["call"], rows["channel"]))


def _times(text: pa.Array, tz: str | None) -> Times:
    times = epoch_times(text)
    return parse_times(text, tz=tz, name="eventtime") if times.bad.any() else times


_CHECKS: Final = (
    Check("bad_time", "{written!r} is not a time", lambda rows: rows["timestamp"].is_null(), "parse"),
    Check("no_event", "no event", lambda rows: rows["type"].is_null()),
    Check("no_call", "neither linkedid nor uniqueid", lambda rows: rows["call"].is_null()),
)


def _reduced(rows: pa.Table) -> pa.Table:
    """Keep of each row what its call needs: of the long fields, only what they say about its event."""
    number = pc.coalesce(rows["number"], rows["ani"])
    kept = rows.select(["call", "type", "timestamp", "channel", "name", "exten", "application", "peer", "source_row"])
    kept = kept.append_column("number", number).append_column("print", rows["print"])
    return kept.append_column("detail", _details(rows))


_STATUS: Final = r'^(?:[0-9]*,[^,]*,|.*"dialstatus" *: *")(?P<detail>[A-Z]+)'
_TARGET: Final = r'"extension" *: *"(?P<detail>[^"]*)"'
_HOLDING: Final = r'"bridge_technology" *: *"(?P<detail>holding_bridge)"'
_QUEUE: Final = r"^(?P<detail>[^,|]+)"
_SAID: Final = {
    "HANGUP": ("extra", _STATUS),
    "BLINDTRANSFER": ("extra", _TARGET),
    "BRIDGE_ENTER": ("extra", _HOLDING),
    "APP_START": ("data", _QUEUE),
}
"""What is taken from the long fields of an event: the outcome, the number, that it is a parking place, the queue."""


def _details(rows: pa.Table) -> pa.DictionaryArray:
    types = columns.encode(rows["type"])
    details = [pa.nulls(len(rows), columns.LABEL)]
    for kind, (field, pattern) in _SAID.items():
        is_kind = columns.is_true(pc.equal(types.dictionary, kind))
        here = pa.array(np.append(is_kind, False)[columns.codes(types)])
        said = columns.encode(pc.if_else(here, rows[field], _NULL))
        found = pc.struct_field(pc.extract_regex(said.dictionary, pattern), "detail")
        details.append(columns.relabel(said, found))
    return columns.first_known(details)
