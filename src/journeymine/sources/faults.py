"""Records that are no events: why not, found and kept aside in whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log.quarantine import FILTER, Quarantine
from journeymine.sources.exports import Part

__all__ = ["Fault", "set_aside"]

_NOT_QUOTED: Final = pa.scalar(b"", pa.large_binary())


class Fault(NamedTuple):
    """What keeps records from being events.

    Attributes
    ----------
    stage
        ``"parse"``, ``"check"`` or ``"filter"``.
    reason
        A short code.
    text
        What is wrong, for a person.
    rows
        True for each record it is wrong with, shape (records,).
    shown
        What stands behind the text, for each record.
    """

    stage: str
    reason: str
    text: str
    rows: np.ndarray
    shown: pa.Array | pa.ChunkedArray | None = None


def set_aside(faults: Sequence[Fault], part: Part) -> tuple[np.ndarray, pa.Table]:
    """Take the records aside that are no events.

    Parameters
    ----------
    faults
        The most basic first: a record is kept aside for its first one.
    part
        The records.

    Returns
    -------
    kept : numpy.ndarray
        True for each record without a fault, shape (records,).
    rejects : pyarrow.Table
        The others and the lines that are no record, with the fields of `Reject` as columns. Records that are well
        formed but no touchpoints are not quoted: there may be millions of them, and the export has them.
    """
    kept = np.ones(len(part.numbers), bool)
    rejects = [Quarantine.of("", part.rejects).table.drop_columns("source")]
    for fault in faults:
        rows = np.flatnonzero(fault.rows & kept)
        kept[rows] = False
        rejects += [_rejected(fault, rows, part)] if len(rows) else []
    return kept, pa.concat_tables(rejects)


def _rejected(fault: Fault, rows: np.ndarray, part: Part) -> pa.Table:
    shown = pa.scalar("") if fault.shown is None else _text(fault.shown.take(pa.array(rows)))
    details = pc.binary_join_element_wise(pa.repeat(fault.text, len(rows)), shown, "")
    values = {
        "line": pa.array(part.numbers[rows], pa.int64()),
        "stage": pa.repeat(fault.stage, len(rows)),
        "reason": pa.repeat(fault.reason, len(rows)),
        "detail": details,
        "payload": pa.repeat(_NOT_QUOTED, len(rows)) if fault.stage == FILTER else part.payloads(rows),
    }
    return pa.table(values)


def _text(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.fill_null(values.cast(pa.string()), "")
