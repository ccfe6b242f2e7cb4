"""OCEL 2.0 in SQLite: opened to be read only; nothing in the file is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from journeymine.errors import FormatError
from journeymine.sources.object_log import ObjectLog, of_records

__all__ = ["read_database"]

_TABLES: Final = ("event", "object", "event_object", "event_map_type", "object_map_type")
_COLUMNS_OF_TABLES: Final = """
    SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.sql NOT LIKE 'CREATE VIRTUAL%'
"""  # no views, no virtual tables, no columns that would have to be computed
_READING: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)

Row = dict[str, Any]


def read_database(path: Path) -> ObjectLog:
    """Read an object-centric event log from an SQLite database.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    ObjectLog
        Its events, objects and relations.

    Raises
    ------
    FormatError
        If it is damaged, is not OCEL 2.0 (views and virtual tables are none of its tables), or not all of it is saved.
    """
    try:
        with closing(sqlite3.connect(_address(path), uri=True)) as connection:
            database = _Database(connection, path.name)
            events = database.records("event", "event_object", ("ocel_event_id", "ocel_object_id"))
            objects = database.records("object", "object_object", ("ocel_source_id", "ocel_target_id"))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FormatError(f"{path.name} is a database that cannot be read: {error}. Fetch the file again") from error
    log = of_records(events, objects)
    if database.lost:
        log.notes.append(f"{database.lost:,} rows of the database name events or objects that are not in it; left out")
    return log


def _address(path: Path) -> str:
    """Address the file so that SQLite writes neither to it nor beside it."""
    unsaved = path.with_name(f"{path.name}-wal")
    if unsaved.exists() and unsaved.stat().st_size:
        raise FormatError(f"part of {path.name} is still in {unsaved.name}. Close the program that writes to it")
    return f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"


class _Database:
    """The tables of an open database; counts the rows that name what is not there."""

    def __init__(self, connection: sqlite3.Connection, source: str) -> None:
        connection.execute("PRAGMA trusted_schema = OFF")
        found = connection.execute(_COLUMNS_OF_TABLES).fetchall()
        self.columns = {table.lower(): [column for of, column in found if of == table] for table, _ in found}
        missing = [table for table in _TABLES if table not in self.columns]
        if missing:
            known = ", ".join(sorted(self.columns)) or "none"
            raise FormatError(f"{source} is no OCEL 2.0: it has no table {', '.join(missing)}; its tables: {known}")
        connection.set_authorizer(_only_reading)
        self.connection = connection
        self.lost = 0

    def records(self, kind: str, relations: str, ends: tuple[str, str]) -> list[Row]:
        """Give events or objects as OCEL writes them in JSON."""
        records = [
            {
                "id": _text(row.get("ocel_id")),
                "type": _text(row.get("ocel_type")),
                "attributes": [],
                "relationships": [],
            }
            for row in self._rows(kind)
        ]
        by_id = {record["id"]: record for record in records}
        for row in self._typed(kind):
            record = by_id.get(_text(row.pop("ocel_id", None)), {})
            time = _text(row.pop("ocel_time", None))
            row.pop("ocel_changed_field", None)  # says which of the others is not null
            record.setdefault("time", time)
            valid = time if kind == "object" else None
            told = ({"name": name, "value": _plain(value), "time": valid} for name, value in row.items())
            record.setdefault("attributes", []).extend(part for part in told if part["value"] is not None)
            self.lost += "id" not in record
        for row in self._rows(relations):
            record = by_id.get(_text(row.get(ends[0])), {"relationships": []})
            record["relationships"].append(
                {"objectId": _text(row.get(ends[1])), "qualifier": row.get("ocel_qualifier")}
            )
            self.lost += "id" not in record
        return records

    def _typed(self, kind: str) -> Iterator[Row]:
        """Yield the rows of the tables that each type has."""
        for row in self._rows(f"{kind}_map_type"):
            yield from self._rows(f"{kind}_{row.get('ocel_type_map')}")

    def _rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table, in its order; none where there is no such table."""
        names = self.columns.get(table.lower())
        if names:
            listed = ", ".join(map(_quoted, names))
            for row in self.connection.execute(f"SELECT {listed} FROM {_quoted(table)}"):
                yield dict(zip(names, row, strict=True))


def _quoted(name: str) -> str:
    """Write a name so that SQLite takes it for nothing else."""
    return '"' + name.replace('"', '""') + '"'


def _only_reading(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(_plain(value))


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
