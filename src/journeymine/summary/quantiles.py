"""Quantiles and excess of durations that are kept as counts, for all transitions at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeymine.summary.counts import Counts

__all__ = ["Durations"]


@dataclass(frozen=True)
class Durations:
    """Durations of several kinds, such as the transition times of each transition.

    Attributes
    ----------
    counts
        By the keys in `kinds`, then ``duration``.
    kinds
        The keys that tell kinds apart, such as ``("activity", "next_activity")``.
    """

    counts: Counts
    kinds: tuple[str, ...]

    @cached_property
    def starts(self) -> np.ndarray:
        """First row of each kind, shape (kinds,)."""
        if not len(self.counts):
            return np.empty(0, np.int64)
        new = np.zeros(len(self.counts), bool)
        new[0] = True
        for name in self.kinds:
            new[1:] |= self.counts[name][1:] != self.counts[name][:-1]
        return np.flatnonzero(new)

    def kind(self, name: str) -> np.ndarray:
        """Give one key of each kind.

        Parameters
        ----------
        name
            One of `kinds`.

        Returns
        -------
        numpy.ndarray
            Shape (kinds,).
        """
        return self.counts[name][self.starts]

    @cached_property
    def totals(self) -> np.ndarray:
        """Number of durations of each kind, shape (kinds,)."""
        return np.add.reduceat(self.counts["count"], self.starts) if len(self.starts) else self.starts

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
        running = np.cumsum(self.counts["count"])
        before = running[self.starts] - self.counts["count"][self.starts]
        place = (self.totals - 1) * share
        lower, upper = np.floor(place).astype(np.int64), np.ceil(place).astype(np.int64)
        low, high = (
            self.counts["duration"][np.searchsorted(running, before + rank, side="right")] for rank in (lower, upper)
        )
        return (low + (high - low) * (place - lower)) / 1e6

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
        if not len(self.starts):
            return np.empty(0)
        sizes = np.diff(self.starts, append=len(self.counts))
        beyond = np.maximum(self.counts["duration"] / 1e6 - np.repeat(references, sizes), 0)
        return np.add.reduceat(beyond * self.counts["count"], self.starts)
