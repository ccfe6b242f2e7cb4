"""Small logs, written down event by event."""

import numpy as np
import pyarrow as pa

from journeymine.durations import MICROSECONDS
from journeymine.log import account
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME

__all__ = ["DAY", "START", "at", "edges", "log_of", "rows_of"]

DAY = MICROSECONDS["d"]
START = 1_714_521_600_000_000  # 2024-05-01T00:00Z


def at(day: float) -> str:
    """Give a moment as text, in days from the first of May 2024."""
    return f"{np.datetime64(START + round(day * DAY), 'us')}Z"


def log_of(*events: tuple, until: float | None = None, **columns: list) -> EventLog:
    """Make a log of (case, activity, day) and further columns; `until` is the day its source ends."""
    cases, activities, days = zip(*events, strict=True) if events else ((), (), ())
    times = [START + round(day * DAY) for day in days]
    names = {"case_id": pa.array(cases, pa.string()), "activity": pa.array(activities, pa.string())}
    typed = {name: pa.array(values, pa.string()) if None in values else values for name, values in columns.items()}
    table = pa.table({**names, "timestamp": pa.array(times, TIME), **typed})
    if until is None:
        return EventLog.of(table)
    source = account.Source("events", "table", len(events), len(events), observed_until=START + round(until * DAY))
    return EventLog.of(table, sources=account.to_table([source]))


def rows_of(log: EventLog, *names: str) -> list[tuple]:
    """Give the rows of some columns, in the order of the log."""
    return list(zip(*(log.table[name].to_pylist() for name in names), strict=True))


def edges(log: EventLog) -> dict[tuple[str, str], int]:
    """Count direct successions inside cases by their names."""
    from journeymine import summarise

    summary = summarise(log, parts=["follows"])
    names = ["", *summary.activities]
    counts = summary.overall("follows").to_arrow().to_pylist()
    inside = (row for row in counts if row["activity"] and row["next_activity"])
    return {(names[row["activity"]], names[row["next_activity"]]): row["count"] for row in inside}
