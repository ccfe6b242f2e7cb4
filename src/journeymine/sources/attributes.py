"""Attributes that a file names itself: what their columns are called in a log, and which of them say who and where."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from journeymine.errors import UnknownColumnError
from journeymine.log import columns
from journeymine.log.schema import COLUMNS, ID_PREFIX

__all__ = ["own_name", "with_named"]


def own_name(key: str) -> str:
    """Name the column of an event's attribute, so that no two keys get one name.

    Parameters
    ----------
    key
        Of the attribute.

    Returns
    -------
    str
        The key; behind ``event:`` where a log has a column of that name.

    Examples
    --------
    >>> own_name("amount"), own_name("channel")
    ('amount', 'event:channel')
    """
    reserved = key in COLUMNS or key.startswith((ID_PREFIX, "case:", "event:"))
    return f"event:{key}" if reserved else key


def with_named(events: pa.Table, wanted: Mapping[str, str | None], source: str) -> pa.Table:
    """Give attributes canonical names.

    Parameters
    ----------
    events
        Attributes of events named by `own_name`, those of their cases ``case:<key>``.
    wanted
        Key of the attribute for each canonical name, such as ``{"channel": "medium"}``; None leaves it out.
    source
        Name of the file, for messages.

    Returns
    -------
    pyarrow.Table
        An attribute of the event is preferred to one of its case.

    Raises
    ------
    UnknownColumnError
        If there is no such attribute.
    """
    for new, key in wanted.items():
        if key is None:
            continue
        known = [name for name in events.column_names if name not in COLUMNS]
        found = [name for name in (key, own_name(key), f"case:{key}") if name in known]
        if not found:
            raise UnknownColumnError(
                f"{new.removeprefix(ID_PREFIX)} attribute {{name!r}} is not in {source}", key, known
            )
        events = events.set_column(events.column_names.index(found[0]), new, columns.encode(events[found[0]]))
    return events
