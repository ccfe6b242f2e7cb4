"""Identifiers that stand for nobody: what systems write where they know none, and what a user knows to be nobody's."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.identifiers import spelled
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["NOBODY", "Blocks", "is_listed", "names_nobody", "without_nobody"]

Blocks = str | re.Pattern[str] | Collection[str | re.Pattern[str]]

NOBODY: Final = frozenset(
    {"", "+", "-1", "0.0", "n/a", "na", "nan", "null", "none", "nil", "undefined", "unknown", "anonymous", "invalid",
     "test", "guest", "not set", "(not set)"}
)  # fmt: skip
"""Values that name nobody, in lower case; so does whatever is nothing but zeros and dashes. A customer's own number is
taken as it is."""

_SHOWN: Final = 5


def names_nobody(kind: str, values: pa.Array) -> np.ndarray:
    """Tell which identifiers stand for nobody, whoever wrote them.

    Parameters
    ----------
    kind
        Such as ``"cookie"``.
    values
        Identifiers of that kind.

    Returns
    -------
    numpy.ndarray
        bool, shape (n,).

    Examples
    --------
    >>> names_nobody("cookie", pa.array(["Unknown", "00000000-0000", "k1"])).tolist()
    [True, True, False]
    """
    if kind == "customer":
        return np.zeros(len(values), bool)
    bare = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    listed = pc.is_in(bare, pa.array(sorted(NOBODY)))
    return columns.is_true(pc.or_(listed, pc.equal(pc.utf8_trim(bare, "0-"), "")))


def without_nobody(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Leave out the identifiers of a table that stand for nobody.

    Parameters
    ----------
    table
        Has identifier columns, such as ``id_email``.

    Returns
    -------
    table : pyarrow.Table
        Null in their place.
    notes : list of str
        For each column, what was left out and how often.

    Examples
    --------
    >>> table, notes = without_nobody(pa.table({"id_email": ["jo@mail.example", "unknown", "unknown"]}))
    >>> table["id_email"].null_count, notes
    (2, ["id_email: 2 values that name nobody are left out: 'unknown' 2 times"])
    """
    notes = []
    for name in id_columns(table):
        labels = columns.encode(table[name])
        nobody = names_nobody(name.removeprefix(ID_PREFIX), labels.dictionary)
        if nobody.any():
            notes += _notes(name, labels, nobody)
            kept = pc.if_else(pa.array(nobody), pa.scalar(None, pa.string()), labels.dictionary)
            table = table.set_column(table.column_names.index(name), name, columns.relabel(labels, kept))
    return table, notes


def _notes(name: str, labels: pa.DictionaryArray, nobody: np.ndarray) -> list[str]:
    """Count what was left out; a blank field says nothing and is not worth a word."""
    places = columns.codes(labels)
    rows = np.bincount(places[places >= 0], minlength=len(nobody))
    caught = np.flatnonzero(nobody & (rows > 0))
    words = zip(rows[caught].tolist(), labels.dictionary.take(pa.array(caught)).to_pylist(), strict=True)
    found = sorted(((-count, word) for count, word in words if word))
    if not found:
        return []
    shown = ", ".join(f"{word!r} {-count:,} times" for count, word in found[:_SHOWN])
    total = -sum(count for count, _ in found)
    return [f"{name}: {total:,} values that name nobody are left out: {shown}{', …' * (len(found) > _SHOWN)}"]


def is_listed(kind: str, values: pa.Array, block: Blocks, country: str | None) -> np.ndarray:
    r"""Tell which identifiers a user blocks.

    Parameters
    ----------
    kind
        Such as ``"email"``.
    values
        Identifiers of that kind, in their one spelling.
    block
        Identifiers in whatever spelling their kind allows, and regular expressions to search for.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    numpy.ndarray
        bool, shape (n,).

    Raises
    ------
    OptionError
        If `block` holds something else, or an expression with parts that cannot be searched for in linear time.

    Examples
    --------
    >>> block = ["Info@Shop.example", re.compile(r"@test\.example$")]
    >>> is_listed("email", pa.array(["info@shop.example", "jo@test.example", "jo@mail.example"]), block, None).tolist()
    [True, True, False]
    """
    blocks = [block] if isinstance(block, str | re.Pattern) else list(block)
    found = np.zeros(len(values), bool)
    if not blocks:
        return found
    patterns = [item for item in blocks if isinstance(item, re.Pattern)]
    exact = [item for item in blocks if not isinstance(item, re.Pattern)]
    name = ID_PREFIX + kind
    wanted = spelled(pa.table({name: pa.array(map(str, exact), pa.string())}), country=country)[name]
    found |= columns.is_true(pc.is_in(values, columns.whole(wanted.cast(pa.string()))))
    for pattern in patterns:
        found |= _matches(pattern, values)
    return found


def _matches(pattern: re.Pattern[str], values: pa.Array) -> np.ndarray:
    flags = pattern.flags & ~re.UNICODE
    if flags & ~re.IGNORECASE:
        raise OptionError(f"block={pattern.pattern!r}: of the flags of an expression only re.IGNORECASE is known here")
    try:
        return columns.is_true(pc.match_substring_regex(values, pattern.pattern, ignore_case=bool(flags)))
    except (TypeError, pa.ArrowInvalid) as error:
        raise OptionError(
            f"block={pattern.pattern!r} cannot be searched for in linear time; leave out look-around and back "
            f"references: {error}"
        ) from error
