"""Journeys that may have begun before the log did."""

from __future__ import annotations

import numpy as np

from journeymine.summary.counts import Counts
from journeymine.summary.starts import hour_of
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival

__all__ = ["early_starts", "usual_return"]


def usual_return(summary: Summary) -> int:
    """Give the time within which nearly all next events of any activity come.

    Parameters
    ----------
    summary
        With the part ``gaps``.

    Returns
    -------
    int
        The 95th percentile of the time to the next event among visits that have one, corrected for open visits, in
        microseconds; 0 where no visit has one.
    """
    gaps = summary.overall("gaps")
    keys = {**gaps.keys, "activity": np.ones(len(gaps), np.uint8)}
    return int(Survival(Counts(keys, gaps.measures, is_loose=True)).usual_return().max(initial=0))


def early_starts(summary: Summary) -> int:
    """Count the journeys whose first event lies within a usual return of the log's begin.

    An event before the log may have been their first: where starts are counted, these may be in the middle.

    Parameters
    ----------
    summary
        With the parts ``starts`` and ``gaps``.

    Returns
    -------
    int
        Cases, to the hour.
    """
    if summary.first_time is None:
        return 0
    until = hour_of(np.array([summary.first_time + usual_return(summary)]))
    starts = summary.overall("starts")
    return int(starts["count"][starts["hour"] <= until].sum())
