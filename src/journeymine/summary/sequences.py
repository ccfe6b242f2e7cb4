"""Variants: the distinct activity sequences of cases, found by Arrow on the log's own arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = ["Sequences"]

_BLOCK: Final = 1 << 16  # activities named at a time, so that they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Sequences:
    """Distinct activity sequences, in the order of their activities' codes.

    Attributes
    ----------
    offsets
        First code of each sequence and the end of the last, int64, shape (n + 1,).
    codes
        Activity codes of all sequences, one after the other, uint32.
    """

    offsets: np.ndarray
    codes: np.ndarray

    @classmethod
    def empty(cls) -> Sequences:
        """Give no sequences."""
        return cls(np.zeros(1, np.int64), np.empty(0, np.uint32))

    @classmethod
    def of(cls, offsets: np.ndarray, codes: np.ndarray) -> tuple[Sequences, np.ndarray]:
        """Find the distinct sequences.

        Parameters
        ----------
        offsets
            First event of each case and the end of the last, int64, shape (cases + 1,).
        codes
            Activity code of each event.

        Returns
        -------
        sequences : Sequences
            The distinct ones.
        which : numpy.ndarray
            Sequence of each case, int64, shape (cases,).

        Notes
        -----
        Offsets and codes are the two buffers of an Arrow binary array, so grouping is exact and needs no hash of ours.
        Codes are laid out with the highest byte first: then the order of bytes is the order of codes.
        """
        kind = np.min_scalar_type(int(codes.max()) if len(codes) else 0).newbyteorder(">")
        laid_out = np.ascontiguousarray(codes.astype(kind, copy=False))
        buffers = [None, pa.py_buffer((offsets * kind.itemsize).astype(np.int64)), pa.py_buffer(laid_out)]
        found = pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers).dictionary_encode()
        order = columns.numbers(pc.sort_indices(found.dictionary)).astype(np.int64)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        distinct = found.dictionary.take(pa.array(order))
        _, starts, content = distinct.buffers()
        starts = np.frombuffer(starts, np.int64, len(distinct) + 1) // kind.itemsize
        content = np.frombuffer(content, kind, int(starts[-1])) if len(distinct) else np.empty(0, kind)
        return cls(starts, content.astype(np.uint32)), ranks[columns.numbers(found.indices)]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequences)
            and np.array_equal(self.offsets, other.offsets)
            and np.array_equal(self.codes, other.codes)
        )

    def merged(
        self, other: Sequences, mine: np.ndarray, theirs: np.ndarray
    ) -> tuple[Sequences, np.ndarray, np.ndarray]:
        """Put two sets of sequences together.

        Parameters
        ----------
        other
            The other sequences.
        mine, theirs
            New activity code of each old one, for these and for the other sequences.

        Returns
        -------
        sequences : Sequences
            All distinct ones.
        mine, theirs : numpy.ndarray
            New place of each of these, and of the other sequences.
        """
        codes = np.concatenate((mine[self.codes], theirs[other.codes]))
        merged, places = Sequences.of(np.concatenate((self.offsets, self.offsets[-1] + other.offsets[1:])), codes)
        return merged, places[: len(self)], places[len(self) :]

    def taken(self, which: np.ndarray) -> Sequences:
        """Keep some sequences.

        Parameters
        ----------
        which
            Their places.

        Returns
        -------
        Sequences
            In the order given.
        """
        lengths = np.diff(self.offsets)[which]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[which] - offsets[:-1], lengths)
        return Sequences(offsets, self.codes[places])

    def tuples(self, which: np.ndarray, activities: list[str]) -> list[tuple[str, ...]]:
        """Name the activities of some sequences.

        Parameters
        ----------
        which
            Their places.
        activities
            Labels of the codes 1, 2, …

        Returns
        -------
        list of tuple of str
            One for each place.
        """
        names = np.array(["", *activities], object)
        starts, lengths = self.offsets[which], np.diff(self.offsets)[which]
        block = np.cumsum(lengths) // _BLOCK
        every: list[tuple[str, ...]] = []
        for first, last in pairwise([*np.flatnonzero(np.diff(block, prepend=-1)), len(which)]):
            stops = np.cumsum(lengths[first:last])
            begins = stops - lengths[first:last]
            places = np.repeat(starts[first:last] - begins, lengths[first:last]) + np.arange(stops[-1])
            labels = tuple(names[self.codes[places]].tolist())
            every += [labels[start:stop] for start, stop in zip(begins.tolist(), stops.tolist(), strict=True)]
        return every
