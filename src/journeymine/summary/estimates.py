"""Estimates by segment: with each group of customers left out, and standardised over strata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["Estimates", "Side", "side_of"]


@dataclass(frozen=True)
class Estimates:
    """One figure, such as a share, for each category, stratum and segment.

    Attributes
    ----------
    values
        Estimates, shape (categories, strata, segments); not a number where there is none.
    left_out
        The same with each group of customers left out, shape (categories, strata, segments, groups).
    sizes
        Observations that they rest on, same shape.
    """

    values: np.ndarray
    left_out: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of_shares(cls, hits: np.ndarray, trials: np.ndarray) -> Estimates:
        """Give shares.

        Parameters
        ----------
        hits
            What is counted, shape (categories, strata, segments, groups).
        trials
            Out of how many, a shape that fits.

        Returns
        -------
        Estimates
            In [0, 1].
        """
        trials = np.broadcast_to(trials, hits.shape)
        hit, tried = hits.sum(axis=-1), trials.sum(axis=-1)
        others = tried[..., None] - trials
        left_out = np.divide(hit[..., None] - hits, others, out=np.zeros(hits.shape), where=others > 0)
        return cls(np.divide(hit, tried, out=np.full(hit.shape, np.nan), where=tried > 0), left_out, trials)

    # --- direct standardisation ------------------------------------------------------------------------------------

    @cached_property
    def _observations(self) -> np.ndarray:
        return np.where(np.isnan(self.values), 0, self.sizes.sum(axis=-1))

    @cached_property
    def _seen(self) -> np.ndarray:
        return self.sizes.any(axis=-1) & ~np.isnan(self.values)

    @cached_property
    def _absent(self) -> np.ndarray:
        """True for segments in which a category never occurs, shape (categories, 1, segments)."""
        return np.logical_not(np.any(self._seen, axis=1, keepdims=True))

    @cached_property
    def weights(self) -> np.ndarray:
        """Share of each stratum among those that all segments with the category have, shape (categories, strata)."""
        common = (self._seen | self._absent).all(axis=2)
        return _normalised(np.where(common, self._observations.sum(axis=2), 0), axis=1)

    @cached_property
    def standardised(self) -> tuple[np.ndarray, np.ndarray]:
        """The figures if each segment had all strata in the same proportions, and so with each group left out.

        Shapes (categories, segments) and (categories, segments, groups).

        Notes
        -----
        Direct standardisation [1]_ to the strata of all segments together; strata that a segment lacks are left out of
        it for all, for nobody knows how that segment would fare there.

        References
        ----------
        .. [1] Keiding & Clayton (2014), Standardization and control for confounding in observational studies: a
           historical perspective, Statistical Science 29(4).
        """
        known = np.where(np.isnan(self.values), 0, self.values)
        values = np.einsum("csk,cs->ck", known, self.weights)
        without = self._observations[..., None] - self.sizes
        gone = ~(without > 0).any(axis=1, keepdims=True)  # segments all of whose observations are in the group
        common = ((without > 0) | gone).all(axis=2) & (self.weights > 0)[..., None]
        weights = _normalised(np.where(common, without.sum(axis=2), 0), axis=1)
        left_out = np.einsum("cskg,csg->ckg", self.left_out, weights)
        unknown = self._absent[:, 0] | ~self.weights.any(axis=1, keepdims=True)
        return np.where(unknown, np.nan, values), left_out

    @cached_property
    def used_sizes(self) -> np.ndarray:
        """Observations in the strata that count, shape (categories, segments, groups)."""
        return (self.sizes * (self.weights > 0)[:, :, None, None]).sum(axis=1)

    @cached_property
    def parts(self) -> np.ndarray:
        """One over the number of observations each figure is worth, shape (categories, segments)."""
        squares = np.broadcast_to(self.weights[..., None] ** 2, self.values.shape)
        return np.divide(squares, self._observations, out=np.zeros(self.values.shape), where=self._seen).sum(axis=1)


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a segment, or several together.

    Attributes
    ----------
    values
        Shape (categories,).
    left_out, sizes
        With each group of customers left out, and what they rest on, shape (categories, groups).
    parts
        One over the number of observations the values are worth, shape (categories,).
    """

    values: np.ndarray
    left_out: np.ndarray
    sizes: np.ndarray
    parts: np.ndarray


def side_of(estimates: Estimates, segments: list[int]) -> Side:
    """Put segments together, each with the weight of its observations.

    Parameters
    ----------
    estimates
        By segment.
    segments
        Which.

    Returns
    -------
    Side
        For one segment, its own figures.
    """
    values, left_out = (figures[:, segments] for figures in estimates.standardised)
    sizes = estimates.used_sizes[:, segments]
    weights = _normalised(sizes.sum(axis=-1), axis=1)
    without = _normalised(sizes.sum(axis=-1, keepdims=True) - sizes, axis=1)
    parts = (weights**2 * estimates.parts[:, segments]).sum(axis=1)
    together = np.where(weights > 0, values * weights, 0).sum(axis=1)
    together[~weights.any(axis=1)] = np.nan
    return Side(together, (left_out * without).sum(axis=1), sizes.sum(axis=1), parts)


def _normalised(weights: np.ndarray, axis: int) -> np.ndarray:
    every = weights.sum(axis=axis, keepdims=True)
    return np.divide(weights, every, out=np.zeros(weights.shape), where=every > 0)
