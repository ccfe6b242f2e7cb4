"""Identity: which records belong to one customer, with the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from journeymine.durations import Duration, to_microseconds
from journeymine.errors import OptionError, UnknownColumnError, UnknownOptionError
from journeymine.log.assign import customers_of
from journeymine.log.blocklist import Blocks, is_listed, names_nobody
from journeymine.log.corrections import read_corrections
from journeymine.log.edges import Edges
from journeymine.log.eventlog import EventLog
from journeymine.log.evidence import evidence_table
from journeymine.log.given import known_customers
from journeymine.log.identifiers import KINDS, ranked, spelled
from journeymine.log.logins import Backfill
from journeymine.log.numbering import Identifiers
from journeymine.log.pairs import read_pairs
from journeymine.log.persons import Reason, find_persons
from journeymine.log.phones import check_countries
from journeymine.log.relabel import relabelled
from journeymine.log.schema import ID_PREFIX, id_columns

__all__ = ["link"]


def link(
    log: EventLog,
    *,
    extra: Any = None,
    block: Blocks = (),
    cap: int = 5,
    country: str | None = None,
    window: Duration = "7d",
    backfill: Backfill = "all",
    allow_merge: bool = False,
    pairs: Any = None,
    threshold: float = 0.95,
    manual: Any = None,
) -> EventLog:
    r"""Find out which events belong to one customer.

    Identifiers that stand in one record, or in one row of `extra`, were seen together. Customers spread from the
    strong kinds (customer, account, user) to e-mail addresses and telephone numbers, and from there to the weak kinds
    (cookies, visitors). An identifier that was seen with several customers is shared and links nobody; two customers
    are never made one unless you say so. On a device of several customers each event belongs to who logged in there
    last.

    Parameters
    ----------
    log
        A log with identifier columns, such as ``id_email``.
    extra
        What is known from elsewhere: a table with a column for each kind (``customer``, ``email``, ``phone``, …), one
        person a row. Columns of other names are left alone.
    block
        Identifiers that stand for nobody, such as ``["info@shop.example"]``, and regular expressions that find them:
        ``re.compile(r"@shop\.example$")``. What systems write where they know nobody (``unknown``, ``-1``, zeros, …)
        is blocked without being listed.
    cap
        An e-mail address, telephone number, cookie, … seen with more than this many different identifiers of one
        strong or medium kind is shared, and no time tells whose its events are.
    country
        Two letters; the country of telephone numbers written without one. Needs phonenumberslite.
    window
        How far a login reaches on a device of several customers.
    backfill
        How far the first login on a device of one customer reaches back: ``"all"`` the way, by the ``"window"``, or
        not at all (``"none"``; then no login reaches back on a shared device either).
    allow_merge
        Whether customer numbers become one customer where shared identifiers, within `cap`, connect them.
    pairs
        Pairs that a model takes for one person, as Splink predicts them: ``unique_id_l``, ``unique_id_r`` and
        ``match_probability``. A customer's number stands as it is, another identifier with its kind in front
        (``email:jo@mail.example``). A pair may make two customers one.
    threshold
        Pairs of a lower probability do not count.
    manual
        What you know better: a table with ``kind``, ``id`` and ``customer``, as the evidence has them. It has the last
        word; an identifier without customer is nobody's.

    Returns
    -------
    EventLog
        With ``customer`` and, until it is cut, one case a customer. Its ``evidence`` says for each identifier whom it
        belongs to and why. An event that carries only shared identifiers belongs to nobody.

    Raises
    ------
    UnknownColumnError
        If neither the log nor `extra` has an identifier column, or a table lacks a column.
    UnknownOptionError
        If there is no such `backfill`, or no such kind as in `manual`.
    OptionError
        If `cap` is less than one, `threshold` no probability, telephone numbers need a country, or `manual`
        contradicts itself.
    SchemaError
        If `extra`, `pairs` or `manual` is no table.

    Notes
    -----
    A customer is named by its strongest identifier, of several of that kind by the one known first. Linking starts
    from the identifiers, not from what an earlier linking found: the same options give the same again, whatever the
    order of rows.

    References
    ----------
    .. [1] Tarjan (1972), Depth-first search and linear graph algorithms, SIAM J. Comput. 1(2): the components of what
       no strong identifier reaches.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table(
    ...     {"activity": ["visit", "ask", "call"], "mail": [None, "jo@mail.example", None],
    ...      "tel": [None, None, "+31612"], "cookie": ["k1", "k1", None],
    ...      "timestamp": [f"2024-05-0{day}T09:00Z" for day in (1, 2, 3)]},
    ...     ids={"email": "mail", "phone": "tel", "cookie": "cookie"})
    >>> linked = jm.link(log, extra={"customer": ["C1"], "email": ["jo@mail.example"], "phone": ["+31612"]})
    >>> linked.table["customer"].to_pylist()
    ['C1', 'C1', 'C1']
    """
    if cap < 1:
        raise OptionError(f"cap must be at least 1, not {cap!r}")
    if backfill not in get_args(Backfill):
        raise UnknownOptionError("backfill cannot be {name!r}", backfill, get_args(Backfill))
    reach = to_microseconds(window)
    log = _spelled(log, country)
    kinds = ranked({*KINDS, *_kinds(log.table), *_kinds(log.identities)})
    known = known_customers(extra, kinds, country)
    corrections = read_corrections(manual, kinds, country)
    ids, edges = _numbered(log, known, corrections.owners)
    persons = find_persons(
        ids,
        edges,
        log.times,
        _blocked(ids, block, country),
        corrections.told(ids),
        read_pairs(pairs, threshold, ids, country),
        cap=cap,
        merge=allow_merge,
    )
    del edges  # of ten million pairs, they take room that the evidence needs
    customers = customers_of(log, ids, persons, window=reach, backfill=backfill)
    return replace(relabelled(log, customers), evidence=evidence_table(ids, persons, cap=cap))


def _spelled(log: EventLog, country: str | None) -> EventLog:
    table, identities = (spelled(table, country=country) for table in (log.table, log.identities))
    return replace(log, table=table, identities=identities)


def _kinds(table: pa.Table) -> list[str]:
    return [name.removeprefix(ID_PREFIX) for name in id_columns(table)]


def _numbered(log: EventLog, known: pa.Table, owners: pa.Table) -> tuple[Identifiers, Edges]:
    if not any(id_columns(table) for table in (log.table, log.identities, known)):
        raise UnknownColumnError(
            "this log has no identifier column such as {name!r}", "id_email", log.table.column_names
        )
    return Identifiers.of(log.table, [log.identities, known, owners])


def _blocked(ids: Identifiers, block: Blocks, country: str | None) -> np.ndarray:
    """Tell which identifiers stand for nobody, and why; see that the telephone numbers left can be compared."""
    found = [np.empty(0, np.int8)]
    for kind, names in ids.names.items():
        reasons = np.where(names_nobody(kind, names), Reason.NAMES_NOBODY, 0)
        reasons[is_listed(kind, names, block, country)] = Reason.BLOCKED
        found.append(reasons.astype(np.int8))
        if kind == "phone":
            check_countries(names.filter(pa.array(reasons == 0)))
    return np.concatenate(found)
