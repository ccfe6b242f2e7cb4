"""Exports of Amplitude, Mixpanel and PostHog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from journeymine.errors import TimeZoneError
from journeymine.log.eventlog import EventLog
from journeymine.sources.web.pages import Activity
from journeymine.sources.web.preset_reader import read_preset
from journeymine.sources.web.presets import AMPLITUDE, MIXPANEL, POSTHOG
from journeymine.sources.web.url import url_template

__all__ = ["read_amplitude", "read_mixpanel", "read_posthog"]


def read_amplitude(
    path: str | Path,
    *,
    activity: Activity = url_template,
    properties: Sequence[str] = (),
    keep_automatic: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read events that Amplitude's Export API gives.

    A view of a page is the touchpoint of its URL, such as ``/orders/{id}``; that of a screen its name. What Amplitude
    captures by itself is called by words (``[Amplitude] Form Submitted`` is ``form submitted``); other events keep
    their names. Starts and ends of sessions, ``revenue_amount`` and the like are no touchpoints (``automatic``).
    ``$identify`` is no event either: it tells which identifiers belong together.

    Parameters
    ----------
    path
        JSON lines, also as gzip, or a folder of such files: what the downloaded archive unpacks to.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    properties
        Names of event properties, and of user properties, to keep as attributes, such as ``["plan"]``.
    keep_automatic
        Whether events that the tracker makes by itself are kept.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user``, ``device``, ``amplitude`` (its own) and ``email`` (a user property).
        Attributes, as far as there are any: ``path`` (of the page it happened on), ``title``, ``session`` (together
        with the device), ``platform``, ``device``, ``country``, ``utm_source``, ``utm_medium``, ``utm_campaign``,
        ``value`` (revenue) and `properties`. Times are UTC. An event delivered twice, by its ``uuid``, is used once.

        In the quarantine: lines that are no JSON, events without a name or a usable time, and those that are no
        touchpoints.

    Raises
    ------
    FormatError
        If a file is no JSON, or none holds Amplitude's events.
    EmptySourceError
        If there is nothing in it.
    UnknownColumnError
        If no event has one of `properties`.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "events.json").write_text('{"event_type": "Sign up", "event_time": "2024-05-01 09:00:00.123000", '
    ...     '"user_id": "C1", "device_id": "d1", "amplitude_id": 17, "uuid": "6f1c2d3e"}')
    >>> read_amplitude(tmp / "events.json")
    <EventLog 1 event · 1 customer · 1 channel · 2024-05-01 – 2024-05-01>
    """
    return read_preset(
        AMPLITUDE,
        path,
        activity=activity,
        properties=properties,
        keep_automatic=keep_automatic,
        observed_until=observed_until,
        name=name,
    )


