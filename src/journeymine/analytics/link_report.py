"""Link report: who was linked by what, what was dropped, and how much do the answers depend on it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.dropoff import dropoff
from journeymine.analytics.link_tables import clusters, dropped, linked_by
from journeymine.analytics.result import Result, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.cut import cut
from journeymine.log.eventlog import EventLog
from journeymine.log.levels import Linked, linked_up_to
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["LinkReport", "link_report"]

_LEVELS: Final = {"strong": "strong links only", "medium": "strong and medium links", "all": "all links"}


@dataclass(frozen=True, eq=False, repr=False)
class LinkReport(Result):
    """What linking did, and how much the answers depend on it.

    Attributes
    ----------
    table
        One row a level of links (``strong``, ``medium``: those and the strong ones, ``all``): ``customers``, ``cases``,
        ``dropoff_rate`` over all touchpoints in [0, 1] with ``dropoff_low`` and ``dropoff_high`` of its interval,
        ``switches`` (transitions to another channel) and ``switch_share`` of all transitions.
    clusters
        How many ``customers`` have how many ``identifiers``, and their ``share``.
    largest
        The ten customers with the most ``identifiers``, their ``kinds`` and ``events``.
    dropped
        Identifiers that name no customer, by ``kind`` and ``reason``: how many ``identifiers``, the ``events`` that
        carry one, and their largest ``max_degree``.
    events
        How many ``events``, and which ``share``, have their customer through a link of which tier (``linked_by``);
        ``anonymous`` ones have nothing but a weak identifier of nobody else's.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.link(jm.read_table({"activity": ["visit", "buy"], "cookie": ["k", "k"], "user": [None, "u1"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z"]}, ids={"user": "user", "cookie": "cookie"}))
    >>> jm.link_report(log).events.query("events > 0")
      linked_by  events  share
    0    strong       1    0.5
    2      weak       1    0.5
    """

    clusters: pd.DataFrame
    largest: pd.DataFrame
    dropped: pd.DataFrame
    events: pd.DataFrame

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        rates = [percent(rate) for rate in self.table["dropoff_rate"]]
        shares = [percent(share) for share in self.table["switch_share"]]
        return (
            f"Drop-off is {rates[0]} with strong links only, {rates[1]} with medium ones and {rates[2]} with all; "
            f"{shares[0]}, {shares[1]} and {shares[2]} of the transitions are to another channel."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw drop-off at each level with its interval, and the share of switches beside it."""
        from journeymine.draw.intervals import draw_intervals

        rows = self.table
        return draw_intervals(
            [_LEVELS[level] for level in rows["links"]],
            rows["dropoff_rate"].to_numpy(),
            rows["dropoff_low"].to_numpy(),
            rows["dropoff_high"].to_numpy(),
            rows["switch_share"].to_numpy(),
            label="drop-off",
            other_label="switches of channel",
            ax=ax,
        )

    def _repr_html_(self) -> str:
        more = {
            "Events by what links them": self.events,
            "Customers by their identifiers": self.clusters,
            "Customers with the most identifiers": self.largest,
            "Identifiers that name nobody": self.dropped,
        }
        tables = [f"<p>{title}</p>{table.to_html(index=False, max_rows=20)}" for title, table in more.items()]
        return super()._repr_html_() + "".join(tables)


