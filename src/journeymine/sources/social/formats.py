"""The formats of social networks."""

from __future__ import annotations

from typing import Final

from journeymine.sources.format import Format, Signature

__all__ = ["FORMATS"]

_UTC: Final = "UTC, said in each time"
_POST: Final = ("id", "text", "author_id", "created_at")

FORMATS: Final = (
    Format(
        "x-posts",
        "read_x_posts",
        "social.x",
        "social",
        key="first of edit_history_tweet_ids, else id",
        zone=_UTC,
        signatures=(
            Signature("json", (*_POST, "edit_history_tweet_ids")),
            Signature("json", (*_POST, "edit_history_post_ids")),
            Signature("json", (*_POST, "conversation_id")),
        ),
    ),
    Format(
        "facebook-page",
        "read_facebook_page",
        "social.facebook",
        "social",
        key="id",
        zone=_UTC,
        signatures=(
            Signature("json", ("id", "created_time", "message", "from")),
            Signature("json", ("id", "created_time", "message", "comments")),
            Signature("json", ("data", "id", "created_time", "message", "paging")),
        ),
    ),
    Format(
        "posts",
        "read_posts",
        "social.posts",
        "social",
        key="id",
        zone="said in each time, or must be said",
        signatures=(Signature("delimited", _POST), Signature("json", _POST)),
    ),
)
"""What there is to know of each."""
