"""What counts as a contact that a customer made, in which channels and on which topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError, UnknownActivityError, UnknownNameError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.mail.actions import ORDER
from journeymine.sources.phone.words import AFTER_CALL, INTERNAL, MADE
from journeymine.summary.arrays import Arrays
from journeymine.summary.contacts import Contacts
from journeymine.summary.summary import Summary

__all__ = ["CustomerEvents", "channels_of", "codes_of", "has_label", "kinds_of", "made_by_customers"]

_BY_COMPANY: Final = ("outbound", "internal")
_NO_CONTACTS: Final = (*ORDER, "mail internal", AFTER_CALL, INTERNAL, MADE)
"""What the company did, or what became of its mails: the readers' own words."""


@dataclass(frozen=True)
class CustomerEvents:
    """The events of known customers that count as contacts, or as parts of one.

    Attributes
    ----------
    arrays
        The log.
    events
        Which of its events they are, int64, shape (n,).
    left_out
        In words, how many events were left out and why, to go on after; empty where none was.
    """

    arrays: Arrays
    events: np.ndarray
    left_out: str

    @classmethod
    def of(
        cls,
        log: EventLog | Summary,
        channels: Sequence[str],
        exclude: str | Sequence[str] = (),
        said: Sequence[str | None] = (),
    ) -> CustomerEvents:
        """Choose the events that count.

        Parameters
        ----------
        log
            A log.
        channels
            Channels that count; none for all events.
        exclude
            Activities that are no contacts.
        said
            Columns that must say something, such as the topic; None stands for no column.

        Returns
        -------
        CustomerEvents
            Without the events of nobody, and without what the company did.

        Raises
        ------
        OptionError
            If `log` is a summary.
        UnknownActivityError, UnknownColumnError
            If an activity to exclude or a column does not occur.
        """
        if isinstance(log, Summary):
            raise OptionError("a summary does not know which customer made which contact; give the log itself")
        arrays = Arrays(log)
        left = has_label(log, "channel", channels) if channels else np.ones(log.num_events, bool)
        reasons = {
            "that customers did not make": ~made_by_customers(log, exclude),
            "of nobody": ~arrays.per_event(arrays.case_known),
            **{f"without a value of {name}": columns.codes(log.labels(name)) < 0 for name in said if name is not None},
        }
        counted = {}
        for reason, without in reasons.items():
            counted[reason] = np.count_nonzero(left & without)
            left &= ~without
        told = ", ".join(f"{number:,} {reason}" for reason, number in counted.items() if number)
        return cls(arrays, np.flatnonzero(left), f"events left out: {told}; " if told else "")

    def contacts(self, matter: Sequence[np.ndarray], apart: Sequence[np.ndarray], gap: int) -> Contacts:
        """Put the events together to contacts, customer by customer.

        Parameters
        ----------
        matter
            What makes up the matter of an event besides its customer, such as its topic: codes of all events of the
            log.
        apart
            What one contact has one value of: codes of all events of the log.
        gap
            Longest pause inside a contact, microseconds.

        Returns
        -------
        Contacts
            Across all journeys.
        """
        customers = self.arrays.per_event(self.arrays.case_customers)
        subject, parts = ([codes[self.events] for codes in kinds] for kinds in ([customers, *matter], apart))
        return Contacts.of(self.arrays, self.events, subject, parts, gap)


def channels_of(log: EventLog | Summary, names: Sequence[str] | str | None, usual: Sequence[str]) -> list[str]:
    """Give the channels that are meant.

    Parameters
    ----------
    log
        A log.
    names
        Channels; None for those of `usual` that the log has.
    usual
        Which they usually are.

    Returns
    -------
    list of str
        At least one.

    Raises
    ------
    UnknownNameError
        If a channel does not occur.
    OptionError
        If none of the usual ones occurs.
    """
    if names is None:
        found = [name for name in usual if name in log.channels]
        if not found:
            known = ", ".join(log.channels) or "none"
            raise OptionError(f"this log has none of the channels {', '.join(usual)}; name yours (it has: {known})")
        return found
    found = [names] if isinstance(names, str) else list(names)
    for name in found:
        if name not in log.channels:
            raise UnknownNameError("channel {name!r} does not occur", name, log.channels)
    return found


def codes_of(log: EventLog, *names: str | None) -> list[np.ndarray]:
    """Give the codes of some columns of labels.

    Parameters
    ----------
    log
        A log.
    *names
        The columns; None stands for no column.

    Returns
    -------
    list of numpy.ndarray
        int32, each of shape (events,); -1 where an event has no label.
    """
    return [columns.codes(log.labels(name)) for name in names if name is not None]


def kinds_of(log: EventLog, by: str | None, events: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Give the label of some events, to tell their contacts apart.

    Parameters
    ----------
    log
        A log.
    by
        A column of labels; None tells nothing apart.
    events
        Which events, shape (n,).

    Returns
    -------
    codes : numpy.ndarray
        From 1; 0 where an event has no label. Shape (n,).
    names : list of str
        What the codes 1, 2, … stand for.
    """
    if by is None:
        return np.ones(len(events), np.uint8), ["all"]
    labels = log.labels(by)
    return columns.codes(labels)[events] + 1, labels.dictionary.to_pylist()


def made_by_customers(log: EventLog, exclude: str | Sequence[str] = ()) -> np.ndarray:
    """Tell which events are contacts that customers made.

    Parameters
    ----------
    log
        A log.
    exclude
        Activities that are no contacts.

    Returns
    -------
    numpy.ndarray
        bool, shape (events,): not what the company began, nor what became of its mails.

    Raises
    ------
    UnknownActivityError
        If an activity to exclude never occurs.
    """
    names = [exclude] if isinstance(exclude, str) else list(exclude)
    for name in names:
        if name not in log.activities:
            raise UnknownActivityError("activity {name!r} never occurs", name, log.activities)
    others = has_label(log, "activity", [*names, *_NO_CONTACTS])
    is_said = "direction" in log.table.column_names and pa.types.is_dictionary(log.table["direction"].type)
    return ~(others | has_label(log, "direction", _BY_COMPANY)) if is_said else ~others


def has_label(log: EventLog, column: str, values: Sequence[str]) -> np.ndarray:
    """Tell which events have one of some labels; a look at the distinct labels is enough.

    Parameters
    ----------
    log
        A log.
    column
        A column of labels.
    values
        The labels.

    Returns
    -------
    numpy.ndarray
        bool, shape (events,).
    """
    labels = log.labels(column)
    meant = columns.is_true(pc.is_in(labels.dictionary, pa.array(list(values), pa.string())))
    return np.append(meant, False)[columns.codes(labels)]
