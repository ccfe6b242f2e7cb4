"""Contrasts: how much two sides differ, how sure that is, and how small a difference would have been seen."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from journeymine.summary.differences import difference_errors, difference_interval
from journeymine.summary.estimates import Side
from journeymine.summary.intervals import plain_interval, share_interval
from journeymine.summary.jackknife import jackknife_correlation, jackknife_errors
from journeymine.summary.significance import p_values

__all__ = ["Contrast", "contrast", "detectable"]

POWER: Final = 0.8
"""The chance at which a difference counts as one that would have been seen."""

_EXPECTED: Final = 5
_LEVEL: Final = 0.05


@dataclass(frozen=True)
class Contrast:
    """What one side has more than the other, for each category.

    Attributes
    ----------
    values, other
        Of both sides, shape (categories,), as all that follows.
    differences, low, high
        First minus second, with its interval.
    p
        How likely such a difference is by chance; not a number where it cannot be told.
    detectable
        The difference that would be seen four times in five, at a level of 0.05.
    """

    values: np.ndarray
    other: np.ndarray
    differences: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    detectable: np.ndarray

    def taken(self, rows: np.ndarray) -> Contrast:
        """Keep some categories.

        Parameters
        ----------
        rows
            Places, or truths.

        Returns
        -------
        Contrast
            Of these alone.
        """
        return Contrast(*(getattr(self, field.name)[rows] for field in fields(self)))


def contrast(side: Side, other: Side, confidence: float, *, shares: bool, shared: bool) -> Contrast:
    """Compare two sides.

    Parameters
    ----------
    side, other
        What is compared with what.
    confidence
        Of the intervals.
    shares
        Whether the values are shares: their errors are then never taken for smaller than those of independent
        observations, and a difference is tested only where at least five are to be expected on each side, both of the
        category and of others.
    shared
        Whether a customer can stand on both sides.

    Returns
    -------
    Contrast
        With the customer as unit, by the delete-one-group jackknife [1]_.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    """
    correlation = jackknife_correlation(side.left_out, side.sizes, other.left_out, other.sizes) if shared else 0.0
    (errors, freedom), (other_errors, other_freedom) = (_errors(each, shares) for each in (side, other))
    together = difference_errors(errors, freedom, other_errors, other_freedom, correlation=correlation)
    tested = _tested(side, other, *together, freedom + other_freedom) if shares else together
    interval = share_interval if shares else plain_interval
    own = interval(side.values, errors, freedom, confidence)
    others = interval(other.values, other_errors, other_freedom, confidence)
    low, high = difference_interval(side.values, *own, other.values, *others, correlation=correlation)
    differences = side.values - other.values
    p = p_values(differences, *tested)
    return Contrast(side.values, other.values, differences, low, high, p, detectable(*tested))


def _errors(side: Side, shares: bool) -> tuple[np.ndarray, np.ndarray]:
    errors, freedom = jackknife_errors(side.left_out, side.sizes)
    alone = np.sqrt(side.values * (1 - side.values) * side.parts) if shares else 0.0
    return np.maximum(errors, alone), freedom


def _tested(
    side: Side, other: Side, errors: np.ndarray, freedom: np.ndarray, most: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give errors if both sides have the same share, and their freedom; no numbers where it is too rare to tell."""
    own, others = (np.divide(1, each.parts, out=np.zeros(len(errors)), where=each.parts > 0) for each in (side, other))
    both = (side.values * own + other.values * others) / np.maximum(own + others, 1)
    enough = np.minimum(both, 1 - both) * np.minimum(own, others) >= _EXPECTED
    alone = np.sqrt(both * (1 - both) * (side.parts + other.parts))
    return np.where(enough, np.maximum(errors, alone), np.nan), np.where(errors < alone, most, freedom)


def detectable(errors: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Give the difference that would be seen four times in five.

    Parameters
    ----------
    errors
        Standard errors of differences, shape (n,).
    freedom
        Their degrees of freedom.

    Returns
    -------
    numpy.ndarray
        At a level of 0.05 for each alone, shape (n,).

    Examples
    --------
    >>> detectable(np.array([1.0]), np.array([1e6])).round(2).tolist()
    [2.8]
    """
    from scipy.stats import t

    freedom = np.maximum(freedom, 1)
    return (t.ppf(1 - _LEVEL / 2, freedom) + t.ppf(POWER, freedom)) * errors
