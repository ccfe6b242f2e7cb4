"""How much memory a process may take, and whom it tells how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from journeymine.errors import OptionError

__all__ = ["BASE", "Progress", "to_bytes"]

BASE: Final = 320 * 2**20
"""Bytes that Python, the libraries and one part of a table take."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much (0: not known)."""

_UNITS: Final = {"MB": 2**20, "GB": 2**30}
_MEMORY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(MB|GB)\s*")


def to_bytes(memory: str) -> int:
    """Give a size in bytes.

    Parameters
    ----------
    memory
        Such as ``"800MB"`` or ``"1.5GB"``.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    OptionError
        If it is no size, or too small for Python and the libraries themselves.

    Examples
    --------
    >>> to_bytes("1.5GB")
    1610612736
    """
    found = _MEMORY.fullmatch(str(memory))
    if not found:
        raise OptionError(f"memory must be a size such as '800MB' or '1.5GB', not {memory!r}")
    size = round(float(found[1]) * _UNITS[found[2]])
    if size < BASE + 80 * 2**20:
        raise OptionError(f"memory must be at least '400MB', of which the libraries take most, not {memory!r}")
    return size
