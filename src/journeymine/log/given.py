"""Tables that a user gives beside a log: customers that are known, and names of customers as identifiers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from os import PathLike
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import SchemaError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.identifiers import KINDS, spelled
from journeymine.log.schema import ID_PREFIX

__all__ = ["given_column", "given_table", "identifiers_of", "known_customers"]


def given_table(given: Any, option: str, what: str) -> pa.Table:
    """Take what a user gives for a table.

    Parameters
    ----------
    given
        A DataFrame, an Arrow table, a dict of columns, …
    option
        The option it was given for.
    what
        What it must be, for the error.

    Returns
    -------
    pyarrow.Table
        Its columns.

    Raises
    ------
    SchemaError
        If it is no table; a file's name is none either.
    """
    if isinstance(given, str | PathLike):
        raise SchemaError(
            f"{option}= must be {what}, not the name of a file. Read it first, with every column as text: "
            f"pandas.read_csv({str(given)!r}, dtype=str), or pandas.read_parquet"
        )
    try:
        return pa.table(given)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise SchemaError(f"{option}= must be {what}: {error}") from error


def given_column(table: pa.Table, name: str, option: str) -> pa.Array:
    """Give a column of such a table as text; what is blank is null.

    Parameters
    ----------
    table
        The table.
    name
        Of the column.
    option
        The option the table was given for.

    Returns
    -------
    pyarrow.Array
        Text, shape (rows,).

    Raises
    ------
    UnknownColumnError
        If there is no such column.
    """
    if name not in table.column_names:
        raise UnknownColumnError(f"{option}= needs a column {{name!r}}", name, table.column_names)
    values = columns.whole(columns.encode(table[name]).cast(pa.string()))
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), pa.scalar(None, pa.string()), values)


def identifiers_of(names: pa.Array, kinds: Sequence[str]) -> pa.Table:
    """Give names of customers as the identifiers they were made of.

    Parameters
    ----------
    names
        Such as ``email:jo@mail.example``; without a kind in front it is a customer's number.
    kinds
        All kinds of identifiers.

    Returns
    -------
    pyarrow.Table
        A column for each kind, such as ``id_email``; null where a name is of another.

    Examples
    --------
    >>> identifiers_of(pa.array(["C1", "user:u1"]), ["customer", "user"]).to_pydict()
    {'id_customer': ['C1', None], 'id_user': [None, 'u1']}
    """
    nothing, rest, found = pa.scalar(None, pa.string()), names, {}
    for kind in kinds:
        mine = pc.starts_with(rest, pattern=f"{kind}:")
        found[ID_PREFIX + kind] = pc.if_else(mine, pc.utf8_slice_codeunits(rest, start=len(kind) + 1), nothing)
        rest = pc.if_else(mine, nothing, rest)
    bare = ID_PREFIX + "customer"
    return pa.table(found | {bare: pc.coalesce(found.get(bare, nothing), rest)})


def known_customers(extra: Any, kinds: Collection[str], country: str | None) -> pa.Table:
    """Read a table of customers.

    Parameters
    ----------
    extra
        A table with a column for each kind of identifier, one person a row; other columns are left alone. None for
        nothing.
    kinds
        All kinds of identifiers.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    pyarrow.Table
        Identifier columns in their one spelling.

    Raises
    ------
    SchemaError
        If it is no table, or holds telephone numbers as numbers.
    UnknownColumnError
        If no column is a kind of identifier.
    """
    if extra is None:
        return pa.table({})
    table = given_table(extra, "extra", "a table with a column for each kind of identifier")
    wanted = {name: name.removeprefix(ID_PREFIX) for name in table.column_names}
    wanted = {name: kind for name, kind in wanted.items() if kind in {*KINDS, *kinds}}
    if not wanted:
        raise UnknownColumnError("extra= has no column of identifiers such as {name!r}", "email", table.column_names)
    for name, kind in wanted.items():
        if kind == "phone" and not columns.is_text(table[name].type):
            raise SchemaError(
                f"column {name!r} of extra= holds telephone numbers as {table[name].type}: the 0 or + in front is "
                "lost. Read the table as text, in pandas with dtype=str"
            )
    return spelled(pa.table({ID_PREFIX + kind: table[name] for name, kind in wanted.items()}), country=country)
