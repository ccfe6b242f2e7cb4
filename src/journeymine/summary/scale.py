"""A scale of durations in cells that grow with them, so that most questions about order need no sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = ["Scale"]

_OCTAVES: Final = 64  # a duration is less than 2**63
_MANTISSA: Final = 23  # bits of a float32 behind its exponent
_ONE: Final = 127  # exponent of a float32 that is 1
_FINEST: Final = 7
_FEW: Final = 1 << 20  # cells, that fit the processor's cache


@dataclass(frozen=True)
class Scale:
    """Cells by kind and duration: durations of one kind stand in the order of their cells.

    Attributes
    ----------
    bits
        An octave is cut into ``2**bits`` cells; -1 for no scale: all durations of a kind in one cell.
    num_kinds
        Number of kinds.

    Notes
    -----
    The bits of a float32 number are such a scale already: its exponent is the octave, what follows is the cell.

    Examples
    --------
    >>> Scale(0, 2).cells(np.array([0, 0, 1]), np.array([0, 5, 5])).tolist()
    [0, 3, 68]
    """

    bits: int
    num_kinds: int

    @classmethod
    def for_rows(cls, num_kinds: int, rows: int) -> Scale:
        """Choose cells so that there are about half as many as rows, and fewer where there are millions.

        Parameters
        ----------
        num_kinds
            Number of kinds.
        rows
            Number of durations.

        Returns
        -------
        Scale
            With one cell a kind where there are too many kinds for more.
        """
        wanted = max(min(rows // 2, _FEW), rows // 8)
        fitting = wanted // max(num_kinds * _OCTAVES, 1)
        return cls(min(fitting.bit_length() - 1, _FINEST), num_kinds)

    @property
    def size(self) -> int:
        """Cells of one kind."""
        return (_OCTAVES << self.bits) + 1 if self.bits >= 0 else 1

    def cells(self, kinds: np.ndarray, durations: np.ndarray) -> np.ndarray:
        """Give the cell of each duration.

        Parameters
        ----------
        kinds
            Integers >= 0, shape (rows,).
        durations
            int64 >= 0, shape (rows,).

        Returns
        -------
        numpy.ndarray
            ``kind * size`` and the place on the scale, int32 where it fits, else int64, shape (rows,).
        """
        if self.bits < 0:
            return kinds
        pattern = durations.astype(np.float32).view(np.int32) >> (_MANTISSA - self.bits)
        places = np.maximum(pattern - ((_ONE << self.bits) - 1), 0)  # zero comes before one
        kind = np.int32 if self.size * self.num_kinds < 2**31 else np.int64
        return kinds.astype(kind) * kind(self.size) + places

    def is_zero(self, cells: np.ndarray) -> np.ndarray:
        """Tell which cells hold nothing but durations of no time.

        Parameters
        ----------
        cells
            As `cells` gives them, shape (n,).

        Returns
        -------
        numpy.ndarray
            bool, shape (n,).
        """
        return cells % self.size == 0 if self.bits >= 0 else np.zeros(len(cells), bool)
