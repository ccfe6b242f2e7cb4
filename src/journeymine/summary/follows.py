"""Follows: how often one activity comes directly after another, starts a case or ends it."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.counts import Counts, take
from journeymine.summary.visits import distinct_customers

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "activity": np.uint32, "next_activity": np.uint32}
MEASURES = ("count", "customers")


def of(arrays: Arrays) -> Counts:
    """Count direct successions by segment.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    Counts
        ``count`` passes by ``customers`` different customers; ``activity`` 0 is the start of a case, ``next_activity``
        0 its last event.

    References
    ----------
    .. [1] van der Aalst (2016), Process Mining: Data Science in Action, 2nd ed., Springer.
    """
    none = np.zeros(len(arrays.firsts), arrays.codes.dtype)
    starts = _counted(arrays.case_segments, none, arrays.codes[arrays.firsts], arrays.case_customers)
    ends = _counted(arrays.case_segments, arrays.codes[arrays.lasts], none, arrays.case_customers)
    return Counts.sum([starts, ends, *(_passes(block) for block in arrays.whole_customers())])


def _passes(block: Block) -> Counts:
    arrays, inside = block.arrays, block.of(block.arrays.linked)
    before, after = block.of(arrays.codes)[inside], block.following(arrays.codes)[inside]
    return _counted(take(block.segments, inside), before, after, block.of_case(arrays.case_customers)[inside])


def _counted(segments: np.ndarray, before: np.ndarray, after: np.ndarray, customers: np.ndarray) -> Counts:
    return distinct_customers({"segment": segments, "activity": before, "next_activity": after}, customers)
