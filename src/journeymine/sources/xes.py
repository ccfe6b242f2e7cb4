"""XES event logs: traces and events in XML, read without entities and without network."""

from __future__ import annotations

import io
from collections.abc import Container, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError, OptionError, UnknownOptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.log.schema import ID_PREFIX
from journeymine.sources import inputs
from journeymine.sources.attributes import own_name, with_named
from journeymine.sources.instances import group_codes, instances_of
from journeymine.sources.reading import Reading, to_log
from journeymine.sources.times import parse_times
from journeymine.sources.xes_contents import Contents, contents_of
from journeymine.sources.xml_parser import SAFE
from journeymine.sources.xml_tags import read_tags

__all__ = ["read_xes"]

_NAME: Final = "concept:name"
_TIME: Final = "time:timestamp"
_TRANSITION: Final = "lifecycle:transition"
_INSTANCE: Final = "concept:instance"


def read_xes(
    path: str | Path,
    *,
    channel: str | None = None,
    customer: str | None = None,
    lifecycle: str | Sequence[str] | None = None,
    tz: str | None = None,
    time_format: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read an XES event log, the exchange format of process mining [1]_.

    A trace is a case, named by its ``concept:name`` (``trace <n>`` where it has none); an event's ``concept:name`` is
    its activity and its ``time:timestamp`` its time. Every other attribute of an event is kept under its own key, and
    every attribute of a trace as ``case:<key>``. A key that journeymine itself needs, such as ``channel`` or
    ``case:…`` on an event, becomes ``event:<key>``. An attribute in another one, or in a list, has both keys in its
    name, such as ``cost:drivers/cost:amount``; several of them in one event are joined with ``"; "``. ``global``
    declares which attributes every event has; it never fills one in.

    Parameters
    ----------
    path
        An ``.xes`` or ``.xes.gz`` file.
    channel, customer
        Attribute of the event, or else of the trace, that says the channel and the customer; by default each case is
        a customer.
    lifecycle
        By default all events are kept, so that one activity instance may be two events. One transition, such as
        ``"complete"``: only its events are kept, the others are set aside. Two, such as ``("start", "complete")``: the
        events of the first begin and those of the second end an activity, and each pair becomes one event with
        ``end_timestamp``; events without a transition stay, those of other transitions are set aside. A pair has one
        case, activity and, where events say it, ``concept:instance``; of several that are open at once, the first to
        begin is the first to end. What one of the two does not say is taken from the other; where they differ, the
        second counts. Letters' case does not matter.
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
        If no event has a transition of `lifecycle`.
    OptionError
        If `lifecycle` is neither one transition nor a pair.

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
    path, wanted = Path(path), _wanted(lifecycle)
    content = inputs.read_bytes(path)
    found = contents_of(read_tags(content, path.name), path.name)
    if not found.events:
        raise EmptySourceError(f"{path.name} is an XES log without events ({found.traces:,} traces)")
    table = with_named(_events(found, tz), {"channel": channel, f"{ID_PREFIX}customer": customer}, path.name)
    moments = parse_times(_times(found, path.name), tz=tz, name=_TIME, time_format=time_format)
    table = table.append_column("timestamp", moments.array)
    transitions = _transitions(found, wanted, path.name)
    reasons = _other_transitions(transitions, wanted) | _faults(found, table)
    table, rejects, kept = _set_aside(table, reasons, content)
    notes, used = [*found.notes(_NAME), *moments.notes], table.num_rows
    until = observed_until or pc.max(table["timestamp"]).as_py()
    if len(wanted) == 2:
        steps = (transitions == 0).astype(np.int8) - (transitions == 1)
        table, more = instances_of(table, steps[kept], _instance_codes(found, table, kept))
        notes += more
    reading = Reading(name or path.name, "xes", found.events, table, used, 0, rejects, notes)
    return to_log(reading, observed_until=until)


# --- from attributes to columns ------------------------------------------------------------------------------------


def _events(found: Contents, tz: str | None) -> pa.Table:
    """Put the attributes of events, and of their traces, in one table."""
    traces = pa.array(found.trace_of, mask=found.trace_of < 0)
    events, names = found.of_event, (_NAME, _TIME)
    of_event = {own_name(key): item.typed(found.events, tz) for key, item in events.items() if key not in names}
    of_trace = {f"case:{key}": item.typed(found.traces, tz) for key, item in found.of_trace.items() if key != _NAME}
    table = {
        "case_id": _case_names(found).take(traces),
        "activity": _labels(found, _NAME),
        "source_row": pa.array(np.arange(1, found.events + 1)),
    }
    return pa.table(table | of_event | {key: values.take(traces) for key, values in of_trace.items()})


def _labels(found: Contents, key: str) -> pa.DictionaryArray:
    """Give an attribute of events, null in all of them where there is none."""
    return found.of_event[key].labels(found.events) if key in found.of_event else columns.label(None, found.events)


def _case_names(found: Contents) -> pa.DictionaryArray:
    numbered = pc.binary_join_element_wise("trace", pa.array(np.arange(1, found.traces + 1)).cast(pa.string()), " ")
    if _NAME not in found.of_trace:
        return columns.encode(numbered)
    names = found.of_trace[_NAME].labels(found.traces).dictionary_decode()
    blank = pc.equal(pc.utf8_trim_whitespace(names), "").fill_null(True)
    return columns.encode(pc.if_else(blank, numbered, names))


def _times(found: Contents, source: str) -> pa.DictionaryArray:
    if _TIME not in found.of_event:
        known = ", ".join(found.of_event) or "no attributes"
        raise FormatError(
            f"no event of {source} has a {_TIME}, and a journey needs times; its events have {known}. "
            "Export the log again with its times"
        )
    return found.of_event[_TIME].labels(found.events)


# --- transitions ---------------------------------------------------------------------------------------------------


def _wanted(lifecycle: str | Sequence[str] | None) -> list[str]:
    wanted = [] if lifecycle is None else [lifecycle] if isinstance(lifecycle, str) else list(lifecycle)
    if len(wanted) > 2 or len({name.casefold() for name in wanted}) < len(wanted):
        raise OptionError(
            f"lifecycle={lifecycle!r} is neither one transition, such as 'complete', nor two of which the first begins "
            "and the second ends an activity, such as ('start', 'complete')"
        )
    return wanted


def _transitions(found: Contents, wanted: list[str], source: str) -> np.ndarray:
    """Give the place of each event's transition among those wanted; -1 where it is another, -2 where it has none."""
    labels = _labels(found, _TRANSITION)
    known, folded = labels.dictionary.to_pylist(), [name.casefold() for name in wanted]
    places = [folded.index(name.casefold()) if name.casefold() in folded else -1 for name in known]
    for place, name in enumerate(wanted):
        if place not in places:
            raise UnknownOptionError(f"no event of {source} has the {_TRANSITION} {{name!r}}", name, known)
    return np.array([*places, -2])[columns.codes(labels)]


def _instance_codes(found: Contents, events: pa.Table, kept: np.ndarray) -> np.ndarray:
    """Give a number to each activity instance: events of one case, activity and, where they say it, instance."""
    labels = [columns.encode(events["case_id"]), columns.encode(events["activity"])]
    codes = [columns.codes(label) for label in labels]
    return group_codes(*codes, columns.codes(_labels(found, _INSTANCE))[kept])


# --- events that are not used --------------------------------------------------------------------------------------

_Reasons = dict[tuple[str, str, str], np.ndarray]
"""Which events a reason (stage, reason, detail) not to use an event concerns."""


def _other_transitions(transitions: np.ndarray, wanted: list[str]) -> _Reasons:
    """Name the events of other transitions; of none, where one is asked for and not a pair."""
    if not wanted:
        return {}
    said = f"its transition is {'neither' if len(wanted) == 2 else 'not'} {' nor '.join(map(repr, wanted))}"
    return {(FILTER, "lifecycle", said): transitions == -1 if len(wanted) == 2 else transitions < 0}


def _faults(found: Contents, table: pa.Table) -> _Reasons:
    times = columns.codes(found.of_event[_TIME].labels(found.events))
    untimed = columns.is_true(table["timestamp"].is_null())
    return {
        ("check", "no_time", f"no {_TIME}"): times < 0,
        ("check", "bad_time", f"its {_TIME} is no time"): untimed & (times >= 0),
        ("check", "no_activity", f"no {_NAME}"): _blank(columns.encode(table["activity"])),
        ("check", "no_case", "stands in no trace"): found.trace_of < 0,
    }


def _blank(labels: pa.DictionaryArray) -> np.ndarray:
    blank = columns.numbers(pc.equal(pc.utf8_trim_whitespace(labels.dictionary), "").cast(pa.uint8()))
    return np.append(blank, 1).astype(bool)[columns.codes(labels)]  # a null's code is -1, the last place


def _set_aside(table: pa.Table, reasons: _Reasons, content: bytes) -> tuple[pa.Table, list[Reject], np.ndarray]:
    """Take out the events that cannot be used, each for its first reason; tell which are kept."""
    rows: dict[int, tuple[str, str, str]] = {}
    for reason, concerned in reversed(reasons.items()):
        rows |= dict.fromkeys(np.flatnonzero(concerned).tolist(), reason)
    kept = np.ones(table.num_rows, bool)
    if not rows:
        return table, [], kept
    kept[list(rows)] = False
    quoted = _quotes(content, rows)
    return table.filter(pa.array(kept)), [Reject(row + 1, *rows[row], quoted[row]) for row in sorted(rows)], kept


def _quotes(content: bytes, wanted: Container[int]) -> dict[int, bytes]:
    """Give events as XML, by row: a second pass, only for logs with rejects."""
    from lxml import etree

    quotes = {}
    # recover: a prefix nobody declared stops this parser, not the one of the first pass
    events = etree.iterparse(io.BytesIO(content), tag="{*}event", recover=True, **SAFE)
    for row, (_, event) in enumerate(events):
        if row in wanted:
            quotes[row] = etree.tostring(event, with_tail=False)
        event.clear()
        before = event.getprevious()
        if before is not None and before.tag == event.tag:
            event.getparent().remove(before)
    return quotes
