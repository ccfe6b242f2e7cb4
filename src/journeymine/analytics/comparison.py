"""Comparison: how segments differ, category by category and as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, percent
from journeymine.durations import format_duration
from journeymine.summary.earth_mover import CourseTables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["LEVEL", "Comparison"]

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
    courses, pairs
        What `distances` are made from.

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
    courses: CourseTables | None
    pairs: Sequence[tuple[int, list[int]]]

    @property
    def different(self) -> pd.DataFrame:
        """The rows whose difference is beyond chance, with all rows in mind."""
        return self.table.loc[self.table["q_value"] < LEVEL]

    @cached_property
    def distances(self) -> pd.DataFrame:
        """How far sides are apart in the courses they take, whichever courses these are.

        One row a pair of sides: ``segment``, ``against``, ``distance``: the earth mover's distance [1]_, which is the
        share of a journey that would have to change for one side to take the courses of the other, beyond what chance
        gives; ``by_chance``, the mean over customers put into segments by lot, which is taken off already; ``p_value``
        by the same 49 lots; and ``coverage``: the share of journeys that take one of the 50 most frequent courses of at
        most 300 activities, which alone are looked at, on the side where it is smaller. No rows where courses were not
        compared, or without lots.

        References
        ----------
        .. [1] Leemans et al. (2021), Stochastic process mining: Earth movers' stochastic conformance, Information
           Systems 102.
        """
        import pandas as pd

        rows = [] if self.courses is None else [self.courses.between(*pair) for pair in self.pairs]
        names = ["distance", "by_chance", "p_value", "coverage"]
        table = pd.DataFrame(rows, columns=names)
        sides = self.table[["segment", "against"]].drop_duplicates().set_index("segment")["against"]
        segments = [self.segments[place] for place, _ in self.pairs[: len(rows)]]
        table.insert(0, "segment", segments)
        table.insert(1, "against", [sides[name] for name in segments])
        return table

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
