"""Attempts: how far journeys get through steps, from every event that could be the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

__all__ = ["Attempts", "attempts", "attempts_in_any_order"]

_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Attempts:
    """Ways through steps.

    Attributes
    ----------
    cases
        Case of each attempt, int64, shape (attempts,).
    places
        Event at which each step was reached, int64, shape (attempts, steps); the number of events where it was not.
        A step is reached only if those before it are.
    times
        When, in microseconds, same shape.
    """

    cases: np.ndarray
    places: np.ndarray
    times: np.ndarray

    @cached_property
    def depths(self) -> np.ndarray:
        """How many steps each attempt reached, shape (attempts,)."""
        return (self.times < _EVER).sum(axis=1)

    def first_of_each_case(self) -> Attempts:
        """Keep each case's first attempt."""
        return self._taken(np.flatnonzero(np.diff(self.cases, prepend=-1)))

    def deepest_of_each_case(self) -> Attempts:
        """Keep each case's attempt that got furthest, the first of them."""
        if not len(self.cases):
            return self
        starts = np.flatnonzero(np.diff(self.cases, prepend=-1))
        deepest = np.maximum.reduceat(self.depths, starts)
        best = np.flatnonzero(self.depths == np.repeat(deepest, np.diff(starts, append=len(self.cases))))
        return self._taken(best[np.flatnonzero(np.diff(self.cases[best], prepend=-1))])

    def _taken(self, rows: np.ndarray) -> Attempts:
        return replace(self, cases=self.cases[rows], places=self.places[rows], times=self.times[rows])


@dataclass(frozen=True)
class _Way:
    """What an attempt may do: until which event and which time, and among which events of its own."""

    times: np.ndarray
    groups: np.ndarray | None
    ends: np.ndarray
    latest: np.ndarray

    def next(self, candidates: np.ndarray, after: np.ndarray, *, itself: bool = False) -> np.ndarray:
        """Find the first of some events, sorted by key, after (or at) each event; beyond all where there is none."""
        beyond = len(self.times)
        place = np.searchsorted(self.keys(candidates), self.keys(after), side="left" if itself else "right")
        found = _at(candidates, place, beyond)
        reached = (found < self.ends) & (_at(self.times, found, _EVER) <= self.latest)
        if self.groups is not None:
            reached &= _at(self.groups, found, -1) == _at(self.groups, after, -2)
        return np.where(reached, found, beyond)

    def keys(self, events: np.ndarray) -> np.ndarray:
        """Give numbers that order events by group, then time."""
        if self.groups is None:
            return events
        return np.where(
            events < len(self.times), _at(self.groups, events, 0) * np.int64(len(self.times)) + events, _EVER
        )


def _at(values: np.ndarray, places: np.ndarray, beyond: int) -> np.ndarray:
    """Give the values at some places, and another one for places beyond them."""
    if not len(values):
        return np.full(places.shape, beyond)
    return np.where(places < len(values), values.take(places, mode="clip"), beyond)


def attempts(
    events: np.ndarray,
    offsets: np.ndarray,
    times: np.ndarray,
    steps: Sequence[int],
    *,
    window: int | None = None,
    exclude: Sequence[int] = (),
    hold: np.ndarray | None = None,
) -> Attempts:
    """Follow every first step to the earliest next step, and so on.

    Parameters
    ----------
    events
        Activity codes, shape (events,).
    offsets
        First event of each case and the end of the last, int64, shape (cases + 1,).
    times
        Microseconds, int64, shape (events,).
    steps
        Codes of the steps.
    window
        Microseconds from the first step within which a step counts.
    exclude
        Codes that end an attempt.
    hold
        A value of each event, such as the product: the steps of an attempt have the same, and are none where it is -1.

    Returns
    -------
    Attempts
        By first step, in the order of events.
    """
    way, sorted_steps = _way(events, offsets, times, steps, exclude, hold)
    start = np.sort(sorted_steps[0])
    way = _from(way, start, events, offsets, window, exclude)
    path = [start]
    for candidates in sorted_steps[1:]:
        path.append(way.next(candidates, path[-1]))
    return _attempts(start, path, offsets, way.times)


def attempts_in_any_order(
    events: np.ndarray,
    offsets: np.ndarray,
    times: np.ndarray,
    steps: Sequence[int],
    *,
    window: int | None = None,
    exclude: Sequence[int] = (),
    hold: np.ndarray | None = None,
) -> Attempts:
    """Look, from every event that is one of the steps, for the others in whatever order they come.

    Parameters
    ----------
    events, offsets, times, steps, window, exclude, hold
        As for `attempts`.

    Returns
    -------
    Attempts
        A step is reached when it and those listed before it have all come.
    """
    way, sorted_steps = _way(events, offsets, times, steps, exclude, hold)
    start = np.sort(np.concatenate(sorted_steps))
    way = _from(way, start, events, offsets, window, exclude)
    each = np.stack([way.next(candidates, start, itself=True) for candidates in sorted_steps])
    return _attempts(start, list(np.maximum.accumulate(each)), offsets, way.times)


def _way(
    events: np.ndarray,
    offsets: np.ndarray,
    times: np.ndarray,
    steps: Sequence[int],
    exclude: Sequence[int],
    hold: np.ndarray | None,
) -> tuple[_Way, list[np.ndarray]]:
    """Give the events of each step, by held value and time; nothing bounds the attempts yet."""
    cases = np.arange(len(offsets) - 1)
    groups = None if hold is None else _by_value(np.repeat(cases, np.diff(offsets)), hold)
    way = _Way(times, groups, offsets[:0], times[:0])
    found = [np.flatnonzero((events == code) & (True if hold is None else hold >= 0)) for code in steps]
    return way, found if hold is None else [places[np.argsort(way.keys(places), kind="stable")] for places in found]


def _by_value(cases: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Give each value of each case a number."""
    order = np.lexsort((values, cases))
    new = (np.diff(cases[order], prepend=-1) != 0) | (np.diff(values[order], prepend=-2) != 0)
    groups = np.empty(len(order), np.int64)
    groups[order] = np.cumsum(new)
    return groups


def _from(
    way: _Way, start: np.ndarray, events: np.ndarray, offsets: np.ndarray, window: int | None, exclude: Sequence[int]
) -> _Way:
    """Bound attempts by the end of their case, the first event that excludes them, and the window."""
    ends = offsets[np.searchsorted(offsets, start, side="right")]
    barred = np.append(np.flatnonzero(np.isin(events, list(exclude))), len(events))
    ends = np.minimum(ends, barred[np.searchsorted(barred[:-1], start, side="right")])
    latest = np.full(len(start), _EVER - 1)
    if window is not None:
        latest = np.minimum(way.times[start], _EVER - 1 - window) + window
    return replace(way, ends=ends, latest=latest)


def _attempts(start: np.ndarray, path: list[np.ndarray], offsets: np.ndarray, times: np.ndarray) -> Attempts:
    places = np.stack(path, axis=1)
    cases = np.searchsorted(offsets, start, side="right") - 1
    return Attempts(cases, places, _at(times, places, _EVER))
