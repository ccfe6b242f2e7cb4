"""Handovers: where another agent takes a case over in the same channel, and where it comes back to the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.summary.arrays import Arrays

__all__ = ["Handovers"]


@dataclass(frozen=True)
class Handovers:
    """The transfers of a log, in the order of its events.

    Attributes
    ----------
    before, after
        The last event with one agent, and the first with the next, shape (transfers,).
    is_back
        Whether the next agent is the one who had handed the case over: A, B, A. bool, shape (transfers,).
    """

    before: np.ndarray
    after: np.ndarray
    is_back: np.ndarray

    @classmethod
    def of(cls, arrays: Arrays, agents: np.ndarray) -> Handovers:
        """Find the transfers.

        Parameters
        ----------
        arrays
            A log.
        agents
            Agent of each event, shape (events,); -1 where nobody served.

        Returns
        -------
        Handovers
            Between events of one case that follow one another, those without an agent left out, in one channel and
            with nothing unread between.
        """
        served = np.flatnonzero(agents >= 0)
        chain = _chain(arrays)[served]
        together, who = chain[1:] == chain[:-1], agents[served]
        together &= arrays.channel_codes[served][1:] == arrays.channel_codes[served][:-1]
        moved = np.flatnonzero(together & (who[1:] != who[:-1]))
        breaks = np.cumsum(~together)
        is_back = np.zeros(len(moved), bool)
        in_row = breaks[moved[1:]] == breaks[moved[:-1]]
        is_back[1:] = in_row & (who[moved[1:] + 1] == who[moved[:-1]])
        return cls(served[moved], served[moved + 1], is_back)


def _chain(arrays: Arrays) -> np.ndarray:
    """Give each event the number of its case, or of the part of it in which nothing unread lies."""
    begins = np.zeros(len(arrays.times), bool) if arrays.after_unread is None else arrays.after_unread.copy()
    begins[arrays.firsts] = True
    return np.cumsum(begins)
