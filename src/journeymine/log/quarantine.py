"""Rows that could not be used: what they were, where they came from, and why they were refused or set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FILTER", "Quarantine", "Reject"]

FILTER: Final = "filter"
"""The stage of rows that are well formed but no touchpoint, such as bots; all other stages refuse bad data."""

_SCHEMA = pa.schema(
    {
        "source": pa.string(),
        "line": pa.int64(),
        "stage": pa.string(),
        "reason": pa.string(),
        "detail": pa.string(),
        "payload": pa.large_binary(),
    }
)


class Reject(NamedTuple):
    """One row that was not used.

    Attributes
    ----------
    line
        Its line in the source, counted from 1 (for sources without lines, its position).
    stage
        ``"parse"`` (not readable), ``"check"`` (readable, not usable) or ``"filter"`` (no touchpoint).
    reason
        A short code, such as ``"bad_time"``.
    detail
        What was wrong, for a person.
    payload
        The row as it came.
    """

    line: int
    stage: str
    reason: str
    detail: str
    payload: bytes


@dataclass(frozen=True)
class Quarantine:
    """The rows that are in no case, with their original payload.

    Attributes
    ----------
    table
        ``source``, ``line``, ``stage``, ``reason``, ``detail`` and ``payload`` (bytes), one row each.

    Examples
    --------
    >>> rows = Quarantine.of("calls.csv", [Reject(7, "parse", "bad_time", "'soon' is not a time", b"1,call,soon")])
    >>> rows.reasons
    {'bad_time': 1}
    """

    table: pa.Table

    @classmethod
    def empty(cls) -> Quarantine:
        """Give a quarantine with nothing in it."""
        return cls(_SCHEMA.empty_table())

    @classmethod
    def of(cls, source: str, rejects: Iterable[Reject] | pa.Table) -> Quarantine:
        """Keep the rejects of one source, in line order.

        Parameters
        ----------
        source
            Name of the source.
        rejects
            The rows that were not used; or a table of them, with the fields of `Reject` as columns.

        Returns
        -------
        Quarantine
            One row each.
        """
        table: pa.Table = rejects if isinstance(rejects, pa.Table) else _table(rejects)
        table = table.sort_by([("line", "ascending"), ("reason", "ascending")])
        return cls(table.add_column(0, "source", pa.repeat(source, len(table))).select(_SCHEMA.names).cast(_SCHEMA))

    def __add__(self, other: Quarantine) -> Quarantine:
        return Quarantine(pa.concat_tables([self.table, other.table]).combine_chunks())

    def __len__(self) -> int:
        return self.table.num_rows

    @property
    def reasons(self) -> dict[str, int]:
        """Rows for each reason, the most frequent first."""
        counts = self.table["reason"].value_counts().to_pylist()
        return {row["values"]: row["counts"] for row in sorted(counts, key=lambda row: (-row["counts"], row["values"]))}

    @property
    def num_refused(self) -> int:
        """Rows that are bad data; the others were only set aside as no touchpoints."""
        return pc.sum(pc.not_equal(self.table["stage"], FILTER)).as_py() or 0

    def to_pandas(self) -> pd.DataFrame:
        """Give the rows as a DataFrame."""
        return self.table.to_pandas()

    def write(self, path: str | Path) -> Path:
        """Write the rows to a Parquet or Arrow file, whole or not at all.

        Parameters
        ----------
        path
            Ends in ``.parquet`` or ``.arrow``.

        Returns
        -------
        pathlib.Path
            Where it was written.
        """
        return store.write_table(self.table, path)

    def _repr_html_(self) -> str:
        return self.to_pandas().drop(columns="payload").to_html(index=False, max_rows=20)


def _table(rejects: Iterable[Reject]) -> pa.Table:
    rows = list(rejects)
    values = zip(*rows, strict=True) if rows else [()] * len(Reject._fields)
    return pa.table(dict(zip(Reject._fields, values, strict=True)), schema=pa.schema(list(_SCHEMA)[1:]))
