"""Pairs of identifiers that a model takes for one person's, such as those that Splink predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from journeymine.errors import OptionError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.given import given_column, given_table, identifiers_of
from journeymine.log.identifiers import spelled
from journeymine.log.numbering import Identifiers

__all__ = ["Pairs", "read_pairs"]

_BOTH: Final = ("unique_id_l", "unique_id_r")
_PROBABILITY: Final = "match_probability"


@dataclass(frozen=True)
class Pairs:
    """Pairs of identifiers.

    Attributes
    ----------
    left, right
        Nodes, int64, shape (pairs,).
    probability
        That they are one person's, float64, shape (pairs,).
    """

    left: np.ndarray
    right: np.ndarray
    probability: np.ndarray


def read_pairs(pairs: Any, threshold: float, among: Identifiers, country: str | None) -> Pairs:
    """Read pairs of identifiers, as Splink predicts them.

    Parameters
    ----------
    pairs
        A table with columns ``unique_id_l``, ``unique_id_r`` and ``match_probability``. A customer's number stands as
        it is, another identifier with its kind in front: ``email:jo@mail.example``. None for nothing.
    threshold
        Pairs of a lower probability do not count.
    among
        All identifiers.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    Pairs
        Those that count and of which both identifiers are known.

    Raises
    ------
    SchemaError
        If it is no table.
    UnknownColumnError
        If a column is missing.
    OptionError
        If `threshold` is no probability, or no pair is of identifiers that are known.
    """
    if not 0 < threshold <= 1:
        raise OptionError(f"threshold must be a probability, above 0 and at most 1, not {threshold!r}")
    if pairs is None:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    table = given_table(pairs, "pairs", f"a table with the columns {', '.join(_BOTH)} and {_PROBABILITY}")
    names = [given_column(table, name, "pairs") for name in _BOTH]
    if _PROBABILITY not in table.column_names:
        raise UnknownColumnError("pairs= needs a column {name!r}", _PROBABILITY, table.column_names)
    probability = columns.numbers(table[_PROBABILITY].cast(pa.float64()))
    left, right = (among.find(spelled(identifiers_of(column, list(among.names)), country=country)) for column in names)
    known = (left >= 0) & (right >= 0)
    if len(known) and not known.any():
        raise OptionError(
            f"pairs= has no two identifiers that are known here: the first are {names[0][0].as_py()!r} and "
            f"{names[1][0].as_py()!r}. Write customers' numbers as they are, other identifiers with their kind in "
            "front: 'email:jo@mail.example'"
        )
    kept = known & (probability >= threshold) & (left != right)
    return Pairs(left[kept], right[kept], probability[kept])
