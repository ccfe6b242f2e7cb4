"""What every result is: frozen, with a table, a headline and a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from html import escape
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from journeymine.log.eventlog import EventLog

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Log = TypeVar("Log")
Options = ParamSpec("Options")
Answer = TypeVar("Answer", bound="Result")

__all__ = ["Result", "of_selection", "percent"]


@dataclass(frozen=True, eq=False, repr=False)
class Result(ABC):
    """The answer to one question.

    Attributes
    ----------
    table
        The answer, tidy, with units in the column names.
    base
        What it rests on, in a sentence: how many visits, journeys or customers, which window, which assumption.
    """

    table: pd.DataFrame
    base: str

    @property
    @abstractmethod
    def headline(self) -> str:
        """The answer in one sentence."""

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the answer.

        Parameters
        ----------
        ax
            Where; by default a new figure of fitting size.

        Returns
        -------
        matplotlib.axes.Axes
            The drawing.
        """
        return self._draw(ax)

    @abstractmethod
    def _draw(self, ax: Axes | None) -> Axes:
        """Draw the answer in the way that suits it."""

    def __repr__(self) -> str:
        return f"{self.headline}\n{self.base}\n\n{self.table.to_string(index=False, max_rows=20)}"

    def _repr_html_(self) -> str:
        table = self.table.to_html(index=False, max_rows=20)
        return f"<p><strong>{escape(self.headline)}</strong><br>{escape(self.base)}</p>{table}"


def of_selection(question: Callable[Concatenate[Log, Options], Answer]) -> Callable[Concatenate[Log, Options], Answer]:
    """Let the base of an answer say what was chosen from the log before it was asked.

    Parameters
    ----------
    question
        A function that takes a log, or a summary, which does not remember what its log was chosen from.

    Returns
    -------
    callable
        The function, whose results say it.
    """

    @wraps(question)
    def asked(log: Log, *arguments: Options.args, **options: Options.kwargs) -> Answer:
        answer = question(log, *arguments, **options)
        filters = log.filters if isinstance(log, EventLog) else ()
        return replace(answer, base=f"{answer.base} Chosen: {'. '.join(filters)}.") if filters else answer

    return asked


def percent(share: float) -> str:
    """Say a share as a person reads it.

    Parameters
    ----------
    share
        In [0, 1].

    Returns
    -------
    str
        Such as ``"12 %"``, with a decimal below ten; a dash where there is no number.

    Examples
    --------
    >>> percent(0.123), percent(0.0123)
    ('12 %', '1.2 %')
    """
    if share != share:
        return "–"
    return f"{share:.0%}".replace("%", " %") if share >= 0.0995 or share == 0 else f"{share:.1%}".replace("%", " %")
