"""Flow: what comes before and after a touchpoint, step by step?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary import aligned, journeys
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts, totals
from journeymine.summary.dropoffs import return_curves
from journeymine.summary.groups import NUM_GROUPS
from journeymine.summary.intervals import share_interval
from journeymine.summary.jackknife import share_errors
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.windows import windows_of
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from journeymine.draw.ribbons import Block

__all__ = ["Flow", "flow"]

_START, _END, _OPEN = "(start)", "(end)", "(open)"
_NAMES: Final = (_START, _END, _OPEN)  # in the order of the codes of `aligned`
_MOST: Final = 5


@dataclass(frozen=True, eq=False, repr=False)
class Flow(Result):
    """What comes before and after a touchpoint.

    Attributes
    ----------
    table
        One row a step and what came then, by ``step`` (−1 is the one before the anchor, 1 the one after it), most
        frequent first: ``activity``, ``cases``, ``share`` of all journeys with the anchor, ``low`` and ``high``.
        ``"(start)"`` are the journeys that had not begun, ``"(end)"`` those that were over, ``"(open)"`` those that may
        still go on.
    links
        One row a pair of neighbours: ``step`` of the first, ``activity``, ``next_activity``, ``cases``.
    anchor
        The touchpoint.
    num_cases
        Journeys with the anchor.
    channels
        Most frequent channel of each activity, where the log says it.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.flow(log, "buy", steps=1).headline
    'Of 2 journeys with “buy”, 100 % come from “visit” (22 % to 100 %); after it 50 % were over.'
    """

    links: pd.DataFrame
    anchor: str
    num_cases: int
    channels: Mapping[str, str]

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        before, after = (self._rows(step)[0] for step in (-1, 1))
        several = f"Of {counted(self.num_cases, 'journey')} with “{self.anchor}”"
        return f"{several}, {_came(before, 'start with it', 'come from')}; after it {_came(after, '', 'go to')}."

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw a column for each step, with ribbons between what follows one another."""
        from journeymine.draw.ribbons import draw_ribbons

        last = self.table["step"].to_numpy(int).max(initial=1)
        steps = range(-last, last + 1)
        columns = [self._blocks(step) for step in steps]
        links = [
            dict(zip(zip(rows["activity"], rows["next_activity"], strict=True), rows["cases"], strict=True))
            for _, rows in self.links.groupby("step")
        ]
        return draw_ribbons(columns, links, [_head(step, self.num_cases) for step in steps], ax=ax)

    def _rows(self, step: int) -> list[dict[str, Any]]:
        """Give what came at a step, most frequent first."""
        return self.table.loc[self.table["step"] == step].to_dict("records")

    def _blocks(self, step: int) -> list[Block]:
        from journeymine.draw.ribbons import Block

        if not step:
            return [Block(self.anchor, self.num_cases, self.channels.get(self.anchor))]
        blocks = {
            row["activity"]: Block(
                row["activity"],
                row["cases"],
                self.channels.get(row["activity"]),
                f"({100 * row['low']:.0f} – {100 * row['high']:.0f})",
                aside=row["activity"] in _NAMES,
            )
            for row in self._rows(step)
        }
        aside = [blocks.pop(name) for name in _NAMES if name in blocks]
        return [*blocks.values(), *aside]


