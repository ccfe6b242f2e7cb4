"""Who wrote to whom: posts and the accounts of the company, as touchpoints of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX

__all__ = ["ANSWER", "folded", "is_any_of", "touchpoints"]

ANSWER: Final = "answer from company"
"""What a post of the company to a customer is called."""

_HELPERS: Final = ("post", "author", "parent", "parent_author", "is_own", "names_own", "form")
_ABOVE: Final = ("parent", "conversation")


def folded(accounts: Sequence[str] | str) -> pa.Array:
    """Spell accounts the same way.

    Parameters
    ----------
    accounts
        Ids or names, with or without ``@``.

    Returns
    -------
    pyarrow.Array
        Text.
    """
    listed = [accounts] if isinstance(accounts, str) else accounts
    return pa.array([str(account).strip().removeprefix("@").casefold() for account in listed], pa.string())


def is_any_of(values: pa.Array, accounts: pa.Array) -> np.ndarray:
    """Tell which values are one of some accounts.

    Parameters
    ----------
    values
        Ids or names, as they are written.
    accounts
        From `folded`.

    Returns
    -------
    numpy.ndarray
        bool, shape (n,).
    """
    return columns.is_true(pc.is_in(pc.utf8_lower(pc.utf8_ltrim(values, "@")), value_set=accounts))


def touchpoints(posts: pa.Table, own: pa.Array, network: str) -> tuple[pa.Table, np.ndarray]:
    """Say of each post what it is, and which customer it concerns.

    Parameters
    ----------
    posts
        ``post`` (its id), ``event_id`` (that of its first version), ``author``, ``parent`` (id of the post it answers),
        ``parent_author``, ``conversation`` (id of the post that began it), ``form`` (``"post"``, ``"comment"``,
        ``"reply"``, ``"repost"``, ``"quote"``), ``is_own`` (written by the company), ``names_own`` (names one of its
        accounts), ``text``.
    own
        The company's accounts.
    network
        Name of the network.

    Returns
    -------
    events : pyarrow.Table
        With ``activity``, ``id_<network>_user``, ``direction``, ``network``; ``text`` of customers only.
    to_nobody : numpy.ndarray
        True for posts of the company that answer no customer, bool, shape (posts,).
    """
    is_own = columns.is_true(posts["is_own"])
    accounts = pa.concat_arrays([own, pc.utf8_lower(columns.whole(posts["author"]).filter(pa.array(is_own)))])
    answered = _answered(posts, accounts)
    is_mention = columns.is_true(pc.and_(posts["names_own"], pc.equal(posts["form"], "post")))
    events = posts.drop_columns(_HELPERS)
    added = {
        "activity": pc.case_when(pc.make_struct(is_own, is_mention), ANSWER, "mention", posts["form"]),
        f"{ID_PREFIX}{network}_user": pc.if_else(is_own, answered, posts["author"]),
        "direction": pc.if_else(is_own, "outbound", "inbound"),
        "network": columns.label(network, posts.num_rows),
    }
    for name, values in added.items():
        events = events.append_column(name, values)
    said = pc.if_else(is_own, pa.scalar(None, pa.string()), posts["text"])
    events = events.set_column(events.column_names.index("text"), "text", said)
    return events, is_own & columns.is_true(answered.is_null())


def _answered(posts: pa.Table, own: pa.Array) -> pa.Array:
    """Give the customer whom a post answers: who wrote the post above it, else who began the conversation."""
    ids = pa.concat_arrays([columns.whole(posts[name]) for name in ("post", "event_id")])  # those of both its versions
    authors = pa.concat_arrays([columns.whole(posts["author"])] * 2)
    candidates = [columns.whole(posts["parent_author"])]
    candidates += [authors.take(pc.index_in(columns.whole(posts[name]), value_set=ids)) for name in _ABOVE]
    return pc.coalesce(*(_without(authors, own) for authors in candidates))


def _without(authors: pa.Array, own: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(is_any_of(authors, own)), pa.scalar(None, pa.string()), authors)
