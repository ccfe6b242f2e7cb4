"""Streams: batches of events that come customer by customer and case by case, summarised in little memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.engines.open_case import OpenCase
from journeymine.engines.pieces import Reach, pieces_of
from journeymine.engines.question import Question, Total
from journeymine.summary.counts import Counts
from journeymine.summary.summary import PARTS, Summary

__all__ = ["summarise_batches"]

_ROWS: Final = 1 << 18


def summarise_batches(
    batches: Iterable[pa.RecordBatch | pa.Table],
    *,
    observed_until: Mapping[str, int] | int,
    by: str | None = None,
    parts: Collection[str] = tuple(PARTS),
    relative_error: float | None = None,
    rows: int = _ROWS,
) -> Summary:
    """Summarise events that come in order, without holding them.

    Parameters
    ----------
    batches
        In canonical columns. All events of a customer stand together, in these all events of a case, in these by time;
        cases of nobody stand together each. A batch may end anywhere.
    observed_until
        Microseconds since 1970 until which each source was observed, or until which all were.
    by, parts, relative_error
        As for `summarise`.
    rows
        How many events are looked at together, or a few more.

    Returns
    -------
    Summary
        That of all events, whatever the size of batches.

    Notes
    -----
    Whole customers are summarised together. A customer of more than `rows` events is summarised case by case, and a
    case of more in pieces that share an event, the seam: what is counted of a case is what is counted of its pieces,
    less what is counted of its seams as cases of their own. Of such a case only its sequence of activities is held, one
    byte an event where there are less than 256 activities, four when it ends; and what the summary itself keeps.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "a"], "activity": ["visit", "ask", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3)]}, name="shop")
    >>> end = {"shop": int(log.times.max())}
    >>> summarise_batches(log.table.to_batches(1), observed_until=end, rows=1) == jm.summarise(log)
    True
    """
    question = Question.of(by, parts, relative_error, observed_until)
    total, customer, case = Total(), Total(), OpenCase(question)
    for piece in pieces_of(batches, question.columns, rows):
        log = question.log_of(piece.events)
        if piece.reach == Reach.CUSTOMERS:
            total.take(question.answer(log, question.parts))
        elif piece.reach == Reach.CASES:
            customer.take(question.answer(log, question.parts))
        else:
            case.take(log, goes_on=not piece.ends_case)
        if piece.ends_case:
            customer.take(case.summary())
            case = OpenCase(question)
        if piece.ends_customer:
            total.take(_of_one_customer(customer.summary(question)))
            customer = Total()
    return total.summary(question)


def _of_one_customer(summary: Summary) -> Summary:
    """Count the customer of all cases once."""
    return replace(summary, parts={name: _counted_once(part) for name, part in summary.parts.items()})


def _counted_once(part: Counts) -> Counts:
    if "customers" not in part.measures:
        return part
    return Counts(part.keys, {**part.measures, "customers": np.minimum(part["customers"], 1)})
