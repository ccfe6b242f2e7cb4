"""Labels of requests, changed on their distinct values: a log has millions of lines and few browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = ["NULL", "known", "mapped", "pairs", "parts", "told"]

NULL: Final = pa.scalar(None, pa.string())
_NOTHING: Final = ("", "-", '""', "- -")


def mapped(labels: pa.DictionaryArray, change: Callable[[pa.Array], pa.Array]) -> pa.DictionaryArray:
    """Give labels other values.

    Parameters
    ----------
    labels
        Labels, shape (rows,).
    change
        Gives the new value of each distinct one; null for none.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,).
    """
    return columns.relabel(labels, change(labels.dictionary))


def known(labels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Make null what says that there is nothing: no text, a dash, quotes around nothing.

    Parameters
    ----------
    labels
        Labels as a server wrote them.

    Returns
    -------
    pyarrow.DictionaryArray
        The same rows.
    """
    return mapped(labels, lambda values: pc.if_else(pc.is_in(values, pa.array(_NOTHING)), NULL, values))


def parts(labels: pa.DictionaryArray, pattern: str, *names: str) -> list[pa.DictionaryArray]:
    """Take labels apart.

    Parameters
    ----------
    labels
        Labels.
    pattern
        A regular expression with named groups.
    *names
        The groups that are wanted.

    Returns
    -------
    list of pyarrow.DictionaryArray
        One for each name; null where the pattern does not fit, or finds nothing.
    """
    found = pc.extract_regex(labels.dictionary, pattern)
    return [known(columns.relabel(labels, pc.struct_field(found, name).cast(pa.string()))) for name in names]


def pairs(
    first: pa.DictionaryArray, second: pa.DictionaryArray, join: Callable[[pa.Array, pa.Array], pa.Array]
) -> pa.DictionaryArray:
    """Join two columns of labels, once for each pair that occurs.

    Parameters
    ----------
    first, second
        Labels, shape (rows,).
    join
        Gives the label of each pair; a member of it may be null.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,).

    Examples
    --------
    >>> days, times = (pa.array(texts).dictionary_encode() for texts in (["mon", "mon", None], ["9h", "9h", "7h"]))
    >>> pairs(days, times, lambda day, time: pc.binary_join_element_wise(day, time, " ")).to_pylist()
    ['mon 9h', 'mon 9h', None]
    """
    width = len(second.dictionary) + 1
    places = pa.array((columns.codes(first).astype(np.int64) + 1) * width + columns.codes(second) + 1)
    occurring = places.dictionary_encode()
    found = columns.numbers(occurring.dictionary)
    return columns.relabel(occurring, join(_taken(first, found // width - 1), _taken(second, found % width - 1)))


def _taken(labels: pa.DictionaryArray, places: np.ndarray) -> pa.Array:
    return labels.dictionary.take(pa.array(places, mask=places < 0))


def told(labels: pa.DictionaryArray, test: Callable[[pa.Array], pa.Array]) -> np.ndarray:
    """Tell for each row what is true of its label.

    Parameters
    ----------
    labels
        Labels.
    test
        Gives a truth for each distinct one.

    Returns
    -------
    numpy.ndarray
        bool, shape (rows,); of no label nothing is true.
    """
    return columns.is_true(test(labels.dictionary).take(labels.indices))
