"""How segments differ on the interactive map: shares of customers who take each path, with what is beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from journeymine.analytics.journey_map import JourneyMap
from journeymine.summary.differences import difference_interval
from journeymine.summary.significance import q_values

__all__ = ["segment_differences"]

_CERTAIN: Final = 1.959964  # quantile of the normal distribution for 95 %
_LEVEL: Final = 0.05
_MOST: Final = 6  # segments: fifteen pairs

Path = tuple[str, str]


def segment_differences(segments: Mapping[str, JourneyMap], paths: Sequence[Path], least: int) -> dict[str, Any]:
    """Compare each two segments by the share of their customers who take a path at least once.

    Parameters
    ----------
    segments
        Maps of groups of customers, no customer in two of them; the first six are compared.
    paths
        Which paths.
    least
        A path that fewer customers of any segment take, though some do, is not compared.

    Returns
    -------
    dict
        ``names``, ``customers`` of each, and ``pairs``: the numbers of both segments, and for each path share, other
        share, and low and high end of the difference's 95 % interval in thousandths, and whether it is beyond chance
        (false discovery rate below 5 %); None where it is not compared.

    Notes
    -----
    Customers are independent, so Wilson's intervals hold for the shares and theirs put together for the differences
    [1]_; the tests are those of two proportions, corrected for their number as in [2]_.

    References
    ----------
    .. [1] Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
       Medicine 17(8).
    .. [2] Benjamini & Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to
       multiple testing, J. Royal Statistical Society B 57(1).
    """
    maps = dict(list(segments.items())[:_MOST])
    customers = np.array([map.graph.graph["customers"] for map in maps.values()], float)
    taken = np.array([_customers(map, path) for map in maps.values() for path in paths]).reshape(len(maps), len(paths))
    known = np.all((taken == 0) | (taken >= least), axis=0)
    pairs = [
        [first, second, _compared(taken[[first, second]], customers[[first, second]], known)]
        for first, second in combinations(range(len(maps)), 2)
    ]
    return {"names": list(maps), "customers": customers.astype(int).tolist(), "pairs": pairs}


def _customers(map: JourneyMap, path: Path) -> int:
    return map.graph.edges[path]["customers"] if map.graph.has_edge(*path) else 0


def _compared(taken: np.ndarray, customers: np.ndarray, known: np.ndarray) -> list[list[int] | None]:
    shares = taken / np.maximum(customers, 1)[:, None]
    (low, other_low), (high, other_high) = _wilson(shares, customers[:, None])
    least, most = difference_interval(shares[0], low, high, shares[1], other_low, other_high)
    q = q_values(np.where(known, _p_values(taken, customers), np.nan))
    columns = np.rint(1_000 * np.stack([shares[0], shares[1], least, most])).astype(int)
    rows = np.vstack([columns, q < _LEVEL]).T.astype(int).tolist()
    return [row if is_known else None for row, is_known in zip(rows, known, strict=True)]


def _wilson(shares: np.ndarray, customers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give Wilson's interval of each share."""
    square, count = _CERTAIN**2, np.maximum(customers, 1)
    middle = (shares + square / (2 * count)) / (1 + square / count)
    reach = _CERTAIN * np.sqrt(shares * (1 - shares) / count + square / (4 * count**2)) / (1 + square / count)
    return middle - reach, middle + reach


def _p_values(taken: np.ndarray, customers: np.ndarray) -> np.ndarray:
    """Give the chance of so large a difference of two proportions where there is none."""
    from scipy.stats import norm

    pooled = taken.sum(axis=0) / max(customers.sum(), 1)
    error = np.sqrt(pooled * (1 - pooled) * (1 / np.maximum(customers, 1)).sum())
    difference = np.abs(taken[0] / max(customers[0], 1) - taken[1] / max(customers[1], 1))
    return 2 * norm.sf(np.divide(difference, error, out=np.full(len(error), np.nan), where=error > 0))
