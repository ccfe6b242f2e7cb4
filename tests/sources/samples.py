"""A file of every format: real ones beside the project, and small ones of our own where there is no real one."""

from __future__ import annotations

import json

AMSTERDAM = {"tz": "Europe/Amsterdam"}

REAL = {
    "table": ("data/logs/edeaR_mini_patients.csv", {"case": "patient", "tz": "UTC"}),
    "xes": ("data/logs/01_running-example.xes.gz", {}),
    "access-log": ("formats/access_log/matomo_common_complete.log", {}),
    "iis": ("formats/access_log/matomo_iis.log", {}),
    "cloudfront": ("formats/access_log/matomo_amazon_cloudfront_web.log", {"keep_bots": True}),
    "s3-access-log": ("formats/access_log/matomo_s3.log", {"keep_bots": True}),
    "haproxy": ("formats/access_log/matomo_haproxy.log", AMSTERDAM),
    "nginx-json": ("formats/access_log/matomo_nginx_json.log", {"keep_bots": True}),
    "caddy": ("formats/access_log/matomo_caddy_json.log", {"keep_bots": True}),
    "traefik": ("formats/access_log/matomo_traefik_json.log", {"keep_bots": True}),
    "ga4": ("formats/ga4/nested_event.json", {}),
    "snowplow": ("formats/snowplow/enriched_from_full_event.tsv", {}),
    "segment": ("formats/segment/batch-with-identify.json", {}),
    "mbox": ("formats/mail/cpython/msg_01.txt", {"own_domains": ["shop.example"]}),
    "mailchimp": ("formats/mail_events/mailchimp/campaign_recipient_activity.csv", {}),
    "klaviyo": ("formats/mail_events/klaviyo/event.csv", {}),
    "hubspot-email": ("formats/mail_events/hubspot/email_event_data.csv", {}),
    "sfmc": ("formats/mail_events/sfmc/event_data.csv", {}),
    "asterisk-cdr": ("formats/asterisk/Master_testsuite.csv", AMSTERDAM),
    "asterisk-cel": ("formats/asterisk/CELMaster1.csv", {}),
    "asterisk-queue-log": ("formats/asterisk/queue_log_excerpts.txt", {}),
    "amazon-connect": ("formats/amazon_connect/ctr_case1.json", {}),
    "genesys-conversations": ("formats/genesys_cloud/conversation_details.json", {}),
    "twilio-calls": ("formats/twilio/twilio_call_data.csv", {}),
    "zendesk-chats": ("formats/zendesk/chat.json", {}),
    "zendesk-tickets": ("formats/zendesk/fivetran/ticket_data.csv", {"tz": "UTC"}),
    "intercom": ("formats/intercom/openapi_2.11_examples.jsonl", {}),
    "whatsapp": ("formats/whatsapp/lorem-2000.txt", AMSTERDAM),
    "slack": ("formats/slack/testarchive.zip", {}),
    "teams": ("formats/teams/chat-message-list.json", {}),
    "qualtrics": ("formats/qualtrics/sample.csv", AMSTERDAM),
}
"""Path below ``../shared`` and options."""


def _lines(*records: dict) -> str:
    return "\n".join(map(json.dumps, records)) + "\n"


_AMPLITUDE = {"uuid": "e1", "event_type": "Order", "user_id": "u1", "device_id": "d1", "amplitude_id": 7}
_AMPLITUDE |= {"event_time": "2024-05-01 09:00:00.000000", "session_id": 1714554000000, "event_properties": {}}
_MIXPANEL = {"time": 1714554000, "distinct_id": "u1", "$insert_id": "i1", "$device_id": "d1"}
_POSTHOG = {"uuid": "e1", "event": "order placed", "distinct_id": "u1", "timestamp": "2024-05-01T09:00:00Z"}
_POSTHOG |= {"properties": {"$session_id": "s1", "$current_url": "https://shop.example/cart"}}
_VISIT = {"idVisit": "5", "visitorId": "a1b2", "userId": None, "firstActionTimestamp": 1714554000}
_VISIT |= {"actionDetails": [{"type": "action", "url": "https://shop.example/cart", "timestamp": 1714554000}]}
_SENDGRID = {"email": "jo@mail.example", "timestamp": 1714554000, "event": "open", "sg_event_id": "s1"}
_AUDIT = {"id": 1, "ticket_id": 5, "author_id": 9, "created_at": "2024-05-01T09:00:00Z", "via": {"channel": "web"}}
_AUDIT |= {"metadata": {}, "events": [{"id": 2, "type": "Create", "field_name": "requester_id", "value": "9"}]}
_POST = {"id": "1", "author_id": "9", "created_at": "2024-05-01T09:00:00.000Z", "conversation_id": "1", "text": "hi"}
_PAGE_POST = {"id": "1_2", "created_time": "2024-05-01T09:00:00+0000", "message": "hi", "from": {"id": "9"}}
_DELIGHTED = {"id": "1", "person": {"id": "2", "email": "jo@mail.example"}, "survey_type": "nps", "score": 9}
_DELIGHTED |= {"comment": "good", "created_at": 1714554000, "updated_at": 1714554000, "person_properties": None}
_OCEL = {
    "eventTypes": [{"name": "place order", "attributes": []}],
    "objectTypes": [{"name": "order", "attributes": []}],
    "events": [
        {
            "id": "e1",
            "type": "place order",
            "time": "2024-05-01T09:00:00Z",
            "attributes": [],
            "relationships": [{"objectId": "o1", "qualifier": "order"}],
        }
    ],
    "objects": [{"id": "o1", "type": "order", "attributes": [], "relationships": []}],
}

_EPISODES = """when,who,what,channel,noted_by,certainty,text
2024-05-01T10:00Z,C1,shop visit,shop,ab,certain,
"""
_SURVEY = """id,email,created_at,score,scale,comment
1,jo@mail.example,2024-05-01T09:00:00Z,9,0-10,good
"""

WRITTEN = {
    "episodes": (
        "episodes.csv",
        _EPISODES,
        {},
    ),
    "ocel": ("orders.json", json.dumps(_OCEL), {"object_type": "order"}),
    "amplitude": ("amplitude.jsonl", _lines(_AMPLITUDE), {}),
    "mixpanel": ("mixpanel.jsonl", _lines({"event": "Order", "properties": _MIXPANEL}), {"tz": "UTC"}),
    "posthog": ("posthog.jsonl", _lines(_POSTHOG), {}),
    "matomo": ("visits.json", json.dumps([_VISIT]), {}),
    "sendgrid": ("events.json", json.dumps([_SENDGRID]), {}),
    "mail-events": ("actions.csv", "email,action,timestamp\njo@mail.example,open,2024-05-01T09:00:00Z\n", {}),
    "zendesk-audits": ("audits.jsonl", _lines(_AUDIT), {}),
    "x-posts": ("posts.json", json.dumps({"data": [_POST], "meta": {"result_count": 1}}), {"own": ["1"]}),
    "facebook-page": ("page.json", json.dumps({"data": [_PAGE_POST]}), {"own": ["1"]}),
    "posts": ("posts.csv", "id,author_id,created_at,text\n1,jo,2024-05-01T09:00:00Z,hi\n", {"own": ["shop"]}),
    "delighted": ("delighted.json", json.dumps([_DELIGHTED]), {}),
    "survey": (
        "nps.csv",
        _SURVEY,
        {"metric": "NPS"},
    ),
}
"""Name, content and options."""
