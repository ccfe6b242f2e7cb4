"""What the columns of a Qualtrics export hold, by the ImportIds of its third row or the names of its second."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from journeymine.errors import FormatError
from journeymine.sources import inputs
from journeymine.sources.delimited import delimited_tables, row_end

__all__ = ["Columns", "columns_of"]

_KNOWN: Final = {
    "_recordid": "id",
    "responseid": "id",
    "startdate": "start",
    "enddate": "end",
    "recordeddate": "recorded",
    "status": "status",
    "finished": "finished",
    "duration": "duration",
    "recipientemail": "email",
    "emailaddress": "email",
    "externaldatareference": "customer",
    "distributionchannel": "distribution",
    "userlanguage": "language",
}
"""Names that Qualtrics gives to columns, in lower case, and what they are to us."""

_PASSED_OVER: Final = ("ipaddress", "progress", "recipientlastname", "recipientfirstname", "responseset", "name", "",
                       "locationlatitude", "locationlongitude", "locationaccuracy")  # fmt: skip
_NEEDED: Final = {"id": "ResponseId", "start": "StartDate", "end": "EndDate"}
_QUESTION: Final = re.compile(r"QID\d")
_PLACEHOLDER: Final = re.compile(r"V\d+$")
_HEAD_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Columns:
    """The columns of an export.

    Attributes
    ----------
    head
        How many rows below the first are no responses.
    known
        Column of what Qualtrics itself notes, such as ``start``.
    answers
        Question of each column that holds answers.
    comments
        Those of them that are known to hold free text.
    nps
        The one that holds the score of a Net Promoter question, if there is one.
    embedded
        Columns with data that the company put into the survey.
    """

    head: int
    known: dict[str, str]
    answers: dict[str, str]
    comments: list[str]
    nps: str | None
    embedded: list[str]


def columns_of(path: Path) -> Columns:
    """Look at the first rows of an export.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Columns
        What its columns hold.

    Raises
    ------
    FormatError
        If it is no export of Qualtrics.
    """
    blocks = inputs.blocks(path, keep_broken=True, record_end=row_end, size=_HEAD_BYTES)
    table = next(delimited_tables(blocks))[0].table
    names, more = (*table.slice(0, 2).to_pylist(), {}, {})[:2]
    ids = _import_ids(more)
    found = _of_ids(ids, names) if ids else _of_names(names, table.column_names)
    missing = [name for kind, name in _NEEDED.items() if kind not in found.known]
    if missing:
        raise FormatError(
            f"{path.name} is no export of Qualtrics: it has no {', '.join(missing)}, neither by ImportIds in its third "
            "row nor by names in its second. Export the responses as CSV with all three header rows"
        )
    return found


def _import_ids(row: dict[str, str | None]) -> dict[str, str]:
    """Give the ImportId of each column; nothing where the row is another one."""
    ids = {}
    for column, cell in row.items():
        with suppress(ValueError, TypeError, KeyError):
            ids[column] = str(json.loads(cell or "")["ImportId"])
    return ids


def _of_ids(ids: dict[str, str], questions: dict[str, str | None]) -> Columns:
    answers = {column: questions[column] or "" for column, found in ids.items() if _QUESTION.match(found)}
    groups = {found.removesuffix("_NPS_GROUP") for found in ids.values() if found.endswith("_NPS_GROUP")}
    others = [column for column in ids if column not in answers and _plain(ids[column]) not in (*_KNOWN, *_PASSED_OVER)]
    return Columns(
        head=2,
        known={_KNOWN[_plain(found)]: column for column, found in ids.items() if _plain(found) in _KNOWN},
        answers=answers,
        comments=[column for column in answers if ids[column].endswith("_TEXT")],
        nps=next((column for column in answers if ids[column] in groups), None),
        embedded=others,
    )


def _of_names(names: dict[str, str | None], header: list[str]) -> Columns:
    """Tell columns of the older layout: V1, V2 … hold what is named below; the others are questions, and data."""
    told = {column: _plain(names.get(column) or "") for column in header}
    fixed = {column for column in header if _PLACEHOLDER.match(column) or told[column] in _PASSED_OVER}
    return Columns(
        head=1,
        known={_KNOWN[told[column]]: column for column in header if told[column] in _KNOWN},
        answers={column: names.get(column) or "" for column in header if column not in fixed},
        comments=[],
        nps=None,
        embedded=[],
    )


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()
