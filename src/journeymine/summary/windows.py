"""Windows: for how long visits are followed, and for how long a log can tell."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeymine.durations import Duration, format_duration, readable, to_microseconds
from journeymine.errors import WindowError
from journeymine.summary.summary import Summary
from journeymine.summary.survival import Survival

__all__ = ["LONGEST_SHARE", "checked_window", "longest_window", "longest_windows", "windows_of"]

LONGEST_SHARE: Final = 0.7
"""The longest window that can be asked about, as a share of the time the log covers."""

_TELLING: Final = 20
"""Next events from which a 95th percentile can be told."""


def windows_of(curves: Survival, summary: Summary, within: Duration | None = None) -> np.ndarray:
    """Give the window of each activity.

    Parameters
    ----------
    curves
        What `return_curves` gave.
    summary
        The summary they are of.
    within
        A window for all of them. By default one for all of them as well: the longest usual return of any activity that
        at least 20 visits came back from, rounded up to a duration that is easy to say, at most 0.7 of the time the log
        covers. ``"usual"`` for each activity's own usual return; an activity that nobody came back from has the longest
        of the others.

    Returns
    -------
    numpy.ndarray
        Microseconds, int64, shape (activities,).

    Raises
    ------
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    """
    if within is not None and within != "usual":
        return _same(curves, summary, within)
    limit, usual = longest_window(summary), curves.usual_return()
    if within == "usual":
        longest = int(usual.max(initial=0)) or limit  # nobody came back: as long as any may take
        return np.minimum(np.where(usual > 0, usual, longest), limit)
    telling = usual[curves.visits * (1 - curves.naive_rates) >= _TELLING - 0.5]
    longest = int((telling if len(telling) else usual).max(initial=0)) or limit
    return np.full(len(usual), readable(longest, limit))


def longest_windows(curves: Survival, summary: Summary, within: Duration | None = None) -> np.ndarray:
    """Give the longest window that can be answered for, for each activity.

    Parameters
    ----------
    curves
        What `return_curves` gave.
    summary
        The summary they are of.
    within
        A window that is not to be passed; by default 0.7 of the time the log covers.

    Returns
    -------
    numpy.ndarray
        Microseconds, int64, shape (activities,): never longer than the activity's longest observed visit, so that its
        rate is known.

    Raises
    ------
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    """
    limit = longest_window(summary) if within is None else _same(curves, summary, within)
    return np.minimum(curves.longest_observed, limit)


def longest_window(summary: Summary) -> int:
    """Give the longest window that can be asked about: 0.7 of the time the log covers.

    Parameters
    ----------
    summary
        Of the log.

    Returns
    -------
    int
        Microseconds.
    """
    return int(LONGEST_SHARE * summary.window_seconds * 1e6)


def checked_window(within: Duration, summary: Summary, watched: str = "visits") -> int:
    """Give a window in microseconds, if the log is long enough for it.

    Parameters
    ----------
    within
        Such as ``"14d"``.
    summary
        Of the log.
    watched
        What is followed for so long.

    Returns
    -------
    int
        Microseconds.

    Raises
    ------
    WindowError
        If it is longer than 0.7 of the time the log covers.
    """
    window, longest = to_microseconds(within), longest_window(summary)
    if window > longest:
        raise WindowError(
            f"within={within!r} is too long for a log of {format_duration(summary.window_seconds)}: too few {watched} "
            f"are observed that long. The longest window it can answer for is {format_duration(longest / 1e6)}"
        )
    return window


def _same(curves: Survival, summary: Summary, within: Duration) -> np.ndarray:
    """Give each activity the same window; without any, none is too long."""
    if not len(curves.activities):
        return np.empty(0, np.int64)
    return np.full(len(curves.activities), checked_window(within, summary))
