"""Which identifiers were seen together, and since when: all that linking needs of events, one row a combination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import TIME, id_columns

__all__ = ["KEY", "combinations", "keys_of"]

KEY = "key"
"""Column that tells combinations of identifiers apart."""


def keys_of(events: pa.Table) -> pa.DictionaryArray:
    """Give each event the combination of identifiers it carries.

    Parameters
    ----------
    events
        With identifier columns in their one spelling.

    Returns
    -------
    pyarrow.DictionaryArray
        Equal for events with the same identifiers, whatever other columns their tables have; empty text for events
        without any. Shape (events,).

    Examples
    --------
    >>> keys_of(pa.table({"id_email": ["a@x.nl", None], "id_user": [None, None]})).to_pylist()
    ['email 6 a@x.nl ', '']
    """
    codes, texts = np.zeros(events.num_rows, np.int64), pa.array([""])
    for name in sorted(id_columns(events)):
        labels = columns.encode(events[name])
        mine = pc.binary_join_element_wise(name.removeprefix("id_"), _measured(labels.dictionary), "", " ")
        mine = pa.concat_arrays([pa.array([""]), mine])
        pairs = pa.array(codes * len(mine) + columns.codes(labels) + 1).dictionary_encode()
        found = columns.numbers(pairs.dictionary)
        texts = pc.binary_join_element_wise(
            texts.take(pa.array(found // len(mine))), mine.take(pa.array(found % len(mine))), ""
        )
        codes = columns.numbers(pairs.indices).astype(np.int64)
    return columns.from_codes(codes.astype(np.int32), texts)


def _measured(values: pa.Array) -> pa.Array:
    """Write the length of each value in front, so that no value can look like two."""
    return pc.binary_join_element_wise(pc.binary_length(values).cast(pa.string()), values, " ")


def combinations(tables: Sequence[pa.Table]) -> pa.Table:
    """Give the distinct combinations of identifiers.

    Parameters
    ----------
    tables
        Events with identifier columns and ``timestamp``, or what this function gave before.

    Returns
    -------
    pyarrow.Table
        `KEY`, ``timestamp`` (when first seen) and the identifiers as text, one row a combination.
    """
    distinct = [_distinct(table) for table in tables]
    stacked = pa.concat_tables(distinct, promote_options="default") if len(distinct) > 1 else distinct[0]
    return _distinct(stacked) if len(distinct) > 1 else stacked


def _distinct(table: pa.Table) -> pa.Table:
    keys = columns.encode(table[KEY]) if KEY in table.column_names else keys_of(table)
    codes, times = columns.codes(keys), columns.numbers(table["timestamp"])
    place, first = np.zeros(len(keys.dictionary), np.int64), np.full(len(keys.dictionary), np.iinfo(np.int64).max)
    place[codes] = np.arange(len(codes))
    np.minimum.at(first, codes, times)
    names = id_columns(table)
    found = table.select(names).take(pa.array(place))
    plain = {name: columns.whole(found[name].cast(pa.string())) for name in names}
    rows = pa.table({KEY: keys.dictionary, "timestamp": pa.array(first, TIME), **plain})
    return rows.filter(pc.not_equal(rows[KEY], ""))
