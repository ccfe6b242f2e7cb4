"""Variants: how many cases took each activity sequence."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "variant": np.int64}
MEASURES = ("count",)


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
        ``count`` cases.
    """
    return Counts.of({"segment": arrays.case_segments, "variant": variants})
