"""Self-service: how often does a visit end in a call or a mail after all, and where?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.customer_contacts import CustomerEvents, channels_of, codes_of, has_label, kinds_of
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.contacts import source_begins
from journeymine.summary.counts import Counts
from journeymine.summary.follow_ups import FollowUps, together
from journeymine.summary.summarise import summarise
from journeymine.summary.windows import checked_window
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["SelfService", "self_service"]

_FIRST: Final = ("web", "chat")
_THEN: Final = ("phone", "mail")
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False, repr=False)
class SelfService(Result):
    """How many self-service visits are followed by assisted contact.

    Attributes
    ----------
    table
        One row for each value of the column `by` in the last touchpoint of a visit, most failures to be expected first:
        that value; ``visits`` that ended there, of ``customers``; ``open`` (not followed, and not watched to the end of
        the window); ``failed`` (seen to be followed by assisted contact within the window); ``rate`` in [0, 1] of
        failed visits, with ``low`` and ``high``; ``contained_rate``, the rest to 1; ``naive_rate`` (``failed`` over
        ``visits``, which takes open visits for contained); ``median_seconds`` until the contact, of failed visits;
        ``within_seconds``.
    overall
        The same of all visits, those without a value too; one row.
    by
        The column; None where all visits are together.
    first, then
        Channels of self-service, and of assisted contact.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"who": ["a", "a", "a", "b", "c"], "what": ["home", "help", "call", "home", "home"],
    ...     "channel": ["web", "web", "phone", "web", "web"],
    ...     "at": [f"2024-05-0{day}T{time}Z" for day, time in [(1, "09:00"), (1, "09:05"), (1, "10:05"), (2, "09:00"),
    ...     (5, "09:00")]]}, customer="who", activity="what", timestamp="at", channel="channel")
    >>> jm.self_service(log, within="24h").headline
    '50 % (0.3 % to 100 %) of self-service visits are followed by phone within 24 h, 50 % are contained; counting open
    visits as contained would say 33 % fail. Most failures are to be expected after “help”: 100 % of its visits.'
    """

    overall: pd.DataFrame
    by: str | None
    first: tuple[str, ...]
    then: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The answer in one sentence, and where most visits fail."""
        if not np.isfinite(self.overall["rate"].to_numpy()).any():
            return "No self-service visit was watched to the end of the window."
        every = self.overall.iloc[0]
        return (
            f"{percent(every['rate'])} ({percent(every['low'])} to {percent(every['high'])}) of self-service visits "
            f"are followed by {' or '.join(self.then)} within {format_duration(every['within_seconds'])}, "
            f"{percent(every['contained_rate'])} are contained; counting open visits as contained would say "
            f"{percent(every['naive_rate'])} fail.{self._worst()}"
        )

    def _worst(self) -> str:
        if self.by is None or not (self.table["rate"].to_numpy() > 0).any():
            return ""
        worst = self.table.iloc[0]
        return f" Most failures are to be expected after “{worst[self.by]}”: {percent(worst['rate'])} of its visits."

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the rate of failed visits by last touchpoint, and the naive rate beside it."""
        from journeymine.draw.intervals import draw_intervals

        rows = self.table.dropna(subset="rate").head(20)
        columns = (rows[name].to_numpy() for name in ("rate", "low", "high", "naive_rate"))
        names = rows[self.by].astype(str).tolist() if self.by else ["all visits"] * len(rows)
        return draw_intervals(names, *columns, label="followed by assisted contact", other_label="naive count", ax=ax)


@of_selection
def self_service(
    log: EventLog,
    *,
    first: str | Sequence[str] | None = None,
    then: str | Sequence[str] | None = None,
    topic: str | None = None,
    within: Duration = "24h",
    by: str | None = "activity",
    gap: Duration = "30min",
    exclude: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> SelfService:
    """Estimate how many self-service visits fail: are followed by assisted contact of the same customer.

    A visit is what a customer does in self-service channels, on one topic, without a pause longer than `gap` and
    without assisted contact in between; across journeys, since a call often begins a new one. It fails where assisted
    contact begins within the window after its end, and is contained where none does. A visit whose source ends before
    the window does, or after which no source logs assisted contact any more, is open: it counts for as long as it was
    watched [1]_. Visits before any such source began do not count: nobody could be seen to call.

    Parameters
    ----------
    log
        A log.
    first, then
        Channels of self-service and of assisted contact; by default those of ``web`` and ``chat``, and of ``phone`` and
        ``mail``, that the log has.
    topic
        A column that says what an event is about: then only a contact on the same topic counts. By default any does.
    within
        Window, such as ``"24h"``.
    by
        The column whose value in the last event of a visit tells visits apart, such as ``"activity"``: where did it
        fail? The column of topics does as well; None for all visits together.
    gap
        Longest pause inside a visit; half an hour is what web analytics takes.
    exclude
        Activities that are no contacts. What the company did itself is left out already: events whose ``direction`` is
        outbound or internal, and what readers call calls made, mails sent and what became of these.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    SelfService
        Of known customers: nobody knows what events of nobody are followed by.

    Raises
    ------
    UnknownNameError, UnknownActivityError, UnknownColumnError
        If a channel, an activity to exclude or a column does not occur; the message names the closest.
    OptionError
        If a channel is in both `first` and `then`, or `log` is a summary.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    Notes
    -----
    Following is no proof of failing: a customer may call about something else. With `topic` that is rarer. Assumes that
    what follows a visit does not depend on when in the log it was made.

    References
    ----------
    .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc. 53(282).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"who": ["a", "a", "a", "b", "c"], "what": ["home", "help", "call", "home", "home"],
    ...     "channel": ["web", "web", "phone", "web", "web"],
    ...     "at": [f"2024-05-0{day}T{time}Z" for day, time in [(1, "09:00"), (1, "09:05"), (1, "10:05"), (2, "09:00"),
    ...     (5, "09:00")]]}, customer="who", activity="what", timestamp="at", channel="channel")
    >>> jm.self_service(log, within="24h").table[["activity", "visits", "open", "failed", "rate"]]
      activity  visits  open  failed  rate
    0     help       1     0       1   1.0
    1     home       2     1       0   0.0
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    first, then = channels_of(log, first, _FIRST), channels_of(log, then, _THEN)
    if both := set(first) & set(then):
        raise OptionError(f"{min(both)!r} cannot be a channel of both self-service and assisted contact")
    chosen = CustomerEvents.of(log, [*first, *then], exclude, [topic])
    summary = summarise(log, parts=["customers"])
    window = checked_window(within, summary)
    gaps, customers, names = _visits(chosen, then, topic, by, to_microseconds(gap))
    every = FollowUps.of(together(gaps), customers, window, confidence)
    told = gaps["activity"] > 0
    table = _table(FollowUps.of(gaps.where(told), customers[told], window, confidence), by, names, window)
    base = (
        f"{counted(len(gaps), 'visit')} of {counted(every.customers.sum(), 'customer')} over "
        f"{format_duration(summary.window_seconds)}, on {' and '.join(first)}, each followed for "
        f"{format_duration(window / 1e6)} across journeys, on {'any topic' if topic is None else f'the same {topic}'}; "
        f"the {every.open.sum():,} whose source ended before that count while watched (Kaplan-Meier); a pause of more "
        f"than {gap} ends a visit; {chosen.left_out}{confidence:.0%} intervals with the customer as unit; assumes no "
        "drift."
    )
    return SelfService(table, base, _table(every, None, [], window), by, tuple(first), tuple(then))


