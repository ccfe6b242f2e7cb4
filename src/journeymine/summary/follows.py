"""Follows: how often one activity comes directly after another, starts a case or ends it."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
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
    inside = np.flatnonzero(arrays.linked)
    segments, customers = (
        arrays.per_event(arrays.case_segments)[inside],
        arrays.per_event(arrays.case_customers)[inside],
    )
    none = np.zeros(len(arrays.firsts), arrays.codes.dtype)
    passes = _counted(segments, arrays.codes[inside], arrays.codes[inside + 1], customers)
    starts = _counted(arrays.case_segments, none, arrays.codes[arrays.firsts], arrays.case_customers)
    ends = _counted(arrays.case_segments, arrays.codes[arrays.lasts], none, arrays.case_customers)
    return passes + starts + ends


def _counted(segments: np.ndarray, before: np.ndarray, after: np.ndarray, customers: np.ndarray) -> Counts:
    return distinct_customers({"segment": segments, "activity": before, "next_activity": after}, customers)
