"""DuckDB: plain SQL on both cores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.peers import FUNNEL, WITHIN_SECONDS

Answers = dict[str, Any]

_READ = """
create table events as
select customer as case_id, activity, channel, segment, epoch_us(timestamp) as moment,
    row_number() over (order by customer, timestamp, file_row_number) as place,
    lead(activity) over of_case as next, lead(epoch_us(timestamp)) over of_case - epoch_us(timestamp) as gap
from (select * replace (activity::{activity} as activity) from read_parquet('{path}', file_row_number=true))
window of_case as (partition by customer order by timestamp, file_row_number)
"""
_MEDIANS = "select activity, next, median(gap) / 1e6 from events where next is not null group by all"
_VARIANTS = (
    "select count(*) from (select list(activity order by place) as course from events group by case_id) group by course"
)
_CASES = """
select avg(length), max(length), median(span) / 1e6,
    (select count(*) from (
        select channel, lag(channel) over (partition by case_id order by place) as before from events
    ) where before is not null and before <> channel)
from (select count(*) as length, max(moment) - min(moment) as span from events group by case_id)
"""
_DROPOFF = f"""
with lasting as (
    select activity, next is not null as came, coalesce(gap, (select max(moment) from events) - moment) as lasting
    from events
), ranked as (
    select activity, came, lasting, count(*) over (partition by activity)
        - row_number() over (partition by activity order by lasting, not came) + 1 as at_risk
    from lasting
)
select activity, exp(coalesce(sum(ln((at_risk - 1) / at_risk)) filter (came and lasting <= {WITHIN_SECONDS}e6), 0))
from ranked group by activity
"""


def steps(path: Path) -> dict[str, Any]:
    """Give the steps."""
    return {
        "read": lambda _: _read(path),
        "graph": lambda done: _rows(done, _counted("activity, next")),
        "medians": lambda done: _rows(done, _MEDIANS),
        "variants": lambda done: _rows(done, _VARIANTS),
        "case statistics": lambda done: _rows(done, _CASES),
        "funnel": _funnel,
        "segment graphs": lambda done: _rows(done, _counted("segment, activity, next")),
        "drop-off": lambda done: _rows(done, _DROPOFF),
    }


def digest(done: Answers) -> Answers:
    """Give the answers in the form all share."""
    counts = sorted((count for (count,) in done["variants"]), reverse=True)
    return {
        "graph": sorted(map(list, done["graph"])),
        "medians": [row[-1] for row in sorted(done["medians"])],
        "variants": [len(counts), counts[:50]],
        "case statistics": list(done["case statistics"][0]),
        "funnel": done["funnel"],
        "segment graphs": sorted(map(list, done["segment graphs"])),
        "drop-off": [rate for _, rate in sorted(done["drop-off"])],
    }


def _read(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    names = connection.execute(f"select distinct activity from read_parquet('{path}') order by 1").fetchall()
    connection.execute(f"create type labels as enum ({', '.join(repr(name) for (name,) in names)})")
    connection.execute(_READ.format(path=path, activity="labels"))
    return connection


def _rows(done: Answers, query: str) -> list[tuple[Any, ...]]:
    return done["read"].execute(query).fetchall()


def _counted(keys: str) -> str:
    return f"select {keys}, count(*) from events where next is not null group by all"


def _funnel(done: Answers) -> list[int]:
    """Keep, step by step, the first place in each case after that of the step before."""
    before, reached = "select distinct case_id, 0 as place from events", []
    for name in FUNNEL:
        before = (
            f"select e.case_id, min(e.place) as place from events e join ({before}) b on e.case_id = b.case_id "
            f"where e.activity = '{name}' and e.place > b.place group by e.case_id"
        )
        reached.append(_rows(done, f"select count(*) from ({before})")[0][0])
    return reached
