"""What a report is asked, and the answers that several of its sections share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from journeymine.analytics.funnel import Funnel, funnel
from journeymine.analytics.journey_map import JourneyMap, mapped
from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.graph.journey import journey_graph
from journeymine.log.eventlog import EventLog
from journeymine.reporting.language import Language
from journeymine.reporting.shown_graph import shown_graph
from journeymine.reporting.small_groups import Shown, shown_steps, small_segments
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Question"]


@dataclass(frozen=True, eq=False)
class Question:
    """What a report is asked.

    Attributes
    ----------
    log
        A log or a summary.
    goal, end, within, steps, by, title
        As `report` takes them.
    least
        What fewer customers did is not shown.
    language
        What the report says it in.
    """

    log: EventLog | Summary
    goal: str | None
    end: tuple[str, ...]
    within: Duration | None
    steps: tuple[str, ...] | None
    by: str | None
    title: str
    least: int
    language: Language

    @cached_property
    def summary(self) -> Summary:
        """The summary that all answers come from."""
        return self.log if isinstance(self.log, Summary) else summarise(self.log)

    @property
    def options(self) -> dict[str, Any]:
        """Goal, ends and window, as analyses take them."""
        return {"goal": self.goal, "end": self.end, "within": self.within}

    @property
    def is_small(self) -> bool:
        """Whether all customers together are too few; those of whom nobody is known count one a journey."""
        visitors = self.summary.overall("visits")["customers"].max(initial=0)
        return 0 < max(self.summary.num_customers, visitors) < self.least

    @cached_property
    def shown(self) -> Shown:
        """The touchpoints and steps that may be shown."""
        return shown_steps(self.log, self.summary, least=self.least)

    @cached_property
    def all_graph(self) -> nx.DiGraph:
        """The journey graph, with what may not be shown."""
        return journey_graph(self.summary, **self.options)

    @cached_property
    def graph(self) -> nx.DiGraph:
        """The part of the journey graph that may be shown."""
        return shown_graph(self.all_graph, self.shown, least=self.least)

    @cached_property
    def map(self) -> JourneyMap:
        """The map of what may be shown."""
        steps = 0 if self.is_small else sum(count for *_, count in self.all_graph.edges(data="count"))
        return mapped(self.graph, num_steps=steps)

    @cached_property
    def funnel(self) -> Funnel | None:
        """The funnel, if one was asked for."""
        return None if self.steps is None else funnel(self.log, self.steps)

    @cached_property
    def segmented(self) -> EventLog | None:
        """The log in whose column `by` segments of too few customers stand together, if there is one to compare."""
        if self.by is None:
            return None
        if isinstance(self.log, Summary):
            raise OptionError("a summary does not know which customer made which journey: to compare, give the log")
        small = small_segments(self.log, self.by, least=self.least)
        other = self.language.text("segments.other")
        return self.log.rename(dict.fromkeys(small, other), column=self.by) if small else self.log

    def fits(self, count: int, others: list[int]) -> bool:
        """Tell whether a number of journeys may stand beside others, each of which holds it or is held by it.

        Parameters
        ----------
        count
            Journeys.
        others
            The numbers beside it.

        Returns
        -------
        bool
            Whether it, and its difference to each of the others, is none or at least that of a group to be shown.
        """
        return all(gap == 0 or gap >= self.least for gap in (count, *(abs(other - count) for other in others)))
