"""Transitions before and after a moment, of which one may have become slower."""

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from tests.small import DAY, START

__all__ = ["CHANGE", "answers", "mean_excess", "transitions"]

CHANGE = f"{np.datetime64(START + 400 * DAY, 'us')}Z"
"""The moment at which something may change."""


def transitions(
    rng: np.random.Generator, *, number: int = 40, slowed: float = 0.0, passes_each: int = 1
) -> tuple[EventLog, int]:
    """Give journeys of one transition each, frequent and rare, quick and slow, as many before a moment as after.

    Customers make several passes of the same transition, and are quicker or slower than others. In one transition a
    share `slowed` of the later passes takes four times the mean longer.

    Returns
    -------
    EventLog, int
        The log, and the number of the slowed transition, which leads from ``"a<number>"`` to ``"b<number>"``.
    """
    passes = (2_000 / (1 + np.arange(number)) ** 0.8).astype(int) + 20
    rng.shuffle(passes)
    medians, spreads = np.exp(rng.normal(0, 1.2, number)), rng.uniform(0.6, 1.3, number)
    chosen = int(rng.integers(number))
    which = np.repeat(np.tile(np.arange(number), 2), np.tile(passes, 2))
    late = np.repeat([False, True], passes.sum())
    customer = np.arange(len(which)) // passes_each
    own = rng.standard_normal(len(which))[customer] if passes_each > 1 else 0.0
    alike = 0.5 if passes_each > 1 else 0.0
    noise = np.sqrt(alike) * own + np.sqrt(1 - alike) * rng.standard_normal(len(which))
    days = medians[which] * np.exp(spreads[which] * noise)
    slow = late & (which == chosen) & (rng.random(len(which)) < slowed)
    days = days + np.where(slow, 4 * medians[which] * np.exp(spreads[which] ** 2 / 2), 0)
    begin = rng.uniform(0, 90, len(which)) + 400.0 * late
    return _log(which, customer, begin, days), chosen


def answers(customers: int, rng: np.random.Generator, *, spread: float = 1.0) -> EventLog:
    """Give answers to customers, of whom some ask often, and who are quicker or slower: lognormal, median one day.

    Half of them ask before `CHANGE`, half since; the variance of the logarithm is half between customers.
    """
    asked = rng.geometric(0.4, customers)
    customer = np.repeat(np.arange(customers), asked)
    own, noise = rng.standard_normal(customers)[customer], rng.standard_normal(len(customer))
    days = np.exp(spread * np.sqrt(0.5) * (own + noise))
    begin = rng.uniform(0, 90, len(customer)) + 400.0 * (customer % 2)
    return _log(np.zeros(len(customer), int), customer, begin, days)


def mean_excess(limit: float, spread: float = 1.0) -> float:
    """Give what such an answer takes beyond a limit, on average, days."""
    above = norm.cdf(spread - np.log(limit) / spread)
    return float(np.exp(spread**2 / 2) * above - limit * norm.cdf(-np.log(limit) / spread))


def _log(which: np.ndarray, customer: np.ndarray, begin: np.ndarray, days: np.ndarray) -> EventLog:
    names = pa.array([f"{side}{number}" for side in "ab" for number in range(int(which.max()) + 1)])
    activity = np.stack((which, which + which.max() + 1), axis=1).ravel()
    times = START + (np.stack((begin, begin + days), axis=1).ravel() * DAY).astype(np.int64)
    case, who = (np.repeat(values, 2) for values in (np.arange(len(which)), customer))
    table = pa.table(
        {
            "case_id": pa.array(np.char.add("j", case.astype(str))),
            "customer": pa.array(np.char.add("c", who.astype(str))),
            "activity": names.take(pa.array(activity)),
            "timestamp": pa.array(times, TIME),
        }
    )
    return EventLog.of(table)
