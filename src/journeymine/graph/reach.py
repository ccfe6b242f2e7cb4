"""Reach: from each touchpoint, how likely is it that the journey gets to its goal?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array, eye_array

from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.graph.chain import Chain, chain_of
from journeymine.log.eventlog import EventLog
from journeymine.summary.dropoffs import customers_of
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse.linalg import SuperLU

__all__ = ["reach"]

_ROUNDING: Final = 1e-12


def reach(
    log: EventLog | Summary,
    *,
    goal: str,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate the probability that a journey reaches its goal, from each touchpoint.

    Journeys are taken for an absorbing Markov chain [1]_: a visit leads to the next touchpoint, to the goal, to another
    declared end, or nowhere. The chances of all these are corrected for open visits, and so is the drop-off [2]_.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Longest time to the next touchpoint, such as ``"14d"``; by default as long as the log can tell, at most 0.7 of
        the time it covers.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [3]_.

    Returns
    -------
    pandas.DataFrame
        One row a touchpoint that does not complete a journey, highest ``probability`` first: ``activity``, ``visits``,
        ``probability`` with ``low`` and ``high``, and ``naive_probability``, which takes every last event of a journey
        for a loss. A touchpoint that never leads to the goal has 0.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Assumes that where a visit leads depends on its touchpoint alone, not on what came before (first order), nor on when
    in the log it was. One sparse system of linear equations is solved; for the intervals, groups of customers are left
    out of it to first order, all of them at once. No interval is narrower than what as many customers as visited the
    touchpoint would leave possible if all of them had gone the same way.

    References
    ----------
    .. [1] Kemeny & Snell (1960), Finite Markov Chains, Van Nostrand, chapter III.
    .. [2] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    .. [3] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": list("aabcc"), "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.reach(log, goal="buy")[["activity", "visits", "probability", "naive_probability"]]
      activity  visits  probability  naive_probability
    0    visit       3     0.666667           0.666667
    """
    import pandas as pd

    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = as_summary(log, "visits", "gaps")
    chain, target = chain_of(summary, goal=goal, end=end, within=within), summary.code(goal)
    rows = chain.curves.activities
    system, reached = _solved(chain.moves, target)
    _, naive = _solved(chain.naive_moves, target)
    errors, freedom = _errors(chain, system, reached, target)
    low, high = share_interval(reached[rows], errors, freedom, confidence, customers_of(chain.curves, summary))
    table = pd.DataFrame(
        {
            "activity": [summary.activities[code - 1] for code in rows.tolist()],
            "visits": chain.curves.visits,
            "probability": reached[rows],
            "low": low,
            "high": high,
            "naive_probability": naive[rows],
        }
    )
    return table.sort_values(["probability", "activity"], ascending=[False, True], ignore_index=True)


@dataclass(frozen=True)
class _System:
    """The equations x = Qx + b of the touchpoints that can reach the goal; for all others x is 0."""

    codes: np.ndarray
    factors: SuperLU | None

    def solve(self, constants: np.ndarray) -> np.ndarray:
        solution = np.zeros(constants.shape)
        if self.factors is not None:
            solution[self.codes] = self.factors.solve(constants[self.codes])
        return solution


def _solved(moves: csr_array, target: int) -> tuple[_System, np.ndarray]:
    """Give the equations, and the probability of reaching the target from each code, shape (codes,)."""
    from scipy.sparse.linalg import splu

    codes = _leading_to(target, moves)
    inner = eye_array(len(codes), format="csr") - moves[codes][:, codes]
    system = _System(codes, splu(inner.tocsc()) if len(codes) else None)
    reached = system.solve(moves[:, [target]].toarray()[:, 0])
    return system, np.where(reached < _ROUNDING, 0.0, np.where(reached > 1 - _ROUNDING, 1.0, reached))


def _leading_to(target: int, moves: csr_array) -> np.ndarray:
    """Find the codes from which a path leads to the target, sorted; each of them is left sooner or later."""
    from scipy.sparse.csgraph import breadth_first_order

    found = breadth_first_order(moves.T.tocsr(), target, return_predecessors=False)
    return np.sort(found[found != target])


def _errors(chain: Chain, system: _System, reached: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Give standard errors and degrees of freedom, one for each touchpoint of the chain."""
    rows = chain.curves.activities
    without = LeftOut(chain.curves, chain.windows)
    changes = np.zeros((len(reached), NUM_GROUPS))
    changes[rows] = (1 - without.rates) * _worth_without(chain, reached, target)[rows] - reached[rows, None]
    left_out = (reached[:, None] + system.solve(changes))[rows]
    errors, _ = jackknife_errors(left_out, np.broadcast_to(without.sizes.sum(axis=0), left_out.shape))
    alone, freedom = jackknife_errors(without.rates, without.sizes)
    return np.where(np.isnan(alone), np.nan, errors), freedom


def _worth_without(chain: Chain, reached: np.ndarray, target: int) -> np.ndarray:
    """Give how likely the target is after what follows an activity, each group left out, shape (codes, groups)."""
    gaps = chain.curves.gaps
    worth = reached.copy()
    worth[target] = 1
    cell = gaps["activity"].astype(np.int64) * NUM_GROUPS + gaps["group"]
    weights = (chain.shares, chain.shares * worth[gaps["next_activity"]])
    totals = [np.bincount(cell, w, len(reached) * NUM_GROUPS).reshape(-1, NUM_GROUPS).astype(float) for w in weights]
    others, gained = (total.sum(axis=1, keepdims=True) - total for total in totals)
    return np.divide(gained, others, out=np.zeros_like(others), where=others > _ROUNDING)
