"""Posts of a Facebook page with their comments and replies, as the Graph API gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.nested import parts_of
from journeymine.sources.records import Records, json_tables
from journeymine.sources.social.parts import Part, as_texts, posts_log
from journeymine.sources.values import moments

__all__ = ["read_facebook_page"]

_TEXT: Final = pa.string()
_SAID: Final = {"id": _TEXT, "created_time": _TEXT, "message": _TEXT, "from": pa.struct({"id": _TEXT, "name": _TEXT})}
_REPLIES: Final = pa.list_(pa.struct(_SAID))
_COMMENT: Final = _SAID | {"parent": pa.struct({"id": _TEXT}), "comments": pa.struct({"data": _REPLIES})}
_FIELDS: Final = {
    "post": "id",
    "written": "created_time",
    "text": "message",
    "author": "from.id",
    "author_name": "from.name",
    "comments": "comments.data",
}
_TYPES: Final = dict.fromkeys(_FIELDS, _TEXT) | {"comments": pa.list_(pa.struct(_COMMENT))}


def read_facebook_page(
    path: str | Path,
    *,
    own: Sequence[str] | str,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    """Read the posts of a Facebook page with their comments and the replies to them.

    =======================  ==================================================================================
    ``post``                 by a customer, on the page
    ``comment``              by a customer, to a post
    ``reply``                by a customer, to a comment
    ``answer from company``  by one of the accounts `own`, to a comment or a post of a customer
    =======================  ==================================================================================

    Parameters
    ----------
    path
        Answers of the Graph API for the feed of a page (``{"data": […], "paging": {…}}``), with ``comments`` in the
        posts, as a JSON document, an array or lines; or posts alone, one a line. Also as gzip.
    own
        The page itself, and whatever other accounts answer for the company: ids or names.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``social``. Posts, comments and replies each count as a row; ``source_row`` is the line or place of the
        post they stand in. ``id_facebook_user`` is the customer's account (``from.id``, which differs from page to
        page; of an answer that of the author above). Attributes ``conversation`` (id of the post), ``direction``,
        ``network``; ``text`` is what customers wrote. Facebook leaves out ``from`` where the one who asked may not see
        it: such a post belongs to nobody. In the quarantine: what has no id or usable ``created_time``, and, set
        aside, posts of the company that answer no customer.

    Raises
    ------
    FormatError
        If the file is no JSON, or holds no posts; the message says what it holds.
    EmptySourceError
        If it holds nothing.

    Examples
    --------
    >>> comment = '{"id": "1_2", "created_time": "2024-05-01T10:00:00+0000", "from": {"id": "7"}, "message": "Nice"}'
    >>> _ = (tmp / "page.json").write_text('{"data": [{"id": "1", "created_time": "2024-05-01T09:00:00+0000", '
    ...     '"from": {"id": "55"}, "message": "New!", "comments": {"data": [' + comment + "]}}]}")
    >>> read_facebook_page(tmp / "page.json", own="55").table.select(["activity", "customer", "text"]).to_pylist()
    [{'activity': 'comment', 'customer': 'facebook_user:7', 'text': 'Nice'}]
    """
    path = Path(path)
    return posts_log(_parts(path), own=own, network="facebook", source=name or path.name, observed_until=observed_until)


def _parts(path: Path) -> Iterator[Part]:
    for records in json_tables(path, _FIELDS, unwrap=("data",), types=_TYPES):
        posts = columns.concat(_levels(records))
        order = np.argsort(columns.numbers(posts["source_row"]), kind="stable")
        yield Part(posts.take(pa.array(order)), records.lines.payload, records.rejects, records.lines.notes)


def _levels(records: Records) -> Iterator[pa.Table]:
    """Give the posts of a block, the comments to them, and the replies to those."""
    posts = records.table.append_column("source_row", pa.array(records.numbers))
    nothing = pa.nulls(posts.num_rows, _TEXT)
    yield _said(posts, nothing, posts["post"], "post")
    rows, told = parts_of(posts["comments"])
    comments, on = _fields(told), posts.take(pa.array(rows))
    comments = comments.append_column("source_row", on["source_row"])
    above = pc.struct_field(told, ["parent", "id"])
    forms = pc.if_else(above.is_valid(), "reply", "comment")
    yield _said(comments, pc.coalesce(above, columns.whole(on["post"])), on["post"], forms)
    rows, told = parts_of(pc.struct_field(told, ["comments", "data"]))
    over, on = comments.take(pa.array(rows)), on.take(pa.array(rows))
    yield _said(_fields(told).append_column("source_row", over["source_row"]), over["post"], on["post"], "reply")


def _fields(told: pa.StructArray) -> pa.Table:
    """Give comments the columns of posts."""
    return pa.table(
        {name: pc.struct_field(told, place.split(".")) for name, place in _FIELDS.items() if name != "comments"}
    )


def _said(found: pa.Table, parents: pa.Array, roots: pa.ChunkedArray, forms: pa.Array | str) -> pa.Table:
    texts = as_texts(found)
    posts = texts | {
        "parent": columns.whole(parents),
        "conversation": roots,
        "written": found["written"],
        "timestamp": moments(found["written"]).array,
        "form": forms if isinstance(forms, pa.Array) else pa.repeat(forms, found.num_rows),
        "mentions": pa.nulls(found.num_rows, pa.list_(_TEXT)),
        "event_id": texts["post"],
        "source_row": found["source_row"],
    }
    return pa.table(posts)
