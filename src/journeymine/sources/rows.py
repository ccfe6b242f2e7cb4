"""Rows of delimited text and of JSON lines, each with its physical line; rows that cannot be parsed are kept aside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from journeymine.errors import EmptySourceError, FormatError
from journeymine.log.quarantine import Reject

__all__ = ["Rows", "delimited_rows", "json_rows", "unix_lines"]

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Rows:
    """The rows of a text file.

    Attributes
    ----------
    table
        One column a field; text fields are plain strings, empty ones null.
    lines
        Line of each row, from 1, int64, shape (rows,).
    text
        The whole file, lines ended by ``\\n``.
    rejects
        Lines that are no row.
    """

    table: pa.Table
    lines: np.ndarray
    text: str = field(repr=False)
    rejects: list[Reject]

    @cached_property
    def text_lines(self) -> list[str]:
        """All lines of the file, to quote them."""
        return self.text.split("\n")

    @property
    def rows_in(self) -> int:
        """Rows and lines that are no row."""
        return self.table.num_rows + len(self.rejects)

    def payload(self, line: int) -> bytes:
        """Give the line a row stands on, as it came.

        Parameters
        ----------
        line
            Counted from 1.

        Returns
        -------
        bytes
            In UTF-8.
        """
        return self.text_lines[line - 1].encode("utf-8", "surrogatepass")


def unix_lines(text: str) -> str:
    """End every line the same way.

    Parameters
    ----------
    text
        With line ends ``\\n``, ``\\r\\n`` or ``\\r``.

    Returns
    -------
    str
        With line ends ``\\n``, none at the end; other separators, such as form feeds, stay in their line.
    """
    return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).rstrip("\n")


def delimited_rows(text: str, name: str, delimiter: str | None = None) -> Rows:
    """Parse comma, semicolon, tab or bar separated text with a header line.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name, for messages.
    delimiter
        What separates fields; by default the candidate that the header holds most of.

    Returns
    -------
    Rows
        All fields as text, so that ``007`` and ``NA`` stay what they are.

    Raises
    ------
    EmptySourceError
        If there is a header and no row.
    FormatError
        If the header names a column twice.
    """
    text = unix_lines(text)
    blank = len(text) - len(text.lstrip("\n"))
    head, _, body = text[blank:].partition("\n")
    if not body.strip():
        raise EmptySourceError(f"{name} has no rows" + (", only a header" if head.strip() else ""))
    delimiter = delimiter or max(_DELIMITERS, key=head.count)
    header = next(csv.reader([head], delimiter=delimiter))
    _check_header(header, name)
    try:
        table = _read(body, header, delimiter)
    except pa.ArrowInvalid:
        return _read_with_care(text, blank + 1, header, delimiter)
    if table.num_rows != body.count("\n") + 1:  # blank lines, or quoted fields that hold line ends
        return _read_with_care(text, blank + 1, header, delimiter)
    return Rows(table, np.arange(table.num_rows) + blank + 2, text, [])


def _check_header(header: list[str], name: str) -> None:
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise FormatError(f"the header of {name} names a column twice: {', '.join(map(repr, twice))}")


def _read(text: str, header: list[str], delimiter: str) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(text.encode("utf-8", "replace")),
        read_options=pa_csv.ReadOptions(column_names=header, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )


def _read_with_care(text: str, first: int, header: list[str], delimiter: str) -> Rows:
    """Parse record by record: needed where a record spans lines, or has too many or too few fields."""
    lines = text.split("\n")
    good: list[list[str]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, fields in _records(lines, first, len(header), delimiter):
        if len(fields) == len(header):
            good.append(fields)
            numbers.append(number)
        else:
            detail = f"{len(fields)} fields, the header has {len(header)}" if fields else "a quote that is never closed"
            rejects.append(Reject(number, "parse", "bad_row", detail, lines[number - 1].encode("utf-8", "replace")))
    columns_of = zip(*good, strict=True) if good else [()] * len(header)
    arrays = [pa.array([value or None for value in values], pa.string()) for values in columns_of]
    return Rows(pa.table(arrays, names=header), np.array(numbers, np.int64), text, rejects)


_LONGEST_RECORD = 1000


def _records(lines: list[str], first: int, width: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, fields); a quote that is never closed costs its own line, not the rest of the file."""
    place = first
    while place < len(lines):
        used, fields = _record(lines, place, width, delimiter)
        if lines[place].strip():
            yield place + 1, fields
        place += used


def _record(lines: list[str], place: int, width: int, delimiter: str) -> tuple[int, list[str]]:
    if lines[place].count('"') % 2 == 0:
        return 1, next(csv.reader([lines[place]], delimiter=delimiter), [])
    for used in range(2, min(_LONGEST_RECORD, len(lines) - place) + 1):
        if lines[place + used - 1].count('"') % 2:
            fields = next(csv.reader(io.StringIO("\n".join(lines[place : place + used])), delimiter=delimiter))
            return (used, fields) if len(fields) == width else (1, [])
    return 1, []


def json_rows(text: str, name: str) -> Rows:
    """Parse JSON lines: one object a line. Nested values stay JSON text.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name, for messages.

    Returns
    -------
    Rows
        Integers exact, other scalars as their JSON text.

    Raises
    ------
    EmptySourceError
        If there is no line.
    """
    text = unix_lines(text)
    objects: list[dict] = []
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            objects.append(_object(line))
            numbers.append(number)
        except (ValueError, RecursionError) as error:
            detail = str(error) or "nested too deeply"
            rejects.append(Reject(number, "parse", "bad_json", detail, line.encode("utf-8", "replace")))
    if not objects and not rejects:
        raise EmptySourceError(f"{name} is empty")
    names = list(dict.fromkeys(key for item in objects for key in item))
    arrays = [_field([item.get(key) for item in objects]) for key in names]
    return Rows(pa.table(arrays, names=names), np.array(numbers, np.int64), text, rejects)


def _object(line: str) -> dict:
    parsed = json.loads(line, parse_constant=_refuse_constant)
    if not isinstance(parsed, dict):
        raise ValueError(f"a {type(parsed).__name__}, not an object")
    return parsed


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _field(values: list) -> pa.Array:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int}:
        try:
            return pa.array(values, pa.int64())
        except OverflowError:
            kinds = {str}
    if kinds <= {int, float}:
        return pa.array(values, pa.float64())
    plain = [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]
    array = pa.array(plain, pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
