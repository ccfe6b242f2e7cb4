"""Counts per distinct key: the one form in which every summary is kept, merged and compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.log import columns

__all__ = ["Counts", "pack", "unpack"]

_DENSE: Final = 1 << 22
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, eq=False)
class Counts:
    """Measures that add up, one row for each distinct key, sorted by key.

    Attributes
    ----------
    keys
        Key columns by name, integers >= 0, each of shape (rows,). Rows are distinct and sorted by the first key, then
        the second, and so on.
    measures
        Measures by name, int64, each of shape (rows,).

    Examples
    --------
    >>> import numpy as np
    >>> Counts.of({"die": np.array([3, 1, 3])}).to_arrow().to_pylist()
    [{'die': 1, 'count': 1}, {'die': 3, 'count': 2}]
    """

    keys: Mapping[str, np.ndarray]
    measures: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, keys: Mapping[str, np.ndarray], measures: Mapping[str, np.ndarray] | None = None) -> Counts:
        """Count the rows of each distinct key, or add their measures up.

        Parameters
        ----------
        keys
            Key columns, integers >= 0, in any order and with repeats.
        measures
            What to add up; by default each row counts once, as ``count``.

        Returns
        -------
        Counts
            One row for each distinct key.
        """
        columns_of = list(keys.values())
        ranges = [int(column.max()) + 1 if len(column) else 1 for column in columns_of]
        if measures is not None or prod(ranges) >= 1 << 64:
            return cls._by_order(keys, ranges, measures)
        packed = pack(columns_of, ranges)
        if prod(ranges) > max(_DENSE, len(packed) // 4):
            return cls._by_sort(packed, {name: column.dtype for name, column in keys.items()}, ranges)
        totals = _bincount(packed, prod(ranges))
        distinct = np.flatnonzero(totals)
        return cls(dict(zip(keys, unpack(distinct, columns_of, ranges), strict=True)), {"count": totals[distinct]})

    @classmethod
    def of_blocks(cls, blocks: Iterable[Mapping[str, np.ndarray]], ranges: Mapping[str, int], rows: int) -> Counts:
        """Count rows that come in blocks, so that what is worked out on the way stays in the processor's cache.

        Parameters
        ----------
        blocks
            Key columns of one block after the other, each with the names in `ranges`.
        ranges
            More than the largest value of each key.
        rows
            At least as many as there are rows in all blocks.

        Returns
        -------
        Counts
            One row for each distinct key.
        """
        sizes = list(ranges.values())
        if prod(sizes) >= 1 << 64:
            parts = [{name: block[name] for name in ranges} for block in blocks]
            return cls.of({name: np.concatenate([part[name] for part in parts]) for name in ranges} if parts else {})
        packed, filled = np.empty(rows, np.uint64), 0
        kinds = {name: np.dtype(np.min_scalar_type(size)) for name, size in ranges.items()}
        for block in blocks:
            part = pack([block[name] for name in ranges], sizes)
            packed[filled : filled + len(part)] = part
            filled += len(part)
        return cls._by_sort(packed[:filled], kinds, sizes)

    @classmethod
    def _by_sort(cls, packed: np.ndarray, kinds: Mapping[str, np.dtype], ranges: list[int]) -> Counts:
        packed.sort()
        repeats = np.flatnonzero(packed[1:] == packed[:-1]) + 1
        totals = np.ones(len(packed) - len(repeats), np.int64)
        if len(repeats):
            packed = np.delete(packed, repeats)
            np.add.at(totals, repeats - np.arange(1, len(repeats) + 1), 1)
        return cls(_Unpacked(packed, dict(kinds), ranges), {"count": totals})

    @classmethod
    def _by_order(
        cls, keys: Mapping[str, np.ndarray], ranges: list[int], measures: Mapping[str, np.ndarray] | None
    ) -> Counts:
        columns_of = list(keys.values())
        rows = len([*columns_of, *(measures or {}).values()][0])
        measures = {"count": np.ones(rows, np.int64)} if measures is None else measures
        half = next(place for place in range(len(ranges) + 1) if prod(ranges[place:]) < 1 << 64)
        minor = pack(columns_of[half:], ranges[half:], rows)
        major = pack(columns_of[:half], ranges[:half], rows)
        order = np.lexsort((minor, major)) if half else np.argsort(minor, kind="stable")
        starts = _starts(minor[order], major[order])
        kept = order[starts]
        summed = {name: np.add.reduceat(values[order], starts) if rows else values for name, values in measures.items()}
        return cls({name: values[kept] for name, values in keys.items()}, summed)

    @classmethod
    def empty(cls, keys: Mapping[str, type], measures: tuple[str, ...] = ("count",)) -> Counts:
        """Give counts of nothing.

        Parameters
        ----------
        keys
            Names of the key columns and their types.
        measures
            Names of the measures.

        Returns
        -------
        Counts
            Adding it changes nothing.
        """
        nothing = {name: np.empty(0, kind) for name, kind in keys.items()}
        return cls(nothing, {name: np.empty(0, np.int64) for name in measures})

    def __len__(self) -> int:
        return len(next(iter({**self.keys, **self.measures}.values())))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.keys[name] if name in self.keys else self.measures[name]

    def __add__(self, other: Counts) -> Counts:
        keys = {name: np.concatenate((mine, other.keys[name])) for name, mine in self.keys.items()}
        measures = {name: np.concatenate((mine, other.measures[name])) for name, mine in self.measures.items()}
        return Counts.of(keys, measures)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and self.to_arrow().equals(other.to_arrow())

    def recoded(self, **codes: np.ndarray) -> Counts:
        """Give keys other codes; keys that become equal are added up.

        Parameters
        ----------
        **codes
            For a key column: the new code of each old code.

        Returns
        -------
        Counts
            Sorted by the new keys.
        """
        keys = {name: codes[name][values] if name in codes else values for name, values in self.keys.items()}
        return Counts.of(keys, self.measures)

    def without(self, *names: str) -> Counts:
        """Leave key columns out and add up what then has the same key.

        Parameters
        ----------
        *names
            The key columns to leave out.

        Returns
        -------
        Counts
            By the other key columns.
        """
        if isinstance(self.keys, _Unpacked) and all(self.keys.ranges[name] == 1 for name in names):
            return Counts(self.keys.without(names), self.measures)
        keys = {name: values for name, values in self.keys.items() if name not in names}
        if all(_constant(self.keys[name]) for name in names):  # then neither order nor distinctness changes
            return Counts(keys, self.measures)
        return Counts.of(keys, self.measures)

    def where(self, keep: np.ndarray) -> Counts:
        """Keep some rows.

        Parameters
        ----------
        keep
            True for each row to keep, shape (rows,).

        Returns
        -------
        Counts
            In the same order.
        """
        return Counts(
            {name: values[keep] for name, values in self.keys.items()},
            {name: values[keep] for name, values in self.measures.items()},
        )

    def split(self, name: str, rows: int) -> Iterator[Counts]:
        """Cut into parts of about so many rows, never between rows of one value of the first key.

        Parameters
        ----------
        name
            The first key.
        rows
            Size of a part, passed only by values with more rows than that.

        Yields
        ------
        Counts
            Views of the same rows, in order.
        """
        first, start = self.keys[name], 0
        while start < len(self):
            stop = start + rows
            if stop < len(self):
                stop = int(np.searchsorted(first, first[stop], side="left"))
            if stop <= start:
                stop = int(np.searchsorted(first, first[start], side="right"))
            yield self._slice(slice(start, stop))
            start = stop

    def _slice(self, rows: slice) -> Counts:
        measures = {name: values[rows] for name, values in self.measures.items()}
        if isinstance(self.keys, _Unpacked):
            return Counts(self.keys.slice(rows), measures)
        return Counts({name: values[rows] for name, values in self.keys.items()}, measures)

    def to_arrow(self) -> pa.Table:
        """Give keys and measures as one table of int64 columns."""
        both = {**self.keys, **self.measures}
        return pa.table({name: pa.array(values.astype(np.int64, copy=False)) for name, values in both.items()})

    @classmethod
    def from_arrow(cls, table: pa.Table, keys: Mapping[str, type]) -> Counts:
        """Read back what `to_arrow` gave.

        Parameters
        ----------
        table
            Keys and measures.
        keys
            Which of its columns are keys, and their types.

        Returns
        -------
        Counts
            The same counts.
        """
        arrays = {name: columns.numbers(table[name]) for name in table.column_names}
        return cls(
            {name: arrays[name].astype(kind) for name, kind in keys.items()},
            {name: values for name, values in arrays.items() if name not in keys},
        )


class _Unpacked(Mapping[str, np.ndarray]):
    """Key columns of sorted packed keys, each taken out when it is asked for."""

    def __init__(self, packed: np.ndarray, kinds: dict[str, np.dtype], sizes: list[int]):
        self.packed, self.kinds = packed, kinds
        self.ranges = dict(zip(kinds, sizes, strict=True))
        self._known: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.kinds:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._column(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def without(self, names: Collection[str]) -> _Unpacked:
        """Leave out keys that have one value only, which takes nothing out of the packed numbers."""
        kinds = {name: kind for name, kind in self.kinds.items() if name not in names}
        return _Unpacked(self.packed, kinds, [self.ranges[name] for name in kinds])

    def slice(self, rows: slice) -> _Unpacked:
        """Keep some rows that follow one another."""
        return _Unpacked(self.packed[rows], self.kinds, list(self.ranges.values()))

    def _column(self, name: str) -> np.ndarray:
        names = list(self.ranges)
        below = prod(self.ranges[other] for other in names[names.index(name) + 1 :])
        values = np.empty(len(self.packed), self.kinds[name])
        for block in _blocks(len(values)):
            values[block] = self.packed[block] // np.uint64(below) % np.uint64(self.ranges[name])
        return values


def _constant(column: np.ndarray) -> bool:
    return not len(column) or bool((column == column[0]).all())


def pack(columns_of: list[np.ndarray], ranges: list[int], rows: int = 0) -> np.ndarray:
    """Pack key columns into one number whose order is theirs.

    Parameters
    ----------
    columns_of
        Integers >= 0, each below its range.
    ranges
        One more than the largest value of each column; their product is at most 2**64.
    rows
        Number of rows, where there is no column.

    Returns
    -------
    numpy.ndarray
        uint64, shape (rows,).
    """
    rows = len(columns_of[0]) if columns_of else rows
    packed = np.zeros(rows, np.uint64)
    for block in _blocks(rows):
        part = packed[block]
        for column, size in zip(columns_of, ranges, strict=True):
            if size > 1:
                part *= np.uint64(size)
                part += column[block].astype(np.uint64, copy=False)
    return packed


def _blocks(rows: int) -> Iterator[slice]:
    """Give blocks small enough to stay in the processor's cache while several steps go over them."""
    return (slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK))


