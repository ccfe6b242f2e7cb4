"""journeymine: which journeys customers make across channels, where they drop off, and which transitions are slow.

Exports of web, mail, phone, chat and shop systems come in; one log of cases, activities and times, summaries that add
up, and results with tables, pictures and intervals go out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeymine.analytics.compare import compare as compare
    from journeymine.analytics.comparison import Comparison as Comparison
    from journeymine.analytics.delays import Delays as Delays
    from journeymine.analytics.delays import delays as delays
    from journeymine.analytics.difference_map import DifferenceMap as DifferenceMap
    from journeymine.analytics.difference_map import difference_map as difference_map
    from journeymine.analytics.dotted_chart import DottedChart as DottedChart
    from journeymine.analytics.dotted_chart import dotted_chart as dotted_chart
    from journeymine.analytics.drift import Drift as Drift
    from journeymine.analytics.drift import drift as drift
    from journeymine.analytics.dropoff import DropOff as DropOff
    from journeymine.analytics.dropoff import dropoff as dropoff
    from journeymine.analytics.effort import Effort as Effort
    from journeymine.analytics.effort import effort as effort
    from journeymine.analytics.flow import Flow as Flow
    from journeymine.analytics.flow import flow as flow
    from journeymine.analytics.funnel import Funnel as Funnel
    from journeymine.analytics.funnel import funnel as funnel
    from journeymine.analytics.gap_sensitivity import GapSensitivity as GapSensitivity
    from journeymine.analytics.gap_sensitivity import gap_sensitivity as gap_sensitivity
    from journeymine.analytics.journey_map import JourneyMap as JourneyMap
    from journeymine.analytics.journey_map import journey_map as journey_map
    from journeymine.analytics.link_report import LinkReport as LinkReport
    from journeymine.analytics.link_report import link_report as link_report
    from journeymine.analytics.null_check import NullCheck as NullCheck
    from journeymine.analytics.null_check import null_check as null_check
    from journeymine.analytics.repeat_contacts import RepeatContacts as RepeatContacts
    from journeymine.analytics.repeat_contacts import repeat_contacts as repeat_contacts
    from journeymine.analytics.self_service import SelfService as SelfService
    from journeymine.analytics.self_service import self_service as self_service
    from journeymine.analytics.switches import Switches as Switches
    from journeymine.analytics.switches import switches as switches
    from journeymine.analytics.time_to import TimeTo as TimeTo
    from journeymine.analytics.time_to import time_to as time_to
    from journeymine.analytics.timeline import Timeline as Timeline
    from journeymine.analytics.timeline import timeline as timeline
    from journeymine.analytics.transfers import Transfers as Transfers
    from journeymine.analytics.transfers import transfers as transfers
    from journeymine.analytics.transitions import Transitions as Transitions
    from journeymine.analytics.transitions import transitions as transitions
    from journeymine.analytics.truncation_check import TruncationCheck as TruncationCheck
    from journeymine.analytics.truncation_check import truncation_check as truncation_check
    from journeymine.analytics.variants import Variants as Variants
    from journeymine.analytics.variants import variants as variants
    from journeymine.datasets.company import Company as Company
    from journeymine.datasets.company import write_company as write_company
    from journeymine.engines import spark as spark
    from journeymine.engines.partitions import Partitions as Partitions
    from journeymine.engines.partitions import open_partitions as open_partitions
    from journeymine.engines.summarise import summarise_partitions as summarise_partitions
    from journeymine.engines.write import write_partitioned as write_partitioned
    from journeymine.graph.journey import journey_graph as journey_graph
    from journeymine.graph.likeliest_path import likeliest_path as likeliest_path
    from journeymine.graph.loops import loops as loops
    from journeymine.graph.models import Model as Model
    from journeymine.graph.models import discover as discover
    from journeymine.graph.must_pass import must_pass as must_pass
    from journeymine.graph.reach import reach as reach
    from journeymine.log.calendar import OpeningHours as OpeningHours
    from journeymine.log.cut import cut as cut
    from journeymine.log.eventlog import EventLog as EventLog
    from journeymine.log.identity import link as link
    from journeymine.log.open import concat as concat
    from journeymine.log.open import open_log as open_log
    from journeymine.log.quarantine import Quarantine as Quarantine
    from journeymine.log.sessions import sessions as sessions
    from journeymine.reporting.report import Report as Report
    from journeymine.reporting.report import report as report
    from journeymine.reporting.widget import map_widget as map_widget
    from journeymine.sources.chat.audits import read_zendesk_audits as read_zendesk_audits
    from journeymine.sources.chat.intercom import read_intercom as read_intercom
    from journeymine.sources.chat.slack import read_slack as read_slack
    from journeymine.sources.chat.teams import read_teams as read_teams
    from journeymine.sources.chat.tickets import read_zendesk_tickets as read_zendesk_tickets
    from journeymine.sources.chat.whatsapp import read_whatsapp as read_whatsapp
    from journeymine.sources.chat.zendesk import read_zendesk_chats as read_zendesk_chats
    from journeymine.sources.episodes import read_episodes as read_episodes
    from journeymine.sources.episodes import write_episodes_template as write_episodes_template
    from journeymine.sources.mail.hubspot import read_hubspot_email as read_hubspot_email
    from journeymine.sources.mail.klaviyo import read_klaviyo as read_klaviyo
    from journeymine.sources.mail.mail_events import read_mail_events as read_mail_events
    from journeymine.sources.mail.mailchimp import read_mailchimp as read_mailchimp
    from journeymine.sources.mail.mbox import read_mbox as read_mbox
    from journeymine.sources.mail.sendgrid import read_sendgrid as read_sendgrid
    from journeymine.sources.mail.sfmc import read_sfmc as read_sfmc
    from journeymine.sources.ocel import read_ocel as read_ocel
    from journeymine.sources.parts import TableParts as TableParts
    from journeymine.sources.parts import read_in_parts as read_in_parts
    from journeymine.sources.phone.asterisk import read_asterisk_cdr as read_asterisk_cdr
    from journeymine.sources.phone.cel import read_asterisk_cel as read_asterisk_cel
    from journeymine.sources.phone.connect import read_amazon_connect as read_amazon_connect
    from journeymine.sources.phone.genesys import read_genesys_conversations as read_genesys_conversations
    from journeymine.sources.phone.queue_log import read_asterisk_queue_log as read_asterisk_queue_log
    from journeymine.sources.phone.twilio import read_twilio_calls as read_twilio_calls
    from journeymine.sources.read import read as read
    from journeymine.sources.social.facebook import read_facebook_page as read_facebook_page
    from journeymine.sources.social.posts import read_posts as read_posts
    from journeymine.sources.social.x import read_x_posts as read_x_posts
    from journeymine.sources.survey.qualtrics import read_qualtrics as read_qualtrics
    from journeymine.sources.survey.scores import read_delighted as read_delighted
    from journeymine.sources.survey.scores import read_survey as read_survey
    from journeymine.sources.table import read_table as read_table
    from journeymine.sources.web.access_log import read_access_log as read_access_log
    from journeymine.sources.web.event_exports import read_amplitude as read_amplitude
    from journeymine.sources.web.event_exports import read_mixpanel as read_mixpanel
    from journeymine.sources.web.event_exports import read_posthog as read_posthog
    from journeymine.sources.web.ga4 import read_ga4 as read_ga4
    from journeymine.sources.web.matomo import read_matomo as read_matomo
    from journeymine.sources.web.segment import read_segment as read_segment
    from journeymine.sources.web.snowplow import read_snowplow as read_snowplow
    from journeymine.sources.web.url import url_template as url_template
    from journeymine.sources.web.url_rules import url_rules as url_rules
    from journeymine.sources.xes import read_xes as read_xes
    from journeymine.summary.summarise import summarise as summarise
    from journeymine.summary.summary import Summary as Summary

__version__ = "0.1.0"

_HOMES = {
    "Company": "datasets.company",
    "Comparison": "analytics.comparison",
    "Delays": "analytics.delays",
    "DifferenceMap": "analytics.difference_map",
    "DottedChart": "analytics.dotted_chart",
    "Drift": "analytics.drift",
    "DropOff": "analytics.dropoff",
    "Effort": "analytics.effort",
    "EventLog": "log.eventlog",
    "Flow": "analytics.flow",
    "Funnel": "analytics.funnel",
    "GapSensitivity": "analytics.gap_sensitivity",
    "JourneyMap": "analytics.journey_map",
    "LinkReport": "analytics.link_report",
    "Model": "graph.models",
    "NullCheck": "analytics.null_check",
    "OpeningHours": "log.calendar",
    "Partitions": "engines.partitions",
    "Quarantine": "log.quarantine",
    "RepeatContacts": "analytics.repeat_contacts",
    "Report": "reporting.report",
    "SelfService": "analytics.self_service",
    "Summary": "summary.summary",
    "Switches": "analytics.switches",
    "TableParts": "sources.parts",
    "TimeTo": "analytics.time_to",
    "Timeline": "analytics.timeline",
    "Transfers": "analytics.transfers",
    "Transitions": "analytics.transitions",
    "TruncationCheck": "analytics.truncation_check",
    "Variants": "analytics.variants",
    "compare": "analytics.compare",
    "concat": "log.open",
    "cut": "log.cut",
    "delays": "analytics.delays",
    "difference_map": "analytics.difference_map",
    "discover": "graph.models",
    "dotted_chart": "analytics.dotted_chart",
    "drift": "analytics.drift",
    "dropoff": "analytics.dropoff",
    "effort": "analytics.effort",
    "flow": "analytics.flow",
    "funnel": "analytics.funnel",
    "gap_sensitivity": "analytics.gap_sensitivity",
    "journey_graph": "graph.journey",
    "journey_map": "analytics.journey_map",
    "likeliest_path": "graph.likeliest_path",
    "link": "log.identity",
    "link_report": "analytics.link_report",
    "loops": "graph.loops",
    "map_widget": "reporting.widget",
    "must_pass": "graph.must_pass",
    "null_check": "analytics.null_check",
    "open_log": "log.open",
    "open_partitions": "engines.partitions",
    "reach": "graph.reach",
    "read": "sources.read",
    "read_access_log": "sources.web.access_log",
    "read_amazon_connect": "sources.phone.connect",
    "read_amplitude": "sources.web.event_exports",
    "read_asterisk_cdr": "sources.phone.asterisk",
    "read_asterisk_cel": "sources.phone.cel",
    "read_asterisk_queue_log": "sources.phone.queue_log",
    "read_delighted": "sources.survey.scores",
    "read_episodes": "sources.episodes",
    "read_facebook_page": "sources.social.facebook",
    "read_ga4": "sources.web.ga4",
    "read_genesys_conversations": "sources.phone.genesys",
    "read_hubspot_email": "sources.mail.hubspot",
    "read_in_parts": "sources.parts",
    "read_intercom": "sources.chat.intercom",
    "read_klaviyo": "sources.mail.klaviyo",
    "read_mail_events": "sources.mail.mail_events",
    "read_mailchimp": "sources.mail.mailchimp",
    "read_matomo": "sources.web.matomo",
    "read_mbox": "sources.mail.mbox",
    "read_mixpanel": "sources.web.event_exports",
    "read_ocel": "sources.ocel",
    "read_posthog": "sources.web.event_exports",
    "read_posts": "sources.social.posts",
    "read_qualtrics": "sources.survey.qualtrics",
    "read_segment": "sources.web.segment",
    "read_sendgrid": "sources.mail.sendgrid",
    "read_sfmc": "sources.mail.sfmc",
    "read_slack": "sources.chat.slack",
    "read_snowplow": "sources.web.snowplow",
    "read_survey": "sources.survey.scores",
    "read_table": "sources.table",
    "read_teams": "sources.chat.teams",
    "read_twilio_calls": "sources.phone.twilio",
    "read_whatsapp": "sources.chat.whatsapp",
    "read_x_posts": "sources.social.x",
    "read_xes": "sources.xes",
    "read_zendesk_audits": "sources.chat.audits",
    "read_zendesk_chats": "sources.chat.zendesk",
    "read_zendesk_tickets": "sources.chat.tickets",
    "repeat_contacts": "analytics.repeat_contacts",
    "report": "reporting.report",
    "self_service": "analytics.self_service",
    "sessions": "log.sessions",
    "spark": "engines",
    "summarise": "summary.summarise",
    "summarise_partitions": "engines.summarise",
    "switches": "analytics.switches",
    "time_to": "analytics.time_to",
    "timeline": "analytics.timeline",
    "transfers": "analytics.transfers",
    "transitions": "analytics.transitions",
    "truncation_check": "analytics.truncation_check",
    "url_rules": "sources.web.url_rules",
    "url_template": "sources.web.url",
    "variants": "analytics.variants",
    "write_company": "datasets.company",
    "write_episodes_template": "sources.episodes",
    "write_partitioned": "engines.write",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'journeymine' has no attribute {name!r}")
    return getattr(import_module(f"journeymine.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
