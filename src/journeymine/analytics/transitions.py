"""Transitions: what comes next after a touchpoint, and how likely?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from journeymine.analytics.dropoff import based_on
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.dropoffs import customers_of, open_before, return_curves
from journeymine.summary.incidences import Incidences, incidences
from journeymine.summary.intervals import share_interval
from journeymine.summary.summarise import as_summary
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import windows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Transitions", "transitions"]


@dataclass(frozen=True, eq=False, repr=False)
class Transitions(Result):
    """How likely each touchpoint is to come next.

    Attributes
    ----------
    table
        One row a transition, most visited activity first and its likeliest transition first: ``activity``,
        ``next_activity``, ``visits`` and ``customers`` of the activity, ``count`` (passes seen within the window),
        ``probability`` in [0, 1] with ``low`` and ``high``, ``naive_share`` (passes over visits, whatever time they
        took, which takes open visits for lost) and ``within_seconds``. The probabilities of one activity add up to one
        minus its drop-off.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.transitions(log, goal="buy", within="2d").headline
    'Most passes are to be expected from “visit” to “buy”: it comes next in 67 % (0.3 % to 100 %) of visits within 2 d;
    passes over visits would say 67 %.'
    """

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return "No touchpoint was seen to be followed by another."
        first = self.table.loc[(self.table["probability"] * self.table["visits"]).idxmax()]
        return (
            f"Most passes are to be expected from “{first['activity']}” to “{first['next_activity']}”: it comes next "
            f"in {percent(first['probability'])} ({percent(first['low'])} to {percent(first['high'])}) of visits "
            f"within {format_duration(first['within_seconds'])}; passes over visits would say "
            f"{percent(first['naive_share'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the transitions with most passes, each with its interval, and the naive share beside it."""
        from journeymine.draw.intervals import draw_intervals

        expected = self.table["probability"] * self.table["visits"]
        rows = self.table.iloc[(-expected).argsort(kind="stable")[:20]]
        names = [f"{before} → {after}" for before, after in zip(rows["activity"], rows["next_activity"], strict=True)]
        return draw_intervals(
            names,
            rows["probability"].to_numpy(),
            rows["low"].to_numpy(),
            rows["high"].to_numpy(),
            rows["naive_share"].to_numpy(),
            label="comes next",
            other_label="naive share",
            ax=ax,
        )


@of_selection
def transitions(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> Transitions:
    """Estimate how likely each touchpoint is to come next, within a window.

    What may come next competes for the visit, and the log may end first. Passes over visits is therefore too low, most
    of all for slow transitions; here a visit counts for as long as it was observed [1]_.

    Parameters
    ----------
    log
        A log or a summary.
    goal, end
        Activities that complete a journey, with and without success: they may come next, and nothing follows them.
    within
        Window, by default as in `dropoff`.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    Transitions
        Of every transition that was seen, in whatever time.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Assumes that what comes next does not depend on when in the log a visit was made; `drift` checks it.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-{day}T09:00Z" for day in ("01", "02", "03", "20", "21")]})
    >>> jm.transitions(log, goal="buy", within="7d").table[["activity", "next_activity", "visits", "probability"]]
      activity next_activity  visits  probability
    0    visit           buy       3     0.666667
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = as_summary(log, "customers", "visits", "gaps")
    curves = return_curves(summary, goal=goal, end=end)
    windows = windows_of(curves, summary, within)
    found = incidences(curves, windows, curves.gaps["next_activity"])
    still_open = open_before(curves, windows)
    known = customers_of(curves, summary) * (1 - still_open / curves.visits)
    interval = share_interval(found.shares, found.errors, found.freedom, confidence, known[found.places])
    base = (
        f"{based_on(summary, curves.visits, still_open, windows)} (Aalen-Johansen); {confidence:.0%} intervals with "
        "the customer as unit; assumes no drift."
    )
    return Transitions(_table(summary, curves, windows, found, interval), base)


def _table(
    summary: Summary,
    curves: Survival,
    windows: np.ndarray,
    found: Incidences,
    interval: tuple[np.ndarray, np.ndarray],
) -> pd.DataFrame:
    import pandas as pd

    names = pd.Series(summary.activities, dtype=object)
    before, after = curves.activities[found.places].astype(int) - 1, found.causes.astype(int) - 1
    table = pd.DataFrame(
        {
            "activity": names.iloc[before].to_numpy(),
            "next_activity": names.iloc[after].to_numpy(),
            "visits": curves.visits[found.places],
            "customers": customers_of(curves, summary)[found.places],
            "count": found.counts,
            "probability": found.shares,
            "low": interval[0],
            "high": interval[1],
            "naive_share": found.passes / curves.visits[found.places],
            "within_seconds": windows[found.places] / 1e6,
        }
    )
    order = ["visits", "activity", "probability", "next_activity"]
    return table.sort_values(order, ascending=[False, True, False, True], ignore_index=True)
