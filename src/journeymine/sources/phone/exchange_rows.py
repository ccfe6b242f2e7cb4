"""Rows as a telephone exchange writes them: comma separated without a header, line after line, some of them damaged."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from journeymine.log import columns
from journeymine.log.columns import LABEL
from journeymine.log.quarantine import Reject
from journeymine.sources.lines import Lines

__all__ = [
    "CARRIAGE_RETURN",
    "Wanted",
    "fields_of",
    "fields_one_by_one",
    "first_line",
    "sample_of",
    "split_line",
    "width_reject",
    "without_copies",
]

CARRIAGE_RETURN: Final = "a carriage return in the midst of the line"

_UNCLOSED: Final = ("unclosed_quote", "a quote that is never closed")
_SAMPLE: Final = 1000


@dataclass(frozen=True)
class Wanted:
    """The fields of a row that are kept.

    Attributes
    ----------
    width
        How many fields a row has.
    texts
        Places, from 0, of fields that differ from row to row.
    labels
        Places of fields whose values come again and again.
    delimiter
        What stands between fields; only where it is a comma can they be quoted.
    """

    width: int
    texts: Sequence[int]
    labels: Sequence[int]
    delimiter: str = ","

    @property
    def types(self) -> dict[str, pa.DataType]:
        """Type of each field that is kept, by its place."""
        kinds = dict.fromkeys(self.texts, pa.string()) | dict.fromkeys(self.labels, LABEL)
        return {str(place): kinds[place] for place in sorted(kinds)}


def sample_of(lines: Lines) -> list[str]:
    """Take lines from all over a block, to tell their layout.

    Parameters
    ----------
    lines
        Lines.

    Returns
    -------
    list of str
        A thousand of them, or less.
    """
    return lines.take(np.arange(0, len(lines), len(lines) // _SAMPLE + 1)).texts


def first_line(lines: Lines) -> str:
    """Quote the first of lines that are not of the format that was asked for.

    Parameters
    ----------
    lines
        Lines.

    Returns
    -------
    str
        Such as ``line 1 is 'a,b'``.
    """
    text = lines.column[0].as_py()
    shown = text if len(text) <= 160 else text[:160] + "…"
    return f"line {lines.numbers[0]} is {shown!r}"


def split_line(text: str, delimiter: str = ",") -> list[str]:
    """Give the fields of a line.

    Parameters
    ----------
    text
        A line.
    delimiter
        As in `Wanted`.

    Returns
    -------
    list of str
        Empty where a quote is never closed, or a field is too long to be one.
    """
    if delimiter != ",":
        return text.split(delimiter)
    reader = csv.reader([text, ""])
    try:
        fields = next(reader)
    except csv.Error:
        return []
    return fields if reader.line_num == 1 else []


def fields_of(lines: Lines, wanted: Wanted) -> tuple[pa.Table, np.ndarray]:
    """Parse the lines that have the number of fields that is wanted.

    Parameters
    ----------
    lines
        Lines.
    wanted
        The fields to keep.

    Returns
    -------
    fields : pyarrow.Table
        One row for each of those lines: columns ``"0"``, ``"1"``, … by place, null where empty; ``source_row``; and
        ``print``, a number that differs where the lines do.
    fits : numpy.ndarray
        True for those lines, bool, shape (lines,).
    """
    whole = ~columns.is_true(pc.match_substring(lines.column, "\r"))  # which Arrow takes for the end of a line
    found = _of_some(lines, whole, wanted)
    if found is None:  # a quote that is never closed takes in the next line
        closed = columns.numbers(pc.count_substring(lines.column, '"')) % 2 == 0
        found = _of_some(lines, whole & closed, wanted)
    table, fits = _one_by_one(lines.texts, wanted) if found is None else found
    return _numbered(table, lines.take(np.flatnonzero(fits))), fits


def fields_one_by_one(lines: Lines, wanted: Wanted) -> pa.Table:
    """Parse lines of which `split_line` says that they have the number of fields that is wanted.

    Parameters
    ----------
    lines, wanted
        As for `fields_of`.

    Returns
    -------
    pyarrow.Table
        One row for each line, as `fields_of` gives it.
    """
    return _numbered(_one_by_one(lines.texts, wanted)[0], lines)


def _numbered(table: pa.Table, lines: Lines) -> pa.Table:
    prints = np.fromiter(map(hash, lines.texts), np.int64, len(lines))
    return table.append_column("source_row", pa.array(lines.numbers)).append_column("print", pa.array(prints))


def _of_some(lines: Lines, tried: np.ndarray, wanted: Wanted) -> tuple[pa.Table, np.ndarray] | None:
    """Parse some of the lines, and tell of all of them which ones fit."""
    found = _by_arrow(lines.take(np.flatnonzero(tried)), wanted)
    if found is None:
        return None
    fits = tried.copy()
    fits[tried] = found[1]
    return found[0], fits


def _by_arrow(lines: Lines, wanted: Wanted) -> tuple[pa.Table, np.ndarray] | None:
    """Parse all lines at once; None where a line was not a row of its own."""
    fits = np.ones(len(lines), bool)

    def skip(row: pa_csv.InvalidRow) -> str:
        fits[row.number - 1] = False
        return "skip"

    names = [str(place) for place in range(wanted.width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(_joined(lines.column)),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 24),
            parse_options=pa_csv.ParseOptions(
                delimiter=wanted.delimiter,
                quote_char='"' if wanted.delimiter == "," else False,
                invalid_row_handler=skip,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=wanted.types, include_columns=[*wanted.types], null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid:
        return None
    return (table, fits) if table.num_rows == np.count_nonzero(fits) else None


def _joined(lines: pa.Array) -> pa.Buffer:
    whole = pa.array([0, len(lines)], pa.int32() if pa.types.is_string(lines.type) else pa.int64())
    kind = pa.ListArray if pa.types.is_string(lines.type) else pa.LargeListArray
    return pc.binary_join(kind.from_arrays(whole, lines), "\n")[0].as_buffer()


def _one_by_one(texts: list[str], wanted: Wanted) -> tuple[pa.Table, np.ndarray]:
    split = [split_line(text, wanted.delimiter) for text in texts]
    fits = np.array([len(fields) == wanted.width for fields in split])
    rows = [fields for fields in split if len(fields) == wanted.width]
    arrays = {name: pa.array([row[int(name)] or None for row in rows], kind) for name, kind in wanted.types.items()}
    return pa.table(arrays), fits


def width_reject(lines: Lines, place: int, width: int) -> Reject:
    """Refuse a line that is no row.

    Parameters
    ----------
    lines
        Lines.
    place
        Which of them.
    width
        How many fields most rows have.

    Returns
    -------
    Reject
        Says how many fields it has, or that a quote is never closed, or that there is a carriage return in it.
    """
    number, text = int(lines.numbers[place]), lines.column[place].as_py()
    found = len(split_line(text))
    reason, detail = ("bad_row", f"{found} fields, most rows have {width}") if found else _UNCLOSED
    if "\r" in text:
        reason, detail = "bad_row", CARRIAGE_RETURN
    return Reject(number, "parse", reason, detail, lines.payload(number))


def without_copies(rows: pa.Table, *keys: str) -> tuple[pa.Table, int]:
    """Keep the first of the rows that are the same to the letter.

    Parameters
    ----------
    rows
        Has ``print``, as `fields_of` gives it.
    *keys
        Further columns of numbers or times in which rows that are the same agree.

    Returns
    -------
    rows : pyarrow.Table
        In the same order, without ``print``.
    copies : int
        Rows left out.
    """
    prints = columns.numbers(rows["print"])
    order = np.argsort(prints, kind="stable")
    values = [prints, *(columns.numbers(rows[key]) for key in keys)]
    same = np.logical_and.reduce([value[order][1:] == value[order][:-1] for value in values])
    kept = np.ones(len(order), bool)
    kept[order[1:][same]] = False
    rows = rows.drop_columns("print")
    return (rows if kept.all() else rows.filter(pa.array(kept))), int(np.count_nonzero(~kept))
