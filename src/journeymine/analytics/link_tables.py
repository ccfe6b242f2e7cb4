"""What linking did: how large customers are, what was dropped, and what gave each event its customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import TIERS, tier
from journeymine.log.levels import Linked

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["clusters", "dropped", "linked_by"]

_LARGEST: Final = 10
_LINKED_BY: Final = (*TIERS, "weak, by time", "anonymous", "nobody", "no identifier")
_BY_TIME, _ANONYMOUS, _NOBODY, _BARE = range(len(TIERS), len(_LINKED_BY))


def clusters(log: EventLog) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the identifiers of customers.

    Parameters
    ----------
    log
        A log that was linked.

    Returns
    -------
    sizes : pandas.DataFrame
        ``identifiers``, the ``customers`` that have so many, and their ``share``.
    largest : pandas.DataFrame
        The customers with the most: ``customer``, ``identifiers``, ``kinds``, ``events``.
    """
    import pandas as pd

    evidence = log.evidence.select(["customer", "kind"]).to_pandas()
    counts = evidence.groupby("customer", observed=True).size()
    customers = counts.value_counts().sort_index()
    sizes = pd.DataFrame(
        {"identifiers": customers.index, "customers": customers.array, "share": customers.array / max(len(counts), 1)}
    )
    most = counts.nlargest(_LARGEST, keep="all").rename("identifiers").reset_index()
    most = most.astype({"customer": object}).sort_values(["identifiers", "customer"], ascending=[False, True])
    most = most.head(_LARGEST).reset_index(drop=True)
    mine = evidence[evidence["customer"].isin(most["customer"])]
    kinds = mine.astype(object).groupby(["customer", "kind"]).size()
    said = [", ".join(f"{count} {kind}" for kind, count in kinds[name].items()) for name in most["customer"]]
    owners = log.labels("customer")
    events = [pc.sum(pc.equal(owners, name)).as_py() or 0 for name in most["customer"]]
    return sizes, most.assign(kinds=said, events=events)


def dropped(linked: Linked) -> pd.DataFrame:
    """Count the identifiers that name no customer.

    Parameters
    ----------
    linked
        A log beside its evidence.

    Returns
    -------
    pandas.DataFrame
        By ``kind`` and ``reason``: how many ``identifiers``, the ``events`` that carry one, their ``max_degree``; the
        most first.
    """
    evidence = linked.log.evidence
    frame = evidence.drop_columns("id").to_pandas().astype({"kind": object, "reason": object})
    carried = np.zeros(len(frame), np.int64)
    for rows in linked.rows.values():
        carried += np.bincount(rows[rows >= 0], minlength=len(frame))
    frame = frame.assign(events=carried)[frame["customer"].isna()]
    found = frame.groupby(["kind", "reason"], as_index=False).agg(
        identifiers=("tier", "size"), events=("events", "sum"), max_degree=("degree", "max")
    )
    order = ["identifiers", "kind", "reason"]
    return found.sort_values(order, ascending=[False, True, True], ignore_index=True)


def linked_by(linked: Linked) -> pd.DataFrame:
    """Count the events by what gave them their customer.

    Parameters
    ----------
    linked
        A log beside its evidence.

    Returns
    -------
    pandas.DataFrame
        ``linked_by``: the tier of the link; for devices of several customers ``weak, by time``; ``anonymous`` where a
        customer has nothing but weak identifiers; ``nobody``; ``no identifier``. ``events`` and their ``share``.
    """
    import pandas as pd

    found = _what_linked(linked)
    counts = np.bincount(found, minlength=len(_LINKED_BY))
    return pd.DataFrame({"linked_by": _LINKED_BY, "events": counts, "share": counts / max(len(found), 1)})


def _what_linked(linked: Linked) -> np.ndarray:
    """Give for each event the place of what linked it in the list above, shape (num_events,)."""
    log, owners = linked.log, _owners(linked)
    customers = columns.codes(log.labels("customer"))
    found = np.full(log.num_events, _BARE)
    for rows in reversed(linked.rows.values()):  # the strongest comes last and stays
        here = rows >= 0
        found[here & (found == _BARE)] = _ANONYMOUS
        found[here & linked.goes_by_time[rows]] = _BY_TIME
        mine = here & (owners[rows] == customers) & (customers >= 0)
        found[mine] = linked.tiers[rows[mine]]
    anonymous = _is_anonymous(linked, owners)
    found[(found != _BARE) & (customers >= 0) & anonymous[customers]] = _ANONYMOUS
    return np.where((customers < 0) & (found != _BARE), _NOBODY, found)


def _owners(linked: Linked) -> np.ndarray:
    """Give the customer of each row of the evidence as its place among the log's, -1 for none of them."""
    labels = columns.whole(linked.log.evidence["customer"])
    known = linked.log.labels("customer").dictionary
    places = columns.numbers(pc.index_in(labels.dictionary, known), missing=-1)
    return np.append(places, -1)[columns.codes(labels)]


def _is_anonymous(linked: Linked, owners: np.ndarray) -> np.ndarray:
    """Tell which of the log's customers have nothing but weak identifiers, shape (num_customers,)."""
    kinds = columns.whole(linked.log.evidence["kind"])
    proves = np.array([tier(kind) != "weak" for kind in kinds.dictionary.to_pylist()], bool)[columns.codes(kinds)]
    anonymous = np.ones(len(linked.log.labels("customer").dictionary), bool)
    anonymous[owners[(owners >= 0) & proves]] = False
    return anonymous
