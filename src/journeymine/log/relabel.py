"""Events given to customers: one case a customer, and one for each event of nobody."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.regroup import regrouped

__all__ = ["cases_of_nobody", "relabelled"]


def relabelled(log: EventLog, customers: pa.DictionaryArray) -> EventLog:
    """Give events to customers.

    Parameters
    ----------
    log
        The log.
    customers
        Of each event; null for nobody, shape (num_events,).

    Returns
    -------
    EventLog
        One case a customer; an event of nobody is a case of its own.
    """
    cases = columns.compact(customers)
    if cases.null_count:
        cases = columns.first_known([cases, _alone(log, columns.codes(cases) < 0)])
    table = log.table
    for name, labels in (("customer", columns.compact(customers)), ("case_id", cases)):
        table = table.set_column(table.column_names.index(name), name, labels)
    return regrouped(log, table)


def cases_of_nobody(sources: pa.Array, rows: pa.Array) -> pa.Array:
    """Name the cases of events of nobody after their rows, so that each is a case of its own.

    Parameters
    ----------
    sources
        Source of each event, text or labels.
    rows
        Its row there, numbers or text.

    Returns
    -------
    pyarrow.Array
        Text.
    """
    return pc.binary_join_element_wise("nobody", sources.cast(pa.string()), rows.cast(pa.string()), "/")


def _alone(log: EventLog, is_alone: np.ndarray) -> pa.DictionaryArray:
    """Name events after their rows, so that each is a case of its own; null for the others."""
    sources = columns.whole(log.table["source"].filter(pa.array(is_alone)).cast(pa.string()))
    names = columns.encode(cases_of_nobody(sources, _rows(log, is_alone)))
    codes = np.full(len(is_alone), -1, np.int32)
    codes[is_alone] = columns.codes(names)
    return columns.from_codes(codes, names.dictionary)


def _rows(log: EventLog, wanted: np.ndarray) -> pa.Array:
    """Give the rows of some events in their sources; where that is not known, number them as they came in time."""
    places, names = np.flatnonzero(wanted), log.labels("activity")
    ranks = columns.numbers(pc.rank(names.dictionary))[columns.codes(names)[places]]
    number = np.empty(len(places), np.int64)
    number[np.lexsort((ranks, log.times[places]))] = np.arange(1, len(places) + 1)
    numbered = pc.binary_join_element_wise("event", pa.array(number).cast(pa.string()), " ")
    if "source_row" not in log.table.column_names:
        return numbered
    return pc.coalesce(columns.whole(log.table["source_row"].take(pa.array(places))).cast(pa.string()), numbered)
