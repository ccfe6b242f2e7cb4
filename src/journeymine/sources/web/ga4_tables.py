"""Daily tables of GA4's export: which delivery of a day counts, which rows stand twice, and in which order all were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.sources.exports import export_files
from journeymine.sources.instances import group_codes
from journeymine.sources.web.fields import amounts

__all__ = ["Table", "deliveries", "replaced", "settled"]

_TABLE: Final = re.compile(r"events_(?:(?P<kind>intraday|fresh)_)?(?P<day>\d{8})(?!\d)")
_KINDS: Final = ("intraday", "fresh", None)  # the later one takes the place of the earlier
_BATCH: Final = ("__index", "__ordering", "__page_id")


@dataclass(frozen=True)
class Table:
    """The table of a day, as it was delivered at some time.

    Attributes
    ----------
    day
        Its date, as its name has it; empty where no name of a table is.
    delivery
        Place among all deliveries, the one that counts most last; -1 where no name of a table is.
    """

    day: str = ""
    delivery: int = -1


def deliveries(path: Path) -> dict[Path, Table]:
    """List the files of an export, and which table each belongs to.

    Parameters
    ----------
    path
        A file, or a folder.

    Returns
    -------
    dict
        In the order in which they are read.
    """
    files = export_files(path)
    found = [_named(file.relative_to(path.parent).parts) for file in files]
    order = sorted({delivery for _, delivery in found if delivery})
    tables = [Table(day, order.index(delivery)) if delivery else Table() for day, delivery in found]
    return dict(zip(files, tables, strict=True))


def _named(parts: tuple[str, ...]) -> tuple[str, tuple[int, tuple[str, ...]] | None]:
    """Tell the day of a table, its kind and the folder it was delivered in."""
    for place, part in enumerate(parts):
        if match := _TABLE.search(part):
            return match["day"], (_KINDS.index(match["kind"]), parts[:place])
    return "", None


def replaced(tables: Iterable[Table]) -> list[str]:
    """Say of which days there are several deliveries.

    Parameters
    ----------
    tables
        Of all files.

    Returns
    -------
    list of str
        Notes.
    """
    counts = Counter(table.day for table in set(tables) if table.day)
    days = [day for day, count in sorted(counts.items()) if count > 1]
    return [f"several deliveries of {', '.join(days)}: of each stream the last one counts"] if days else []


def settled(events: pa.Table) -> tuple[pa.Table, int]:
    """Keep of each day the events that count, each once, in the order in which they were sent.

    Parameters
    ----------
    events
        Has ``__delivery``, ``__day``, ``__stream``, ``__print`` and ``timestamp``, and may have the places in a batch.

    Returns
    -------
    events : pyarrow.Table
        Events of one moment stand in the order of their batch.
    duplicates : int
        Rows left out: those of a delivery that another one replaced, and those that stand twice.
    """
    kept = _in_latest_delivery(events)
    kept[kept] = ~_repeated(events.filter(pa.array(kept)))
    order = np.flatnonzero(kept)
    if set(_BATCH) <= set(events.column_names):
        batch = [columns.numbers(amounts(events[name]), missing=-1)[order] for name in _BATCH]
        order = order[np.lexsort((*batch, columns.numbers(events["timestamp"])[order]))]
    return events.take(pa.array(order)), events.num_rows - len(order)


def _in_latest_delivery(events: pa.Table) -> np.ndarray:
    """Tell which events are of the latest delivery of their day that holds events of their stream."""
    delivery = columns.numbers(events["__delivery"])
    groups = group_codes(*(columns.codes(columns.encode(events[name])) for name in ("__day", "__stream")))
    latest = np.full(int(groups.max(initial=-1)) + 1, -1)
    np.maximum.at(latest, groups, delivery)
    return (delivery == latest[groups]) | (delivery < 0)


def _repeated(events: pa.Table) -> np.ndarray:
    """Tell which events are the same as one before them."""
    keys = [columns.numbers(events[name]) for name in ("__print", "timestamp")]
    order = np.lexsort(keys)
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    repeated = np.zeros(len(order), bool)
    repeated[order[1:]] = same
    return repeated
