"""When a message was written: its Date where that can be believed, else when it was received."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from journeymine.sources.mail.mime import Head

__all__ = ["BROKEN", "FORGED", "MISSING", "WRITTEN", "when"]

WRITTEN, MISSING, FORGED = "written", "missing", "forged"

BROKEN: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What the parsers of the standard library raise at headers that break the rules."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_AHEAD: Final = _DAY  # clocks that are set to the wrong zone
_BEHIND: Final = 7 * _DAY  # servers try to hand on a message for four or five days (RFC 5321, 4.5.4.1)
_MICROSECOND: Final = timedelta(microseconds=1)
_YEARS: Final = (1970, 9000)  # outside of these a date stands for "none" or "for ever"


def when(head: Head) -> tuple[int | None, str]:
    """Tell when a message was written.

    Parameters
    ----------
    head
        Its header fields.

    Returns
    -------
    microseconds : int or None
        Since 1970: of its Date (``-0000`` is UTC). Of the last server that received it where Date has no zone or is no
        date, or is more than a day later than every receipt, or more than a week earlier. None where no header says
        it.
    clock : str
        ``WRITTEN``; ``MISSING`` or ``FORGED`` where it is the time of receipt.

    Examples
    --------
    >>> when({"date": ["Wed, 1 May 2024 09:00:00 +0200"]})
    (1714546800000000, 'written')
    """
    written = next(_moments(head.get("date", ())), None)
    receipts = _moments(value.rpartition(";")[2] for value in head.get("received", ()))  # the last one stands first
    last = next(receipts, None)
    if written is None:
        return last, MISSING
    if last is None or _fits(written, last) or any(_fits(written, receipt) for receipt in receipts):
        return written, WRITTEN
    return last, FORGED


def _fits(written: int, received: int) -> bool:
    return received - _BEHIND <= written <= received + _AHEAD


def _moments(values: Iterator[str] | list[str] | tuple[str, ...]) -> Iterator[int]:
    """Yield microseconds since 1970 of each value that is a time with a zone."""
    for value in values:
        try:
            parsed = parsedate_to_datetime(" ".join(value.split()))
            if parsed.tzinfo is None and "-0000" in value:
                parsed = parsed.replace(tzinfo=UTC)
            if parsed.tzinfo is not None and _YEARS[0] <= parsed.year < _YEARS[1]:
                yield (parsed - _EPOCH) // _MICROSECOND
        except BROKEN:
            continue
