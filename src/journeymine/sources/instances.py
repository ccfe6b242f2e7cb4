"""Activity instances: the record that says an activity begins and the one that says it ends become one event."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from journeymine.log import columns

__all__ = ["group_codes", "instances_of"]


def group_codes(*labels: np.ndarray) -> np.ndarray:
    """Give a number to each combination of several labels.

    Parameters
    ----------
    *labels
        Codes, -1 for none; each of shape (rows,).

    Returns
    -------
    numpy.ndarray
        int64, shape (rows,): equal where all labels are, counted up as they first appear.
    """
    groups = np.zeros(len(labels[0]), np.int64)
    for codes in labels:
        pairs = pa.array(groups * (int(codes.max(initial=-1)) + 2) + codes + 1)
        groups = columns.numbers(pairs.dictionary_encode().indices).astype(np.int64)
    return groups


def instances_of(events: pa.Table, steps: np.ndarray, groups: np.ndarray) -> tuple[pa.Table, list[str]]:
    """Make one event of each begin and the end that belongs to it: first in, first out.

    Parameters
    ----------
    events
        Has ``timestamp``.
    steps
        1 where something begins, -1 where something ends, 0 where a record is an event of its own; shape (rows,).
    groups
        Equal for the records of what can belong together, such as one activity of one case; shape (rows,).

    Returns
    -------
    events : pyarrow.Table
        Of a pair, one row with ``timestamp`` and ``end_timestamp``: what the end says, else what the begin does. A
        begin that never ends and an end that never began stay rows, without ``end_timestamp``.
    notes : list of str
        How many those are.
    """
    partners = _partners(steps, groups, columns.numbers(events["timestamp"]))
    begun = np.flatnonzero(partners >= 0)
    kept = np.ones(len(partners), bool)
    kept[partners[begun]] = False
    first = np.flatnonzero(kept)
    last = np.where(partners >= 0, partners, np.arange(len(partners)))[first]
    table = {name: _last_known(columns.whole(events[name]), first, last) for name in events.column_names}
    for name in {"timestamp", "source_row"} & set(table):
        table[name] = events[name].take(pa.array(first))
    ends = pa.array(last, mask=partners[first] < 0)
    table["end_timestamp"] = events["timestamp"].take(ends)
    return pa.table(table), _notes(steps[kept & (partners < 0)])


def _last_known(column: pa.Array, first: np.ndarray, last: np.ndarray) -> pa.Array:
    """Take the value of the end, where it has one."""
    known = columns.is_true(column.is_valid())
    return column.take(pa.array(np.where(known[last], last, first)))


def _notes(alone: np.ndarray) -> list[str]:
    facts = {1: "activities begin and are not seen to end", -1: "activities end without a begin; each is one moment"}
    counts = {fact: int(np.count_nonzero(alone == step)) for step, fact in facts.items()}
    return [f"{count:,} {fact}" for fact, count in counts.items() if count]


def _partners(steps: np.ndarray, groups: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Give for each begin the row of its end, -1 for all others.

    In a group in time order, begins and ends form a queue: of those left when the ends that find it empty are taken
    out, the n-th begin and the n-th end belong together.
    """
    partners = np.full(len(steps), -1)
    rows = np.flatnonzero(steps)
    order = rows[np.lexsort((-steps[rows], times[rows], groups[rows]))]  # at one time, begins come before ends
    if not len(order):
        return partners
    step, starts = steps[order].astype(np.int64), np.flatnonzero(np.diff(groups[order], prepend=-1))
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(order))))
    waiting = np.cumsum(step) - (np.cumsum(step) - step)[starts][group]  # negative where ends outnumber begins
    ends = (step < 0) & ~_is_new_low(np.minimum(waiting, 0), group)
    begin_rows, end_rows = np.flatnonzero(step > 0), np.flatnonzero(ends)
    ended = np.bincount(group[end_rows], minlength=len(starts))
    place = _place_in_group(group[begin_rows], len(starts))
    matched = place < ended[group[begin_rows]]
    offset = (np.cumsum(ended) - ended)[group[begin_rows]]
    partners[order[begin_rows[matched]]] = order[end_rows[(offset + place)[matched]]]
    return partners


def _is_new_low(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Tell where values that are never positive fall below all that came before in their group."""
    step_down = group * (len(values) + 1)  # so that every value is lower than those of groups before
    lowest = np.minimum.accumulate(values - step_down) + step_down
    before = np.where(np.diff(group, prepend=-1) != 0, 0, np.roll(lowest, 1))
    return lowest < before


def _place_in_group(group: np.ndarray, groups: int) -> np.ndarray:
    counts = np.bincount(group, minlength=groups)
    return np.arange(len(group)) - (np.cumsum(counts) - counts)[group]
