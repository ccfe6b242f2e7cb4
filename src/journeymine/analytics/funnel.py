"""Funnel: how many journeys get from step to step?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.analytics.watched import watched
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError, UnknownActivityError, UnknownOptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.attempts import Attempts, attempts, attempts_in_any_order
from journeymine.summary.counts import Counts
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import share_errors
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Funnel", "funnel", "step_codes"]

_ATTEMPT = Literal["best", "first"]


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(Result):
    """How many journeys reach each step.

    Attributes
    ----------
    table
        One row a step: ``step``, ``cases`` that reached it, ``step_share`` of those that reached the step before,
        ``start_share`` of those that reached the first, ``median_seconds`` and ``p90_seconds`` since the step before;
        from a log also the intervals of both shares, ``step_low``, ``step_high``, ``start_low``, ``start_high``.
    went_on
        What the journeys that stopped did directly after the last ``step`` they reached: ``next_activity`` (None:
        nothing more so far), ``cases``, ``share`` of those that stopped there. None from a summary.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.funnel(log, ["visit", "buy"]).headline
    '67 % of the journeys that reach “visit” reach “buy”; most are lost between “visit” and “buy”, where 33 % stop;
    the slowest step takes a median of 1.5 d, from “visit” to “buy”.'
    """

    went_on: pd.DataFrame | None = None

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        rows = self.table.dropna(subset="step_share").iloc[1:]
        if not len(rows):
            return f"No journey reaches “{self.table['step'].iloc[0]}”."
        loss = rows.loc[rows["step_share"].idxmin()]
        before = self.table["step"].iloc[int(loss.name) - 1]
        total = self.table["start_share"].iloc[-1]
        return (
            f"{percent(total)} of the journeys that reach “{self.table['step'].iloc[0]}” reach "
            f"“{self.table['step'].iloc[-1]}”; most are lost between “{before}” and “{loss['step']}”, where "
            f"{percent(1 - loss['step_share'])} stop{self._slowest()}."
        )

    def _slowest(self) -> str:
        medians = self.table["median_seconds"].to_numpy(float)
        if np.isnan(medians).all():
            return ""
        place = int(np.nanargmax(medians))
        before, after = self.table["step"].iloc[place - 1], self.table["step"].iloc[place]
        taken = format_duration(medians[place])
        return f"; the slowest step takes a median of {taken}, from “{before}” to “{after}”"

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the steps as bars, with what is lost between them and what those who stop did next."""
        from journeymine.analytics.funnel_steps import funnel_steps
        from journeymine.draw.steps import draw_steps

        return draw_steps(funnel_steps(self.table, self.went_on), ax=ax)


@of_selection
def funnel(
    log: EventLog | Summary,
    steps: Sequence[str],
    *,
    within: Duration | None = None,
    in_order: bool = True,
    exclude: str | Sequence[str] = (),
    hold: str | None = None,
    attempt: Literal["best", "first"] = "best",
    confidence: float = 0.95,
) -> Funnel:
    """Count the journeys that take steps, with anything in between.

    Parameters
    ----------
    log
        A log; or a summary, which knows the order of events but not their times, nor whose they are.
    steps
        Activities, at least two.
    within
        Longest time from the first step to the last, such as ``"14d"``.
    in_order
        Whether the steps must come as they are listed. In any order, a journey reaches a step when that one and those
        listed before it have all come.
    exclude
        Activities that end an attempt: what comes after one is not reached.
    hold
        A column, such as the product: all steps of an attempt must have the same value in it.
    attempt
        ``"best"``: a journey counts as far as its best attempt got, from any of its first steps. ``"first"``: only its
        first attempt counts.
    confidence
        Of the intervals, whose unit is the customer.

    Returns
    -------
    Funnel
        Open journeys are in it as far as they went, so shares are lower bounds in a log that ends while customers are
        under way.

    Raises
    ------
    UnknownActivityError, UnknownColumnError
        If a step, an excluded activity or the column to hold does not occur; the message names the closest.
    OptionError
        If there are fewer than two steps, a step comes twice in any order, or a summary is asked for more than its
        steps.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.funnel(log, ["visit", "buy"], within="36h").table[["step", "cases", "step_share", "median_seconds"]]
        step  cases  step_share  median_seconds
    0  visit      3    1.000000             NaN
    1    buy      1    0.333333         86400.0
    """
    if isinstance(steps, str) or len(steps) < 2:
        raise OptionError(f"a funnel needs at least two steps, not {steps!r}")
    codes, barred = (
        step_codes(names, list(log.activities)) for names in (steps, [exclude] if isinstance(exclude, str) else exclude)
    )
    if not in_order and len(set(codes)) < len(codes):
        raise OptionError("in any order no step can come twice")
    if attempt not in get_args(_ATTEMPT):
        raise UnknownOptionError("attempt cannot be {name!r}", attempt, get_args(_ATTEMPT))
    base = _base(log, within, in_order=in_order, exclude=exclude, hold=hold, attempt=attempt)
    if isinstance(log, Summary):
        if within is not None or barred or hold is not None or not in_order or attempt != "best":
            raise OptionError(
                "a summary does not know the time between steps; give the log itself to use these options"
            )
        return _of_summary(log, steps, codes, base)
    find = attempts if in_order else attempts_in_any_order
    arrays, window = Arrays(log), None if within is None else to_microseconds(within)
    held = None if hold is None else columns.codes(log.labels(hold))
    found = find(arrays.codes, arrays.offsets, arrays.times, codes, window=window, exclude=barred, hold=held)
    chosen = found.first_of_each_case() if attempt == "first" else found.deepest_of_each_case()
    return _of_log(steps, chosen, arrays, confidence, base)


