"""Which channel a ticket or a conversation came in by."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from journeymine.log import columns

__all__ = ["channel_of"]

_WAYS: Final = {
    "chat": ("chat", "conversation", "line", "native_messaging", "sms", "sunshine_conversations_api", "telegram",
             "viber", "wechat", "whatsapp"),
    "mail": ("email", "mail"),
    "phone": ("phone", "phone_call", "phone_switch", "voice"),
    "social": ("facebook", "facebook_post", "instagram", "instagram_dm", "messenger", "twitter", "twitter_dm",
               "twitter_fav"),
}  # fmt: skip
"""Channels, and what Zendesk and Intercom call the ways that lead to them."""

_CHANNELS: Final = {way: channel for channel, ways in _WAYS.items() for way in ways}


def channel_of(ways: pa.ChunkedArray | pa.Array, otherwise: str | None = None) -> pa.DictionaryArray:
    """Name channels.

    Parameters
    ----------
    ways
        What the vendor calls the way a customer took.
    otherwise
        The channel of all other ways: web forms, programs and rules say little about the customer, and an agent who
        types something in for one uses the web too.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (rows,).

    Examples
    --------
    >>> channel_of(pa.array(["email", "web", None]), "ticket").to_pylist()
    ['mail', 'ticket', 'ticket']
    """
    names = columns.encode(ways)
    known = pa.array([_CHANNELS.get(name, otherwise) for name in names.dictionary.to_pylist()], pa.string())
    channels = columns.relabel(names, known)
    return channels if otherwise is None else columns.first_known([channels, columns.label(otherwise, len(channels))])
