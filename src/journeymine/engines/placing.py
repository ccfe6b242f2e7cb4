"""Which partition an event belongs to: that of its customer, so that no partition needs another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import conform
from journeymine.summary.groups import NUM_GROUPS, group_of

__all__ = ["check_partitions", "drawn", "places_of", "split"]

_MOST: Final = NUM_GROUPS * NUM_GROUPS


def check_partitions(partitions: int) -> None:
    """Make sure that customers can be spread over so many partitions.

    Parameters
    ----------
    partitions
        How many.

    Raises
    ------
    OptionError
        If it is no power of two, or too large.
    """
    if not 1 <= partitions <= _MOST or partitions & (partitions - 1):
        raise OptionError(f"partitions must be a power of two up to {_MOST:,}, such as 64, not {partitions!r}")


def places_of(customers: pa.DictionaryArray, cases: pa.DictionaryArray, partitions: int) -> np.ndarray:
    """Give the partition of each event.

    Parameters
    ----------
    customers
        Of each event; null for nobody, whose events go by their case.
    cases
        Of each event.
    partitions
        How many there are.

    Returns
    -------
    numpy.ndarray
        uint16, shape (events,). A partition holds whole groups of customers, or a group is several whole partitions.

    Examples
    --------
    >>> who = columns.encode(pa.array(["ann", "bob", None]))
    >>> places_of(who, columns.encode(pa.array(["1", "2", "3"])), 4).tolist()
    [3, 1, 2]
    """
    codes = columns.codes(customers)
    places = np.append(_of_names(customers.dictionary, partitions), np.uint16(0))[codes]
    nobody = np.flatnonzero(codes < 0)
    if len(nobody):
        lone = columns.compact(cases.take(pa.array(nobody)))
        places[nobody] = _of_names(lone.dictionary, partitions)[columns.codes(lone)]
    return places


def _of_names(names: pa.Array, partitions: int) -> np.ndarray:
    groups = group_of(names).astype(np.uint16)
    if partitions <= NUM_GROUPS:
        return groups // np.uint16(NUM_GROUPS // partitions)
    finer = group_of(pc.binary_join_element_wise("partition", names.cast(pa.string()), "/"))
    within = partitions // NUM_GROUPS
    return groups * np.uint16(within) + finer // np.uint8(NUM_GROUPS // within)


def drawn(log: EventLog, share: float) -> np.ndarray:
    """Draw whole customers by their names: by other bits than their groups, so that each group loses as many.

    Parameters
    ----------
    log
        A log; an event of nobody is drawn by its case.
    share
        About how many.

    Returns
    -------
    numpy.ndarray
        True for their events, shape (num_events,).
    """
    places = np.zeros(log.num_events)
    for fineness, front in ((1, "first"), (NUM_GROUPS, "second")):
        owners = columns.first_known([log.labels("customer"), log.labels("case_id")])
        names = pc.binary_join_element_wise(front, owners.dictionary, "/")
        places += group_of(names)[columns.codes(owners)] / (NUM_GROUPS * fineness)
    return places < share


def split(table: pa.Table, places: np.ndarray) -> Iterator[tuple[int, pa.Table]]:
    """Split events by their partition.

    Parameters
    ----------
    table
        Events in canonical columns.
    places
        Partition of each, shape (events,).

    Yields
    ------
    place : int
        A partition that has any.
    part : pyarrow.Table
        Its events, in the order they had.
    """
    order = np.argsort(places, kind="stable")
    table, ends = table.take(pa.array(order)), np.cumsum(np.bincount(places))
    for place in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
        start = int(ends[place - 1]) if place else 0
        yield place, conform(table.slice(start, int(ends[place]) - start))
