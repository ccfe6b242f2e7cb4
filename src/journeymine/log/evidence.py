"""The evidence of a linking: whose each identifier is, and why, one row an identifier."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from journeymine.log import columns
from journeymine.log.eventlog import EVIDENCE
from journeymine.log.identifiers import TIERS
from journeymine.log.numbering import Identifiers
from journeymine.log.persons import Persons, Reason

__all__ = ["BY_TIME", "evidence_table"]

BY_TIME: Final = "shared: each event by its time"
"""Reason of a weak identifier of several customers."""

_TEXTS: Final = {
    Reason.OWN: "its own",
    Reason.HAND: "by hand",
    Reason.SHARED: "shared: seen with several customers",
    Reason.BY_TIME: BY_TIME,
    Reason.BLOCKED: "blocked",
    Reason.NAMES_NOBODY: "blocked: names nobody",
    Reason.HAND_NOBODY: "by hand: nobody",
}


def evidence_table(ids: Identifiers, persons: Persons, *, cap: int) -> pa.Table:
    """Write down whose each identifier is and why.

    Parameters
    ----------
    ids
        All identifiers.
    persons
        Whose they are.
    cap
        Of the linking.

    Returns
    -------
    pyarrow.Table
        One row an identifier, the strongest kind first, those of one kind in the order of the alphabet.
    """
    arrays = {
        "id": ids.values,
        "kind": columns.from_codes(ids.kinds, pa.array(list(ids.names), pa.string())),
        "customer": ids.customers(persons.owner),
        "tier": columns.from_codes(persons.tier, pa.array(TIERS)),
        "reason": _reasons(ids, persons, cap),
        "degree": pa.array(persons.degree),
    }
    return pa.table(arrays, schema=EVIDENCE)


def _reasons(ids: Identifiers, persons: Persons, cap: int) -> pa.DictionaryArray:
    texts = _TEXTS | {Reason.OVER_CAP: f"shared: seen with more than {cap} of one kind"}
    used = [reason for reason in texts if (persons.reason == reason).any()]
    place = np.zeros(len(Reason), np.int32)
    place[used] = np.arange(len(used))
    codes = place[persons.reason]
    seen, is_witness = persons.reason == Reason.SEEN, np.zeros(len(ids), bool)
    is_witness[persons.seen_with[seen]] = True
    codes[seen] = (np.cumsum(is_witness, dtype=np.int32) + np.int32(len(used) - 1))[persons.seen_with[seen]]
    witnesses, paired = ids.written(is_witness, "seen with {}:".format), _by_pairs(ids, persons)
    codes[list(persons.probability)] = len(used) + np.count_nonzero(is_witness) + np.arange(len(paired))
    fixed = pa.array([texts[reason] for reason in used], pa.string())
    return columns.from_codes(codes, pa.concat_arrays([fixed, *witnesses, paired]))


def _by_pairs(ids: Identifiers, persons: Persons) -> pa.Array:
    others = ids.typed(persons.seen_with[list(persons.probability)])
    chances = persons.probability.values()
    texts = [f"pair with {other} ({chance:.3g})" for other, chance in zip(others, chances, strict=True)]
    return pa.array(texts, pa.string())
