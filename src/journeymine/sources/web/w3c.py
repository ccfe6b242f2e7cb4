"""Access logs in the W3C extended format, as IIS and CloudFront write them: ``#Fields:`` lines name what follows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from journeymine.log import columns
from journeymine.log.columns import LABEL
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.web import labels
from journeymine.sources.web.layouts import CLOUDFRONT, IIS, Layout
from journeymine.sources.web.written import Written

__all__ = ["NAMED", "missing_fields", "named_fields", "written_w3c"]

NAMED: Final = "#Fields:"
"""What a line that names fields begins with."""

_NEEDED: Final = ("date", "time", "target")


@dataclass(frozen=True)
class _Header:
    """The names that a ``#Fields:`` line gives, in lower case, and what stands between their values."""

    names: tuple[str, ...]
    delimiter: str


def written_w3c(path: Path, layout: Layout, encoding: str | None) -> Iterator[Written]:
    """Read a log block by block; what its last ``#Fields:`` line says goes on into the next block.

    Parameters
    ----------
    path
        The log.
    layout
        One of ``IIS`` and ``CLOUDFRONT``.
    encoding
        As for `inputs.blocks`.

    Yields
    ------
    Written
        One a block; times are in UTC and say so.
    """
    header = _Header((), layout.delimiter)
    for block in inputs.blocks(path, encoding=encoding):
        lines = text_lines(block)
        sections, header = _sections(lines, header)
        parts = [_taken_apart(section, named, layout) for named, section in sections.items()]
        fields = columns.concat([_nothing(), *(fields for fields, _ in parts)])
        fields = fields.sort_by("source_row") if len(parts) > 1 else fields
        yield Written(fields, lines.payload, [reject for _, rejects in parts for reject in rejects], block.notes)


def named_fields(line: str) -> tuple[str, ...]:
    """Give the names in a ``#Fields:`` line.

    Parameters
    ----------
    line
        The line.

    Returns
    -------
    tuple of str
        In lower case.

    Examples
    --------
    >>> named_fields("#Fields: date time cs(User-Agent)")
    ('date', 'time', 'cs(user-agent)')
    """
    return tuple(line.removeprefix(NAMED).lower().split())


def missing_fields(names: tuple[str, ...], layout: Layout) -> list[str]:
    """Tell which of the fields that a request must have are not named.

    Parameters
    ----------
    names
        Names in lower case.
    layout
        One of ``IIS`` and ``CLOUDFRONT``.

    Returns
    -------
    list of str
        Their best names.
    """
    return [layout.places[field][0] for field in _NEEDED if not set(layout.places[field]) & set(names)]


# --- from lines to sections with one header --------------------------------------------------------------------------


def _sections(lines: Lines, header: _Header) -> tuple[dict[_Header, Lines], _Header]:
    """Give the rows under each header, and the header that is in force at the end."""
    is_directive = columns.is_true(pc.starts_with(lines.column, "#"))
    places: dict[_Header, list[np.ndarray]] = {}
    stops = [*np.flatnonzero(is_directive).tolist(), len(lines)]
    for start, stop in zip([-1, *stops[:-1]], stops, strict=True):
        line = lines.column[start].as_py() if start >= 0 else ""
        header = _Header(named_fields(line), header.delimiter) if line.startswith(NAMED) else header
        if stop > start + 1:
            places.setdefault(header, []).append(np.arange(start + 1, stop))
    return {named: lines.take(np.concatenate(found)) for named, found in places.items()}, header


# --- from rows to fields ---------------------------------------------------------------------------------------------


def _taken_apart(lines: Lines, header: _Header, layout: Layout) -> tuple[pa.Table, list[Reject]]:
    """Give the fields of the rows under one header, and the rows that have too many or too few."""
    missing = missing_fields(header.names, layout)
    if missing:
        detail = f"#Fields names no {' and no '.join(missing)}" if header.names else "no #Fields line stands before it"
        return _nothing(), _rejects(lines, "no_field", [detail] * len(lines))
    columns_of, widths = _columns(lines, header, set(chain(*layout.places.values())))
    fits = widths == len(header.names)
    odd = lines.take(np.flatnonzero(~fits))
    details = [f"{width} fields, #Fields names {len(header.names)}" for width in widths[~fits].tolist()]
    fields = {field: _first_named(columns_of, names) for field, names in layout.places.items()}
    table = pa.table({field: column for field, column in fields.items() if column is not None})
    table = _understood(table, layout).append_column("source_row", pa.array(lines.numbers[fits]))
    return table, _rejects(odd, "bad_row", details)


