"""Counts per distinct key: the one form in which every summary is kept, merged and compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.log import columns

__all__ = ["Counts", "blocks_of", "pack", "share_totals", "take", "totals", "unpack"]

_DENSE: Final = 1 << 22
_BLOCK: Final = 1 << 16
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Counts:
    """Measures that add up, one row for each distinct key, sorted by key; or loose rows, not yet sorted.

    Attributes
    ----------
    keys
        Key columns by name, integers >= 0, each of shape (rows,). Rows are distinct and sorted by the first key, then
        the second, and so on.
    measures
        Measures by name, int64, each of shape (rows,).
    is_loose
        True where rows come in any order and may repeat a key: sorting millions of durations takes longer than what is
        asked of them, so it waits until somebody needs the order.

    Examples
    --------
    >>> import numpy as np
    >>> Counts.of({"die": np.array([3, 1, 3])}).to_arrow().to_pylist()
    [{'die': 1, 'count': 1}, {'die': 3, 'count': 2}]
    """

    keys: Mapping[str, np.ndarray]
    measures: Mapping[str, np.ndarray]
    is_loose: bool = False

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
        every = _bincount(packed, prod(ranges))
        distinct = np.flatnonzero(every)
        return cls(dict(zip(keys, unpack(distinct, columns_of, ranges), strict=True)), {"count": every[distinct]})

    @classmethod
    def loose(cls, blocks: Iterable[Mapping[str, np.ndarray]], kinds: Mapping[str, type], most: int) -> Counts:
        """Keep rows as they come, each counting once.

        Parameters
        ----------
        blocks
            Key columns of one block after the other; one that is kept once for a whole block is so for all.
        kinds
            Names of the key columns, and their types where there is no block.
        most
            At least as many as there are rows in all blocks.

        Returns
        -------
        Counts
            Loose, by the keys in `kinds`.
        """
        keys: dict[str, np.ndarray] = {}
        filled = 0
        for block in blocks:
            if not keys:
                keys = {name: _room(block[name], most) for name in kinds}
            rows = slice(filled, filled + len(next(iter(block.values()))))
            for name, column in keys.items():
                if column.strides != (0,):
                    column[rows] = block[name]
            filled = rows.stop
        keys = {name: column[:filled] for name, column in keys.items()}
        return cls(keys, {"count": np.broadcast_to(np.int64(1), filled)}, True) if keys else cls.empty(kinds)

    @classmethod
    def tally(cls, blocks: Iterable[Mapping[str, np.ndarray]], ranges: Mapping[str, int]) -> Counts:
        """Count the rows of each distinct key block by block.

        Parameters
        ----------
        blocks
            Key columns of one block after the other.
        ranges
            More than the largest value of each key.

        Returns
        -------
        Counts
            One row for each distinct key.
        """
        sizes, kinds = list(ranges.values()), [np.empty(0, np.min_scalar_type(size)) for size in ranges.values()]
        if prod(sizes) > _DENSE:
            parts = list(blocks)
            return cls.of({name: np.concatenate([part[name] for part in parts]) for name in ranges})
        every = np.zeros(prod(sizes), np.int64)
        for block in blocks:
            every += np.bincount(pack([block[name] for name in ranges], sizes).view(np.int64), minlength=len(every))
        present = np.flatnonzero(every)
        keys = dict(zip(ranges, unpack(present.astype(np.uint64), kinds, sizes), strict=True))
        return cls(keys, {"count": every[present]})

    @classmethod
    def sum(cls, parts: Sequence[Counts]) -> Counts:
        """Add counts up, all at once.

        Parameters
        ----------
        parts
            At least one, with the same keys and measures.

        Returns
        -------
        Counts
            What adding one to the other would give.
        """
        keys = {name: np.concatenate([part.keys[name] for part in parts]) for name in parts[0].keys}
        measures = {name: np.concatenate([part.measures[name] for part in parts]) for name in parts[0].measures}
        if any(part.is_loose for part in parts):
            return cls(keys, measures, is_loose=True)
        return cls.of(keys, measures)

    @cached_property
    def ordered(self) -> Counts:
        """The same counts, one row for each distinct key, sorted."""
        if not self.is_loose:
            return self
        return Counts.of(self.keys, None if all(map(_is_one, self.measures.values())) else self.measures)

    @classmethod
    def _by_sort(cls, packed: np.ndarray, kinds: Mapping[str, np.dtype], ranges: list[int]) -> Counts:
        packed.sort()
        repeats = np.flatnonzero(packed[1:] == packed[:-1]) + 1
        every = np.ones(len(packed) - len(repeats), np.int64)
        if len(repeats):
            packed = np.delete(packed, repeats)
            np.add.at(every, repeats - np.arange(1, len(repeats) + 1), 1)
        return cls(_Unpacked(packed, dict(kinds), ranges), {"count": every})

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
        return Counts.sum([self, other])

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
        return Counts(keys, self.measures, True) if self.is_loose else Counts.of(keys, self.measures)

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
        if self.is_loose:
            return Counts(keys, self.measures, is_loose=True)
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
            {name: take(values, keep) for name, values in self.measures.items()},
            self.is_loose,
        )

    def to_arrow(self) -> pa.Table:
        """Give keys and measures as one table of int64 columns, in order."""
        both = {**self.ordered.keys, **self.ordered.measures}
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

    def _column(self, name: str) -> np.ndarray:
        names = list(self.ranges)
        below = prod(self.ranges[other] for other in names[names.index(name) + 1 :])
        values = np.empty(len(self.packed), self.kinds[name])
        for block in blocks_of(len(values)):
            values[block] = self.packed[block] // np.uint64(below) % np.uint64(self.ranges[name])
        return values


def totals(codes: np.ndarray, counts: np.ndarray, size: int) -> np.ndarray:
    """Add up the counts of each code.

    Parameters
    ----------
    codes
        Integers in [0, size), shape (rows,).
    counts
        int64, shape (rows,).
    size
        Number of codes.

    Returns
    -------
    numpy.ndarray
        int64, shape (size,); exact below 2**53.
    """
    every = np.zeros(size, np.int64)
    for block in blocks_of(len(codes), size):
        if _is_one(counts):
            every += np.bincount(codes[block], minlength=size)
        else:
            every += np.bincount(codes[block], counts[block], size).astype(np.int64)
    return every


def share_totals(codes: np.ndarray, shares: np.ndarray, size: int) -> np.ndarray:
    """Add up the shares of each code, to the same last digit in whatever order they come.

    Parameters
    ----------
    codes
        Integers in [0, size), shape (rows,).
    shares
        In [0, 1], and their sums too, shape (rows,).
    size
        Number of codes.

    Returns
    -------
    numpy.ndarray
        Shape (size,); all of it is 1, without what rounding leaves.

    Notes
    -----
    Floating-point sums depend on their order, those of integers do not: shares are counted in units of 2**-56, in two
    halves whose sums a float64 holds exactly.

    Examples
    --------
    >>> share_totals(np.array([0, 1, 0]), np.array([0.25, 0.5, 0.125]), 2).tolist()
    [0.375, 0.5]
    """
    units = np.rint(shares * 2.0**56).astype(np.int64)
    high, low = (np.bincount(codes, half, size) for half in (units >> 28, units & (1 << 28) - 1))
    sums = high * 2.0**-28 + low * 2.0**-56
    return np.where(np.abs(1 - sums) < _ROUNDING, 1.0, sums)


def _room(column: np.ndarray, rows: int) -> np.ndarray:
    if column.strides == (0,) and len(column):
        return np.broadcast_to(column[0], rows)
    return np.empty(rows, column.dtype)


def take(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Give the values of some rows; a value that is kept once for all of them stays so.

    Parameters
    ----------
    values
        Shape (rows,).
    rows
        Places; or truths, one a row.

    Returns
    -------
    numpy.ndarray
        Shape (places,).
    """
    if values.strides != (0,) or not len(values):
        return values[rows]
    return np.broadcast_to(values[0], int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows))


