"""Customers: how many there are, and how many cases they make."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.visits import distinct_customers

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32}
MEASURES = ("count", "customers")


def of(arrays: Arrays) -> Counts:
    """Count cases and known customers by segment.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    Counts
        ``count`` cases of ``customers`` different known customers; one with cases in two segments counts in both.
    """
    known = arrays.case_known
    people = distinct_customers({"segment": arrays.case_segments[known]}, arrays.case_customers[known])
    cases = Counts.of({"segment": arrays.case_segments})
    both = {
        "count": np.concatenate((cases["count"], np.zeros(len(people), np.int64))),
        "customers": np.concatenate((np.zeros(len(cases), np.int64), people["customers"])),
    }
    return Counts.of({"segment": np.concatenate((cases["segment"], people["segment"]))}, both)
