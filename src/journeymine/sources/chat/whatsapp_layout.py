"""The layout of a WhatsApp export: what its lines begin with, which depends on the telephone and its language."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import DateOrderError, FormatError, UnknownOptionError
from journeymine.log import columns

__all__ = ["ORDERS", "headers", "wall_clock"]

ORDERS: Final = ("dmy", "mdy", "ymd", "ydm")
"""Orders in which a date can be written."""

_MARKS: Final = r"[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]*"
_BLANK: Final = r"[ \x{a0}\x{2009}\x{202f}]"
_HEADER: Final = (
    rf"^{_MARKS}(?P<open>\[?)"
    rf"(?P<first>\p{{Nd}}{{1,4}})(?P<separator>[-/.]){_BLANK}?(?P<middle>\p{{Nd}}{{1,2}})[-/.]{_BLANK}?(?P<last>\p{{Nd}}{{1,4}})"
    r"(?P<before>[^\p{Nd}\[\]:]{1,15})"
    r"(?P<hour>\p{Nd}{1,2})[:.](?P<minute>\p{Nd}{2})(?:[:.](?P<second>\p{Nd}{2}))?"
    rf"(?P<after>[^\p{{Nd}}\[\]:-]{{0,15}}?)(?P<close>\]|{_BLANK}-|:){_MARKS}{_BLANK}(?P<rest>.*)$"
)
_NUMBERS: Final = ("first", "middle", "last", "hour", "minute", "second")
_MORNINGS: Final = frozenset(
    {"am", "ص", "ق ظ", "上午", "凌晨", "早上", "午前", "오전", "öö", "de", "sa", "pd", "πμ", "לפנהצ"}
)
_AFTERNOONS: Final = frozenset(
    {"pm", "م", "ب ظ", "下午", "中午", "晚上", "午後", "오후", "ös", "du", "ch", "md", "μμ", "אחהצ"}
)
_RARE = 0.1  # how much of what looks like a header may have another layout, and be quoted text
_FIRST_YEAR, _LAST_YEAR = 2009, 2100  # WhatsApp began in 2009
_WEEK = 7
_DAY_MICROSECONDS: Final = 86_400_000_000


def headers(lines: pa.Array, name: str) -> tuple[pa.Table, list[str]]:
    """Find the lines that begin a message.

    Parameters
    ----------
    lines
        All lines of the export.
    name
        Its name, for messages.

    Returns
    -------
    found : pyarrow.Table
        One row a message: ``place`` (its line, from 0), the parts of its date and time as numbers, ``word`` (the
        letters beside the time), and ``rest`` (what comes behind).
    notes : list of str
        What was assumed.

    Raises
    ------
    FormatError
        If no line begins like a message, or the lines have two layouts.
    """
    parts = pc.extract_regex(lines, _HEADER)
    places = np.flatnonzero(columns.is_true(parts.is_valid()))
    if not len(places):
        begin = lines[0].as_py()[:40] if len(lines) else ""
        raise FormatError(
            f"{name} is no WhatsApp export: no line begins with a date and a time, such as '[16/04/2019, 14:05:33] Jo:'"
            f" or '4/16/19, 2:05 PM - Jo:'; it begins with {begin!r}"
        )
    taken = parts.take(pa.array(places))
    found = pa.table({"place": places, **{field.name: taken.field(field.name) for field in taken.type}})
    found = found.append_column("word", _letters(found))
    return _of_one_layout(found, name)


def _letters(found: pa.Table) -> pa.Array:
    beside = pc.binary_join_element_wise(found["before"], found["after"], "")
    return pc.utf8_lower(pc.replace_substring_regex(columns.whole(beside), r"[^\p{L}\p{M}]", ""))


def _of_one_layout(found: pa.Table, name: str) -> tuple[pa.Table, list[str]]:
    """Keep the headers of the commonest layout: a header of another one is text that somebody quoted."""
    lengths = [pc.if_else(pc.greater(pc.utf8_length(found[part]), 2), "4", "2") for part in ("first", "last")]
    seconds = pc.if_else(pc.equal(found["second"], ""), "", "s")
    has_word = pc.if_else(pc.equal(found["word"], ""), "", "w")
    close = pc.utf8_trim_whitespace(found["close"])
    signs = pc.binary_join_element_wise(found["open"], found["separator"], close, *lengths, seconds, has_word, "")
    shapes = columns.codes(columns.encode(signs))
    counts = np.bincount(shapes)
    commonest = shapes == counts.argmax()
    others = int(np.count_nonzero(~commonest))
    if others > _RARE * len(shapes):
        odd = int(np.argmin(commonest))
        raise FormatError(
            f"{name} has lines of two layouts, as if two exports were put together: the other one begins at line "
            f"{found['place'][odd].as_py() + 1:,}. Read them from files of their own"
        )
    kept = found.filter(pa.array(commonest))
    numbers = {part: _integers(kept[part]) for part in _NUMBERS}
    kept = pa.table({"place": kept["place"], **numbers, "rest": kept["rest"], "word": kept["word"]})
    said = f"{others:,} lines look like the beginning of a message, but in another layout; read as text"
    return kept, [said] if others else []


def _integers(column: pa.ChunkedArray) -> pa.Array:
    """Read digits of any script; no digits are 0."""
    labels = columns.encode(column)
    return pa.array([int(text or 0) for text in labels.dictionary.to_pylist()], pa.int64()).take(labels.indices)


# --- from the parts of a header to a time ----------------------------------------------------------------------------


def wall_clock(found: pa.Table, name: str, date_order: str | None) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Read the times of messages, as the telephone's clock showed them.

    Parameters
    ----------
    found
        As `headers` gives them, in the order of the export.
    name
        Name of the export, for messages.
    date_order
        One of ``ORDERS``; by default the only one that gives real dates, in time order.

    Returns
    -------
    microseconds : numpy.ndarray
        Since 1970 on the telephone's clock, int64, shape (messages,).
    bad : numpy.ndarray
        True where there is no such time.
    notes : list of str
        What was assumed.

    Raises
    ------
    DateOrderError
        If day and month could be either way round.
    UnknownOptionError
        If there is no such order.
    FormatError
        If nobody can tell morning from afternoon.
    """
    if date_order is not None and date_order not in ORDERS:
        raise UnknownOptionError("there is no date order {name!r}", date_order, ORDERS)
    days, bad_days, notes = _days(found, name, date_order)
    seconds, bad_times = _seconds(found, name)
    return days * _DAY_MICROSECONDS + seconds * 1_000_000, bad_days | bad_times, notes


