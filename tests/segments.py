"""Customers of segments whose true differences are known."""

import numpy as np
import pyarrow as pa

from journeymine.log import account
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from tests.small import DAY, START

__all__ = ["late_recruits", "mixed_channels", "zipf_variants"]


def zipf_variants(
    customers: int, rng: np.random.Generator, *, journeys: int = 1, variants: int = 2_000, shift: float = 0.0
) -> EventLog:
    """Give journeys that each take one of many courses, frequent and rare, by customers of two segments.

    A customer who makes several journeys mostly keeps to one course. In the second segment the most frequent course
    loses a share of `shift` of all journeys to the next.
    """
    chances = 1 / np.arange(1, variants + 1)
    chances /= chances.sum()
    person = np.repeat(np.arange(customers), journeys)
    second = rng.permutation(customers) < customers // 2
    usual = rng.choice(variants, customers, p=chances)
    course = np.where(rng.random(len(person)) < 0.8, usual[person], rng.choice(variants, len(person), p=chances))
    course = np.where((course == 0) & second[person] & (rng.random(len(person)) < shift / chances[0]), 1, course)
    segments = np.where(second, "b", "a")
    return _log(np.arange(len(person)), person, course, np.zeros(len(person)), segment=segments[person])


def mixed_channels(customers: int, rng: np.random.Generator) -> EventLog:
    """Give journeys that begin on the phone or on the web, and are bought or left.

    In either channel the second segment buys three points more often; but it mostly begins on the phone, where fewer
    buy, so that it seems worse by far.
    """
    second = np.arange(customers) % 2 == 1
    phone = rng.random(customers) < np.where(second, 0.7, 0.3)
    buys = rng.random(customers) < np.where(phone, 0.2, 0.5) + 0.03 * second
    person, start = np.arange(customers), np.where(phone, "phone", "web")
    return _log(person, person, buys.astype(int), np.zeros(customers), segment=np.where(second, "b", "a"), start=start)


def late_recruits(customers: int, rng: np.random.Generator, *, days: float = 90.0, slower: float = 1.0) -> EventLog:
    """Give journeys of two visits, seen until a log of some days ends; the second segment begins in its last third.

    Six in ten come back for a second visit, after a time of a median of nine days, in the second segment `slower`
    times that.
    """
    second = np.arange(customers) % 2 == 1
    start = np.where(second, rng.uniform(days * 2 / 3, days, customers), rng.uniform(0, days, customers))
    gap = 9 * np.exp(0.8 * rng.standard_normal(customers)) * np.where(second, slower, 1)
    back = np.flatnonzero((rng.random(customers) < 0.6) & (start + gap < days))
    person = np.concatenate((np.arange(customers), back))
    course = np.repeat([0, 1], [customers, len(back)])
    times = np.concatenate((start, (start + gap)[back]))
    return _log(person, person, course, times, until=days, segment=np.where(second, "b", "a")[person])


def _log(
    case: np.ndarray,
    customer: np.ndarray,
    activity: np.ndarray,
    days: np.ndarray,
    until: float = 1.0,
    **labels: np.ndarray,
) -> EventLog:
    columns = {"case_id": case, "customer": customer, "activity": activity}
    texts = {name: pa.array(np.char.add(name[0], values.astype(str))) for name, values in columns.items()}
    times = pa.array((START + days * DAY).astype(np.int64), TIME)
    table = pa.table({**texts, "timestamp": times, **{name: pa.array(values) for name, values in labels.items()}})
    source = account.Source("events", "table", len(case), len(case), observed_until=int(START + until * DAY))
    return EventLog.of(table, sources=account.to_table([source]))
