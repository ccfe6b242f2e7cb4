"""Rows of Asterisk's call records: the layout, told by where the dates stand, and the fields as they are written."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.quarantine import Reject

__all__ = ["DATE", "LAYOUTS", "NO_DATE", "Lines", "legs_of", "text_lines"]

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

_FIRST_ID: Final = 15
_CALL_ID: Final = r"^(.+-)?[0-9]{9,11}\.[0-9]+$"
_SAMPLE: Final = 1000  # so many rows are looked at to tell the layout, or what a column holds
_OTHER_WIDTH: Final = 20  # so many rows with more or fewer fields are another setting of the exchange; fewer are damage


@dataclass(frozen=True)
class Lines:
    """The lines of a file that are not blank.

    Attributes
    ----------
    texts
        The lines.
    numbers
        Their numbers in the file, from 1, int64, shape (lines,).
    """

    texts: list[str]
    numbers: np.ndarray

    def payload(self, number: int) -> bytes:
        """Give a line as it came.

        Parameters
        ----------
        number
            Its number in the file.

        Returns
        -------
        bytes
            In UTF-8.
        """
        return self.texts[int(np.searchsorted(self.numbers, number))].encode("utf-8", "replace")


@dataclass(frozen=True)
class _Layout:
    """Where the fields stand, and how many there are in most rows."""

    places: dict[str, int]
    width: int


def text_lines(text: str) -> Lines:
    r"""Give the lines of a text.

    Parameters
    ----------
    text
        Lines ended by ``\n``.

    Returns
    -------
    Lines
        Without blank ones.
    """
    every = text.split("\n")
    texts = [line for line in every if line and not line.isspace()]
    if len(texts) == len(every):
        return Lines(texts, np.arange(1, len(texts) + 1))
    return Lines(texts, np.array([number for number, line in enumerate(every, 1) if line and not line.isspace()]))


def legs_of(lines: Lines, name: str) -> tuple[pa.Table, list[Reject]]:
    """Parse call records, also those written when the exchange was set up to write more or fewer fields.

    Parameters
    ----------
    lines
        The lines of the file.
    name
        Its name, for messages.

    Returns
    -------
    legs : pyarrow.Table
        One row a record, in the order of the file: the fields of ``LAYOUTS`` as text, null where empty; ``call`` (its
        linkedid, else its uniqueid), ``source_row`` and ``place`` (among the lines that are not blank, from 0).
    rejects : list of Reject
        Lines with too many or too few fields, or with a quote that is never closed.

    Raises
    ------
    FormatError
        If no row has its dates where one of the layouts has them.
    """
    layout = _layout(lines, name)
    fields, fits = _parsed(lines.texts, layout.width)
    tables, rejects = [_named(fields, np.flatnonzero(fits), layout)], []
    for width, places in _by_width(lines, np.flatnonzero(~fits)).items():
        if width == layout.width or (len(places) >= _OTHER_WIDTH and width > layout.places["disposition"]):
            fields = _columns([_split(lines.texts[place]) for place in places], width)
            tables.append(_named(fields, np.array(places), layout))
        else:
            rejects += _refused(lines, places, width, layout)
    table = columns.concat(tables)
    table = table.append_column("source_row", pa.array(lines.numbers).take(columns.whole(table["place"])))
    return (table.sort_by("place") if len(tables) > 1 else table), rejects


# --- the layout ------------------------------------------------------------------------------------------------------


def _layout(lines: Lines, name: str) -> _Layout:
    sample = [_split(text) for text in lines.texts[:: len(lines.texts) // _SAMPLE + 1]]
    votes = Counter((layout, len(fields)) for fields in sample for layout in LAYOUTS if _fits(fields, LAYOUTS[layout]))
    if not votes:
        raise FormatError(_explain(lines, name))
    (layout, width), _ = votes.most_common(1)[0]
    return _Layout(LAYOUTS[layout], width)


def _split(text: str) -> list[str]:
    """Give the fields of a line; none where a quote is never closed, or a field is too long to be one."""
    reader = csv.reader([text, ""])
    try:
        fields = next(reader)
    except csv.Error:
        return []
    return fields if reader.line_num == 1 else []


def _fits(fields: list[str], places: dict[str, int]) -> bool:
    if len(fields) <= places["disposition"]:
        return False
    start, answer, end = (fields[places[name]] for name in ("start", "answer", "end"))
    return bool(re.match(DATE, start) and re.match(DATE, end) and re.match(f"{DATE}|{NO_DATE}", answer))


def _explain(lines: Lines, name: str) -> str:
    first = lines.texts[0]
    shown = first if len(first) <= 160 else first[:160] + "…"
    hint = ""
    if re.match(r"\d{9,11}\|", first):
        hint = " It is a queue_log, which is another format."
    elif re.match(r'"?(CHAN_START|CHAN_END|ANSWER|HANGUP|APP_START|BRIDGE_START|BRIDGE_ENTER|LINKEDID_END)\b', first):
        hint = " It holds channel events (CEL), which are another format."
    return (
        f"{name} is not a file of Asterisk call records: line {lines.numbers[0]} is {shown!r}.{hint} Expected comma "
        "separated rows without a header, with start, answer and end such as '2024-02-10 16:42:07' as fields 10 to 12 "
        "(cdr_csv) or 9 to 11 (the default mapping of cdr_custom). Read other tables with read_table"
    )


# --- the fields ------------------------------------------------------------------------------------------------------


def _parsed(texts: list[str], width: int) -> tuple[list[pa.Array], np.ndarray]:
    """Give the columns of the lines that have this many fields, and tell which lines these are."""
    fits = np.array([text.count('"') % 2 == 0 for text in texts])
    tried = np.flatnonzero(fits)

    def skip(row: pa_csv.InvalidRow) -> str:
        fits[tried[row.number - 1]] = False
        return "skip"

    try:
        table = _read("\n".join(texts if fits.all() else [texts[place] for place in tried]), width, skip)
        if table.num_rows == np.count_nonzero(fits):
            return [columns.whole(column) for column in table.columns], fits
    except pa.ArrowInvalid:
        pass
    # A quote in the midst of a field can make Arrow read on into the next line: take each line by itself.
    split = [_split(text) for text in texts]
    fits = np.array([len(fields) == width for fields in split])
    return _columns([fields for fields in split if len(fields) == width], width), fits


def _read(text: str, width: int, skip) -> pa.Table:
    names = [str(place) for place in range(width)]
    return pa_csv.read_csv(
        io.BytesIO(text.encode("utf-8", "replace")),
        read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(invalid_row_handler=skip),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )


def _columns(split: list[list[str]], width: int) -> list[pa.Array]:
    return [pa.array([fields[place] or None for fields in split], pa.string()) for place in range(width)]


def _named(fields: list[pa.Array], places: np.ndarray, layout: _Layout) -> pa.Table:
    named = {name: fields[place] for name, place in layout.places.items()}
    return pa.table(named | {"call": _call_ids(fields), "place": pa.array(places)})


def _call_ids(fields: list[pa.Array]) -> pa.Array:
    """Find linkedid, else uniqueid: uniqueid comes first, and whatever else holds such ids is written behind it."""
    found = [field for field in fields[_FIRST_ID:] if _holds_ids(field)]
    return pc.coalesce(found[-1], found[0]) if found else pa.nulls(len(fields[0]), pa.string())


def _holds_ids(field: pa.Array) -> bool:
    sample = field.drop_null()[:_SAMPLE]
    return len(sample) > 0 and pc.mean(pc.match_substring_regex(sample, _CALL_ID).cast(pa.float64())).as_py() >= 0.9


def _by_width(lines: Lines, places: np.ndarray) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for place in places.tolist():
        groups.setdefault(len(_split(lines.texts[place])), []).append(place)
    return groups


def _refused(lines: Lines, places: Sequence[int], width: int, layout: _Layout) -> list[Reject]:
    reason = "bad_row" if width else "unclosed_quote"
    detail = f"{width} fields, most rows have {layout.width}" if width else "a quote that is never closed"
    numbers = lines.numbers[places].tolist()
    return [Reject(number, "parse", reason, detail, lines.payload(number)) for number in numbers]
