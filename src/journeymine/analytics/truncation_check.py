"""The truncation check: had the log ended earlier, would its drop-off have been foretold right?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.watched import watched
from journeymine.durations import Duration
from journeymine.errors import OptionError, WindowError
from journeymine.log.eventlog import EventLog
from journeymine.summary.dropoffs import DropOffs, dropoffs
from journeymine.summary.jackknife import jackknife_errors
from journeymine.summary.left_out import LeftOut
from journeymine.summary.significance import p_values, q_values
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["TruncationCheck", "truncation_check"]

CUTS: Final = (0.35, 0.5, 0.65, 0.8)
"""Where the log is cut, as shares of the time it covers."""

_SOUND: Final = 0.005
_LEVEL: Final = 0.05
_COLUMNS: Final = [
    "cut_share",
    "activity",
    "visits",
    "rate",
    "low",
    "high",
    "naive_rate",
    "came_rate",
    "error",
    "naive_error",
    "p_value",
    "within_seconds",
]


@dataclass(frozen=True, eq=False, repr=False)
class TruncationCheck(Result):
    """Drop-off as an earlier end of the log would have shown it, and what came.

    Attributes
    ----------
    table
        One row a cut and activity: ``cut_share`` (of the time the log covers), ``activity``, ``visits`` before the cut,
        ``rate`` with ``low`` and ``high`` as estimated from the log before the cut, ``naive_rate`` from the same,
        ``came_rate`` (the share of the same visits that the whole log shows without a next event within the window),
        ``error`` and ``naive_error`` (minus what came), ``q_value`` (how likely such an error is by chance, with all
        rows in mind) and ``within_seconds``.

    Examples
    --------
    >>> import journeymine as jm
    >>> days = [(f"c{n}", activity, f"2024-05-{n % 28 + 1:02}T{hour:02}:00Z") for n in range(56)
    ...     for activity, hour in [("ask", 9), ("answer", 9 + n % 7)][: 1 + n % 4]]
    >>> case, activity, timestamp = zip(*days)
    >>> log = jm.read_table({"case_id": case, "activity": activity, "timestamp": timestamp})
    >>> jm.truncation_check(log, goal="answer", min_visits=10).verdict
    'Sound: with the log cut earlier, drop-off is foretold to within half a percentage point on average.'
    """

    @property
    def mean_error(self) -> float:
        """Mean absolute error, as a share."""
        return _mean(self._errors("error"))

    @property
    def naive_mean_error(self) -> float:
        """Mean absolute error of counting last events, as a share."""
        return _mean(self._errors("naive_error"))

    def _errors(self, name: str) -> np.ndarray:
        return np.abs(self.table[name].to_numpy(float))

    @property
    def verdict(self) -> str:
        """What to make of it."""
        if not len(self.table):
            return "The log is too short, or has too few visits, to be checked in this way."
        if self.mean_error <= _SOUND:
            return "Sound: with the log cut earlier, drop-off is foretold to within half a percentage point on average."
        if not (self.table["q_value"].to_numpy(float) < _LEVEL).any():
            return "Sound: with the log cut earlier, what came is no further from what was foretold than chance."
        nearer = self.mean_error < self.naive_mean_error
        return (
            "With care: late visits were not like early ones, and what came differs from what was foretold"
            f"{', though less than from a count of last events' if nearer else ''}; jm.drift shows where."
        )

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not len(self.table):
            return self.verdict
        worst, naive_worst = (self._errors(name).max() for name in ("error", "naive_error"))
        return (
            f"{self.verdict} Over {len(self.table):,} rates the mean error is {_points(self.mean_error)} (at worst "
            f"{_points(worst)}); counting last events: {_points(self.naive_mean_error)} ({_points(naive_worst)})."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw what was foretold over what came, and the naive rate beside it."""
        from journeymine.draw.agreement import draw_agreement

        names = ("came_rate", "rate", "naive_rate")
        return draw_agreement(
            *(self.table[name].to_numpy() for name in names),
            label="foretold drop-off",
            other_label="naive count",
            ax=ax,
        )


