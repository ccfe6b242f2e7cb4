"""How a system that sends mail writes down what became of it: its fields, its words, its other tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

__all__ = ["Layout", "Lookup", "plain"]

Names = tuple[str, ...]


def plain(name: str) -> str:
    """Spell the name of a field so that it is the same in JSON, in tables and in a warehouse.

    Parameters
    ----------
    name
        Such as ``"sentBy.id"``, ``"sent_by_id"`` or ``"SENT BY ID"``.

    Returns
    -------
    str
        Its letters and digits, in lower case.

    Examples
    --------
    >>> plain("sentBy.id") == plain("SENT_BY_ID")
    True
    """
    return re.sub(r"[\W_]", "", name).lower()


@dataclass(frozen=True)
class Lookup:
    """Another table of the same export, that says more of what the events name by an id.

    Attributes
    ----------
    key
        Its column of ids.
    on
        Column of the events that holds the ids.
    gives
        Its columns by the column of the events that they fill, where that is empty.
    marks
        Columns that tell it from other tables.
    unwrap
        In JSON: the field of the document that holds its records.
    """

    key: str
    on: str
    gives: Mapping[str, str]
    marks: Names
    unwrap: str = ""

    @property
    def fields(self) -> Names:
        """What is read of it."""
        return (self.key, *self.gives.values())


@dataclass(frozen=True)
class Layout:
    """The events of a system.

    Attributes
    ----------
    system
        Its name.
    fields
        Names that each column of the events may have, the preferred one first: ``action``, ``timestamp``, identifiers
        (``id_email``), attributes, and what is only looked at: ``machine`` (true where no person acted), ``agent`` (the
        program that opened it), ``obsolete`` (filled where another event takes its place), ``detail`` (a second word of
        the action).
    words
        Activities by the system's words, beyond those that everybody uses.
    aside
        Words of what is no touchpoint, and why.
    others
        Whether the system's events may be of anything else than mail: unknown words are set aside then, not refused.
    constant
        Words for tables of one kind of event, by the columns that mark them.
    lookups
        Other tables.
    unwrap
        Fields of a JSON document that hold its records.
    spread
        Field of a JSON record that holds a list of events, each of which has the record's other fields too.
    advice
        What to do about an export without a single event of the system.
    """

    system: str
    fields: Mapping[str, Names]
    words: Mapping[str, str] = field(default_factory=dict)
    aside: Mapping[str, str] = field(default_factory=dict)
    others: bool = False
    constant: Mapping[Names, str] = field(default_factory=dict)
    lookups: tuple[Lookup, ...] = ()
    unwrap: Names = ()
    spread: str = ""
    advice: str = ""

    @property
    def tells_machines(self) -> bool:
        """Whether its fields can tell what no person did."""
        return not self.fields.keys().isdisjoint(("machine", "agent"))

    def names(self) -> Names:
        """Give every field that is read of JSON records."""
        return tuple(dict.fromkeys(name for names in self.fields.values() for name in names))

    def action_of(self, columns: Collection[str]) -> str | None:
        """Tell what a table with these columns holds.

        Parameters
        ----------
        columns
            Names of its columns.

        Returns
        -------
        str or None
            The word for all of its events; ``""`` where it says it in a column; None where it holds no events.
        """
        there = set(map(plain, columns))
        needed = (self.fields["action"], self.fields["timestamp"])
        if all(not there.isdisjoint(map(plain, names)) for names in needed):
            return ""
        return next((word for marks, word in self.constant.items() if there.issuperset(map(plain, marks))), None)

    def is_lookup(self, lookup: Lookup, columns: Collection[str]) -> bool:
        """Tell whether a table with these columns is one of the other tables.

        Parameters
        ----------
        lookup
            Which.
        columns
            Names of its columns.

        Returns
        -------
        bool
            Whether it has its marks.
        """
        return set(map(plain, columns)).issuperset(map(plain, lookup.marks))
