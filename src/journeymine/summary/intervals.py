"""Intervals whose unit is the customer, from estimates with one group of customers left out."""

from __future__ import annotations

import numpy as np

__all__ = [
    "difference_errors",
    "difference_interval",
    "jackknife_correlation",
    "jackknife_errors",
    "p_values",
    "plain_interval",
    "positive_interval",
    "q_values",
    "share_errors",
    "share_interval",
    "shares_without_each",
]


# --- leaving groups out ----------------------------------------------------------------------------------------------


def shares_without_each(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give shares, and the same with each group of customers left out.

    Parameters
    ----------
    hits, trials
        What is counted, and out of how many, by group, shape (shares, groups).

    Returns
    -------
    shares : numpy.ndarray
        In [0, 1], shape (shares,); not a number without trials.
    left_out : numpy.ndarray
        Shape (shares, groups); 0 where the group has all trials.

    Examples
    --------
    >>> shares, left_out = shares_without_each(np.array([[1, 0, 1]]), np.array([[2, 1, 1]]))
    >>> shares.tolist(), left_out.round(2).tolist()
    ([0.5], [[0.5, 0.67, 0.33]])
    """
    hit, tried = hits.sum(axis=1, keepdims=True), trials.sum(axis=1, keepdims=True)
    shares = np.divide(hit, tried, out=np.full(tried.shape, np.nan), where=tried > 0)
    others = tried - trials
    return shares[:, 0], np.divide(hit - hits, others, out=np.zeros(others.shape), where=others > 0)


def jackknife_errors(left_out: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give standard errors by the delete-one-group jackknife.

    Parameters
    ----------
    left_out
        Estimates with each group left out, shape (estimates, groups).
    sizes
        How many observations each group has, or whether it has any, same shape; groups without do not count.

    Returns
    -------
    errors : numpy.ndarray
        Standard errors [1]_, shape (estimates,); not a number with fewer than two groups.
    freedom : numpy.ndarray
        Degrees of freedom, shape (estimates,): one less than the effective number of groups [2]_, which is smaller
        where a few of them have most observations.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    .. [2] Kish (1965), Survey Sampling, Wiley.

    Examples
    --------
    >>> jackknife_errors(np.array([[1.0, 2.0, 3.0]]), np.array([[10, 10, 10]]))
    (array([1.15470054]), array([2.]))
    """
    groups = (sizes > 0).sum(axis=1)
    squares = (_deviations(left_out, sizes) ** 2).sum(axis=1)
    errors = np.sqrt((groups - 1) / np.maximum(groups, 1) * squares)
    effective = sizes.sum(axis=1) ** 2 / np.maximum((sizes.astype(float) ** 2).sum(axis=1), 1)
    return np.where(groups > 1, errors, np.nan), np.maximum(effective - 1, 0)


def share_errors(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give shares and their standard errors, never smaller than if all trials were independent.

    Parameters
    ----------
    hits, trials
        What is counted, and out of how many, by group, shape (shares, groups).

    Returns
    -------
    shares : numpy.ndarray
        In [0, 1], shape (shares,); not a number without trials.
    errors : numpy.ndarray
        Standard errors; not a number with fewer than two groups.
    freedom : numpy.ndarray
        Degrees of freedom.

    Examples
    --------
    >>> share_errors(np.array([[1, 1, 1, 1]]), np.array([[2, 2, 2, 2]]))
    (array([0.5]), array([0.1767767]), array([3.]))
    """
    shares, left_out = shares_without_each(hits, trials)
    errors, freedom = jackknife_errors(left_out, trials)
    return shares, np.maximum(errors, np.sqrt(shares * (1 - shares) / np.maximum(trials.sum(axis=1), 1))), freedom


def jackknife_correlation(
    left_out: np.ndarray, sizes: np.ndarray, other_left_out: np.ndarray, other_sizes: np.ndarray
) -> np.ndarray:
    """Give the correlation of two estimates that share customers, such as the same rate in two periods.

    Parameters
    ----------
    left_out, sizes
        Of the first, as for `jackknife_errors`.
    other_left_out, other_sizes
        Of the second.

    Returns
    -------
    numpy.ndarray
        In [-1, 1], shape (estimates,); near 0 where no customer stands behind both.
    """
    mine, theirs = _deviations(left_out, sizes), _deviations(other_left_out, other_sizes)
    spread = np.sqrt((mine**2).sum(axis=1) * (theirs**2).sum(axis=1))
    return np.divide((mine * theirs).sum(axis=1), spread, out=np.zeros(len(spread)), where=spread > 0)


def _deviations(left_out: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Give the deviations of estimates from their mean; 0 for groups without data."""
    present = sizes > 0
    means = np.where(present, left_out, 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return np.where(present, left_out - means[:, None], 0.0)


# --- intervals -------------------------------------------------------------------------------------------------------


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


def _joint_reach(reach: np.ndarray, other: np.ndarray, correlation: np.ndarray | float) -> np.ndarray:
    """Put two reaches together as the sides of a triangle; infinite where one is."""
    infinite = np.isinf(reach) | np.isinf(other)
    mine, theirs = np.where(infinite, 0, reach), np.where(infinite, 0, other)
    joint = np.sqrt(np.maximum(mine**2 - 2 * correlation * mine * theirs + theirs**2, 0))
    return np.where(infinite, np.inf, joint)


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


def _quantiles(freedom: np.ndarray, confidence: float) -> np.ndarray:
    from scipy.stats import t

    return t.ppf((1 + confidence) / 2, np.maximum(freedom, 1))


# --- tests and many of them ------------------------------------------------------------------------------------------


def p_values(estimates: np.ndarray, errors: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Give how likely estimates as far from 0, or further, are by chance.

    Parameters
    ----------
    estimates
        Such as differences, shape (n,).
    errors
        Their standard errors.
    freedom
        Degrees of freedom of the errors.

    Returns
    -------
    numpy.ndarray
        Two-sided, by Student's t, shape (n,); not a number where the error is 0 or not known.
    """
    from scipy.stats import t

    sizes = np.divide(np.abs(estimates), errors, out=np.full(len(errors), np.nan), where=errors > 0)
    return 2 * t.sf(sizes, np.maximum(freedom, 1))


def q_values(p: np.ndarray) -> np.ndarray:
    """Correct many p-values for their number: calling all with q below 0.05 is wrong in one of twenty at most.

    Parameters
    ----------
    p
        Shape (n,); what is not a number does not count.

    Returns
    -------
    numpy.ndarray
        The false discovery rate at which each would be called, shape (n,).

    References
    ----------
    .. [1] Benjamini & Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to
       multiple testing, J. Royal Statistical Society B 57(1).

    Examples
    --------
    >>> q_values(np.array([0.01, np.nan, 0.04, 0.03])).round(3).tolist()
    [0.03, nan, 0.04, 0.04]
    """
    from scipy.stats import false_discovery_control

    known = ~np.isnan(p)
    q = np.full(len(p), np.nan)
    q[known] = false_discovery_control(p[known]) if known.any() else p[known]
    return q
