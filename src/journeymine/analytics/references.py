"""What a transition should take: a target, its own median, what it took elsewhere, or in the best segment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from journeymine.analytics.passes import PAIR, Passes
from journeymine.durations import Duration, to_microseconds
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.beyond import Beyond
from journeymine.summary.estimates import Side
from journeymine.summary.summary import Summary

__all__ = ["BEST", "ENOUGH", "Given", "Reference", "reference_of"]

Given = Duration | EventLog | Summary | Literal["best segment"] | None

BEST: Final = "best segment"
"""The reference that is the segment with the smallest median."""

ENOUGH: Final = 30
"""Passes, on both sides, from which on a transition is tested, and from which on a segment can be the best."""


@dataclass(frozen=True)
class Reference:
    """What each transition should take.

    Attributes
    ----------
    seconds, low, high
        The reference and its interval, shape (transitions,).
    limits
        What few passes should be above, seconds: the target, or what nine in ten passes stay below where the reference
        comes from; not a number where there is no such thing.
    other
        Passes above the limit where the reference comes from; None where it comes from nowhere else.
    choices
        From how many segments the best was chosen, shape (transitions,).
    best
        Name of the best segment of each transition.
    """

    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray
    limits: np.ndarray
    other: Side | None = None
    choices: np.ndarray | int = 1
    best: list[str | None] | None = None


def reference_of(passes: Passes, other: Passes | None, given: Given, confidence: float) -> Reference:
    """Give what each transition should take.

    Parameters
    ----------
    passes
        The transitions.
    other
        Passes elsewhere, such as in an earlier period, if they are the reference.
    given
        The reference as `journeymine.delays` takes it.
    confidence
        Of the interval of medians.

    Returns
    -------
    Reference
        Of all transitions.

    Raises
    ------
    OptionError
        If the best segment is asked for, but there are no segments.
    DurationError
        If it is no reference at all.
    """
    if given == BEST and not passes.is_by_segment:
        raise OptionError(f"reference={BEST!r} needs by=, the column of the segments")
    if given == BEST:
        return _within_best(passes, confidence)
    if given is None or isinstance(given, EventLog | Summary):
        return _own(passes, confidence) if other is None else _elsewhere(passes, other, confidence)
    seconds = np.full(len(passes.pairs), to_microseconds(given) / 1e6)
    return Reference(seconds, seconds, seconds, seconds)


def _own(passes: Passes, confidence: float) -> Reference:
    """Take each transition's own median, without a limit."""
    interval = passes.times.quantile_interval(0.5, confidence)
    return Reference(passes.medians, *interval, np.full(len(passes.medians), np.nan))


def _elsewhere(passes: Passes, other: Passes, confidence: float) -> Reference:
    """Take what the same transitions took elsewhere; its own median where one does not occur there."""
    known = {pair: place for place, pair in enumerate(other.pairs)}
    return _taken(passes, other, np.array([known.get(pair, -1) for pair in passes.pairs], np.int64), confidence)


def _within_best(passes: Passes, confidence: float) -> Reference:
    """Take what each transition took in the segment with the smallest median of enough passes."""
    _, pairs = np.unique(np.stack([passes.times.kind(name) for name in PAIR]), axis=1, return_inverse=True)
    enough = np.flatnonzero(passes.times.totals >= ENOUGH)
    order = enough[np.lexsort((passes.medians[enough], pairs[enough]))]
    of_pair, first, choices = np.unique(pairs[order], return_index=True, return_counts=True)
    best = np.full((2, int(pairs.max(initial=0)) + 1), -1)
    best[:, of_pair] = order[first], choices
    places, choices = best[:, pairs]
    segments = passes.labels("segment")
    named = [segments[place] if place >= 0 else None for place in places.tolist()]
    return replace(_taken(passes, passes, places, confidence), choices=choices, best=named)


def _taken(passes: Passes, other: Passes, places: np.ndarray, confidence: float) -> Reference:
    """Take the reference of each transition from some place elsewhere; -1 for nowhere."""
    side = Beyond.of(other.times, other.p90s).side
    theirs = _own(other, confidence)
    mine = theirs if passes is other else _own(passes, confidence)
    seconds, low, high = (
        np.where(places >= 0, _at(getattr(theirs, name), places, np.nan), getattr(mine, name))
        for name in ("seconds", "low", "high")
    )
    moved = Side(
        _at(side.values, places, np.nan),
        _at(side.left_out, places, 0.0),
        _at(side.sizes, places, 0.0),
        _at(side.parts, places, 1.0),
    )
    return Reference(seconds, low, high, _at(other.p90s, places, np.nan), moved)


def _at(values: np.ndarray, places: np.ndarray, nothing: float) -> np.ndarray:
    """Give the rows at some places; a row of nothing for the place -1."""
    return np.concatenate((values, np.full((1, *values.shape[1:]), nothing)))[places]
