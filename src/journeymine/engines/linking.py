"""Customers linked across all that arrived, from combinations of identifiers instead of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.engines.seen import KEY, keys_of
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.evidence import BY_TIME
from journeymine.log.identifiers import tier
from journeymine.log.identity import link
from journeymine.log.relabel import relabelled
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["Linked", "link_combinations", "timed_keys"]


@dataclass(frozen=True)
class Linked:
    """Whose events are.

    Attributes
    ----------
    keys
        Combinations of identifiers, text, distinct.
    customers
        Whose events with them are; null for nobody, and where the time of an event decides.
    moments
        Where the time decides: `KEY`, ``timestamp`` and ``customer``.
    evidence
        Whose each identifier is, and why.
    """

    keys: pa.Array
    customers: pa.DictionaryArray
    moments: pa.Table
    evidence: pa.Table

    def customers_of(self, events: pa.Table) -> pa.DictionaryArray:
        """Give the customer of each event.

        Parameters
        ----------
        events
            With identifier columns, ``timestamp`` and ``customer``.

        Returns
        -------
        pyarrow.DictionaryArray
            An event without any identifier keeps the customer it had.
        """
        mine = keys_of(events)
        places = columns.numbers(pc.index_in(mine.dictionary, self.keys), missing=-1)[columns.codes(mine)]
        found = columns.from_codes(np.append(columns.codes(self.customers), -1)[places], self.customers.dictionary)
        former = columns.encode(events["customer"])
        kept = columns.from_codes(np.where(places < 0, columns.codes(former), -1), former.dictionary)
        return columns.first_known([found, self._by_moment(mine, events["timestamp"]), kept])

    def _by_moment(self, keys: pa.DictionaryArray, times: pa.ChunkedArray) -> pa.DictionaryArray:
        labels = columns.encode(self.moments["customer"])
        known, moments = columns.encode(self.moments[KEY]), columns.numbers(self.moments["timestamp"])
        every = np.unique(moments)  # distinct times are few: only those on shared devices
        packed = columns.codes(known).astype(np.int64) * len(every) + np.searchsorted(every, moments)
        order = np.argsort(packed)
        place = columns.numbers(pc.index_in(keys.dictionary, known.dictionary), missing=-1)[columns.codes(keys)]
        wanted = place.astype(np.int64) * len(every) + np.searchsorted(every, columns.numbers(times))
        found = np.append(order, 0)[np.searchsorted(packed[order], wanted)]
        is_there = (place >= 0) & (np.append(packed, -1)[found] == wanted) if len(order) else np.zeros(len(place), bool)
        return columns.from_codes(
            np.where(is_there, np.append(columns.codes(labels), -1)[found], -1), labels.dictionary
        )

    def relabelled(self, events: pa.Table) -> pa.Table:
        """Give events their customers.

        Parameters
        ----------
        events
            In canonical columns.

        Returns
        -------
        pyarrow.Table
            One case a customer, and one for each event of nobody.
        """
        log = EventLog.of_encoded(events)
        return relabelled(log, self.customers_of(log.table)).table


def link_combinations(seen: pa.Table, identities: pa.Table, moments: pa.Table, options: Mapping[str, Any]) -> Linked:
    """Link combinations of identifiers as if they were the events that carry them.

    Parameters
    ----------
    seen
        Combinations, as `combinations` gives them.
    identities
        Identifiers that were seen together without an event.
    moments
        Events whose time may decide: identifiers, `KEY` and ``timestamp``, distinct.
    options
        Of `link`.

    Returns
    -------
    Linked
        What linking all events would have found: it depends on which identifiers stand together, on when each was
        first seen and, on devices of several customers, on the time of their events.
    """
    events = pa.concat_tables([seen, moments.select(seen.column_names)]) if moments.num_rows else seen
    rows = pa.array(np.arange(events.num_rows))
    facts = {"case_id": pa.repeat("-", events.num_rows), "activity": pa.repeat("-", events.num_rows)}
    nobody = pa.nulls(events.num_rows, columns.LABEL)
    table = pa.table({**facts, "customer": nobody, "source_row": rows, **_columns(events.drop_columns([KEY]))})
    linked = link(EventLog.of(table, identities=identities), **options)
    labels, places = linked.labels("customer"), columns.numbers(linked.table["source_row"])
    codes = np.empty(events.num_rows, np.int32)
    codes[places] = columns.codes(labels)
    owners = columns.from_codes(codes, labels.dictionary)
    timed = moments.select([KEY, "timestamp"]).append_column("customer", owners[seen.num_rows :])
    decided = owners[: seen.num_rows]
    if moments.num_rows:
        waits = pc.is_in(seen[KEY], columns.whole(moments[KEY]))
        decided = columns.from_codes(np.where(columns.is_true(waits), -1, codes[: seen.num_rows]), labels.dictionary)
    return Linked(columns.whole(seen[KEY]), decided, timed, linked.evidence)


def timed_keys(seen: pa.Table, linked: Linked, options: Mapping[str, Any]) -> pa.Array:
    """Give the combinations whose customer the time of each event decides.

    Parameters
    ----------
    seen
        Combinations of identifiers.
    linked
        What linking found without any times.
    options
        Of `link`.

    Returns
    -------
    pyarrow.Array
        Keys.
    """
    shared = linked.evidence.filter(pc.equal(linked.evidence["reason"].cast(pa.string()), BY_TIME))
    waits = np.zeros(seen.num_rows, bool)
    for name in id_columns(seen):
        kind = name.removeprefix(ID_PREFIX)
        if options.get("backfill", "all") == "all":
            mine = columns.whole(shared.filter(pc.equal(shared["kind"].cast(pa.string()), kind))["id"])
            waits |= columns.is_true(pc.is_in(seen[name], mine, skip_nulls=True))
        elif tier(kind) == "weak":
            waits |= columns.is_true(seen[name].is_valid())
    return columns.whole(seen[KEY].filter(pa.array(waits)))


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))
