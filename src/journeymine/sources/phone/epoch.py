"""Times as telephone exchanges count them: seconds since 1970."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.times import Times, parse_times

__all__ = ["epoch_times"]

_EPOCH: Final = r"^[0-9]{9,11}(\.[0-9]{1,9})?$"


def epoch_times(text: pa.ChunkedArray | pa.Array) -> Times:
    """Parse times written as seconds since 1970.

    Parameters
    ----------
    text
        Such as ``"1714555040"`` or ``"1714555040.125"``.

    Returns
    -------
    Times
        One for each row; bad where it is anything else.

    Examples
    --------
    >>> epoch_times(pa.array(["1714555040.5", "soon"])).array.to_pylist()
    [datetime.datetime(2024, 5, 1, 9, 17, 20, 500000, tzinfo=...), None]
    """
    text = columns.whole(text)
    numbers = pc.if_else(pc.match_substring_regex(text, _EPOCH), text, pa.scalar(None, pa.string()))
    has_fractions = pc.any(pc.match_substring(numbers, ".")).as_py()
    return parse_times(numbers.cast(pa.float64() if has_fractions else pa.int64()), tz=None)