def unpack(packed: np.ndarray, columns_of: list[np.ndarray], ranges: list[int]) -> list[np.ndarray]:
    """Take packed numbers apart again.

    Parameters
    ----------
    packed
        What `pack` gave.
    columns_of
        Columns of the types to give.
    ranges
        As they were packed.

    Returns
    -------
    list of numpy.ndarray
        The key columns.
    """
    parts = [np.zeros(len(packed), column.dtype) for column in columns_of]
    for block in _blocks(len(packed)):
        rest = packed[block]
        for part, size in zip(parts[:0:-1], ranges[:0:-1], strict=True):
            if size > 1:
                above = rest // np.uint64(size)
                part[block] = rest - above * np.uint64(size)
                rest = above
        parts[0][block] = rest
    return parts


def _bincount(packed: np.ndarray, size: int) -> np.ndarray:
    totals = np.zeros(size, np.int64)
    for block in _blocks(len(packed)):
        totals += np.bincount(packed[block].astype(np.int64), minlength=size)
    return totals


def _starts(*ordered: np.ndarray) -> np.ndarray:
    """Give the first row of each run in which none of the columns changes."""
    changed = reduce(np.logical_or, (column[1:] != column[:-1] for column in ordered))
    return np.concatenate(([0], np.flatnonzero(changed) + 1)) if len(ordered[0]) else np.empty(0, np.int64)
