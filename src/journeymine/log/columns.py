"""Arrow columns as the arrays the kernels use: labels and their codes, numbers, times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import SchemaError

__all__ = [
    "LABEL",
    "address",
    "by_appearance",
    "codes",
    "compact",
    "concat",
    "encode",
    "first_known",
    "from_codes",
    "is_text",
    "is_true",
    "label",
    "merge",
    "numbers",
    "relabel",
    "used",
    "used_values",
    "whole",
]

_BLOCK: Final = 1 << 16
LABEL: Final = pa.dictionary(pa.int32(), pa.string())


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type holds text, plain or dictionary-encoded.

    Parameters
    ----------
    kind
        An Arrow type.

    Returns
    -------
    bool
        True for strings of any width and dictionaries of them.
    """
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def is_true(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Give truths as a mask.

    Parameters
    ----------
    column
        Truths.

    Returns
    -------
    numpy.ndarray
        bool, shape (n,); False where the row is null.
    """
    return numbers(pc.fill_null(column, False).cast(pa.uint8())).astype(bool)


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give a column as one array, dictionaries unified.

    Parameters
    ----------
    column
        An array, in one piece or in chunks.

    Returns
    -------
    pyarrow.Array
        Its values in one piece.
    """
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.unify_dictionaries().chunks) if column.num_chunks else pa.array([], column.type)


