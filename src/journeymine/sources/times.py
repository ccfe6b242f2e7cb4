"""Times as exports write them, to UTC microseconds: with proof of the zone and of the order of day and month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import DateOrderError, OptionError, SchemaError, TimeZoneError
from journeymine.log import columns
from journeymine.log.zones import check_zone

__all__ = ["Times", "moment", "parse_times", "to_utc"]

NAIVE: Final = pa.timestamp("us")
UTC: Final = pa.timestamp("us", tz="UTC")

_CLOCK = (
    r"(?:[T ]+(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?\s*$"
)
_YEAR_FIRST = r"^\s*(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK
_COMPACT = r"^\s*(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _CLOCK
_YEAR_LAST = r"^\s*(?P<first>\d{1,2})[-/.](?P<middle>\d{1,2})[-/.](?P<year>\d{4})" + _CLOCK
_EPOCH = r"^\s*-?\d{9,19}(\.\d+)?\s*$"
_YEARS = (1000, 9000)  # outside of these a date stands for "none" or "for ever"
_FIRST, _LAST = (int(np.datetime64(f"{year}", "us").astype(np.int64)) for year in _YEARS)
_YEAR_SECONDS = 365 * 86_400
_NO_OFFSET = 1 << 40


@dataclass(frozen=True)
class Times:
    """Parsed times.

    Attributes
    ----------
    microseconds
        UTC microseconds since 1970, int64, shape (n,); 0 where bad.
    bad
        True where there is no time that could be used, shape (n,).
    notes
        What a reader of the figures should know.
    """

    microseconds: np.ndarray
    bad: np.ndarray
    notes: list[str] = field(default_factory=list)

    @property
    def array(self) -> pa.Array:
        """The times as an Arrow column, null where bad."""
        missing = self.bad if self.bad.any() else None
        return pa.array(self.microseconds, pa.int64(), mask=missing).cast(UTC)


def moment(value: str | datetime) -> int:
    """Give one moment in UTC microseconds.

    Parameters
    ----------
    value
        ISO text or a datetime, with a zone.

    Returns
    -------
    int
        Microseconds since 1970.

    Raises
    ------
    OptionError
        If it is no time, or has no zone.
    """
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise OptionError(f"{value!r} is not a time; write it as '2024-05-31T23:59:59Z'") from error
    if parsed.tzinfo is None:
        raise OptionError(f"{value!r} has no time zone; write it as '2024-05-31T23:59:59Z' or with an offset")
    return pa.scalar(parsed, UTC).cast(pa.int64()).as_py()


def parse_times(
    column: pa.ChunkedArray | pa.Array, *, tz: str | None, name: str = "timestamp", time_format: str | None = None
) -> Times:
    """Parse a column of times.

    Parameters
    ----------
    column
        Arrow times, dates, numbers since 1970 (seconds, milli-, micro- or nanoseconds, told by their size), or text:
        ISO 8601 and its common variants, day-month-year where the column itself proves the order, numbers.
    tz
        Zone of times that carry none.
    name
        Name of the column, for messages.
    time_format
        How text is written, in the codes of ``strptime``; tried before everything else.

    Returns
    -------
    Times
        One for each row.

    Raises
    ------
    TimeZoneError
        If a time carries no zone and `tz` is None, or nobody knows `tz`.
    DateOrderError
        If day and month could be either way round in every row.
    SchemaError
        If the column holds something that times cannot be read from, such as lists.

    Examples
    --------
    >>> parse_times(pa.array(["2024-05-01T09:00:00+02:00", "soon"]), tz=None).array.to_pylist()[1] is None
    True
    """
    if tz is not None:
        check_zone(tz)
    array = columns.whole(column)
    if pa.types.is_dictionary(array.type):
        array = (columns.encode(array) if columns.is_text(array.type) else array).dictionary_decode()
    return _without_sentinels(_parsed(array, tz, name, time_format))


def _parsed(array: pa.Array, tz: str | None, name: str, time_format: str | None) -> Times:
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        return _of_arrow(array, tz, name)
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
        return _of_epoch(array.cast(pa.float64()) if not pa.types.is_integer(array.type) else array)
    try:
        text = array.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise SchemaError(f"column {name!r} holds {array.type}, and no times can be read from that") from error
    return _of_text(text, tz, name, time_format)


def _of_arrow(array: pa.Array, tz: str | None, name: str) -> Times:
    bad = columns.numbers(array.is_null().cast(pa.uint8())).astype(bool)
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        return Times(columns.numbers(array.cast(UTC, safe=False)), bad)
    naive = columns.numbers(array.cast(NAIVE, safe=False))
    return to_utc(naive, bad, tz, name, lambda row: str(array[row].as_py()))


def _of_epoch(array: pa.Array) -> Times:
    bad = columns.numbers(array.is_null().cast(pa.uint8())).astype(bool)
    values = columns.numbers(array)
    size = np.abs(values.astype(np.float64))
    powers = np.searchsorted([1e11, 1e14, 1e17], size, side="right")  # 0 s, 1 ms, 2 us, 3 ns
    bad = bad | ~np.isfinite(size) | (size >= 9.2e18)
    with np.errstate(invalid="ignore", over="ignore"):
        if values.dtype.kind == "f":
            values = np.where(bad, 0, values)
            microseconds = np.rint(values * np.array([1e6, 1e3, 1.0, 1e-3])[powers]).astype(np.int64)
        else:
            microseconds = (
                values.astype(np.int64) * np.array([10**6, 10**3, 1, 1])[powers] // np.where(powers == 3, 1000, 1)
            )
    units = np.unique(powers[~bad & (size > 0)])
    names = ("seconds", "milliseconds", "microseconds", "nanoseconds")
    notes = [f"times in {' and '.join(names[unit] for unit in units)} mixed, told by size"] if len(units) > 1 else []
    zeros = int(np.count_nonzero((size == 0) & ~bad))
    notes += [f"{zeros:,} times are 0, the start of 1970"] if zeros else []
    small = int(np.count_nonzero((size > 0) & (size < _YEAR_SECONDS) & ~bad))
    notes += [f"{small:,} times are small numbers, read as seconds since the start of 1970"] if small else []
    return Times(np.where(bad, 0, microseconds), bad, notes)


def _of_text(text: pa.Array, tz: str | None, name: str, time_format: str | None) -> Times:
    if time_format is not None:
        return _of_format(text, tz, name, time_format)
    for kind in (UTC, NAIVE):
        try:
            return _of_arrow(text.cast(kind), tz, name)
        except pa.ArrowInvalid:
            continue
    return _of_patterns(text, tz, name)


def _of_format(text: pa.Array, tz: str | None, name: str, time_format: str) -> Times:
    try:
        naive = pc.strptime(text, format=time_format, unit="us", error_is_null=True)
    except pa.ArrowInvalid as error:
        raise OptionError(f"time_format {time_format!r} cannot be used: {error}") from error
    naive = pc.if_else(pa.array(_is_other_day(text, naive, time_format)), pa.scalar(None, naive.type), naive)
    return _of_arrow(naive.cast(UTC) if "%z" in time_format else naive, tz, name)


def _is_other_day(text: pa.Array, parsed: pa.Array, time_format: str) -> np.ndarray:
    """Tell where a day that its month does not have, such as 30 February, was taken for one of the next month."""
    other = np.zeros(len(text), bool)
    early = np.flatnonzero(columns.is_true(pc.less_equal(pc.day(parsed), 3)))
    if "%d" in time_format and "%z" not in time_format and len(early):
        seconds = parsed.take(pa.array(early)).cast(pa.timestamp("s"))  # %S shows the fraction of finer ones
        written, meant = text.take(pa.array(early)), pc.strftime(seconds, time_format)
        numbers = [pc.replace_substring_regex(each, r"(^|\D)0+(\d)", r"\1\2") for each in (written, meant)]
        other[early] = columns.is_true(pc.not_equal(*(pc.utf8_lower(each) for each in numbers)))
    return other


def _without_sentinels(parsed: Times) -> Times:
    times = parsed.microseconds
    if not len(times) or (times.min() >= _FIRST and times.max() < _LAST):
        return parsed
    outside = (times < _FIRST) | (times >= _LAST)
    return Times(np.where(outside, 0, times), parsed.bad | outside, parsed.notes)


def _of_patterns(text: pa.Array, tz: str | None, name: str) -> Times:
    """Parse row by row in whole columns: each pattern takes the rows that fit it."""
    microseconds = np.zeros(len(text), np.int64)
    bad = np.ones(len(text), bool)
    zoned = np.zeros(len(text), bool)
    notes: list[str] = []
    for rows, parts in ((rows, parts) for rows, parts in _matches(text) if len(rows)):
        if "first" in parts:
            _settle_day_and_month(parts, text, rows, name)
        microseconds[rows], bad[rows] = _compose(parts)
        offset, zoned[rows] = _offsets(parts["zone"])
        microseconds[rows] -= offset
        bad[rows] |= offset == _NO_OFFSET
        leap = int(np.count_nonzero(parts["second"] == 60))
        notes += [f"{leap:,} leap seconds read as the next second"] if leap else []
    naive = ~bad & ~zoned
    if naive.any():
        local = to_utc(microseconds, ~naive, tz, name, lambda row: text[row].as_py())
        microseconds = np.where(naive, local.microseconds, microseconds)
        bad, notes = bad | (naive & local.bad), notes + local.notes
    epochs = np.flatnonzero(columns.numbers(pc.match_substring_regex(text, _EPOCH).fill_null(False).cast(pa.uint8())))
    epochs = epochs[bad[epochs]]
    if len(epochs):
        numbers = text.take(pa.array(epochs))
        whole = not pc.any(pc.match_substring(numbers, ".")).as_py()
        parsed = _of_epoch(_as_numbers(pc.utf8_trim_whitespace(numbers), whole))
        microseconds[epochs], bad[epochs], notes = parsed.microseconds, parsed.bad, notes + parsed.notes
    return Times(np.where(bad, 0, microseconds), bad, notes)


def _as_numbers(text: pa.Array, whole: bool) -> pa.Array:
    try:
        return text.cast(pa.int64() if whole else pa.float64())
    except pa.ArrowInvalid:  # a number beyond the largest integer
        return text.cast(pa.float64())


def _matches(text: pa.Array) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    found = []
    for pattern in (_YEAR_FIRST, _COMPACT, _YEAR_LAST):
        fields = pc.extract_regex(text, pattern)
        rows = np.flatnonzero(columns.numbers(fields.is_valid().cast(pa.uint8())))
        taken = fields.take(pa.array(rows))
        parts = {kind.name: taken.field(place) for place, kind in enumerate(taken.type)}
        found.append((rows, {key: _part(key, value) for key, value in parts.items()}))
    return found


def _part(key: str, value: pa.Array) -> np.ndarray | pa.Array:
    if key == "zone":
        return value
    if key == "fraction":
        value = pc.utf8_slice_codeunits(pc.utf8_rpad(value, 6, "0"), 0, 6)
    return columns.numbers(pc.if_else(pc.equal(value, ""), "0", value).cast(pa.int64())).copy()


def _settle_day_and_month(parts: dict[str, np.ndarray], text: pa.Array, rows: np.ndarray, name: str) -> None:
    first, middle = parts.pop("first"), parts.pop("middle")
    day_first, month_first = (first > 12) & (middle <= 12), (middle > 12) & (first <= 12)
    if not (day_first | month_first).any() and not (first == middle).all():
        raise DateOrderError(
            f"column {name!r}: {text[int(rows[0])].as_py()!r} could be day-month or month-day, and no row proves "
            "which. Give time_format=, such as '%d-%m-%Y %H:%M:%S'"
        )
    if day_first.any() and month_first.any():
        raise DateOrderError(
            f"column {name!r} has both day-month and month-day dates, such as "
            f"{text[int(rows[np.argmax(day_first)])].as_py()!r} and "
            f"{text[int(rows[np.argmax(month_first)])].as_py()!r}. "
            "Give time_format= for one of them; rows of the other go to the quarantine"
        )
    parts["day"], parts["month"] = (middle, first) if month_first.any() else (first, middle)


def _compose(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    year, month, day = parts["year"], parts["month"], parts["day"]
    hour, minute, second = parts["hour"], parts["minute"], parts["second"]
    bad = (
        (month < 1)
        | (month > 12)
        | (day < 1)
        | (minute > 59)
        | (second > 60)
        | (year < _YEARS[0])
        | (year >= _YEARS[1])
    )
    bad |= (hour > 24) | ((hour == 24) & ((minute > 0) | (second > 0)))
    months = np.where(bad, 0, (year - 1970) * 12 + month - 1).astype("datetime64[M]")
    last_day = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    bad |= day > last_day
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1_000_000 + parts["fraction"], bad


def _offsets(zones: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    encoded = zones.dictionary_encode()
    spelled = [zone or "" for zone in encoded.dictionary.to_pylist()]
    offsets = np.array([_offset(zone) for zone in spelled], np.int64)
    given = np.array([bool(zone) for zone in spelled], bool)
    rows = columns.numbers(encoded.indices)
    return offsets[rows], given[rows]


def _offset(zone: str) -> int:
    if zone in ("", "Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        return _NO_OFFSET
    seconds = hours * 3600 + minutes * 60
    return (-seconds if zone[0] == "-" else seconds) * 1_000_000


def to_utc(naive: np.ndarray, bad: np.ndarray, tz: str | None, name: str, shown) -> Times:
    """Place wall-clock times in a zone.

    Parameters
    ----------
    naive
        Wall-clock microseconds, int64, shape (n,).
    bad
        True where there is no time.
    tz
        The zone; None is an error where there is any time.
    name
        Name of the column, for messages.
    shown
        Gives the text of a row, for messages.

    Returns
    -------
    Times
        A time that a clock change skipped is bad; one that it repeated is read as the first, with a note.
    """
    if bad.all():
        return Times(np.zeros(len(naive), np.int64), bad)
    if tz is None:
        row = int(np.argmin(bad))
        raise TimeZoneError(
            f"column {name!r} has times without a zone, such as {shown(row)!r} in row {row + 1:,}. "
            "Say where the clock stood with tz=, such as tz='Europe/Amsterdam' or tz='UTC'"
        )
    check_zone(tz)
    if tz == "UTC":  # a clock that nobody changes
        return Times(np.where(bad, 0, naive), bad)
    wall = pa.array(np.where(bad, 0, naive)).cast(NAIVE)
    early = pc.assume_timezone(wall, tz, ambiguous="earliest", nonexistent="earliest")
    late = pc.assume_timezone(wall, tz, ambiguous="latest", nonexistent="latest")
    utc, repeated = columns.numbers(early), columns.numbers(early) != columns.numbers(late)
    skipped = repeated & (columns.numbers(pc.local_timestamp(early)) != columns.numbers(wall))
    folds = int(np.count_nonzero(repeated & ~skipped & ~bad))
    notes = [f"{folds:,} times fall in an hour that a clock change in {tz} repeats; read as the first"] if folds else []
    bad = bad | skipped
    return Times(np.where(bad, 0, utc), bad, notes)
