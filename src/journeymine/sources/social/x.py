"""Posts of X, as its API (version 2) gives them."""

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
from journeymine.sources.nested import first_of, parts_of
from journeymine.sources.records import Records, json_tables
from journeymine.sources.social.parts import Part, as_texts, posts_log
from journeymine.sources.social.touchpoints import folded
from journeymine.sources.values import moments

__all__ = ["read_x_posts"]

_TEXT: Final = pa.string()
_REFERENCES: Final = pa.list_(pa.struct({"type": _TEXT, "id": _TEXT}))
_ACCOUNTS: Final = pa.list_(pa.struct({"id": _TEXT, "username": _TEXT}))
_FIELDS: Final = {
    "post": "id",
    "written": "created_at",
    "author": "author_id",
    "author_name": "author.username",
    "parent_author": "in_reply_to_user_id",
    "conversation": "conversation_id",
    "short": "text",
    "long": "note_tweet.text",
    "language": "lang",
    "named": "entities.mentions",
    "references": "referenced_tweets",
    "referenced_posts": "referenced_posts",
    "history": "edit_history_tweet_ids",
    "post_history": "edit_history_post_ids",
}
_TYPES: Final = {
    **dict.fromkeys(_FIELDS, _TEXT),
    **dict.fromkeys(("references", "referenced_posts"), _REFERENCES),
    **dict.fromkeys(("history", "post_history"), pa.list_(_TEXT)),
    "named": _ACCOUNTS,
}
_FORMS: Final = {"quoted": "quote", "retweeted": "repost", "replied_to": "reply"}
"""What a post is called by what it refers to; the last one that applies."""


def read_x_posts(
    path: str | Path,
    *,
    own: Sequence[str] | str,
    observed_until: str | datetime | None = None,
    name: str | None = None,
) -> EventLog:
    r"""Read posts of X (Twitter), as version 2 of its API gives them.

    =======================  ==================================================================================
    ``post``                 by a customer, to nobody in particular
    ``mention``              the same, but it names one of the accounts `own`
    ``reply``                by a customer, to another post
    ``quote``, ``repost``    by a customer: passes a post on, with words of its own or without
    ``answer from company``  by one of the accounts `own`, to a post or in a conversation of a customer
    =======================  ==================================================================================

    Parameters
    ----------
    path
        Answers of the API (``{"data": […], "includes": {…}, "meta": {…}}``), one or many, as a JSON document, an array
        or lines; or posts alone, one a line. Also as gzip.
    own
        The company's accounts: ids, or names with or without ``@`` (these need ``includes.users``, or posts with
        ``author.username``).
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.

    Returns
    -------
    EventLog
        Channel ``social``. ``id_x_user`` is the customer's account (``author_id``; of an answer
        ``in_reply_to_user_id``, else the author of the post above or of the one that began the conversation).
        ``event_id`` is the id of the post's first version: an edited post has a new id, and the last one is used.
        Attributes ``conversation``, ``language``, ``direction``, ``network``; ``text`` is what customers wrote, not
        what they passed on. In the quarantine: posts without id or usable ``created_at``, and, set aside, posts of the
        company that answer no customer.

    Raises
    ------
    FormatError
        If the file is no JSON, or holds no posts; the message says what it holds.
    EmptySourceError
        If it holds nothing.

    Examples
    --------
    >>> page = '{"data": [{"id": "9", "created_at": "2024-05-01T09:00:00.000Z", "author_id": "7", "text": "@shop hi", \
    ...     "entities": {"mentions": [{"username": "shop", "id": "1"}]}}], "meta": {"result_count": 1}}'
    >>> _ = (tmp / "posts.json").write_text(page)
    >>> read_x_posts(tmp / "posts.json", own="@shop").table.select(["activity", "customer"]).to_pylist()
    [{'activity': 'mention', 'customer': 'x_user:7'}]
    """
    path = Path(path)
    return posts_log(_parts(path, own), own=own, network="x", source=name or path.name, observed_until=observed_until)


def _parts(path: Path, own: Sequence[str] | str) -> Iterator[Part]:
    by_id = all(account.isdigit() for account in folded(own).to_pylist())
    users = pa.array([], _ACCOUNTS.value_type) if by_id else _users(path)
    for records in json_tables(path, _FIELDS, unwrap=("data",), types=_TYPES):
        yield Part(_posts(records, users), records.lines.payload, records.rejects, records.lines.notes)


def _users(path: Path) -> pa.StructArray:
    """Give the accounts that the pages of a file tell of besides their posts."""
    pages = json_tables(path, {"users": "includes.users"}, types={"users": _ACCOUNTS})
    lists = [parts_of(records.table["users"])[1] for records in pages]
    return pa.concat_arrays(lists)


def _posts(records: Records, users: pa.StructArray) -> pa.Table:
    found = records.table
    forms, parents = _references(pc.coalesce(found["references"], found["referenced_posts"]))
    texts = as_texts(found)
    known = pc.struct_field(users, "username").take(pc.index_in(texts["author"], pc.struct_field(users, "id")))
    histories = pc.coalesce(found["history"], found["post_history"])
    words = pc.if_else(pc.equal(forms, "repost"), None, pc.coalesce(found["long"], found["short"]))
    posts = texts | {
        "author_name": pc.coalesce(texts["author_name"], known),
        "parent": parents,
        "text": words,
        "written": found["written"],
        "timestamp": moments(found["written"]).array,
        "form": forms,
        "mentions": _accounts(found["named"]),
        "event_id": pc.coalesce(first_of(histories), texts["post"]),
        "version": texts["post"],
        "language": found["language"],
        "source_row": pa.array(records.numbers),
    }
    return pa.table(posts)


def _references(lists: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Tell what each post is by what it refers to, and which post it answers."""
    rows, told = parts_of(lists)
    kinds, ids = pc.struct_field(told, "type"), pc.struct_field(told, "id")
    forms, answered = np.full(len(lists), "post", object), np.full(len(lists), -1)
    for kind, form in _FORMS.items():
        these = columns.is_true(pc.equal(kinds, kind))
        forms[rows[these]] = form
        if form == "reply":
            answered[rows[these]] = np.flatnonzero(these)
    return pa.array(forms, _TEXT), ids.take(pa.array(answered, mask=answered < 0))


def _accounts(lists: pa.ChunkedArray) -> pa.Array:
    """List ids and names of the accounts that each post names."""
    lists = columns.whole(lists)
    rows, named = parts_of(lists)
    both = pa.concat_arrays([pc.struct_field(named, name) for name in ("id", "username")])
    order = np.argsort(np.concatenate((rows, rows)), kind="stable")
    offsets = np.concatenate(([0], np.cumsum(2 * np.bincount(rows, minlength=len(lists)))))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), both.take(pa.array(order)))
