"""OCEL 2.0, the exchange format of object-centric process mining, seen from objects of one type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from journeymine.errors import EmptySourceError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.sources.attributes import with_named
from journeymine.sources.flatten import check_type, flatten
from journeymine.sources.object_log import ObjectLog
from journeymine.sources.ocel_files import open_ocel
from journeymine.sources.reading import Reading, keep_latest, refuse, to_log
from journeymine.sources.times import parse_times

__all__ = ["read_ocel"]


def read_ocel(
    path: str | Path,
    *,
    object_type: str | None = None,
    customer: str | None = None,
    channel: str | None = None,
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read an object-centric event log (OCEL 2.0) [1]_ as the journeys of the objects of one type.

    In such a log an event relates to any number of objects: an order, its items, a customer. Each object of
    `object_type` becomes a case, and each event that relates to it one of its events. An event that relates to two
    orders stands in the case of each; how many do is in the account's notes (convergence), and so is in how many
    cases an activity is repeated only because it concerns other objects each time, such as one picking an item
    (divergence) [2]_.

    Parameters
    ----------
    path
        JSON or XML, each also as gzip, or an SQLite database, which is opened to be read only.
    object_type
        Whose journeys; without it, the error lists the types of objects and how many there are.
    customer
        Type of the objects that are customers: an event belongs to the one it relates to; if to none, to the only one
        that the case, or another of its events, relates to. By default each case is a customer.
    channel
        Attribute of the event, or else of its case, that says the channel.
    tz
        Zone of times that carry none, such as ``"UTC"``.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        ``event_id`` is the event's, the same in each of its cases; ``source_row`` its number in the file;
        ``qualifier`` what the case is to it. Attributes of the event have their own names, behind ``event:`` where a
        log has a column of that name; those of the case ``case:<name>``, with their last value. ``rows_in`` counts
        events of the file. In the quarantine: events without type or usable time, and, set aside, those that relate
        to no object of the type.

    Raises
    ------
    OptionError
        If `object_type` is not given.
    UnknownOptionError
        If there are no objects of type `object_type`, or `customer`.
    FormatError
        If the file is no OCEL 2.0, or damaged.
    EmptySourceError
        If it has no event.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    UnknownColumnError
        If `channel` is no attribute.

    References
    ----------
    .. [1] Berti et al. (2024), OCEL (Object-Centric Event Log) 2.0 Specification, arXiv:2403.01975.
    .. [2] van der Aalst (2019), Object-Centric Process Mining, SEFM, LNCS 11724.

    Examples
    --------
    >>> import json
    >>> def event(number, kind, *objects):
    ...     return {"id": f"e{number}", "type": kind, "time": f"2024-05-0{number}T09:00:00Z",
    ...             "relationships": [{"objectId": name, "qualifier": "about"} for name in objects]}
    >>> log = {"events": [event(1, "place", "o1"), event(2, "place", "o2"), event(3, "ship", "o1", "o2")],
    ...        "objects": [{"id": "o1", "type": "order"}, {"id": "o2", "type": "order"}]}
    >>> _ = (tmp / "orders.json").write_text(json.dumps(log))
    >>> orders = read_ocel(tmp / "orders.json", object_type="order")
    >>> orders
    <EventLog 4 events · 2 customers · 2024-05-01 – 2024-05-03>
    >>> print(*orders.account["notes"][0])
    1 events are in several cases of type 'order' (convergence): 1 more in all
    """
    path = Path(path)
    log = open_ocel(path)
    if not log.events.num_rows:
        raise EmptySourceError(f"{path.name} is an OCEL log without events ({log.objects.num_rows:,} objects)")
    check_type(log, object_type, "object_type", path.name)
    if customer is not None:
        check_type(log, customer, "customer", path.name)
    moments = parse_times(log.events["written"], tz=tz, name="time")
    events, rejects = _usable(log.events.append_column("timestamp", moments.array), log)
    events, duplicates = keep_latest(events)
    flat = flatten(log, events, str(object_type), customer)
    said = f"relates to no object of type {object_type!r}"
    events, more = refuse(events, flat.alone, "no_object", lambda row: said, log.payload, FILTER)
    reading = Reading(
        name or path.name,
        "ocel",
        rows_in=log.events.num_rows + len(log.rejects),
        events=with_named(flat.events.drop_columns("written"), {"channel": channel}, path.name),
        used=events.num_rows,
        duplicate=duplicates,
        rejects=[*log.rejects, *rejects, *more],
        notes=[*log.notes, *moments.notes, *flat.notes],
    )
    return to_log(reading, observed_until=observed_until)


def _usable(events: pa.Table, log: ObjectLog) -> tuple[pa.Table, list[Reject]]:
    """Set aside the events without type or time, each for its first reason."""
    rejects: list[Reject] = []
    for reason, detail, fails in _CHECKS:
        bad = columns.is_true(fails(events))
        events, more = refuse(events, bad, reason, lambda row, detail=detail: detail, log.payload)
        rejects += more
    return events, rejects


_Fails = Callable[[pa.Table], pa.ChunkedArray]
_CHECKS: list[tuple[str, str, _Fails]] = [
    ("no_time", "no time", lambda events: events["written"].is_null()),
    ("bad_time", "its time is no time", lambda events: events["timestamp"].is_null()),
    ("no_activity", "no type", lambda events: events["activity"].is_null()),
]
