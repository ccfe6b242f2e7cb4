"""Journeys drawn from the model: a semi-Markov walk of all customers at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from journeymine.datasets.model import CHANNELS, TOUCHPOINTS
from journeymine.datasets.truth import matrices

__all__ = ["DAY", "SHORTEST_GAP", "Journeys", "Visits", "simulate", "walk"]

DAY: Final = 86_400
SHORTEST_GAP: Final = 90
"""Seconds between two touchpoints of a journey at least: more than the clocks of two channels differ by."""

_LEAD = 30 * DAY  # journeys begin this long before the exports do, so that the exports begin with journeys under way
_PAUSE = 45 * DAY  # from the end of a customer's first journey to the start of a second one, at least
_SPREAD = 60 * DAY
_RETURNING = 0.3  # share of customers who make a second journey


class Visits(NamedTuple):
    """Touchpoints of journeys.

    Attributes
    ----------
    journeys
        Journey of each touchpoint, int64, shape (n,).
    activities
        Its touchpoint code, int64, shape (n,).
    seconds
        Its time, seconds since 1970, int64, shape (n,).
    """

    journeys: np.ndarray
    activities: np.ndarray
    seconds: np.ndarray


@dataclass(frozen=True)
class Journeys:
    """All touchpoints before the exports end, in customer, time order.

    Attributes
    ----------
    customers
        Customer number of each touchpoint, from 1, int64, shape (n,).
    journeys
        Its journey, from 0, int64, shape (n,).
    activities
        Its touchpoint code, int64, shape (n,).
    seconds
        Its true time, seconds since 1970, int64, shape (n,); earlier than `start` for those that no export shows.
    start, until
        First second of the exports, and the second they end before.
    count
        Journeys with a touchpoint between `start` and `until`.
    open
        Those of them that go on after `until`.
    """

    customers: np.ndarray
    journeys: np.ndarray
    activities: np.ndarray
    seconds: np.ndarray
    start: int
    until: int
    count: int
    open: int

    def rows(self, channel: str) -> np.ndarray:
        """Find the touchpoints of a channel, in time order.

        Parameters
        ----------
        channel
            One of ``CHANNELS``.

        Returns
        -------
        numpy.ndarray
            Their rows, also of those before `start`, int64.

        Examples
        --------
        >>> found = simulate(np.random.default_rng(7), customers=50, start=0, until=90 * DAY)
        >>> sum(len(found.rows(channel)) for channel in ("web", "mail", "phone", "chat")) == len(found.seconds)
        True
        """
        of_channel = np.array([CHANNELS[name] == channel for name in TOUCHPOINTS])
        rows = np.flatnonzero(of_channel[self.activities])
        return rows[np.argsort(self.seconds[rows], kind="stable")]


def walk(rng: np.random.Generator, starts: np.ndarray) -> Visits:
    """Let journeys run from their starts to their ends.

    Parameters
    ----------
    rng
        Where chance comes from.
    starts
        When each journey starts, seconds, int64, shape (journeys,).

    Returns
    -------
    Visits
        Step by step: the first touchpoints of all journeys, then the second ones, and so on.

    Examples
    --------
    >>> visits = walk(np.random.default_rng(7), np.zeros(1000, np.int64))
    >>> bool((visits.seconds[visits.journeys == 0] >= 0).all())
    True
    """
    first = matrices().starts.cumsum()
    activities = np.minimum(np.searchsorted(first, rng.random(len(starts))), len(first) - 1)
    steps = [Visits(np.arange(len(starts)), activities, starts)]
    while len(steps[-1].journeys):
        steps.append(_next(rng, steps[-1]))
    return Visits(*map(np.concatenate, zip(*steps, strict=True)))


def _next(rng: np.random.Generator, visits: Visits) -> Visits:
    """Give the next touchpoint of the journeys that have one."""
    model = matrices()
    ways = model.probabilities.cumsum(axis=1)
    following = (rng.random(len(visits.journeys))[:, None] > ways[visits.activities]).sum(axis=1)
    going = following < len(ways)
    journeys, activities, seconds = (column[going] for column in visits)
    step = activities, following[going]
    scatter = model.sigmas[step] * rng.standard_normal(len(journeys))
    gaps = np.rint(model.median_seconds[step] * np.exp(scatter)).astype(np.int64)
    return Visits(journeys, step[1], seconds + np.maximum(gaps, SHORTEST_GAP))


def simulate(rng: np.random.Generator, *, customers: int, start: int, until: int) -> Journeys:
    """Draw every customer's journeys.

    Parameters
    ----------
    rng
        Where chance comes from.
    customers
        How many.
    start, until
        First second of the exports, and the second they end before.

    Returns
    -------
    Journeys
        Each customer has a first journey that starts uniformly from 30 days before `start` to `until`; some have a
        second one, at least 45 days after the first ended.

    Examples
    --------
    >>> found = simulate(np.random.default_rng(7), customers=100, start=0, until=90 * DAY)
    >>> found.count > found.open > 0
    True
    """
    starts = rng.integers(start - _LEAD, until, customers)
    first = walk(rng, starts)
    again = _last_seconds(first, customers) + _PAUSE + rng.integers(0, _SPREAD, customers)
    returning = np.flatnonzero((rng.random(customers) < _RETURNING) & (again < until))
    second = walk(rng, again[returning])
    second = second._replace(journeys=second.journeys + customers)
    visits = Visits(*map(np.concatenate, zip(first, second, strict=True)))
    return _observed(visits, np.concatenate([np.arange(customers), returning]) + 1, start, until)


def _last_seconds(visits: Visits, journeys: int) -> np.ndarray:
    last = np.full(journeys, np.iinfo(np.int64).min)
    np.maximum.at(last, visits.journeys, visits.seconds)
    return last


def _observed(visits: Visits, owners: np.ndarray, start: int, until: int) -> Journeys:
    """Leave out what happens after the exports end; `owners` has the customer of each journey."""
    seen = np.zeros(len(owners), bool)
    seen[visits.journeys[(visits.seconds >= start) & (visits.seconds < until)]] = True
    still_open = seen & (_last_seconds(visits, len(owners)) >= until)
    kept = visits.seconds < until
    journeys, activities, seconds = (column[kept] for column in visits)
    order = np.lexsort((seconds, owners[journeys]))
    columns = owners[journeys][order], journeys[order], activities[order], seconds[order]
    return Journeys(*columns, start, until, int(seen.sum()), int(still_open.sum()))
