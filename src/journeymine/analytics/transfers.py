"""Transfers: how often are customers passed from agent to agent, back again, and how long do they wait?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.waits import waits
from journeymine.durations import format_duration
from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import totals
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.handovers import Handovers
from journeymine.summary.intervals import positive_interval, share_interval
from journeymine.summary.jackknife import jackknife_errors, share_errors, shares_without_each
from journeymine.summary.quantiles import coded
from journeymine.summary.summary import Summary
from journeymine.summary.visits import distinct_customers
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Transfers", "transfers"]

_BACK: Final = ("passed_back_rate", "passed_back_low", "passed_back_high")


@dataclass(frozen=True, eq=False, repr=False)
class Transfers(Result):
    """How often customers are passed from agent to agent.

    Attributes
    ----------
    table
        One row, or one a segment where they were asked for: ``segment``; ``journeys`` that an agent served, of
        ``customers`` (a journey of nobody counts as one); ``transferred`` of them; ``rate`` in [0, 1] of transferred
        journeys, with ``low`` and ``high``; ``mean_transfers`` of a journey, with ``mean_low`` and ``mean_high``;
        ``passed_back`` (journeys that came back from one agent to another: A, B, A), ``passed_back_rate``,
        ``passed_back_low`` and ``passed_back_high``.
    handovers
        One row a pair of agents, most frequent first: ``agent``, ``next_agent``, ``count``, ``customers`` and
        ``passed_back`` (how many of them came back to the agent of before).
    waiting
        How long customers wait, as far as it is logged: ``channel``, ``waiting`` (the column or activity that says it),
        ``count``, ``customers``, ``median_seconds``, ``median_low_seconds``, ``median_high_seconds``, ``p90_seconds``.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case": ["a"] * 3 + ["b"], "what": ["talk"] * 4, "agent": ["kim", "lee", "kim", "lee"],
    ...     "at": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4)]}, case="case", activity="what", timestamp="at")
    >>> jm.transfers(log, agent="agent").headline
    '50 % (0.0 % to 100 %) of journeys that an agent served are transferred, 50 % (0.0 % to 100 %) come back to an agent
    who had passed them on.'
    """

    handovers: pd.DataFrame
    waiting: pd.DataFrame

    @property
    def headline(self) -> str:
        """The answer in one sentence, for the first segment, and the longest wait."""
        if not len(self.table):
            return "No journey was served by an agent."
        first = self.table.iloc[0]
        whose = f" of segment “{first['segment']}”" if "segment" in self.table else ""
        return (
            f"{percent(first['rate'])} ({percent(first['low'])} to {percent(first['high'])}) of journeys{whose} that "
            f"an agent served are transferred, {percent(first['passed_back_rate'])} "
            f"({percent(first['passed_back_low'])} to {percent(first['passed_back_high'])}) come back to an agent who "
            f"had passed them on{self._longest_wait()}."
        )

    def _longest_wait(self) -> str:
        if not len(self.waiting):
            return ""
        worst = self.waiting.loc[self.waiting["median_seconds"].idxmax()]
        where = f" on {worst['channel']}" if worst["channel"] else ""
        median, most = format_duration(worst["median_seconds"]), format_duration(worst["p90_seconds"])
        return f"; half of the customers{where} wait {median} or more, one in ten {most} ({worst['waiting']})"

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the share of journeys that are transferred, and beside it the share that come back."""
        from journeymine.draw.intervals import draw_intervals

        names = self.table["segment"].tolist() if "segment" in self.table else ["all journeys"] * len(self.table)
        figures = (self.table[name].to_numpy() for name in ("rate", "low", "high", "passed_back_rate"))
        return draw_intervals(names, *figures, label="transferred", other_label="came back", ax=ax)


