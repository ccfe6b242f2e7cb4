"""Access logs whose lines are text with fields in fixed places, such as the formats common and combined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.web import labels
from journeymine.sources.web.layouts import Layout
from journeymine.sources.web.written import Written

__all__ = ["fits", "written_lines"]

# A backslash protects the next sign. Where that matters, these pairs stand as one sign while a line is cut at its
# quotes: signs that no server writes. Apache writes a user without a name as two quotes.
_STAND_INS: Final = (("\\\\", "\x01"), ('\\"', "\x02"))
_NO_USER: Final = (' "" [', " - [")
_UNESCAPED: Final = ("referrer", "user_agent")


def written_lines(path: Path, layout: Layout, encoding: str | None) -> Iterator[Written]:
    """Read a log block by block.

    Parameters
    ----------
    path
        The log.
    layout
        One of ``LINES``.
    encoding
        As for `inputs.blocks`.

    Yields
    ------
    Written
        One a block.
    """
    for block in inputs.blocks(path, encoding=encoding):
        lines = text_lines(block)
        fields, fitting = _fields(lines.column, layout)
        fields = fields.append_column("source_row", pa.array(lines.numbers[fitting]))
        yield Written(fields, lines.payload, _rejects(lines.take(np.flatnonzero(~fitting)), layout), block.notes)


def fits(lines: pa.Array, layout: Layout) -> int:
    """Count the lines that are in a layout.

    Parameters
    ----------
    lines
        Lines of text.
    layout
        One of ``LINES``.

    Returns
    -------
    int
        How many.
    """
    return int(np.count_nonzero(_fields(lines, layout)[1]))


def _fields(lines: pa.Array, layout: Layout) -> tuple[pa.Table, np.ndarray]:
    """Give the fields of the lines that fit, and tell which ones do."""
    fields, fitting = _taken_apart(lines, layout)
    odd = np.flatnonzero(~fitting)
    more, good = _with_care(lines.take(pa.array(odd)), layout) if len(odd) else (fields, fitting[:0])
    if good.any():
        places = np.concatenate((np.flatnonzero(fitting), odd[good]))
        fields = columns.concat([fields, more]).take(pa.array(np.argsort(places)))
        fitting[odd[good]] = True
    arrays = {name: columns.whole(fields[name]) for name in fields.column_names}
    arrays |= {name: labels.mapped(arrays[name], _unescaped) for name in _UNESCAPED if name in arrays}
    return pa.table(arrays), fitting


def _taken_apart(lines: pa.Array, layout: Layout) -> tuple[pa.Table, np.ndarray]:
    """Take apart the lines whose quotes are all ends of fields."""
    fields, fitting = _pieces(lines, layout)
    for name in layout.pieces[1::2]:  # those in quotes
        fitting &= ~labels.told(fields[name], lambda values: pc.ends_with(values, "\\"))
    for name, pattern in layout.patterns.items():
        part = fields.pop(name)
        fitting &= ~labels.told(part, lambda values, pattern=pattern: _is_no(pattern, values))
        names = [kind.name for kind in pc.extract_regex(part.dictionary[:0], pattern).type]
        fields |= dict(zip(names, labels.parts(part, pattern, *names), strict=True))
    table = pa.table(fields)
    return (table if fitting.all() else table.filter(pa.array(fitting))), fitting


def _is_no(pattern: str, values: pa.Array) -> pa.Array:
    return pc.invert(pc.match_substring_regex(values, pattern))


def _pieces(lines: pa.Array, layout: Layout) -> tuple[dict[str, pa.DictionaryArray], np.ndarray]:
    """Cut lines at their quotes; give the pieces, and tell which lines have as many as they should."""
    cut = pc.split_pattern(lines, '"')
    members, counts = cut.values, columns.numbers(pc.list_value_length(cut))
    starts = columns.numbers(cut.offsets)[:-1]
    pieces = {
        name: members.take(pa.array(starts + place, mask=counts <= place)).cast(pa.string()).dictionary_encode()
        for place, name in enumerate(layout.pieces)
    }
    cut_off = labels.told(pieces[layout.pieces[-1]], lambda values: pc.equal(values, "")) & (counts > len(pieces))
    return pieces, ((counts >= len(pieces)) | (counts == layout.short)) & ~cut_off


# --- quotes that are no ends of fields -------------------------------------------------------------------------------


def _with_care(lines: pa.Array, layout: Layout) -> tuple[pa.Table, np.ndarray]:
    """Take apart lines in which backslashes protect quotes."""
    lines = pc.if_else(pc.match_substring_regex(lines, r"[\x01\x02]"), "", lines)
    for written, stand_in in (*_STAND_INS, _NO_USER):
        lines = pc.replace_substring(lines, written, stand_in)
    fields, fitting = _taken_apart(lines, layout)
    arrays = {name: labels.mapped(columns.whole(fields[name]), _as_written) for name in fields.column_names}
    return pa.table(arrays), fitting


def _as_written(values: pa.Array) -> pa.Array:
    for written, stand_in in _STAND_INS:
        values = pc.replace_substring(values, stand_in, written)
    return values


def _unescaped(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(values, r'\\(["\\])', r"\1")


def _rejects(lines: Lines, layout: Layout) -> list[Reject]:
    plain = pc.replace_substring_regex(lines.column, r"\\.", "")
    unclosed = columns.numbers(pc.count_substring(plain, '"')) % 2 == 1
    return [
        Reject(number, "parse", *_reason(is_unclosed, layout), lines.payload(number))
        for number, is_unclosed in zip(lines.numbers.tolist(), unclosed.tolist(), strict=True)
    ]


def _reason(is_unclosed: bool, layout: Layout) -> tuple[str, str]:
    return ("unclosed_quote", "a quote that is never closed") if is_unclosed else ("bad_line", f"not in {layout.name}")
