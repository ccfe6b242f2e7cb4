"""Shuffles: how much segments would differ if customers had been given to them by lot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from journeymine.summary.cells import Cells

__all__ = ["Shuffled", "can_differ", "shuffled"]

_EXPECTED: Final = 5


@dataclass(frozen=True)
class Shuffled:
    """Tables of cases by stratum, segment and category: the one that was seen first, then those by lot.

    Attributes
    ----------
    tables
        int64, shape (1 + runs, strata, segments, categories).
    """

    tables: np.ndarray

    @cached_property
    def chi_squares(self) -> np.ndarray:
        """Pearson's chi-square of each table, strata added up, shape (1 + runs,)."""
        rows, columns = (self.tables.sum(axis=axis, keepdims=True) for axis in (3, 2))
        expected = rows * columns / np.maximum(self.tables.sum(axis=(2, 3), keepdims=True), 1)
        squares = (self.tables - expected) ** 2
        return np.divide(squares, expected, out=np.zeros(squares.shape), where=expected > 0).sum(axis=(1, 2, 3))

    @cached_property
    def p(self) -> float:
        """Share of tables whose chi-square is as large as that of the one that was seen, itself among them."""
        return float((self.chi_squares >= self.chi_squares[0] * (1 - 1e-12)).mean())

    @cached_property
    def cramers_v(self) -> float:
        """Cramér's V without its bias: what chance alone gives is taken off.

        Notes
        -----
        Bergsma [1]_ takes off what chance gives with independent cases; here it is the mean over the tables by lot,
        which also holds where customers have several cases.

        References
        ----------
        .. [1] Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Statistical Society 42(3).
        """
        cases = max(int(self.tables[0].sum()), 2)
        excess = max(self.chi_squares[0] - self.chi_squares[1:].mean(), 0) / cases
        rows, columns = (np.count_nonzero(self.tables[0].sum(axis=axes)) for axes in ((0, 2), (0, 1)))
        freedom = min(size - (size - 1) ** 2 / (cases - 1) for size in (rows, columns)) - 1
        return float(np.sqrt(excess / freedom)) if freedom > 0 else 0.0

    @cached_property
    def divergences(self) -> np.ndarray:
        """Jensen-Shannon divergence of the segments in each table, strata put together, bits, shape (1 + runs,)."""
        counts = self.tables.sum(axis=1)
        shares = counts / np.maximum(counts.sum(axis=2, keepdims=True), 1)
        return _entropy(shares.mean(axis=1)) - _entropy(shares).mean(axis=1)

    @cached_property
    def divergence(self) -> float:
        """Jensen-Shannon divergence [1]_ beyond what chance gives, bits.

        References
        ----------
        .. [1] Lin (1991), Divergence measures based on the Shannon entropy, IEEE Trans. Information Theory 37(1).
        """
        return float(self.divergences[0] - self.divergences[1:].mean())


def shuffled(cells: Cells, categories: np.ndarray, cases: np.ndarray, *, runs: int, seed: int) -> Shuffled:
    """Give customers' labels out by lot, many times.

    Parameters
    ----------
    cells
        Segment and stratum of each case.
    categories
        Category of each case, integers from 0, shape (cases of the log,).
    cases
        Places of the cases that count.
    runs
        How often.
    seed
        Of the lots.

    Returns
    -------
    Shuffled
        Categories too rare to differ, as `can_differ` tells, are put together.

    References
    ----------
    .. [1] Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., Springer.
    """
    cases = cases[cells.of_case[cases] >= 0]
    strata, segments, _ = cells.shape
    kinds = _pooled(categories[cases], cells.of_case[cases])
    shape = (strata, segments, int(kinds.max(initial=0)) + 1)
    places, rng = cells.strata[cases] * np.int64(segments), np.random.default_rng(seed)
    tables = np.empty((1 + runs, *shape), np.int64)
    for run in range(1 + runs):
        labels = cells.lot(rng) if run else cells.of_case
        cell = (places + labels[cases]) * shape[2] + kinds
        tables[run] = np.bincount(cell, minlength=tables[run].size).reshape(shape)
    return Shuffled(tables)


def can_differ(cases: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Tell which categories are frequent enough for a difference between segments to be seen.

    Parameters
    ----------
    cases
        Cases of each category, shape (categories,).
    sizes
        Cases of each segment, shape (segments,).

    Returns
    -------
    numpy.ndarray
        True where at least five cases are to be expected on both sides when the segment that splits all cases most
        evenly is held against the others, bool, shape (categories,). A segment of a handful of cases decides nothing.

    Examples
    --------
    >>> can_differ(np.array([40, 20]), np.array([3, 20, 77])).tolist()
    [True, False]
    """
    side = np.minimum(sizes, sizes.sum() - sizes).max(initial=0)
    return cases * side >= _EXPECTED * sizes.sum()


def _pooled(categories: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Put categories together that are too rare to differ."""
    kept = np.flatnonzero(can_differ(np.bincount(categories), np.bincount(segments)))
    place = np.full(int(categories.max(initial=0)) + 1, len(kept))
    place[kept] = np.arange(len(kept))
    return place[categories]


def _entropy(shares: np.ndarray) -> np.ndarray:
    logs = np.log2(shares, out=np.zeros(shares.shape), where=shares > 0)
    return -(shares * logs).sum(axis=-1)
