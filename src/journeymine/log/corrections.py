"""Corrections by hand: whose an identifier is, decided by a person, who has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.given import given_column, given_table, identifiers_of
from journeymine.log.identifiers import spelled
from journeymine.log.numbering import Identifiers
from journeymine.log.schema import ID_PREFIX

__all__ = ["Corrections", "Told", "read_corrections"]

_NOBODY: Final = -1


class Told(NamedTuple):
    """What a person decided about identifiers.

    Attributes
    ----------
    node
        The identifier that each one is to be taken for: itself where nothing was said or it is nobody's, int32, shape
        (nodes,).
    anything
        True where something was said, shape (nodes,).
    nobody
        True where it was that the identifier is nobody's, shape (nodes,).
    """

    node: np.ndarray
    anything: np.ndarray
    nobody: np.ndarray


@dataclass(frozen=True)
class Corrections:
    """Identifiers that a person gave to customers, one a row.

    Attributes
    ----------
    ids
        The identifiers, in a column for each kind.
    owners
        The identifiers that name their customers, likewise; all null for nobody.
    """

    ids: pa.Table
    owners: pa.Table

    def told(self, among: Identifiers) -> Told:
        """Find out whom identifiers end up with: one that goes to another that was given on, goes on with it.

        Parameters
        ----------
        among
            All identifiers.

        Returns
        -------
        Told
            For each of them.

        Raises
        ------
        OptionError
            If an identifier is given to two customers, or round in a circle.
        """
        given = self._given(among)
        ends = np.array([_end(mine, given, among) for mine in given], np.int32)
        told = np.array(list(given), np.int32)
        node = np.arange(len(among), dtype=np.int32)
        anything, nobody = np.zeros(len(among), bool), np.zeros(len(among), bool)
        anything[told], nobody[told[ends == _NOBODY]] = True, True
        node[told[ends != _NOBODY]] = ends[ends != _NOBODY]
        return Told(node, anything, nobody)

    def _given(self, among: Identifiers) -> dict[int, int]:
        ids, owners = among.find(self.ids), among.find(self.owners)
        given: dict[int, int] = {}
        for mine, owner in zip(ids[ids >= 0].tolist(), owners[ids >= 0].tolist(), strict=True):
            if given.setdefault(mine, owner) != owner:
                one, other = (_named(among, found) for found in sorted((owner, given[mine])))
                raise OptionError(
                    f"manual= gives {_named(among, mine)} to both {one} and {other}; keep one of these rows"
                )
        return given


def _end(start: int, given: dict[int, int], among: Identifiers) -> int:
    """Follow an identifier to the one it ends up with, -1 for nobody."""
    here, steps = start, 0
    while (there := given.get(here, here)) not in (here, _NOBODY):
        here, steps = there, steps + 1
        if steps > len(given):
            raise OptionError(f"manual= gives {_named(among, start)} round in a circle; give one of them to itself")
    return there


def _named(among: Identifiers, node: int) -> str:
    return "nobody" if node == _NOBODY else among.typed(np.array([node]))[0]


def read_corrections(manual: Any, kinds: Sequence[str], country: str | None) -> Corrections:
    """Read what a person decided.

    Parameters
    ----------
    manual
        A table with columns ``kind``, ``id`` and ``customer``, as the evidence has them; no customer is nobody. None
        for nothing.
    kinds
        All kinds of identifiers.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    Corrections
        In the one spelling of identifiers.

    Raises
    ------
    SchemaError
        If it is no table.
    UnknownColumnError
        If a column is missing.
    UnknownOptionError
        If there is no such kind.
    OptionError
        If a row has no identifier.
    """
    if manual is None:
        return Corrections(pa.table({}), pa.table({}))
    what = "a table with the columns kind, id and customer, such as rows of the evidence"
    table = given_table(manual, "manual", what)
    kind, values, owners = (given_column(table, name, "manual") for name in ("kind", "id", "customer"))
    if kind.null_count or values.null_count:
        raise OptionError("manual= has a row without a kind or an id; only customer may be empty, for nobody")
    for name in pc.unique(kind).to_pylist():
        if name not in kinds:
            raise UnknownOptionError("manual= has a kind {name!r} that no identifier is of", name, kinds)
    ids = {ID_PREFIX + name: pc.if_else(pc.equal(kind, name), values, pa.scalar(None, pa.string())) for name in kinds}
    return Corrections(spelled(pa.table(ids), country=country), spelled(identifiers_of(owners, kinds), country=country))