def _nothing() -> pa.Table:
    return pa.table({"time": pa.array([], LABEL), "source_row": pa.array([], pa.int64())})


def _first_named(found: dict[str, pa.DictionaryArray], names: tuple[str, ...]) -> pa.DictionaryArray | None:
    candidates = [found[name] for name in names if name in found]
    return columns.first_known(candidates) if candidates else None


def _rejects(lines: Lines, reason: str, details: list[str]) -> list[Reject]:
    numbers = lines.numbers.tolist()
    return [
        Reject(number, "parse", reason, detail, lines.payload(number))
        for number, detail in zip(numbers, details, strict=True)
    ]


def _columns(lines: Lines, header: _Header, wanted: set[str]) -> tuple[dict[str, pa.DictionaryArray], np.ndarray]:
    """Give columns of the rows that have as many fields as are named; and how many each row has."""
    widths = np.full(len(lines), len(header.names))

    def note(row: pa_csv.InvalidRow) -> str:
        widths[row.number - 1] = row.actual_columns
        return "skip"

    places = {name: str(place) for place, name in enumerate(header.names)}
    kinds = {place: LABEL for name, place in places.items() if name in wanted}
    text = lines.column if header.delimiter == CLOUDFRONT.delimiter else _without_quotes(lines.column)
    content = "\n".join(text.to_pylist()).replace("\r", header.delimiter).encode()  # a row is a line, whatever it holds
    every = [str(place) for place in range(len(header.names))]
    table = pa_csv.read_csv(
        io.BytesIO(content),
        pa_csv.ReadOptions(use_threads=False, column_names=every, block_size=len(content) + 1),
        pa_csv.ParseOptions(delimiter=header.delimiter, quote_char=False, invalid_row_handler=note),
        pa_csv.ConvertOptions(
            column_types=kinds, include_columns=list(kinds), null_values=["", "-"], strings_can_be_null=True
        ),
    )
    return {name: columns.whole(table[place]) for name, place in places.items() if name in wanted}, widths


def _without_quotes(text: pa.Array) -> pa.Array:
    """Put plus signs in place of the blanks in quoted fields, as IIS itself does; other servers use quotes."""
    quoted = pc.match_substring(text, '"')
    return pc.replace_with_mask(text, quoted, pa.array(map(_unquoted, text.filter(quoted).to_pylist()), text.type))


def _unquoted(line: str) -> str:
    try:
        fields = next(csv.reader([line], delimiter=IIS.delimiter, strict=True))
    except csv.Error:  # a quote that is never closed, or one inside a field
        return line
    return IIS.delimiter.join(field.replace(" ", "+") or "-" for field in fields)


# --- what the fields say ---------------------------------------------------------------------------------------------


def _understood(fields: pa.Table, layout: Layout) -> pa.Table:
    """Put date and time together, and write user agents as the browser sent them."""
    written = {name: columns.whole(fields[name]) for name in fields.column_names}
    date = written.pop("date")
    written["time"] = labels.pairs(date, written["time"], _moment)
    if "user_agent" in written:
        written["user_agent"] = labels.mapped(written["user_agent"], _DECODERS[layout.delimiter])
    return pa.table(written)


def _moment(date: pa.Array, time: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pc.binary_join_element_wise(date, time, "T"), "Z", "")


def _without_plus(values: pa.Array) -> pa.Array:
    return pc.replace_substring(values, "+", " ")


def _decoded(values: pa.Array) -> pa.Array:
    """Decode ``%20``, and ``%2520`` of former years."""
    return pa.array([unquote(unquote(value)) for value in values.to_pylist()], pa.string())


_DECODERS: Final = {IIS.delimiter: _without_plus, CLOUDFRONT.delimiter: _decoded}
