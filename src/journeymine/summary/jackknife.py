"""The delete-one-group jackknife: how far estimates move when one group of customers is left out."""

from __future__ import annotations

import numpy as np

__all__ = ["jackknife_correlation", "jackknife_errors", "share_errors", "shares_without_each"]


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
