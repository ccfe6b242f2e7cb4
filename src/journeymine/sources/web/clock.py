"""Times as servers write them: ``10/Feb/2024:16:42:07 +0100``, the same without its zone, or as anybody else does."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.sources.times import Times, parse_times, to_utc

__all__ = ["moments"]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WALL: Final = rf"^\d\d/(?:{'|'.join(_MONTHS)})/[12]\d{{3}}:(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)"
_LOCAL: Final = _WALL + r"(?:\.\d{1,6})?$"
_ZONED: Final = _WALL + r" [+-](?:0\d|1[0-4])[0-5]\d$"
_NANOSECONDS: Final = r"(\.\d{6})\d+"  # beyond what is kept
_SAFE: Final = "01/Jan/1970:00:00:00 +0000"


def moments(written: pa.Array, clock: str, tz: str | None) -> Times:
    """Read times.

    Parameters
    ----------
    written
        As the server wrote them: labels, text, or numbers.
    clock
        ``"zoned"``, ``"local"`` or ``"any"``, as in `journeymine.sources.web.layouts.Layout`.
    tz
        Zone of times that carry none.

    Returns
    -------
    Times
        One for each.

    Raises
    ------
    TimeZoneError
        If a time carries no zone and `tz` is None, or nobody knows `tz`.

    Examples
    --------
    >>> text = pa.array(["10/Feb/2024:16:42:07 +0100", "31/Feb/2024:16:42:07 +0100"])
    >>> moments(text, "zoned", None).array.to_pylist()
    [datetime.datetime(2024, 2, 10, 15, 42, 7, tzinfo=...), None]
    """
    if not pa.types.is_dictionary(written.type):
        return _READERS[clock](written, tz)
    if clock == "local":  # its notes count rows
        return _local(written.dictionary_decode(), tz)
    found = _READERS[clock](written.dictionary, tz)
    places = columns.codes(written)
    return Times(np.append(found.microseconds, 0)[places], np.append(found.bad, True)[places], found.notes)


def _zoned(text: pa.Array, _: str | None) -> Times:
    microseconds, bad = _wall_times(text, _ZONED)
    safe = pc.if_else(pa.array(bad), _SAFE, text)
    east = np.where(columns.is_true(pc.equal(pc.utf8_slice_codeunits(safe, 21, 22), "-")), -60, 60)
    offset = east * (_number(safe, 22, 24) * 60 + _number(safe, 24, 26))
    return Times(np.where(bad, 0, microseconds - offset * 1_000_000), bad)


def _local(text: pa.Array, tz: str | None) -> Times:
    microseconds, bad = _wall_times(text, _LOCAL)
    fraction = pc.utf8_rpad(pc.utf8_slice_codeunits(pc.if_else(pa.array(bad), "", text), 21), 6, "0")
    return to_utc(microseconds + _number(fraction, 0, 6), bad, tz, "time", lambda row: text[row].as_py())


def _any(written: pa.Array, tz: str | None) -> Times:
    if not columns.is_text(written.type):
        return parse_times(written, tz=tz, name="time")
    if pc.any(pc.match_substring_regex(written, _WALL)).as_py():
        return _zoned(written, tz)
    return parse_times(pc.replace_substring_regex(written, _NANOSECONDS, r"\1"), tz=tz, name="time")


def _wall_times(text: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the microseconds that a clock showed, without fractions of a second; and which texts are no time."""
    fits = columns.is_true(pc.match_substring_regex(text, pattern))
    safe = pc.if_else(pa.array(fits), text, _SAFE)
    month = columns.numbers(pc.index_in(pc.utf8_slice_codeunits(safe, 3, 6), pa.array(_MONTHS)))
    months = ((_number(safe, 7, 11) - 1970) * 12 + month).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (_number(safe, 0, 2) - 1)
    hours = days.astype(np.int64) * 24 + _number(safe, 12, 14)
    seconds = (hours * 60 + _number(safe, 15, 17)) * 60 + _number(safe, 18, 20)
    return seconds * 1_000_000, ~fits | (days.astype("datetime64[M]") != months)  # no 31 February


def _number(text: pa.Array, start: int, stop: int) -> np.ndarray:
    return columns.numbers(pc.utf8_slice_codeunits(text, start, stop).cast(pa.int64()))


_READERS: Final = {"zoned": _zoned, "local": _local, "any": _any}
