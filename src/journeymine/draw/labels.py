"""Places for the labels of paths: near their line, over no other text and no touchpoint."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np

__all__ = ["Label", "place_labels"]

Key = TypeVar("Key", bound=Hashable)

_STEP: Final = 4.0  # points between samples of a line
_SHARES: Final = np.array([0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.15, 0.85])
_SIDES: Final = ((0.0, 0.0), (1.0, 0.8), (-1.0, 1.2), (1.8, 4.0), (-1.8, 4.0))  # distance from the line, and its cost
_THIN: Final = 2.6  # a label on a thicker line would hide it
_CROWDED: Final = 3  # samples of other lines under a label


class Label(NamedTuple):
    """A label's place.

    Attributes
    ----------
    x, y
        Its centre.
    on_line
        Whether it stands on its line, which must then be interrupted.
    """

    x: float
    y: float
    on_line: bool


class _Ink(NamedTuple):
    """Samples of all lines: where they are, how far their line reaches from there, and whose they are."""

    points: np.ndarray
    reach: np.ndarray
    owner: np.ndarray


class _Candidates(NamedTuple):
    """Places that a label may have: centres and corners, whether they are on the line, what they cost."""

    centres: np.ndarray
    low: np.ndarray
    high: np.ndarray
    on_line: np.ndarray
    cost: np.ndarray


def place_labels(
    lines: Mapping[Key, np.ndarray],
    sizes: Mapping[Key, tuple[float, float]],
    thickness: Mapping[Key, float],
    taken: Sequence[tuple[float, float, float, float]],
    *,
    must: frozenset[Key] = frozenset(),
) -> dict[Key, Label]:
    """Find a free place for each label, the first ones first.

    Parameters
    ----------
    lines
        Points of every line, each of shape (n, 2).
    sizes
        Width and height of each label, most important first.
    thickness
        Of each line.
    taken
        Left, top, right and bottom of what no label may cover.
    must
        Labels that may cover other lines where it is crowded; others are left out there.

    Returns
    -------
    dict
        No label overlaps another one or what is taken.
    """
    spaced = {key: _evenly(points) for key, points in lines.items()}
    number = {key: place for place, key in enumerate(spaced)}
    ink = _ink(spaced, thickness)
    boxes, found = [tuple(box) for box in taken], {}
    for key, size in sizes.items():
        candidates = _candidates(spaced[key], size, thickness[key])
        free = _free(candidates, np.array(boxes, float).reshape(-1, 4))
        covered = _covered(candidates, ink, number[key])
        chosen = _best(candidates, free, covered, most=np.inf if key in must else _CROWDED)
        if chosen is not None:
            found[key] = chosen
            boxes.append(_around(chosen, size))
    return found


def _evenly(points: np.ndarray) -> np.ndarray:
    steps = np.hypot(*np.diff(points, axis=0).T)
    run = np.concatenate(([0.0], np.cumsum(steps)))
    at = np.linspace(0, run[-1], max(int(run[-1] / _STEP), 2) + 1)
    return np.stack([np.interp(at, run, points[:, axis]) for axis in (0, 1)], axis=1)


def _ink(spaced: Mapping[Key, np.ndarray], thickness: Mapping[Key, float]) -> _Ink:
    if not spaced:
        return _Ink(np.empty((0, 2)), np.empty(0), np.empty(0, int))
    sizes = [len(line) for line in spaced.values()]
    lines = np.array([thickness[key] for key in spaced])
    reach = np.repeat(lines / 2 - 0.5, sizes)
    for back in (1, 2):  # where the arrow's head is
        reach[np.cumsum(sizes) - back] = 0.62 * lines + 1.7
    return _Ink(np.concatenate(list(spaced.values())), reach, np.repeat(np.arange(len(sizes)), sizes))


def _around(label: Label, size: tuple[float, float]) -> tuple[float, float, float, float]:
    return (label.x - size[0] / 2, label.y - size[1] / 2, label.x + size[0] / 2, label.y + size[1] / 2)


def _candidates(line: np.ndarray, size: tuple[float, float], thickness: float) -> _Candidates:
    """Give places on the line and on both sides of it, those near its middle cheaper."""
    at = np.clip((_SHARES * (len(line) - 1)).round().astype(int), 1, len(line) - 2)
    along = line[at + 1] - line[at - 1]
    along = along / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1)
    normal = np.where(normal[:, 1:] > 0, -normal, normal)  # upwards
    half = np.array(size) / 2
    reach = thickness / 2 + 2 + np.abs(normal) @ half
    hides = thickness > _THIN or _STEP * (len(line) - 1) < 3.5 * size[0]
    prices = [2.5 if hides and not factor else price for factor, price in _SIDES]
    centres = np.concatenate([line[at] + factor * reach[:, None] * normal for factor, _ in _SIDES])
    on_line = np.repeat([factor == 0 for factor, _ in _SIDES], len(_SHARES))
    cost = np.concatenate([price + 3 * np.abs(_SHARES - 0.5) for price in prices])
    return _Candidates(centres, centres - half, centres + half, on_line, cost)


def _free(candidates: _Candidates, boxes: np.ndarray) -> np.ndarray:
    """Tell which candidates overlap no box."""
    starts_before = candidates.low[:, None] < boxes[None, :, 2:]
    ends_after = candidates.high[:, None] > boxes[None, :, :2]
    return ~np.any(np.all(starts_before & ends_after, axis=2), axis=1)


def _covered(candidates: _Candidates, ink: _Ink, own: int) -> np.ndarray:
    """Count the samples of lines under each candidate; one on its own line may cover that."""
    low, high = candidates.low.min(axis=0) - 9, candidates.high.max(axis=0) + 9
    near = ((ink.points >= low) & (ink.points <= high)).all(axis=1)
    points, reach, mine = ink.points[near], ink.reach[near], ink.owner[near] == own
    under = ~(mine & candidates.on_line[:, None])
    for axis in (0, 1):
        under &= points[:, axis] > candidates.low[:, axis, None] - reach
        under &= points[:, axis] < candidates.high[:, axis, None] + reach
    return under.sum(axis=1)


def _best(candidates: _Candidates, free: np.ndarray, covered: np.ndarray, *, most: float) -> Label | None:
    cost = np.where(free, candidates.cost + 0.8 * covered, np.inf)
    best = int(cost.argmin())
    if not free[best] or covered[best] > most:
        return None
    x, y = candidates.centres[best].tolist()
    return Label(x, y, bool(candidates.on_line[best]))
