"""Switches: how often the next contact is made in which channel, and by how many customers."""

from __future__ import annotations

import numpy as np

from journeymine.summary.arrays import Arrays, Block
from journeymine.summary.counts import Counts, take
from journeymine.summary.visits import distinct_customers

__all__ = ["KEYS", "MEASURES", "of"]

KEYS = {"segment": np.uint32, "channel": np.uint32, "next_channel": np.uint32}
MEASURES = ("count", "customers")


def of(arrays: Arrays, segments: np.ndarray | None = None) -> Counts:
    """Count contacts by segment, channel and the channel of the next contact of their case.

    Parameters
    ----------
    arrays
        A log.
    segments
        Segment of each event, integers >= 0, shape (events,), such as what it is about; by default that of its case.

    Returns
    -------
    Counts
        ``count`` passes by ``customers`` different customers (a case of nobody counts as one); where ``next_channel``
        is 0, all contacts in the channel, whatever came next. A channel that the log does not say is 0 and in no pass.
    """
    blocks = [part for block in arrays.whole_customers() for part in _of_block(block, segments)]
    return Counts.sum(blocks or [Counts.empty(KEYS, MEASURES)])


def _of_block(block: Block, segments: np.ndarray | None) -> tuple[Counts, Counts]:
    arrays = block.arrays
    own = block.segments if segments is None else block.of(segments)
    now, following = block.of(arrays.channel_codes), block.following(arrays.channel_codes)
    customers = block.of_case(arrays.case_customers)
    passes = block.of(arrays.linked) & (now > 0) & (following > 0)
    contacts = {"segment": own, "channel": now, "next_channel": np.zeros_like(now)}
    switched = {"segment": take(own, passes), "channel": now[passes], "next_channel": following[passes]}
    return distinct_customers(contacts, customers), distinct_customers(switched, customers[passes])
