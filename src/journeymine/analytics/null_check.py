"""Null check: how often does a comparison see a difference where there is none?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.differences import What, cells_of, differences, measure, pairs_of
from journeymine.analytics.measured import Terms
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["NullCheck", "null_check"]

LEVEL: Final = 0.05
"""The level at which differences are called."""

_BINS: Final = 20
_SURE: Final = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class NullCheck(Result):
    """How often a comparison sees differences between customers who were put into segments by lot.

    Attributes
    ----------
    table
        20 rows: p-values from ``p_from`` to ``p_to``, the ``differences`` that got one, and their ``share``, which is
        5 % in each row where the test is right. The first row are the false alarms.
    runs
        How often customers were put into segments.
    false_share
        Share of differences with a p-value below 0.05.
    false_share_error
        Its standard error, from one lot to the next.
    any_share
        Share of lots with a q-value below 0.05: with a difference that would have been called one.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(case) for case in range(400)], "activity": ["visit", "call"] * 200,
    ...     "timestamp": ["2024-05-01T09:00Z"] * 400, "segment": ["new"] * 200 + ["old"] * 200})
    >>> jm.null_check(log, by="segment", what="variants", runs=20).any_share < 0.3
    True
    """

    runs: int
    false_share: float
    false_share_error: float
    any_share: float

    @property
    def is_sound(self) -> bool:
        """Whether so many false alarms can be chance: fewer than one sound comparison in a hundred has more."""
        from scipy.stats import binom, norm

        rarer = binom.sf(round(self.any_share * self.runs) - 1, self.runs, LEVEL)
        return bool(rarer >= _SURE and self.false_share + norm.ppf(_SURE) * self.false_share_error <= LEVEL)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not self.table["differences"].to_numpy().any():
            return "There is too little in the log to test any difference."
        verdict = "are no more frequent than promised" if self.is_sound else "are more frequent than promised"
        return (
            f"False alarms {verdict}: with customers put into segments by lot {self.runs:,} times, "
            f"{percent(self.false_share)} of differences have a p-value below 0.05, and {percent(self.any_share)} of "
            "the lots have one that would be called beyond chance."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw how p-values are spread: evenly where the test is right."""
        from journeymine.draw.bars import draw_bars

        rows = self.table
        names = [f"p {low:.2f} – {high:.2f}" for low, high in zip(rows["p_from"], rows["p_to"], strict=True)]
        notes = [percent(share) for share in rows["share"]]
        return draw_bars(names, 100 * rows["share"].to_numpy(), notes, label="differences by lot, %", ax=ax)


@of_selection
def null_check(
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
    runs: int = 100,
    seed: int = 0,
) -> NullCheck:
    """Put customers into segments by lot, compare these, and count the differences that are seen.

    There is none between segments that were drawn by lot. A comparison that sees more than it should would do so with
    the real segments too.

    Parameters
    ----------
    log
        A log.
    by, since, what, goal, end, steps, within, baseline, adjust, min_customers
        As for `compare`.
    runs
        How often customers are put into segments.
    seed
        Of the lots.

    Returns
    -------
    NullCheck
        With a verdict. Each segment keeps as many customers as it has, and a customer's journeys stay together.

    Raises
    ------
    OptionError
        If `runs` is less than one, and as for `compare`.

    References
    ----------
    .. [1] Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., Springer.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": [str(case) for case in range(400)], "activity": ["visit", "call"] * 200,
    ...     "timestamp": ["2024-05-01T09:00Z"] * 400, "segment": ["new"] * 200 + ["old"] * 200})
    >>> jm.null_check(log, by="segment", what="variants", runs=20).is_sound
    True
    """
    if runs < 1:
        raise OptionError(f"runs must be at least 1, not {runs!r}")
    cells, rng = cells_of(log, by, since, adjust), np.random.default_rng(seed)
    terms = Terms(goal, end, within, steps, min_customers, 0.95, pairs_of(cells.segments, baseline), 0, seed)
    found = []
    for _ in range(runs):
        drawn = replace(cells, of_case=cells.lot(rng))
        table = differences(measure(what, drawn, terms), drawn, terms)
        found.append(table[["p_value", "q_value"]].dropna())
    base = (
        f"{runs:,} lots over {log.num_customers:,} customers, as many in each of {len(cells.segments)} segments as "
        f"there are; {sum(map(len, found)):,} differences in {what} tested."
    )
    return NullCheck(_table(found), base, runs, *_shares(found))


def _shares(found: list[pd.DataFrame]) -> tuple[float, float, float]:
    """Give the share of differences below the level, its standard error, and the share of lots with one called."""
    tested = np.array([len(rows) for rows in found])
    false = np.array([np.count_nonzero(rows["p_value"] < LEVEL) for rows in found])
    called = np.array([np.count_nonzero(rows["q_value"] < LEVEL) for rows in found])
    share = false.sum() / max(tested.sum(), 1)
    spread = ((false - share * tested) ** 2).sum()
    return float(share), float(np.sqrt(spread) / max(tested.sum(), 1)), float((called > 0).mean())


def _table(found: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    edges = np.linspace(0, 1, _BINS + 1)
    counts, _ = np.histogram(pd.concat(found)["p_value"], edges)
    shares = counts / max(counts.sum(), 1)
    return pd.DataFrame({"p_from": edges[:-1], "p_to": edges[1:], "differences": counts, "share": shares})
