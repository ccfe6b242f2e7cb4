"""Delimited text read part by part: the header stands in the first part, and counts for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from journeymine.sources.inputs import Block, line_end
from journeymine.sources.rows import Rows, delimited_rows, unix_lines

__all__ = ["delimited_tables", "row_end"]

_LONGEST: Final = 1000  # lines that a row may take; a quote open for longer was never closed


def row_end(content: bytes) -> int:
    r"""Find the end of the last whole row: a line end that is not in quotes.

    Parameters
    ----------
    content
        Part of a file that begins where a row does.

    Returns
    -------
    int
        The place behind it, 0 if there is none. Where a quote is never closed rows are cut too, and then refused.

    Examples
    --------
    >>> row_end(b'a,"b"\nc,"d\ne')
    6
    """
    end = line_end(content)
    quotes = content.count(b'"', 0, end)
    for _ in range(_LONGEST):
        if quotes % 2 == 0 or not end:
            return end
        begin = content.rfind(b"\n", 0, end - 1) + 1
        quotes -= content.count(b'"', begin, end)
        end = begin
    return line_end(content)


def delimited_tables(blocks: Iterable[Block], delimiter: str | None = None) -> Iterator[tuple[Rows, list[str]]]:
    r"""Parse the parts of a delimited file.

    Parameters
    ----------
    blocks
        The parts, cut by `row_end`.
    delimiter
        What separates fields; by default told by the header.

    Yields
    ------
    rows : Rows
        The rows of a part that has any, with their lines in the file.
    notes : list of str
        What was assumed to decode it.

    Raises
    ------
    EmptySourceError
        If there is a header and no row.
    FormatError
        If the header names a column twice.

    Examples
    --------
    >>> blocks = [Block("a,b\n1,2\n", "x.csv"), Block("3,4\n", "x.csv", first_line=3)]
    >>> [(rows.table.to_pylist(), rows.lines.tolist()) for rows, _ in delimited_tables(blocks)]
    [([{'a': '1', 'b': '2'}], [2]), ([{'a': '3', 'b': '4'}], [3])]
    """
    head, name, filled = "", "", False
    for block in blocks:
        name, above, text = block.name, block.first_line - 1, unix_lines(block.text)
        if head:
            above, text = above - 1, f"{head}\n{text}"
        head = head or text.lstrip("\n").partition("\n")[0]
        if text.strip() != head.strip():
            filled = True
            yield _moved(delimited_rows(text, name, delimiter), above), block.notes
    if not filled:
        delimited_rows(head, name, delimiter)  # says that there are no rows


def _moved(rows: Rows, above: int) -> Rows:
    """Count the lines of a part on from those above it."""
    if not above:
        return rows
    return replace(
        rows,
        lines=rows.lines + above,
        rejects=[reject._replace(line=reject.line + above) for reject in rows.rejects],
        heights={line + above: height for line, height in rows.heights.items()},
        first_line=above + 1,
    )