def step_codes(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Give the codes of steps.

    Parameters
    ----------
    names
        Activities.
    known
        Those that occur, in the order of their codes.

    Returns
    -------
    list of int
        One for each name, from 1.

    Raises
    ------
    UnknownActivityError
        If one never occurs; the message names the closest.
    """
    for name in names:
        if name not in known:
            raise UnknownActivityError("step {name!r} never occurs", name, known)
    return [known.index(name) + 1 for name in names]


def _base(
    log: EventLog | Summary,
    within: Duration | None,
    *,
    in_order: bool,
    exclude: str | Sequence[str],
    hold: str | None,
    attempt: str,
) -> str:
    ways = ["in order" if in_order else "in any order"]
    ways += ["with any time in between"] if within is None else [f"within {within} of the first step"]
    ways += [f"the same {hold} throughout"] if hold else []
    ways += [f"none of {', '.join([exclude] if isinstance(exclude, str) else exclude)} in between"] if exclude else []
    told = "every attempt counts" if attempt == "best" else "only the first attempt counts"
    return (
        f"{counted(log.num_cases, 'journey')} of {watched(log)}, of which those that take the steps {', '.join(ways)}; "
        f"{told}; open journeys count as far as they went."
    )


# --- from attempts to figures ----------------------------------------------------------------------------------------


def _of_log(steps: Sequence[str], chosen: Attempts, arrays: Arrays, confidence: float, base: str) -> Funnel:
    reached = chosen.times < np.iinfo(np.int64).max
    taken = [np.diff(chosen.times[reached[:, step], step - 1 : step + 1])[:, 0] / 1e6 for step in range(1, len(steps))]
    quantiles = [[np.quantile(each, share) if len(each) else np.nan for each in taken] for share in (0.5, 0.9)]
    groups = arrays.case_groups[chosen.cases]
    by_group = np.stack([np.bincount(groups[reached[:, step]], minlength=NUM_GROUPS) for step in range(len(steps))])
    table = _table(steps, by_group.sum(axis=1), *quantiles)
    for name, hits, trials in (("step", by_group[1:], by_group[:-1]), ("start", by_group[1:], by_group[:1])):
        low, high = _intervals(hits, np.broadcast_to(trials, hits.shape), confidence)
        table[f"{name}_low"], table[f"{name}_high"] = [np.nan, *low], [np.nan, *high]
    return Funnel(table, base, _went_on(steps, chosen, arrays))


def _intervals(hits: np.ndarray, trials: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    return share_interval(*share_errors(hits, trials), confidence)


def _went_on(steps: Sequence[str], chosen: Attempts, arrays: Arrays) -> pd.DataFrame:
    """Count what came directly after the last step that journeys reached, for those that did not reach the next."""
    import pandas as pd

    depths = chosen.depths
    stopped = np.flatnonzero((depths > 0) & (depths < len(steps)))
    after = chosen.places[stopped, depths[stopped] - 1] + 1
    goes_on = after < arrays.offsets[chosen.cases[stopped] + 1]
    code = np.where(goes_on, np.append(arrays.codes, 0)[after], 0)
    names = [None, *arrays.activities]
    followed = Counts.of({"step": depths[stopped] - 1, "code": code})
    table = pd.DataFrame(
        {
            "step": [steps[place] for place in followed["step"]],
            "next_activity": pd.Series([names[place] for place in followed["code"]], dtype=object),
            "cases": followed["count"],
            "place": followed["step"],
        }
    )
    table["share"] = table["cases"] / table.groupby("place")["cases"].transform("sum")
    table = table.sort_values(["place", "cases"], ascending=[True, False], kind="stable", ignore_index=True)
    return table.drop(columns="place")


def _of_summary(summary: Summary, steps: Sequence[str], codes: list[int], base: str) -> Funnel:
    counts, sequences = summary.overall("variants"), summary.sequences
    nowhen = np.zeros(len(sequences.codes), np.int64)
    best = attempts(sequences.codes, sequences.offsets, nowhen, codes).deepest_of_each_case()
    weights = np.zeros(len(sequences), np.int64)
    weights[counts["variant"]] = counts["count"]
    cases = [int(weights[best.cases[best.depths > step]].sum()) for step in range(len(codes))]
    unknown = [np.nan] * (len(steps) - 1)
    return Funnel(_table(steps, np.array(cases), unknown, unknown), base)


def _table(steps: Sequence[str], cases: np.ndarray, medians: Sequence[float], p90s: Sequence[float]) -> pd.DataFrame:
    import pandas as pd

    before = np.concatenate((cases[:1], cases[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = {"step_share": cases / before, "start_share": cases / cases[0]}
    seconds = {"median_seconds": [np.nan, *medians], "p90_seconds": [np.nan, *p90s]}
    return pd.DataFrame({"step": list(steps), "cases": cases, **shares, **seconds})
