"""Customers who help themselves, call, call again and are helped, with known chances, seen through a log that ends."""

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from journeymine.log import account
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from tests.small import DAY, START

__all__ = ["issues", "resolutions", "true_contacts", "true_failure", "true_resolution", "visits_and_calls"]

MEDIAN_DAYS, LONGEST_DAYS = 0.25, 2.0
FAILS = {"home": 0.5, "help": 1.5}
"""How much likelier than the mean of 0.25 a visit fails that ends there."""


def visits_and_calls(customers: int, days: float, rng: np.random.Generator) -> EventLog:
    """Give visits to a site, three days and more apart, each of a few pages; some are followed by a call.

    How likely that is differs between customers, and between the last pages of visits.
    """
    chance = rng.beta(2, 6, customers)
    who = np.repeat(np.arange(customers), 3)
    begin = (rng.uniform(-6, days, (customers, 1)) + np.cumsum(3 + rng.exponential(1, (customers, 3)), axis=1)).ravel()
    last = rng.choice(list(FAILS), len(who))
    fails = rng.random(len(who)) < chance[who] * np.array([FAILS[name] for name in last])
    delay = _delays(len(who), rng)
    pages = begin - 0.004  # six minutes before the last page
    parts = [
        (who, pages, "home", "web"),
        (who, begin, last, "web"),
        (who[fails], (begin + delay)[fails], "call", "phone"),
    ]
    return _log(parts, days)


def true_failure(days: float) -> dict[str, float]:
    """Give the chance that a visit is followed by a call within some days, by its last page."""
    return {name: 0.25 * factor * _comes(days) for name, factor in FAILS.items()}


def _delays(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw log-normal times, none of them longer than two days."""
    most = norm.cdf(np.log(LONGEST_DAYS / MEDIAN_DAYS))
    return MEDIAN_DAYS * np.exp(norm.ppf(rng.random(size) * most))


def _comes(days: float) -> float:
    return norm.cdf(np.log(days / MEDIAN_DAYS)) / norm.cdf(np.log(LONGEST_DAYS / MEDIAN_DAYS))


def issues(customers: int, days: float, rng: np.random.Generator) -> EventLog:
    """Give calls: each customer has an issue of each of three topics, and calls again, or not, within two days."""
    again = np.repeat(rng.beta(3, 7, customers), 3)
    who, topic = np.repeat(np.arange(customers), 3), np.tile(["bill", "card", "loan"], customers)
    now, parts = rng.uniform(-30, days, len(who)), []
    while len(who):
        parts.append((who, now, topic, "phone"))
        back = rng.random(len(who)) < again
        who, topic, again = who[back], topic[back], again[back]
        now = now[back] + _delays(len(who), rng)
    return _log(parts, days)


def true_resolution() -> float:
    """Give the chance that nobody calls again about an issue."""
    return 0.7


def resolutions(customers: int, days: float, rng: np.random.Generator) -> EventLog:
    """Give journeys of contacts on and on, on web and phone in turn, until one of them solves the matter."""
    who, now, parts, contact = np.arange(customers), rng.uniform(0, days, customers), [], 0
    while len(who):
        solved = rng.random(len(who)) < 0.4
        parts.append((who, now, np.where(solved, "solved", "ask"), ("web", "phone")[contact % 2]))
        who, now, contact = who[~solved], now[~solved] + rng.exponential(3, np.count_nonzero(~solved)), contact + 1
    return _log(parts, days)


def true_contacts(days: float, rng: np.random.Generator) -> float:
    """Give the mean number of contacts of journeys that are resolved within some days."""
    contacts = rng.geometric(0.4, 2_000_000)
    times = rng.gamma(np.maximum(contacts - 1, 1e-9), 3)
    return float(contacts[times <= days].mean())


def _log(parts: list[tuple], days: float) -> EventLog:
    """Put events together that lie in the log; customer and topic make a journey."""
    who, now, names, channels = (
        np.concatenate([np.broadcast_to(part[place], len(part[0])) for part in parts]) for place in range(4)
    )
    inside = (now >= 0) & (now <= days)
    order = np.lexsort((now[inside], who[inside]))
    who, now, names, channels = (values[inside][order] for values in (who, now, names, channels))
    end = int(START + days * DAY)
    table = pa.table(
        {
            "case_id": pa.array(np.char.add("c", who.astype(str))),
            "activity": pa.array(names),
            "timestamp": pa.array((START + now * DAY).astype(np.int64), TIME),
            "channel": pa.array(channels),
            "source": pa.array(channels),
        }
    )
    sources = [
        account.Source(
            str(name), "table", int((channels == name).sum()), int((channels == name).sum()), observed_until=end
        )
        for name in np.unique(channels)
    ]
    return EventLog.of(table, sources=account.to_table(sources))
