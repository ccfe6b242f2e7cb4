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
    from journeymine.analytics.journey_map import JourneyMap as JourneyMap
    from journeymine.analytics.journey_map import journey_map as journey_map
    from journeymine.analytics.variants import Variants as Variants
    from journeymine.analytics.variants import variants as variants
    from journeymine.datasets.company import Company as Company
    from journeymine.datasets.company import write_company as write_company
    from journeymine.graph.journey import journey_graph as journey_graph
    from journeymine.graph.likeliest_path import likeliest_path as likeliest_path
    from journeymine.graph.loops import loops as loops
    from journeymine.graph.models import Model as Model
    from journeymine.graph.models import discover as discover
    from journeymine.graph.must_pass import must_pass as must_pass
    from journeymine.graph.reach import reach as reach
    from journeymine.log.cut import cut as cut
    from journeymine.log.eventlog import EventLog as EventLog
    from journeymine.log.identity import link as link
    from journeymine.log.open import concat as concat
    from journeymine.log.open import open_log as open_log
    from journeymine.log.quarantine import Quarantine as Quarantine
    from journeymine.reporting.report import Report as Report
    from journeymine.reporting.report import report as report
    from journeymine.sources.chat.zendesk import read_zendesk_chats as read_zendesk_chats
    from journeymine.sources.mail.mbox import read_mbox as read_mbox
    from journeymine.sources.phone.asterisk import read_asterisk_cdr as read_asterisk_cdr
    from journeymine.sources.table import read_table as read_table
    from journeymine.sources.web.access_log import read_access_log as read_access_log
    from journeymine.sources.web.url import url_template as url_template
    from journeymine.sources.xes import read_xes as read_xes
    from journeymine.summary.summarise import summarise as summarise
    from journeymine.summary.summary import Summary as Summary

__version__ = "0.1.0"

_HOMES = {
    "Company": "datasets.company",
    "Delays": "analytics.delays",
    "DropOff": "analytics.dropoff",
    "EventLog": "log.eventlog",
    "Funnel": "analytics.funnel",
    "JourneyMap": "analytics.journey_map",
    "Model": "graph.models",
    "Quarantine": "log.quarantine",
    "Report": "reporting.report",
    "Summary": "summary.summary",
    "Variants": "analytics.variants",
    "concat": "log.open",
    "cut": "log.cut",
    "delays": "analytics.delays",
    "discover": "graph.models",
    "dropoff": "analytics.dropoff",
    "funnel": "analytics.funnel",
    "journey_graph": "graph.journey",
    "journey_map": "analytics.journey_map",
    "likeliest_path": "graph.likeliest_path",
    "link": "log.identity",
    "loops": "graph.loops",
    "must_pass": "graph.must_pass",
    "open_log": "log.open",
    "reach": "graph.reach",
    "read_access_log": "sources.web.access_log",
    "read_asterisk_cdr": "sources.phone.asterisk",
    "read_mbox": "sources.mail.mbox",
    "read_table": "sources.table",
    "read_xes": "sources.xes",
    "read_zendesk_chats": "sources.chat.zendesk",
    "report": "reporting.report",
    "summarise": "summary.summarise",
    "url_template": "sources.web.url",
    "variants": "analytics.variants",
    "write_company": "datasets.company",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'journeymine' has no attribute {name!r}")
    return getattr(import_module(f"journeymine.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
