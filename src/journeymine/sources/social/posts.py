"""Posts and comments of any network: read by a mapping of fields, and told from the company's own answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log.eventlog import EventLog
from journeymine.sources.mapped import Fields, Found
from journeymine.sources.social.parts import Part, as_texts, posts_log
from journeymine.sources.times import parse_times

__all__ = ["read_posts"]

_FIELDS: Final = {
    "id": "id",
    "time": "created_at",
    "author": "author_id",
    "text": "text",
    "author_name": "author_name",
    "parent": "parent_id",
    "parent_author": "parent_author_id",
    "conversation": "conversation_id",
}
_NEEDED: Final = ("id", "time", "author", "text")


def read_posts(
    path: str | Path,
    *,
    own: Sequence[str] | str,
    fields: Mapping[str, str] | None = None,
    network: str = "social",
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    r"""Read posts and comments of a social network, one record each.

    =======================  ==================================================================================
    ``post``                 by a customer, to nobody in particular
    ``reply``                by a customer, to another post
    ``answer from company``  by one of the accounts `own`, to a post or in a conversation of a customer
    =======================  ==================================================================================

    Parameters
    ----------
    path
        JSON lines, a JSON array, or delimited text with a header; also as gzip.
    own
        The company's accounts: ids, or names as they stand in ``author_name``. Their posts are the company's answers;
        those that answer no customer are set aside.
    fields
        Where the file has what: ``id``, ``time``, ``author`` (an id), ``text``, ``author_name``, ``parent`` (id of the
        post that is answered), ``parent_author``, ``conversation`` (id of the post that began it). Names of columns,
        or of JSON fields with dots between levels. What is not given is looked for as ``id``, ``created_at``,
        ``author_id``, ``text``, ``author_name``, ``parent_id``, ``parent_author_id`` and ``conversation_id``.
    network
        Name of the network, such as ``"mastodon"``.
    tz
        Zone of times that carry none.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``social``. ``id_<network>_user`` is the customer's account: the author's, and of an answer from the
        company that of the author of the post above, else of the one that began the conversation. Attributes
        ``conversation``, ``direction`` (``inbound``, ``outbound``) and ``network``; ``text`` is what customers wrote.
        A post delivered twice is used once. In the quarantine: records without id or usable time, and, set aside,
        posts of the company to nobody in particular.

    Raises
    ------
    UnknownOptionError
        If `fields` names something else.
    UnknownColumnError
        If the file does not have a field that is needed.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    FormatError, EmptySourceError
        If there is nothing to read, or it is neither JSON nor delimited text.

    Examples
    --------
    >>> _ = (tmp / "posts.csv").write_text(
    ...     "id,created_at,author_id,text,parent_id\n"
    ...     "1,2024-05-01T09:00:00Z,u7,Where is my order?,\n"
    ...     "2,2024-05-01T10:00:00Z,shop,On its way.,1\n")
    >>> read_posts(tmp / "posts.csv", own="shop").table.select(["activity", "customer", "text"]).to_pylist()
    [{'activity': 'post', 'customer': 'social_user:u7', 'text': 'Where is my order?'},
     {'activity': 'answer from company', 'customer': 'social_user:u7', 'text': None}]
    """
    path = Path(path)
    found = Fields("post", _FIELDS, _NEEDED, fields or {}).read(path)
    parts: Iterator[Part] = (_part(block, tz) for block in found)
    return posts_log(parts, own=own, network=network, source=name or path.name, observed_until=observed_until)


def _part(found: Found, tz: str | None) -> Part:
    moments = parse_times(found.table["time"], tz=tz)
    names = ["post" if name == "id" else name for name in found.table.column_names]
    texts = as_texts(found.table.rename_columns(names))
    posts = texts | {
        "written": found.table["time"],
        "timestamp": moments.array,
        "form": pc.if_else(texts["parent"].is_valid(), "reply", "post"),
        "mentions": pa.nulls(len(found.lines), pa.list_(pa.string())),
        "event_id": texts["post"],
        "source_row": pa.array(found.lines),
    }
    return Part(pa.table(posts), found.payload, found.rejects, [*found.notes, *moments.notes])
