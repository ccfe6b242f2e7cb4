"""Threads: messages that answer one another, also where the first of them is missing."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Threads"]


class Threads:
    """Joins the messages that mention one another.

    Examples
    --------
    >>> threads = Threads()
    >>> threads.add(["a", "b"])
    >>> threads.add(["b", "c"])
    >>> threads.name("c")
    'a'
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._answers: set[str] = set()
        self._names: dict[str, str] = {}

    def add(self, chain: Iterable[str]) -> None:
        """Take in what one message says.

        Parameters
        ----------
        chain
            Ids of the messages it refers to, the oldest first, then its own.
        """
        former: str | None = None
        for message in chain:
            self._above.setdefault(message, message)
            if former is not None and former != message:
                self._answers.add(message)
                self._above[self._top(message)] = self._top(former)
            former = message

    def name(self, message: str) -> str:
        """Name the thread of a message, whatever the order in which messages were taken in.

        Parameters
        ----------
        message
            An id that was taken in.

        Returns
        -------
        str
            The id of its first message: the one that answers none, of several the first of the alphabet.
        """
        if not self._names:
            for one in sorted(self._above, key=lambda one: (one in self._answers, one)):
                self._names.setdefault(self._top(one), one)
        return self._names[self._top(message)]

    def _top(self, message: str) -> str:
        """Follow a message up to the one that stands for its thread, and shorten the way for the next time."""
        above = self._above
        while above[message] != message:
            above[message] = above[above[message]]
            message = above[message]
        return message