@of_selection
def flow(
    log: EventLog,
    anchor: str,
    *,
    steps: int = 3,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    confidence: float = 0.95,
) -> Flow:
    """Count what comes before and after a touchpoint, step by step.

    Journeys are laid over one another at the first time the touchpoint occurs in each.

    Parameters
    ----------
    log
        A log.
    anchor
        The touchpoint.
    steps
        How many before it, and as many after it: 1 to 5.
    goal, end
        Activities that complete a journey, with and without success.
    within
        A journey without a declared end is over where its last event's source was observed for so long after it; by
        default as in `dropoff`.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [1]_.

    Returns
    -------
    Flow
        Shares of all journeys with the anchor. Where journeys are open, what comes after is a lower bound.

    Raises
    ------
    UnknownActivityError
        If `anchor`, `goal` or an `end` never occurs; the message names the closest activities.
    OptionError
        If `steps` is not 1 to 5, the confidence does not lie between 0 and 1, or `log` is a summary.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    References
    ----------
    .. [1] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"],
    ...     "activity": ["visit", "buy", "visit", "visit", "buy"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]})
    >>> jm.flow(log, "visit", steps=1, goal="buy", within="2d").table[["step", "activity", "cases", "share"]]
       step activity  cases     share
    0    -1  (start)      3  1.000000
    1     1      buy      2  0.666667
    2     1    (end)      1  0.333333
    """
    if isinstance(log, Summary):
        raise OptionError("a summary does not know what came before what; give the log itself to flow")
    if not 1 <= steps <= _MOST:
        raise OptionError(f"steps must be 1 to {_MOST}, not {steps!r}")
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    summary = summarise(log, parts=["gaps", "channels"])
    curves = return_curves(summary, goal=goal, end=end)
    window = int(windows_of(curves, summary, within).max(initial=0))
    arrays = Arrays(log)
    cases, anchors = journeys.starts_of(arrays, summary.code(anchor))
    stops = [summary.code(name) for name in [*([end] if isinstance(end, str) else end), *([goal] if goal else [])]]
    is_open = _is_open(arrays, cases, stops, window)
    counts = aligned.of(arrays, cases, anchors, steps=steps, is_open=is_open)
    names = [*_NAMES, *log.activities]
    known = arrays.case_known[cases]
    nobody = (
        f", and {np.count_nonzero(~known):,} are nobody's, whose next event nobody knows" if not known.all() else ""
    )
    base = (
        f"{counted(len(cases), 'journey')} of {counted(arrays.num_known(cases), 'customer')}, at the first “{anchor}” "
        f"of each; {np.count_nonzero(is_open & known):,} of them were open when their source ended (last event less "
        f"than {format_duration(window / 1e6)} before){nobody}, so that shares after it are lower bounds; "
        f"{confidence:.0%} intervals with the customer as unit."
    )
    table = _table(counts, names, steps, confidence)
    return Flow(table, base, _links(counts, names, steps), anchor, len(cases), summary.main_channels())


def _is_open(arrays: Arrays, cases: np.ndarray, stops: Sequence[int], window: int) -> np.ndarray:
    """Tell which journeys may go on; nobody can say it of those of nobody."""
    lasts = arrays.lasts[cases]
    watched = arrays.source_ends[arrays.source_codes[lasts]] - arrays.times[lasts]
    return ~np.isin(arrays.codes[lasts], stops) & ((watched < window) | ~arrays.case_known[cases])


def _table(counts: Counts, names: Sequence[str], steps: int, confidence: float) -> pd.DataFrame:
    """Give what came at each step but the anchor's, with intervals."""
    import pandas as pd

    hits = _hits(counts, steps, len(names))
    step, code = (places.astype(int) for places in np.nonzero(hits.sum(axis=2)))
    step, code = step[step != steps], code[step != steps]
    trials = np.broadcast_to(hits[steps].sum(axis=0), (len(step), NUM_GROUPS))
    shares, errors, freedom = share_errors(hits[step, code], trials)
    low, high = share_interval(shares, errors, freedom, confidence)
    activities = [names[each] for each in code.tolist()]
    cases = hits[step, code].sum(axis=1)
    figures = {"activity": activities, "cases": cases, "share": shares, "low": low, "high": high}
    table = pd.DataFrame({"step": step - steps, **figures})
    return table.sort_values(["step", "cases", "activity"], ascending=[True, False, True], ignore_index=True)


def _hits(counts: Counts, steps: int, size: int) -> np.ndarray:
    """Count journeys by step, what came, and group of customers."""
    shape = (2 * steps + 1, size, NUM_GROUPS)
    step, group, number = counts["step"].astype(int), counts["group"], counts["count"]
    hits = totals(np.ravel_multi_index((step, counts["activity"], group), shape), number, prod(shape))
    final = step == 2 * steps - 1
    last = np.ravel_multi_index((step[final] + 1, counts["next_activity"][final], group[final]), shape)
    return (hits + totals(last, number[final], prod(shape))).reshape(shape)


def _links(counts: Counts, names: Sequence[str], steps: int) -> pd.DataFrame:
    import pandas as pd

    pairs = counts.without("group")
    columns = {name: [names[code] for code in pairs[name]] for name in ("activity", "next_activity")}
    return pd.DataFrame({"step": pairs["step"].astype(int) - steps, **columns, "cases": pairs["count"]})


def _came(row: Mapping[str, Any], start: str, verb: str) -> str:
    """Say what came most often before or after."""
    share, name = percent(row["share"]), str(row["activity"])
    if name in _NAMES:
        return f"{share} {({_START: start, _END: 'were over', _OPEN: 'were still open'})[name]}"
    return f"{share} {verb} “{name}” ({percent(row['low'])} to {percent(row['high'])})"


def _head(step: int, cases: int) -> str:
    if not step:
        return counted(cases, "journey")
    return f"{counted(abs(step), 'step')} {'before' if step < 0 else 'after'}"
