"""The layout of a journey map: where touchpoints stand and which way paths run, whatever draws them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log
from typing import Any, Final

from journeymine.draw.geometry import Geometry
from journeymine.draw.layers import Layers, arrange
from journeymine.draw.shapes import Box, Direction, Footprint, Layout, Route

__all__ = ["Box", "Direction", "Footprint", "Layout", "Route", "lay_out", "layers_of"]

_ASPECT: Final = 1.5  # of a page that lies
_PAGE: Final = 1_000.0  # its width


def lay_out(
    footprints: Mapping[Direction, Mapping[str, Footprint]],
    weights: Mapping[tuple[str, str], float],
    *,
    thickness: Mapping[tuple[str, str], float] | None = None,
    labels: Mapping[tuple[str, str], tuple[float, float]] | None = None,
    layers: Layers | None = None,
    head: float = 6.0,
) -> Layout:
    """Lay out a journey map in layers.

    Parameters
    ----------
    footprints
        For each direction that may be chosen, the room of every touchpoint.
    weights
        How often each path is made; one of a touchpoint to itself is left out.
    thickness
        Of each path's line; by default 1.
    labels
        Width and height of labels that must find room between layers.
    layers
        In which touchpoints and paths stand, numbered as in `layers_of`; by default they are found.
    head
        Length of the arrows' heads.

    Returns
    -------
    Layout
        In the direction that fits a page better. No path runs through a box. The same for the same input.

    Examples
    --------
    >>> room = {name: Footprint(60, 30) for name in ("visit", "buy")}
    >>> found = lay_out({"right": room}, {("visit", "buy"): 12})
    >>> found.boxes["visit"].x < found.boxes["buy"].x
    True
    """
    names = list(next(iter(footprints.values())))
    if not names:
        return Layout({}, {}, next(iter(footprints)), (0.0, 0.0, 0.0, 0.0), 0)
    number = {name: place for place, name in enumerate(names)}
    edges = _numbered({edge: weight for edge, weight in weights.items() if edge[0] != edge[1]}, number)
    layers = layers or arrange(len(names), edges)
    lines = dict.fromkeys(edges, 1.0) | _numbered(thickness or {}, number)
    sizes = _numbered(labels or {}, number)
    candidates = [
        Geometry(layers, direction, [room[name] for name in names], lines, sizes)
        for direction, room in footprints.items()
    ]
    best = min(candidates, key=lambda geometry: _misfit(*geometry.size))
    return best.layout(names, edges, head)


def layers_of(
    names: Sequence[str], weights: Mapping[tuple[str, str], float], main: Collection[tuple[str, str]] = ()
) -> Layers:
    """Put touchpoints into layers.

    Parameters
    ----------
    names
        Of the touchpoints; their places are their numbers.
    weights
        How often each path is made, between different touchpoints.
    main
        Paths that are crossed less than others.

    Returns
    -------
    Layers
        The same for the same input.
    """
    number = {name: place for place, name in enumerate(names)}
    return arrange(len(names), _numbered(weights, number), [(number[u], number[v]) for u, v in main])


def _misfit(width: float, height: float) -> float:
    """Tell how badly a shape fits a page; what is too wide must shrink, what is too high can be scrolled."""
    return abs(log(width / height / _ASPECT)) + 2 * max(log(width / _PAGE), 0.0)


def _numbered(facts: Mapping[tuple[str, str], Any], number: Mapping[str, int]) -> dict[tuple[int, int], Any]:
    return {(number[source], number[target]): fact for (source, target), fact in facts.items()}
