"""Which rows of an export are touchpoints, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.quarantine import FILTER
from journeymine.sources.faults import Fault
from journeymine.sources.mail.actions import CLICKED, OPENED, plain_words
from journeymine.sources.mail.fields import Fields
from journeymine.sources.mail.layouts import Layout
from journeymine.sources.times import Times

__all__ = ["UNREAD", "faults_of", "machine_faults", "machines"]

UNREAD: Final = ("bad_json", "bad_row", "bad_encoding", "no_time", "no_action", "unknown_action", "not_of_mail")
"""Reasons of which one holds for every row of a file that is not in the format."""

_PREFETCH: Final = "mozilla/5.0"
_TRUE: Final = pa.array(["true", "1", "yes", "t"])


def faults_of(
    fields: Fields, times: Times, actions: pa.DictionaryArray, activities: pa.DictionaryArray, layout: Layout
) -> Iterable[Fault]:
    """Tell what keeps rows from being events.

    Parameters
    ----------
    fields
        Columns of the rows.
    times
        Their times.
    actions
        What happened, in the system's words.
    activities
        And in ours, null where nobody knows the word.
    layout
        How the system writes.

    Yields
    ------
    Fault
        The most basic first: no time, or one that cannot be read; no action; steps inside the system; an action that
        nobody knows, or that is of something else than mail; events in whose place came another one.
    """
    nothing = pa.nulls(len(times.bad), pa.string())
    written, obsolete = fields.get("timestamp", nothing), fields.get("obsolete", nothing)
    yield Fault("check", "no_time", "no time", columns.is_true(pc.is_null(written)))
    yield Fault("parse", "bad_time", "not a time: ", times.bad, written)
    missing = columns.is_true(pc.is_null(actions))
    yield Fault("check", "no_action", "no action", missing)
    words = plain_words(actions.dictionary)
    for word, why in layout.aside.items():
        yield Fault(FILTER, word.replace(" ", "_"), why, columns.is_true(pc.equal(words, word).take(actions.indices)))
    unknown = columns.is_true(pc.is_null(activities)) & ~missing
    if layout.others:
        yield Fault(FILTER, "not_of_mail", "an event of something else: ", unknown, actions)
    else:
        yield Fault("check", "unknown_action", "nobody knows the action ", unknown, actions)
    yield Fault(FILTER, "obsolete", "in its place came event ", columns.is_true(pc.is_valid(obsolete)), obsolete)


def machines(fields: Fields, activities: pa.DictionaryArray) -> np.ndarray:
    """Tell which openings and clicks no person made, as far as the system says so.

    Parameters
    ----------
    fields
        Columns of the rows; ``machine`` is true where the system knows it, ``agent`` is the program. Apple's Mail
        Privacy Protection, which opens all mail, calls itself ``Mozilla/5.0`` and nothing else.
    activities
        What happened.

    Returns
    -------
    numpy.ndarray
        bool, shape (rows,).
    """
    opened, clicked = (columns.is_true(pc.equal(activities, activity)) for activity in (OPENED, CLICKED))
    nothing = pa.nulls(len(activities), pa.string())
    said = columns.is_true(pc.is_in(pc.utf8_lower(fields.get("machine", nothing)), _TRUE))
    agents = pc.utf8_lower(pc.utf8_trim_whitespace(fields.get("agent", nothing)))
    return ((opened | clicked) & said) | (opened & columns.is_true(pc.equal(agents, _PREFETCH)))


def machine_faults(machine: np.ndarray, activities: pa.DictionaryArray) -> Iterable[Fault]:
    """Tell what machines did, to set it aside.

    Parameters
    ----------
    machine
        Which rows it was.
    activities
        What happened.

    Yields
    ------
    Fault
        Openings, clicks.
    """
    opened = columns.is_true(pc.equal(activities, OPENED))
    yield Fault(FILTER, "machine_open", "opened by a machine, such as one that fetches pictures", machine & opened)
    yield Fault(FILTER, "machine_click", "clicked by a machine, such as one that tests links", machine & ~opened)
