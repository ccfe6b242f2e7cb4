"""Tables of scores: NPS, CSAT, CES and whatever else is asked for on a scale; Delighted's answers among them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import ID_PREFIX
from journeymine.sources.checks import Check, usable
from journeymine.sources.mapped import Fields, Found
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.survey.answers import OFF_SCALE, activity_of, check_scale, numbers_of, scales_of
from journeymine.sources.times import parse_times

__all__ = ["read_delighted", "read_survey"]

_FIELDS: Final = {
    "id": "id",
    "time": "created_at",
    "score": "score",
    "scale": "scale",
    "metric": "metric",
    "question": "question",
    "comment": "comment",
    "customer": "customer",
    "email": "email",
    "phone": "phone",
}
_DELIGHTED: Final = {
    "id": "id",
    "time": "created_at",
    "version": "updated_at",
    "score": "score",
    "metric": "survey_type",
    "comment": "comment",
    "person": "person",
}
_PERSON: Final = {"delighted_person": "id", "email": "email", "phone": "phone_number"}
_KINDS: Final = ("customer", "email", "phone", "delighted_person")
_CHECKS: Final = (
    Check("no_time", "no time", lambda answers: answers["written"].is_null()),
    Check("bad_time", "{written!r} is not a time", lambda answers: answers["timestamp"].is_null()),
    Check("no_answer", "neither score nor comment", lambda answers: _is_empty(answers)),
    OFF_SCALE,
)


def read_survey(
    path: str | Path,
    *,
    fields: Mapping[str, str] | None = None,
    metric: str | None = None,
    scale: str | None = None,
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    r"""Read a table of answers to a survey, one answer a row: a score on a scale, and perhaps a comment.

    Parameters
    ----------
    path
        JSON lines, a JSON array, or delimited text with a header; also as gzip.
    fields
        Where the file has what: ``id``, ``time``, ``score``, ``scale``, ``metric`` (what is measured, such as NPS),
        ``question``, ``comment``, ``customer``, ``email``, ``phone``. Names of columns, or of JSON fields with dots
        between levels. What is not given is looked for under these names, the time as ``created_at``.
    metric
        What is measured, if the file does not say it.
    scale
        From where to where scores go, such as ``"1-5"``, if the file does not say it; for NPS it is known.
    tz
        Zone of times that carry none.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Channel ``survey``. Activity ``survey answered``, with the metric where it is known: ``survey answered: NPS``.
        Attributes ``score`` (a number), ``scale``, ``metric``, ``question``; ``text`` is the comment. Of answers with
        one ``id`` the last is used. In the quarantine: rows without usable time, without score and comment, or with a
        score that is not on its scale. A score that is no number is left out, with a note.

    Raises
    ------
    UnknownOptionError
        If `fields` names something else.
    UnknownColumnError
        If the file does not have a field that is needed.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    OptionError
        If `scale` is none.
    FormatError, EmptySourceError
        If there is nothing to read, or it is neither JSON nor delimited text.

    Examples
    --------
    >>> _ = (tmp / "nps.csv").write_text("id,at,score,email\n7,2024-05-01T09:00Z,9,jo@mail.example\n")
    >>> log = read_survey(tmp / "nps.csv", fields={"time": "at"}, metric="NPS")
    >>> log.table.select(["activity", "customer", "score", "scale"]).to_pylist()
    [{'activity': 'survey answered: NPS', 'customer': 'email:jo@mail.example', 'score': 9.0, 'scale': '0-10'}]
    """
    check_scale(scale)
    path = Path(path)
    found = Fields("survey answer", _FIELDS, ("time", "score"), fields or {}).read(path)
    reading = _gathered((_reading(block, path.name, metric, scale, tz) for block in found), name or path.name)
    return to_log(reading, channel="survey", observed_until=observed_until, country=country)


def read_delighted(
    path: str | Path,
    *,
    scale: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read survey responses of Delighted, as its API lists them.

    Parameters
    ----------
    path
        A JSON array or JSON lines; also as gzip.
    scale
        From where to where scores go, such as ``"1-5"``; for NPS it is known.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        As `read_survey` gives it, with ``survey_type`` as the metric. ``id_delighted_person`` is the person's id, and
        ``id_email`` and ``id_phone`` are there where the list was made with ``expand[]=person``. Of a response
        delivered twice the one with the latest ``updated_at`` is used.

    Raises
    ------
    OptionError
        If `scale` is none.
    FormatError, EmptySourceError
        If there is nothing to read, or it is no list of responses.

    Examples
    --------
    >>> _ = (tmp / "responses.json").write_text('[{"id": "1", "person": "10", "survey_type": "nps", "score": 3, '
    ...     '"comment": "Too slow", "created_at": 1714554000, "updated_at": null}]')
    >>> read_delighted(tmp / "responses.json").table.select(["activity", "customer", "score", "text"]).to_pylist()
    [{'activity': 'survey answered: NPS', 'customer': 'delighted_person:10', 'score': 3.0, 'text': 'Too slow'}]
    """
    check_scale(scale)
    path = Path(path)
    found = Fields("survey response", _DELIGHTED, ("time", "score")).read(path)
    blocks = (replace(block, table=_with_person(block.table)) for block in found)
    reading = _gathered((_reading(block, path.name, None, scale, None) for block in blocks), name or path.name)
    return to_log(reading, channel="survey", observed_until=observed_until, country=country)


