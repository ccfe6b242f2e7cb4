"""The lines of a text that are not blank, with their numbers: to take them apart, and to quote those that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.inputs import Block

__all__ = ["Lines", "text_lines"]


_LARGE: Final = 1 << 29  # characters that may need more bytes than a string column can hold


@dataclass(frozen=True)
class Lines:
    """Lines of a file that are not blank.

    Attributes
    ----------
    column
        The lines, shape (lines,).
    numbers
        Their numbers in the file, from 1, int64, shape (lines,).
    """

    column: pa.Array = field(repr=False)
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def texts(self) -> list[str]:
        """The lines, one by one."""
        return self.column.to_pylist()

    def take(self, places: np.ndarray) -> Lines:
        """Give some of the lines.

        Parameters
        ----------
        places
            Which, from 0, ascending.

        Returns
        -------
        Lines
            Those lines.
        """
        if not len(places) or places[-1] - places[0] + 1 > len(places):
            return Lines(self.column.take(pa.array(places)), self.numbers[places])
        return Lines(self.column.slice(places[0], len(places)), self.numbers[places[0] : places[-1] + 1])

    def payload(self, number: int) -> bytes:
        """Give a line as it came.

        Parameters
        ----------
        number
            Its number in the file.

        Returns
        -------
        bytes
            In UTF-8.
        """
        return self.column[int(np.searchsorted(self.numbers, number))].as_py().encode()


def text_lines(block: Block) -> Lines:
    r"""Give the lines of a block.

    Parameters
    ----------
    block
        Part of a file. Bytes of it that could not be decoded become question marks.

    Returns
    -------
    Lines
        Without blank ones.

    Examples
    --------
    >>> lines = text_lines(Block("one\r\n\r\n  three\n", "log.txt", first_line=7))
    >>> lines.texts, lines.numbers.tolist(), lines.payload(9)
    (['one', '  three'], [7, 9], b'  three')
    """
    every = pc.split_pattern(_as_array(_unix_text(block)), "\n").flatten()
    filled = columns.is_true(pc.not_equal(pc.utf8_trim_whitespace(every), ""))
    return Lines(every, np.arange(block.first_line, block.first_line + len(every))).take(np.flatnonzero(filled))


def _unix_text(block: Block) -> str:
    """End every line the same way; a lone carriage return ends one only where nothing else does."""
    text = block.text.replace("\r\n", "\n").removesuffix("\r") if "\r" in block.text else block.text
    has_other_ends = "\n" in text or block.first_line > 1
    return text if has_other_ends else text.replace("\r", "\n")


def _as_array(text: str) -> pa.Array:
    kind = pa.string() if len(text) < _LARGE else pa.large_string()
    try:
        return pa.array([text], kind)
    except UnicodeEncodeError:
        return pa.array([text.encode("utf-8", "replace")], kind)
