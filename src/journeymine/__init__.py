"""journeymine: which journeys customers make across channels, where they drop off, and which transitions are slow.

Exports of web, mail, phone, chat and shop systems come in; one log of cases, activities and times, summaries that add
up, and results with tables, pictures and intervals go out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeymine.analytics.delays import Delays as Delays
    from journeymine.analytics.delays import delays as delays
    from journeymine.analytics.dropoff import DropOff as DropOff
    from journeymine.analytics.dropoff import dropoff as dropoff
    from journeymine.analytics.funnel import Funnel as Funnel
    from journeymine.analytics.funnel import funnel as funnel
    from journeymine.analytics.variants import Variants as Variants
    from journeymine.analytics.variants import variants as variants
    from journeymine.log.cut import cut as cut
    from journeymine.log.eventlog import EventLog as EventLog
    from journeymine.log.identity import link as link
    from journeymine.log.open import concat as concat
    from journeymine.log.open import open_log as open_log
    from journeymine.sources.table import read_table as read_table
    from journeymine.summary.summary import Summary as Summary
    from journeymine.summary.summary import summarise as summarise

__version__ = "0.1.0"

_HOMES = {
    "Delays": "analytics.delays",
    "DropOff": "analytics.dropoff",
    "EventLog": "log.eventlog",
    "Funnel": "analytics.funnel",
    "Summary": "summary.summary",
    "Variants": "analytics.variants",
    "concat": "log.open",
    "cut": "log.cut",
    "delays": "analytics.delays",
    "dropoff": "analytics.dropoff",
    "funnel": "analytics.funnel",
    "link": "log.identity",
    "open_log": "log.open",
    "read_table": "sources.table",
    "summarise": "summary.summary",
    "variants": "analytics.variants",
}

__all__ = list(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'journeymine' has no attribute {name!r}")
    return getattr(import_module(f"journeymine.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
