"""The interactive journey map in a notebook, whose clicks come back to Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from journeymine.analytics.journey_map import JourneyMap, journey_map
from journeymine.durations import Duration
from journeymine.errors import MissingExtraError, OptionError
from journeymine.log.eventlog import EventLog
from journeymine.reporting.language import language as language_of
from journeymine.reporting.map_data import MAP_TEXTS, map_data
from journeymine.summary.summary import Summary

if TYPE_CHECKING:
    from journeymine.reporting.map_model import MapWidget

__all__ = ["map_widget"]


def map_widget(
    log: EventLog | Summary | JourneyMap,
    *,
    goal: str | None = None,
    end: str | Sequence[str] = (),
    within: Duration | None = None,
    segments: Mapping[str, JourneyMap] | None = None,
    language: str = "en",
) -> MapWidget:
    """Show a journey map in a notebook, to be looked through.

    Parameters
    ----------
    log
        A log or a summary; or a journey map, which has its goal, ends and window already.
    goal, end
        Activities that complete a journey, with and without success: they have no drop-off.
    within
        Window of the drop-off, by default as in `dropoff`.
    segments
        Maps of groups of customers, to see how their journeys differ; no customer may be in two of them.
    language
        Of its words and numbers: ``"en"`` or ``"nl"``.

    Returns
    -------
    MapWidget
        A widget. Its ``touchpoint`` is the one that was clicked, or None, and ``paths`` how many paths the slider
        shows; both can be read, observed and set. A stored notebook shows a picture in its place.

    Raises
    ------
    MissingExtraError
        If anywidget is not installed: ``pip install 'journeymine[widget]'``.
    OptionError
        If `log` is a journey map, and a goal, an end or a window is given.
    UnknownActivityError
        If `goal` or an `end` never occurs; the message names the closest activities.
    UnknownOptionError
        If there is no such language.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> widget = map_widget(log, goal="buy")
    >>> widget.paths, widget.touchpoint
    (1, None)
    """
    from journeymine.draw.files import map_png

    try:
        from journeymine.reporting.map_model import MapWidget
    except ImportError as error:
        raise MissingExtraError("anywidget", "widget") from error
    if isinstance(log, JourneyMap) and (goal is not None or end or within is not None):
        raise OptionError(
            "a journey map has its goal, ends and window already: give them to journey_map, or give a log"
        )
    shown = log if isinstance(log, JourneyMap) else journey_map(log, goal=goal, end=end, within=within)
    texts = language_of(language).texts.get("map_texts", MAP_TEXTS)
    return MapWidget(map_data(shown, segments=segments), texts, language, map_png(shown.plan()))
