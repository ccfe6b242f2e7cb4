"""Contacts by channel, and by what else they are to be told apart: what `switches` counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary import switch_gaps, switches
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts, pack
from journeymine.summary.quantiles import coded
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChannelContacts", "channel_contacts"]

_PARTS = ("customers", "switches", "switch_gaps")


@dataclass(frozen=True)
class ChannelContacts:
    """The contacts of a log by channel, and by segment and topic where these were asked for.

    Attributes
    ----------
    summary
        With the part ``customers``.
    passes, gaps
        As in the parts ``switches`` and ``switch_gaps``, of contacts whose channel, segment and topic are known.
    groups
        What contacts are told apart by, besides their channel: ``segment``, ``topic``.
    labels
        What the codes 1, 2, … of the key ``segment`` stand for: a value for each of `groups`.
    num_left_out
        Contacts whose channel, segment or topic is not known.
    """

    summary: Summary
    passes: Counts
    gaps: Counts
    groups: tuple[str, ...]
    labels: list[tuple[str, ...]]
    num_left_out: int

    @classmethod
    def of_known(
        cls, summary: Summary, counted: tuple[Counts, Counts], groups: tuple[str, ...], labels: list[tuple[str, ...]]
    ) -> ChannelContacts:
        """Leave out the contacts whose channel, segment or topic is not known, and count them.

        Parameters
        ----------
        summary, groups, labels
            As they are to be kept.
        counted
            Passes and gaps.

        Returns
        -------
        ChannelContacts
            With the code 0 in no key ``segment`` or ``channel``.
        """
        known = [(part["segment"] > 0) & (part["channel"] > 0) for part in counted]
        passes, gaps = (part if keep.all() else part.where(keep) for part, keep in zip(counted, known, strict=True))
        num_left_out = int(counted[1]["count"].sum() - gaps["count"].sum())
        return cls(summary, passes, gaps, groups, labels, num_left_out)

    @cached_property
    def _kinds(self) -> tuple[np.ndarray, list[np.ndarray]]:
        return coded([self.gaps["segment"], self.gaps["channel"]])

    @cached_property
    def curves(self) -> Survival:
        """Curves of the time to the next contact, one for each channel of each segment and topic."""
        keys = {"activity": self._kinds[0], "duration": self.gaps["duration"], "group": self.gaps["group"]}
        return Survival(Counts({**keys, "next_activity": self.gaps["next_channel"]}, self.gaps.measures, is_loose=True))

    @property
    def customers(self) -> np.ndarray:
        """Customers behind each curve, shape (curves,)."""
        return self.switchers(np.arange(len(self._kinds[1][0])), 0)

    def switchers(self, places: np.ndarray, next_channels: np.ndarray | int) -> np.ndarray:
        """Count the customers who went on from a channel to another.

        Parameters
        ----------
        places
            Of the curves, shape (n,).
        next_channels
            Codes of the next channel; 0 for all customers of the channel.

        Returns
        -------
        numpy.ndarray
            int64, shape (n,).
        """
        wanted = [kind[places] for kind in self._kinds[1]] + [np.broadcast_to(next_channels, len(places))]
        known = [self.passes[name] for name in ("segment", "channel", "next_channel")]
        ranges = [int(column.max(initial=0)) + 1 for column in known]
        return self.passes["customers"][np.searchsorted(pack(known, ranges), pack(wanted, ranges))]

    def named(self, places: np.ndarray) -> pd.DataFrame:
        """Give the segment, the topic and the channel of some curves.

        Parameters
        ----------
        places
            Of the curves, shape (n,).

        Returns
        -------
        pandas.DataFrame
            One column for each of `groups`, and ``channel``.
        """
        import pandas as pd

        segments, channels = (kind[places].astype(int) - 1 for kind in self._kinds[1])
        table = pd.DataFrame([self.labels[code] for code in segments], columns=list(self.groups), dtype=object)
        return table.assign(channel=np.array(self.summary.channels, object)[channels])


def channel_contacts(log: EventLog | Summary, by: str | None, topic: str | None) -> ChannelContacts:
    """Count the contacts of a log by channel.

    Parameters
    ----------
    log
        A log; or a summary, which knows no topics.
    by, topic
        Columns of the segment of a journey and of the topic of a contact.

    Returns
    -------
    ChannelContacts
        With their gaps.

    Raises
    ------
    OptionError
        If the log says no channels, a summary is asked for topics, or it was not made by `by`.
    """
    if not log.channels:
        raise OptionError("this log says no channels; name the column that does with channel= when it is read")
    if topic is not None:
        return _by_topic(log, by, topic)
    summary = _summary(log, by)
    counted = summary.part("switches"), summary.part("switch_gaps")
    if by is not None:
        return ChannelContacts.of_known(summary, counted, ("segment",), [(name,) for name in summary.segments])
    all_one = np.ones(len(summary.segments) + 1, np.uint8)
    passes, gaps = (part.recoded(segment=all_one) for part in counted)
    return ChannelContacts.of_known(summary, (passes, gaps), (), [()])


def _summary(log: EventLog | Summary, by: str | None) -> Summary:
    if isinstance(log, EventLog):
        return summarise(log, by=by, parts=_PARTS)
    if by not in (None, log.by):
        made = f"by {log.by!r}" if log.by else "without segments"
        raise OptionError(f"this summary was made {made}, not by {by!r}: make it with summarise(log, by={by!r})")
    return log


def _by_topic(log: EventLog | Summary, by: str | None, topic: str) -> ChannelContacts:
    if isinstance(log, Summary):
        raise OptionError("a summary does not know what contacts are about; give the log itself to use topic=")
    arrays, topics = Arrays(log, by), log.labels(topic)
    segments, names = arrays.per_event(arrays.case_segments), ["", *arrays.segments]
    codes, (in_segment, on_topic) = coded([segments, columns.codes(topics) + 1])
    known = (on_topic > 0) & ((in_segment > 0) | (by is None))
    kinds = np.where(known, np.cumsum(known), 0)[codes]
    counted = switches.of(arrays, kinds), switch_gaps.of(arrays, segments=kinds)
    pairs = zip(in_segment[known].tolist(), topics.dictionary.take(on_topic[known] - 1).to_pylist(), strict=True)
    labels = [(subject,) if by is None else (names[segment], subject) for segment, subject in pairs]
    groups = ("topic",) if by is None else ("segment", "topic")
    return ChannelContacts.of_known(summarise(log, parts=["customers"]), counted, groups, labels)
