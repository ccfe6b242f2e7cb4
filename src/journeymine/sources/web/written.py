"""Requests as a server wrote them down, field by field, not yet understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from journeymine.log.quarantine import Reject
from journeymine.sources.reading import Payload

__all__ = ["Written"]


@dataclass(frozen=True)
class Written:
    """What stands in a part of an access log.

    Attributes
    ----------
    fields
        One row a request, in the order of the log: ``source_row`` (the line, from 1), ``time``, and those of the fields
        of `journeymine.sources.web.layouts` that the layout has, as labels. A time may be a number, too.
    payload
        Gives a line as it came.
    rejects
        Lines that are not in the layout.
    notes
        What was assumed to decode them.
    """

    fields: pa.Table
    payload: Payload
    rejects: Sequence[Reject] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def rows_in(self) -> int:
        """Lines, in the layout or not."""
        return self.fields.num_rows + len(self.rejects)
