"""Which format is this? Told from what a file holds, with the reason, or with the nearest candidates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from journeymine.errors import FormatError
from journeymine.sources.format import Format, Signature
from journeymine.sources.registry import FORMATS
from journeymine.sources.sample import Sample, sample_of

__all__ = ["Match", "recognise"]

_NEAR: Final = 0.4  # share of a signature that makes a format a candidate
_KINDS: Final = {"lines": "text", "delimited": "text"}
_LAYOUT: Final = "lines in its layout"  # never quoted: they may name a customer
_PATTERN_WEIGHT: Final = 3  # a pattern that matches says as much as so many fields


@dataclass(frozen=True)
class Match:
    """How well a file fits a format.

    Attributes
    ----------
    format
        The format.
    found, missing
        What of its signature the file has, and what it lacks.
    """

    format: Format
    found: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much speaks for the format."""
        return sum(_PATTERN_WEIGHT if item == _LAYOUT else 1 for item in self.found)

    @property
    def reason(self) -> str:
        """What speaks for and against it, for a person."""
        has = f"has {', '.join(self.found)}" if self.found else "nothing speaks for it"
        return has + (f"; lacks {', '.join(self.missing)}" if self.missing else "")


def recognise(path: str | Path) -> Match:
    r"""Tell the format of a file or folder by what it holds.

    Parameters
    ----------
    path
        Where it is.

    Returns
    -------
    Match
        The format, and why.

    Raises
    ------
    FormatError
        If it is in no known format, or fits several equally; the message names the nearest.

    Examples
    --------
    >>> file = tmp / "events.csv"
    >>> _ = file.write_text("case_id,activity,timestamp\na,visit,2024-05-01T09:00Z\n")
    >>> match = recognise(file)
    >>> match.format.name, match.reason
    ('table', 'has activity, timestamp')
    """
    sample = sample_of(Path(path))
    matches = sorted(_matches(sample, FORMATS.values()), key=lambda match: (len(match.missing) > 0, -_score(match)))
    whole = [match for match in matches if not match.missing]
    if not whole:
        raise FormatError(_explain_unknown(sample, matches))
    rivals = [match for match in whole if match.weight == whole[0].weight]
    if len(rivals) > 1:
        names = " and ".join(match.format.name for match in rivals)
        raise FormatError(f"{sample.name} fits the formats {names} equally; say which with format=")
    return whole[0]


def _score(match: Match) -> float:
    return match.weight if not match.missing else len(match.found) / (len(match.found) + len(match.missing))


def _matches(sample: Sample, formats: Iterable[Format]) -> list[Match]:
    found = []
    for kind in formats:
        fitting = [
            _match(sample, kind, sign) for sign in kind.signatures if _KINDS.get(sign.kind, sign.kind) == sample.kind
        ]
        found += [max(fitting, key=lambda match: (not match.missing, _score(match)))] if fitting else []
    return found


def _match(sample: Sample, kind: Format, sign: Signature) -> Match:
    found = [field for field in sign.fields if _has(sample, field)]
    missing = [field for field in sign.fields if field not in found]
    if sign.pattern:
        (found if _fits(sample, sign.pattern) else missing).append(_LAYOUT)
    return Match(kind, tuple(found), tuple(missing))


def _has(sample: Sample, field: str) -> bool:
    if "*" in field:
        return any(fnmatchcase(name, field) for name in sample.fields)
    return field in sample.fields or ("." in field and sample.fields.issuperset(field.split(".")))


def _fits(sample: Sample, pattern: str) -> bool:
    """Tell whether the telling line matches: the one that lists fields, else the first; others may continue it."""
    telling = [line for line in sample.lines if line.startswith("#Fields")] or list(sample.lines[:1])
    return any(re.search(pattern, line) for line in telling[:1])


def _explain_unknown(sample: Sample, matches: list[Match]) -> str:
    near = [f"{match.format.name} ({match.reason})" for match in matches[:3] if _score(match) >= _NEAR]
    nearest = f" Nearest: {'; '.join(near)}." if near else ""
    return (
        f"{sample.name} is in no format that journeymine recognises.{nearest} If it is a table with one row an event, "
        "read it with read_table and say what its columns are"
    )
