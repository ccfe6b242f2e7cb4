"""Switches: in which channel does the next contact come, how often and how soon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeymine.analytics.channel_contacts import ChannelContacts, channel_contacts
from journeymine.analytics.result import Result, of_selection, percent
from journeymine.durations import Duration, format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.dropoffs import open_before
from journeymine.summary.incidences import Incidences, incidences
from journeymine.summary.intervals import share_interval
from journeymine.summary.quantiles import Durations
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival
from journeymine.summary.windows import windows_of
from journeymine.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Switches", "switches"]

_PAIR: Final = ("activity", "next_activity")
_ROWS: Final = 24
"""Channels in a picture, of all segments and topics together."""


@dataclass(frozen=True, eq=False, repr=False)
class Switches(Result):
    """In which channel the next contact of a journey comes.

    Attributes
    ----------
    table
        One row a pair of channels, most contacts first: ``segment`` and ``topic``, where they were asked for;
        ``channel``, ``next_channel``; ``contacts`` in the first channel; ``count`` of contacts that were seen to be
        followed in the next channel within the window; ``customers`` who ever went on so, after whatever time;
        ``share`` in [0, 1] of the contacts in the first channel, with ``low`` and ``high``; ``naive_share`` (passes
        over contacts, whatever time they took, which takes open contacts for lost); ``median_seconds`` with
        ``median_low_seconds`` and ``median_high_seconds`` (0 and infinite where too few were seen to tell) and
        ``p90_seconds``, of those seen within the window; ``within_seconds``.
    groups
        Which of ``segment`` and ``topic`` the table tells apart.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"], "activity": ["visit", "ask"] * 2 + ["visit"],
    ...     "channel": ["web", "phone", "web", "web", "web"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]}, channel="channel")
    >>> jm.switches(log, within="2d").headline
    'Most switches go from web to phone: 33 % (0.0 % to 100 %) of contacts on web are next followed there within 2 d,
    half of those after 24 h or less.'
    """

    groups: tuple[str, ...]

    @property
    def matrix(self) -> pd.DataFrame:
        """The shares as a matrix: a row for each channel (of each segment and topic), a column for each next one."""
        index = [*self.groups, "channel"]
        return self.table.pivot(index=index, columns="next_channel", values="share").fillna(0.0)  # noqa: PD010

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        switched = self.table.query("channel != next_channel and count > 0")
        if not len(switched):
            return "Nobody was seen to switch to another channel."
        first = switched.loc[switched["count"].idxmax()]
        of = "".join(f", {name} “{first[name]}”" for name in self.groups)
        return (
            f"Most switches go from {first['channel']} to {first['next_channel']}{of}: "
            f"{percent(first['share'])} ({percent(first['low'])} to {percent(first['high'])}) of contacts on "
            f"{first['channel']} are next followed there within {format_duration(first['within_seconds'])}, half of "
            f"those after {format_duration(first['median_seconds'])} or less."
        )

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the shares as a matrix, channel by next channel, of the channels with most contacts."""
        from journeymine.draw.matrix import draw_matrix

        rows = self.table.drop_duplicates([*self.groups, "channel"]).head(_ROWS)
        contacts = rows.set_index([*self.groups, "channel"])["contacts"].sort_index()
        matrix = self.matrix.loc[contacts.index]
        names = [" · ".join(map(str, name)) if isinstance(name, tuple) else name for name in matrix.index]
        notes = [counted(count, "contact") for count in contacts]
        return draw_matrix(names, list(matrix.columns), matrix.to_numpy(), notes, label="next contact", ax=ax)


