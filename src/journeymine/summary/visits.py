"""Visits: how often each activity occurs, and for how many customers."""

from __future__ import annotations

from math import prod

import numpy as np
from scipy.sparse import coo_array

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.counts import Counts, pack, unpack

__all__ = ["KEYS", "MEASURES", "distinct_customers", "of"]

KEYS = {"segment": np.uint32, "activity": np.uint32}
MEASURES = ("count", "customers")
_DENSE = 1 << 22


def of(arrays: Arrays) -> Counts:
    """Count visits by segment and activity.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    Counts
        ``count`` events of ``customers`` different customers (a case of nobody counts as one).
    """
    return Counts.sum([_of_block(block) for block in arrays.whole_customers()] or [Counts.empty(KEYS, MEASURES)])


def _of_block(block: Block) -> Counts:
    keys = {"segment": block.segments, "activity": block.of(block.arrays.codes)}
    return distinct_customers(keys, block.of_case(block.arrays.case_customers))


def distinct_customers(keys: dict[str, np.ndarray], customers: np.ndarray) -> Counts:
    """Count rows and distinct customers of each key.

    Parameters
    ----------
    keys
        Key columns, integers >= 0, shape (rows,).
    customers
        Customer of each row.

    Returns
    -------
    Counts
        ``count`` and ``customers``.

    Notes
    -----
    Where customers come in order, as they do in most logs, a stable counting sort by key brings the rows of each
    customer together; elsewhere a full sort does.
    """
    ranges = [int(column.max()) + 1 if len(column) else 1 for column in keys.values()]
    if prod(ranges) > _DENSE or not (customers[1:] >= customers[:-1]).all():
        once = Counts.of({**keys, "customer": customers})
        measures = {"count": once["count"], "customers": np.ones(len(once), np.int64)}
        return Counts(once.keys, measures).without("customer")
    packed = pack(list(keys.values()), ranges).astype(np.int32)
    rows = np.arange(len(packed), dtype=np.int32 if len(packed) < 2**31 else np.int64)
    customers = customers.astype(rows.dtype)  # there are no more customers than rows, and fewer bytes move faster
    grouped = coo_array((customers, (packed, rows)), shape=(prod(ranges), max(len(rows), 1))).tocsr()
    totals, first = np.diff(grouped.indptr), grouped.indptr[:-1]
    present = np.flatnonzero(totals)
    new = np.ones(len(packed), np.int64)
    new[1:] = grouped.data[1:] != grouped.data[:-1]
    new[first[present]] = 1
    distinct = np.add.reduceat(new, first[present]) if len(present) else new
    parts = unpack(present.astype(np.uint64), list(keys.values()), ranges)
    measures = {"count": totals[present].astype(np.int64), "customers": distinct}
    return Counts(dict(zip(keys, parts, strict=True)), measures)