def _visits(
    chosen: CustomerEvents, then: Sequence[str], topic: str | None, by: str | None, gap: int
) -> tuple[Counts, np.ndarray, list[str]]:
    """Give what became of each visit, by the label of its last event; its customer; and the labels."""
    arrays = chosen.arrays
    assisted = has_label(arrays.log, "channel", then)
    contacts = chosen.contacts(codes_of(arrays.log, topic), [assisted], gap)
    helps = assisted[contacts.firsts]
    seen_from, seen_until = _seen(arrays, assisted)
    followed, durations = contacts.until(helps, np.minimum(contacts.source_ends, seen_until))
    kinds, names = kinds_of(arrays.log, by, contacts.lasts)
    visits = ~helps & (contacts.ends >= seen_from)
    return contacts.gaps(kinds, followed, durations).where(visits), contacts.customers[visits], names


def _seen(arrays: Arrays, assisted: np.ndarray) -> tuple[int, int]:
    """Give the time in which customers could be seen to call: from when to when there is a source that logs it."""
    sources = arrays.source_codes[assisted]
    return source_begins(arrays)[sources].min(initial=_NEVER), arrays.source_ends[sources].max(initial=0)


def _table(found: FollowUps, by: str | None, names: list[str], window: int) -> pd.DataFrame:
    import pandas as pd

    labels = {} if by is None else {by: np.array(names, object)[found.kinds.astype(int) - 1]}
    table = pd.DataFrame(
        {
            **labels,
            "visits": found.contacts,
            "customers": found.customers,
            "open": found.open,
            "failed": found.counts,
            "rate": found.rates,
            "low": found.low,
            "high": found.high,
            "contained_rate": 1 - found.rates,
            "naive_rate": found.naive_rates,
            "median_seconds": found.median_seconds,
            "within_seconds": window / 1e6,
        }
    )
    expected = (-found.rates * found.contacts).argsort(kind="stable")
    return table.iloc[expected].reset_index(drop=True)
