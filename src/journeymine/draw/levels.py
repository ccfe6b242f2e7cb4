"""The levels of detail of a map that somebody moves through: from few paths to many, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from journeymine.draw.plan import MapPlan
from journeymine.draw.selection import EVER_PATHS, Selection, select

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Levels"]

_FEWEST: Final = 6  # paths
_STEP: Final = 1.5  # from one level to the next

Edge = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Levels:
    """A map at several levels of detail.

    All levels have the order of the fullest one, so that touchpoints keep their places among the others.

    Attributes
    ----------
    graph
        A journey graph.
    """

    graph: nx.DiGraph

    @cached_property
    def start(self) -> int:
        """How many paths the usual map shows."""
        return len(select(self.graph).paths)

    @cached_property
    def paths(self) -> list[Edge]:
        """All paths that can be shown: those of the usual map first, in each part the most frequent first."""
        usual, most = select(self.graph).paths, select(self.graph, EVER_PATHS).paths
        known = set(usual)
        return [*usual, *(path for path in most if path not in known)]

    @cached_property
    def sizes(self) -> list[int]:
        """Paths of each level, fewest first; the usual map is one of them."""
        sizes, size = {self.start, len(self.paths)}, float(self.start)
        while (size := size / _STEP) >= _FEWEST:
            sizes.add(round(size))
        size = float(self.start)
        while 0 < (size := size * _STEP) < len(self.paths) / _STEP**0.5:
            sizes.add(round(size))
        return sorted(sizes)

    @cached_property
    def plans(self) -> list[MapPlan]:
        """The map at each level."""
        usual_paths = tuple(self.paths[: self.start])
        fullest = MapPlan(self.graph, shown=self._shown(len(self.paths)), main=usual_paths)
        usual = MapPlan(self.graph, shown=self._shown(self.start), within=fullest)
        kept = (usual.layout.direction,)
        return [MapPlan(self.graph, shown=self._shown(size), within=fullest, directions=kept) for size in self.sizes]

    def _shown(self, size: int) -> Selection:
        """Choose the first paths and their touchpoints, and touchpoints that have no path at all."""
        paths = self.paths[:size]
        linked = {name for path in self.paths for name in path}
        on_them = {name for path in paths for name in path}
        everybody = select(self.graph, EVER_PATHS).touchpoints
        return Selection([name for name in everybody if name in on_them or name not in linked], paths)
