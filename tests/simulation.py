"""Customers whose true drop-off is known, seen through a log that ends while they are on their way."""

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from journeymine.log import account
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from journeymine.summary.arrays import Arrays
from journeymine.summary.counts import Counts
from journeymine.summary.dropoffs import return_curves
from journeymine.summary.summarise import summarise
from journeymine.summary.survival import Survival
from tests.small import DAY, START

__all__ = [
    "CHANCES",
    "TOUCHPOINTS",
    "bootstrapped",
    "clustered_customers",
    "journeys",
    "true_dropoff",
    "true_share",
    "true_times",
    "true_transitions",
]

TOUCHPOINTS = ["web", "mail", "chat", "phone", "quote", "buy"]

CHANCES = np.array(
    [
        [0.05, 0.25, 0.20, 0.15, 0.20, 0.00],
        [0.15, 0.00, 0.10, 0.20, 0.35, 0.00],
        [0.10, 0.10, 0.00, 0.25, 0.45, 0.00],
        [0.05, 0.15, 0.00, 0.05, 0.55, 0.00],
        [0.00, 0.05, 0.05, 0.10, 0.00, 0.50],
    ]
)
"""Chance that each touchpoint is followed by each; the rest to one never comes back. Buying completes a journey."""

MEDIAN_DAYS = np.array(
    [
        [0.2, 2, 0.1, 1, 1, 1],
        [3, 3, 2, 2, 6, 6],
        [0.2, 1, 1, 0.3, 1, 1],
        [1, 2, 1, 1, 4, 4],
        [5, 4, 2, 3, 3, 14],
    ]
)
"""Median of the time to each next touchpoint, log-normal with `SPREAD`."""

SPREAD = 0.9


def true_dropoff(days: float) -> np.ndarray:
    """Give the chance that no touchpoint follows within some days, for each touchpoint but the last."""
    return 1 - true_transitions(days).sum(axis=1)


def true_transitions(days: float) -> np.ndarray:
    """Give the chance that each touchpoint follows each within some days."""
    return CHANCES * norm.cdf(np.log(days / MEDIAN_DAYS) / SPREAD)


def true_times(customers: int, rng: np.random.Generator) -> np.ndarray:
    """Give the days that each of some customers needs from the first touchpoint to buying; infinite for never."""
    days, place, walking = np.zeros(customers), np.zeros(customers, int), np.arange(customers)
    while len(walking):
        chosen = (rng.random(len(walking))[:, None] > CHANCES.cumsum(axis=1)[place[walking]]).sum(axis=1)
        lost = chosen == len(TOUCHPOINTS)
        days[walking[lost]] = np.inf
        walking, chosen = walking[~lost], chosen[~lost]
        days[walking] += MEDIAN_DAYS[place[walking], chosen] * np.exp(SPREAD * rng.standard_normal(len(walking)))
        place[walking] = chosen
        walking = walking[chosen < len(CHANCES)]
    return days


def journeys(customers: int, days: float, rng: np.random.Generator) -> EventLog:
    """Give the log of journeys that begin evenly over some days, all of them seen until the last."""
    case, time, place = np.arange(customers), rng.uniform(0, days, customers), np.zeros(customers, int)
    bounds = CHANCES.cumsum(axis=1)
    seen = []
    while len(case):
        seen.append((case, time, place))
        going = place < len(CHANCES)
        case, time, place = case[going], time[going], place[going]
        chosen = (rng.random(len(case))[:, None] > bounds[place]).sum(axis=1)
        back = chosen < len(TOUCHPOINTS)
        case, time, place, chosen = case[back], time[back], place[back], chosen[back]
        time = time + MEDIAN_DAYS[place, chosen] * np.exp(SPREAD * rng.standard_normal(len(case)))
        inside = time <= days
        case, time, place = case[inside], time[inside], chosen[inside]
    case, time, place = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return _log(case, np.array(TOUCHPOINTS, object)[place], time, days)


def clustered_customers(customers: int, days: float, rng: np.random.Generator) -> EventLog:
    """Give the visits of customers who each come back with a chance and after a time of their own.

    They have done so for long before the log begins, so that its visits are those of any other time.
    """
    before = 4 * days
    chance, pace = _character(customers, rng)
    case, time = np.arange(customers), rng.uniform(-before, days, customers)
    seen = []
    while len(case):
        seen.append((case[time >= 0], time[time >= 0]))
        back = rng.random(len(case)) < chance[case]
        case, time = case[back], time[back] + rng.exponential(pace[case[back]])
        case, time = case[time <= days], time[time <= days]
    case, time = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return _log(case, np.full(len(case), "visit", object), time, days)


def true_share(days: float, rng: np.random.Generator) -> float:
    """Give the true share of such customers' visits without another within some days."""
    chance, pace = _character(1_000_000, rng)
    visits = 1 / (1 - chance)
    return float((visits * (1 - chance * (1 - np.exp(-days / pace)))).sum() / visits.sum())


def bootstrapped(log: EventLog, window: int, rng: np.random.Generator, draws: int = 200) -> np.ndarray:
    """Give the 95 % percentile interval of drop-off over customers drawn again and again."""
    gaps = return_curves(summarise(log, parts=["gaps"])).gaps
    arrays = Arrays(log)
    customer, size = arrays.per_event(arrays.case_customers), log.num_customers
    weights = (np.bincount(rng.integers(0, size, size), minlength=size)[customer] for _ in range(draws))
    curves = (Survival(Counts(gaps.keys, {"count": weight}, is_loose=True)) for weight in weights)
    return np.nanquantile([curve.within(np.array([window]))[0][0] for curve in curves], [0.025, 0.975])


def _character(customers: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.beta(4, 2, customers).clip(max=0.93), rng.gamma(2, 4, customers) + 0.5


def _log(case: np.ndarray, activity: np.ndarray, days: np.ndarray, until: float) -> EventLog:
    order = np.lexsort((days, case))
    names = pa.array(np.char.add("c", case[order].astype(str)))
    times = pa.array((START + days[order] * DAY).astype(np.int64), TIME)
    table = pa.table({"case_id": names, "activity": pa.array(activity[order], pa.string()), "timestamp": times})
    end = int(START + until * DAY)
    source = account.Source("events", "table", len(case), len(case), observed_until=end)
    return EventLog.of(table, sources=account.to_table([source]))
