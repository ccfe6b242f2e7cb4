"""Timeline: what happened with one customer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from journeymine.analytics.result import Result, of_selection
from journeymine.durations import format_duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.summary import Summary
from journeymine.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Timeline", "timeline"]

_KEPT = ["case_id", "activity", "channel", "timestamp", "end_timestamp", "text"]


@dataclass(frozen=True, eq=False, repr=False)
class Timeline(Result):
    """The contacts of one customer.

    Attributes
    ----------
    table
        One row an event, in order of time: ``case_id``, ``activity``, ``channel``, ``timestamp`` and ``end_timestamp``
        (UTC), ``text`` (those of them that the log has), and ``silence_seconds`` since the event before ended; not a
        number for the first.
    customer
        Who.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["1", "1", "2"], "customer": ["C1", "C1", "C2"],
    ...     "activity": ["visit", "call", "visit"], "channel": ["web", "phone", "web"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-13T09:00Z", "2024-05-02T09:00Z"]})
    >>> jm.timeline(log, customer="C1").headline
    'C1: 2 contacts on 2 channels in 12 d, 1 journey; the longest silence, 12 d, came before “call”.'
    """

    customer: str

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        seconds = self.table["timestamp"].to_numpy("datetime64[us]").astype(np.int64) / 1e6
        channels = set(self.table["channel"].dropna()) if "channel" in self.table else ()
        where = f" on {counted(len(channels), 'channel')}" if channels else ""
        said = (
            f"{self.customer}: {counted(len(seconds), 'contact')}{where} in "
            f"{format_duration(seconds[-1] - seconds[0])}, {counted(len(set(self.table['case_id'])), 'journey')}"
        )
        silences = np.nan_to_num(self.table["silence_seconds"].to_numpy(float))
        longest = int(silences.argmax())
        if not silences[longest]:
            return f"{said}."
        after = self.table["activity"].iloc[longest]
        return f"{said}; the longest silence, {format_duration(silences[longest])}, came before “{after}”."

    def _draw(self, ax: Axes | None) -> Axes:
        """Draw a lane for each channel, with silences cut short."""
        from journeymine.draw.timeline import MOST, Contact, draw_timeline

        known = self.table.astype(object).where(self.table.notna(), None).tail(MOST).to_dict("records")
        contacts = [
            Contact(
                row["timestamp"].timestamp(),
                row["end_timestamp"].timestamp() if row.get("end_timestamp") else None,
                row["activity"],
                row.get("channel"),
                row["case_id"],
                row.get("text") or "",
            )
            for row in known
        ]
        shown = f", the last {MOST} of {counted(len(self.table), 'contact')}" if len(self.table) > MOST else ""
        return draw_timeline(contacts, title=f"{self.customer}{shown}", ax=ax)


@of_selection
def timeline(log: EventLog, *, customer: str) -> Timeline:
    """Show what happened with one customer, over all journeys and channels.

    Parameters
    ----------
    log
        A log.
    customer
        Who.

    Returns
    -------
    Timeline
        All that the log knows of this customer; not for publishing.

    Raises
    ------
    UnknownNameError
        If the log has no such customer; the message names the closest.
    OptionError
        If `log` is a summary.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["1", "1", "2"], "customer": ["C1", "C1", "C2"],
    ...     "activity": ["visit", "call", "visit"], "channel": ["web", "phone", "web"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-13T09:00Z", "2024-05-02T09:00Z"]})
    >>> jm.timeline(log, customer="C1").table[["activity", "channel", "silence_seconds"]]
      activity channel  silence_seconds
    0    visit     web              NaN
    1     call   phone        1036800.0
    """
    if isinstance(log, Summary):
        raise OptionError("a summary does not know single events; give the log itself to timeline")
    events = log.where(customer=customer).table
    kept = events.select([name for name in _KEPT if name in events.column_names]).sort_by("timestamp")
    table = kept.to_pandas().assign(silence_seconds=_silences(kept))
    cases, sources = (len(events[name].unique()) for name in ("case_id", "source"))
    base = (
        f"All {counted(len(table), 'event')} of customer {customer} in {counted(cases, 'journey')}, from "
        f"{counted(sources, 'source')}; times in UTC."
    )
    return Timeline(table, base, customer)


def _silences(events: pa.Table) -> np.ndarray:
    """Give the seconds between each event and whatever of those before it ended last."""
    starts = events["timestamp"].cast(pa.int64()).to_numpy()
    ends = events["end_timestamp"] if "end_timestamp" in events.column_names else events["timestamp"]
    known = ends.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy()
    until = np.maximum.accumulate(np.maximum(starts, known))
    silences = np.full(len(starts), np.nan)
    silences[1:] = np.maximum(starts[1:] - until[:-1], 0) / 1e6
    return silences