def encode(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """Dictionary-encode a column of labels as one piece with int32 codes.

    Parameters
    ----------
    column
        Text, a dictionary of text, or any type that casts to text.

    Returns
    -------
    pyarrow.DictionaryArray
        ``dictionary<int32, string>``; its dictionary may hold values that no row uses.
    """
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if not is_text(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_dictionary(column.type):
        return whole(_few_chunks(column.cast(pa.string())).dictionary_encode())
    return whole(column if column.type == LABEL else column.cast(LABEL))


def _few_chunks(text: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Put chunks together, whose dictionaries would each repeat those before; as many as one array of text can hold."""
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) and text.nbytes < 2**31 else text


def relabel(labels: pa.DictionaryArray, values: pa.Array) -> pa.DictionaryArray:
    """Give each label of a dictionary another value, without a look at the rows where that can be.

    Parameters
    ----------
    labels
        Dictionary-encoded text.
    values
        New value of each value of its dictionary; null makes its rows null, equal values become one label.

    Returns
    -------
    pyarrow.DictionaryArray
        The same rows.
    """
    if values.equals(labels.dictionary):
        return labels
    merged = values.dictionary_encode()
    if len(merged.dictionary) == len(values):
        return pa.DictionaryArray.from_arrays(labels.indices, merged.dictionary)
    renumbered = np.append(codes(merged), np.int32(-1))[codes(labels)]
    return from_codes(renumbered, merged.dictionary)


def from_codes(places: np.ndarray, dictionary: pa.Array) -> pa.DictionaryArray:
    """Build labels from codes.

    Parameters
    ----------
    places
        Place of each row's label in the dictionary; -1 for null.
    dictionary
        The labels.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,).
    """
    missing = places < 0
    indices = pa.array(places, pa.int32(), mask=missing) if missing.any() else pa.array(places, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def compact(labels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Drop the values of a dictionary that no row uses.

    Parameters
    ----------
    labels
        Dictionary-encoded text.

    Returns
    -------
    pyarrow.DictionaryArray
        The same rows; the same object where nothing was to do.
    """
    kept = used(labels)
    if kept.all():
        return labels
    renumbered = np.append(np.cumsum(kept) - 1, -1).astype(np.int32)
    return from_codes(renumbered[codes(labels)], labels.dictionary.filter(pa.array(kept)))


def by_appearance(labels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Put the values of a dictionary into the order in which rows first use them.

    Parameters
    ----------
    labels
        Dictionary-encoded text.

    Returns
    -------
    pyarrow.DictionaryArray
        The same rows; values that no row uses stand last.
    """
    places = codes(labels)
    first = np.full(len(labels.dictionary) + 1, len(places))
    first[places[::-1]] = np.arange(len(places))[::-1]  # of equal places the last one written counts
    order = np.argsort(first[:-1], kind="stable")
    ranks = np.empty(len(first), np.int32)
    ranks[order], ranks[-1] = np.arange(len(order)), -1
    return from_codes(ranks[places], labels.dictionary.take(pa.array(order)))


def merge(labels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Merge the values that stand twice in a dictionary; a null value becomes a null row.

    Parameters
    ----------
    labels
        Dictionary-encoded text from elsewhere: what `encode` and `relabel` make has no such values.

    Returns
    -------
    pyarrow.DictionaryArray
        The same rows; the same object where nothing was to do.
    """
    dictionary = labels.dictionary
    if not dictionary.null_count and len(dictionary.unique()) == len(dictionary):  # faster than counting them
        return labels
    merged = dictionary.dictionary_encode()
    return from_codes(np.append(codes(merged), np.int32(-1))[codes(labels)], merged.dictionary)


def address(labels: pa.DictionaryArray) -> tuple[int, ...]:
    """Tell where labels lie in memory.

    Parameters
    ----------
    labels
        Dictionary-encoded text.

    Returns
    -------
    tuple of int
        Equal for columns that share codes and dictionary; the first three for columns that share codes.
    """
    buffers = [*labels.indices.buffers(), labels.dictionary.buffers()[-1]]
    validity, places, names = (buffer.address if buffer else 0 for buffer in buffers)
    return validity, places, labels.offset, names, len(labels.dictionary)


def used(labels: pa.DictionaryArray) -> np.ndarray:
    """Tell which values of a dictionary some row uses.

    Parameters
    ----------
    labels
        Dictionary-encoded text.

    Returns
    -------
    numpy.ndarray
        bool, shape (values,).
    """
    seen, places = np.zeros(len(labels.dictionary) + 1, dtype=bool), codes(labels)
    for start in range(0, len(places), _BLOCK):
        seen[places[start : start + _BLOCK]] = True  # a null's code, -1, lands in the extra last place
        if seen[:-1].all():  # few labels are all seen soon
            break
    return seen[:-1]


def codes(labels: pa.DictionaryArray) -> np.ndarray:
    """Give the code of each row of a dictionary-encoded column.

    Parameters
    ----------
    labels
        Dictionary-encoded text with int32 codes.

    Returns
    -------
    numpy.ndarray
        int32, shape (n,); -1 where the row is null.
    """
    return numbers(labels.indices, missing=-1)


def numbers(column: pa.ChunkedArray | pa.Array, missing: int = 0) -> np.ndarray:
    """Give a numeric or time column as an array, without a detour through pandas.

    Parameters
    ----------
    column
        Numbers, or times (given as their integers).
    missing
        What stands for a null.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    array = whole(column)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    if array.null_count:
        array = array.fill_null(missing)
    return np.from_dlpack(array) if len(array) else np.empty(0, array.type.to_pandas_dtype())


def used_values(labels: pa.ChunkedArray | pa.DictionaryArray) -> list[str]:
    """List the distinct labels of a column that occur, sorted.

    Parameters
    ----------
    labels
        Dictionary-encoded text.

    Returns
    -------
    list of str
        Without nulls.
    """
    labels = whole(labels)
    return sorted(labels.dictionary.filter(pa.array(used(labels))).to_pylist())


def label(value: str | None, rows: int) -> pa.DictionaryArray:
    """Repeat one label.

    Parameters
    ----------
    value
        The label, or None for nulls.
    rows
        How often.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,).
    """
    if value is None:
        return pa.nulls(rows, LABEL)
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [value])


def first_known(candidates: Sequence[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Take for each row the first label that is not null.

    Parameters
    ----------
    candidates
        Label columns of equal length, the preferred one first.

    Returns
    -------
    pyarrow.DictionaryArray
        Null where all of them are.
    """
    places = codes(candidates[0])
    if len(candidates) == 1 or not (places < 0).any():
        return candidates[0]
    places, before = places.copy(), len(candidates[0].dictionary)
    for candidate in candidates[1:]:
        theirs = codes(candidate)
        places = np.where((places < 0) & (theirs >= 0), theirs + before, places)
        before += len(candidate.dictionary)
    dictionary = pa.concat_arrays([candidate.dictionary for candidate in candidates])
    return compact(merge(from_codes(places, dictionary)))


def concat(tables: Iterable[pa.Table]) -> pa.Table:
    """Put tables on top of one another; a column that one of them lacks is null there.

    Parameters
    ----------
    tables
        Tables whose columns of one name have one type, or numbers of different width; columns of one name whose types
        differ more, such as numbers and text, become text.

    Returns
    -------
    pyarrow.Table
        All rows, in the order given, one chunk a column.

    Raises
    ------
    SchemaError
        If a column is nested in one table and not in another.
    """
    tables = list(tables)
    try:
        stacked = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        stacked = pa.concat_tables(_with_text_where_types_differ(tables), promote_options="permissive")
    return pa.table({name: whole(stacked.column(name)) for name in stacked.column_names}, schema=stacked.schema)


def _with_text_where_types_differ(tables: list[pa.Table]) -> list[pa.Table]:
    for name in dict.fromkeys(name for table in tables for name in table.column_names):
        fields = [pa.schema([table.schema.field(name)]) for table in tables if name in table.column_names]
        try:
            pa.unify_schemas(fields, promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            tables = [_with_text(table, name) if name in table.column_names else table for table in tables]
    return tables


def _with_text(table: pa.Table, name: str) -> pa.Table:
    try:
        return table.set_column(table.column_names.index(name), name, encode(table[name]))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise SchemaError(
            f"column {name!r} holds {table[name].type} in one table and something else in another"
        ) from error
