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

__all__ = ["Rows", "delimited_rows", "json_column", "json_object", "unix_lines"]

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Rows:
    r"""The rows of a text file.

    Attributes
    ----------
    table
        One column a field; text fields are plain strings, empty ones null.
    lines
        Line of each row, from 1, int64, shape (rows,).
    text
        The whole file, lines ended by ``\n``.
    rejects
        Lines that are no row.
    heights
        How many lines a row takes, for those that take more than one, by its first line.
    first_line
        Line of the file at which `text` begins, where it is a part of one.
    """

    table: pa.Table
    lines: np.ndarray
    text: str = field(repr=False)
    rejects: list[Reject]
    heights: dict[int, int] = field(default_factory=dict)
    first_line: int = 1

    @cached_property
    def text_lines(self) -> list[str]:
        """All lines of the text, to quote them."""
        return self.text.split("\n")

    @property
    def rows_in(self) -> int:
        """Rows and lines that are no row."""
        return self.table.num_rows + len(self.rejects)

    def payload(self, line: int) -> bytes:
        """Give the lines a row stands on, as they came.

        Parameters
        ----------
        line
            The first of them, counted from 1.

        Returns
        -------
        bytes
            In UTF-8.
        """
        place = line - self.first_line
        return _bytes(self.text_lines[place : place + self.heights.get(line, 1)])


def unix_lines(text: str) -> str:
    r"""End every line the same way.

    Parameters
    ----------
    text
        With line ends ``\n``, ``\r\n`` or ``\r``.

    Returns
    -------
    str
        With line ends ``\n``, none at the end; other separators, such as form feeds, stay in their line.
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
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return _read_with_care(text, blank + 1, header, delimiter)
    if table.num_rows != body.count("\n") + 1:  # blank lines, or quoted fields that hold line ends
        return _read_with_care(text, blank + 1, header, delimiter)
    return Rows(table, np.arange(table.num_rows) + blank + 2, text, [])


def _check_header(header: list[str], name: str) -> None:
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise FormatError(f"the header of {name} names a column twice: {', '.join(map(repr, twice))}")
    if not all(map(_is_unicode, header)):
        raise FormatError(f"the header of {name} is not in the encoding of its rows. Say encoding=")


def _read(text: str, header: list[str], delimiter: str) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(text.encode()),
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
    heights: dict[int, int] = {}
    rejects: list[Reject] = []
    for number, height, fields, fault in _records(lines, first, len(header), delimiter):
        if fault:
            reason = "bad_row" if _is_unicode(lines[number - 1]) else "bad_encoding"
            rejects.append(Reject(number, "parse", reason, fault, _bytes(lines[number - 1 : number - 1 + height])))
        else:
            good.append(fields)
            numbers.append(number)
            heights |= {number: height} if height > 1 else {}
    columns_of = zip(*good, strict=True) if good else [()] * len(header)
    arrays = [pa.array([value or None for value in values], pa.string()) for values in columns_of]
    return Rows(pa.table(arrays, names=header), np.array(numbers, np.int64), text, rejects, heights)


_LONGEST_RECORD = 1000


class _Feed:
    """Hands lines to a csv reader, not more than a record may take, and remembers how far it came."""

    def __init__(self, lines: list[str], place: int):
        self.lines, self.place, self.begin, self.ended = lines, place, place, False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.place >= min(self.begin + _LONGEST_RECORD, len(self.lines)):
            self.ended = True
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1] + "\n"


def _records(lines: list[str], place: int, width: int, delimiter: str) -> Iterator[tuple[int, int, list[str], str]]:
    """Yield (line, number of lines, fields, fault); what a never closed quote takes in is read again, line by line."""
    feed = _Feed(lines, place)
    reader = csv.reader(feed, delimiter=delimiter)
    while place < len(lines):
        feed.begin = place
        fields, fault = _record(feed, reader, width, delimiter)
        if fault and feed.place != place + 1:
            feed = _Feed(lines, place + 1)
            reader = csv.reader(feed, delimiter=delimiter)
        if lines[place].strip() or delimiter in lines[place]:
            yield place + 1, feed.place - place, fields, fault
        place = feed.place


def _record(feed: _Feed, reader: Iterator[list[str]], width: int, delimiter: str) -> tuple[list[str], str]:
    try:
        fields = next(reader, [])
        taken = feed.lines[feed.begin : feed.place]
        if len(taken) > 1:  # strictly: a closing quote ends its field, else it is another field's opening one
            fields = next(csv.reader([line + "\n" for line in taken], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return [], "a quote that is never closed" if feed.place > feed.begin + 1 else str(error)
    if feed.ended or (len(taken) > 1 and len(fields) != width):
        return [], "a quote that is never closed"
    if not all(map(_is_unicode, taken)):
        return [], "bytes that are not UTF-8, as the rest of the file is"
    return fields, "" if len(fields) == width else f"{len(fields)} fields, the header has {width}"


def _is_unicode(text: str) -> bool:
    """Tell whether text holds no bytes that could not be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bytes(lines: list[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def json_object(line: str) -> dict:
    """Parse one JSON object, and take only what is sound.

    Parameters
    ----------
    line
        Its text.

    Returns
    -------
    dict
        Integers exact.

    Raises
    ------
    ValueError
        If it is not JSON, not an object, or holds what is no text.
    """
    if not _is_unicode(line):
        raise ValueError("bytes that are not UTF-8, as the rest of the file is")
    parsed = json.loads(line, parse_constant=_refuse_constant)
    if not isinstance(parsed, dict):
        raise ValueError(f"a {type(parsed).__name__}, not an object")
    if "\\u" in line and not _is_unicode(json.dumps(parsed, ensure_ascii=False)):
        raise ValueError("half a character: a surrogate without its pair")
    return parsed


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def json_column(values: list) -> pa.Array:
    """Make a column of the values of a JSON field.

    Parameters
    ----------
    values
        Texts, numbers, truths, lists, objects, None.

    Returns
    -------
    pyarrow.Array
        Integers or floats where all are, and none would change; else text, in JSON where a value is none. Empty text
        is null.
    """
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int}:
        try:
            return pa.array(values, pa.int64())
        except OverflowError:
            kinds = {str}
    if kinds <= {int, float}:
        try:
            return pa.array(values, pa.float64())
        except (OverflowError, pa.ArrowInvalid):  # a number that a float would change
            kinds = {str}
    plain = [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]
    array = pa.array(plain, pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
