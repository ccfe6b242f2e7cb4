"""Intervals of estimates from their standard errors, on the scale that suits them; the unit is the customer."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["plain_interval", "positive_interval", "share_interval"]

_ROUNDING: Final = 1e-12  # a share so near to 0 or 1 is 0 or 1, but for the rounding of sums


def share_interval(
    shares: np.ndarray,
    errors: np.ndarray,
    freedom: np.ndarray,
    confidence: float,
    customers: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Give intervals of shares, within [0, 1].

    Parameters
    ----------
    shares
        Estimates in [0, 1], shape (n,).
    errors
        Their standard errors.
    freedom
        Degrees of freedom of the errors.
    confidence
        Such as 0.95.
    customers
        How many customers stand behind each share; where it is not known, a share of exactly 0 or 1 is taken for one of
        as many as there are groups.

    Returns
    -------
    low, high : numpy.ndarray
        On the logit scale, with quantiles of Student's t, and never narrower than what so many customers would leave
        possible if all of them had gone the same way: where none did, up to ``1 - (1 - confidence) ** (1 / customers)``
        may. Without an error, 0 and 1.
    """
    shares = np.where(np.abs(shares - 0.5) > 0.5 - _ROUNDING, np.round(shares), shares)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = _quantiles(freedom, confidence) * errors / (shares * (1 - shares))
        logit = np.log(shares / (1 - shares))
        low, high = 1 / (1 + np.exp(reach - logit)), 1 / (1 + np.exp(-reach - logit))
    if customers is None:
        customers = np.where((shares == 0) | (shares == 1), freedom + 1, np.inf)
    alike = (1 - confidence) ** (1 / np.maximum(customers, 1))
    low, high = np.fmin(low, shares * alike), np.fmax(high, 1 - (1 - shares) * alike)
    unknown = np.isnan(errors) & ~np.isnan(shares)
    return np.where(unknown, 0.0, low), np.where(unknown, 1.0, high)


def plain_interval(
    values: np.ndarray, errors: np.ndarray, freedom: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give intervals of values that may be negative, such as differences.

    Parameters
    ----------
    values
        Estimates, shape (n,).
    errors
        Their standard errors.
    freedom
        Degrees of freedom of the errors.
    confidence
        Such as 0.95.

    Returns
    -------
    low, high : numpy.ndarray
        By quantiles of Student's t; without an error, not a number.
    """
    reach = _quantiles(freedom, confidence) * errors
    return values - reach, values + reach


def positive_interval(
    values: np.ndarray, errors: np.ndarray, freedom: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give intervals of values above 0, such as means of durations and totals.

    Parameters
    ----------
    values
        Estimates, shape (n,).
    errors
        Their standard errors.
    freedom
        Degrees of freedom of the errors.
    confidence
        Such as 0.95.

    Returns
    -------
    low, high : numpy.ndarray
        On the log scale, with quantiles of Student's t; not a number without an error or where a value is not above 0.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.where(values > 0, _quantiles(freedom, confidence) * errors / values, np.nan)
        return values * np.exp(-reach), values * np.exp(reach)


def _quantiles(freedom: np.ndarray, confidence: float) -> np.ndarray:
    from scipy.stats import t

    return t.ppf((1 + confidence) / 2, np.maximum(freedom, 1))
