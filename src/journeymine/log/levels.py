"""A linked log as it would be with fewer links: those of some tiers only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.evidence import BY_TIME
from journeymine.log.identifiers import TIERS, customer_names, ranked
from journeymine.log.relabel import relabelled
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["Linked", "linked_up_to"]


@dataclass(frozen=True)
class Linked:
    """A log beside the evidence of its identifiers.

    Attributes
    ----------
    log
        The log.
    rows
        For each kind of identifiers, the strongest first, the row of the evidence of each event; -1 for none, int64,
        shape (num_events,).
    """

    log: EventLog
    rows: dict[str, np.ndarray]

    @classmethod
    def of(cls, log: EventLog) -> Linked:
        """Look the identifiers of a log up in its evidence.

        Parameters
        ----------
        log
            A log that was linked.

        Returns
        -------
        Linked
            Events and evidence side by side.

        Raises
        ------
        OptionError
            If it was not linked.
        """
        if log.num_events and not log.evidence.num_rows:
            raise OptionError(
                "this log has no evidence of who is who; link it first: log = jm.link(log, …). "
                "If it was linked, none of its events has an identifier"
            )
        kinds = ranked(name.removeprefix(ID_PREFIX) for name in id_columns(log.table))
        return cls(log, {kind: _rows(log, kind) for kind in kinds})

    @property
    def tiers(self) -> np.ndarray:
        """Tier of each row of the evidence as its place in ``TIERS``, shape (identifiers,)."""
        labels = columns.whole(self.log.evidence["tier"])
        return np.array([TIERS.index(name) for name in labels.dictionary.to_pylist()], np.int8)[columns.codes(labels)]

    @property
    def goes_by_time(self) -> np.ndarray:
        """Tell which identifiers leave their events to time, shape (identifiers,)."""
        return columns.is_true(pc.equal(self.log.evidence["reason"].cast(pa.string()), BY_TIME))


def _rows(log: EventLog, kind: str) -> np.ndarray:
    places = np.flatnonzero(columns.is_true(pc.equal(log.evidence["kind"].cast(pa.string()), kind)))
    labels = log.labels(ID_PREFIX + kind)
    known = columns.whole(log.evidence["id"].take(pa.array(places)))
    found = columns.numbers(pc.index_in(labels.dictionary, known, skip_nulls=True), missing=-1)
    row = np.where(found >= 0, np.append(places, -1)[found], -1)
    return np.append(row, -1)[columns.codes(labels)]


def linked_up_to(linked: Linked, tier: str) -> EventLog:
    """Give a log the customers it would have with the links of some tiers only.

    Parameters
    ----------
    linked
        The log, linked.
    tier
        The weakest tier that counts: ``"strong"``, ``"medium"`` or ``"weak"``.

    Returns
    -------
    EventLog
        One case a customer. An identifier whose link does not count is a customer of its own; one that was dropped
        names nobody at any level. Of weak links there are those that the evidence has, without those by time.
    """
    log, evidence = linked.log, linked.log.evidence
    names = columns.whole(evidence["customer"])
    counts = linked.tiers <= TIERS.index(tier)
    kept = columns.codes(names) >= 0
    found, identified = [], np.zeros(log.num_events, bool)
    for kind, rows in linked.rows.items():
        own = customer_names(kind, log.labels(ID_PREFIX + kind))
        at = np.maximum(rows, 0)
        links = np.where((rows >= 0) & counts[at], columns.codes(names)[at], -1).astype(np.int32)
        alone = (rows < 0) | (~counts[at] & (kept | linked.goes_by_time)[at])
        mine = np.where(alone, columns.codes(own), -1).astype(np.int32)
        found += [columns.from_codes(links, names.dictionary), columns.from_codes(mine, own.dictionary)]
        identified |= columns.codes(own) >= 0
    former = log.labels("customer")
    rest = np.where(identified, -1, columns.codes(former)).astype(np.int32)
    return relabelled(log, columns.first_known([*found, columns.from_codes(rest, former.dictionary)]))
