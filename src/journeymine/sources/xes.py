"""XES event logs: traces and events in XML, read as a stream, without entities and without network."""

from __future__ import annotations

import io
from array import array
from collections import defaultdict
from collections.abc import Container
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import (
    DateOrderError,
    EmptySourceError,
    FormatError,
    TimeZoneError,
    UnknownColumnError,
    UnknownOptionError,
)
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.log.schema import COLUMNS, ID_PREFIX
from journeymine.sources import inputs
from journeymine.sources.reading import Reading, to_log
from journeymine.sources.times import parse_times

__all__ = ["read_xes"]

_NAME: Final = "concept:name"
_TIME: Final = "time:timestamp"
_TRANSITION: Final = "lifecycle:transition"
_CHUNK: Final = 1 << 16
_SAFE: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def read_xes(
    path: str | Path,
    *,
    channel: str | None = None,
    customer: str | None = None,
    lifecycle: str | None = None,
    tz: str | None = None,
    time_format: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read an XES event log, the exchange format of process mining [1]_.

    A trace is a case, named by its ``concept:name`` (``trace <n>`` where it has none); an event's ``concept:name`` is
    its activity and its ``time:timestamp`` its time. Every other attribute of an event is kept under its own key, and
    every attribute of a trace as ``case:<key>``. A key that journeymine itself needs, such as ``channel`` or
    ``case:…`` on an event, becomes ``event:<key>``. Attributes nested in attributes, lists and containers are counted
    in a note and left out. ``global`` declares which attributes every event has; it never fills one in.

    Parameters
    ----------
    path
        An ``.xes`` or ``.xes.gz`` file.
    channel, customer
        Attribute of the event, or else of the trace, that says the channel and the customer; by default each case is
        a customer.
    lifecycle
        Keep only the events of this transition, such as ``"complete"``, in any case of letters; the others are set
        aside. By default all events are kept, so that one activity instance may be two events.
    tz
        Zone of times that carry none, such as ``"Europe/Amsterdam"``.
    time_format
        How times are written, in the codes of ``strptime``, where it cannot be told.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        ``source_row`` is the number of the event in the file. Events without time, activity or trace are in its
        quarantine, as XML. Times and numbers among the attributes have their type where every value fits it.

    Raises
    ------
    FormatError
        If the file is no XES, is cut short, has a DOCTYPE (XES has none; entities could be anything), or none of its
        events has a time.
    EmptySourceError
        If it has no event.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    UnknownColumnError
        If `channel` or `customer` is no attribute.
    UnknownOptionError
        If no event has the transition `lifecycle`.

    References
    ----------
    .. [1] IEEE Standard for eXtensible Event Stream (XES) (2016), IEEE Std 1849-2016.

    Examples
    --------
    >>> import gzip
    >>> event = '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="{}"/></event>'
    >>> events = event.format("visit", "2024-05-01T09:00Z") + event.format("buy", "2024-05-02T17:30Z")
    >>> _ = (tmp / "shop.xes.gz").write_bytes(gzip.compress(f"<log><trace>{events}</trace></log>".encode()))
    >>> read_xes(tmp / "shop.xes.gz")
    <EventLog 2 events · 1 customer · 2024-05-01 – 2024-05-02>
    """
    path = Path(path)
    content = inputs.read_bytes(path)
    found = _parse(content, path.name)
    table = _named(_events(found, tz), channel, customer, path.name)
    moments = parse_times(_times(found, path.name), tz=tz, name=_TIME, time_format=time_format)
    table = table.append_column("timestamp", moments.array)
    table, rejects = _set_aside(table, _reasons(found, table, lifecycle, path.name), content)
    notes = [*found.notes(), *moments.notes]
    reading = Reading(name or path.name, "xes", found.events, table, None, 0, rejects, notes)
    return to_log(reading, observed_until=observed_until)


# --- from XML to columns -------------------------------------------------------------------------------------------


class _Attribute:
    """The values of one key: distinct values, and for each occurrence its code and the row it belongs to."""

    __slots__ = ("codes", "kinds", "rows", "values")

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.values: dict[str, int] = {}
        self.codes = array("i")
        self.rows = array("q")

    def labels(self, rows: int) -> pa.DictionaryArray:
        """Give the value of each row, null where it has none; of two values of one row the last."""
        codes = np.full(rows, -1, np.int32)
        codes[np.frombuffer(self.rows, np.int64)] = np.frombuffer(self.codes, np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(self.values, pa.string()))

    @property
    def repeated(self) -> int:
        """Occurrences beyond the first in their row."""
        return int(np.count_nonzero(np.diff(np.frombuffer(self.rows, np.int64)) == 0))


class _LocalNames(dict[str, str]):
    """Tag to its name without namespace, looked up once a tag."""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rpartition("}")[2]
        return self[tag]


class _Collector:
    """Receives the elements of an XES file one by one and keeps the attributes of traces and events.

    No tree is built, so memory holds columns only; and the parser stops at a DOCTYPE, before any entity is declared.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.of_event: dict[str, _Attribute] = defaultdict(_Attribute)
        self.of_trace: dict[str, _Attribute] = defaultdict(_Attribute)
        self.events = self.traces = self.unread = 0
        self.trace_of = array("i")  # trace of each event, -1 where it stands in none
        self._names = _LocalNames()
        self._depth = 0
        self._open: list[tuple[int, dict[str, _Attribute], int]] = []  # depth of attributes, where they go, row
        self._level, self._attributes, self._row = 0, self.of_trace, 0

    def start(self, tag: str, attributes: Any) -> None:
        """Receive the start of an element."""
        self._depth = depth = self._depth + 1
        kind = self._names[tag]
        if kind in ("trace", "event"):
            self._begin(kind)
        elif depth != self._level:
            self._pass_over(kind)
        elif attributes.get("key") and "value" in attributes:
            attribute = self._attributes[attributes["key"]]
            values, value = attribute.values, attributes["value"]
            attribute.kinds.add(kind)
            attribute.codes.append(values.setdefault(value, len(values)))
            attribute.rows.append(self._row)
        else:
            self.unread += 1

    def end(self, tag: str) -> None:
        """Receive the end of an element."""
        if self._depth < self._level:
            self._open.pop()
            self._level, self._attributes, self._row = self._open[-1] if self._open else (0, self.of_trace, 0)
        self._depth -= 1

    def doctype(self, name: str, public: str, system: str) -> None:
        """Refuse a document type, and with it all entities."""
        raise FormatError(f"{self.source} has a DOCTYPE, which no XES log needs; its entities are not read. Remove it")

    def close(self) -> _Collector:
        """Give what was received."""
        return self

    def _begin(self, name: str) -> None:
        inside = self._depth - 2  # a trace stands in the log, an event in a trace or in the log
        if inside != len(self._open) or inside > (name == "event"):
            raise FormatError(f"{self.source} is no XES log: a <{name}> stands where none can be (depth {self._depth})")
        if name == "trace":
            self._attributes, self._row = self.of_trace, self.traces
            self.traces += 1
        else:
            self.trace_of.append(self._row if self._open else -1)
            self._attributes, self._row = self.of_event, self.events
            self.events += 1
        self._level = self._depth + 1
        self._open.append((self._level, self._attributes, self._row))

    def _pass_over(self, kind: str) -> None:
        if self._depth == 1 and kind != "log":
            raise FormatError(f"{self.source} is no XES log: its outermost element is <{kind}>, not <log>")
        self.unread += bool(self._open)

    def notes(self) -> list[str]:
        """Say what a reader of the figures should know."""
        empty = self.traces - len(set(self.trace_of) - {-1})
        repeated = sum(item.repeated for item in (*self.of_event.values(), *self.of_trace.values()))
        names = self.of_trace[_NAME]
        shared = len(names.codes) - names.repeated - len(names.values)
        facts = {
            "traces hold no event": empty,
            "traces have the name of an earlier one; they are one case": shared,
            "attributes are nested, lists or without key or value; not read": self.unread,
            "attributes repeat a key of their event or trace; the last was taken": repeated,
        }
        return [f"{count:,} {fact}" for fact, count in facts.items() if count > 0]


def _parse(content: bytes, source: str) -> _Collector:
    from lxml import etree

    # "internal", or &amp; stays undecoded in values; there are no declared entities, the collector refuses a DOCTYPE
    parser: Any = etree.XMLParser(target=_Collector(source), **_SAFE | {"resolve_entities": "internal"})
    try:
        for place in range(0, len(content), _CHUNK):
            parser.feed(content[place : place + _CHUNK])
        found = parser.close()
    except etree.XMLSyntaxError as error:
        raise FormatError(f"{source} {_said(error)}") from error
    if not found.events:
        raise EmptySourceError(f"{source} is an XES log without events ({found.traces:,} traces)")
    return found


def _said(error: Exception) -> str:
    told = " ".join(str(getattr(error, "msg", None) or error).split())
    if "limit exceeded" in told.casefold():
        return "has a value of over 10 MB, or nests elements too deeply. Take that part out of it"
    return f"is not whole XML, so no XES log: {told}. Fetch the file again"


# --- from columns to a log -----------------------------------------------------------------------------------------


def _events(found: _Collector, tz: str | None) -> pa.Table:
    """Put the attributes of events, and of their traces, in one table."""
    traces = pa.array(np.frombuffer(found.trace_of, np.int32))
    traces = pc.if_else(pc.less(traces, 0), pa.scalar(None, pa.int32()), traces)
    kept = (key for key in found.of_event if key not in (_NAME, _TIME))
    of_event = {_own(key): _typed(found.of_event[key], found.events, tz) for key in kept}
    of_trace = {f"case:{key}": _typed(item, found.traces, tz) for key, item in found.of_trace.items() if key != _NAME}
    table = {
        "case_id": _case_names(found).take(traces),
        "activity": found.of_event[_NAME].labels(found.events),
        "source_row": pa.array(np.arange(1, found.events + 1)),
    }
    return pa.table(table | of_event | {key: values.take(traces) for key, values in of_trace.items()})


def _own(key: str) -> str:
    """Name the column of an event's attribute; no two keys get one name."""
    reserved = key in COLUMNS or key.startswith((ID_PREFIX, "case:", "event:"))
    return f"event:{key}" if reserved else key


def _case_names(found: _Collector) -> pa.DictionaryArray:
    names = found.of_trace[_NAME].labels(found.traces).dictionary_decode()
    numbered = pc.binary_join_element_wise("trace", pa.array(np.arange(1, found.traces + 1)).cast(pa.string()), " ")
    blank = pc.equal(pc.utf8_trim_whitespace(names), "").fill_null(True)
    return columns.encode(pc.if_else(blank, numbered, names))


def _typed(attribute: _Attribute, rows: int, tz: str | None) -> pa.Array:
    """Give an attribute its declared type where every value fits it; text otherwise."""
    labels = attribute.labels(rows)
    kinds = {"int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
    kind = attribute.kinds.copy().pop() if len(attribute.kinds) == 1 else "string"
    try:
        if kind == "date":
            moments = parse_times(labels.dictionary, tz=tz)
            return labels if moments.bad.any() else moments.array.take(labels.indices)
        return labels.dictionary.cast(kinds[kind]).take(labels.indices) if kind in kinds else labels
    except (pa.ArrowInvalid, TimeZoneError, DateOrderError):
        return labels


def _named(table: pa.Table, channel: str | None, customer: str | None, source: str) -> pa.Table:
    """Give the attributes of channel and customer their canonical names."""
    for new, wanted in (("channel", channel), (f"{ID_PREFIX}customer", customer)):
        if wanted is None:
            continue
        found = [name for name in (wanted, _own(wanted), f"case:{wanted}") if name in _attribute_names(table)]
        if not found:
            what = f"{new.removeprefix(ID_PREFIX)} attribute {{name!r}} is not in {source}"
            raise UnknownColumnError(what, wanted, _attribute_names(table))
        place = table.column_names.index(found[0])
        table = table.set_column(place, new, columns.encode(table[found[0]]))
    return table


def _attribute_names(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name not in COLUMNS]


def _times(found: _Collector, source: str) -> pa.DictionaryArray:
    if _TIME not in found.of_event:
        known = ", ".join(key for key in found.of_event if len(found.of_event[key].rows)) or "no attributes"
        raise FormatError(
            f"no event of {source} has a {_TIME}, and a journey needs times; its events have {known}. "
            "Export the log again with its times"
        )
    return found.of_event[_TIME].labels(found.events)


def _reasons(
    found: _Collector, table: pa.Table, lifecycle: str | None, source: str
) -> dict[tuple[str, str, str], np.ndarray]:
    """Say for each reason not to use an event (stage, reason, detail) which events it concerns."""
    times = columns.codes(found.of_event[_TIME].labels(found.events))
    untimed = columns.numbers(table["timestamp"].is_null().cast(pa.uint8())).astype(bool)
    reasons = {} if lifecycle is None else {
        (FILTER, "lifecycle", f"its transition is not {lifecycle!r}"): _other_transition(found, lifecycle, source)
    }  # fmt: skip
    return reasons | {
        ("check", "no_time", f"no {_TIME}"): times < 0,
        ("check", "bad_time", f"its {_TIME} is no time"): untimed & (times >= 0),
        ("check", "no_activity", f"no {_NAME}"): _blank(columns.encode(table["activity"])),
        ("check", "no_case", "stands in no trace"): np.frombuffer(found.trace_of, np.int32) < 0,
    }


def _other_transition(found: _Collector, lifecycle: str, source: str) -> np.ndarray:
    labels = found.of_event[_TRANSITION].labels(found.events)
    known = labels.dictionary.to_pylist()
    wanted = np.array([value.casefold() == lifecycle.casefold() for value in known] + [False])
    if not wanted.any():
        raise UnknownOptionError(f"no event of {source} has the {_TRANSITION} {{name!r}}", lifecycle, known)
    return ~wanted[columns.codes(labels)]


def _blank(labels: pa.DictionaryArray) -> np.ndarray:
    blank = columns.numbers(pc.equal(pc.utf8_trim_whitespace(labels.dictionary), "").cast(pa.uint8()))
    return np.append(blank, 1).astype(bool)[columns.codes(labels)]  # a null's code is -1, the last place


def _set_aside(
    table: pa.Table, reasons: dict[tuple[str, str, str], np.ndarray], content: bytes
) -> tuple[pa.Table, list[Reject]]:
    """Take out the events that cannot be used, each for its first reason."""
    rows: dict[int, tuple[str, str, str]] = {}
    for reason, concerned in reversed(reasons.items()):
        rows |= dict.fromkeys(np.flatnonzero(concerned).tolist(), reason)
    if not rows:
        return table, []
    kept = np.ones(table.num_rows, bool)
    kept[list(rows)] = False
    quoted = _quotes(content, rows)
    return table.filter(pa.array(kept)), [Reject(row + 1, *rows[row], quoted[row]) for row in sorted(rows)]


def _quotes(content: bytes, wanted: Container[int]) -> dict[int, bytes]:
    """Give events as XML, by row: a second pass, only for logs with rejects."""
    from lxml import etree

    quotes = {}
    # recover: a prefix nobody declared stops this parser, not the one of the first pass
    events = etree.iterparse(io.BytesIO(content), tag="{*}event", recover=True, **_SAFE)
    for row, (_, event) in enumerate(events):
        if row in wanted:
            quotes[row] = etree.tostring(event, with_tail=False)
        event.clear()
        before = event.getprevious()
        if before is not None and before.tag == event.tag:
            event.getparent().remove(before)
    return quotes
