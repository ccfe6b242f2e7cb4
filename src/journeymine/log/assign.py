"""Which customer each event gets: by its identifiers, and on shared devices by the time of logins."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import tier
from journeymine.log.logins import Backfill, by_time
from journeymine.log.numbering import Identifiers
from journeymine.log.persons import Persons, Reason

__all__ = ["customers_of"]


def customers_of(
    log: EventLog, ids: Identifiers, persons: Persons, *, window: int, backfill: Backfill
) -> pa.DictionaryArray:
    """Name the customer of each event: that of its strongest identifier which has one.

    Parameters
    ----------
    log
        The log.
    ids
        Its identifiers.
    persons
        Whose they are.
    window
        How far a login reaches on a device of several customers, in microseconds.
    backfill
        How far the first login on a device of one customer reaches back.

    Returns
    -------
    pyarrow.DictionaryArray
        Null for nobody, shape (num_events,). An event without any identifier keeps the customer it had.
    """
    owners, identified = _owners(ids, log.times, persons, window, backfill)
    named, former = ids.customers(owners), log.labels("customer")
    kept = np.where(identified, np.int32(-1), columns.codes(former))
    return columns.first_known([named, columns.from_codes(kept, former.dictionary)]) if (kept >= 0).any() else named


def _owners(
    ids: Identifiers, times: np.ndarray, persons: Persons, window: int, backfill: Backfill
) -> tuple[np.ndarray, np.ndarray]:
    """Give the identifier that names each event's customer, -1 for nobody, and tell which events have identifiers."""
    size, owner, by_login = len(times), np.append(persons.owner, np.int32(-1)), _by_logins(persons, backfill)
    found, identified = np.full(size, -1, np.int32), np.zeros(size, bool)
    for kind, nodes in ids.rows.items():
        here = owner[nodes]
        if tier(kind) == "weak":
            waits = (nodes >= 0) & by_login[nodes]
            guests = nodes[waits], times[waits], found[waits], here[waits]
            here[waits] = by_time(*guests, window=window, backfill=backfill)
        found = np.where(found < 0, here, found)
        identified |= nodes >= 0
    return found, identified


def _by_logins(persons: Persons, backfill: Backfill) -> np.ndarray:
    """Tell of which weak identifiers logins decide: of shared ones, and of all where not everything is filled back."""
    shared = persons.reason == Reason.BY_TIME
    return shared if backfill == "all" else shared | np.isin(persons.reason, (Reason.OWN, Reason.SEEN, Reason.PAIR))
