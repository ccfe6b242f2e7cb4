"""Compare: do segments, or the time before and after a change, differ, and are the differences real?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from journeymine.analytics.comparison import Comparison
from journeymine.analytics.differences import What, cells_of, differences, measure, pairs_of
from journeymine.analytics.measured import Measured, Terms
from journeymine.analytics.result import of_selection
from journeymine.analytics.watched import watched
from journeymine.durations import Duration
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.cells import Cells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare"]


@of_selection
def compare(
    log: EventLog,
    *,
    by: str | None = None,
    since: Moment | None = None,
    what: What = "variants",
    goal: str | None = None,
    end: str | Sequence[str] = (),
    steps: Sequence[str] = (),
    within: Duration | None = None,
    baseline: str | None = None,
    adjust: str | Sequence[str] = (),
    min_customers: int = 20,
    confidence: float = 0.95,
    runs: int = 999,
    seed: int = 0,
) -> Comparison:
    """Compare segments, or the time before and after a moment, with the customer as the unit.

    Two segments are compared with one another, the second minus the first in the order of the alphabet; of several,
    each with all others together, or with a baseline.

    Parameters
    ----------
    log
        A log.
    by
        Column whose value in a journey's first event is its segment. Give this or `since`.
    since
        A moment with a zone: journeys that began then or later are compared with those that began before.
    what
        ``"variants"``: the share of journeys that take each course; ``"dropoff"``: the share of visits that nothing
        follows; ``"transitions"``: how likely each touchpoint comes next; ``"delays"``: the median time of transitions;
        ``"funnel"``: the share that gets from step to step; ``"throughput"``: the mean time to the goal.
    goal, end
        Activities that complete a journey, for ``"dropoff"``, ``"transitions"`` and ``"throughput"``.
    steps
        Of the funnel.
    within
        Window of drop-off, transitions, funnel or throughput, the same for all segments. Throughput means are means up
        to it.
    baseline
        Segment that each other is compared with.
    adjust
        Columns, such as the channel a journey starts in, whose values are to be held equal: segments are compared as
        if each had all their combinations in the same proportions.
    min_customers
        How many customers a category must have to be compared. Other variants stand together as ``("other",)``; other
        categories are left out.
    confidence
        Of the intervals.
    runs, seed
        How often customers' labels are given out by lot for the overall test of variants and funnels (0: no such test),
        and the seed of the lots.

    Returns
    -------
    Comparison
        Differences with intervals by the delete-one-group jackknife [1]_ and q-values by Benjamini and Hochberg [2]_.

    Raises
    ------
    UnknownColumnError, UnknownActivityError, UnknownNameError, UnknownOptionError
        If a column, an activity, the baseline or `what` does not exist; the message names the closest.
    OptionError
        If both or none of `by` and `since` are given, there are fewer than two segments, or `log` is a summary.
    WindowError
        If `within` is longer than segments can be followed.

    Notes
    -----
    The overall p-value is that of a chi-square whose distribution comes from customers given to segments by lot
    (variants, funnel), of the log-rank test with the variance that customers show (throughput), and else Simes's [3]_,
    the smallest q-value. A difference is linked to the segment; what else differs between segments may stand behind it,
    and `adjust` takes out only what it is given.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).
    .. [2] Benjamini & Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to
       multiple testing, J. Royal Statistical Society B 57(1).
    .. [3] Simes (1986), An improved Bonferroni procedure for multiple tests of significance, Biometrika 73(3).
    .. [4] Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., Erlbaum.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(event // 2) for event in range(400)],
    ...     "activity": ["visit", "buy", "visit", "leave"] * 50 + ["visit", "leave"] * 100,
    ...     "timestamp": [f"2024-05-01T09:00:0{event % 2}Z" for event in range(400)],
    ...     "segment": ["new"] * 200 + ["old"] * 200})
    >>> found = jm.compare(log, by="segment", what="variants", runs=99)
    >>> found.table.sort_values("variant")[["variant", "segment", "against", "share", "other_share", "difference"]]
              variant segment against  share  other_share  difference
    1    (visit, buy)     old     new    0.0          0.5        -0.5
    0  (visit, leave)     old     new    1.0          0.5         0.5
    """
    cells = cells_of(log, by, since, adjust)
    pairs = pairs_of(cells.segments, baseline)
    terms = Terms(goal, end, within, steps, min_customers, confidence, pairs, runs, seed)
    measured = measure(what, cells, terms)
    table = differences(measured, cells, terms)
    lots = measured.shuffled
    p = measured.p if measured.p is not None else _simes(table) if lots is None else lots.p
    sizes = (np.nan, np.nan) if lots is None else (lots.cramers_v, lots.divergence)
    base = _base(measured, cells, by, adjust, confidence)
    return Comparison(table, base, what, cells.segments, p, *sizes, measured.courses, pairs)


def _simes(table: pd.DataFrame) -> float:
    q = table["q_value"].dropna()
    return float(q.to_numpy().min()) if len(q) else np.nan


def _base(measured: Measured, cells: Cells, by: str | None, adjust: str | Sequence[str], confidence: float) -> str:
    sizes = np.bincount(cells.of_case[cells.known])
    segments = ", ".join(f"{name} {size:,}" for name, size in zip(cells.segments, sizes, strict=True))
    left = len(cells.of_case) - len(cells.known)
    none = f" ({left:,} journeys without a value of {by!r} left out)" if left else ""
    names = [adjust] if isinstance(adjust, str) else list(adjust)
    held = f" standardised over {', '.join(names)};" if names else ""
    figures = f"{measured.base[0].lower()}{measured.base[1:].rstrip('.')}"
    return (
        f"Journeys by segment: {segments}{none}, of {watched(cells.log)}; {figures};{held} "
        f"{confidence:.0%} intervals with the customer as unit; q-values by Benjamini and Hochberg; linked to the "
        "segment, not shown to be caused by it."
    )
