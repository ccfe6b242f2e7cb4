"""The account of rows: what was read from each source and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import pyarrow as pa

from journeymine.log.schema import TIME

__all__ = ["SCHEMA", "Source", "to_table"]

SCHEMA = pa.schema(
    {
        "source": pa.string(),
        "format": pa.string(),
        "rows_in": pa.int64(),
        "used": pa.int64(),
        "duplicate": pa.int64(),
        "quarantined": pa.int64(),
        "observed_until": TIME,
        "notes": pa.list_(pa.string()),
    }
)


@dataclass(frozen=True)
class Source:
    """One source of events and the account of its rows.

    Attributes
    ----------
    source
        Its name, unique in a log.
    format
        The format it was read as.
    rows_in, used, duplicate, quarantined
        Rows read, and what became of them: ``rows_in == used + duplicate + quarantined``.
    observed_until
        Microseconds since 1970 until which the source would have shown an event; None for a source without events.
    notes
        What a reader of the figures should know, such as a clock change or a guessed encoding.
    """

    source: str
    format: str
    rows_in: int
    used: int
    duplicate: int = 0
    quarantined: int = 0
    observed_until: int | None = None
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        spent = self.used + self.duplicate + self.quarantined
        if spent != self.rows_in:
            raise AssertionError(f"{self.source}: {self.rows_in} rows came in, but {spent} are accounted for")


def to_table(sources: Iterable[Source]) -> pa.Table:
    """Put sources in a table, sorted by name.

    Parameters
    ----------
    sources
        The sources of a log.

    Returns
    -------
    pyarrow.Table
        One row each, columns as in ``SCHEMA``.
    """
    return pa.Table.from_pylist([asdict(source) for source in sorted(sources, key=lambda s: s.source)], schema=SCHEMA)
