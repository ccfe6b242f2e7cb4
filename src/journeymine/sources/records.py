"""Records of JSON files: lines, arrays or one document, taken apart into columns by the path of each field."""

from __future__ import annotations

import io
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from journeymine.errors import FormatError
from journeymine.log import columns
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.rows import json_column, json_object, unix_lines

__all__ = ["Lines", "Records", "json_blocks", "json_lines", "json_objects", "json_records", "json_rows", "json_tables"]

_TYPICAL: Final = 200  # records that show what kind of value each field holds
_SLICE: Final = 2000  # lines read at once with care, where Arrow cannot read all of them
_UNFIT: Final = (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError)  # what Arrow says of a value of another type
_plain: Final = json.JSONEncoder(ensure_ascii=False).encode
_LINE: Final = re.compile(r"[^\n]+")
_BLANK: Final = re.compile(r"\s+")
_KINDS: Final = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}

Types = Mapping[str, pa.DataType]
Paths = Mapping[str, list[str]]


class _Cut(Sequence[str]):
    """The lines of a text, cut apart when somebody asks for more than the first ones: most are only parsed."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def _all(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _length(self) -> int:
        return self.text.count("\n") + 1

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: Any) -> Any:
        if place == slice(0, _TYPICAL):
            return list(islice((match.group() for match in _LINE.finditer(self.text)), _TYPICAL))
        return self._all[place]


@dataclass(frozen=True)
class Lines:
    """JSON objects as text, not yet parsed.

    Attributes
    ----------
    texts
        One object each.
    numbers
        The line in the file of each (in a document: its place), from 1; a line that holds several stands several times.
    notes
        What was assumed to decode them.
    """

    texts: Sequence[str]
    numbers: Sequence[int]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def content(self) -> bytes:
        """All of them in UTF-8, one a line."""
        return (self.texts.text if isinstance(self.texts, _Cut) else "\n".join(self.texts)).encode()

    def part(self, start: int, stop: int) -> Lines:
        """Give some of the lines.

        Parameters
        ----------
        start, stop
            Places, from 0.

        Returns
        -------
        Lines
            Those from `start` up to, not including, `stop`.
        """
        return Lines(self.texts[start:stop], self.numbers[start:stop], self.notes)

    def payload(self, number: int) -> bytes:
        """Give what stands on a line.

        Parameters
        ----------
        number
            As in `numbers`.

        Returns
        -------
        bytes
            In UTF-8.
        """
        found = self.texts[bisect_left(self.numbers, number) : bisect_right(self.numbers, number)]
        return "\n".join(found).encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Records:
    """Fields of JSON objects in columns.

    Attributes
    ----------
    table
        One column a field: integers, floats or truths where all values are such, else text. Null where an object has
        none, or empty text.
    numbers
        Line of each object, int64, shape (rows,).
    lines
        What was parsed.
    rejects
        Lines that are no object.
    """

    table: pa.Table
    numbers: np.ndarray
    lines: Lines = field(repr=False)
    rejects: list[Reject]


def json_lines(block: inputs.Block, unwrap: tuple[str, ...] = ()) -> Lines:
    """Give the objects of a block as lines.

    Parameters
    ----------
    block
        JSON lines; or one document, with an object or an array of them.
    unwrap
        Fields that hold the records, as a list or by name: an object with such a field stands for what is in it.

    Returns
    -------
    Lines
        Not parsed, but for documents and lists. Blank lines left out.

    Raises
    ------
    FormatError
        If the block is no JSON, or a document that is broken.
    """
    text = block.text.lstrip("\ufeff \t\r\n")
    is_later = block.first_line > 1  # documents are not cut
    if text and not is_later and not text.startswith(("[", "{")):
        raise FormatError(f"{block.name} is not JSON: it begins with {text[:40]!r}")
    if text and not is_later and not _is_lines(text):
        members = _members(_document(text, block.name), unwrap)
        return Lines(members, list(range(1, len(members) + 1)), block.notes)
    text = unix_lines(block.text)
    wrapped = any(f'"{name}"' in text for name in unwrap)
    if not wrapped and text.startswith("{") and text.count("\n{") == text.count("\n"):  # no line is blank
        texts = _Cut(text)
        return Lines(texts, range(block.first_line, block.first_line + len(texts)), block.notes)
    texts = text.split("\n")
    found = [(number, line) for number, line in enumerate(texts, block.first_line) if line.strip()]
    if wrapped:
        found = [(number, member) for number, line in found for member in _unwrapped(line, unwrap)]
    return Lines([line for _, line in found], [number for number, _ in found], block.notes)


def json_objects(lines: Lines) -> tuple[list[tuple[int, dict[str, Any]]], list[Reject]]:
    """Parse objects one by one, for formats too deep for columns.

    Parameters
    ----------
    lines
        One object a line.

    Returns
    -------
    objects : list of tuple
        The line of each object, and the object.
    rejects : list of Reject
        Lines that are no object.
    """
    objects: list[tuple[int, dict[str, Any]]] = []
    rejects: list[Reject] = []
    for number, line in zip(lines.numbers, lines.texts, strict=True):
        try:
            objects.append((number, json_object(line)))
        except (ValueError, RecursionError) as error:
            payload = line.encode("utf-8", "surrogateescape")
            rejects.append(Reject(number, "parse", "bad_json", str(error) or "nested too deeply", payload))
    return objects, rejects


def json_tables(
    path: str | Path, fields: Mapping[str, str], *, unwrap: tuple[str, ...] = (), types: Types | None = None
) -> Iterator[Records]:
    """Read the records of a JSON file as tables, one a block of the file.

    Parameters
    ----------
    path
        The file; also as gzip.
    fields
        Where each column of the tables is found: names with dots between them, such as
        ``{"id_email": "context.traits.email"}``.
    unwrap
        Fields that hold the records, as a list or by name.
    types
        Arrow type of columns whose values are lists or objects; by default those become JSON text.

    Yields
    ------
    Records
        One column a field.

    Raises
    ------
    FormatError
        If the file is no JSON.
    """
    for lines in json_blocks(path, unwrap):
        yield json_records(lines, fields, types)


def json_blocks(path: str | Path, unwrap: tuple[str, ...] = ()) -> Iterator[Lines]:
    """Read the objects of a JSON file block by block, not yet parsed.

    Parameters
    ----------
    path, unwrap
        As for `json_tables`.

    Yields
    ------
    Lines
        One object a line; a document is one block.

    Raises
    ------
    FormatError
        If the file is no JSON.
    """
    for block in inputs.blocks(path, keep_broken=True, record_end=_record_end):
        yield json_lines(block, unwrap)


def json_records(lines: Lines, fields: Mapping[str, str], types: Types | None = None) -> Records:
    """Take objects apart into columns.

    Parameters
    ----------
    lines
        One object a line.
    fields, types
        As for `json_tables`.

    Returns
    -------
    Records
        One column a field.
    """
    return _records(lines, {name: path.split(".") for name, path in fields.items()}, types or {})


# --- from a block to lines -------------------------------------------------------------------------------------------


def json_rows(lines: Lines) -> Records:
    """Take objects apart into columns, one for each field that any of them has.

    Parameters
    ----------
    lines
        One object a line.

    Returns
    -------
    Records
        Lists and objects as JSON text.
    """
    typical, _ = json_objects(lines.part(0, _TYPICAL))
    fields = {name: [name] for name in dict.fromkeys(name for _, item in typical for name in item)}
    schema = _schema(lines, fields, {}) if fields else None
    table = _by_arrow(lines, fields, schema, others="error")
    if table is not None:
        return Records(table, np.array(lines.numbers, np.int64), lines, [])
    found, rejects = json_objects(lines)
    names = dict.fromkeys(name for _, item in found for name in item)
    arrays = {name: json_column([item.get(name) for _, item in found]) for name in names}
    return Records(pa.table(arrays), np.array([number for number, _ in found], np.int64), lines, rejects)


def _record_end(content: bytes) -> int:
    """Cut behind a line; a document, which has no records until it ends, is not cut."""
    first = content.lstrip().split(b"\n", 3)[:3]  # one of which may be broken
    has_objects = any(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in first)
    return inputs.line_end(content) if has_objects else 0


def _is_lines(text: str) -> bool:
    """Tell lines from a document, which may be one line; a broken first line is a line if an object follows it."""
    first, _, more = text.partition("\n")
    if text.startswith("[") or not more or more.isspace():
        return False
    if _is_object(first):
        return True
    return _is_object(more.lstrip().partition("\n")[0]) and not _is_object(text)


def _is_object(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), dict)
    return False


def _document(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if str(error).startswith("Extra data"):
            with suppress(ValueError, RecursionError):
                return _back_to_back(text)
        raise FormatError(f"{name} is a JSON document that is broken or cut short: {error}") from error


def _back_to_back(text: str) -> list[Any]:
    """Parse objects with nothing between them, as delivery streams such as Firehose write them."""
    decoder, found, place = json.JSONDecoder(), [], 0
    while place < len(text):
        item, place = decoder.raw_decode(text, place)
        found.append(item)
        blank = _BLANK.match(text, place)
        place = blank.end() if blank else place
    return found


def _members(document: Any, unwrap: tuple[str, ...]) -> list[str]:
    listed = document if isinstance(document, list) else [document]
    return [_written(member) for item in listed for member in _inner(item, unwrap)]


def _written(item: Any) -> str:
    """Write an object as a line; half a character, which text cannot hold, stays the escape it came as."""
    text = _plain(item)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(item)
    return text


def _inner(item: Any, unwrap: tuple[str, ...]) -> list[Any]:
    held = (item.get(name) for name in unwrap) if isinstance(item, dict) else ()
    found = next((members for members in held if isinstance(members, list | dict)), [item])
    return list(found.values()) if isinstance(found, dict) else found


def _unwrapped(line: str, unwrap: tuple[str, ...]) -> list[str]:
    with suppress(ValueError, RecursionError):
        item = json.loads(line)
        members = _inner(item, unwrap)
        return [line] if members == [item] else [_written(member) for member in members]
    return [line]  # to be refused where lines are parsed


# --- from lines to columns -------------------------------------------------------------------------------------------


def _records(lines: Lines, fields: Paths, types: Types) -> Records:
    schema = _schema(lines, fields, types)
    whole = _by_arrow(lines, fields, schema)
    if whole is not None:
        return Records(whole, np.array(lines.numbers, np.int64), lines, [])
    starts = range(0, max(len(lines), 1), _SLICE)
    parts = [_part(lines.part(at, at + _SLICE), fields, schema, types) for at in starts]
    tables, numbers, rejects = zip(*parts, strict=True)
    return Records(columns.concat(tables), np.concatenate(numbers), lines, list(chain(*rejects)))


def _part(lines: Lines, fields: Paths, schema: pa.Schema, types: Types) -> tuple[pa.Table, np.ndarray, list[Reject]]:
    """Read some lines with Arrow if they let it, else one by one."""
    table = _by_arrow(lines, fields, schema)
    if table is not None:
        return table, np.array(lines.numbers, np.int64), []
    found, rejects = json_objects(lines)
    values = {name: [_at(item, path) for _, item in found] for name, path in fields.items()}
    arrays = {name: _typed(column, types.get(name)) for name, column in values.items()}
    return pa.table(arrays), np.array([number for number, _ in found], np.int64), rejects


def _at(item: Any, path: list[str]) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _typed(values: list[Any], kind: pa.DataType | None) -> pa.Array:
    """Make a column; what in a list or object is not of its type is left out."""
    return json_column(values) if kind is None else pa.array([_fitted(value, kind) for value in values], kind)


def _fitted(value: Any, kind: pa.DataType) -> Any:
    """Give what of a value fits a type; where text is due, a number or a truth as text."""
    if pa.types.is_nested(kind):
        return _fitted_parts(value, kind)
    if pa.types.is_string(kind):
        return json.dumps(value) if isinstance(value, int | float) else value if isinstance(value, str) else None
    with suppress(*_UNFIT):  # where a number is due, one that is written as text
        return (pa.scalar(value).cast(kind) if isinstance(value, str) else pa.scalar(value, kind)).as_py()
    return None


def _fitted_parts(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, list) and pa.types.is_list(kind):
        return [_fitted(item, kind.value_type) for item in value]
    if isinstance(value, dict) and pa.types.is_struct(kind):
        return {field.name: _fitted(value.get(field.name), field.type) for field in kind}
    return None


def _schema(lines: Lines, fields: Paths, types: Types) -> pa.Schema | None:
    """Guess the type of each field by the first records; None where Arrow cannot read one as we would."""
    typical, _ = json_objects(lines.part(0, _TYPICAL))
    tree: dict[str, Any] = {}
    for name, path in fields.items():
        kinds = {type(_at(item, path)) for _, item in typical} - {type(None)}
        kind = types.get(name) or (_KINDS.get((kinds or {str}).pop()) if len(kinds) <= 1 else None)
        if kind is None or not _grow(tree, path, kind):
            return None
    return pa.schema(_arrow_fields(tree))


def _grow(tree: dict[str, Any], path: list[str], kind: pa.DataType) -> bool:
    """Add a field; say no where one field is both a value and the home of another."""
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return False
    return tree.setdefault(path[-1], kind) is kind


def _arrow_fields(tree: dict[str, Any]) -> list[pa.Field]:
    inner = {name: pa.struct(_arrow_fields(kind)) if isinstance(kind, dict) else kind for name, kind in tree.items()}
    return [pa.field(name, kind) for name, kind in inner.items()]


def _by_arrow(lines: Lines, fields: Paths, schema: pa.Schema | None, others: str = "ignore") -> pa.Table | None:
    """Read the lines in one go; None where one of them is broken or of another kind than the first ones."""
    if schema is None:
        return None
    try:
        content = lines.content
        parsing = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others)
        reading = pa_json.ReadOptions(use_threads=False, block_size=max(len(content), 1 << 20))
        table = pa_json.read_json(io.BytesIO(content), reading, parsing)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    if table.num_rows != len(lines):
        return None
    return pa.table({name: _filled(_field(table, path)) for name, path in fields.items()})


def _field(table: pa.Table, path: list[str]) -> pa.Array:
    column = columns.whole(table[path[0]])
    return pc.struct_field(column, path[1:]) if path[1:] else column


def _filled(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
