"""Logs that were written before, and logs put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from journeymine.errors import EmptySourceError, FormatError, OptionError
from journeymine.log import columns, store
from journeymine.log.eventlog import EVIDENCE, EventLog
from journeymine.log.quarantine import Quarantine

__all__ = ["concat", "open_log"]


def open_log(path: str | Path) -> EventLog:
    """Open a log that `EventLog.write` wrote.

    Parameters
    ----------
    path
        A ``.arrow`` file (memory-mapped: ready in milliseconds at any size) or a ``.parquet`` file.

    Returns
    -------
    EventLog
        Identical to the one that was written.

    Raises
    ------
    FormatError
        If the file is not a log that journeymine wrote.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a"], "activity": ["visit"], "timestamp": ["2024-05-01T09:00Z"]})
    >>> jm.open_log(log.write(tmp / "log.arrow")).equals(log)
    True
    """
    table, extras = store.split_extras(store.read_table(path))
    if not {"sources", "quarantine", "evidence"} <= set(extras):
        raise FormatError(f"{Path(path).name} was not written by EventLog.write; read it with read_table")
    identities = extras.get("identities", pa.table({}))
    evidence = _evidence(extras["evidence"])
    filters = tuple(extras["filters"]["filter"].to_pylist()) if "filters" in extras else ()
    return EventLog(table, extras["sources"], Quarantine(extras["quarantine"]), evidence, identities, filters)


def _evidence(stored: pa.Table) -> pa.Table:
    """Give stored evidence its columns of today; files of earlier versions have plain text, and no degree."""
    if stored.schema.equals(EVIDENCE):
        return stored
    labels = {name: columns.encode(stored[name]) for name in EVIDENCE.names if name not in ("id", "degree")}
    return pa.table(labels | {"id": stored["id"], "degree": pa.nulls(stored.num_rows, pa.int32())}).select(
        EVIDENCE.names
    )


def concat(logs: Iterable[EventLog]) -> EventLog:
    """Put the logs of several sources together.

    Parameters
    ----------
    logs
        Logs whose sources have different names.

    Returns
    -------
    EventLog
        All events. Events of one case at the same time stand in the order of their sources' names, whatever the order
        of `logs`.

    Raises
    ------
    EmptySourceError
        If there is no log.
    OptionError
        If two logs have a source of the same name.

    Examples
    --------
    >>> import journeymine as jm
    >>> web = jm.read_table({"case_id": ["a"], "activity": ["visit"], "timestamp": ["2024-05-01T09:00Z"]}, name="web")
    >>> shop = jm.read_table({"case_id": ["a"], "activity": ["buy"], "timestamp": ["2024-05-02T09:00Z"]}, name="shop")
    >>> jm.concat([web, shop])
    <EventLog 2 events · 1 customer · 2024-05-01 – 2024-05-02>
    """
    logs = sorted(logs, key=lambda log: log.sources["source"].to_pylist())
    if not logs:
        raise EmptySourceError("there is no log to concatenate")
    sources = pa.concat_tables(log.sources for log in logs).combine_chunks()
    _check_distinct(sources["source"].to_pylist())
    quarantine = sum((log.quarantine for log in logs), Quarantine.empty())
    evidence = pa.concat_tables(log.evidence for log in logs).combine_chunks()
    identities = columns.concat(log.identities for log in logs)
    table = columns.concat(log.table for log in logs)
    facts = {"sources": sources, "quarantine": quarantine, "evidence": evidence, "identities": identities}
    return replace(EventLog.of_encoded(table, **facts), filters=_filters(logs))


def _filters(logs: list[EventLog]) -> tuple[str, ...]:
    """Say what was chosen from which source."""
    return tuple(f"{', '.join(log.sources['source'].to_pylist())}: {chosen}" for log in logs for chosen in log.filters)


def _check_distinct(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"two logs have a source named {', '.join(twice)}; give one another name with name=")
