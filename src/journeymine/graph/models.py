"""Process models by pm4py: the only module that imports it, inside functions, when asked."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.summary.summary import Summary, as_summary

if TYPE_CHECKING:
    from pm4py import Marking, PetriNet, ProcessTree

__all__ = ["Model", "discover", "variants_by_pm4py"]

METHODS: Final = ("inductive", "dfg")
MOST_VARIANTS: Final = 1_000
"""The inductive method takes no more variants than this by itself: beyond, it takes minutes."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A process model of journeys.

    Attributes
    ----------
    method
        ``"inductive"`` or ``"dfg"``.
    tree
        pm4py's process tree.
    activities
        The activities that occur in it, sorted.
    cases_used
        Journeys it was made from.
    share_used
        Of all journeys.
    """

    method: str
    tree: ProcessTree
    activities: tuple[str, ...]
    cases_used: int
    share_used: float

    @property
    def text(self) -> str:
        """The tree in one line: ``->`` is a sequence, ``X`` a choice, ``+`` in any order, ``*`` a loop, tau nothing."""
        return str(self.tree)

    def petri_net(self) -> tuple[PetriNet, Marking, Marking]:
        """Give the same model as a Petri net.

        Returns
        -------
        net : pm4py.PetriNet
            Its visible transitions are activities.
        initial, final : pm4py.Marking
            Where a journey begins, and where it is complete.
        """
        with _quiet():
            import pm4py

            return pm4py.convert_to_petri_net(self.tree)

    def __repr__(self) -> str:
        used = f"{self.cases_used:,} journeys ({self.share_used:.0%})"
        return f"<Model {self.method} · {len(self.activities)} activities · {used}>\n{self.text}"
