"""Means over what came within a window, such as contacts until a matter is resolved, some matters still open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.summary.counts import take, totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.incidences import incidences
from journeymine.summary.intervals import positive_interval
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.survival import Survival

__all__ = ["Means"]


@dataclass(frozen=True)
class Means:
    """Mean of an amount over what was followed within a window, for each kind.

    Attributes
    ----------
    places
        Kinds of which something was followed, as places in ``curves.activities``, sorted, shape (n,).
    counts
        How many were seen to be followed within the window.
    means, low, high
        Corrected for open ones, with intervals; without an interval where the mean is 0 or there is one group only.
    """

    places: np.ndarray
    counts: np.ndarray
    means: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, curves: Survival, windows: np.ndarray, amounts: np.ndarray, confidence: float) -> Means:
        """Estimate means.

        Parameters
        ----------
        curves
            Of the time until something was followed.
        windows
            Microseconds, int64, shape (kinds,).
        amounts
            Amount of each row of ``curves.gaps``, integers >= 0; those of open rows do not count.
        confidence
            Of the intervals, by the delete-one-group jackknife over 64 groups of customers.

        Returns
        -------
        Means
            What takes long is rarely seen to end in a log that ends itself: the share that each amount has among all
            that end within the window is that of Aalen and Johansen [1]_, and so the mean is no mean of the quick ones.

        References
        ----------
        .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on
           censored observations, Scand. J. Statistics 5(3).
        """
        found = incidences(curves, windows, amounts)
        inside = np.flatnonzero(found.counts > 0)
        places, firsts = np.unique(found.places[inside], return_index=True)
        values, shares, counts = (part[inside] for part in (found.causes.astype(float), found.shares, found.counts))
        means = _weighted(values, shares, firsts)
        without = _weighted(values[:, None], found.left_out[inside], firsts)
        errors, freedom = jackknife_errors(without, _sizes(curves, windows)[places])
        lengths = np.diff(np.append(firsts, len(values)))
        seen = np.add.reduceat(counts, firsts) if len(firsts) else counts
        independent = np.sqrt(
            _weighted((values - np.repeat(means, lengths)) ** 2, shares, firsts) / np.maximum(seen, 1)
        )
        interval = positive_interval(means, np.maximum(errors, independent), freedom, confidence)
        return cls(places, seen, means, *interval)


def _weighted(values: np.ndarray, weights: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Give the weighted mean of each stretch of values, shape (stretches, …); 0 without weight."""
    if not len(firsts):
        return np.zeros((0, *weights.shape[1:]))
    summed, every = np.add.reduceat(values * weights, firsts), np.add.reduceat(weights, firsts)
    return np.divide(summed, every, out=np.zeros(every.shape), where=every > 0)


def _sizes(curves: Survival, windows: np.ndarray) -> np.ndarray:
    """Count what was followed within the window by kind and group, shape (kinds, groups)."""
    rows = np.flatnonzero(~curves.is_open & curves.is_inside(windows))
    cells = curves.places[rows].astype(np.int64) * NUM_GROUPS + curves.gaps["group"][rows]
    return totals(cells, take(curves.gaps["count"], rows), len(windows) * NUM_GROUPS).reshape(-1, NUM_GROUPS)
