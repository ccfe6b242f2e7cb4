"""Conversations and their parts: lists in a column, taken apart and put together in whole columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = ["expanded", "first_of", "joined", "nested", "parts_of"]


def parts_of(lists: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, pa.StructArray]:
    """Take lists of parts apart.

    Parameters
    ----------
    lists
        One list of objects a conversation; null is an empty one.

    Returns
    -------
    parents : numpy.ndarray
        The conversation of each part, int64, shape (parts,).
    parts : pyarrow.StructArray
        All parts, in order.
    """
    lists = columns.whole(lists)
    return columns.numbers(pc.list_parent_indices(lists)), pc.list_flatten(lists)


def first_of(lists: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give the first part of each conversation.

    Parameters
    ----------
    lists
        One list a conversation.

    Returns
    -------
    pyarrow.Array
        Null for a conversation without parts.
    """
    lists = columns.whole(lists)
    return pc.list_element(pc.if_else(pc.equal(pc.list_value_length(lists), 0), None, lists), 0)


def nested(parts: pa.Table, parents: np.ndarray, rows: int) -> pa.ListArray:
    """Give each conversation its parts as a list.

    Parameters
    ----------
    parts
        In the order of their conversations.
    parents
        The conversation of each part, shape (parts,).
    rows
        How many conversations there are.

    Returns
    -------
    pyarrow.ListArray
        Shape (rows,).
    """
    ends = np.cumsum(np.bincount(parents, minlength=rows))
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(
        [columns.whole(column) for column in parts.columns], parts.column_names
    ))  # fmt: skip


def joined(texts: pa.Array, parents: np.ndarray, rows: int) -> pa.Array:
    r"""Join the texts of each conversation, one a line.

    Parameters
    ----------
    texts
        Of the parts, in the order of their conversations; nulls are left out.
    parents
        The conversation of each part, shape (parts,).
    rows
        How many conversations there are.

    Returns
    -------
    pyarrow.Array
        Shape (rows,); null for a conversation without text.

    Examples
    --------
    >>> joined(pa.array(["Hello", None, "Anybody?"]), np.array([1, 1, 1]), 2).to_pylist()
    [None, 'Hello\nAnybody?']
    """
    said = np.flatnonzero(columns.is_true(texts.is_valid()))
    lists = nested(pa.table({"text": texts.take(pa.array(said))}), parents[said], rows)
    words = pa.ListArray.from_arrays(lists.offsets, pc.struct_field(lists.values, "text"))
    return pc.if_else(
        pc.equal(pc.list_value_length(words), 0), pa.scalar(None, pa.string()), pc.binary_join(words, "\n")
    )


def expanded(conversations: pa.Table, name: str) -> pa.Table:
    """Replace each conversation by its parts.

    Parameters
    ----------
    conversations
        One row each.
    name
        The column with the lists of parts; it is left out of the result.

    Returns
    -------
    pyarrow.Table
        One row a part, with the values of its conversation where it has none of that name itself, and without
        ``end_timestamp``; a conversation without parts stays one row.
    """
    parents, parts = parts_of(conversations[name])
    whole = conversations.drop_columns(name)
    rows = whole.take(pa.array(parents))
    for field in parts.type.names:
        rows = _with(rows, field, pc.struct_field(parts, field))
    if "end_timestamp" in rows.column_names:
        rows = _with(rows, "end_timestamp", pa.nulls(len(parents), rows["end_timestamp"].type))
    alone = np.setdiff1d(np.arange(whole.num_rows), parents)
    order = np.argsort(np.concatenate([parents, alone]), kind="stable")
    return columns.concat([rows, whole.take(pa.array(alone))]).take(pa.array(order))


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)
