"""Contacts of customers: what one does without a pause, and what the same customer does later on the same matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeymine.log.order import case_order
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.quantiles import coded

__all__ = ["Contacts", "source_begins"]


@dataclass(frozen=True)
class Contacts:
    """Contacts by matter, such as a customer's topic, across all journeys, and by time.

    Attributes
    ----------
    arrays
        The log.
    matters
        Matter of each contact, integers from 0, ascending, shape (contacts,).
    firsts, lasts
        First and last event of each contact.
    ends
        When each is over, microseconds since 1970, int64.
    """

    arrays: Arrays
    matters: np.ndarray
    firsts: np.ndarray
    lasts: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(
        cls, arrays: Arrays, events: np.ndarray, matter: Sequence[np.ndarray], apart: Sequence[np.ndarray], gap: int
    ) -> Contacts:
        """Put events together to contacts.

        Parameters
        ----------
        arrays
            A log.
        events
            Which of its events count, shape (n,).
        matter
            What together makes up the matter of each of these events: codes >= 0, each of shape (n,).
        apart
            What one contact has one value of, such as the channel: codes >= 0, each of shape (n,).
        gap
            Microseconds: after a longer pause, from the end of one event to the next, a new contact begins.

        Returns
        -------
        Contacts
            Each event of `events` in one of them.
        """
        codes, values = coded(list(matter))
        offsets, order, times = case_order(codes, arrays.times[events], len(values[0]))
        events, matters = events[order], codes[order]
        ends = np.maximum(arrays.ends, arrays.times)[events]
        new = times[1:] - ends[:-1] > gap
        for values_of in apart:
            new |= values_of[order][1:] != values_of[order][:-1]
        begins = np.ones(len(events), bool)
        begins[1:] = new
        begins[offsets[:-1]] = True
        firsts = np.flatnonzero(begins)
        lasts = np.append(firsts, len(events))[1:] - 1
        last_ends = np.maximum.reduceat(ends, firsts) if len(firsts) else ends
        return cls(arrays, matters[firsts], events[firsts], events[lasts], last_ends)

    @property
    def begins(self) -> np.ndarray:
        """When each contact begins, microseconds since 1970, int64, shape (contacts,)."""
        return self.arrays.times[self.firsts]

    @cached_property
    def groups(self) -> np.ndarray:
        """Group of each contact's customer, uint8, shape (contacts,)."""
        return self.arrays.per_event(self.arrays.case_groups)[self.firsts]

    @cached_property
    def customers(self) -> np.ndarray:
        """Customer of each contact, int64, shape (contacts,)."""
        return self.arrays.per_event(self.arrays.case_customers)[self.firsts]

    @property
    def source_ends(self) -> np.ndarray:
        """Until when each contact's source was observed, microseconds since 1970, int64, shape (contacts,)."""
        return self.arrays.source_ends[self.arrays.source_codes[self.lasts]]

    def since_last(self) -> np.ndarray:
        """Tell how long ago the contact before on the same matter was over.

        Returns
        -------
        numpy.ndarray
            Microseconds, int64, shape (contacts,); where there was none, since the source of the contact began.
        """
        since = self.begins - source_begins(self.arrays)[self.arrays.source_codes[self.firsts]]
        same = self.matters[1:] == self.matters[:-1]
        since[1:][same] = (self.begins[1:] - self.ends[:-1])[same]
        return since

    def until(self, hits: np.ndarray, known_until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell how long it took from the end of each contact until a certain one came on the same matter.

        Parameters
        ----------
        hits
            Which contacts are waited for, bool, shape (contacts,).
        known_until
            Until when it would have been seen, microseconds since 1970, int64, shape (contacts,).

        Returns
        -------
        followed : numpy.ndarray
            Whether one was seen to come, bool, shape (contacts,).
        durations : numpy.ndarray
            Microseconds until it came, or until nobody can know: also where something unread comes between. int64.
        """
        unread = self._unread
        stops = np.append(np.flatnonzero(hits | unread), len(hits))
        found = stops[np.searchsorted(stops[:-1], np.arange(len(hits)), side="right")]
        same = np.append(self.matters, -1)[found] == self.matters
        place = np.where(same, found, 0)
        known_until = np.maximum(known_until, self.ends)
        coming = np.where(same, self.begins[place], known_until)
        followed = same & hits[place] & ~unread[place] & (coming <= known_until)
        return followed, np.maximum(np.minimum(coming, known_until) - self.ends, 0)

    def gaps(self, kinds: np.ndarray, followed: np.ndarray, durations: np.ndarray) -> Counts:
        """Give what became of contacts in the form that estimates are made from.

        Parameters
        ----------
        kinds
            Kind of each contact, shape (contacts,).
        followed, durations
            As `until` gives them.

        Returns
        -------
        Counts
            Loose, one row a contact: ``activity`` is its kind, ``next_activity`` is 1 where it was followed.
        """
        keys = {"activity": kinds, "duration": durations, "next_activity": followed.astype(np.uint8)}
        counts = np.broadcast_to(np.int64(1), len(kinds))
        return Counts({**keys, "group": self.groups}, {"count": counts}, is_loose=True)

    @property
    def _unread(self) -> np.ndarray:
        unread = self.arrays.after_unread
        return np.zeros(len(self.firsts), bool) if unread is None else unread[self.firsts]


def source_begins(arrays: Arrays) -> np.ndarray:
    """Give the time of the first event of each source.

    Parameters
    ----------
    arrays
        A log.

    Returns
    -------
    numpy.ndarray
        Microseconds since 1970, int64, by the codes of the column of sources.
    """
    begins = np.full(len(arrays.source_ends), np.iinfo(np.int64).max)
    np.minimum.at(begins, arrays.source_codes, arrays.times)
    return begins
