"""The formats of mail: mailboxes, and what systems that send mail tell of it."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_NONE: Final = "rows that say the same count once"
_UTC: Final = "UTC"
_HEAD: Final = (
    r"^(From .*\d:\d\d.*\b(19|20)\d\d\b|[ \t]+\S"
    r"|(?i:(received|return-path|delivered-to|message-id|in-reply-to|references|from|to|cc|bcc|reply-to|sender|subject"
    r"|date|mime-version|user-agent|precedence|(content|x|arc|dkim|list|resent|auto|authentication|thread)-[\w-]+)"
    r"[ \t]*:))"
)  # the head of a message; the lines that go on begin with a blank

FORMATS: Final = (
    Format(
        "mbox",
        "read_mbox",
        "mail.mbox",
        "mail",
        key="Message-ID",
        zone="in each Date",
        signatures=(
            Signature("lines", pattern=_HEAD),
            Signature("folder", fields=("cur/*",)),
            Signature("folder", fields=("new/*",)),
            Signature("folder", fields=("*.eml",)),
        ),
    ),
    Format(
        "sendgrid",
        "read_sendgrid",
        "mail.sendgrid",
        "mail",
        key="sg_event_id",
        zone=_UTC,
        signatures=(
            Signature("json", fields=("email", "event", "timestamp", "sg_event_id")),
            Signature("delimited", fields=("email", "event", "timestamp", "sg_event_id")),
        ),
    ),
    Format(
        "mailchimp",
        "read_mailchimp",
        "mail.mailchimp",
        "mail",
        key=_NONE,
        zone=_UTC,
        signatures=(
            Signature("json", fields=("emails", "campaign_id")),
            Signature("delimited", fields=("action", "campaign_id", "member_id", "timestamp")),
            Signature("delimited", fields=("action", "automation_email_id", "member_id", "timestamp")),
            Signature("folder", fields=("*campaign_recipient_activity.csv",)),
            Signature("zip", fields=("*campaign_recipient_activity.csv",)),
        ),
    ),
    Format(
        "klaviyo",
        "read_klaviyo",
        "mail.klaviyo",
        "mail",
        key="id",
        zone="in each time; in tables UTC",
        signatures=(
            Signature("json", fields=("attributes.event_properties", "relationships.profile.data.id")),
            Signature("json", fields=("data", "included", "links")),
            Signature("delimited", fields=("METRIC_ID", "PERSON_ID", "DATETIME", "TYPE")),
            Signature("delimited", fields=("metric_id", "person_id", "datetime", "type")),
            Signature("folder", fields=("event.csv", "metric.csv", "person.csv")),
        ),
    ),
    Format(
        "hubspot-email",
        "read_hubspot_email",
        "mail.hubspot",
        "mail",
        key="id",
        zone=_UTC,
        signatures=(
            Signature("json", fields=("portalId", "recipient", "type", "created")),
            Signature("json", fields=("events", "hasMore", "offset")),
            Signature("delimited", fields=("portal_id", "recipient", "type", "created")),
            Signature("folder", fields=("email_event_data.csv",)),
        ),
    ),
    Format(
        "sfmc",
        "read_sfmc",
        "mail.sfmc",
        "mail",
        key=_NONE,
        zone="UTC-6 all year, unless the extract was told otherwise",
        signatures=(
            Signature("zip", fields=("*Sent*.csv", "*Opens*.csv")),
            Signature("folder", fields=("*Sent*.csv", "*Opens*.csv")),
            Signature("delimited", fields=("ClientID", "SendID", "SubscriberKey", "EventDate", "EventType")),
            Signature("delimited", fields=("send_id", "subscriber_key", "event_date", "event_type")),
        ),
    ),
    Format("mail-events", "read_mail_events", "mail.mail_events", "mail", key="as told", zone="as told"),
)
"""What there is to know of each."""
