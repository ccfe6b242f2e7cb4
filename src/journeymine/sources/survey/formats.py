"""The formats of surveys."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_SCORE: Final = ("created_at", "score")

FORMATS: Final = (
    Format(
        "qualtrics",
        "read_qualtrics",
        "survey.qualtrics",
        "survey",
        key="ResponseId",
        zone="chosen for the export: must be said",
        signatures=(
            Signature("delimited", ("StartDate", "EndDate", "Status", "Finished", "ResponseId")),
            Signature("delimited", tuple(f"V{number}" for number in range(1, 11))),
        ),
    ),
    Format(
        "delighted",
        "read_delighted",
        "survey.scores",
        "survey",
        key="id",
        zone="seconds since 1970",
        signatures=(Signature("json", ("id", "person", "survey_type", *_SCORE)),),
    ),
    Format(
        "survey",
        "read_survey",
        "survey.scores",
        "survey",
        key="id",
        zone="said in each time, or must be said",
        signatures=tuple(
            Signature(kind, (*_SCORE, more))
            for kind in ("delimited", "json")
            for more in ("scale", "metric", "question")
        ),
    ),
)
"""What there is to know of each."""
