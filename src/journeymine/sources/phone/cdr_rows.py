"""Rows of Asterisk's call records: the layout, told by where the dates stand, and the fields as they are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.lines import Lines, text_lines
from journeymine.sources.phone.exchange_rows import (
    Wanted,
    fields_of,
    fields_one_by_one,
    first_line,
    sample_of,
    split_line,
    width_reject,
)

__all__ = ["DATE", "LAYOUTS", "NO_DATE", "Part", "cdr_parts", "with_call_ids"]

LAYOUTS: Final = {
    "cdr_csv": {
        "source": 1, "destination": 2, "caller": 4, "channel": 5, "application": 7, "start": 9, "answer": 10,
        "end": 11, "duration": 12, "billed": 13, "disposition": 14,
    },
    "cdr_custom": {
        "caller": 0, "source": 1, "destination": 2, "channel": 4, "application": 6, "start": 8, "answer": 9,
        "end": 10, "duration": 11, "billed": 12, "disposition": 13,
    },
}  # fmt: skip
"""Place of each field that is read, from 0. What follows differs from one exchange to the next; ids are found there."""

DATE: Final = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?$"
NO_DATE: Final = r"^(0000-00-00 00:00:00)?$"

_LABELS: Final = ("destination", "application", "disposition")
_FIRST_ID: Final = 15
_CALL_ID: Final = r"^(.+-)?[0-9]{9,11}\.[0-9]+$"
_SAMPLE: Final = 1000  # so many rows are looked at to tell what a column holds
_OTHER_WIDTH: Final = 20  # so many rows with more or fewer fields are another setting of the exchange; fewer are damage

_NO_LINES: Final = Lines(pa.array([], pa.string()), np.empty(0, np.int64))


@dataclass(frozen=True)
class Part:
    """Records of one number of fields, or lines that are none.

    Attributes
    ----------
    records
        One row a record: the fields of ``LAYOUTS`` by name, null where empty; the fields behind them by place;
        ``width`` (how many fields there are), ``source_row`` and ``print``.
    lines
        What they were parsed from.
    lines_in
        How many lines of the file are new with this part.
    rejects
        Lines with too many or too few fields, or with a quote that is never closed.
    notes
        What was assumed to read them.
    """

    records: pa.Table
    lines: Lines
    lines_in: int = 0
    rejects: Sequence[Reject] = ()
    notes: Sequence[str] = ()


def cdr_parts(path: str | Path) -> Iterator[Part]:
    """Parse call records block by block, also those written when the exchange wrote more or fewer fields.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    Part
        All that the file holds, but not in its order: rows of a rare width come when enough of them have.

    Raises
    ------
    FormatError
        If no row in the first block has its dates where one of the layouts has them.
    """
    found = None
    for block in inputs.blocks(path):
        lines = text_lines(block)
        if len(lines):
            found = found or _Widths(_layout(lines, block.name))
            yield from found.parts(lines, block.notes)
    if found:
        yield from found.rest()


# --- the layout ------------------------------------------------------------------------------------------------------


def _votes(lines: Lines, layouts: dict[str, dict[str, int]]) -> Counter[tuple[str, int]]:
    """Count layouts and widths in a sample of the rows."""
    sample = map(split_line, sample_of(lines))
    return Counter((name, len(fields)) for fields in sample for name in layouts if _fits(fields, layouts[name]))


def _layout(lines: Lines, name: str) -> str:
    votes = _votes(lines, LAYOUTS)
    if not votes:
        raise FormatError(_explain(lines, name))
    return votes.most_common(1)[0][0][0]


def _fits(fields: list[str], places: dict[str, int]) -> bool:
    if len(fields) <= places["disposition"]:
        return False
    start, answer, end = (fields[places[name]] for name in ("start", "answer", "end"))
    return bool(re.match(DATE, start) and re.match(DATE, end) and re.match(f"{DATE}|{NO_DATE}", answer))


def _explain(lines: Lines, name: str) -> str:
    first = lines.column[0].as_py()
    hint = ""
    if re.match(r"\d{9,11}\|", first):
        hint = " It is a queue_log: read it with read_asterisk_queue_log."
    elif re.match(r'"?(CHAN_START|CHAN_END|ANSWER|HANGUP|APP_START|BRIDGE_START|BRIDGE_ENTER|LINKEDID_END)\b', first):
        hint = " It holds channel events (CEL): read it with read_asterisk_cel."
    return (
        f"{name} is not a file of Asterisk call records: {first_line(lines)}.{hint} Expected "
        "comma separated rows without a header, with start, answer and end such as '2024-02-10 16:42:07' as fields 10 "
        "to 12 (cdr_csv) or 9 to 11 (the default mapping of cdr_custom). Read other tables with read_table"
    )


# --- rows by how many fields they have -------------------------------------------------------------------------------


class _Widths:
    """Parses lines by their number of fields; a rare number is held back until it is known to be no damage."""

    def __init__(self, layout: str) -> None:
        self.name, self.places = layout, LAYOUTS[layout]
        self.known: set[int] = set()
        self.held: dict[int, Lines] = {}
        self.votes: Counter[int] = Counter()

    def parts(self, lines: Lines, notes: list[str]) -> Iterator[Part]:
        """Parse the lines of a block."""
        votes = _votes(lines, {self.name: self.places})
        widths = Counter({width: count for (_, width), count in votes.items()})
        self.votes.update(widths)
        width = (widths or self.votes).most_common(1)[0][0]
        records, fits = fields_of(lines, self._wanted(width))
        if width not in self.known and len(records) < _OTHER_WIDTH:
            records, fits = self._nothing(), np.zeros(len(fits), bool)
        else:
            self.known.add(width)
        yield Part(self._named(records, width), lines, len(lines), notes=notes)
        for other, places in _by_width(lines, np.flatnonzero(~fits)).items():
            yield from self._others(other, lines.take(np.array(places)), width)

    def _others(self, width: int, lines: Lines, most: int) -> Iterator[Part]:
        """Parse or hold back lines that are not as wide as most of their block, or few."""
        if width <= self.places["disposition"]:
            yield self._refusal(lines, most)
        elif len(self._hold(width, lines)) >= _OTHER_WIDTH or width in self.known:
            yield self._release(width)

    def _hold(self, width: int, lines: Lines) -> Lines:
        before = self.held.get(width, _NO_LINES)
        column = columns.whole(pa.chunked_array([before.column, lines.column]))
        self.held[width] = Lines(column, np.concatenate((before.numbers, lines.numbers)))
        return self.held[width]

    def _release(self, width: int) -> Part:
        self.known.add(width)
        lines = self.held.pop(width)
        return Part(self._named(fields_one_by_one(lines, self._wanted(width)), width), lines)

    def rest(self) -> Iterator[Part]:
        """Parse what is held back and as wide as most rows, refuse what else is held back."""
        most = self.votes.most_common(1)[0][0]
        if most in self.held:
            yield self._release(most)
        for lines in self.held.values():
            yield self._refusal(lines, most)

    def _refusal(self, lines: Lines, width: int) -> Part:
        rejects = [width_reject(lines, place, width) for place in range(len(lines))]
        return Part(self._named(self._nothing(), _FIRST_ID), lines, rejects=rejects)

    def _wanted(self, width: int) -> Wanted:
        labels = [self.places[name] for name in _LABELS]
        texts = [place for name, place in self.places.items() if name not in _LABELS]
        return Wanted(width, [*texts, *range(_FIRST_ID, width)], labels)

    def _nothing(self) -> pa.Table:
        return fields_of(_NO_LINES, self._wanted(_FIRST_ID))[0]

    def _named(self, records: pa.Table, width: int) -> pa.Table:
        names = {str(place): name for name, place in self.places.items()}
        records = records.rename_columns([names.get(name, name) for name in records.column_names])
        return records.append_column("width", pa.array(np.full(len(records), width, np.int16)))


def _by_width(lines: Lines, places: np.ndarray) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for place, text in zip(places.tolist(), lines.take(places).texts, strict=True):
        groups.setdefault(len(split_line(text)), []).append(place)
    return groups


# --- the ids ---------------------------------------------------------------------------------------------------------


def with_call_ids(records: pa.Table) -> pa.Table:
    """Add the id of each record's call: its linkedid, else its uniqueid.

    Parameters
    ----------
    records
        All records of a file: ``width``, and the fields behind those of ``LAYOUTS`` by place.

    Returns
    -------
    pyarrow.Table
        With ``call`` instead of those fields, null where a record has neither; in the order of ``source_row``.
    """
    behind = [name for name in records.column_names if name.isdigit()]
    widths = columns.numbers(records["width"])
    tables = []
    for width in sorted(set(widths.tolist())) or [_FIRST_ID]:
        alike = records.filter(pa.array(widths == width)) if (widths != width).any() else records
        ids = _call_ids([columns.whole(alike[name]) for name in behind if int(name) < width], len(alike))
        tables.append(alike.drop_columns([*behind, "width"]).append_column("call", columns.encode(ids)))
    return columns.concat(tables).sort_by("source_row")


def _call_ids(fields: list[pa.Array], rows: int) -> pa.Array:
    """Find linkedid, else uniqueid: uniqueid comes first, and whatever else holds such ids is written behind it."""
    found = [field for field in fields if _holds_ids(field)]
    return pc.coalesce(found[-1], found[0]) if found else pa.nulls(rows, pa.string())


def _holds_ids(field: pa.Array) -> bool:
    sample = field.drop_null()[:_SAMPLE]
    return len(sample) > 0 and pc.mean(pc.match_substring_regex(sample, _CALL_ID).cast(pa.float64())).as_py() >= 0.9
