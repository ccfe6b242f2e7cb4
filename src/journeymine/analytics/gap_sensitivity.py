"""Gap sensitivity: how much do the answers depend on where journeys are cut?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from journeymine.analytics.gap_figures import CutAt
from journeymine.analytics.plateau import Plateau, plateau_of
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.watched import watched
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError, WindowError
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.windows import LONGEST_SHARE, longest_window
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["GapSensitivity", "gap_sensitivity"]

GAPS: Final = ("1d", "3d", "7d", "14d", "30d", "60d")

_DRAWN: Final = {
    "top_share": "ten most frequent courses",
    "goal_rate": "reach the goal",
    "dropoff_rate": "drop-off after ",
}


@dataclass(frozen=True, eq=False, repr=False)
class GapSensitivity(Result):
    """How the answers move with the gap that journeys are cut at.

    Attributes
    ----------
    table
        One row a gap and figure: ``gap_seconds``, ``figure``, ``activity`` (of drop-off, else empty), ``n``, and
        ``value`` with ``low`` and ``high``. Figures are ``journeys_per_customer`` (``n`` customers); of ``n`` journeys
        ``events_per_journey``, ``open_share`` (those that could still go on when their source ends), ``top_share``
        (those that take one of the ten most frequent courses) and ``goal_rate``; and ``dropoff_rate`` of the five
        touchpoints with the most visits: the share of ``n`` visits that are the last of a journey, which they do not
        complete.
    plateau
        Neighbouring gaps between which the answers hardly move: ``first_seconds``, ``last_seconds``, and the share of
        journeys ``joined`` and the change of any rate ``moved`` by a doubling of the gap, at most; None where there are
        no such gaps.

    Examples
    --------
    >>> import journeymine as jm
    >>> rows = [(f"c{n}", "ask", f"2024-{month:02}-{n + 1:02}T{hour:02}:00Z")
    ...     for n in range(28) for month in (1, 3, 5, 7) for hour in (9, 15)]
    >>> case, activity, timestamp = zip(*rows)
    >>> log = jm.read_table({"case_id": case, "activity": activity, "timestamp": timestamp})
    >>> jm.gap_sensitivity(log).headline
    'Between 24 h and 30 d the answers hardly move: a doubling of the gap joins at most 0 % of journeys with the one
    before, and changes no rate by more than 0.0 points. Of these gaps 24 h leaves the fewest journeys open (0.9 %).
    From 24 h to 60 d journeys per customer go from 4.00 to 3.00.'
    """

    plateau: Plateau | None

    @property
    def wide(self) -> pd.DataFrame:
        """The values, one row a gap, one column a figure: ``goal_rate``, …, ``dropoff_rate of ask``."""
        names = self.table["figure"] + self.table["activity"].map(lambda name: f" of {name}" if name else "")
        return self.table.assign(name=names).pivot_table(
            index="gap_seconds", columns="name", values="value", sort=False, dropna=False
        )

    @property
    def verdict(self) -> str:
        """What to make of it."""
        if self.plateau is None:
            return (
                "The answers depend on the gap: no two neighbouring ones give the same. Choose it by what a journey is "
                "to you, and say it beside every figure."
            )
        found = self.plateau
        first, last = format_duration(found.first_seconds), format_duration(found.last_seconds)
        still_open = self._series("open_share").loc[found.first_seconds]
        return (
            f"Between {first} and {last} the answers hardly move: a doubling of the gap joins at most "
            f"{percent(found.joined)} of journeys with the one before, and changes no rate by more than "
            f"{100 * found.moved:.1f} points. Of these gaps {first} leaves the fewest journeys open "
            f"({percent(still_open)})."
        )

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        many = self._series("journeys_per_customer")
        gaps = f"From {format_duration(many.index[0])} to {format_duration(many.index[-1])}"
        return f"{self.verdict} {gaps} journeys per customer go from {many.iloc[0]:.2f} to {many.iloc[-1]:.2f}."

    def _series(self, figure: str, activity: str = "", column: str = "value") -> pd.Series:
        rows = self.table.loc[(self.table["figure"] == figure) & (self.table["activity"] == activity)]
        return rows.set_index("gap_seconds")[column]

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw each rate over the gap, journeys as a share of those at the shortest gap, and the plateau as a band."""
        from journeymine.draw.lines import draw_lines

        rates = self.table.loc[self.table["figure"].isin(["top_share", "goal_rate", "dropoff_rate"])]
        kinds = rates[["figure", "activity"]].drop_duplicates().itertuples(index=False)
        lines = {_DRAWN[figure] + activity: self._line(figure, activity) for figure, activity in kinds}
        many = self._line("journeys_per_customer")
        lines = {"journeys, of those at the left": many / many[0, 0], **lines}
        band = None if self.plateau is None else self.plateau[:2]
        return draw_lines(self._gaps, lines, x_label="gap that begins a new journey", y_label="share", band=band, ax=ax)

    @property
    def _gaps(self) -> np.ndarray:
        return np.unique(self.table["gap_seconds"].to_numpy(float))

    def _line(self, figure: str, activity: str = "") -> np.ndarray:
        """Give a figure with its interval at each gap, shape (3, gaps)."""
        return np.array([self._series(figure, activity, column) for column in ("value", "low", "high")])


