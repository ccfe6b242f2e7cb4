"""Records of any JSON or delimited file, by a mapping of fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.errors import UnknownColumnError, UnknownOptionError
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.reading import Payload
from journeymine.sources.records import json_tables

__all__ = ["Fields", "Found"]

_BEFORE_TEXT: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


@dataclass(frozen=True)
class Found:
    """Records of a block of a file.

    Attributes
    ----------
    table
        One column a field; null in all rows where the file does not have it.
    lines
        Line of each record, int64, shape (rows,).
    payload
        Gives the record at a line as it came.
    rejects
        What is no record.
    notes
        What was assumed to read them.
    """

    table: pa.Table
    lines: np.ndarray
    payload: Payload = field(repr=False)
    rejects: list[Reject]
    notes: list[str]


@dataclass(frozen=True)
class Fields:
    """What a reader looks for, and where a file has it.

    Attributes
    ----------
    kind
        What a record is, such as ``"post"``.
    usual
        Where each field is looked for: name of a column, or of a JSON field with dots between levels.
    needed
        Fields that no file can do without.
    given
        Where this file has them.
    """

    kind: str
    usual: Mapping[str, str]
    needed: Sequence[str]
    given: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> Iterator[Found]:
        """Read a file, block by block.

        Parameters
        ----------
        path
            JSON lines, a JSON array or document, or delimited text with a header; also as gzip.

        Yields
        ------
        Found
            Its records.

        Raises
        ------
        UnknownOptionError
            If something else is given than is looked for.
        UnknownColumnError
            If the file does not have a field that is needed, or its header not one that is given.
        EmptySourceError, FormatError
            If there is nothing to read, or it is neither JSON nor delimited text.
        """
        for name in self.given:
            if name not in self.usual:
                raise UnknownOptionError(f"a {self.kind} has no field {{name!r}}", name, self.usual)
        places = {**self.usual, **self.given}
        yield from self._json(path, places) if _is_json(path) else self._delimited(path, places)

    def _json(self, path: Path, places: dict[str, str]) -> Iterator[Found]:
        for records in json_tables(path, places):
            table, lines = records.table, records.lines
            absent = [name for name in places if len(records.numbers) and table[name].null_count == table.num_rows]
            self._check(path, places, [name for name in absent if name in self.needed], _first_keys(lines.texts))
            notes = [f"no {self.kind} has a {places[name]!r}" for name in absent if name in self.given]
            yield Found(table, records.numbers, lines.payload, records.rejects, [*lines.notes, *notes])

    def _delimited(self, path: Path, places: dict[str, str]) -> Iterator[Found]:
        blocks = inputs.blocks(path, keep_broken=True, record_end=row_end)
        for rows, notes in delimited_tables(blocks):
            table, nothing = rows.table, pa.nulls(rows.table.num_rows, pa.string())
            absent = [name for name, place in places.items() if place not in table.column_names]
            wanted = [name for name in absent if name in self.needed or name in self.given]
            self._check(path, places, wanted, table.column_names)
            found = {name: nothing if name in absent else table[place] for name, place in places.items()}
            yield Found(pa.table(found), rows.lines, rows.payload, rows.rejects, notes)

    def _check(self, path: Path, places: dict[str, str], absent: list[str], known: Sequence[str]) -> None:
        if absent:
            said = f"{path.name} has no {{name!r}} for the {absent[0]} of a {self.kind}"
            raise UnknownColumnError(said, places[absent[0]], known)


def _is_json(path: Path) -> bool:
    first = next(inputs.parts(path, len, size=1 << 12))
    return first.lstrip(_BEFORE_TEXT)[:1] in (b"{", b"[")


def _first_keys(texts: Sequence[str]) -> list[str]:
    """Name the fields of the first object."""
    for text in texts:
        with suppress(ValueError, RecursionError):
            return list(json.loads(text))
    return []
