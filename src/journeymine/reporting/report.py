"""The report: all answers about a log in one file that opens from disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Literal

from journeymine.analytics.journey_map import JourneyMap
from journeymine.draw.files import map_svg
from journeymine.draw.plan import MapPlan
from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.store import with_ending, write_text
from journeymine.reporting.content import content
from journeymine.reporting.language import language as language_of
from journeymine.reporting.map_data import map_data
from journeymine.reporting.page import page
from journeymine.reporting.question import Question
from journeymine.reporting.segments import segment_maps
from journeymine.summary.summary import Summary
from journeymine.wording import counted

__all__ = ["ENDINGS", "Report", "report"]

ENDINGS = (".html", ".json")
"""The endings of files that hold a report."""


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """All answers about a log: to be read as a page, or by a program.

    Attributes
    ----------
    content
        Findings, journey map, variants, drop-off, delays, switches, funnel, segments, account of rows, assumptions and
        definitions.
    map
        The journey map, as far as it may be shown.
    segment_maps
        Its like for each segment, if segments are compared.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> report(log, goal="buy", title="Orders, May", min_customers=1)
    <Report “Orders, May”: 2 findings>
    """

    content: dict[str, Any]
    map: JourneyMap
    segment_maps: dict[str, JourneyMap]

    @property
    def findings(self) -> list[str]:
        """What stands out, in sentences, the most important first."""
        return [finding["text"] for finding in self.content["findings"]]

    def to_dict(self) -> dict[str, Any]:
        """Give the content, to be changed at will: text, finite numbers, None, lists and dicts."""
        return deepcopy(self.content)

    def to_html(self) -> str:
        """Give the page: one HTML document that asks for nothing from elsewhere."""
        data = map_data(
            self.map,
            least=self.content["min_customers"],
            segments=self.segment_maps,
            channels=self.content["log"]["channels"],
        )
        return page(self.content, self._drawing, data)

    @cached_property
    def _drawing(self) -> str:
        """The map as SVG, without the touchpoints that no path leads to."""
        import networkx as nx

        graph = self.map.graph
        linked = graph.subgraph(set(graph) - set(nx.isolates(graph))) if graph.number_of_edges() else graph
        return map_svg(MapPlan(linked), themed=True)

    def write(self, path: str | Path) -> Path:
        """Write the report to a file, whole or not at all.

        Parameters
        ----------
        path
            Ends in ``.html`` or ``.json``.

        Returns
        -------
        pathlib.Path
            The file; the same bytes for the same log and questions.

        Raises
        ------
        OptionError
            If the ending is neither.
        """
        path = with_ending(path, *ENDINGS)
        if path.suffix == ".html":
            return write_text(self.to_html(), path)
        return write_text(json.dumps(self.content, ensure_ascii=False, allow_nan=False, indent=1) + "\n", path)

    def __repr__(self) -> str:
        return f"<Report “{self.content['title']}”: {counted(len(self.findings), 'finding')}>"

    def _repr_html_(self) -> str:
        found = "".join(f"<li>{escape(text)}</li>" for text in self.findings)
        return f"<h3>{escape(self.content['title'])}</h3><ol>{found}</ol>{self._drawing}"


def report(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    steps: Sequence[str] | None = None,
    by: str | None = None,
    title: str | None = None,
    language: Literal["en", "nl"] = "en",
    min_customers: int = 10,
) -> Report:
    """Answer everything about a log in one report.

    Parameters
    ----------
    log
        A log; or a summary, of which the report then cannot tell what became of the rows read.
    goal, end
        Activities that complete a journey, with and without success.
    within
        Window of the drop-off, by default as in `dropoff`.
    steps
        Activities of a funnel, at least two; by default there is no funnel.
    by
        A column whose value in a journey's first event is its segment, to compare segments; by default none are.
    title
        What stands above it.
    language
        English or Dutch, ``"nl"``.
    min_customers
        What fewer customers did is not shown but counted together with others, nor is what would give it away by
        subtraction.

    Returns
    -------
    Report
        Aggregates only: no customer, no case, and no time but the days between which the log lies.

    Raises
    ------
    UnknownActivityError, UnknownColumnError, UnknownOptionError
        If `goal`, an `end`, a step, the column `by` or the language does not exist; the message names the closest.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    OptionError
        If `min_customers` is less than 1, or segments of a summary are to be compared.

    Notes
    -----
    A touchpoint, a step from one to the next, a course or a segment is shown where it is that of enough customers. The
    steps are a table whose sums are known, so that more of it must be hidden: as little as is found by taking the
    smallest cell first, until in no row and column too few customers are hidden and no hidden cell follows from the
    sums [1]_. Courses are hidden until the others leave of no step only few passes. Estimates that are corrected for
    open journeys are no counts, and not held to these rules unless they tell of too few themselves.

    References
    ----------
    .. [1] Gusfield (1988), A graph theoretic approach to statistical data security, SIAM J. Computing 17(3).

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> report(log, goal="buy", min_customers=1).write(tmp / "orders.html").name
    'orders.html'
    """
    if min_customers < 1:
        raise OptionError(f"min_customers must be 1 or more, not {min_customers!r}")
    said = language_of(language)
    ends = (end,) if isinstance(end, str) else tuple(end)
    asked = None if steps is None else tuple(steps)
    titled = title or said.text("page.title")
    question = Question(log, goal, ends, within, asked, by, titled, min_customers, said)
    return Report(content(question), question.map, segment_maps(question))