@of_selection
def gap_sensitivity(
    log: EventLog,
    *,
    gaps: Sequence[Duration] = GAPS,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> GapSensitivity:
    """Cut customers' events into journeys at several gaps, and tell how the answers move.

    Where a journey ends and the next begins is a choice, and a silent one in most reports. Breaks in people's activity
    often show as a valley between short silences and long ones [1]_: gaps that lie in it give the same journeys. This
    looks for such gaps, and says so where there are none.

    Parameters
    ----------
    log
        A log; its cases do not matter, its customers do.
    gaps
        Silences after which a new journey begins, as `cut` takes them.
    goal, end
        Activities that complete a journey, with and without success; the next event begins another one.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    GapSensitivity
        Figures of the journeys that ``jm.cut(log, gap=gap, end=[goal, *end])`` gives. Drop-off is that of `dropoff`
        with the gap as its window. The goal rate counts open journeys for as long as they were watched
        (Aalen-Johansen), up to 0.7 of the time the log covers.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    WindowError
        If fewer than two gaps are at most 0.7 of the time the log covers.
    OptionError
        If `confidence` does not lie between 0 and 1, or `log` is a summary, which cannot be cut.

    Notes
    -----
    A plateau is a stretch of gaps, at least a doubling long, in which each doubling joins at most 5 % of journeys with
    the one before and changes none of goal rate, drop-off and share of the most frequent courses by more than 2 points.
    Gaps so short that journeys have hardly more than one event do not count. A plateau makes a gap safe for these
    figures; what a journey is, it cannot tell.

    References
    ----------
    .. [1] Halfaker et al. (2015), User session identification based on strong regularities in inter-activity time,
       Proc. 24th International Conference on World Wide Web.
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> rows = [(f"c{n}", "ask", f"2024-{month:02}-{n + 1:02}T{hour:02}:00Z")
    ...     for n in range(28) for month in (1, 3, 5, 7) for hour in (9, 15)]
    >>> case, activity, timestamp = zip(*rows)
    >>> log = jm.read_table({"case_id": case, "activity": activity, "timestamp": timestamp})
    >>> jm.gap_sensitivity(log, gaps=("1h", "1d", "60d")).wide["events_per_journey"].round(2)
    gap_seconds
    3600.0       1.00
    86400.0      2.00
    5184000.0    2.67
    Name: events_per_journey, dtype: float64
    """
    import pandas as pd

    if isinstance(log, Summary):
        raise OptionError("a summary cannot be cut; give the log itself to gap_sensitivity")
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    together = cut(_of_known(log))
    summary = summarise(together, parts=["customers", "gaps", "visits"])
    ends = _completing(summary, goal, end)
    kept = _answerable(gaps, summary)
    found = [
        pd.DataFrame(CutAt(together, summary, gap, goal, ends, confidence).figures).assign(
            gap_seconds=microseconds / 1e6
        )
        for gap, microseconds in kept.items()
    ]
    table = pd.concat(found, ignore_index=True)
    table.insert(0, "gap_seconds", table.pop("gap_seconds"))
    return GapSensitivity(table, _base(log, summary, gaps, kept, confidence), plateau_of(table))


def _of_known(log: EventLog) -> EventLog:
    """Leave out the events of nobody: each is a journey of its own, whatever the gap."""
    customers = log.labels("customer")
    return log.where(pc.is_valid(customers)) if customers.null_count else log


def _completing(summary: Summary, goal: str | None, end: str | Sequence[str]) -> list[str]:
    names = [name for name in [goal, *([end] if isinstance(end, str) else end)] if name is not None]
    for name in names:
        summary.code(name)  # which tells of a name that never occurs
    return names


def _answerable(gaps: Sequence[Duration], summary: Summary) -> dict[Duration, int]:
    """Give the gaps that the log is long enough for, ascending, with their microseconds."""
    longest = longest_window(summary)
    sizes = {to_microseconds(gap): gap for gap in gaps}
    kept = {sizes[size]: size for size in sorted(sizes) if size <= longest}
    if len(kept) < 2:
        raise WindowError(
            f"a log of {format_duration(summary.window_seconds)} can be cut at gaps of at most "
            f"{format_duration(longest / 1e6)}, and gaps={tuple(gaps)!r} has {len(kept)} such; give at least two"
        )
    return kept


def _base(
    log: EventLog, summary: Summary, gaps: Sequence[Duration], kept: dict[Duration, int], confidence: float
) -> str:
    nobodys = log.num_events - summary.num_events
    left_out = len(set(map(to_microseconds, gaps))) - len(kept)
    return (
        f"{counted(summary.num_events, 'event')} of {watched(summary)}, cut at {len(kept)} gaps; "
        f"{counted(nobodys, 'event') + ' of nobody left out; ' if nobodys else ''}"
        f"{f'{left_out} gaps longer than {LONGEST_SHARE} of the log left out; ' if left_out else ''}"
        f"open journeys count while watched in drop-off and goal rate, as far as they went in the other figures; "
        f"{confidence:.0%} intervals with the customer as unit."
    )
