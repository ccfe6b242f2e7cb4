"""Events of trackers: which records are touchpoints, which tell who is who, and which the tracker made by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError, TimeZoneError
from journeymine.log import columns
from journeymine.log.quarantine import FILTER, Quarantine
from journeymine.log.schema import ID_PREFIX, id_columns
from journeymine.sources.exports import Part
from journeymine.sources.faults import Fault, set_aside
from journeymine.sources.reading import Reading, gather, keep_latest
from journeymine.sources.times import Times, parse_times, to_utc
from journeymine.sources.web.fields import is_one_of, only_where, with_columns
from journeymine.sources.web.pages import Activity, page_names, page_paths
from journeymine.sources.web.url import url_template
from journeymine.sources.web.url_rules import UrlRules

__all__ = ["Tracker", "find_events"]

Settle = Callable[[pa.Table], tuple[pa.Table, int]]

_NAIVE: Final = r"^\s*\d{4}-\d{1,2}-\d{1,2}([T ][\d:.,]*)?\s*$"
_HELPERS: Final = ("event", "url", "is_page", "written", "robot")
_NEEDED: Final = ("activity", "timestamp", "source_row")
_FOREIGN: Final = ("bad_json", "bad_row", "no_event")  # reasons of rows that may well be of another format


@dataclass(frozen=True)
class Tracker:
    """How the records of a tracker are to be understood.

    Attributes
    ----------
    format
        Its name.
    marks
        What its records have, for messages.
    zone
        Where the clock of times without a zone stands; None if such a time is a fault.
    counts_wall_clock
        Whether numbers of seconds count what a clock on the wall in `zone` showed, not UTC.
    words
        What events are called that the tracker calls by a sign of its own, such as ``$autocapture``.
    automatic
        Events that the tracker makes by itself.
    edges
        Events that tell which identifiers belong to one person. Each mapping gives one row of identities: the column
        that each kind of identifier stands in.
    """

    format: str
    marks: str
    zone: str | None = None
    counts_wall_clock: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    automatic: Collection[str] = ()
    edges: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


def find_events(
    parts: Iterable[Part], tracker: Tracker, source: str, activity: Activity, *, settle: Settle = keep_latest
) -> tuple[Reading, datetime | None]:
    """Find the events in the records of a tracker.

    Parameters
    ----------
    parts
        Records, with columns ``event`` (its name), ``url`` (of the page it happened on), ``is_page`` (whether that
        page was viewed then), ``written`` (its time) and what there is of ``robot`` (who made it, if not a person),
        ``event_id``, ``id_<kind>`` and attributes. Columns that only help have an underscore in front; those that
        `settle` looks at have two.
    tracker
        How they are to be understood.
    source
        Name of the source.
    activity
        Gives the touchpoint of a page by its URL.
    settle
        Leaves out events that were delivered twice; gives those that stay, and how many do not.

    Returns
    -------
    reading : Reading
        The events; a record that tells which identifiers belong together counts as used. Identities that were told
        several times stand once.
    last : datetime or None
        The time of the last record of any kind: until then the tracker was at work.

    Raises
    ------
    EmptySourceError
        If there is no record.
    FormatError
        If no record is one of this tracker.
    """
    rules = activity.afresh() if isinstance(activity, UrlRules) else None
    found = [_found(part, tracker, source, rules or activity) for part in parts]
    readings = [reading for reading, _ in found if reading.rows_in]
    if not readings:
        raise EmptySourceError(f"{source} holds no records")
    reading = gather(readings)
    _check_format(reading, tracker)
    events, copies = settle(reading.events)
    reading = replace(
        reading,
        events=_tidy(events),
        used=reading.rows_used - copies,
        duplicate=copies,
        notes=[*reading.notes, *(rules.notes if rules else [])],
        identities=_distinct(reading.identities),
    )
    return reading, max((last for _, last in found if last), default=None)


def _found(part: Part, tracker: Tracker, source: str, activity: Activity) -> tuple[Reading, datetime | None]:
    """Find the events in some of the records."""
    happened, urls = columns.encode(part.table["event"]), columns.encode(part.table["url"])
    paths = page_paths(urls)
    places = paths if activity is url_template else urls  # a template looks at nothing but the path
    pages = only_where(places, columns.is_true(part.table["is_page"]))
    names = page_names(pages, activity)
    times, naive = _times(columns.whole(part.table["written"]), tracker)
    made = {
        "source_row": pa.array(part.numbers, pa.int64()),
        "timestamp": times.array,
        "activity": columns.first_known([names, _words(happened, tracker)]),
        "path": paths,
    }
    records = with_columns(part.table, made)
    is_edge, is_automatic = is_one_of(happened, tracker.edges), is_one_of(happened, tracker.automatic)
    faults = [
        Fault("check", "no_event", "no name of an event", _is_null(happened) & _is_null(pages)),
        *_time_faults(records["written"], times, naive),
        *_robot_fault(records),
        Fault(FILTER, "automatic", "made by the tracker itself: ", is_automatic, happened),
        Fault(FILTER, "no_activity", "`activity` gives none for ", _is_null(names) & ~_is_null(pages), pages),
    ]
    kept, rejects = set_aside([fault._replace(rows=fault.rows & ~is_edge) for fault in faults], part)
    reading = Reading(
        source,
        tracker.format,
        records.num_rows + len(part.rejects),
        records.select(_lasting(records.column_names)).filter(pa.array(kept & ~is_edge)),
        used=int(np.count_nonzero(kept)),
        rejects=rejects,
        notes=[*part.notes, *times.notes],
        identities=_identities(records, happened, is_automatic, tracker),
    )
    return reading, pc.max(times.array).as_py()


# --- what records say ------------------------------------------------------------------------------------------------


def _words(happened: pa.DictionaryArray, tracker: Tracker) -> pa.DictionaryArray:
    words = [tracker.words.get(name, name) for name in happened.dictionary.to_pylist()]
    return columns.relabel(happened, pa.array(words, pa.string()))


def _times(written: pa.Array, tracker: Tracker) -> tuple[Times, np.ndarray]:
    """Parse times; tell which of them do not say their zone where they should."""
    zone, zoned = tracker.zone, np.zeros(len(written), bool)
    try:
        times = parse_times(written, tz=zone)
    except TimeZoneError:
        if zone is not None:
            raise
        naive = pc.match_substring_regex(written.cast(pa.string()), _NAIVE)
        return parse_times(pc.if_else(naive, pa.scalar(None, written.type), written), tz=None), columns.is_true(naive)
    if tracker.counts_wall_clock:
        local = to_utc(times.microseconds, times.bad, zone, "time", str)
        return replace(local, notes=[*times.notes, *local.notes]), zoned
    return times, zoned


def _is_null(labels: pa.DictionaryArray) -> np.ndarray:
    return columns.codes(labels) < 0


# --- why a record is no event ----------------------------------------------------------------------------------------


def _time_faults(written: pa.ChunkedArray, times: Times, naive: np.ndarray) -> list[Fault]:
    missing = columns.is_true(written.is_null())
    return [
        Fault("parse", "no_time", "no time", missing),
        Fault("parse", "naive_time", "a time without a zone: ", naive, written),
        Fault("parse", "bad_time", "not a time: ", times.bad, written),
    ]


def _robot_fault(records: pa.Table) -> list[Fault]:
    if "robot" not in records.column_names:
        return []
    robots = records["robot"]
    return [Fault(FILTER, "bot", "sent by ", columns.is_true(robots.is_valid()), robots)]


def _check_format(reading: Reading, tracker: Tracker) -> None:
    """Refuse a file that holds nothing of this tracker."""
    rejects = Quarantine.of(reading.source, reading.rejects).table
    strange = rejects.filter(pc.is_in(rejects["reason"], pa.array(_FOREIGN)))
    if strange.num_rows < reading.rows_in:
        return
    nameless = strange.filter(pc.equal(strange["reason"], "no_event"))
    if nameless.num_rows:
        names = ", ".join(map(repr, _names(nameless["payload"][0].as_py())[:8])) or "nothing by name"
        said = f"its records have {names}; {tracker.marks}"
    else:
        said = f"line {strange['line'][0]}: {strange['detail'][0]}"
    raise FormatError(f"{reading.source} holds no events of {tracker.format}: {said}")


def _names(payload: bytes) -> list[str]:
    with suppress(ValueError, RecursionError):
        return list(json.loads(payload))
    return []


# --- who is who ------------------------------------------------------------------------------------------------------


def _identities(
    records: pa.Table, happened: pa.DictionaryArray, is_automatic: np.ndarray, tracker: Tracker
) -> pa.Table:
    """Give the identifiers that records say belong together, or that stand together in records that are no events."""
    tables = [records.filter(pa.array(is_automatic)).select(id_columns(records))]
    for event, mappings in tracker.edges.items():
        said = records.filter(pa.array(is_one_of(happened, [event])))
        tables += [pa.table({ID_PREFIX + kind: said[name] for kind, name in kinds.items()}) for kinds in mappings]
    return columns.concat(map(_as_text, tables))


def _as_text(table: pa.Table) -> pa.Table:
    return pa.table([column.cast(pa.string()) for column in table.columns], table.column_names)


def _distinct(identities: pa.Table) -> pa.Table:
    """Keep the rows in which at least two identifiers stand together, each of them once."""
    counts = np.zeros(identities.num_rows, np.int64)
    for column in identities.columns:
        counts += columns.is_true(column.is_valid())
    together = identities.filter(pa.array(counts > 1))
    if not together.num_rows:
        return pa.table({})
    return together.group_by(together.column_names, use_threads=False).aggregate([])


# --- what is kept ----------------------------------------------------------------------------------------------------


def _lasting(names: Sequence[str]) -> list[str]:
    """Leave out the columns that only helped, so that they need no memory."""
    return [name for name in names if name not in _HELPERS and (name.startswith("__") or not name.startswith("_"))]


def _tidy(events: pa.Table) -> pa.Table:
    """Leave out the columns that hold nothing, but for one kind of identifier, and those that `settle` looked at."""
    filled = [name for name in events.column_names if events[name].null_count < events.num_rows]
    kept = [name for name in events.column_names if name in (*_NEEDED, *filled) and not name.startswith("_")]
    kept += [] if any(name.startswith(ID_PREFIX) for name in kept) else id_columns(events)[:1]
    return events.select(kept)
