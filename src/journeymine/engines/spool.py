"""Events that wait until all have arrived, because only then it is known whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.engines.arriving import append
from journeymine.engines.linking import Linked, link_combinations, timed_keys
from journeymine.engines.manifest import Manifest
from journeymine.engines.partitions import Partitions
from journeymine.engines.seen import KEY, combinations, keys_of
from journeymine.log import columns, store
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import spelled
from journeymine.log.schema import id_columns

__all__ = ["Spool"]


class Spool:
    """Events on disk, and what was seen of identifiers in these and in those that are in partitions already.

    Attributes
    ----------
    folder
        Of the partitions.
    options
        Of `link`.
    """

    def __init__(self, folder: Path, manifest: Manifest, options: Mapping[str, Any]):
        self.folder, self.options = folder, options
        self._files: list[Path] = []
        self._seen, self._identities = (_stored(folder, manifest, name) for name in ("seen", "identities"))

    def see(self, log: EventLog) -> None:
        """Take what a log knows of identifiers without an event.

        Parameters
        ----------
        log
            Of one source or several.
        """
        if log.identities.num_rows:
            more = spelled(log.identities, country=self.options.get("country"))
            more = more.append_column("timestamp", pa.repeat(pa.scalar(0, pa.timestamp("us", "UTC")), len(more)))
            self._identities = combinations([self._identities, more])

    def put(self, folder: Path, manifest: Manifest, table: pa.Table) -> Manifest:
        """Let events wait.

        Parameters
        ----------
        folder
            Of the partitions.
        manifest
            What it holds.
        table
            Events in canonical columns.

        Returns
        -------
        Manifest
            With the next number.
        """
        table = spelled(table, country=self.options.get("country"))
        self._files.append(store.write_table(table, folder / f"arriving/{manifest.number:06}.parquet"))
        self._seen = combinations([self._seen, table])
        return replace(manifest, number=manifest.number + 1)

    def empty(self, manifest: Manifest) -> Manifest:
        """Link customers, and put all events into the partitions of theirs.

        Parameters
        ----------
        manifest
            What the folder holds.

        Returns
        -------
        Manifest
            With the events that waited; those of former deliveries whose customer is another now have moved.
        """
        linked = self._linked(manifest)
        if _differ(self.folder, manifest, linked):
            for number in sorted(manifest.pieces):
                manifest = self._moved(manifest, number, linked)
        for file in self._files:
            manifest = append(self.folder, manifest, linked.relabelled(store.read_table(file)))
        return self._kept(manifest, linked)

    def _linked(self, manifest: Manifest) -> Linked:
        linked = link_combinations(self._seen, self._identities, self._seen.slice(0, 0), self.options)
        keys = timed_keys(self._seen, linked, self.options)
        if not len(keys):
            return linked
        moments = [_moments(table, keys, self._seen.schema) for table in self._all_events(manifest)]
        distinct = pa.concat_tables(moments).group_by([KEY, "timestamp"]).aggregate([])
        places = pc.index_in(distinct[KEY], columns.whole(self._seen[KEY]))
        named = self._seen.drop_columns(["timestamp"]).take(places).append_column("timestamp", distinct["timestamp"])
        return link_combinations(self._seen, self._identities, named, self.options)

    def _all_events(self, manifest: Manifest) -> Iterator[pa.Table]:
        log = Partitions(self.folder, manifest)
        wanted = [*id_columns(self._seen), "timestamp"]
        for number in manifest.pieces:
            yield log.table(number, wanted)
        for file in self._files:
            yield store.read_table(file)

    def _moved(self, manifest: Manifest, number: int, linked: Linked) -> Manifest:
        """Write a partition anew if one of its events has another customer now."""
        log = Partitions(self.folder, manifest)
        events = log.table(number, [*id_columns(self._seen), "timestamp", "customer"])
        now, former = linked.customers_of(events), events["customer"]
        same = pc.equal(pc.fill_null(now.cast(pa.string()), ""), pc.fill_null(former.cast(pa.string()), ""))
        if pc.all(same).as_py():
            return manifest
        pieces = {other: files for other, files in manifest.pieces.items() if other != number}
        stale = {other: file for other, file in manifest.stale.items() if other != number}
        table = linked.relabelled(log.table(number))
        return append(self.folder, replace(manifest, pieces=pieces, stale=stale), table)

    def _kept(self, manifest: Manifest, linked: Linked) -> Manifest:
        tables = {
            "seen": self._seen.append_column("customer", linked.customers.cast(pa.string())),
            "identities": self._identities,
            "evidence": linked.evidence,
            "moments": linked.moments,
        }
        files = {name: f"identifiers/{name}-{manifest.number:06}.parquet" for name in tables}
        for name, file in files.items():
            store.write_table(tables[name], self.folder / file)
        return replace(manifest, identifiers=files, number=manifest.number + 1)


def _stored(folder: Path, manifest: Manifest, name: str) -> pa.Table:
    file = manifest.identifiers.get(name)
    if file is None:
        return combinations([pa.table({"timestamp": pa.array([], pa.timestamp("us", "UTC"))})])
    stored = store.read_table(folder / file)
    return stored.drop_columns(["customer"]) if "customer" in stored.column_names else stored


def _moments(events: pa.Table, keys: pa.Array, schema: pa.Schema) -> pa.Table:
    """Give the moments of the events whose time decides."""
    mine = keys_of(events.select(id_columns(events)))
    waits = np.append(columns.is_true(pc.is_in(mine.dictionary, keys)), False)[columns.codes(mine)]
    found = pa.table({KEY: mine.cast(pa.string()), "timestamp": events["timestamp"]})
    return found.filter(pa.array(waits)).cast(pa.schema([schema.field(KEY), schema.field("timestamp")]))


def _differ(folder: Path, manifest: Manifest, linked: Linked) -> bool:
    """Tell whether an event that is in a partition may have another customer now."""
    file = manifest.identifiers.get("seen")
    if file is None:
        return False
    before = store.read_table(folder / file)
    places = pc.index_in(before[KEY], linked.keys)
    now = linked.customers.cast(pa.string()).take(places)
    same = pc.equal(pc.fill_null(now, ""), pc.fill_null(before["customer"], ""))
    return not pc.all(same).as_py() or len(linked.moments) > 0
