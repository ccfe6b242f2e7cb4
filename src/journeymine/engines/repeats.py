"""Events that were delivered again: of those with one ``event_id`` in a source, the latest delivery counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from journeymine.engines.manifest import Manifest, Piece
from journeymine.engines.partitions import ARRIVAL
from journeymine.log import columns, store
from journeymine.sources.parts import VERSION
from journeymine.summary.groups import NUM_GROUPS, group_of

__all__ = ["index_of", "with_repeats_out", "write_index"]

_INDEX: Final = pa.schema(
    {
        "event_id": pa.string(),
        "source": pa.string(),
        "source_row": pa.int64(),
        ARRIVAL: pa.int64(),
        "delivery": pa.int64(),
        "version": pa.string(),
        "one_row_an_id": pa.bool_(),
    }
)


def index_of(events: pa.Table, delivery: int, *, one_row_an_id: bool) -> pa.Table:
    """Give what is needed of events to find those that come again.

    Parameters
    ----------
    events
        With `ARRIVAL`.
    delivery
        Number of the delivery they came with.
    one_row_an_id
        Whether an ``event_id`` names one event, of which the delivery may hold several versions; else several events
        of one delivery may share it, such as the messages of a chat.

    Returns
    -------
    pyarrow.Table
        One row an event that has an ``event_id``.
    """
    if "event_id" not in events.column_names:
        return _INDEX.empty_table()
    found = {name: events[name] for name in ("event_id", "source", "source_row", ARRIVAL)}
    found["delivery"] = pa.repeat(pa.scalar(delivery, pa.int64()), events.num_rows)
    found["version"] = events[VERSION] if VERSION in events.column_names else pa.nulls(events.num_rows, pa.string())
    found["one_row_an_id"] = pa.repeat(pa.scalar(one_row_an_id), events.num_rows)
    return pa.table(found).cast(_INDEX).filter(pc.field("event_id").is_valid())


def write_index(folder: Path, manifest: Manifest, tables: Iterable[pa.Table]) -> Manifest:
    """Write what is needed of events to find those that come again, in parts by ``event_id``.

    Parameters
    ----------
    folder
        Of the partitions.
    manifest
        What it holds.
    tables
        As `index_of` gives them.

    Returns
    -------
    Manifest
        With the files.
    """
    table = pa.concat_tables([_INDEX.empty_table(), *tables])
    if not table.num_rows:
        return manifest
    parts = group_of(columns.whole(table["event_id"]))
    index = {number: list(files) for number, files in manifest.event_ids.items()}
    for number in np.flatnonzero(np.bincount(parts, minlength=NUM_GROUPS)).tolist():
        file = f"event_ids/{number:02}/{manifest.number:06}.parquet"
        store.write_table(table.filter(pa.array(parts == number)), folder / file)
        index.setdefault(number, []).append(file)
    return replace(manifest, event_ids=index, number=manifest.number + 1)


def with_repeats_out(folder: Path, before: Manifest, manifest: Manifest) -> Manifest:
    """Mark the events that came again, in the parts of the index that have something new.

    Parameters
    ----------
    folder
        Of the partitions.
    before
        What it held before something was delivered.
    manifest
        What it holds.

    Returns
    -------
    Manifest
        With the replaced events as stale, and as duplicates in the account of their source.
    """
    new = [files for number, files in manifest.event_ids.items() if files != before.event_ids.get(number)]
    replaced = pa.concat_tables([_INDEX.empty_table(), *(_replaced(folder, files) for files in new)])
    known = _stale(folder, manifest.stale)
    arrivals = columns.numbers(replaced[ARRIVAL])
    fresh = np.isin(arrivals, known, invert=True)
    if not fresh.any():
        return manifest
    manifest = _as_duplicates(manifest, replaced.filter(pa.array(fresh)))
    return _with_stale(folder, manifest, np.union1d(known, arrivals))


def _replaced(folder: Path, files: Sequence[str]) -> pa.Table:
    """Give the events of one part of the index that a later row or delivery replaces."""
    index = pa.concat_tables(store.read_table(folder / file) for file in files)
    ids = _codes(index["event_id"]) * len(index) + _codes(index["source"])
    deliveries, single = columns.numbers(index["delivery"]), columns.is_true(index["one_row_an_id"])
    order = np.lexsort((columns.numbers(index["source_row"]), deliveries, _ranks(index["version"]), ids))
    last = np.append(ids[order][1:] != ids[order][:-1], True)
    winners = np.repeat(order[last], np.diff(np.flatnonzero(last), prepend=-1))
    lost = (deliveries[order] != deliveries[winners]) | (single[order] & ~last)
    return index.take(pa.array(order[lost]))


def _codes(labels: pa.ChunkedArray) -> np.ndarray:
    return columns.codes(columns.encode(labels)).astype(np.int64)


def _ranks(versions: pa.ChunkedArray) -> np.ndarray:
    """Give the rank of each version, 0 for none; "10" comes after "9" where all are numbers."""
    labels = columns.encode(versions)
    names = labels.dictionary
    with suppress(pa.ArrowInvalid):  # times as text sort as text
        names = names.cast(pa.float64())
    ranks = columns.numbers(pc.rank(names, tiebreaker="dense")).astype(np.int64)
    return np.append(ranks, 0)[columns.codes(labels)]


def _as_duplicates(manifest: Manifest, replaced: pa.Table) -> Manifest:
    """Count the rows behind events as duplicates."""
    rows = replaced.group_by(["source", "delivery", "source_row"]).aggregate([])
    counts = {row["values"]: row["counts"] for row in rows["source"].value_counts().to_pylist()}
    sources = {
        name: replace(source, used=source.used - counts.get(name, 0), duplicate=source.duplicate + counts.get(name, 0))
        for name, source in manifest.sources.items()
    }
    return replace(manifest, sources=sources)


def _stale(folder: Path, files: Mapping[int, Piece]) -> np.ndarray:
    known = [columns.numbers(store.read_table(folder / piece.file)[ARRIVAL]) for piece in files.values()]
    return np.concatenate([np.empty(0, np.int64), *known])


def _with_stale(folder: Path, manifest: Manifest, stale: np.ndarray) -> Manifest:
    """Write for each partition which of its events are stale."""
    files: dict[int, Piece] = {}
    for number, pieces in manifest.pieces.items():
        arrivals = np.concatenate([_arrivals(folder / piece.file) for piece in pieces])
        mine = np.sort(arrivals[np.isin(arrivals, stale)])
        former = manifest.stale.get(number)
        if former is not None and former.rows == len(mine):
            files[number] = former
        elif len(mine):
            file = f"stale/{number:04}/{manifest.number:06}.parquet"
            store.write_table(pa.table({ARRIVAL: mine}), folder / file)
            files[number] = Piece(file, len(mine), [])
    return replace(manifest, stale=files, number=manifest.number + 1)


def _arrivals(path: Path) -> np.ndarray:
    return columns.numbers(pq.ParquetFile(path, page_checksum_verification=True).read([ARRIVAL])[ARRIVAL])
