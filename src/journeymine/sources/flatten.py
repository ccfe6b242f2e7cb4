"""From an object-centric log to cases: an object of one type is a case, and an event stands in those it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX
from journeymine.sources.instances import group_codes
from journeymine.sources.object_log import ObjectLog

__all__ = ["Flat", "check_type", "flatten"]


@dataclass(frozen=True)
class Flat:
    """A log of cases.

    Attributes
    ----------
    events
        One row an event and case, in the order of the events.
    alone
        True for each event that concerns no object of the type, shape (events,).
    notes
        What a reader of the figures should know.
    """

    events: pa.Table
    alone: np.ndarray
    notes: list[str]


def check_type(log: ObjectLog, wanted: str | None, option: str, source: str) -> None:
    """See that there are objects of a type.

    Parameters
    ----------
    log
        An object-centric log.
    wanted, option
        The type, and the option it was given as.
    source
        Name of the file, for messages.

    Raises
    ------
    OptionError
        If no type is given; the message lists all.
    UnknownOptionError
        If there is no object of the type.
    """
    types = columns.used_values(log.objects["object_type"])
    if wanted is None:
        told = ", ".join(f"{name!r} ({_counted(log, name)})" for name in types) or "none"
        raise OptionError(f"a journey follows objects of one type; say which with {option}=. {source} has: {told}")
    if wanted not in types:
        raise UnknownOptionError(f"{source} has no objects of type {{name!r}}", wanted, types)


def _counted(log: ObjectLog, kind: str) -> str:
    chosen = _of_type(log, kind)
    events = columns.numbers(log.links["event"])[chosen[columns.numbers(log.links["object"])]]
    return f"{np.count_nonzero(chosen):,} objects, {len(np.unique(events)):,} events"


def _of_type(log: ObjectLog, kind: str) -> np.ndarray:
    return columns.is_true(pc.equal(columns.whole(log.objects["object_type"]).cast(pa.string()), kind))


def flatten(log: ObjectLog, events: pa.Table, object_type: str, customer: str | None) -> Flat:
    """Put events in the cases of the objects they concern.

    Parameters
    ----------
    log
        An object-centric log.
    events
        Those of its events that can be used.
    object_type
        The objects of this type are the cases.
    customer
        The objects of this type are the customers.

    Returns
    -------
    Flat
        With ``case_id``, ``qualifier``, ``case:<key>`` and, if asked for, ``id_customer``.
    """
    links = _Links.among(log, events)
    here = links.of_type(object_type)
    flat = events.take(pa.array(here.rows))
    flat = flat.append_column("case_id", columns.encode(log.objects["object_id"]).take(pa.array(here.objects)))
    flat = flat.append_column("qualifier", log.links["qualifier"].take(pa.array(here.places)))
    for name in log.objects.column_names[2:]:
        flat = flat.append_column(name, log.objects[name].take(pa.array(here.objects)))
    notes = [*_convergence(here, object_type), *_divergence(links, here, flat, object_type)]
    if customer is not None:
        found = _customers(links, here, customer)
        ids = log.objects["object_id"].take(pa.array(found, mask=found < 0))
        flat = flat.append_column(f"{ID_PREFIX}customer", ids)
        unknown = int(np.count_nonzero(found < 0))
        notes += [f"{unknown:,} events relate to no object of type {customer!r}, or to several"] if unknown else []
    return Flat(flat, np.bincount(here.rows, minlength=events.num_rows) == 0, notes)


@dataclass(frozen=True)
class _Links:
    """Relations between events that can be used and objects, ordered by event.

    Attributes
    ----------
    rows, objects, places
        Row of the event, row of the object, row of the relation in the log; each of shape (relations,).
    """

    log: ObjectLog
    events: int
    rows: np.ndarray
    objects: np.ndarray
    places: np.ndarray

    @classmethod
    def among(cls, log: ObjectLog, events: pa.Table) -> _Links:
        """Take the relations of some events."""
        row_of = np.full(log.events.num_rows, -1)
        lines = columns.numbers(log.events["source_row"])
        row_of[np.searchsorted(lines, columns.numbers(events["source_row"]))] = np.arange(events.num_rows)
        rows = row_of[columns.numbers(log.links["event"])]
        places = np.flatnonzero(rows >= 0)
        places = places[np.argsort(rows[places], kind="stable")]
        return cls(log, events.num_rows, rows[places], columns.numbers(log.links["object"])[places], places)

    def of_type(self, kind: str) -> _Links:
        """Take the relations with objects of a type."""
        kept = _of_type(self.log, kind)[self.objects]
        return _Links(self.log, self.events, self.rows[kept], self.objects[kept], self.places[kept])

    def of_events(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give for events, each perhaps several times, their place in `rows` and each of their objects."""
        counts = np.bincount(self.rows, minlength=self.events)
        each, starts = counts[rows], (np.cumsum(counts) - counts)[rows]
        within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
        return np.repeat(np.arange(len(rows)), each), self.objects[np.repeat(starts, each) + within]


def _convergence(here: _Links, kind: str) -> list[str]:
    cases_of = np.bincount(here.rows)
    several = cases_of > 1
    told = f"{np.count_nonzero(several):,} events are in several cases of type {kind!r} (convergence)"
    return [f"{told}: {(cases_of - 1)[several].sum():,} more in all"] if several.any() else []


def _divergence(links: _Links, here: _Links, flat: pa.Table, kind: str) -> Iterator[str]:
    """Count the cases in which an activity occurs more than once because it concerns different other objects."""
    groups = group_codes(here.objects, columns.codes(columns.encode(flat["activity"])))
    repeats = np.bincount(groups)
    for other in columns.used_values(links.log.objects["object_type"]):
        rows, objects = links.of_type(other).of_events(here.rows)
        group, (_, firsts) = groups[rows], np.unique(group_codes(groups[rows], objects), return_index=True)
        concerned = np.bincount(group, minlength=len(repeats))
        distinct = np.bincount(group[firsts], minlength=len(repeats))
        differ = (repeats > 1) & (distinct > 1) & (concerned < repeats * distinct)  # not all concern the same objects
        cases = np.count_nonzero(np.bincount(here.objects[differ[groups]]))
        if cases and other != kind:
            yield f"{cases:,} cases repeat an activity for different objects of type {other!r} (divergence)"


def _customers(links: _Links, here: _Links, kind: str) -> np.ndarray:
    """Give the customer of each row: the one the event relates to, else the only one that anything in its case does."""
    theirs, is_customer = links.of_type(kind), _of_type(links.log, kind)
    if is_customer[here.objects].all():
        return here.objects
    of_event = _Only(theirs.rows, theirs.objects, links.events)
    rows, customers = theirs.of_events(here.rows)
    first, second = (columns.numbers(links.log.relations[name]) for name in ("event", "object"))
    cases = np.concatenate((here.objects[rows], first[is_customer[second]], second[is_customer[first]]))
    known = np.concatenate((customers, second[is_customer[second]], first[is_customer[first]]))
    of_case = _Only(cases, known, len(is_customer))
    return np.where(of_event.some[here.rows], of_event.one[here.rows], of_case.one[here.objects])


class _Only:
    """The one value that each owner has: `one` is -1 where it has none or several, `some` tells whether it has any."""

    def __init__(self, owners: np.ndarray, values: np.ndarray, count: int) -> None:
        lowest, highest = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(lowest, owners, values)
        np.maximum.at(highest, owners, values)
        self.one, self.some = np.where(lowest == highest, lowest, -1), highest >= 0
