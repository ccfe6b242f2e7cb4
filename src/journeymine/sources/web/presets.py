"""What stands where in the exports of Amplitude, Mixpanel and PostHog: data, for one reader of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from journeymine.sources.web.tracking import Tracker

__all__ = ["AMPLITUDE", "MIXPANEL", "POSTHOG", "Preset"]


@dataclass(frozen=True)
class Preset:
    """What stands where in the export of a tracker.

    Attributes
    ----------
    tracker
        How its records are to be understood.
    fields
        Path of each column. Those with an underscore in front only help to make others.
    homes
        Paths of the objects that hold a company's own properties, the preferred one first.
    pages, screens
        Events that are views of a page; and of a screen of an app, whose name is ``_screen``.
    gestures
        Whether ``_gesture`` says of some events what was done; together they have a word of their own.
    key, session
        The columns that together tell deliveries of one event, and sessions, apart.
    urls, values
        The columns of the URL and of the amount of money, the preferred one first.
    """

    tracker: Tracker
    fields: Mapping[str, str]
    homes: tuple[str, ...]
    pages: tuple[str, ...]
    key: tuple[str, ...]
    urls: tuple[str, ...]
    session: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    gestures: bool = False


_CLICK, _CHANGE, _SUBMIT = "element clicked", "element changed", "form submitted"
_RAGE, _DEAD, _PAGE, _SCREEN = "rage click", "dead click", "page viewed", "screen viewed"

_BY_HAND: Final = {  # what Amplitude's own script captures, with or without its name in front
    "Element Clicked": _CLICK,
    "Element Changed": _CHANGE,
    "Form Started": "form started",
    "Form Submitted": _SUBMIT,
    "File Downloaded": "file downloaded",
    "Rage Click": _RAGE,
    "Dead Click": _DEAD,
    "Screen Viewed": _SCREEN,
    "Page Viewed": _PAGE,
}
_SESSIONS: Final = ("session_start", "session_end", "Session Started", "Session Ended", "Start Session", "End Session")
_PROPERTY: Final = "event_properties."

AMPLITUDE: Final = Preset(
    Tracker(
        "amplitude",
        "an event has 'event_type', 'event_time' and 'amplitude_id'",
        zone="UTC",
        words={f"[Amplitude] {name}": words for name, words in _BY_HAND.items()},
        automatic=(
            *_SESSIONS,
            *(f"[Amplitude] {name}" for name in (*_SESSIONS, "Network Request", "Web Vitals")),
            "Web Vitals",
            "$groupidentify",
            "revenue_amount",
        ),
        edges={"$identify": ({"user": "id_user", "device": "id_device", "amplitude": "id_amplitude"},)},
    ),
    fields={
        "event": "event_type",
        "written": "event_time",
        "_key": "uuid",
        "id_user": "user_id",
        "id_device": "device_id",
        "id_amplitude": "amplitude_id",
        "id_email": "user_properties.email",
        "_session": "session_id",
        "platform": "platform",
        "device": "device_type",
        "country": "country",
        "_location": _PROPERTY + "[Amplitude] Page Location",
        "_url": _PROPERTY + "[Amplitude] Page URL",
        "_plain_location": _PROPERTY + "Page Location",
        "_plain_url": _PROPERTY + "Page URL",
        "_screen": _PROPERTY + "[Amplitude] Screen Name",
        "title": _PROPERTY + "[Amplitude] Page Title",
        "_revenue": _PROPERTY + "$revenue",
        "_own_revenue": _PROPERTY + "revenue",
        "utm_source": "user_properties.utm_source",
        "utm_medium": "user_properties.utm_medium",
        "utm_campaign": "user_properties.utm_campaign",
    },
    homes=("event_properties", "user_properties"),
    pages=("[Amplitude] Page Viewed", "Page Viewed", "Page viewed", "[Amplitude] Page View"),
    screens=("[Amplitude] Screen Viewed",),
    key=("_key",),
    session=("id_device", "_session"),
    urls=("_location", "_url", "_plain_location", "_plain_url"),
    values=("_revenue", "_own_revenue"),
)

MIXPANEL: Final = Preset(
    Tracker(
        "mixpanel",
        "an event has 'event' and 'properties' with 'time' and 'distinct_id'",
        words={
            "$mp_web_page_view": _PAGE,
            "$mp_click": _CLICK,
            "$mp_input_change": _CHANGE,
            "$mp_submit": _SUBMIT,
            "$mp_scroll": "scrolled",
            "$mp_rage_click": _RAGE,
            "$mp_dead_click": _DEAD,
        },
        automatic=("$ae_session", "$ae_first_open", "$ae_updated", "$mp_page_leave", "$mp_session_record"),
        edges={
            "$identify": ({"user": "_identified", "distinct": "_anonymous"},),
            "$create_alias": (
                {"distinct": "id_distinct", "alias": "_alias"},
                {"distinct": "_alias", "alias": "_alias"},
            ),
            "$merge": ({"distinct": "_first", "alias": "_first"}, {"distinct": "_second", "alias": "_first"}),
        },
    ),
    fields={
        "event": "event",
        "written": "properties.time",
        "_insert": "properties.$insert_id",
        "id_user": "properties.$user_id",
        "id_device": "properties.$device_id",
        "id_distinct": "properties.distinct_id",
        "id_email": "properties.$email",
        "_identified": "properties.$identified_id",
        "_anonymous": "properties.$anon_id",
        "_alias": "properties.alias",
        "_merged": "properties.$distinct_ids",
        "platform": "properties.$os",
        "device": "properties.$device",
        "country": "properties.mp_country_code",
        "_url": "properties.$current_url",
        "_path": "properties.current_url_path",
        "title": "properties.current_page_title",
        "referrer": "properties.$referrer",
        "utm_source": "properties.utm_source",
        "utm_medium": "properties.utm_medium",
        "utm_campaign": "properties.utm_campaign",
    },
    homes=("properties",),
    pages=("$mp_web_page_view",),
    key=("_insert", "id_distinct", "event", "written"),
    urls=("_url", "_path"),
)

POSTHOG: Final = Preset(
    Tracker(
        "posthog",
        "an event has 'uuid', 'event', 'distinct_id' and 'timestamp'",
        zone="UTC",
        words={
            "$pageview": _PAGE,
            "$screen": _SCREEN,
            "$autocapture": "element used",
            "$autocapture click": _CLICK,
            "$autocapture change": _CHANGE,
            "$autocapture submit": _SUBMIT,
            "$rageclick": _RAGE,
            "$dead_click": _DEAD,
            "$exception": "error shown",
        },
        automatic=(
            "$pageleave", "$feature_flag_called", "$web_vitals", "$set", "$groupidentify", "$opt_in", "$$heatmap",
            "$performance_event", "$snapshot",
        ),
        edges={
            "$identify": (
                {"user": "id_distinct", "distinct": "_anonymous"},
                {"user": "id_distinct", "distinct": "id_distinct"},
            ),
            **dict.fromkeys(
                ("$create_alias", "$merge_dangerously"),
                ({"distinct": "id_distinct", "alias": "_alias"}, {"distinct": "_alias", "alias": "_alias"}),
            ),
        },
    ),
    fields={
        "event": "event",
        "written": "timestamp",
        "_key": "uuid",
        "id_user": "properties.$user_id",
        "id_device": "properties.$device_id",
        "id_distinct": "distinct_id",
        "id_person": "person_id",
        "id_email": "person_properties.email",
        "_anonymous": "properties.$anon_distinct_id",
        "_alias": "properties.alias",
        "_session": "properties.$session_id",
        "_gesture": "properties.$event_type",
        "_screen": "properties.$screen_name",
        "platform": "properties.$os",
        "device": "properties.$device_type",
        "country": "properties.$geoip_country_code",
        "_url": "properties.$current_url",
        "title": "properties.title",
        "referrer": "properties.$referrer",
        "utm_source": "properties.utm_source",
        "utm_medium": "properties.utm_medium",
        "utm_campaign": "properties.utm_campaign",
    },
    homes=("properties", "person_properties"),
    pages=("$pageview",),
    screens=("$screen",),
    gestures=True,
    key=("_key",),
    session=("_session",),
    urls=("_url",),
)  # fmt: skip
