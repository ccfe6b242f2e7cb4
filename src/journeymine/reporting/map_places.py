"""Where everything of one level of the interactive map stands, in whole tenths of a point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from journeymine.draw.layout import Route
from journeymine.draw.plan import MapPlan

__all__ = ["places"]

_MARGIN: Final = 8.0
_UNIT: Final = 10  # to the point


def places(plan: MapPlan, number: Mapping[str, int]) -> dict[str, Any]:
    """Give the places of a level.

    Parameters
    ----------
    plan
        The map, at this level.
    number
        Number of each touchpoint.

    Returns
    -------
    dict
        ``size`` (how many paths), ``down`` (whether journeys run down, not to the right), ``bounds`` (left, top, width,
        height), ``boxes`` (seven numbers each: touchpoint, centre, width and height, room before and after it for what
        is written there), and for each path, in the order of the slider, its ``routes`` (data of an SVG path; empty for
        a touchpoint to itself), its ``tips`` (two numbers) and its ``labels`` (centre, whether it stands on the line,
        and the room it has; empty for none); ``back`` are the numbers of the paths that are steps back.
    """
    paths, routes = plan.selection.paths, plan.layout.routes
    left, top, right, bottom = plan.layout.bounds
    bounds = (left - _MARGIN, top - _MARGIN, right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN)
    return {
        "size": len(paths),
        "down": plan.layout.direction == "down",
        "bounds": _tenths(bounds),
        "boxes": [value for name in plan.touchpoints for value in (number[name], *_box(plan, name))],
        "routes": [_drawn(routes[path].points) if path in routes else "" for path in paths],
        "tips": [value for path in paths for value in _tenths(routes[path].tip if path in routes else (0, 0))],
        "labels": [_label(plan, path) for path in paths],
        "back": [place for place, path in enumerate(paths) if _is_back(routes.get(path))],
    }


def _box(plan: MapPlan, name: str) -> list[int]:
    box = plan.layout.boxes[name]
    room = plan.touchpoints[name].footprint(plan.layout.direction)
    return _tenths((box.x, box.y, box.width, box.height, room.before, room.after))


def _label(plan: MapPlan, path: tuple[str, str]) -> list[int]:
    if path not in plan.labels:
        return []
    x, y, on_line = plan.labels[path]
    return [*_tenths((x, y)), int(on_line), *_tenths([plan.label_size(path)[0]])]


def _is_back(route: Route | None) -> bool:
    return route is not None and route.back


def _tenths(values: Iterable[float]) -> list[int]:
    return [round(_UNIT * value) for value in values]


def _drawn(points: np.ndarray) -> str:
    """Write cubic curves in steps from point to point; what runs straight is a line."""
    places = np.rint(_UNIT * points).astype(int)
    pieces = [f"M{places[0, 0]} {places[0, 1]}"]
    for start in range(0, len(places) - 1, 3):
        steps = places[start + 1 : start + 4] - places[start]
        dx, dy = steps[-1].tolist()
        if not steps[:, 0].any():
            pieces.append(f"v{dy}" if dy else "")
        elif not steps[:, 1].any():
            pieces.append(f"h{dx}")
        else:
            pieces.append("c" + " ".join(map(str, steps.ravel().tolist())))
    return "".join(pieces)
