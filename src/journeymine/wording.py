"""Words that answers, pictures and messages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["counted"]


def counted(number: int | np.integer, noun: str) -> str:
    """Say how many there are of something.

    Parameters
    ----------
    number
        How many.
    noun
        What they are, in the singular.

    Returns
    -------
    str
        Such as ``"2 journeys"``.

    Examples
    --------
    >>> counted(1, "path"), counted(1_200, "path")
    ('1 path', '1,200 paths')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
