"""Repeat contacts: how often does one contact settle a matter, so that no other follows?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.customer_contacts import CustomerEvents, channels_of, codes_of, kinds_of
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration, to_microseconds
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.contacts import Contacts
from journeymine.summary.follow_ups import FollowUps
from journeymine.summary.summarise import summarise
from journeymine.summary.windows import checked_window
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["RepeatContacts", "repeat_contacts"]

_SELF_SERVICE: Final = "web"


@dataclass(frozen=True, eq=False, repr=False)
class RepeatContacts(Result):
    """How many issues the first contact resolves: no other follows within a window.

    Attributes
    ----------
    table
        One row a window, and a value of the column `by` in the first contact of an issue: ``within_seconds``; that
        value; ``issues`` of ``customers``; ``open`` (not followed, and not watched to the end of the window);
        ``repeated`` (seen to be followed by another contact within the window); ``rate`` in [0, 1] of issues without a
        repeat, which is first-contact resolution, with ``low`` and ``high``; ``naive_rate`` (which takes open issues
        for resolved); ``median_seconds`` until the repeat, of those repeated.
    overall
        The same of all issues, those without a value too; one row a window.
    by
        The column; None where all issues are together.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"who": ["z", "a", "a", "b", "c"], "what": ["call"] * 5,
    ...     "at": [f"2024-05-{day}T09:00Z" for day in ("01", "03", "04", "05", "09")]},
    ...     customer="who", activity="what", timestamp="at")
    >>> jm.repeat_contacts(log, within="24h").headline
    '50 % (0.3 % to 100 %) of issues are resolved at first contact: no other follows within 24 h; counting open issues
    as resolved would say 67 %.'
    """

    overall: pd.DataFrame
    by: str | None

    @property
    def headline(self) -> str:
        """The answer in one sentence, for the first window."""
        known = self.overall.dropna(subset="rate")
        if not len(known):
            return "No issue was watched to the end of the window."
        first = known.iloc[0]
        return (
            f"{percent(first['rate'])} ({percent(first['low'])} to {percent(first['high'])}) of issues are resolved at "
            f"first contact: no other follows within {format_duration(first['within_seconds'])}; counting open issues "
            f"as resolved would say {percent(first['naive_rate'])}."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw first-contact resolution by window and value, and the naive rate beside it."""
        from journeymine.draw.intervals import draw_intervals

        rows = self.table.dropna(subset="rate").head(20)
        windows = [f"within {format_duration(seconds)}" for seconds in rows["within_seconds"]]
        one_window = len(set(windows)) == 1
        values = rows[self.by].astype(str) if self.by else [""] * len(rows)
        names = [
            value if one_window and value else " · ".join(filter(None, (value, window)))
            for value, window in zip(values, windows, strict=True)
        ]
        figures = (rows[name].to_numpy() for name in ("rate", "low", "high", "naive_rate"))
        return draw_intervals(names, *figures, label="no repeat contact", other_label="naive count", ax=ax)


