"""What happens in calls, chats and other contacts: one word for each, whatever system it was logged by."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from journeymine.log import columns

__all__ = [
    "ABANDONED",
    "AFTER_CALL",
    "ANSWERED",
    "CALLBACK",
    "INTERNAL",
    "IN_MENU",
    "LEFT_QUEUE",
    "MADE",
    "MISSED",
    "ON_HOLD",
    "TALKED",
    "TRANSFERRED",
    "VOICEMAIL",
    "WAITED",
    "WAITED_FOR_CALLBACK",
    "in_channels",
]

ANSWERED: Final = "call answered"
MISSED: Final = "call missed"
MADE: Final = "call made"
INTERNAL: Final = "internal call"
IN_MENU: Final = "in voice menu"
WAITED: Final = "waited in queue"
WAITED_FOR_CALLBACK: Final = "waited for callback"
ABANDONED: Final = "call abandoned"
LEFT_QUEUE: Final = "left queue unanswered"
TALKED: Final = "talked with agent"
CALLBACK: Final = "callback handled by agent"
ON_HOLD: Final = "on hold"
TRANSFERRED: Final = "call transferred"
VOICEMAIL: Final = "left voicemail"
AFTER_CALL: Final = "after-call work"

_ELSEWHERE: Final = {
    "chat": {
        ABANDONED: "chat abandoned",
        IN_MENU: "chat started",
        MADE: "chat started",
        MISSED: "chat missed",
        TALKED: "chatted with agent",
        TRANSFERRED: "chat transferred",
    },
    "mail": {
        ABANDONED: "mail abandoned",
        IN_MENU: "mail received",
        MADE: "mail sent",
        MISSED: "mail received",
        TALKED: "mail handled by agent",
        TRANSFERRED: "mail transferred",
    },
    "task": {
        ABANDONED: "task abandoned",
        IN_MENU: "task created",
        MADE: "task created",
        MISSED: "task created",
        TALKED: "task handled by agent",
        TRANSFERRED: "task transferred",
    },
}
"""What the same step is called in other channels; what is not listed is called the same everywhere."""


def in_channels(word: str, channels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name a step of contacts in the words of their channels.

    Parameters
    ----------
    word
        What it is called in a call, such as `TALKED`.
    channels
        The channel of each contact.

    Returns
    -------
    pyarrow.DictionaryArray
        Shape (contacts,).

    Examples
    --------
    >>> in_channels(TRANSFERRED, columns.encode(pa.array(["phone", "chat"]))).to_pylist()
    ['call transferred', 'chat transferred']
    """
    names = [_ELSEWHERE.get(channel, {}).get(word, word) for channel in channels.dictionary.to_pylist()]
    return columns.relabel(channels, pa.array(names, pa.string()))
