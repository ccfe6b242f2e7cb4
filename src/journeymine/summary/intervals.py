"""Intervals whose unit is the customer, from estimates with one group of customers left out."""

from __future__ import annotations

import numpy as np

__all__ = ["jackknife_errors", "share_interval"]


def jackknife_errors(left_out: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give standard errors by the delete-one-group jackknife.

    Parameters
    ----------
    left_out
        Estimates with each group left out, shape (estimates, groups).
    present
        True where a group has any data, same shape; the others do not count.

    Returns
    -------
    errors : numpy.ndarray
        Standard errors, shape (estimates,); not a number with fewer than two groups.
    freedom : numpy.ndarray
        Degrees of freedom, shape (estimates,).

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> jackknife_errors(np.array([[1.0, 2.0, 3.0]]), np.ones((1, 3), bool))
    (array([1.15470054]), array([2]))
    """
    groups = present.sum(axis=1)
    kept = np.where(present, left_out, 0.0)
    means = kept.sum(axis=1) / np.maximum(groups, 1)
    squares = np.where(present, (left_out - means[:, None]) ** 2, 0.0).sum(axis=1)
    errors = np.sqrt((groups - 1) / np.maximum(groups, 1) * squares)
    return np.where(groups > 1, errors, np.nan), groups - 1


def share_interval(
    shares: np.ndarray, errors: np.ndarray, freedom: np.ndarray, confidence: float
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

    Returns
    -------
    low, high : numpy.ndarray
        On the logit scale, with quantiles of Student's t. A share of exactly 0 or 1 has the bound that independent
        groups would leave possible: ``1 - (1 - confidence) ** (1 / groups)``. Without an error, 0 and 1.
    """
    from scipy.stats import t

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = t.ppf((1 + confidence) / 2, np.maximum(freedom, 1)) * errors / (shares * (1 - shares))
        logit = np.log(shares / (1 - shares))
        low, high = 1 / (1 + np.exp(reach - logit)), 1 / (1 + np.exp(-reach - logit))
    bound = 1 - (1 - confidence) ** (1 / np.maximum(freedom + 1, 1))
    low = np.where(shares == 0, 0.0, np.where(shares == 1, 1 - bound, low))
    high = np.where(shares == 0, bound, np.where(shares == 1, 1.0, high))
    unknown = np.isnan(errors) & ~np.isnan(shares)
    return np.where(unknown, 0.0, low), np.where(unknown, 1.0, high)
