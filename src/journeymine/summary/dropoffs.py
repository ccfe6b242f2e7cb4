"""Drop-off of all activities at once: windows, rates corrected for open visits, and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import WindowError
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import jackknife_errors, share_interval
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival

__all__ = ["LONGEST_SHARE", "DropOffs", "dropoffs", "longest_windows", "return_curves"]

LONGEST_SHARE: Final = 0.7
"""The longest window that can be asked about, as a share of the time the log covers."""


@dataclass(frozen=True)
class DropOffs:
    """The drop-off of each activity that does not complete a journey.

    Attributes
    ----------
    activities
        Codes, sorted, shape (activities,), as all that follows.
    visits, at_risk
        Visits; and those still observed, without a next event, at the end of the window.
    rates, low, high
        Share of visits without a next event within the window, with its interval; not a number where no visit was
        observed that long.
    naive_rates
        Share of visits without a next event in the log, open or not.
    windows
        Microseconds.
    """

    activities: np.ndarray
    visits: np.ndarray
    at_risk: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    naive_rates: np.ndarray
    windows: np.ndarray


def dropoffs(
    summary: Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> DropOffs:
    """Estimate the drop-off of each activity.

    Parameters
    ----------
    summary
        With the part ``gaps``.
    goal, end
        Activities that complete a journey: they are left out.
    within
        Window; by default each activity's own: its usual return, at most 0.7 of the time the log covers. An activity
        that nobody came back from has the longest of the others.
    confidence
        Of the intervals, by the delete-one-group jackknife over 64 groups of customers.

    Returns
    -------
    DropOffs
        By Kaplan-Meier.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    """
    curves = return_curves(summary, goal=goal, end=end)
    windows = _usual(curves, summary) if within is None else _checked(curves, summary, within)
    rates, at_risk = curves.within(windows)
    errors, freedom = jackknife_errors(*curves.leave_one_group_out(windows, NUM_GROUPS))
    low, high = share_interval(rates, errors, freedom, confidence)
    return DropOffs(curves.activities, curves.visits, at_risk, rates, low, high, curves.naive_rates, windows)


def _usual(curves: Survival, summary: Summary) -> np.ndarray:
    usual = curves.usual_return()
    longest = int(usual.max(initial=0)) or _longest(summary)  # nobody came back: as long as any may take
    return np.minimum(np.where(usual > 0, usual, longest), _longest(summary))


def return_curves(summary: Summary, *, goal: str | None = None, end: str | Sequence[str] = ()) -> Survival:
    """Give the curves of the time to the next event, for activities that do not complete a journey.

    Parameters
    ----------
    summary
        With the part ``gaps``.
    goal, end
        Activities that complete a journey.

    Returns
    -------
    Survival
        One curve for each other activity.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs.
    """
    names = [name for name in (goal, *([end] if isinstance(end, str) else end)) if name is not None]
    completing = {summary.code(name) for name in names}
    gaps = summary.overall("gaps")
    return Survival(gaps.where(~np.isin(gaps["activity"], list(completing))) if completing else gaps)


def longest_windows(curves: Survival, summary: Summary, within: Duration | None = None) -> np.ndarray:
    """Give the longest window that can be answered for, for each activity.

    Parameters
    ----------
    curves
        What `return_curves` gave.
    summary
        The summary they are of.
    within
        A window that is not to be passed; by default 0.7 of the time the log covers.

    Returns
    -------
    numpy.ndarray
        Microseconds, int64, shape (activities,): never longer than the activity's longest observed visit, so that its
        rate is known.

    Raises
    ------
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    """
    limit = _longest(summary) if within is None else _checked(curves, summary, within)
    return np.minimum(curves.longest_observed, limit)


def _longest(summary: Summary) -> int:
    return int(LONGEST_SHARE * summary.window_seconds * 1e6)


def _checked(curves: Survival, summary: Summary, within: Duration) -> np.ndarray:
    window, longest = to_microseconds(within), _longest(summary)
    if window > longest and len(curves.activities):
        raise WindowError(
            f"within={within!r} is too long for a log of {format_duration(summary.window_seconds)}: too few visits are "
            f"observed that long. The longest window it can answer for is {format_duration(longest / 1e6)}"
        )
    return np.full(len(curves.activities), window)
