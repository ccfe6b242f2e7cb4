"""Follow-ups: the share of contacts that a certain other one follows within a window, some of them still open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journeymine.summary.counts import Counts, take, totals
from journeymine.summary.dropoffs import open_before
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.quantiles import Durations
from journeymine.summary.survival import Survival
from journeymine.summary.visits import distinct_customers

__all__ = ["FollowUps", "together"]


@dataclass(frozen=True)
class FollowUps:
    """How many contacts of each kind are followed up.

    Attributes
    ----------
    kinds
        Codes, sorted, shape (kinds,), as all that follows.
    contacts, customers
        Contacts, and the customers who made them.
    open
        Contacts that were not followed and not watched to the end of the window.
    counts
        Contacts that were seen to be followed within the window.
    rates, low, high
        Share that is followed within the window, corrected for open contacts, with its interval; not a number where no
        contact was watched that long.
    naive_rates
        Contacts that were seen to be followed within the window, over all contacts.
    median_seconds
        Median time until it followed, of those; not a number where none was.
    """

    kinds: np.ndarray
    contacts: np.ndarray
    customers: np.ndarray
    open: np.ndarray
    counts: np.ndarray
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    naive_rates: np.ndarray
    median_seconds: np.ndarray

    @classmethod
    def of(cls, gaps: Counts, customers: np.ndarray, window: int, confidence: float) -> FollowUps:
        """Estimate the share of contacts that is followed within a window.

        Parameters
        ----------
        gaps
            One row a contact: ``activity`` (its kind), ``duration`` in microseconds, ``next_activity`` (0 where it was
            not followed) and ``group``.
        customers
            Customer of each row.
        window
            Microseconds.
        confidence
            Of the intervals, by the delete-one-group jackknife over 64 groups of customers.

        Returns
        -------
        FollowUps
            By Kaplan-Meier [1]_: a contact counts for as long as it was watched.

        References
        ----------
        .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc.
           53(282).
        """
        curves = Survival(gaps)
        windows = np.full(len(curves.activities), window, np.int64)
        silent, _ = curves.within(windows)
        left_out = LeftOut(curves, windows)
        errors, freedom = jackknife_errors(left_out.rates, left_out.sizes)
        errors = np.maximum(errors, np.sqrt(silent * (1 - silent) / curves.visits))
        people = distinct_customers({"activity": gaps["activity"]}, customers)["customers"]
        still_open = open_before(curves, windows)
        known = people * (1 - still_open / curves.visits)
        low, high = share_interval(silent, errors, freedom, confidence, known)
        rows = np.flatnonzero(~curves.is_open & curves.is_inside(windows))
        counts = totals(curves.places[rows], take(gaps["count"], rows), len(windows))
        return cls(
            curves.activities,
            curves.visits,
            people,
            still_open,
            counts,
            1 - silent,
            1 - high,
            1 - low,
            counts / curves.visits,
            _medians(gaps.where(~curves.is_open & curves.is_inside(windows)), curves.activities),
        )


def together(gaps: Counts) -> Counts:
    """Put contacts of all kinds together.

    Parameters
    ----------
    gaps
        One row a contact, as `FollowUps.of` takes it.

    Returns
    -------
    Counts
        All of one kind.
    """
    return gaps.recoded(activity=np.ones(int(gaps["activity"].max(initial=0)) + 1, np.uint8))


def _medians(seen: Counts, kinds: np.ndarray) -> np.ndarray:
    durations = Durations(seen, ("activity",))
    medians = np.full(len(kinds), np.nan)
    medians[np.searchsorted(kinds, durations.kind("activity"))] = durations.quantile_seconds(0.5)
    return medians
