"""Who speaks for the company, and to whom: told by names, since chat apps know only members of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns

__all__ = ["activities", "agents", "is_own", "own_note", "parties"]

_FOLDED: Final = r"[\s\p{Cf}]+"  # blanks and marks that nobody sees


def is_own(*names: pa.ChunkedArray | pa.Array, own_names: str | Sequence[str] | None) -> np.ndarray | None:
    """Tell which messages the company wrote.

    Parameters
    ----------
    *names
        What the writers are called, one array for each kind of name.
    own_names
        Names of the company and of who writes for it; None if they are not known.

    Returns
    -------
    numpy.ndarray or None
        True for its own, shape (messages,); None if `own_names` is.

    Raises
    ------
    OptionError
        If `own_names` holds no name.

    Examples
    --------
    >>> is_own(pa.array(["Shop", "Jo"]), own_names="shop").tolist()
    [True, False]
    """
    if own_names is None:
        return None
    listed = [own_names] if isinstance(own_names, str) else list(own_names)
    wanted = pc.unique(_folded(pa.array(listed, pa.string())))
    if not any(wanted.to_pylist()):
        raise OptionError("own_names is empty: name those who write for the company, such as own_names=['Shop', 'Ann']")
    return np.logical_or.reduce([columns.is_true(pc.is_in(_folded(columns.whole(column)), wanted)) for column in names])


def _folded(names: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.replace_substring_regex(names, _FOLDED, " ")))


def own_note(own: np.ndarray | None, own_names: str | Sequence[str] | None) -> list[str]:
    """Say so where none of the company's names occurs.

    Parameters
    ----------
    own
        As `is_own` gives it.
    own_names
        The names.

    Returns
    -------
    list of str
        A note, or nothing.
    """
    if own is None or own_names is None or not len(own) or own.any():
        return []
    listed = own_names if isinstance(own_names, str) else ", ".join(own_names)
    return [f"nobody called {listed} wrote anything; see that own_names is right"]


def activities(kind: str, own: np.ndarray | None, rows: int) -> pa.Array:
    """Name messages by who wrote them.

    Parameters
    ----------
    kind
        Such as ``"message"``.
    own
        As `is_own` gives it.
    rows
        How many there are.

    Returns
    -------
    pyarrow.Array
        ``message from agent`` and ``message from customer``; ``message posted`` where it is not known.
    """
    if own is None:
        return pa.repeat(f"{kind} posted", rows)
    return pc.if_else(pa.array(own, pa.bool_()), f"{kind} from agent", f"{kind} from customer")


def agents(names: pa.Array, own: np.ndarray | None) -> pa.Array:
    """Name who wrote for the company.

    Parameters
    ----------
    names
        Who wrote each message.
    own
        As `is_own` gives it.

    Returns
    -------
    pyarrow.Array
        Null for the others.
    """
    if own is None:
        return pa.nulls(len(names), pa.string())
    return pc.if_else(pa.array(own, pa.bool_()), names, pa.scalar(None, pa.string()))


def parties(
    writers: pa.DictionaryArray, own: np.ndarray | None, *conversations: pa.ChunkedArray | pa.Array
) -> pa.DictionaryArray:
    """Name for each message the party outside: who wrote it, or to whom the company did.

    Parameters
    ----------
    writers
        Who wrote each message.
    own
        As `is_own` gives it.
    *conversations
        In which conversation, as text; of several, such as thread and room, the first in which it can be told.

    Returns
    -------
    pyarrow.DictionaryArray
        Null for what the company wrote in a conversation with no party outside, or with several.

    Examples
    --------
    >>> writers = pa.array(["Jo", "Shop"]).dictionary_encode()
    >>> parties(writers, np.array([False, True]), pa.array(["c1", "c1"])).to_pylist()
    ['Jo', 'Jo']
    """
    if own is None:
        return writers
    outside = columns.from_codes(np.where(own, -1, columns.codes(writers)), writers.dictionary)
    return columns.first_known([outside, *(_only_one(outside, talks) for talks in conversations)])


def _only_one(outside: pa.DictionaryArray, conversations: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """Give each message the only party of its conversation."""
    talks, persons = columns.codes(columns.encode(conversations)), columns.codes(outside)
    known, most = persons >= 0, talks.max(initial=-1) + 1
    first, last = np.full(most, np.iinfo(persons.dtype).max), np.full(most, -1)
    np.minimum.at(first, talks[known], persons[known])
    np.maximum.at(last, talks[known], persons[known])
    return columns.from_codes(np.where(first == last, last, -1)[talks], outside.dictionary)
