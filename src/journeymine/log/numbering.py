"""All identifiers of a log and of what else is known, numbered from the strongest kind to the weakest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.alphabet import text_order
from journeymine.log.edges import Edges, seen_together
from journeymine.log.identifiers import TIERS, customer_front, ranked, tier
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["Identifiers"]


@dataclass(frozen=True)
class Identifiers:
    """Identifiers as nodes: those of the strongest kind first, those of one kind in the order of the alphabet.

    Attributes
    ----------
    names
        The identifiers of each kind, sorted, the strongest kind first.
    values
        All of them, shape (nodes,).
    rows
        The node of each event, a column a kind, int32, shape (events,); -1 where an event has none.
    elsewhere
        True for those that stand in another table than the log's, shape (nodes,).
    """

    names: dict[str, pa.Array]
    values: pa.Array
    rows: dict[str, np.ndarray]
    elsewhere: np.ndarray

    @classmethod
    def of(cls, events: pa.Table, others: Sequence[pa.Table] = ()) -> tuple[Identifiers, Edges]:
        """Give a number to each identifier of a log and of other tables.

        Parameters
        ----------
        events
            The log's table, with identifier columns such as ``id_email`` in their one spelling.
        others
            Further tables with such columns.

        Returns
        -------
        ids : Identifiers
            The same numbers whatever the order of rows.
        edges : Edges
            Which of them stand in one row of a table.

        Examples
        --------
        >>> found, _ = Identifiers.of(pa.table({"id_email": ["b@x.nl", "a@x.nl", None], "id_user": ["u1", None, "u1"]}))
        >>> found.rows["user"].tolist(), found.rows["email"].tolist()
        ([0, -1, 0], [2, 1, -1])
        """
        tables = [events, *others]
        names, rows = _numbered(tables)
        elsewhere = _any_of(rows[1:], sum(map(len, names.values())))
        together = np.concatenate([seen_together(list(mine.values())) for mine in rows])
        mine = rows[0]
        del rows  # those of large tables take room that the edges need
        edges = Edges.of(together, len(elsewhere))
        return cls(*_side_by_side(names), mine, elsewhere), edges

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def kinds(self) -> np.ndarray:
        """Kind of each node as its rank, int16, ascending, shape (nodes,)."""
        return np.repeat(np.arange(len(self.names), dtype=np.int16), [len(names) for names in self.names.values()])

    @cached_property
    def tiers(self) -> np.ndarray:
        """Tier of each node as its place in ``TIERS``, int8, shape (nodes,)."""
        return np.array([TIERS.index(tier(kind)) for kind in self.names], np.int8)[self.kinds]

    def typed(self, nodes: np.ndarray) -> list[str]:
        """Write some identifiers with their kind in front.

        Parameters
        ----------
        nodes
            Which, shape (n,).

        Returns
        -------
        list of str
            Such as ``customer:C1``.
        """
        kinds = list(self.names)
        values = self.values.take(pa.array(nodes)).to_pylist()
        return [f"{kinds[kind]}:{value}" for kind, value in zip(self.kinds[nodes].tolist(), values, strict=True)]

    def written(self, wanted: np.ndarray, front: Callable[[str], str]) -> list[pa.Array]:
        """Write many identifiers with something in front.

        Parameters
        ----------
        wanted
            True for those to write, shape (nodes,).
        front
            Gives for a kind what comes before its identifiers.

        Returns
        -------
        list of pyarrow.Array
            For each kind, one for each that is wanted, in the order of nodes.
        """
        found, first = [pa.array([], pa.string())], 0
        for kind, names in self.names.items():
            mine = names.filter(pa.array(wanted[first : first + len(names)]))
            found.append(pc.binary_join_element_wise(front(kind), mine, "") if front(kind) else mine)
            first += len(names)
        return found

    def customers(self, nodes: np.ndarray) -> pa.DictionaryArray:
        """Name customers after identifiers.

        Parameters
        ----------
        nodes
            One a row, -1 for nobody, shape (n,).

        Returns
        -------
        pyarrow.DictionaryArray
            Such as ``C1`` or ``email:jo@mail.example``.
        """
        used = np.zeros(len(self) + 1, bool)
        used[nodes] = True
        place = np.cumsum(used, dtype=np.int32) - np.int32(1)
        place[-1] = -1
        return columns.from_codes(place[nodes], pa.concat_arrays(self.written(used[:-1], customer_front)))

    def find(self, table: pa.Table) -> np.ndarray:
        """Find the identifiers of rows that have one each.

        Parameters
        ----------
        table
            With identifier columns in their one spelling.

        Returns
        -------
        numpy.ndarray
            Nodes, int64, shape (rows,); -1 for those that are not among these.
        """
        found, first = np.full(table.num_rows, -1), 0
        for kind, names in self.names.items():
            if ID_PREFIX + kind in table.column_names:
                values = columns.whole(table[ID_PREFIX + kind].cast(pa.string()))
                places = columns.numbers(pc.index_in(values, names, skip_nulls=True), missing=-1)
                found = np.where(places >= 0, places + first, found)
            first += len(names)
        return found


def _numbered(tables: Sequence[pa.Table]) -> tuple[dict[str, pa.Array], list[dict[str, np.ndarray]]]:
    """Give the identifiers of each kind that has any, and for each table the node of each row, a column a kind."""
    kinds = ranked({name.removeprefix(ID_PREFIX) for table in tables for name in id_columns(table)})
    names: dict[str, pa.Array] = {}
    rows: list[dict[str, np.ndarray]] = [{} for _ in tables]
    for kind in kinds:
        labels = [_labels(table, ID_PREFIX + kind) for table in tables]
        found, nodes = _numbered_kind(labels, sum(map(len, names.values())))
        if len(found):
            names[kind] = found
            for mine, column in zip(rows, nodes, strict=True):
                mine[kind] = column
    return names, rows


def _labels(table: pa.Table, name: str) -> pa.DictionaryArray:
    return columns.encode(table[name]) if name in table.column_names else pa.nulls(table.num_rows, columns.LABEL)


def _numbered_kind(labels: Sequence[pa.DictionaryArray], first: int) -> tuple[pa.Array, list[np.ndarray]]:
    """Give the distinct labels of columns, sorted, and for each row the place of its label among them, plus `first`."""
    rows = [columns.codes(column) for column in labels]
    used = [_used(column.dictionary, codes) for column, codes in zip(labels, rows, strict=True)]
    pieces = [column.dictionary.filter(pa.array(places)) for column, places in zip(labels, used, strict=True)]
    names, node = _distinct(pa.concat_arrays(pieces))
    bounds = np.cumsum([0, *map(len, pieces)])
    nodes = []
    for codes, places, start, stop in zip(rows, used, bounds[:-1], bounds[1:], strict=True):
        of_place = np.full(len(places) + 1, -1, np.int32)
        of_place[:-1][places] = node[start:stop] + np.int32(first)
        nodes.append(of_place[codes])
    return names, nodes


def _used(dictionary: pa.Array, codes: np.ndarray) -> np.ndarray:
    """Tell which values of a dictionary stand for rows; a null among them stands for none."""
    used = np.zeros(len(dictionary) + 1, bool)
    used[codes] = True
    return used[:-1] & columns.is_true(dictionary.is_valid())


def _distinct(values: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Give the distinct values in their order, and the place of each value among them, int32, shape (n,)."""
    order = text_order(values)
    ordered = values.take(pa.array(order))
    new = np.ones(len(ordered), bool)
    if len(ordered) > 1:
        new[1:] = columns.is_true(pc.not_equal(ordered[1:], ordered[:-1]))
    place = np.empty(len(ordered), np.int32)
    place[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return ordered if new.all() else ordered.filter(pa.array(new)), place


def _side_by_side(names: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], pa.Array]:
    """Put all names in one array; those of each kind become a part of it."""
    values = pa.concat_arrays([pa.array([], pa.string()), *names.values()])
    bounds = np.cumsum([0, *map(len, names.values())]).tolist()
    return {kind: values[start:stop] for kind, start, stop in zip(names, bounds, bounds[1:], strict=False)}, values


def _any_of(rows: Sequence[dict[str, np.ndarray]], size: int) -> np.ndarray:
    found = np.zeros(size + 1, bool)
    for nodes in (column for mine in rows for column in mine.values()):
        found[nodes] = True
    return found[:-1]
