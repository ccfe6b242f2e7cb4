"""Drop-off of all activities at once: windows, rates corrected for open visits, and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from journeymine.durations import Duration
from journeymine.summary.counts import take, totals
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import windows_of

__all__ = ["DropOffs", "customers_of", "dropoffs", "open_before", "return_curves"]


@dataclass(frozen=True)
class DropOffs:
    """The drop-off of each activity that does not complete a journey.

    Attributes
    ----------
    curves
        What all of it is read off.
    activities
        Codes, sorted, shape (activities,), as all that follows.
    visits, customers
        Visits, and the customers who made them.
    open, at_risk
        Visits whose source ended before the window did, so that nobody knows what became of them; and visits still
        observed, without a next event, at its end.
    rates, low, high
        Share of visits without a next event within the window, with its interval; not a number where no visit was
        observed that long.
    errors, freedom
        Standard errors of the rates, with the customer as unit, and their degrees of freedom.
    next_rates, goal_rates, end_rates
        Share of visits that another touchpoint, the goal, or another declared end followed within the window. With the
        rate of drop-off they add up to 1.
    naive_rates
        Share of visits without a next event in the log, open or not.
    windows
        Microseconds.
    """

    curves: Survival
    activities: np.ndarray
    visits: np.ndarray
    customers: np.ndarray
    open: np.ndarray
    at_risk: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    errors: np.ndarray
    freedom: np.ndarray
    next_rates: np.ndarray
    goal_rates: np.ndarray
    end_rates: np.ndarray
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
        With the parts ``gaps`` and ``visits``.
    goal, end
        Activities that complete a journey: they are left out.
    within
        Window, as `windows_of` takes it.
    confidence
        Of the intervals, by the delete-one-group jackknife over 64 groups of customers.

    Returns
    -------
    DropOffs
        By Kaplan-Meier; what follows, by Aalen-Johansen.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    """
    curves = return_curves(summary, goal=goal, end=end)
    windows = windows_of(curves, summary, within)
    rates, at_risk = curves.within(windows)
    left_out, customers = LeftOut(curves, windows), customers_of(curves, summary)
    errors, freedom = jackknife_errors(left_out.rates, left_out.sizes)
    errors = np.maximum(errors, np.sqrt(rates * (1 - rates) / curves.visits))
    still_open = open_before(curves, windows)
    known = customers * (1 - still_open / curves.visits)
    low, high = share_interval(rates, errors, freedom, confidence, known)
    fates = _fates(curves, windows, [] if goal is None else [summary.code(goal)], _codes(summary, end))
    continued, reached, ended = np.where(np.isnan(rates), np.nan, fates)
    return DropOffs(
        curves,
        curves.activities,
        curves.visits,
        customers,
        still_open,
        at_risk,
        rates,
        low,
        high,
        errors,
        freedom,
        continued,
        reached,
        ended,
        curves.naive_rates,
        windows,
    )


def _fates(curves: Survival, windows: np.ndarray, goal: list[int], ends: list[int]) -> np.ndarray:
    """Give the share of visits that another touchpoint, the goal and another end follow, shape (3, activities)."""
    kinds = np.zeros(max([int(curves.gaps["next_activity"].max(initial=0)), *goal, *ends]) + 1, np.uint8)
    kinds[ends], kinds[goal] = 2, 1
    return curves.fates(windows, kinds, 3).T


def customers_of(curves: Survival, summary: Summary) -> np.ndarray:
    """Count the customers behind each curve.

    Parameters
    ----------
    curves
        What `return_curves` gave.
    summary
        The summary they are of, with the part ``visits``.

    Returns
    -------
    numpy.ndarray
        int64, shape (activities,); a case of nobody counts as one customer.
    """
    visits = summary.overall("visits")
    return totals(visits["activity"], visits["customers"], len(summary.activities) + 1)[curves.activities]


def open_before(curves: Survival, windows: np.ndarray) -> np.ndarray:
    """Count the visits whose source ended before their window did, so that nobody knows what became of them.

    Parameters
    ----------
    curves
        Of the time to the next event.
    windows
        Microseconds, int64, shape (activities,).

    Returns
    -------
    numpy.ndarray
        int64, shape (activities,).
    """
    rows = curves.open_rows
    rows = rows[curves.gaps["duration"][rows] < windows[curves.places[rows]]]
    return totals(curves.places[rows], take(curves.gaps["count"], rows), len(windows))


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
    completing = [*([] if goal is None else [summary.code(goal)]), *_codes(summary, end)]
    gaps = summary.overall("gaps")
    return Survival(gaps.where(~np.isin(gaps["activity"], completing)) if completing else gaps)


def _codes(summary: Summary, end: str | Sequence[str]) -> list[int]:
    return [summary.code(name) for name in ([end] if isinstance(end, str) else end)]
