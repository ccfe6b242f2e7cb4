"""Whether visits early in a log lead elsewhere than late ones: drop-off of both halves, at the same follow-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.summary.counts import Counts
from journeymine.summary.differences import difference_errors, difference_interval
from journeymine.summary.dropoffs import customers_of
from journeymine.summary.gaps import day_of
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_correlation, jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.significance import p_values, q_values
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import longest_window

__all__ = ["Drifts", "drifts"]


@dataclass(frozen=True)
class Drifts:
    """Drop-off in the first and in the second half of a log.

    Attributes
    ----------
    activities
        Codes of those that were visited in both halves, sorted, shape (activities,), as all that follows.
    visits, rates
        In both halves, shape (2, activities).
    low, high
        Interval of late minus early rate.
    p, q
        How likely such a difference is by chance, and with all activities in mind; not a number where it cannot be
        told.
    windows
        Microseconds.
    """

    activities: np.ndarray
    visits: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    q: np.ndarray
    windows: np.ndarray

    def changed(self, level: float = 0.05) -> np.ndarray:
        """Tell which activities changed.

        Parameters
        ----------
        level
            Of the q-values.

        Returns
        -------
        numpy.ndarray
            Codes, shape (changed,).
        """
        return self.activities[self.q < level]


def drifts(summary: Summary, curves: Survival, windows: np.ndarray, *, confidence: float = 0.95) -> Drifts:
    """Compare the drop-off of visits in the first half of the log's time with that of visits in the second.

    Parameters
    ----------
    summary
        With the parts ``gaps`` and ``visits``.
    curves
        Of the time to the next event, as `return_curves` gives them of `summary`.
    windows
        As `windows_of` gives them; at most 0.7 of half of the time the log covers is used: as long as late visits can
        be followed.
    confidence
        Of the intervals.

    Returns
    -------
    Drifts
        Of no activity where all visits were made on one day.
    """
    windows = np.minimum(windows, longest_window(summary) // 2)
    halves = _halved(curves, summary)
    both = np.flatnonzero(np.bincount(halves.activities // 2, minlength=len(windows)) == 2)
    early = np.searchsorted(halves.activities, 2 * both)
    rows = np.stack((early, early + 1))
    of_half = windows[halves.activities // 2]
    share = halves.visits / curves.visits[halves.activities // 2]
    customers = customers_of(curves, summary)[halves.activities // 2] * share
    rates, (low, high, p) = _compared(halves, of_half, customers, rows, confidence)
    return Drifts(curves.activities[both], halves.visits[rows], rates[rows], low, high, p, q_values(p), windows[both])


def _halved(curves: Survival, summary: Summary) -> Survival:
    """Give a curve for each half of each activity: the early one is twice the activity's place, the late one after."""
    gaps, middle = curves.gaps, ((summary.first_time or 0) + (summary.observed_until or 0)) // 2
    late = gaps["day"] >= day_of(np.array([middle]))
    kind = np.min_scalar_type(2 * len(curves.activities))
    keys = {**gaps.keys, "activity": (curves.places.astype(kind) << kind.type(1)) + late}
    return Survival(Counts(keys, gaps.measures, is_loose=True))


def _compared(
    halves: Survival, windows: np.ndarray, customers: np.ndarray, rows: np.ndarray, confidence: float
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give the rates of all halves, and interval and chance of the differences between pairs of them."""
    rates, _ = halves.within(windows)
    left_out = LeftOut(halves, windows)
    errors, freedom = jackknife_errors(left_out.rates, left_out.sizes)
    errors = np.maximum(errors, np.sqrt(rates * (1 - rates) / halves.visits))
    low, high = share_interval(rates, errors, freedom, confidence, customers)
    (early, late), without, sizes = rows, left_out.rates, left_out.sizes
    alike = jackknife_correlation(without[late], sizes[late], without[early], sizes[early])
    sides = [values[half] for half in (late, early) for values in (rates, low, high)]
    both = difference_errors(errors[late], freedom[late], errors[early], freedom[early], correlation=alike)
    chance = p_values(rates[late] - rates[early], *both)
    return rates, (*difference_interval(*sides, correlation=alike), chance)