def read_mixpanel(
    path: str | Path,
    *,
    tz: str | None,
    activity: Activity = url_template,
    properties: Sequence[str] = (),
    keep_automatic: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read events that Mixpanel's raw export gives.

    A view of a page is the touchpoint of its URL, such as ``/orders/{id}``. What Mixpanel captures by itself is called
    by words (``$mp_submit`` is ``form submitted``); other events keep their names. ``$ae_session`` and the like are no
    touchpoints (``automatic``). ``$identify``, ``$create_alias`` and ``$merge`` are no events either: they tell which
    identifiers belong together.

    Parameters
    ----------
    path
        JSON lines, also as gzip, or a folder of such files.
    tz
        Where the clock of the times stood. Projects made before 2023 are exported with seconds that count the wall
        clock of the project's zone: give that zone, such as ``"Europe/Amsterdam"``. Newer ones, and those whose zone
        is UTC, need ``"UTC"``. The file does not say which it is.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    properties
        Names of properties to keep as attributes, such as ``["plan"]``.
    keep_automatic
        Whether events that the tracker makes by itself are kept.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user`` (``$user_id``), ``device``, ``distinct`` (``distinct_id``: a user or a
        device, so it proves little) and ``email``. Attributes, as far as there are any: ``path`` (of the page it
        happened on), ``title``, ``referrer``, ``platform``, ``device``, ``country``, ``utm_source``, ``utm_medium``,
        ``utm_campaign`` and `properties`. An event delivered twice is used once; ``$insert_id``, ``distinct_id``,
        name and time together tell, as they do Mixpanel.

        In the quarantine: lines that are no JSON, events without a name or a usable time, and those that are no
        touchpoints.

    Raises
    ------
    TimeZoneError
        If `tz` is None, or nobody knows it.
    FormatError
        If a file is no JSON, or none holds Mixpanel's events.
    EmptySourceError
        If there is nothing in it.
    UnknownColumnError
        If no event has one of `properties`.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "events.jsonl").write_text('{"event": "Sign up", "properties": {"time": 1714554000, '
    ...     '"distinct_id": "C1", "$insert_id": "6f1c2d3e"}}')
    >>> str(read_mixpanel(tmp / "events.jsonl", tz="Europe/Amsterdam").span[0])
    '2024-05-01 07:00:00+00:00'
    """
    if tz is None:
        raise TimeZoneError(_explain_zone(Path(path).name))
    preset = replace(MIXPANEL, tracker=replace(MIXPANEL.tracker, zone=tz, counts_wall_clock=True))
    return read_preset(
        preset,
        path,
        activity=activity,
        properties=properties,
        keep_automatic=keep_automatic,
        observed_until=observed_until,
        name=name,
    )


def _explain_zone(name: str) -> str:
    return (
        f"{name} does not say where its clock stood: Mixpanel exports projects made before 2023 in the project's zone. "
        "Give it with tz=, such as tz='Europe/Amsterdam'; for newer projects tz='UTC'"
    )


def read_posthog(
    path: str | Path,
    *,
    activity: Activity = url_template,
    properties: Sequence[str] = (),
    keep_automatic: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read events that PostHog's batch exports give as JSON lines.

    A view of a page is the touchpoint of its URL, such as ``/orders/{id}``; that of a screen its name. What PostHog
    captures by itself is called by words (a click in ``$autocapture`` is ``element clicked``); other events keep their
    names. ``$pageleave``, ``$feature_flag_called`` and the like are no touchpoints (``automatic``). ``$identify``,
    ``$create_alias`` and ``$merge_dangerously`` are no events either: they tell which identifiers belong together.

    Parameters
    ----------
    path
        JSON lines, also as gzip, or a folder of such files.
    activity
        Gives the touchpoint of a page by its URL; called once for each distinct one. None for a page that is none.
    properties
        Names of properties of events, and of persons, to keep as attributes, such as ``["plan"]``.
    keep_automatic
        Whether events that the tracker makes by itself are kept.
    observed_until
        When the export was made; by default the time of its last event of any kind.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``web``. Identifiers: ``user`` (``$user_id``), ``device``, ``distinct`` (``distinct_id``: a user or a
        device, so it proves little), ``person`` (PostHog's own) and ``email`` (a property of the person). Attributes,
        as far as there are any: ``path`` (of the page it happened on), ``title``, ``referrer``, ``session``,
        ``platform``, ``device``, ``country``, ``utm_source``, ``utm_medium``, ``utm_campaign`` and `properties`.
        Times without a zone are UTC. An event delivered twice, by its ``uuid``, is used once.

        In the quarantine: lines that are no JSON, events without a name or a usable time, and those that are no
        touchpoints.

    Raises
    ------
    FormatError
        If a file is no JSON, or none holds PostHog's events.
    EmptySourceError
        If there is nothing in it.
    UnknownColumnError
        If no event has one of `properties`.
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> _ = (tmp / "events.jsonl").write_text('{"uuid": "6f1c2d3e", "event": "$pageview", "distinct_id": "C1", '
    ...     '"timestamp": "2024-05-01T09:00:00Z", "properties": {"$current_url": "https://shop.example/cart"}}')
    >>> read_posthog(tmp / "events.jsonl").activities
    ['/cart']
    """
    return read_preset(
        POSTHOG,
        path,
        activity=activity,
        properties=properties,
        keep_automatic=keep_automatic,
        observed_until=observed_until,
        name=name,
    )
