"""The report: all answers about a log in one file that opens from disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from journeymine.durations import Duration
from journeymine.errors import OptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.store import write_text
from journeymine.reporting.content import Question, content
from journeymine.reporting.page import page
from journeymine.summary.summary import Summary

__all__ = ["Report", "report"]


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """All answers about a log: to be read as a page, or by a program.

    Attributes
    ----------
    content
        Findings, journey map, variants, drop-off, delays, funnel, account of rows, assumptions and definitions.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> report(log, goal="buy", title="Orders, May")
    <Report “Orders, May”: 1 finding>
    """

    content: dict[str, Any]

    @property
    def findings(self) -> list[str]:
        """What stands out, in sentences, the most important first."""
        return list(self.content["findings"])

    def to_dict(self) -> dict[str, Any]:
        """Give the content, to be changed at will: text, finite numbers, None, lists and dicts."""
        return deepcopy(self.content)

    def to_html(self) -> str:
        """Give the page: one HTML document without scripts that asks for nothing from elsewhere."""
        return page(self.content)

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
        path = Path(path)
        if path.suffix not in (".html", ".json"):
            raise OptionError(f"cannot tell the format of {path.name!r}: end it in '.html' or '.json'")
        if path.suffix == ".html":
            return write_text(self.to_html(), path)
        return write_text(json.dumps(self.content, ensure_ascii=False, allow_nan=False, indent=1) + "\n", path)

    def __repr__(self) -> str:
        found = len(self.findings)
        return f"<Report “{self.content['title']}”: {found} finding{'' if found == 1 else 's'}>"

    def _repr_html_(self) -> str:
        found = "".join(f"<li>{escape(text)}</li>" for text in self.findings)
        return f"<h3>{escape(self.content['title'])}</h3><ol>{found}</ol>{self.content['map']['svg']}"


def report(
    log: EventLog | Summary,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    steps: Sequence[str] | None = None,
    title: str | None = None,
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
    title
        What stands above it.
    min_customers
        Touchpoints and transitions of fewer customers, and courses taken by fewer journeys, are not shown one by one
        but counted together.

    Returns
    -------
    Report
        Aggregates only: no customer, no case, and no time but the days between which the log lies.

    Raises
    ------
    UnknownActivityError
        If `goal`, an `end` or a step never occurs; the message names the closest activities.
    WindowError
        If `within` is longer than 0.7 of the time the log covers.
    OptionError
        If `min_customers` is less than 1.

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
    ends = (end,) if isinstance(end, str) else tuple(end)
    asked = None if steps is None else tuple(steps)
    return Report(content(Question(log, goal, ends, within, asked, title or "Customer journeys", min_customers)))
