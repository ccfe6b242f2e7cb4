"""What every result is: frozen, with a table, a headline and a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Result", "percent"]


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
