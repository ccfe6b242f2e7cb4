"""Whom a log is about, and for how long they were watched: the beginning of what an answer rests on."""

from __future__ import annotations

from journeymine.durations import format_duration
from journeymine.log.eventlog import EventLog
from journeymine.summary.arrays import Arrays
from journeymine.summary.summary import Summary
from journeymine.wording import counted

__all__ = ["watched"]


def watched(log: EventLog | Summary) -> str:
    """Say how many customers a log has, and how much time it covers.

    Parameters
    ----------
    log
        A log, or a summary; one without the part ``customers`` does not know how many there are.

    Returns
    -------
    str
        Such as ``"1,204 customers over 90 d"``, from the first event to the end of the last source.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> watched(log), watched(jm.summarise(log, parts=["visits"]))
    ('2 customers over 2 d', 'customers over 2 d')
    """
    if isinstance(log, Summary):
        customers = counted(log.num_customers, "customer") if "customers" in log.parts else "customers"
        return f"{customers} over {format_duration(log.window_seconds)}"
    seconds = ((Arrays(log).observed_until or 0) - int(log.times.min())) / 1e6 if log.num_events else 0.0
    return f"{counted(log.num_customers, 'customer')} over {format_duration(seconds)}"
