"""Parameters of GA4's events: lists of keys and typed values, taken apart into one column a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = ["PARAMS", "Params", "fingerprints", "params_of", "params_type"]

_KINDS: Final = ("string_value", "int_value", "float_value", "double_value")
_MIXERS: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_HALF: Final = np.uint64(32)


def params_type(whole: pa.DataType, fraction: pa.DataType) -> pa.DataType:
    """Give the Arrow type of lists of parameters.

    Parameters
    ----------
    whole, fraction
        How integers and fractions are written.

    Returns
    -------
    pyarrow.DataType
        Lists of structs: ``key``, and ``value`` with a field for each type.
    """
    kinds = dict(zip(_KINDS, (pa.string(), whole, fraction, fraction), strict=True))
    return pa.list_(pa.struct({"key": pa.string(), "value": pa.struct(kinds)}))


PARAMS: Final = params_type(pa.int64(), pa.float64())
"""The type as BigQuery has it."""


@dataclass(frozen=True)
class Params:
    """Parameters of events, or properties of their users, one row each.

    Attributes
    ----------
    events
        The event of each, int64, ascending, shape (params,).
    keys
        What they are called, shape (params,).
    values
        Structs with a field for each type, of which one is filled, shape (params,).
    num_events
        How many events there are, with parameters or without.
    """

    events: np.ndarray
    keys: pa.DictionaryArray
    values: pa.StructArray
    num_events: int

    def column(self, key: str) -> pa.Array:
        """Give the values of one key.

        Parameters
        ----------
        key
            Its name.

        Returns
        -------
        pyarrow.Array
            Text, shape (events,): the first value that is filled, in the order string, integer, float, double; null
            for an event without that key.
        """
        place = pc.index(self.keys.dictionary, pa.scalar(key)).as_py()
        found = np.flatnonzero(columns.codes(self.keys) == place)[::-1] if place >= 0 else np.empty(0, np.int64)
        taken = np.full(self.num_events, -1)
        taken[self.events[found]] = np.arange(len(found))  # of a key that stands twice the first one counts
        return _text(self.values.take(pa.array(found))).take(pa.array(taken, mask=taken < 0))


def params_of(lists: pa.ChunkedArray | pa.Array) -> Params:
    """Take lists of parameters apart.

    Parameters
    ----------
    lists
        For each event a list of structs: ``key``, and ``value`` with a field for each type.

    Returns
    -------
    Params
        All of them.

    Examples
    --------
    >>> lists = pa.array([[{"key": "page", "value": {"string_value": "/cart", "int_value": None}},
    ...                    {"key": "step", "value": {"string_value": None, "int_value": 2}}], None])
    >>> params_of(lists).column("step").to_pylist()
    ['2', None]
    """
    lists = columns.whole(lists)
    held = pc.list_flatten(lists)
    keys, values = columns.encode(pc.struct_field(held, "key")), pc.struct_field(held, "value")
    return Params(columns.numbers(pc.list_parent_indices(lists)), keys, values, len(lists))


def _text(values: pa.StructArray) -> pa.Array:
    fields = [pc.struct_field(values, name) for name in _names(values)]
    return pc.coalesce(*(field.cast(pa.string()) for field in fields))


def _names(values: pa.StructArray) -> list[str]:
    return [name for name in _KINDS if values.type.get_field_index(name) >= 0]


def fingerprints(params: Params, others: Iterable[pa.Array | pa.ChunkedArray]) -> np.ndarray:
    """Give each event a number that is the same for events that are the same in everything.

    Parameters
    ----------
    params
        The parameters of the events, in any order.
    others
        What else they have, each of shape (events,).

    Returns
    -------
    numpy.ndarray
        int64, shape (events,). It holds within one run of Python.
    """
    mixed = _mixed(_hashes(params.keys), np.zeros(len(params.keys), np.uint64))
    for name in _names(params.values):
        mixed = _mixed(mixed, _hashes(columns.whole(pc.struct_field(params.values, name))))
    sums = np.append(np.uint64(0), np.cumsum(mixed, dtype=np.uint64))
    ends = np.searchsorted(params.events, np.arange(params.num_events + 1))
    prints = np.diff(sums[ends])  # a sum, as the order of parameters means nothing
    for other in others:
        prints = _mixed(prints, _hashes(columns.whole(other)))
    return prints.view(np.int64)


def _hashes(values: pa.Array) -> np.ndarray:
    """Hash values: of text the distinct ones, numbers as they are."""
    if values.null_count == len(values):
        return np.zeros(len(values), np.uint64)
    if columns.is_text(values.type):
        labels = columns.encode(values)
        hashed = np.fromiter(map(hash, labels.dictionary.to_pylist()), np.int64, len(labels.dictionary))
        return np.append(hashed, 0)[columns.codes(labels)].view(np.uint64)
    return columns.numbers(values.cast(pa.float64())).view(np.uint64)


def _mixed(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    first, second = _MIXERS
    mixed = (left * first) ^ (right + first) * second
    return mixed ^ (mixed >> _HALF)
