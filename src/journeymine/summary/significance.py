"""How likely estimates are by chance, one alone and many together."""

from __future__ import annotations

import numpy as np

__all__ = ["p_values", "q_values"]


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