@of_selection
def switches(
    log: EventLog | Summary,
    *,
    by: str | None = None,
    topic: str | None = None,
    within: Duration | None = None,
    confidence: float = 0.95,
) -> Switches:
    """Estimate in which channel the next contact of a journey comes, within a window.

    Next contacts in several channels compete, and the log may end first: a contact counts for as long as it was
    observed [1]_. A next contact in the same channel is in the answer too, so that the shares of one channel add up to
    the chance that any contact follows.

    Parameters
    ----------
    log
        A log; or a summary, which knows no topics.
    by
        A column: its value in a journey's first event is the journey's segment. A summary must have been made by it.
    topic
        A column that says what a contact is about; contacts without a topic are left out, those that come next are
        not.
    within
        Window, such as ``"24h"``; by default the longest time in which the contacts of any channel are usually
        followed, as in `dropoff`.
    confidence
        Of the intervals, whose unit is the customer: the delete-one-group jackknife over 64 groups of customers [2]_.

    Returns
    -------
    Switches
        Of every pair of channels that was seen, in whatever time. Contacts whose channel the log does not say are left
        out; where one comes next, nothing is known of what came.

    Raises
    ------
    OptionError
        If the log says no channels, a summary is asked for topics, or it was not made by `by`.
    UnknownColumnError
        If there is no column `by` or `topic`.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.

    References
    ----------
    .. [1] Aalen & Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
       observations, Scand. J. Statistics 5(3).
    .. [2] Kott (2001), The delete-a-group jackknife, J. Official Statistics 17(4).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b", "c", "c"], "activity": ["visit", "ask"] * 2 + ["visit"],
    ...     "channel": ["web", "phone", "web", "web", "web"],
    ...     "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3, 4, 6)]}, channel="channel")
    >>> jm.switches(log, within="2d").matrix.round(2)
    next_channel  phone   web
    channel
    web            0.33  0.33
    """
    if not 0 < confidence < 1:
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    contacts = channel_contacts(log, by, topic)
    curves, summary = contacts.curves, contacts.summary
    windows = windows_of(curves, summary, within)
    still_open = open_before(curves, windows)
    window = format_duration(windows.max(initial=0) / 1e6)
    base = (
        f"{counted(curves.visits.sum(), 'contact')} of {counted(summary.num_customers, 'customer')} over "
        f"{format_duration(summary.window_seconds)}, each followed for {window}; the {still_open.sum():,} whose source "
        f"ended before that count while observed (Aalen-Johansen); {confidence:.0%} intervals with the customer as "
        f"unit; {_left_out(contacts)}assumes no drift."
    )
    known = contacts.customers * (1 - still_open / curves.visits)
    return Switches(_table(contacts, windows, known, confidence), base, contacts.groups)


def _table(contacts: ChannelContacts, windows: np.ndarray, known: np.ndarray, confidence: float) -> pd.DataFrame:
    curves = contacts.curves
    found = incidences(curves, windows, curves.gaps["next_activity"])
    low, high = share_interval(found.shares, found.errors, found.freedom, confidence, known[found.places])
    table = contacts.named(found.places).assign(
        next_channel=np.array(contacts.summary.channels, object)[found.causes.astype(int) - 1],
        contacts=curves.visits[found.places],
        count=found.counts,
        customers=contacts.switchers(found.places, found.causes),
        share=found.shares,
        low=low,
        high=high,
        naive_share=found.passes / curves.visits[found.places],
        **_times(curves, windows, found, confidence),
        within_seconds=windows[found.places] / 1e6,
    )
    order = ["contacts", *contacts.groups, "channel", "share", "next_channel"]
    return table.sort_values(order, ascending=[name not in ("contacts", "share") for name in order], ignore_index=True)


def _left_out(contacts: ChannelContacts) -> str:
    unknown = " or ".join(["channel", *contacts.groups])
    return (
        f"{counted(contacts.num_left_out, 'contact')} without a {unknown} left out; " if contacts.num_left_out else ""
    )


def _times(curves: Survival, windows: np.ndarray, found: Incidences, confidence: float) -> dict[str, np.ndarray]:
    """Give quantiles of the time to the next contact, of those that came within the window."""
    seen = Durations(curves.gaps.where(~curves.is_open & curves.is_inside(windows)), _PAIR)
    low, high = seen.quantile_interval(0.5, confidence)
    columns = {
        "median_seconds": seen.quantile_seconds(0.5),
        "median_low_seconds": low,
        "median_high_seconds": high,
        "p90_seconds": seen.quantile_seconds(0.9),
    }
    return {name: _where(found.counts > 0, values) for name, values in columns.items()}


def _where(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Put values where they are known, and nothing elsewhere."""
    found = np.full(len(known), np.nan)
    found[known] = values
    return found
