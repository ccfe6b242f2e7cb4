"""What passes take beyond what they should, in total, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.analytics.passes import Passes
from journeymine.analytics.references import Reference
from journeymine.summary.beyond import Beyond
from journeymine.summary.differences import difference_interval

__all__ = ["Excess", "excess"]


@dataclass(frozen=True)
class Excess:
    """What all passes of each transition take beyond the reference.

    Attributes
    ----------
    seconds, low, high
        The total with its interval, shape (transitions,); from 0 to infinite where there is too little to tell.
    """

    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray


def excess(passes: Passes, reference: Reference, confidence: float) -> Excess:
    """Add up what passes take beyond the reference.

    Parameters
    ----------
    passes
        The transitions.
    reference
        What they should take.
    confidence
        Of the intervals.

    Returns
    -------
    Excess
        Of all transitions.

    Notes
    -----
    Two things are not sure: what passes take, and the reference. The excess over both ends of the reference's interval
    tells what the second does; both are put together as for a difference [1]_.

    References
    ----------
    .. [1] Zou & Donner (2008), Construction of confidence limits about effect measures: a general approach, Statistics
       in Medicine 27(10).
    """
    beyond = Beyond.of(passes.times, reference.seconds)
    total, low, high = beyond.excess, *beyond.excess_interval(confidence)
    if not np.array_equal(reference.low, reference.high):  # else it is sure, as a target is
        longest = passes.times.counts["duration"].max(initial=0) / 1e6
        ends = (np.minimum(end, longest) for end in (reference.low, reference.high))
        most, least = (passes.times.excess_seconds(end) for end in ends)
        low, high = difference_interval(total, low, high, np.zeros(len(total)), total - most, total - least)
    return Excess(total, np.maximum(low, 0), high)
