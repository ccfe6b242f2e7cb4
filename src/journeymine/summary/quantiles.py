"""Quantiles and excess of durations that are kept as counts, for all transitions at once and in any order of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from journeymine.summary.counts import Counts, blocks_of, pack, take, totals, unpack
from journeymine.summary.scale import Scale

__all__ = ["Durations", "at_ranks"]

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
        """Number the kinds that occur, in order; give each row's, and the keys of each kind."""
        columns = [self.counts[name] for name in self.kinds]
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

    @property
    def _codes(self) -> np.ndarray:
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
        return totals(self._codes, self.counts["count"], len(self.kind(self.kinds[0])))

    def quantile_seconds(self, share: float) -> np.ndarray:
        """Give a quantile of each kind, interpolated between neighbours as usual.

        Parameters
        ----------
        share
            In [0, 1]; 0.5 is the median.

        Returns
        -------
        numpy.ndarray
            Seconds, shape (kinds,).
        """
        place = (self.totals - 1) * share
        ranks = np.stack((np.floor(place), np.ceil(place))).astype(np.int64)
        low, high = self._at(ranks)
        return (low + (high - low) * (place - ranks[0])) / 1e6

    @cached_property
    def _at(self) -> Callable[[np.ndarray], np.ndarray]:
        return at_ranks(self._codes, self.counts["duration"], self.counts["count"], len(self.totals))

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
        for block in blocks_of(len(self._codes)):
            codes, durations, counts = self._codes[block], self.counts["duration"][block], self.counts["count"][block]
            beyond = np.where(durations > limits[codes], counts, 0)
            np.add.at(summed, codes, durations * beyond)
            np.add.at(passes, codes, beyond)
        return summed / 1e6 - references * passes


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
    Rows are counted on a scale of cells. Only the rows in the cells that hold a wanted rank are sorted.
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
        rows, cells = _rows_in(homes)
        running = np.concatenate(([0], np.cumsum(take(counts, rows))))
        inside = place - (up_to[homes] - per_cell[homes])
        found = durations[rows][np.searchsorted(running, running[np.searchsorted(cells, homes)] + inside, "right") - 1]
        return np.where(per_kind > 0, found.reshape(ranks.shape), 0)

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
