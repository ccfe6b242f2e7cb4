"""Every error journeymine raises on purpose.

::

    JourneymineError
    ├── UnknownNameError(LookupError)      a name that does not occur; names the closest ones
    │   ├── UnknownColumnError
    │   ├── UnknownActivityError
    │   └── UnknownOptionError
    ├── OptionError(ValueError)            an option that cannot be followed
    │   ├── DurationError                  not a duration: "14d", "36h", timedelta
    │   └── WindowError                    the log is too short for the question
    ├── SourceError(ValueError)            an input that cannot be read as what it should be
    │   ├── FormatError                    not this format, or broken beyond its rows
    │   ├── EmptySourceError               nothing in it
    │   ├── TimeZoneError                  times without a zone, or an unknown zone
    │   └── DateOrderError                 day and month cannot be told apart
    ├── SchemaError(TypeError)             a table that breaks the canonical schema
    └── MissingExtraError(ImportError)     an optional package is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "DateOrderError",
    "DurationError",
    "EmptySourceError",
    "FormatError",
    "JourneymineError",
    "MissingExtraError",
    "OptionError",
    "SchemaError",
    "SourceError",
    "TimeZoneError",
    "UnknownActivityError",
    "UnknownColumnError",
    "UnknownNameError",
    "UnknownOptionError",
    "WindowError",
]


class JourneymineError(Exception):
    """The root of all errors raised on purpose."""


class UnknownNameError(JourneymineError, LookupError):
    """A name that does not occur where it was looked for.

    Parameters
    ----------
    what
        What kind of name, and where it was looked for: ``"case column {name!r} is not in clicks.csv"``.
    name
        The name that was asked for.
    known
        The names that do exist there.
    """

    listing = "Known"

    def __init__(self, what: str, name: str, known: Iterable[str] = ()):
        self.what, self.name, self.known = what, name, [str(item) for item in known]
        said = what.replace("{name!r}", repr(name))  # not format: a file's name may hold braces
        super().__init__(" ".join(filter(None, [said + ".", self._nearest(), self._listing()])))

    def __reduce__(self) -> tuple:
        return type(self), (self.what, self.name, self.known)  # so that a worker process can hand it over

    def _nearest(self) -> str:
        folded = {item.casefold(): item for item in self.known}
        close = get_close_matches(str(self.name).casefold(), folded, n=3, cutoff=0.6)
        return f"Did you mean {' or '.join(repr(folded[item]) for item in close)}?" if close else ""

    def _listing(self) -> str:
        shown = ", ".join(self.known[:20]) + (f", … ({len(self.known)} in all)" if len(self.known) > 20 else "")
        return f"{self.listing}: {shown}." if shown else ""


class UnknownColumnError(UnknownNameError):
    """A column that the table does not have."""

    listing = "Columns"


class UnknownActivityError(UnknownNameError):
    """An activity that never occurs in the log."""

    listing = "Activities"


class UnknownOptionError(UnknownNameError):
    """An option's value that is not one of its choices."""

    listing = "Choices"


class OptionError(JourneymineError, ValueError):
    """An option that cannot be followed."""


class DurationError(OptionError):
    """Something that is not a duration."""


class WindowError(OptionError):
    """A window that the log is too short for."""


class SourceError(JourneymineError, ValueError):
    """An input that cannot be read as what it should be."""


class FormatError(SourceError):
    """An input that is not in this format, or broken beyond single rows."""


class EmptySourceError(SourceError):
    """An input with nothing in it."""


class TimeZoneError(SourceError):
    """Times that carry no zone where none was given, or a zone nobody knows."""


class DateOrderError(SourceError):
    """Dates whose day and month cannot be told apart."""


class SchemaError(JourneymineError, TypeError):
    """A table that breaks the canonical schema."""


class MissingExtraError(JourneymineError, ImportError):
    """An optional package that is not installed.

    Parameters
    ----------
    package
        The package that is missing.
    extra
        The extra of journeymine that brings it.
    """

    def __init__(self, package: str, extra: str):
        self.package, self.extra = package, extra
        super().__init__(f"this needs {package}. Install it with: pip install 'journeymine[{extra}]'")

    def __reduce__(self) -> tuple:
        return type(self), (self.package, self.extra)
