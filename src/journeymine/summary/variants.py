"""Variants: how many cases took each activity sequence, and of how many customers."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.visits import distinct_customers

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "variant": np.int64}
MEASURES = ("count", "customers")


def of(arrays: Arrays, variants: np.ndarray) -> Counts:
    """Count cases by segment and variant.

    Parameters
    ----------
    arrays
        A log.
    variants
        Variant of each case, shape (cases,).

    Returns
    -------
    Counts
        ``count`` cases of ``customers`` different customers (a case of nobody counts as one).
    """
    return distinct_customers({"segment": arrays.case_segments, "variant": variants}, arrays.case_customers)
