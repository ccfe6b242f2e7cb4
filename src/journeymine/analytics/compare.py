"""Compare: do segments, or the time before and after a change, differ, and are the differences real?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.differences import What, cells_of, differences, measure, pairs_of
from journeymine.analytics.measured import Measured, Terms
from journeymine.analytics.result import Result, percent
from journeymine.durations import Duration, format_duration
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.cells import Cells

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Comparison", "compare"]

LEVEL: Final = 0.05
"""The q-value below which a difference is called one."""

_NOUNS: Final = {
    "variants": "the courses journeys take",
    "dropoff": "drop-off",
    "transitions": "what comes next",
    "delays": "the time transitions take",
    "funnel": "the steps journeys reach",
    "throughput": "the time to the goal",
}


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """How segments differ.

    Attributes
    ----------
    table
        One row a category and pair of sides, smallest ``q_value`` first. What names the category (``variant``,
        ``activity``, ``next_activity``, ``step`` or ``goal``), ``segment`` and what it stands ``against``,
        ``customers`` behind the category in all segments, ``n`` and ``other_n`` observations, then the figure of both
        sides: ``share`` and ``other_share`` (or ``rate``, ``probability``, ``step_share``, ``median_seconds``,
        ``mean_seconds``), ``difference`` with ``low`` and ``high``, ``p_value``, ``q_value`` over all rows (not a
        number where there is too little to test), ``effect`` (Cohen's h) and ``detectable``: the difference that would
        have been seen four times in five. For times ``difference_seconds``, ``low_seconds``, ``high_seconds``,
        ``ratio``, and ``detectable_seconds`` for means.
    what, segments
        What was compared, and which segments.
    p_value
        How likely segments as different as these, or more, are by chance, whatever the category.
    cramers_v, divergence_bits
        How far apart they are: Cramér's V, and the Jensen-Shannon divergence, each without what chance alone gives;
        not a number where journeys do not fall into categories.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(event // 2) for event in range(400)],
    ...     "activity": ["visit", "buy", "visit", "leave"] * 50 + ["visit", "leave"] * 100,
    ...     "timestamp": [f"2024-05-01T09:00:0{event % 2}Z" for event in range(400)],
    ...     "segment": ["new"] * 200 + ["old"] * 200})
    >>> jm.compare(log, by="segment", what="funnel", steps=["visit", "buy"]).headline
    "Segments differ in the steps journeys reach (p = 0.001, Cramér's V 0.57); 1 of 1 differences seen beyond chance,
    most surely “buy”: 0 % of old, 50 % of new."
    """

    what: str
    segments: tuple[str, ...]
    p_value: float
    cramers_v: float
    divergence_bits: float

    @property
    def different(self) -> pd.DataFrame:
        """The rows whose difference is beyond chance, with all rows in mind."""
        return self.table.loc[self.table["q_value"] < LEVEL]

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        chance = f"p = {self.p_value:.2g}" if self.p_value >= 0.001 else "p < 0.001"
        if not self.p_value < LEVEL and not len(self.different):
            return f"No difference in {_NOUNS[self.what]} beyond chance ({chance}){self._would_see()}."
        size = f", Cramér's V {self.cramers_v:.2f}" if np.isfinite(self.cramers_v) else ""
        first = self._first() if len(self.different) else "no single one beyond chance"
        return f"Segments differ in {_NOUNS[self.what]} ({chance}{size}); {first}."

    def _would_see(self) -> str:
        name = next((name for name in ("detectable", "detectable_seconds") if name in self.table), None)
        known = self.table[name].dropna() if name else ()
        if not len(known):
            return ""
        least = float(np.median(known))
        said = f"{100 * least:.2g} points" if name == "detectable" else format_duration(least)
        return f"; one of {said} would have been seen four times in five"

    def _first(self) -> str:
        row = self.different.iloc[0]
        figure = self._figure
        say = format_duration if figure.endswith("_seconds") else percent
        return (
            f"{len(self.different):,} of {len(self.table):,} differences seen beyond chance, most surely "
            f"“{self._names(self.different)[0]}”: {say(row[figure])} of {row['segment']}, "
            f"{say(row[f'other_{figure}'])} of {row['against']}"
        )

    @property
    def _figure(self) -> str:
        return next(
            name.removeprefix("other_") for name in self.table if name.startswith("other_") and name != "other_n"
        )

    def _names(self, rows: pd.DataFrame) -> list[str]:
        columns = list(rows.columns[: rows.columns.get_loc("segment")])
        return [
            " → ".join(step for part in parts for step in ([part] if isinstance(part, str) else part))
            for parts in zip(*(rows[name] for name in columns), strict=True)
        ]

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the surest differences: a dot with the interval of its difference, the other side as a hollow dot."""
        rows = self.table.head(20)
        names = self._names(rows)
        if len(self.segments) > 2:
            names = [f"{name} · {segment}" for name, segment in zip(names, rows["segment"], strict=True)]
        if self._figure.endswith("_seconds"):
            return self._bars(rows, names, ax)
        from journeymine.draw.intervals import draw_intervals

        value, other = (rows[name].to_numpy() for name in (self._figure, f"other_{self._figure}"))
        low, high = ((other + rows[name].to_numpy()).clip(0, 1) for name in ("low", "high"))
        sides = [set(rows[name]) for name in ("segment", "against")]
        segment, against = (side.pop() if len(side) == 1 else "each segment" for side in sides)
        label = f"{self._figure.replace('_', ' ')} in {segment}"
        return draw_intervals(names, value, low, high, other, label=label, other_label=against, ax=ax)

    def _bars(self, rows: pd.DataFrame, names: list[str], ax: Axes | None) -> Axes:
        from journeymine.draw.bars import draw_bars

        pairs = zip(rows[self._figure], rows["segment"], rows[f"other_{self._figure}"], rows["against"], strict=True)
        notes = [f"{format_duration(mine)} {a}, {format_duration(theirs)} {b}" for mine, a, theirs, b in pairs]
        return draw_bars(names, rows["ratio"].to_numpy(), notes, label="ratio of times", ax=ax)


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
    return Comparison(table, _base(measured, cells, by, adjust, confidence), what, cells.segments, p, *sizes)


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
    return (
        f"Journeys by segment: {segments}{none}; {measured.base[0].lower()}{measured.base[1:].rstrip('.')};{held} "
        f"{confidence:.0%} intervals with the customer as unit; q-values by Benjamini and Hochberg; linked to the "
        "segment, not shown to be caused by it."
    )
