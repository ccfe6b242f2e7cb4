"""Logs for laws: small, with several customers, ties, rows in any order, and names that break careless code."""

import pyarrow as pa
from hypothesis import strategies as st

from journeymine.durations import to_microseconds
from journeymine.log import account
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME

__all__ = ["ACTIVITIES", "CHANNELS", "SOURCES", "logs"]

ACTIVITIES = [
    "visit",
    "call",
    "order placed",
    "Öffnen ☎",
    "START",
    "->",
    "</script>",
    "$x$",
    'a,b\n"c"',
    "NA",
    " visit",
]
CHANNELS = ["web", "phone", "e-mail", None]
SOURCES = ["access.log", "Master.csv", "chats.jsonl"]

_START = 1_714_521_600_000_000  # 2024-05-01T00:00Z
# Few distinct steps, so that times tie within a case and between sources; they lie a microsecond to nine years apart.
_STEPS = [0, 1, *(to_microseconds(text) for text in ("1s", "10min", "36h", "14d", "3500d"))]

_FIELDS = ["customer", "journey", "activity", "timestamp", "channel", "source"]


def _events(customers: list[str | None]) -> st.SearchStrategy[tuple]:
    return st.tuples(
        st.sampled_from(customers),
        st.integers(1, 2),
        st.sampled_from(ACTIVITIES),
        st.sampled_from([_START + step for step in _STEPS]),
        st.sampled_from(CHANNELS),
        st.sampled_from(SOURCES),
    )


_EVENT = _events(["anna", "007", "7", None])
_NAMED_EVENT = _events(["anna", "007", "7", "nåïve/1"])


@st.composite
def logs(draw, *, min_events: int = 0, max_events: int = 16, named: bool = False) -> EventLog:
    """Draw a log.

    Parameters
    ----------
    min_events, max_events
        How many events it has.
    named
        Whether every event has a customer; by default some belong to nobody.

    Returns
    -------
    EventLog
        One to four customers with up to two cases each, one to three sources, each observed until its last event or
        some time after it.
    """
    events = draw(st.lists(_NAMED_EVENT if named else _EVENT, min_size=min_events, max_size=max_events))
    return EventLog.of(_table(events), sources=_sources(events, draw(st.sampled_from([0, *_STEPS]))))


def _table(events: list[tuple]) -> pa.Table:
    columns = dict(zip(_FIELDS, zip(*events, strict=True), strict=True)) if events else dict.fromkeys(_FIELDS, ())
    journeys = columns.pop("journey")
    cases = [f"{customer}/{journey}" for customer, journey in zip(columns["customer"], journeys, strict=True)]
    rows = range(1, len(events) + 1)
    schema = pa.schema(dict.fromkeys(columns, pa.string()) | {"timestamp": TIME, "case_id": pa.string()})
    return pa.table({**columns, "case_id": cases}, schema=schema).append_column(
        "source_row", pa.array(rows, pa.int64())
    )


def _sources(events: list[tuple], slack: int) -> pa.Table:
    times = {name: [time for *_, time, _, source in events if source == name] for name in SOURCES}
    return account.to_table(
        account.Source(name, "table", len(seen), len(seen), observed_until=max(seen) + slack)
        for name, seen in times.items()
        if seen
    )
