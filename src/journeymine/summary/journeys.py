"""Journeys on their way to a goal: how long each took to reach it, or how long it was watched without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts

__all__ = ["GOAL", "KEYS", "MEASURES", "OTHER_END", "STILL_OPEN", "fates", "of", "starts_of"]

KEYS = {"segment": np.uint32, "activity": np.uint8, "duration": np.int64, "next_activity": np.uint8, "group": np.uint8}
MEASURES = ("count",)

STILL_OPEN, GOAL, OTHER_END = 0, 1, 2


def starts_of(arrays: Arrays, start: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Find where journeys start.

    Parameters
    ----------
    arrays
        A log.
    start
        Code of the activity whose first occurrence a journey is followed from; by default its first event.

    Returns
    -------
    cases : numpy.ndarray
        Cases that have a start, shape (journeys,).
    places : numpy.ndarray
        The event that is the start of each.
    """
    if start is None:
        return np.arange(len(arrays.firsts)), arrays.firsts
    places = np.flatnonzero(arrays.codes == start)
    cases = np.searchsorted(arrays.offsets, places, side="right") - 1
    first = np.ones(len(cases), bool)
    first[1:] = cases[1:] != cases[:-1]
    return cases[first], places[first]


def of(arrays: Arrays, cases: np.ndarray, starts: np.ndarray, *, goal: int, end: Sequence[int] = ()) -> Counts:
    """Count journeys by segment, time, what it was the time to, and customer group.

    Parameters
    ----------
    arrays
        A log.
    cases, starts
        What `starts_of` gave.
    goal, end
        Codes of the activities that complete a journey, with and without success.

    Returns
    -------
    Counts
        Additive over customers. ``next_activity`` is `GOAL`, `OTHER_END` or `STILL_OPEN`, ``duration`` the time to it
        in microseconds; ``activity`` is 1. A journey is followed until the source of its start ends, an unread event
        comes between, or, where it is nobody's, its last event.
    """
    kinds, durations, _ = fates(arrays, cases, starts, goal=goal, end=end)
    keys = {
        "segment": arrays.case_segments[cases],
        "activity": np.ones(len(cases)),
        "duration": durations,
        "next_activity": kinds,
        "group": arrays.case_groups[cases],
    }
    return Counts.of({name: values.astype(KEYS[name]) for name, values in keys.items()})


def fates(
    arrays: Arrays, cases: np.ndarray, starts: np.ndarray, *, goal: int, end: Sequence[int] = ()
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell what became of each journey, when, and at which event.

    Parameters
    ----------
    arrays, cases, starts, goal, end
        As for `of`.

    Returns
    -------
    kinds : numpy.ndarray
        `GOAL`, `OTHER_END` or `STILL_OPEN`, shape (journeys,).
    durations : numpy.ndarray
        Microseconds from the start, int64.
    places : numpy.ndarray
        The event that completed it; of one that is still open, any of its events.
    """
    stops = np.isin(arrays.codes, [goal, *end])
    unread = _unread_between(arrays, starts)
    found, reached = _first(stops | unread, starts, arrays.offsets[cases + 1])
    known_until = _known_until(arrays, cases, starts)
    until = np.minimum(np.where(reached, arrays.times[found], known_until), known_until)
    ended = reached & stops[found] & ~unread[found] & (arrays.times[found] <= known_until)
    kinds = np.where(ended, np.where(arrays.codes[found] == goal, GOAL, OTHER_END), STILL_OPEN)
    return kinds, until - arrays.times[starts], found


def _first(stops: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the first stop from each start on, and tell whether it comes before the end of the case."""
    places = np.append(np.flatnonzero(stops), len(stops))
    found = places[np.searchsorted(places[:-1], starts)]
    reached = found < ends
    return np.where(reached, found, starts), reached


def _unread_between(arrays: Arrays, starts: np.ndarray) -> np.ndarray:
    """Tell which events something unread comes before, unless they are starts themselves."""
    unread = np.zeros(len(arrays.times), bool) if arrays.after_unread is None else arrays.after_unread.copy()
    unread[starts] = False
    return unread


def _known_until(arrays: Arrays, cases: np.ndarray, starts: np.ndarray) -> np.ndarray:
    ends = arrays.source_ends[arrays.source_codes[starts]]
    ends = np.where(arrays.case_known[cases], ends, arrays.times[arrays.lasts[cases]])
    return np.maximum(ends, arrays.times[starts])
