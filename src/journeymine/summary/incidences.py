"""How likely each thing is to come next within a window, all of them competing: Aalen-Johansen for all activities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.summary.counts import share_totals, take, totals
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.quantiles import coded
from journeymine.summary.survival import Survival

__all__ = ["Incidences", "incidences"]


@dataclass(frozen=True)
class Incidences:
    """Shares of an activity's visits by what came next within its window.

    Attributes
    ----------
    places
        Activity: a place in ``curves.activities``, shape (n,), sorted, as all that follows by activity and cause.
    causes
        What came next.
    passes, counts
        How often it was seen to come next, after any time and within the window.
    shares
        In [0, 1], corrected for open visits; the shares of one activity add up to 1 − its rate of no next event.
    errors, freedom
        Standard errors with the customer as unit, never smaller than if visits were independent and none open, and
        their degrees of freedom.
    left_out
        Shares with each group of customers left out, shape (n, groups).
    """

    places: np.ndarray
    causes: np.ndarray
    passes: np.ndarray
    counts: np.ndarray
    shares: np.ndarray
    errors: np.ndarray
    freedom: np.ndarray
    left_out: np.ndarray


def incidences(curves: Survival, windows: np.ndarray, causes: np.ndarray) -> Incidences:
    """Estimate how likely each cause is to come next within a window.

    Parameters
    ----------
    curves
        Of the time to the next event.
    windows
        Microseconds, int64, shape (activities,).
    causes
        What came next, for each row of ``curves.gaps``, integers from 0; rows of open visits do not count.

    Returns
    -------
    Incidences
        Of every cause that was seen.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    """
    followed = np.flatnonzero(~curves.is_open)
    codes, (places, kinds) = coded([curves.places[followed], causes[followed]])
    passes = totals(codes, take(curves.gaps["count"], followed), len(places))
    inside = curves.is_inside(windows)[followed]
    rows, codes = followed[inside], codes[inside]
    left_out = LeftOut(curves, windows)
    without = left_out.shares(rows, codes, places)
    shares = share_totals(codes, curves.shares(windows)[rows], len(places)).clip(0, 1)
    errors, freedom = jackknife_errors(without, left_out.sizes[places])
    independent = np.sqrt(shares * (1 - shares) / curves.visits[places])
    counts = totals(codes, take(curves.gaps["count"], rows), len(places))
    return Incidences(places, kinds, passes, counts, shares, np.maximum(errors, independent), freedom, without)
