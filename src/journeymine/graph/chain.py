"""Journeys as a Markov chain: where a visit leads next, with open visits counted as open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from journeymine.durations import Duration
from journeymine.summary.dropoffs import return_curves
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import longest_windows

__all__ = ["Chain", "chain_of"]


@dataclass(frozen=True)
class Chain:
    """Where visits lead: from each activity to the next, or nowhere.

    Rows and columns are the summary's codes of activities; 0 is no activity. Activities that complete a journey lead
    nowhere.

    Attributes
    ----------
    curves
        Curves of the time to the next event, one for each activity that does not complete a journey.
    windows
        Microseconds within which the next event counts, shape (curves.activities,).
    shares
        Share of its activity's visits that each row of ``curves.gaps`` stands for.
    moves
        Probability that a visit of the row leads to the column next, corrected for open visits. A row adds up to one
        minus the drop-off.
    naive_moves
        The same from passes over visits, which takes open visits for lost.
    """

    curves: Survival
    windows: np.ndarray
    shares: np.ndarray
    moves: csr_array
    naive_moves: csr_array


def chain_of(summary: Summary, *, goal: str, end: str | Sequence[str] = (), within: Duration | None = None) -> Chain:
    """Estimate the chain of a summary.

    Parameters
    ----------
    summary
        With the part ``gaps``.
    goal, end
        Activities that complete a journey.
    within
        Longest time to the next event; by default as long as the log can tell. The usual window of a drop-off would
        not do: by its definition one in twenty comes back later, and along a path these add up.

    Returns
    -------
    Chain
        Of first order: where a visit leads depends on its activity alone. What comes next competes for the visit, so
        that quick transitions gain nothing from visits that are still open [1]_.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    """
    curves = return_curves(summary, goal=goal, end=end)
    windows = longest_windows(curves, summary, within)
    shares, gaps = curves.shares(windows), curves.gaps
    visits = np.ones(len(summary.activities) + 1)
    visits[curves.activities] = curves.visits
    naive = np.where(gaps["next_activity"] > 0, gaps["count"], 0) / visits[gaps["activity"]]
    place, shape = (gaps["activity"], gaps["next_activity"]), (len(visits), len(visits))
    return Chain(curves, windows, shares, *(_matrix(values, place, shape) for values in (shares, naive)))


def _matrix(values: np.ndarray, place: tuple[np.ndarray, np.ndarray], shape: tuple[int, int]) -> csr_array:
    matrix = coo_array((values, tuple(codes.astype(np.int64) for codes in place)), shape=shape).tocsr()
    matrix.eliminate_zeros()
    return matrix
