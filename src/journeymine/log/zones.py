"""Names of time zones."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from journeymine.errors import TimeZoneError

__all__ = ["check_zone"]


@cache
def _zones() -> set[str]:
    return available_timezones()


def check_zone(tz: str) -> None:
    """Refuse a time zone that nobody knows.

    Parameters
    ----------
    tz
        Such as ``"Europe/Amsterdam"``.

    Raises
    ------
    TimeZoneError
        If there is no such zone; the message names the closest.

    Examples
    --------
    >>> check_zone("Europe/Amsterdam")
    """
    if tz not in _zones():
        close = get_close_matches(str(tz), _zones(), n=3)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise TimeZoneError(f"nobody knows the time zone {tz!r}.{hint} Zones look like 'Europe/Amsterdam' or 'UTC'")
