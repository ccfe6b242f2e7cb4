"""Numbers of a report's tables, each said in the report's language."""

from __future__ import annotations

from collections.abc import Callable

from journeymine.reporting.language import Language
from journeymine.reporting.tables import Number

__all__ = ["Said"]


class Said:
    """Makes the numbers of tables.

    Parameters
    ----------
    language
        What they are said in.
    """

    def __init__(self, language: Language):
        self._language = language

    def count(self, value: float | None) -> Number:
        """Say a count.

        Parameters
        ----------
        value
            The count, or None.

        Returns
        -------
        Number
            A dash for None.
        """
        return Number(self._language.count(value), value)

    def share(self, value: float | None) -> Number:
        """Say a share.

        Parameters
        ----------
        value
            In [0, 1], or None.

        Returns
        -------
        Number
            In percent.
        """
        return Number(self._language.share(value), value)

    def duration(self, seconds: float | None) -> Number:
        """Say a duration.

        Parameters
        ----------
        seconds
            The duration, or None.

        Returns
        -------
        Number
            With its unit.
        """
        return Number(self._language.duration(seconds), seconds)

    def reach(self, low: float | None, high: float | None) -> Number:
        """Say an interval of shares.

        Parameters
        ----------
        low, high
            Its ends, or None.

        Returns
        -------
        Number
            Sorted by its low end.
        """
        return self._between(low, high, self._language.share)

    def span(self, low: float | None, high: float | None) -> Number:
        """Say an interval of durations.

        Parameters
        ----------
        low, high
            Its ends in seconds, or None.

        Returns
        -------
        Number
            Sorted by its low end.
        """
        return self._between(low, high, self._language.duration)

    def _between(self, low: float | None, high: float | None, say: Callable[[float | None], str]) -> Number:
        if low is None or high is None:
            return Number(say(None), None)
        shown, unit = say(low), say(high).partition(" ")[2]
        return Number(self._language.text("page.to", low=shown.removesuffix(f" {unit}"), high=say(high)), low)
