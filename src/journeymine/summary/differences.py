"""Differences of two estimates: their errors, and their intervals from those of both sides."""

from __future__ import annotations

import numpy as np

__all__ = ["difference_errors", "difference_interval"]


def difference_interval(
    values: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    other: np.ndarray,
    other_low: np.ndarray,
    other_high: np.ndarray,
    *,
    correlation: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Give intervals of differences from the intervals of both sides, which need not be symmetric.

    Parameters
    ----------
    values, low, high
        Estimates and their intervals, shape (n,): shares, medians, means.
    other, other_low, other_high
        What is taken off them, with intervals of the same confidence.
    correlation
        Of the two estimates: 0 where different customers stand behind them, else from `jackknife_correlation`.

    Returns
    -------
    low, high : numpy.ndarray
        Of ``values - other``.

    References
    ----------
    .. [1] Zou & Donner (2008), Construction of confidence limits about effect measures: a general approach, Statistics
       in Medicine 27(10).

    Examples
    --------
    >>> low, high = difference_interval(*(np.array([x]) for x in (0.5, 0.4, 0.6, 0.2, 0.1, 0.4)))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.076], [0.441])
    """
    down, up, other_down, other_up = values - low, high - values, other - other_low, other_high - other
    below, above = _joint_reach(down, other_up, correlation), _joint_reach(up, other_down, correlation)
    return values - other - below, values - other + above


def difference_errors(
    errors: np.ndarray,
    freedom: np.ndarray,
    other_errors: np.ndarray,
    other_freedom: np.ndarray,
    *,
    correlation: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Give standard errors of differences.

    Parameters
    ----------
    errors, freedom
        Standard errors of the estimates and their degrees of freedom, shape (n,).
    other_errors, other_freedom
        Of what is taken off them.
    correlation
        Of the two estimates: 0 where different customers stand behind them, else from `jackknife_correlation`.

    Returns
    -------
    errors : numpy.ndarray
        Standard errors of the differences, shape (n,).
    freedom : numpy.ndarray
        Their degrees of freedom [1]_.

    References
    ----------
    .. [1] Welch (1947), The generalization of Student's problem when several different population variances are
       involved, Biometrika 34(1-2).

    Examples
    --------
    >>> sides = (np.array([3.0]), np.array([10.0]), np.array([4.0]), np.array([20.0]))
    >>> errors, freedom = difference_errors(*sides)
    >>> errors.tolist(), freedom.round(1).tolist()
    ([5.0], [29.9])
    """
    squares, others = errors**2, other_errors**2
    both = squares + others - 2 * correlation * errors * other_errors
    parts = squares**2 / np.maximum(freedom, 1) + others**2 / np.maximum(other_freedom, 1)
    together = np.divide((squares + others) ** 2, parts, out=np.ones(len(parts)), where=parts > 0)
    return np.sqrt(np.maximum(both, 0)), together


def _joint_reach(reach: np.ndarray, other: np.ndarray, correlation: np.ndarray | float) -> np.ndarray:
    """Put two reaches together as the sides of a triangle; infinite where one is."""
    infinite = np.isinf(reach) | np.isinf(other)
    mine, theirs = np.where(infinite, 0, reach), np.where(infinite, 0, other)
    joint = np.sqrt(np.maximum(mine**2 - 2 * correlation * mine * theirs + theirs**2, 0))
    return np.where(infinite, np.inf, joint)
