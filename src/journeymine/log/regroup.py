"""Events put into other cases: those of one moment stand in the order of their sources again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.log.eventlog import EventLog

__all__ = ["regrouped"]


def regrouped(log: EventLog, table: pa.Table) -> EventLog:
    """Give the log of events that were put into other cases.

    Parameters
    ----------
    log
        The log they come from.
    table
        Its table with other cases.

    Returns
    -------
    EventLog
        In the new cases, events of one moment stand in the order of their sources' names, and those of one source in
        the order of its rows, whatever cases they came from.
    """
    grouped = log.with_events(table)
    if not grouped.ties or "source_row" not in table.column_names:
        return grouped
    order = _with_ties_in_source_order(grouped)
    return grouped if order is None else replace(grouped, table=grouped.table.take(pa.array(order)))


def _with_ties_in_source_order(log: EventLog) -> np.ndarray | None:
    tied = np.zeros(log.num_events, bool)
    tied[1:] = log.times[1:] == log.times[:-1]
    tied[log.offsets[:-1]] = False  # with the event before
    run = np.cumsum(~tied)
    tied[:-1] |= tied[1:]  # or with the one after
    places = np.flatnonzero(tied)
    rows = columns.numbers(log.table["source_row"])[places]
    order = np.lexsort((rows, _source_ranks(log)[places], run[places]))
    if (order[1:] > order[:-1]).all():
        return None
    everything = np.arange(log.num_events)
    everything[places] = places[order]
    return everything


def _source_ranks(log: EventLog) -> np.ndarray:
    sources = log.labels("source")
    names = sources.dictionary.to_pylist()
    return np.argsort(np.argsort(np.array(names, object)))[columns.codes(sources)]
