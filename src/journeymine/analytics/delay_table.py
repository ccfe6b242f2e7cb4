"""The table of delays, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.excess import excess
from journeymine.analytics.passes import PAIR, Passes
from journeymine.analytics.references import BEST, ENOUGH, Given, Reference
from journeymine.analytics.slower import slower
from journeymine.draw.spreads import SHARES
from journeymine.log.eventlog import EventLog
from journeymine.log.selection import Moment
from journeymine.summary.significance import q_values
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LOWER_BOUND", "SPREAD", "delay_base", "delay_table"]

LOWER_BOUND: Final = "p90 at least"
"""The mark of a transition whose 90th percentile is only a lower bound."""

SPREAD: Final = tuple("median_seconds" if share == 0.5 else f"p{100 * share:.0f}_seconds" for share in SHARES)
"""The columns that say how passes are spread, in their order."""

_NAMES: Final = (*PAIR, "segment")
_OPEN: Final = 0.1
_TIMES: Final = {"waiting": "from the end of one event to the begin of the next", "service": "from begin to end of one"}
_REFERENCES: Final = {
    None: "each transition's own median",
    BEST: "each transition's median in its best segment",
}


def delay_table(passes: Passes, reference: Reference, confidence: float, min_cases: int) -> pd.DataFrame:
    """Give one row a transition, as `journeymine.Delays` has them.

    Parameters
    ----------
    passes
        The transitions.
    reference
        What they should take.
    confidence
        Of the intervals.
    min_cases
        Leave out transitions with fewer passes.

    Returns
    -------
    pandas.DataFrame
        What is most surely slower stands first; where there is nothing to be slower than, what surely takes most.
    """
    import pandas as pd

    beyond, above = excess(passes, reference, confidence), slower(passes, reference, confidence)
    spread = dict(zip(SPREAD, passes.quantiles, strict=True))
    marks = np.where(passes.open > _OPEN * passes.visits, LOWER_BOUND, "")
    facts = {
        "count": passes.times.totals,
        "customers": passes.customers,
        "open": passes.open,
        "median_seconds": passes.medians,
        "p90_seconds": passes.p90s,
        "excess_seconds": beyond.seconds,
        "excess_low_seconds": beyond.low,
        "excess_high_seconds": beyond.high,
        "reference_seconds": reference.seconds,
        "limit_seconds": reference.limits,
        "above_share": above.shares,
        "above_low": above.low,
        "above_high": above.high,
        "reference_share": above.others,
        "p_value": above.p,
        "q_value": np.nan,
        "mark": marks.astype(object),
        **_parts(passes),
        **{name: values for name, values in spread.items() if name not in ("median_seconds", "p90_seconds")},
    }
    names = {name: pd.Series(passes.labels(name), dtype=object) for name in _NAMES if name in passes.kinds}
    best = {} if reference.best is None else {"best_segment": pd.Series(reference.best, dtype=object)}
    table = pd.DataFrame({**names, **facts, **best})
    return _ranked(table.loc[table["count"] >= min_cases])


def _parts(passes: Passes) -> dict[str, np.ndarray]:
    """Give waiting and service apart, where the ends of events are logged."""
    if passes.timed is None or not passes.timed.has_ends:
        return {}
    return {f"median_{time}_seconds": passes.median_of(time) for time in ("waiting", "service")}


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(q_value=q_values(table["p_value"].to_numpy()))
    ranks, names = ["p_value", "excess_low_seconds", "excess_seconds"], [name for name in _NAMES if name in table]
    ascending = [True, False, False, *(True for _ in names)]
    return table.sort_values([*ranks, *names], ascending=ascending, ignore_index=True)


# --- what it rests on ------------------------------------------------------------------------------------------------


def delay_base(passes: Passes, table: pd.DataFrame, reference: Given, since: Moment | None, confidence: float) -> str:
    """Say what delays rest on.

    Parameters
    ----------
    passes
        The transitions.
    table
        What is said of them.
    reference, since
        As `journeymine.delays` takes them.
    confidence
        Of the intervals.

    Returns
    -------
    str
        A sentence.
    """
    tested = np.count_nonzero(table["q_value"].notna())
    called = (
        f"; q-values by Benjamini and Hochberg, of {tested:,} transitions with {ENOUGH} passes and more on both sides; "
        "linked to the period or segment, not shown to be caused by it"
    )
    return (
        f"{passes.times.totals.sum():,} completed transitions of {counted(passes.num_customers, 'customer')}, "
        f"{_time_of(passes)}; excess over {_described(reference, since)}; visits still waiting when their source "
        f"ended, whose waits are not in it: {passes.num_open:,}; {confidence:.0%} intervals with the customer as unit"
        f"{called if tested else ''}."
    )


def _time_of(passes: Passes) -> str:
    timed = passes.timed
    hours = " in opening hours of the channel that acts" if timed is not None and timed.calendar else ""
    if timed is None or timed.time == "transition":
        alone = "" if timed is None or timed.has_ends else ", which is all that one time for each event tells"
        return f"from one event to the next{hours}{alone}"
    left = passes.by_clock.totals.sum() - passes.times.totals.sum()
    return f"{_TIMES[timed.time]}{hours} (left out, since their end is not logged: {left:,})"


def _described(reference: Given, since: Moment | None) -> str:
    if since is not None:
        return f"each transition's median in journeys that began before {since}"
    if isinstance(reference, EventLog | Summary):
        return "each transition's median in the reference"
    return _REFERENCES.get(reference, str(reference))
