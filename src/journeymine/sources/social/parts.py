"""Posts of a block of a file, whatever the network, and the one way they become a log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Quarantine, Reject
from journeymine.sources.checks import CHECKS, check_kind, foreign, usable
from journeymine.sources.reading import Payload, Reading, gather, keep_latest, to_log
from journeymine.sources.social.touchpoints import folded, is_any_of, touchpoints

__all__ = ["Part", "as_texts", "posts_log"]

_TEXT_FIELDS: Final = ("post", "author", "author_name", "parent", "parent_author", "conversation", "text")
_HELPERS: Final = ("author_name", "mentions", "written", "version", "is_kind")
_CHECKS: Final = (foreign("a_post", "an object without author and text"), *CHECKS)


@dataclass(frozen=True)
class Part:
    """Posts of a block of a file.

    Attributes
    ----------
    posts
        As text ``post`` (its id), ``author``, ``author_name``, ``parent``, ``parent_author``, ``conversation`` and
        ``text``; ``written``, ``timestamp``, ``form``, ``mentions`` (lists of accounts), ``source_row``, ``event_id``,
        perhaps ``version`` and attributes.
    payload
        Gives the post at a line as it came.
    rejects
        What is no record.
    notes
        What was assumed to read them.
    """

    posts: pa.Table
    payload: Payload = field(repr=False)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def as_texts(found: pa.Table) -> dict[str, pa.Array]:
    """Give what is told of posts as text.

    Parameters
    ----------
    found
        Columns of any type, named as in `Part`; perhaps others.

    Returns
    -------
    dict
        One column a field; null where there is none.
    """
    nothing = pa.nulls(found.num_rows, pa.string())
    held = {name: columns.whole(found[name]) if name in found.column_names else nothing for name in _TEXT_FIELDS}
    return {name: column.cast(pa.string()) for name, column in held.items()}


def posts_log(
    parts: Iterable[Part],
    *,
    own: Sequence[str] | str,
    network: str,
    source: str,
    observed_until: str | datetime | None,
) -> EventLog:
    """Make a log of posts.

    Parameters
    ----------
    parts
        The posts, in the order of the file.
    own, network, observed_until
        As for `read_posts`.
    source
        Name of the source.

    Returns
    -------
    EventLog
        As `read_posts` gives it.
    """
    accounts = folded(own)
    reading = gather(_reading(part, accounts, source, network) for part in parts)
    check_kind(reading, "posts", "a post has an author and text")
    posts, duplicates = keep_latest(reading.events, "version" if "version" in reading.events.column_names else None)
    events, to_nobody = touchpoints(posts, accounts, network)
    answers = events.filter(pa.array(~to_nobody))
    rejects = Quarantine.of(source, reading.rejects) + _aside(posts.filter(pa.array(to_nobody)), source)
    reading = replace(
        reading,
        events=answers.drop_columns([name for name in _HELPERS if name in answers.column_names]),
        used=answers.num_rows,
        duplicate=duplicates,
        rejects=rejects.table.drop_columns("source"),
        notes=reading.notes + _unheard(posts, accounts),
    )
    return to_log(reading, channel="social", observed_until=observed_until)


def _unheard(posts: pa.Table, accounts: pa.Array) -> list[str]:
    """Say so where the company does not occur: its accounts may be misspelt."""
    heard = [columns.is_true(posts[name]).any() for name in ("is_own", "names_own")]
    heard.append(is_any_of(columns.whole(posts["parent_author"]), accounts).any())
    return [] if any(heard) else ["no post is by one of the accounts own=, to one, or names one"]


def _reading(part: Part, accounts: pa.Array, source: str, network: str) -> Reading:
    """Set aside what is no post, and see which posts are the company's own, or name it."""
    posts = part.posts
    posts = posts.append_column("is_kind", pc.or_(posts["author"].is_valid(), posts["text"].is_valid()))
    posts, rejects = usable(posts, _CHECKS, part.payload)
    authors = (is_any_of(columns.whole(posts[name]), accounts) for name in ("author", "author_name"))
    is_own = pc.or_(*map(pa.array, authors))
    lists = columns.whole(posts["mentions"])
    names_own = np.zeros(posts.num_rows, bool)
    names_own[columns.numbers(pc.list_parent_indices(lists))[is_any_of(pc.list_flatten(lists), accounts)]] = True
    posts = posts.append_column("is_own", is_own).append_column("names_own", pa.array(names_own))
    rows_in = part.posts.num_rows + len(part.rejects)
    return Reading(source, f"{network} posts", rows_in, posts, rejects=[*part.rejects, *rejects], notes=part.notes)


def _aside(posts: pa.Table, source: str) -> Quarantine:
    """Set posts aside, with what was read of them: the file is not at hand any more."""
    said = "a post of the company that answers no customer"
    told = posts.select(["post", "written", "author", "conversation", "text"]).to_pylist()
    payloads = [json.dumps(row, ensure_ascii=False).encode() for row in told]
    lines = posts["source_row"].to_pylist()
    rejects = (Reject(line, FILTER, "to_nobody", said, payload) for line, payload in zip(lines, payloads, strict=True))
    return Quarantine.of(source, rejects)
