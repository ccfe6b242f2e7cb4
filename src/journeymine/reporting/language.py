"""What a report says, and how it says numbers, in one language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from typing import Any, Final
from unicodedata import bidirectional

from journeymine.analytics.findings import SENTENCES, Finding
from journeymine.analytics.result import percent
from journeymine.durations import format_duration
from journeymine.errors import UnknownOptionError

__all__ = ["LANGUAGES", "Language", "language"]

LANGUAGES: Final = ("en", "nl")
_UNKNOWN: Final = "–"
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|h|d|uur|dag|dagen)(?!\w))")


@dataclass(frozen=True)
class Language:
    """The texts of a language.

    Attributes
    ----------
    name
        Its code.
    texts
        Texts and lists of texts by section and key.

    Examples
    --------
    >>> dutch = language("nl")
    >>> dutch.count(12431), dutch.share(0.123), dutch.duration(9_000), dutch.counted(2, "visit")
    ('12.431', '12 %', '2,5 uur', '2 bezoeken')
    """

    name: str
    texts: dict[str, Any]

    def text(self, key: str, **values: object) -> str:
        """Give a text with its numbers and names filled in; numbers and their units stay on one line.

        Parameters
        ----------
        key
            Section and name, such as ``"map.heading"``.
        **values
            What stands in braces; whole numbers are said as counts.

        Returns
        -------
        str
            The text.
        """
        said = {name: self.count(value) if type(value) is int else value for name, value in values.items()}
        return _joined(self.list(key).format_map(said))

    def list(self, key: str) -> Any:
        """Give a text, or a list of texts, as it is.

        Parameters
        ----------
        key
            Section and name.

        Returns
        -------
        str or list
            Nothing is filled in.
        """
        return reduce(dict.__getitem__, key.split("."), self.texts)

    def told(self, finding: Finding) -> str:
        """Tell a finding.

        Parameters
        ----------
        finding
            What stands out.

        Returns
        -------
        str
            One or more sentences.
        """
        sentences = self.texts.get("findings", SENTENCES)
        facts = {name: _apart(value) if isinstance(value, str) else value for name, value in finding.facts.items()}
        apart = Finding(finding.kinds, facts)
        return _joined(apart.told(sentences, count=self.count, share=self.share, duration=self.duration))

    def count(self, number: float | None) -> str:
        """Say a count, or a number with decimals; a dash for None.

        Parameters
        ----------
        number
            The count.

        Returns
        -------
        str
            With this language's marks between thousands and before decimals.
        """
        return _UNKNOWN if number is None else self._marked(f"{number:,}")

    def counted(self, number: int, noun: str) -> str:
        """Say how many there are of something.

        Parameters
        ----------
        number
            How many.
        noun
            What they are: a key of the section ``nouns``.

        Returns
        -------
        str
            Such as ``"2 journeys"``.
        """
        one, more = self.list(f"nouns.{noun}")
        return f"{self.count(number)} {one if number == 1 else more}"

    def share(self, value: float | None) -> str:
        """Say a share in [0, 1] in percent; a dash for None.

        Parameters
        ----------
        value
            The share.

        Returns
        -------
        str
            With a decimal below ten percent.
        """
        return _UNKNOWN if value is None else self._marked(percent(value))

    def duration(self, seconds: float | None) -> str:
        """Say a duration with its unit; a dash for None.

        Parameters
        ----------
        seconds
            The duration.

        Returns
        -------
        str
            Two or three figures and a unit.
        """
        if seconds is None:
            return _UNKNOWN
        number, _, unit = format_duration(seconds).partition(" ")
        one, more = self.list("units").get(unit, (unit, unit))
        return (
            f"{self._marked(number)} {one if number.startswith('1') and abs(seconds) < _TWICE.get(unit, 0) else more}"
        )

    def day(self, iso: str | None) -> str:
        """Say a day; a dash for None.

        Parameters
        ----------
        iso
            Such as ``"2024-05-01"``.

        Returns
        -------
        str
            With the name of the month.
        """
        if iso is None:
            return _UNKNOWN
        year, month, day = (int(part) for part in iso.split("-"))
        return self.list("dates.day").format(day=day, month=self.list("dates.months")[month - 1], year=year)

    def _marked(self, number: str) -> str:
        marks = self.list("numbers")
        return number.translate({ord(","): marks["thousands"], ord("."): marks["decimal"]})


_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_TWICE: Final = {"s": 2, "min": 120, "h": 7_200, "d": 172_800}


def _joined(text: str) -> str:
    """Keep numbers and their units on one line."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def _apart(name: str) -> str:
    """Keep a name that is written from right to left, or turns what follows around, from turning the sentence."""
    plain = name.translate(_TURNING)
    is_plain = plain == name and not any(bidirectional(sign) in ("R", "AL") for sign in name)
    return name if is_plain else f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


@cache
def language(name: str) -> Language:
    """Give a language.

    Parameters
    ----------
    name
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Language
        Its texts.

    Raises
    ------
    UnknownOptionError
        If a report cannot be told in it.
    """
    if name not in LANGUAGES:
        raise UnknownOptionError("a report cannot be told in {name!r}", name, LANGUAGES)
    return Language(
        name, tomllib.loads(files("journeymine.reporting").joinpath(f"languages/{name}.toml").read_text("utf-8"))
    )
