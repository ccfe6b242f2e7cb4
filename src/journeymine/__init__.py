"""journeymine: which journeys customers make across channels, where they drop off, and which transitions are slow.

Exports of web, mail, phone, chat and shop systems come in; one log of cases, activities and times, summaries that add
up, and results with tables, pictures and intervals go out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeymine.log.eventlog import EventLog as EventLog
    from journeymine.log.open import concat as concat
    from journeymine.log.open import open_log as open_log
    from journeymine.sources.table import read_table as read_table

__version__ = "0.1.0"

_HOMES = {
    "EventLog": "log.eventlog",
    "concat": "log.open",
    "open_log": "log.open",
    "read_table": "sources.table",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'journeymine' has no attribute {name!r}")
    return getattr(import_module(f"journeymine.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