def link_report(
    log: EventLog,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    gap: Duration | None = None,
    within: Duration | None = None,
    confidence: float = 0.95,
) -> LinkReport:
    """Tell what linking did, and how much drop-off and switches of channel depend on it.

    The same events are given to customers three times: by strong links only, by strong and medium ones, and by all.
    An event whose link does not count belongs to a customer of its own identifier. Journeys are cut anew each time.

    Parameters
    ----------
    log
        A log that was linked, cut or not.
    goal, end
        Activities that complete a journey, with and without success; they end journeys here, too.
    gap
        A longer silence begins a new journey; by default each customer is one journey.
    within
        Window of the drop-off, the same for all touchpoints; by default the 95th percentile of the time to the next
        event with all links.
    confidence
        Of the intervals, whose unit is the customer.

    Returns
    -------
    LinkReport
        Its ``table`` compares the three; ``clusters``, ``largest``, ``dropped`` and ``events`` tell what was linked.

    Raises
    ------
    OptionError
        If the log was not linked.
    UnknownActivityError
        If `goal` or an `end` never occurs.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    The tier of a link is the weakest on the way from an identifier to its customer. An identifier that linking dropped
    names nobody at any level. Corrections by hand count as strong, pairs of a model as medium.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.link(jm.read_table({"activity": ["visit", "ask", "buy"], "cookie": ["k", "k", None],
    ...     "mail": [None, "jo@mail.example", "jo@mail.example"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3)]}, ids={"email": "mail", "cookie": "cookie"}))
    >>> jm.link_report(log, goal="buy", within="1d").table[["links", "customers", "cases"]]
        links  customers  cases
    0  strong          2      2
    1  medium          2      2
    2     all          1      1
    """
    import pandas as pd

    if isinstance(log, Summary):
        raise OptionError("a summary does not know who was linked to whom; give the log itself to link_report")
    linked = Linked.of(log)
    ends = [*([] if goal is None else [goal]), *([end] if isinstance(end, str) else end)]
    levels = {"all": log} | {level: linked_up_to(linked, level) for level in ("strong", "medium")}
    journeys = {level: cut(mine, gap=gap, end=ends) for level, mine in levels.items()}
    found: dict[str, dict[str, float]] = {}
    for level, mine in journeys.items():  # the first has all links and chooses the window
        found[level], within = _answers(mine, goal, ends, within, confidence)
    table = pd.DataFrame([{"links": level, **found[level]} for level in _LEVELS])
    sizes, most = clusters(log)
    base = f"{_named(log)}; {_window(within)}, {confidence:.0%} intervals with the customer as unit."
    return LinkReport(table, base, sizes, most, dropped(linked), linked_by(linked))


def _named(log: EventLog) -> str:
    owners = log.evidence["customer"]
    customers = len(columns.whole(owners).dictionary)
    kept = len(owners) - owners.null_count
    return f"{kept:,} of {len(owners):,} identifiers name {customers:,} customer{'s' * (customers != 1)}"


def _window(within: Duration | None) -> str:
    said = format_duration(within.total_seconds()) if isinstance(within, timedelta) else str(within)
    return f"drop-off within {said} over all touchpoints"


# --- how much the answers depend on it -------------------------------------------------------------------------------


def _answers(
    log: EventLog, goal: str | None, ends: list[str], within: Duration | None, confidence: float
) -> tuple[dict[str, float], Duration | None]:
    """Give the figures of one level, and the window they are for."""
    touchpoints = log.rename(dict.fromkeys(set(log.activities) - set(ends), _any_but(ends)))
    drops = dropoff(touchpoints, goal=goal, end=ends[goal is not None :], within=within, confidence=confidence).table
    rate = drops.iloc[0] if len(drops) else dict.fromkeys(("rate", "low", "high", "within_seconds"), float("nan"))
    switches, transitions = _switches(log)
    answers = {
        "customers": log.num_customers,
        "cases": log.num_cases,
        "dropoff_rate": rate["rate"],
        "dropoff_low": rate["low"],
        "dropoff_high": rate["high"],
        "switches": switches,
        "switch_share": switches / transitions if transitions else float("nan"),
    }
    seconds = rate["within_seconds"]
    chosen = timedelta(microseconds=int(seconds * 1e6)) if within is None and seconds > 0 else within
    return answers, chosen


def _any_but(ends: list[str]) -> str:
    """Name all touchpoints by a name that no end has."""
    name = "any touchpoint"
    while name in ends:
        name += " "
    return name


def _switches(log: EventLog) -> tuple[int, int]:
    """Count the transitions within journeys to another channel, and all whose channels are known."""
    if "channel" not in log.table.column_names:
        return 0, 0
    channels = columns.codes(log.labels("channel"))
    inside = np.ones(max(log.num_events - 1, 0), bool)
    inside[log.offsets[1:-1] - 1] = False
    known = inside & (channels[1:] >= 0) & (channels[:-1] >= 0)
    return int(np.count_nonzero(known & (channels[1:] != channels[:-1]))), int(np.count_nonzero(known))