@of_selection
def transfers(
    log: EventLog,
    *,
    agent: str = "agent",
    by: str | None = None,
    waiting: str | Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Transfers:
    """Count transfers: another agent takes a journey over in the same channel.

    Parameters
    ----------
    log
        A log.
    agent
        The column that says who served. Events without an agent lie between, and are none.
    by
        A column: its value in a journey's first event is the journey's segment.
    waiting
        Columns that hold seconds of waiting, and activities that last as long as a wait, from their begin to their end;
        by default what the readers of telephone and chat systems give: ``ring_seconds``, ``wait_seconds``, ``waited in
        queue``, ``waited for callback``.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [1]_.

    Returns
    -------
    Transfers
        Open journeys are in it as far as they went, so the shares are lower bounds in a log that ends while customers
        are under way; `effort` has transfers until journeys are resolved, corrected for that.

    Raises
    ------
    UnknownColumnError
        If there is no such column; the message names the closest.
    OptionError
        If `log` is a summary, or a column of waiting holds no seconds.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case": ["a"] * 3 + ["b"], "what": ["talk"] * 4, "agent": ["kim", "lee", "kim", "lee"],
    ...     "at": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4)]}, case="case", activity="what", timestamp="at")
    >>> jm.transfers(log).table[["journeys", "transferred", "rate", "mean_transfers", "passed_back"]]
       journeys  transferred  rate  mean_transfers  passed_back
    0         2            1   0.5             1.0            1
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    if isinstance(log, Summary):
        raise OptionError("a summary does not know who served; give the log itself to transfers")
    arrays, agents = Arrays(log, by), log.labels(agent)
    who = columns.codes(agents)
    found = Handovers.of(arrays, who)
    base = (
        f"{counted(np.count_nonzero(who >= 0), 'event')} with an agent (column {agent!r}), {len(found.after):,} "
        f"transfers in one channel; open journeys count as far as they went; {confidence:.0%} intervals with the "
        "customer as unit."
    )
    handovers = _handovers(arrays, found, who, agents.dictionary.to_pylist())
    return Transfers(_table(arrays, by, who, found, confidence), base, handovers, waits(log, waiting, confidence))


def _table(arrays: Arrays, by: str | None, who: np.ndarray, found: Handovers, confidence: float) -> pd.DataFrame:
    import pandas as pd

    cases, segments = arrays.per_event(np.arange(len(arrays.firsts))), arrays.case_segments
    served, moves, backs = (
        np.bincount(cases[events], minlength=len(segments))
        for events in (np.flatnonzero(who >= 0), found.after, found.after[found.is_back])
    )
    known = np.flatnonzero((served > 0) & ((segments > 0) | (by is None)))
    people = distinct_customers({"segment": segments[known]}, arrays.case_customers[known])
    place = np.searchsorted(people["segment"], segments[known])
    cells, shape = place * np.int64(NUM_GROUPS) + arrays.case_groups[known], (len(people), NUM_GROUPS)
    journeys, transferred, transfers_made, passed_back = (
        np.bincount(cells, amounts, len(people) * NUM_GROUPS).reshape(shape)
        for amounts in (served[known] > 0, moves[known] > 0, moves[known], backs[known] > 0)
    )
    labels = {} if by is None else {"segment": np.array(arrays.segments, object)[people["segment"].astype(int) - 1]}
    return pd.DataFrame(
        {
            **labels,
            "journeys": people["count"],
            "customers": people["customers"],
            "transferred": transferred.sum(axis=1).astype(np.int64),
            **_share(transferred, journeys, people["customers"], confidence, ("rate", "low", "high")),
            **_mean(transfers_made, journeys, confidence),
            "passed_back": passed_back.sum(axis=1).astype(np.int64),
            **_share(passed_back, journeys, people["customers"], confidence, _BACK),
        }
    )


def _share(
    hits: np.ndarray, trials: np.ndarray, customers: np.ndarray, confidence: float, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """Give shares with their intervals, from counts of shape (segments, groups)."""
    shares, errors, freedom = share_errors(hits, trials)
    return dict(zip(names, (shares, *share_interval(shares, errors, freedom, confidence, customers)), strict=True))


def _mean(amounts: np.ndarray, journeys: np.ndarray, confidence: float) -> dict[str, np.ndarray]:
    """Give the mean amount of a journey with its interval, from sums of shape (segments, groups)."""
    means, left_out = shares_without_each(amounts, journeys)
    low, high = positive_interval(means, *jackknife_errors(left_out, journeys), confidence)
    return {"mean_transfers": means, "mean_low": low, "mean_high": high}


def _handovers(arrays: Arrays, found: Handovers, who: np.ndarray, names: list[str]) -> pd.DataFrame:
    import pandas as pd

    pairs, (before, after) = coded([who[found.before], who[found.after]])
    customers = arrays.per_event(arrays.case_customers)[found.after]
    people = distinct_customers({"agent": who[found.before], "next_agent": who[found.after]}, customers)
    labels = np.array(names, object)
    table = pd.DataFrame(
        {
            "agent": labels[before],
            "next_agent": labels[after],
            "count": people["count"],
            "customers": people["customers"],
            "passed_back": totals(pairs, found.is_back.astype(np.int64), len(before)),
        }
    )
    return table.sort_values(["count", "agent", "next_agent"], ascending=[False, True, True], ignore_index=True)
