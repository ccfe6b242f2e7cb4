"""Journeys laid over one another at a touchpoint: what came so many steps before and after it."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts

__all__ = ["BEGAN", "ENDED", "KEYS", "MEASURES", "OPEN", "of"]

KEYS = {"step": np.uint8, "activity": np.uint32, "next_activity": np.uint32, "group": np.uint8}
MEASURES = ("count",)

BEGAN, ENDED, OPEN = 0, 1, 2
_OTHERS = 2  # what is added to an activity's code, which counts from 1


def of(arrays: Arrays, cases: np.ndarray, anchors: np.ndarray, *, steps: int, is_open: np.ndarray) -> Counts:
    """Count what came at each step and what at the next, by customer group.

    Parameters
    ----------
    arrays
        A log.
    cases, anchors
        Journeys, and the event of each that they are laid over one another at, shape (journeys,).
    steps
        How many before it, and as many after it.
    is_open
        Whether each journey may go on after its last event, shape (journeys,).

    Returns
    -------
    Counts
        Additive over customers. ``step`` counts from 0, the first step before the anchor that is furthest from it;
        ``activity`` and ``next_activity`` are `BEGAN` before a journey's first event, `ENDED` or `OPEN` after its last
        one, else the activity's code and 2. What lies beyond something unread is not known: there a journey began, or
        is open.
    """
    places = anchors[:, None] + np.arange(-steps, steps + 1)
    last = len(arrays.times) - 1
    codes = np.append(arrays.codes, 0)[places.clip(0, last)].astype(KEYS["activity"]) + KEYS["activity"](_OTHERS)
    firsts, ends = _known(arrays, cases, anchors)
    closing = np.where(is_open | (ends < arrays.offsets[cases + 1]), OPEN, ENDED)
    codes = np.where(places < firsts[:, None], BEGAN, codes)
    codes = np.where(places >= ends[:, None], closing[:, None], codes)
    keys = {
        "step": np.tile(np.arange(2 * steps), len(cases)),
        "activity": codes[:, :-1].ravel(),
        "next_activity": codes[:, 1:].ravel(),
        "group": np.repeat(arrays.case_groups[cases], 2 * steps),
    }
    return Counts.of({name: values.astype(KEYS[name]) for name, values in keys.items()})


def _known(arrays: Arrays, cases: np.ndarray, anchors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the first event of each case that is known to lead to its anchor, and the end of those that follow it."""
    firsts, ends = arrays.firsts[cases], arrays.offsets[cases + 1]
    if arrays.after_unread is None:
        return firsts, ends
    breaks = np.flatnonzero(arrays.after_unread)
    before = np.append(-1, breaks)[np.searchsorted(breaks, anchors, side="right")]
    after = np.append(breaks, len(arrays.times))[np.searchsorted(breaks, anchors, side="right")]
    return np.maximum(firsts, before), np.minimum(ends, after)
