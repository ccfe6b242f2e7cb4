"""What happened to a mail: the words of the systems that send mail, and ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns

__all__ = [
    "BOUNCED",
    "CLICKED",
    "DEFERRED",
    "DELIVERED",
    "DROPPED",
    "FORWARDED",
    "OPENED",
    "ORDER",
    "PREFERENCES",
    "PRINTED",
    "SENT",
    "SPAM",
    "SUBSCRIBED",
    "UNSUBSCRIBED",
    "WORDS",
    "activities_of",
    "in_order",
    "plain_words",
]

SENT, DEFERRED, DELIVERED = "mail sent", "mail deferred", "mail delivered"
BOUNCED, DROPPED = "mail bounced", "mail dropped"
OPENED, CLICKED = "mail opened", "mail clicked"
FORWARDED, PRINTED = "mail forwarded", "mail printed"
UNSUBSCRIBED, SUBSCRIBED, PREFERENCES = "mail unsubscribed", "mail subscribed", "mail preferences changed"
SPAM = "mail marked as spam"

ORDER: Final = (SENT, DROPPED, DEFERRED, DELIVERED, BOUNCED, OPENED, PRINTED, CLICKED, FORWARDED)
"""The way of a mail, for what happens in one second; everything else comes after it."""

_SPELLINGS: Final = {
    SENT: "sent send processed accepted",
    DROPPED: "dropped drop rejected reject suppressed not_sent notsent",
    DEFERRED: "deferred deferral delayed delay delivery_delayed delivery_delay deliverydelay",
    DELIVERED: "delivered delivery",
    BOUNCED: "bounced bounce hard_bounce soft_bounce hardbounce softbounce blocked",
    OPENED: "opened open",
    CLICKED: "clicked click",
    FORWARDED: "forwarded forward",
    PRINTED: "printed print",
    UNSUBSCRIBED: "unsubscribed unsubscribe unsub optout opt_out opted_out",
    SUBSCRIBED: "subscribed subscribe resubscribed resubscribe optin opt_in opted_in",
    SPAM: "spam spamreport spam_report spam_complaint spamcomplaint complaint complained abuse",
}

WORDS: Final = {
    spelling.replace("_", " "): activity for activity, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Activities by the words that most systems have for them, as `plain_words` spells them."""


def plain_words(labels: pa.Array) -> pa.Array:
    """Spell words one way.

    Parameters
    ----------
    labels
        Text, such as ``"SpamComplaint"`` or ``"Hard_Bounce"``.

    Returns
    -------
    pyarrow.Array
        In lower case, all signs between words blanks.

    Examples
    --------
    >>> plain_words(pa.array(["HARD-bounce ", "spam_report"])).to_pylist()
    ['hard bounce', 'spam report']
    """
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_lower(labels), r"[^\pL\pN]+", " "))


def activities_of(actions: pa.DictionaryArray, words: Mapping[str, str]) -> pa.DictionaryArray:
    """Give what happened, by the words of a system.

    Parameters
    ----------
    actions
        Its words, shape (rows,).
    words
        Activities by word, as `plain_words` spells them; preferred to ``WORDS``.

    Returns
    -------
    pyarrow.DictionaryArray
        Activities; null where nobody knows the word. Shape (rows,).
    """
    known = WORDS | dict(words)
    named = [known.get(word) if word else None for word in plain_words(actions.dictionary).to_pylist()]
    return columns.relabel(actions, pa.array(named, pa.string()))


def in_order(events: pa.Table) -> pa.Table:
    """Put events into the order of time; those of one moment in the order in which a mail goes its way.

    Parameters
    ----------
    events
        Has ``activity`` and ``timestamp``.

    Returns
    -------
    pyarrow.Table
        The same events. Most systems write whole seconds, in which a mail is sent and delivered, and clicking opens it.
    """
    labels = columns.encode(events["activity"])
    places = [ORDER.index(name) if name in ORDER else len(ORDER) for name in labels.dictionary.to_pylist()]
    ranks = np.array([*places, len(ORDER)])[columns.codes(labels)]
    order = np.lexsort((ranks, columns.numbers(events["timestamp"])))
    return events.take(pa.array(order))
