"""Lines of access logs, and the fields of the formats common and combined as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = ["Lines", "explain", "text_lines", "unclosed", "written_fields"]

_QUOTED = r'"(?P<{}>[^"\\]*(?:\\.[^"\\]*)*)"'  # a backslash protects the next character
# Two expressions of four groups, in which no character could be taken in two ways, are many times faster than one.
_LINE: Final = r"^(?P<who>[^\[]*)\[(?P<time>[^\]]*)\] " + _QUOTED.format("request") + " (?P<rest>.*)$"
_REST: Final = (
    r"^(?P<sent>(?:\d{3}|-) (?:\d{1,18}|-))"
    rf"(?: {_QUOTED.format('referrer')} {_QUOTED.format('user_agent')}(?: .*)?)?$"
)
_BLOCK: Final = 1 << 17  # lines taken apart at once: bounds the memory that takes
_EXPECTED: Final = (
    "Expected lines such as '1.2.3.4 - - [10/Feb/2024:16:42:07 +0100] \"GET /cart HTTP/1.1\" 200 368', perhaps with "
    'the virtual host in front and "referrer" "user agent" behind'
)


@dataclass(frozen=True)
class Lines:
    """The lines of a file that are not blank.

    Attributes
    ----------
    text
        The lines, shape (lines,).
    numbers
        Their numbers in the file, from 1, int64, shape (lines,).
    """

    text: pa.Array
    numbers: np.ndarray


def text_lines(text: str) -> Lines:
    r"""Give the lines of a text.

    Parameters
    ----------
    text
        Lines ended by ``\n``.

    Returns
    -------
    Lines
        Without blank ones.
    """
    every = pc.list_flatten(pc.split_pattern(pa.array([text], pa.large_string()), "\n"))
    filled = columns.numbers(pc.not_equal(pc.utf8_trim_whitespace(every), "").cast(pa.uint8())).astype(bool)
    return Lines(every if filled.all() else every.filter(pa.array(filled)), np.flatnonzero(filled) + 1)


def written_fields(lines: Lines) -> pa.Table:
    """Take lines apart.

    Parameters
    ----------
    lines
        The lines of a log.

    Returns
    -------
    pyarrow.Table
        Labels: ``who`` (virtual host, client, identity, user), ``time``, ``request``, ``sent`` (status and bytes),
        ``referrer`` and ``user_agent``; all of them null where a line is not in the format.
    """
    starts = range(0, len(lines.text), _BLOCK)
    return columns.concat([_fields_of_block(lines.text.slice(start, _BLOCK)) for start in starts])


def _fields_of_block(lines: pa.Array) -> pa.Table:
    line = pc.extract_regex(lines, _LINE)
    rest = pc.extract_regex(pc.struct_field(line, "rest"), _REST)
    fields = {name: pc.struct_field(line, name) for name in ("who", "time", "request")}
    fields = {name: pc.if_else(rest.is_valid(), field, pa.scalar(None, field.type)) for name, field in fields.items()}
    fields |= {name: pc.struct_field(rest, name) for name in ("sent", "referrer", "user_agent")}
    return pa.table({name: field.cast(pa.string()).dictionary_encode() for name, field in fields.items()})


def unclosed(lines: Lines, odd: np.ndarray) -> np.ndarray:
    """Tell which of the odd lines have a quote too few.

    Parameters
    ----------
    lines
        The lines of a log.
    odd
        True for lines that are not in the format, shape (lines,).

    Returns
    -------
    numpy.ndarray
        Truths, shape (lines,).
    """
    plain = pc.replace_substring_regex(lines.text.filter(pa.array(odd)), r"\\.", "")
    answer = np.zeros(len(odd), bool)
    answer[odd] = columns.numbers(pc.count_substring(plain, '"')) % 2 == 1
    return answer


def explain(lines: Lines, name: str) -> str:
    """Say why a file is not an access log.

    Parameters
    ----------
    lines
        Its lines.
    name
        Its name.

    Returns
    -------
    str
        Quotes the first line, says what was expected, and what it may be instead.
    """
    first = lines.text[0].as_py()
    hints = {
        "{": " It holds JSON: have the server write the combined format, or give a flat table to read_table.",
        "#": " It is a W3C log, as IIS and CloudFront write them; such logs are not read yet.",
    }
    shown = first if len(first) <= 160 else first[:160] + "…"
    hint = hints.get(first.lstrip()[0], "")
    return f"{name} is not an access log: line {lines.numbers[0]} is {shown!r}.{hint} {_EXPECTED}"