def _is_one(counts: np.ndarray) -> bool:
    """Tell whether each row counts once, without looking at all of them."""
    return len(counts) > 0 and counts.strides == (0,) and counts[0] == 1


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
    for block in blocks_of(rows):
        part = packed[block]
        for column, size in zip(columns_of, ranges, strict=True):
            if size > 1:
                part *= np.uint64(size)
                part += column[block].astype(np.uint64, copy=False)
    return packed


def blocks_of(rows: int, size: int = 0) -> Iterator[slice]:
    """Cut rows into blocks small enough to stay in the processor's cache while several steps go over them.

    Parameters
    ----------
    rows
        How many there are.
    size
        Of a table that each block adds to: a block is then at least twice as large.

    Returns
    -------
    iterator of slice
        One after the other.
    """
    step = max(_BLOCK, 2 * size)
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


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
    for block in blocks_of(len(packed)):
        rest = packed[block]
        for part, size in zip(parts[:0:-1], ranges[:0:-1], strict=True):
            if size > 1:
                above = rest // np.uint64(size)
                part[block] = rest - above * np.uint64(size)
                rest = above
        parts[0][block] = rest
    return parts


def _bincount(packed: np.ndarray, size: int) -> np.ndarray:
    return totals(packed.view(np.int64), np.broadcast_to(np.int64(1), len(packed)), size)


def _starts(*ordered: np.ndarray) -> np.ndarray:
    """Give the first row of each run in which none of the columns changes."""
    changed = reduce(np.logical_or, (column[1:] != column[:-1] for column in ordered))
    return np.concatenate(([0], np.flatnonzero(changed) + 1)) if len(ordered[0]) else np.empty(0, np.int64)