def _days(found: pa.Table, name: str, date_order: str | None) -> tuple[np.ndarray, np.ndarray, list[str]]:
    parts = [columns.numbers(found[part]) for part in ("first", "middle", "last")]
    possible = _orders(*parts) if date_order is None else [date_order]
    readings = {order: _dates(parts, order) for order in possible}
    faults = {order: np.count_nonzero(bad) + _steps_back(days[~bad]) for order, (days, bad) in readings.items()}
    best = [order for order in possible if faults[order] == min(faults.values())]
    chosen = best[0]
    differ = [order for order in best if not np.array_equal(readings[order][0], readings[chosen][0])]
    if differ and set(best) != {"ymd", "ydm"}:
        shown = "/".join(str(part[0]) for part in parts)
        raise DateOrderError(
            f"{name}: the first date, {shown}, could be {' or '.join(best)}, and no other date proves which. Say which "
            f"with date_order=, such as date_order={chosen!r}"
        )
    by_time = [order for order in possible if order not in best and not readings[order][1].any()]
    said = f"dates read as {chosen}: as {' or '.join(by_time)} the messages would not be in time order"
    return *readings[chosen], [said] if by_time else []


def _orders(first: np.ndarray, middle: np.ndarray, last: np.ndarray) -> list[str]:
    """List the orders that the place of the year leaves."""
    if first.max() > 99:
        return ["ymd", "ydm"]
    return ["dmy", "mdy"] if last.max() > 99 else list(ORDERS)


def _dates(parts: list[np.ndarray], order: str) -> tuple[np.ndarray, np.ndarray]:
    """Give days since 1970, and where there is no such date."""
    year, month, day = (parts[order.index(part)] for part in "ymd")
    year = np.where(year < 100, year + 2000, year)
    bad = (year < _FIRST_YEAR) | (year >= _LAST_YEAR) | (month < 1) | (month > 12) | (day < 1)
    months = np.where(bad, 0, (year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    bad |= day > ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    return np.where(bad, 0, days), bad


def _steps_back(days: np.ndarray) -> int:
    """Count the messages that come over a week before the one above them; an export is in time order."""
    return int(np.count_nonzero(np.diff(days) < -_WEEK))


def _seconds(found: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Give seconds since midnight, and where there is no such time."""
    hour, minute, second = (columns.numbers(found[part]) for part in ("hour", "minute", "second"))
    words = columns.encode(found["word"])
    texts = words.dictionary.to_pylist()
    halves = np.array([0 if text in _MORNINGS else 12 if text in _AFTERNOONS else -1 for text in texts])
    unknown = [text for text, half in zip(texts, halves, strict=True) if text and half < 0]
    if unknown and hour.max() <= 12:
        raise FormatError(
            f"{name} has {unknown[0]!r} beside its times: nobody knows whether that is morning or afternoon"
        )
    half = halves[columns.codes(words)]
    bad = (hour > np.where(half >= 0, 12, 23)) | (minute > 59) | (second > 59)
    hour = np.where(half >= 0, hour % 12 + half, hour)
    return (hour * 60 + minute) * 60 + second, bad
