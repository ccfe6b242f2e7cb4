"""The account of rows, for a report: what was read, used, set aside, and why."""

from __future__ import annotations

from typing import Any

from journeymine.log.eventlog import EventLog
from journeymine.summary.summary import Summary

__all__ = ["account"]

_COUNTS = ("rows_in", "used", "duplicate", "quarantined")


def account(log: EventLog | Summary) -> dict[str, Any] | None:
    """Give the account of rows.

    Parameters
    ----------
    log
        A log, or a summary, which keeps no account.

    Returns
    -------
    dict or None
        ``sources`` with their counts, their sum in ``total``, and ``reasons`` for what was not used, with counts; no
        row itself, and no time but the day each source was observed until.
    """
    if isinstance(log, Summary):
        return None
    sources = [_source(row) for row in log.sources.to_pylist()]
    total = {name: sum(source[name] for source in sources) for name in _COUNTS}
    return {"sources": sources, "total": total, "reasons": _reasons(log)}


def _source(row: dict[str, Any]) -> dict[str, Any]:
    until = row["observed_until"]
    return {**row, "observed_until": until.date().isoformat() if until else None, "notes": list(row["notes"] or [])}


def _reasons(log: EventLog) -> list[dict[str, Any]]:
    keys = ["source", "stage", "reason"]
    counted = log.quarantine.table.group_by(keys).aggregate([([], "count_all")]).to_pylist()
    rows = [{**{key: row[key] for key in keys}, "rows": row["count_all"]} for row in counted]
    return sorted(rows, key=lambda row: (-row["rows"], *(row[key] for key in keys)))