@of_selection
def truncation_check(
    log: EventLog,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    min_visits: int = 100,
) -> TruncationCheck:
    """Cut a log at earlier moments, estimate drop-off from what lies before, and compare with what came.

    Parameters
    ----------
    log
        A log.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window, by default as `dropoff` would choose it from the log before the cut.
    min_visits
        Leave out activities with fewer visits before the cut: what came is then chance itself.

    Returns
    -------
    TruncationCheck
        For cuts at 35, 50, 65 and 80 % of the time the log covers; each judged only where the whole log goes on for a
        window after the cut.

    Raises
    ------
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    OptionError
        If `log` is a summary, which cannot be cut.

    Notes
    -----
    The same visits are judged by both, so that errors do not come from who was lucky, only from what was not yet known
    at the cut. A window that is too long for the log before a cut leaves that cut out.

    Examples
    --------
    >>> import journeymine as jm
    >>> days = [(f"c{n}", activity, f"2024-05-{n % 28 + 1:02}T{hour:02}:00Z") for n in range(56)
    ...     for activity, hour in [("ask", 9), ("answer", 9 + n % 7)][: 1 + n % 4]]
    >>> case, activity, timestamp = zip(*days)
    >>> log = jm.read_table({"case_id": case, "activity": activity, "timestamp": timestamp})
    >>> check = jm.truncation_check(log, goal="answer", within="12h", min_visits=25)
    >>> check.table[["cut_share", "visits", "rate", "came_rate"]].round(3)
       cut_share  visits   rate  came_rate
    0       0.50      28  0.286      0.286
    1       0.65      36  0.278      0.278
    2       0.80      44  0.273      0.273
    """
    import pandas as pd

    if isinstance(log, Summary):
        raise OptionError("a summary cannot be cut; give the log itself to truncation_check")
    whole = summarise(log, parts=["gaps"])
    completing = [name for name in [goal, *([end] if isinstance(end, str) else end)] if name is not None]
    for name in completing:
        whole.code(name)  # which tells of a name that never occurs
    tables = [_judged(log, whole, share, completing, within) for share in CUTS]
    table = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    table = table.loc[table["visits"] >= min_visits].reset_index(drop=True)
    table.insert(len(table.columns) - 1, "q_value", q_values(table.pop("p_value").to_numpy(float)))
    base = (
        f"A log of {watched(log)}, cut at {', '.join(percent(share) for share in CUTS)} of this time; touchpoints "
        f"with at least {min_visits:,} visits before the cut, and windows that end before the log does; goal and other "
        "ends are left out."
    )
    return TruncationCheck(table, base)


def _judged(
    log: EventLog, whole: Summary, share: float, completing: Iterable[str], within: Duration | None
) -> pd.DataFrame:
    """Compare what the log before a cut foretells with what came."""
    import pandas as pd

    first, last = whole.first_time or 0, whole.observed_until or 0
    cut = first + int(share * (last - first))
    early = summarise(log.where(until=f"{np.datetime64(cut, 'us')}Z"), parts=["visits", "gaps"])
    ends = [name for name in completing if name in early.activities]
    try:
        found = dropoffs(early, end=ends, within=within)
    except WindowError:
        return pd.DataFrame(columns=_COLUMNS)
    then = LeftOut(found.curves, found.windows)
    names = [early.activities[code - 1] for code in found.activities]
    came, later = _came(whole, log.times <= cut, names, found.windows)
    errors = jackknife_errors(then.rates - later, then.sizes)  # the same customers, so that their luck cancels
    table = _table(names, found, came).assign(cut_share=share, p_value=p_values(found.rates - came, *errors))
    return table.loc[(cut + found.windows <= last) & ~np.isnan(found.rates + came), _COLUMNS]


def _came(whole: Summary, before: np.ndarray, names: list[str], windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the share of visits before a cut that nothing followed within their window; with each group left out too."""
    curves = Survival(whole.overall("gaps").where(before))  # gaps of a log have a row an event, in its order
    places = np.searchsorted(curves.activities, np.array([whole.code(name) for name in names], curves.activities.dtype))
    of_place = np.zeros(len(curves.activities), np.int64)
    of_place[places] = windows
    return curves.within(of_place)[0][places], LeftOut(curves, of_place).rates[places]


def _table(names: list[str], found: DropOffs, came: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "activity": pd.Series(names, dtype=object),
            "visits": found.visits,
            "rate": found.rates,
            "low": found.low,
            "high": found.high,
            "naive_rate": found.naive_rates,
            "came_rate": came,
            "error": found.rates - came,
            "naive_error": found.naive_rates - came,
            "within_seconds": found.windows / 1e6,
        }
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _points(share: float) -> str:
    return f"{100 * share:.2f} points" if share < 0.0995 else f"{100 * share:.0f} points"