@of_selection
def repeat_contacts(
    log: EventLog,
    *,
    within: Duration | Sequence[Duration] = "7d",
    topic: str | None = None,
    channels: str | Sequence[str] | None = None,
    by: str | None = None,
    across_channels: bool = True,
    agent: str | None = None,
    gap: Duration = "30min",
    exclude: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> RepeatContacts:
    """Estimate first-contact resolution: the share of issues whose first contact no other follows within a window.

    An issue is what a customer gets in touch about: it begins with a contact on a topic that no other contact of the
    same customer on the same topic came before within the window; journeys do not matter. Contacts in the first window
    after their source began may be repeats of what the log does not show, and begin no issue. An issue whose source
    ends before the window does is open: it counts for as long as it was watched [1]_.

    Parameters
    ----------
    log
        A log.
    within
        Window, such as ``"7d"``, or several of them.
    topic
        A column that says what a contact is about. By default all contacts of a customer are about the same.
    channels
        Channels whose contacts count; by default all but ``web``, where customers help themselves; all events where the
        log says no channels.
    by
        A column whose value in the first event of an issue tells issues apart: the channel, the topic, the activity.
    across_channels
        Whether a contact in another channel is a repeat.
    agent
        A column that says who served: a contact that another agent takes over then counts as another contact, and
        events without an agent as none. By default a transfer is part of the same contact.
    gap
        Longest pause inside a contact: steps of a call, messages of a chat, a call that broke off.
    exclude
        Activities that are no contacts. What the company did itself is left out already: events whose ``direction`` is
        outbound or internal, and what readers call calls made, mails sent and what became of these.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    RepeatContacts
        Of known customers: nobody knows whether others came back.

    Raises
    ------
    UnknownNameError, UnknownActivityError, UnknownColumnError
        If a channel, an activity to exclude or a column does not occur; the message names the closest.
    OptionError
        If `log` is a summary.
    WindowError
        If a window is longer than 0.7 of the time the log covers.

    Notes
    -----
    No repeat is no proof of a solution: a customer may have given up, or gone elsewhere. Assumes that what follows does
    not depend on when in the log a contact was made.

    References
    ----------
    .. [1] Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, J. Am. Stat. Assoc. 53(282).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"who": ["z", "a", "a", "b", "c"], "what": ["call"] * 5,
    ...     "at": [f"2024-05-{day}T09:00Z" for day in ("01", "03", "04", "05", "09")]},
    ...     customer="who", activity="what", timestamp="at")
    >>> jm.repeat_contacts(log, within=["12h", "36h"]).table[["within_seconds", "issues", "open", "repeated", "rate"]]
       within_seconds  issues  open  repeated  rate
    0         43200.0       4     1         0   1.0
    1        129600.0       3     1         1   0.5
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    served = [name for name in log.channels if name != _SELF_SERVICE]
    used = channels_of(log, channels, served) if log.channels else []
    chosen = CustomerEvents.of(log, used, exclude, [topic, agent])
    summary = summarise(log, parts=["customers"])
    listed = [within] if isinstance(within, str | timedelta) else within
    windows = [checked_window(window, summary, "contacts") for window in listed]
    contacts = _contacts(chosen, topic, agent, across_channels, to_microseconds(gap))
    where = " and ".join(used) if used else "any channel"
    base = (
        f"{counted(len(contacts.firsts), 'contact')} of {counted(len(np.unique(contacts.customers)), 'customer')}, in "
        f"{where}, over {format_duration(summary.window_seconds)}; a repeat is another contact of the same customer on "
        f"{'any topic' if topic is None else f'the same {topic}'}, in {'any' if across_channels else 'the same'} "
        f"channel; a transfer is {'no contact of its own' if agent is None else 'another contact'}; a pause of more "
        f"than {gap} ends a contact; contacts in the first window after their source began begin no issue; issues "
        f"whose source ended too soon count while watched (Kaplan-Meier); {chosen.left_out}{confidence:.0%} intervals "
        "with the customer as unit; assumes no drift."
    )
    return RepeatContacts(
        _resolved(contacts, windows, by, confidence), base, _resolved(contacts, windows, None, confidence), by
    )


def _contacts(
    chosen: CustomerEvents, topic: str | None, agent: str | None, across_channels: bool, gap: int
) -> Contacts:
    """Put events together to contacts: each in one channel, and with one agent if transfers count."""
    log, channels = chosen.arrays.log, chosen.arrays.channel_codes
    matter = [*codes_of(log, topic), *([] if across_channels else [channels])]
    return chosen.contacts(matter, [channels, *codes_of(log, agent)], gap)


def _resolved(contacts: Contacts, windows: Sequence[int], by: str | None, confidence: float) -> pd.DataFrame:
    """Estimate how many issues the first contact resolves, for each window and value of a column in it."""
    import pandas as pd

    kinds, names = kinds_of(contacts.arrays.log, by, contacts.firsts)
    gaps = contacts.gaps(kinds, *contacts.until(np.ones(len(kinds), bool), contacts.source_ends))
    since, tables = contacts.since_last(), []
    for window in windows:
        begins = (since > window) & (kinds > 0)
        found = FollowUps.of(gaps.where(begins), contacts.customers[begins], window, confidence)
        labels = {} if by is None else {by: np.array(names, object)[found.kinds.astype(int) - 1]}
        tables.append(_table(found, labels, window))
    return pd.concat(tables, ignore_index=True)


def _table(found: FollowUps, labels: dict[str, np.ndarray], window: int) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(
        {
            "within_seconds": window / 1e6,
            **labels,
            "issues": found.contacts,
            "customers": found.customers,
            "open": found.open,
            "repeated": found.counts,
            "rate": 1 - found.rates,
            "low": 1 - found.high,
            "high": 1 - found.low,
            "naive_rate": 1 - found.naive_rates,
            "median_seconds": found.median_seconds,
        }
    )
    return table.sort_values("rate", kind="stable")
