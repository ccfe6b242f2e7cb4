"""How many passes take too long, and whether these are more than where the reference comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.analytics.passes import Passes
from journeymine.analytics.references import ENOUGH, Reference
from journeymine.summary.beyond import Beyond
from journeymine.summary.contrasts import contrast
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import share_errors

__all__ = ["Slower", "slower"]


@dataclass(frozen=True)
class Slower:
    """How many passes are above the limit, and whether that is more than where the reference comes from.

    Attributes
    ----------
    shares, low, high
        Share of passes above the limit, with its interval, shape (transitions,).
    others
        The same share where the reference comes from; not a number where it comes from nowhere else.
    p
        How likely a share as much larger, or more, is by chance; not a number where there is nothing to compare with,
        or too little.
    """

    shares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    others: np.ndarray
    p: np.ndarray


def slower(passes: Passes, reference: Reference, confidence: float) -> Slower:
    """Tell how many passes are above the limit, and compare that with where the reference comes from.

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
    Slower
        Of all transitions.

    Notes
    -----
    Where the limit is a quantile of passes elsewhere, it is not sure itself; how unsure, the share of these that is
    above it tells [1]_. The two shares are compared, each with the customer as unit, and only for being larger. Where
    the best of several segments was chosen, each of the others could have been it: p is multiplied by their number.

    References
    ----------
    .. [1] Woodruff (1952), Confidence intervals for medians and other position measures, J. Am. Stat. Assoc. 47(260).
    """
    known = ~np.isnan(reference.limits)
    if not known.any():  # then there is nothing to be slower than
        return Slower(*np.full((5, len(known)), np.nan))
    beyond = Beyond.of(passes.times, reference.limits)
    if reference.other is None:
        shares, errors, freedom = share_errors(beyond.above, beyond.passes)
        low, high = share_interval(shares, errors, freedom, confidence, passes.customers)
        none = np.full(len(shares), np.nan)
        shares, low, high = (np.where(known, values, np.nan) for values in (shares, low, high))
        return Slower(shares, low, high, none, none)
    found = contrast(beyond.side, reference.other, confidence, shares=True, shared=False)
    enough = known & (np.minimum(beyond.totals, reference.other.sizes.sum(axis=1)) >= ENOUGH)
    p = np.where(found.differences > 0, found.p / 2, 1) * np.maximum(reference.choices - 1, 1)
    low, high = (np.where(known, (found.other + end).clip(0, 1), np.nan) for end in (found.low, found.high))
    shares = np.where(known, found.values, np.nan)
    return Slower(shares, low, high, found.other, np.where(enough, np.minimum(p, 1), np.nan))
