"""Quantiles and excess of durations that are kept as counts, for all transitions at once and in any order of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from journeymine.summary.counts import Counts, blocks_of, pack, take, totals, unpack
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_errors, shares_without_each
from journeymine.summary.scale import Scale

__all__ = ["Durations", "at_ranks", "coded"]

_DENSE = 1 << 22


@dataclass(frozen=True)
class Durations:
    """Durations of several kinds, such as the transition times of each transition.

    Attributes
    ----------
    counts
        With the keys in `kinds` and ``duration``.
    kinds
        The keys that tell kinds apart, such as ``("activity", "next_activity")``.
    """

    counts: Counts
    kinds: tuple[str, ...]

    @cached_property
    def _coded(self) -> tuple[np.ndarray, list[np.ndarray]]:
        return coded([self.counts[name] for name in self.kinds])

    @property
    def codes(self) -> np.ndarray:
        """Place of each row's kind among the kinds, shape (rows of `counts`,)."""
        return self._coded[0]

    def kind(self, name: str) -> np.ndarray:
        """Give one key of each kind.

        Parameters
        ----------
        name
            One of `kinds`.

        Returns
        -------
        numpy.ndarray
            Shape (kinds,), sorted by all of them.
        """
        return self._coded[1][self.kinds.index(name)]

    @cached_property
    def totals(self) -> np.ndarray:
        """Number of durations of each kind, shape (kinds,)."""
        return totals(self.codes, self.counts["count"], len(self.kind(self.kinds[0])))

    def quantile_seconds(self, share: float | Sequence[float]) -> np.ndarray:
        """Give a quantile of each kind, or several, interpolated between neighbours as usual.

        Parameters
        ----------
        share
            In [0, 1]; 0.5 is the median. Several are found in one go.

        Returns
        -------
        numpy.ndarray
            Seconds, shape (kinds,), or (shares, kinds).
        """
        place = np.multiply.outer(share, self.totals - 1)
        ranks = np.stack((np.floor(place), np.ceil(place))).astype(np.int64)
        low, high = self._at(ranks)
        return (low + (high - low) * (place - ranks[0])) / 1e6

    def quantile_interval(self, share: float, confidence: float) -> tuple[np.ndarray, np.ndarray]:
        """Give an interval of a quantile of each kind, with the customer as unit.

        Parameters
        ----------
        share
            In (0, 1); 0.5 is the median.
        confidence
            Such as 0.95.

        Returns
        -------
        low, high : numpy.ndarray
            Seconds, shape (kinds,); 0 and infinite where there are too few durations to tell.

        Notes
        -----
        Quantiles do not change smoothly when customers are left out, shares do: the interval of the share of durations
        below the quantile is read off the durations [1]_. `counts` must have the key ``group``. Customers count as at
        least as alike as strangers: a design effect below one is taken for one.

        References
        ----------
        .. [1] Woodruff (1952), Confidence intervals for medians and other position measures, J. Am. Stat. Assoc.
           47(260).
        """
        below, every = self._by_group(1e6 * self.quantile_seconds(share))
        shares, left_out = shares_without_each(below, every)
        errors, freedom = jackknife_errors(left_out, every)
        alone = shares * (1 - shares) / self.totals
        effect = np.fmax(np.divide(errors**2, alone, out=np.ones(len(alone)), where=alone > 0), 1)
        effect[np.isnan(errors)] = np.nan
        independent = self.totals / effect
        wanted = np.full(len(effect), share)
        low, high = share_interval(wanted, np.sqrt(share * (1 - share) / independent), freedom, confidence)
        ranks = np.stack((np.floor(self.totals * low - 0.5), np.ceil(self.totals * high - 0.5))).astype(np.int64)
        seconds = self._at(np.clip(ranks, 0, self.totals - 1)) / 1e6
        known = [independent * low >= 0.5, independent * (1 - high) >= 0.5]
        return np.where(known[0], seconds[0], 0.0), np.where(known[1], seconds[1], np.inf)

    def _by_group(self, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Count durations below a limit, those equal to it half, and all of them: two of shape (kinds, groups)."""
        below, every = np.zeros((2, len(limits) * NUM_GROUPS))
        for block in blocks_of(len(self.codes), len(below)):
            codes, durations, counts = self.codes[block], self.counts["duration"][block], self.counts["count"][block]
            cells = codes.astype(np.int64) * NUM_GROUPS + self.counts["group"][block]
            under = (durations < limits[codes]) / 2 + (durations <= limits[codes]) / 2
            below += np.bincount(cells, under * counts, len(below))
            every += np.bincount(cells, counts, len(below))
        return below.reshape(-1, NUM_GROUPS), every.reshape(-1, NUM_GROUPS)

    @cached_property
    def _at(self) -> Callable[[np.ndarray], np.ndarray]:
        return at_ranks(self.codes, self.counts["duration"], self.counts["count"], len(self.totals))

    def excess_seconds(self, references: np.ndarray) -> np.ndarray:
        """Add up what durations take beyond a reference.

        Parameters
        ----------
        references
            Seconds, shape (kinds,).

        Returns
        -------
        numpy.ndarray
            Seconds in total, shape (kinds,).
        """
        limits, summed, passes = references * 1e6, *np.zeros((2, len(self.totals)), np.int64)
        for block in blocks_of(len(self.codes)):
            codes, durations, counts = self.codes[block], self.counts["duration"][block], self.counts["count"][block]
            beyond = np.where(durations > limits[codes], counts, 0)
            np.add.at(summed, codes, durations * beyond)
            np.add.at(passes, codes, beyond)
        return summed / 1e6 - references * passes


def coded(columns: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Give numbers to the combinations of values that occur, in order.

    Parameters
    ----------
    columns
        Integers >= 0, each of shape (rows,).

    Returns
    -------
    codes : numpy.ndarray
        Number of each row's combination, shape (rows,).
    values : list of numpy.ndarray
        The values of each combination, each of shape (combinations,).
    """
    ranges = [int(column.max()) + 1 if len(column) else 1 for column in columns]
    if prod(ranges) > _DENSE:
        present, codes = np.unique(pack(columns, ranges), return_inverse=True)
        return codes, unpack(present, columns, ranges)
    found = np.zeros(prod(ranges), bool)
    for block in blocks_of(len(columns[0])):
        found[pack([column[block] for column in columns], ranges)] = True
    present = np.flatnonzero(found)
    place = np.cumsum(found, dtype=np.min_scalar_type(len(present))) - found.dtype.type(1)
    codes = np.empty(len(columns[0]), place.dtype)
    for block in blocks_of(len(codes)):
        codes[block] = place[pack([column[block] for column in columns], ranges)]
    return codes, unpack(present.astype(np.uint64), columns, ranges)


def at_ranks(
    kinds: np.ndarray, durations: np.ndarray, counts: np.ndarray, num_kinds: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Prepare to find the durations that stand at given places of the order, without sorting them all.

    Parameters
    ----------
    kinds
        Kind of each row, in [0, num_kinds), shape (rows,).
    durations
        Microseconds, int64, shape (rows,).
    counts
        How often each row counts.
    num_kinds
        Number of kinds.

    Returns
    -------
    callable
        Takes ranks, from 0, below the total count of their kind, int64, shape (…, num_kinds); gives the durations
        there, int64, of the same shape.

    Notes
    -----
    Rows are counted on a scale of cells. Only the rows in the cells that hold a wanted rank are sorted; those that took
    no time, which can be most of them where opening hours count, have a cell of their own and need no order.
    """
    scale = Scale.for_rows(num_kinds, len(kinds))
    per_cell = np.zeros(num_kinds * scale.size, np.int64)
    for block in blocks_of(len(kinds), len(per_cell)):
        per_cell += totals(scale.cells(kinds[block], durations[block]), counts[block], len(per_cell))
    up_to = np.cumsum(per_cell)
    per_kind = np.add.reduceat(per_cell, np.arange(num_kinds) * scale.size) if num_kinds else per_cell
    before_kind = np.cumsum(per_kind) - per_kind

    def find(ranks: np.ndarray) -> np.ndarray:
        place = np.where(per_kind > 0, before_kind + ranks, 0).ravel()
        homes = np.searchsorted(up_to, place, side="right")
        found, longer = np.zeros(len(place), np.int64), np.flatnonzero(~scale.is_zero(homes))
        found[longer] = _within(homes[longer], place[longer])
        return np.where(per_kind > 0, found.reshape(ranks.shape), 0)

    def _within(homes: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Give the durations at places of the whole order, which lie in some cells."""
        rows, cells = _rows_in(homes)
        running = np.concatenate(([0], np.cumsum(take(counts, rows))))
        inside = place - (up_to[homes] - per_cell[homes])
        return durations[rows][np.searchsorted(running, running[np.searchsorted(cells, homes)] + inside, "right") - 1]

    def _rows_in(homes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the rows in some cells, by cell and duration."""
        wanted = np.zeros(len(per_cell), bool)
        wanted[homes] = True
        rows = np.concatenate(
            [
                np.flatnonzero(wanted[scale.cells(kinds[block], durations[block])]) + block.start
                for block in blocks_of(len(kinds))
            ]
        )
        cells = scale.cells(kinds[rows], durations[rows])
        order = np.lexsort((durations[rows], cells))
        return rows[order], cells[order]

    return find if len(kinds) else np.zeros_like
