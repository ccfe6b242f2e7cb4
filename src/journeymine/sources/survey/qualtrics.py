"""Responses to surveys of Qualtrics, as its CSV exports give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import TimeZoneError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources import inputs
from journeymine.sources.attributes import own_name
from journeymine.sources.checks import Check, drop, usable
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.rows import Rows
from journeymine.sources.survey.answers import (
    OFF_SCALE,
    UNFINISHED,
    activity_of,
    check_scale,
    numbers_of,
    scales_of,
)
from journeymine.sources.survey.qualtrics_columns import Columns, columns_of
from journeymine.sources.times import parse_times

__all__ = ["read_qualtrics"]

_PREVIEW: Final = 1 | 2  # bits of a numeric status: seen by its author, or made by a test
_SPAM: Final = 8
_CHECKS: Final = (
    Check("no_id", "no response id", lambda found: found["event_id"].is_null()),
    Check("no_time", "no start", lambda found: found["written"].is_null()),
    Check("bad_time", "{written!r} is not a time", lambda found: found["timestamp"].is_null()),
    drop("preview", "a preview or test by the company itself", lambda found: pc.equal(found["trial"], "preview")),
    drop("spam", "marked as spam", lambda found: pc.equal(found["trial"], "spam")),
    OFF_SCALE,
)


def read_qualtrics(
    path: str | Path,
    *,
    tz: str | None,
    score: str | None = None,
    metric: str | None = None,
    scale: str | None = None,
    comment: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    r"""Read responses to a survey of Qualtrics from its CSV or TSV export, one response a row.

    Three header rows are expected (names, questions, ImportIds), in whatever language; or the two of the older layout,
    whose columns V1, V2 … are named in the second row.

    Parameters
    ----------
    path
        The file; also as gzip.
    tz
        Zone of the times: the one that was chosen for the export, by default that of the Qualtrics account.
    score
        Name of the question (as in the first row) whose answer is the score; by default the Net Promoter question.
    metric, scale
        What the score measures, such as ``"CSAT"``, and from where to where it goes, such as ``"1-5"``; known for a Net
        Promoter question.
    comment
        Name of the question whose answer is free text; by default all that are known to be. Needed for the older
        layout, which does not tell.
    observed_until
        When the export was made; by default the end of its last response.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``survey``. Activity ``survey answered``, with the metric of its score (``survey answered: NPS``), or
        ``survey left unfinished``; from ``StartDate`` to ``EndDate``, which for an unfinished one is the last that was
        heard. ``event_id`` is the response id. Identifiers ``email`` (of the recipient) and ``customer`` (the external
        data reference: the company's own number). Attributes ``score``, ``scale``, ``metric``, ``question`` (of the
        score), ``finished``, ``duration_seconds``, ``distribution``, ``language``, the answers under the names of their
        questions, and embedded data; ``text`` is free text. Addresses, places and names of persons are not read.
        In the quarantine: responses without id or usable time, or with a score that is not on its scale, and, set
        aside, previews, tests and spam.

    Raises
    ------
    TimeZoneError
        If `tz` is None, or nobody knows it.
    FormatError
        If the file is no export of Qualtrics.
    UnknownColumnError
        If `score` or `comment` is no question; the message names the closest.
    OptionError
        If `scale` is none.
    EmptySourceError
        If there is no response.

    Examples
    --------
    >>> ids = ["startDate", "endDate", "_recordId", "recipientEmail", "QID1", "QID1_NPS_GROUP"]
    >>> cells = ",".join('"{""ImportId"":""' + name + '""}"' for name in ids)
    >>> _ = (tmp / "survey.csv").write_text(
    ...     "StartDate,EndDate,ResponseId,RecipientEmail,Q1,Q1_NPS_GROUP\n"
    ...     "Start,End,Id,Mail,Would you recommend us?,Group\n" + cells + "\n"
    ...     "2024-05-01 09:00:00,2024-05-01 09:01:00,R_1,jo@mail.example,9,3\n")
    >>> log = read_qualtrics(tmp / "survey.csv", tz="Europe/Amsterdam")
    >>> log.table.select(["activity", "customer", "score", "scale"]).to_pylist()
    [{'activity': 'survey answered: NPS', 'customer': 'email:jo@mail.example', 'score': 9.0, 'scale': '0-10'}]
    """
    path = Path(path)
    if tz is None:
        said = "its times are those of the zone that was chosen for the export. Say which with tz="
        raise TimeZoneError(f"{path.name} has times without a zone: {said}, such as tz='Europe/Amsterdam'")
    check_scale(scale)
    found = _chosen(columns_of(path), score, comment, path.name)
    metric = "NPS" if metric is None and score is None and found.nps else metric
    reading = gather(_readings(path, found, metric=metric, scale=scale, tz=tz))
    events, duplicates = keep_latest(reading.events)
    until = observed_until or pc.max(pc.coalesce(events["end_timestamp"], events["timestamp"])).as_py()
    reading = replace(reading, source=name or path.name, events=events, used=None, duplicate=duplicates)
    return to_log(reading, channel="survey", observed_until=until)


def _chosen(found: Columns, score: str | None, comment: str | None, source: str) -> Columns:
    """Take the columns of score and free text that were asked for."""
    for option, column in (("score", score), ("comment", comment)):
        if column is not None and column not in found.answers:
            raise UnknownColumnError(f"{option} question {{name!r}} is not in {source}", column, found.answers)
    return replace(found, nps=score or found.nps, comments=found.comments if comment is None else [comment])


def _readings(path: Path, found: Columns, *, metric: str | None, scale: str | None, tz: str) -> Iterator[Reading]:
    left = found.head
    for rows, notes in delimited_tables(inputs.blocks(path, keep_broken=True, record_end=row_end)):
        skipped = min(left, rows.table.num_rows)
        left -= skipped
        rows = replace(rows, table=rows.table.slice(skipped), lines=rows.lines[skipped:])
        responses, told = _responses(rows, found, metric, scale, tz)
        events, rejects = usable(responses, _CHECKS, rows.payload)
        yield Reading(
            path.name,
            "qualtrics",
            rows.rows_in,
            events.drop_columns(["written", "trial"]),
            rejects=[*rows.rejects, *rejects],
            notes=[*notes, *told],
        )


def _responses(
    rows: Rows, found: Columns, metric: str | None, scale: str | None, tz: str
) -> tuple[pa.Table, list[str]]:
    """Put responses in columns; say what a reader of the figures should know."""
    table, nothing = rows.table, pa.nulls(rows.table.num_rows, pa.string())

    def cell(kind: str) -> pa.Array:
        return columns.whole(table[found.known[kind]]) if kind in found.known else nothing

    start, end = (parse_times(cell(kind), tz=tz, name=kind) for kind in ("start", "end"))
    early = ~end.bad & ~start.bad & (end.microseconds < start.microseconds)
    metrics = _same(metric, rows)
    answered = nothing if found.nps is None else columns.whole(table[found.nps])
    scores = numbers_of(answered)
    unread = answered.is_valid().true_count - scores.is_valid().true_count
    finished = pc.invert(pc.is_in(pc.utf8_lower(cell("finished")), pa.array(["0", "false"])))
    responses = {
        "event_id": cell("id"),
        "activity": pc.if_else(finished, activity_of(metrics), UNFINISHED),
        "written": cell("start"),
        "timestamp": start.array,
        "end_timestamp": replace(end, bad=end.bad | early).array,
        "id_email": cell("email"),
        "id_customer": cell("customer"),
        "score": scores,
        "scale": scales_of(nothing, metrics, scale),
        "metric": metrics,
        "question": _same(found.answers.get(found.nps or "") or None, rows),
        "finished": finished,
        "duration_seconds": numbers_of(cell("duration")),
        "distribution": cell("distribution"),
        "language": cell("language"),
        "text": _joined([columns.whole(table[name]) for name in found.comments], nothing),
        "trial": _trials(cell("status")),
        "source_row": pa.array(rows.lines),
    }
    kept = [name for name in (*found.answers, *found.embedded) if name not in (*found.comments, found.nps)]
    more = {_free(name, responses): table[name] for name in kept}
    facts = {"responses end before they begin; their ends are left out": int(np.count_nonzero(early)),
             "scores are no numbers; left out": unread}  # fmt: skip
    notes = [f"{count:,} {fact}" for fact, count in facts.items() if count]
    return pa.table(responses | more), [*start.notes, *end.notes, *notes]


def _same(value: str | None, rows: Rows) -> pa.Array:
    return columns.label(value, rows.table.num_rows).dictionary_decode()


def _free(name: str, taken: dict[str, pa.Array]) -> str:
    """Name the column of an answer, which may be called as one of ours is."""
    return f"event:{name}" if name in taken else own_name(name)


def _joined(texts: list[pa.Array], nothing: pa.Array) -> pa.Array:
    r"""Join free texts, one a line."""
    if len(texts) < 2:
        return texts[0] if texts else nothing
    joined = pc.binary_join_element_wise(*texts, "\n", null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _trials(status: pa.Array) -> pa.Array:
    """Tell previews, tests and spam by their status, which is a number or a word."""
    labels = columns.encode(status)
    told = pa.array([_trial(value) for value in labels.dictionary.to_pylist()], pa.string())
    return columns.relabel(labels, told).dictionary_decode()


def _trial(status: str) -> str | None:
    bits, words = int(status) if status.isdecimal() else 0, status.casefold()
    if bits & _PREVIEW or "preview" in words or words == "survey test":
        return "preview"
    return "spam" if bits & _SPAM or "spam" in words else None
