"""Journeys written down as sequences of activities, one event a day."""

import numpy as np

from journeymine.log import account
from journeymine.log.eventlog import EventLog
from tests.small import log_of

__all__ = ["followed_up", "journeys", "sequences_of"]


def journeys(*traces: str, until: float | None = 1_000) -> EventLog:
    """Make a log of traces such as ``"visit call buy"``, each a customer's only journey, observed until long after."""
    events = [(f"C{case:03}", name, day) for case, trace in enumerate(traces) for day, name in enumerate(trace.split())]
    return log_of(*events, until=until)


def followed_up(log: EventLog) -> EventLog:
    """Give the same log, but observed until so long after its last event that no visit is open."""
    if not log.num_events:
        return log
    end = int(log.times.max() + 10 * (log.times.max() - log.times.min() + 1))
    names = log.labels("source").dictionary.to_pylist()
    sources = [account.Source(name, "table", 0, 0, observed_until=end) for name in names]
    return EventLog.of(log.table, sources=account.to_table(sources))


def sequences_of(log: EventLog) -> list[list[str]]:
    """Give the activities of each case."""
    names = np.array(log.labels("activity").to_pylist(), object)
    return [part.tolist() for part in np.split(names, log.offsets[1:-1])] if log.num_events else []