def _with_person(table: pa.Table) -> pa.Table:
    """Take apart who answered, which is an id or an object."""
    people = columns.encode(table["person"])
    told = [_person(value) for value in people.dictionary.to_pylist()]
    for kind, key in _PERSON.items():
        values = pa.array(
            [person.get(key) if isinstance(person.get(key), str) else None for person in told], pa.string()
        )
        table = table.append_column(kind, columns.relabel(people, values))
    return table


def _person(written: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        found = json.loads(written)
        if isinstance(found, dict):
            return found | {"id": None if found.get("id") is None else str(found["id"])}
    return {"id": written}


# --- from fields to touchpoints ------------------------------------------------------------------------------------


def _gathered(readings: Iterable[Reading], source: str) -> Reading:
    reading = gather(readings)
    events, duplicates = keep_latest(reading.events, "version")
    return replace(reading, source=source, events=events.drop_columns(["version"]), used=None, duplicate=duplicates)


def _reading(found: Found, source: str, metric: str | None, scale: str | None, tz: str | None) -> Reading:
    moments = parse_times(found.table["time"], tz=tz)
    answers, unread = _answers(found, metric, scale)
    answers = answers.append_column("timestamp", moments.array)
    answers, rejects = usable(answers, _CHECKS, found.payload)
    return Reading(
        source,
        "survey answers",
        len(found.lines) + len(found.rejects),
        answers.drop_columns("written"),
        rejects=[*found.rejects, *rejects],
        notes=[*found.notes, *moments.notes, *unread],
    )


def _answers(found: Found, metric: str | None, scale: str | None) -> tuple[pa.Table, list[str]]:
    """Put what is told of answers in columns; say how many scores are no numbers."""
    nothing = pa.nulls(len(found.lines), pa.string())
    told = {name: columns.whole(found.table[name]) for name in found.table.column_names}
    texts = {name: column.cast(pa.string()) for name, column in told.items()}
    metrics = pc.coalesce(texts.get("metric", nothing), pa.scalar(metric, pa.string()))
    scores = numbers_of(texts["score"])
    unread = texts["score"].is_valid().true_count - scores.is_valid().true_count
    answers = {
        "event_id": texts["id"],
        "activity": activity_of(metrics),
        "written": told["time"],
        "score": scores,
        "scale": scales_of(texts.get("scale", nothing), metrics, scale),
        "metric": metrics,
        "question": texts.get("question", nothing),
        "text": texts["comment"],
        "version": told.get("version", nothing),
        "source_row": pa.array(found.lines),
        **{ID_PREFIX + kind: texts[kind] for kind in _KINDS if kind in texts},
    }
    return pa.table(answers), [f"{unread:,} scores are no numbers; left out"] if unread else []


def _is_empty(answers: pa.Table) -> pa.ChunkedArray:
    return pc.and_(answers["score"].is_null(), answers["text"].is_null())
