"""Fields of JSON records as columns of one type each, whatever their values happen to be."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.times import Times, parse_times

__all__ = ["NAIVE", "amounts", "moments", "texts", "truths"]

NAIVE: Final = r"^\d{4}[-/]\d\d[-/]\d\d([T ][\d:.]*)?$"
"""A time that does not say its zone."""

_ZONED: Final = r"^\d{4}[-/]\d\d[-/]\d\d[T ].*(Z|[+-]\d\d:?\d\d)$|^\d{9,19}(\.\d+)?$"
_NUMBER: Final = r"^-?\d{1,15}(\.\d+)?$"
_LARGEST: Final = 1e15  # a number beyond it counts nothing


def texts(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give a field as text.

    Parameters
    ----------
    column
        Text or numbers.

    Returns
    -------
    pyarrow.Array
        Strings; null where there is none.
    """
    return columns.whole(column).cast(pa.string())


def truths(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Tell where a field is true.

    Parameters
    ----------
    column
        Truths, or anything else.

    Returns
    -------
    pyarrow.Array
        False where the field is anything but true.
    """
    return pc.fill_null(pc.equal(texts(column), "true"), False)


def amounts(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give a field as numbers.

    Parameters
    ----------
    column
        Numbers, or anything else.

    Returns
    -------
    pyarrow.Array
        Floats; null where the field is no number, or too large to count anything.
    """
    column = columns.whole(column)
    if pa.types.is_boolean(column.type) or columns.is_text(column.type):
        column = pc.if_else(
            pc.match_substring_regex(texts(column), _NUMBER), texts(column), pa.scalar(None, pa.string())
        )
    numbers = column.cast(pa.float64())
    return pc.if_else(pc.less(pc.abs(numbers), _LARGEST), numbers, pa.scalar(None, pa.float64()))


def moments(column: pa.ChunkedArray | pa.Array, tz: str | None = None) -> Times:
    """Parse times, one by one: what is none is no reason to refuse the others.

    Parameters
    ----------
    column
        ISO text, or seconds since 1970.
    tz
        Zone of times that carry none; by default such times are not used.

    Returns
    -------
    Times
        Bad where there is none that could be used.

    Examples
    --------
    >>> moments(pa.array(["2024-05-01T09:00:00Z", "2024-05-01T09:00:00", "soon"])).bad.tolist()
    [False, True, True]
    """
    column = columns.whole(column)
    if columns.is_text(column.type):
        wanted = _ZONED if tz is None else f"{_ZONED}|{NAIVE}"
        column = pc.if_else(
            pc.match_substring_regex(texts(column), wanted), texts(column), pa.scalar(None, pa.string())
        )
    return parse_times(column, tz=tz)
