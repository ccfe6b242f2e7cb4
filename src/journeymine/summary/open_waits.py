"""Open waits: visits that might still have taken a transition when their source ended."""

from __future__ import annotations

import numpy as np

from journeymine.summary.counts import Counts
from journeymine.summary.quantiles import Durations, coded

__all__ = ["open_waits"]


def open_waits(gaps: Counts, times: Durations, limits: np.ndarray) -> np.ndarray:
    """Count visits that were still waiting when their source ended, for each transition that they might have taken.

    Parameters
    ----------
    gaps
        The part of a summary, with the keys of `times` but ``next_activity``.
    times
        Of transitions.
    limits
        For how long a visit counts as waiting for the transition, seconds, shape (kinds,).

    Returns
    -------
    numpy.ndarray
        Visits of the transition's activity that nothing had followed when their source ended, sooner than the limit
        after them; int64, shape (kinds,).

    Notes
    -----
    Visits and limits are put in one order, in which the visits before each limit are counted.
    """
    still = np.flatnonzero(gaps["next_activity"] == 0)
    names = [name for name in times.kinds if name != "next_activity"]
    kinds, _ = coded([np.concatenate((gaps[name][still], times.kind(name))) for name in names])
    durations = np.concatenate((gaps["duration"][still], limits * 1e6))
    counts = np.concatenate((gaps["count"][still], np.zeros(len(limits), np.int64)))
    order = np.lexsort((counts, durations, kinds))  # at the same duration, a limit comes before a visit
    before = np.cumsum(counts[order]) - counts[order]
    firsts = np.searchsorted(kinds[order], kinds[len(still) :])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return before[place[len(still) :]] - before[firsts]
