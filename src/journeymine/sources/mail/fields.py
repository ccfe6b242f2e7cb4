"""Columns of an export under the names that events have: chosen by name, keyed, and filled up from its other tables."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX
from journeymine.sources.mail.layouts import Layout, Lookup, plain
from journeymine.sources.mail.tables import TableFile

__all__ = ["Fields", "Known", "known_of", "look_up", "picked"]

Fields = dict[str, pa.Array]
"""Columns of equal length."""

Known = tuple[Lookup, Fields]
"""Another table, by the columns of events that it fills; its ids under an empty name."""

_NULL: Final = pa.scalar(None, pa.string())
_ID, _ADDRESS = "event_id", "id_email"
_ONLY_ONE: Final = r'^\["([^"\\]*)"\]$'


def picked(table: pa.Table, layout: Layout, word: str = "") -> Fields:
    """Take the columns that a layout names.

    Parameters
    ----------
    table
        As it was read.
    layout
        How its system writes.
    word
        The action of all rows, where no column says it.

    Returns
    -------
    dict of str to pyarrow.Array
        Text, but for a ``timestamp`` that is a number. Of several columns that fit the first value that a row has.
        A column without any value is left out. An ``event_id`` that the system does not give is made of all the others.
    """
    there = {plain(name): columns.whole(table[name]) for name in reversed(table.column_names)}
    found: Fields = {}
    for column, names in layout.fields.items():
        arrays = [there[plain(name)] for name in names if plain(name) in there]
        filled = [array for array in arrays if array.null_count < len(array)]
        if column == "timestamp" and len(filled) == 1:
            found[column] = filled[0]
        elif filled:
            text = pc.coalesce(*(array.cast(pa.string()) for array in filled))
            found[column] = pc.replace_substring_regex(text, _ONLY_ONE, r"\1") if column == "campaign" else text
    return _people(found | _keys(found, layout, word))


def _keys(found: Fields, layout: Layout, word: str) -> Fields:
    """Make the ids that are missing; a column that this part of the file leaves out is one without values."""
    if not found or (_ID in found and not found[_ID].null_count):
        return {}
    told = [found[name].cast(pa.string()) if name in found else "" for name in layout.fields if name != _ID]
    made = pc.binary_join_element_wise(word, *told, "|", null_handling="replace")
    return {_ID: pc.coalesce(found.get(_ID, made), made)}


def _people(fields: Fields) -> Fields:
    """Take ids that are mail addresses for mail addresses: some systems use them as ids unless told otherwise."""
    people = dict(fields)
    for column in [name for name in fields if name.startswith(ID_PREFIX) and name != _ADDRESS]:
        is_address = pc.match_substring(fields[column], "@")
        addresses = pc.if_else(is_address, fields[column], _NULL)
        people[_ADDRESS] = pc.coalesce(people.get(_ADDRESS, addresses), addresses)
        people[column] = pc.if_else(is_address, _NULL, fields[column])
    return people


def known_of(lookup: Lookup, file: TableFile) -> list[Known]:
    """Read another table of an export.

    Parameters
    ----------
    lookup
        What it tells.
    file
        Where it is.

    Returns
    -------
    list of tuple
        Its parts.
    """
    parts = file.parts(lookup.fields, (lookup.unwrap,) if lookup.unwrap else ())
    return [(lookup, _known(lookup, part.table)) for part in parts]


def _known(lookup: Lookup, table: pa.Table) -> Fields:
    there = {plain(name): columns.whole(table[name]).cast(pa.string()) for name in table.column_names}
    wanted = {column: plain(name) for column, name in ({"": lookup.key} | dict(lookup.gives)).items()}
    return {column: pc.utf8_trim_whitespace(there[name]) for column, name in wanted.items() if name in there}


def look_up(fields: Fields, known: list[Known]) -> Fields:
    """Fill up columns from other tables.

    Parameters
    ----------
    fields
        Columns of events.
    known
        The tables.

    Returns
    -------
    dict of str to pyarrow.Array
        What the events say themselves is kept, but an id is replaced by the name that a table has for it.
    """
    filled = dict(fields)
    for lookup, table in known:
        if lookup.on not in fields:
            continue
        places = pc.index_in(fields[lookup.on], value_set=table[""], skip_nulls=True)
        for column in (name for name in table if name):
            values = table[column].take(places)
            before = filled.get(column, values)
            filled[column] = pc.coalesce(values, before) if column == lookup.on else pc.coalesce(before, values)
    return filled
