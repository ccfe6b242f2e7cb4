"""Identity: which records belong to one customer, with the evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError, SchemaError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EVIDENCE, EventLog
from journeymine.log.identifiers import TIERS, customer_names, normalise, ranked, tier
from journeymine.log.regroup import regrouped
from journeymine.log.schema import ID_PREFIX, id_columns
from journeymine.log.spread import IdentityGraph, Labels, all_pairs, distinct_pairs

__all__ = ["link"]


@dataclass(frozen=True)
class _Nodes:
    """All identifiers, numbered through the kinds from the strongest to the weakest.

    ``names`` holds the identifiers of each kind; ``rows`` and ``extra`` hold the node of each event and of each row of
    the extra table, one column a kind, -1 for none.
    """

    names: dict[str, pa.Array]
    rows: list[np.ndarray]
    extra: list[np.ndarray]

    @property
    def kinds(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.names)), [len(names) for names in self.names.values()])

    @property
    def all_names(self) -> pa.Array:
        return pa.concat_arrays(list(self.names.values()))


def link(
    log: EventLog,
    *,
    extra: Any = None,
    block: Collection[str] = (),
    cap: int = 5,
    country: str | None = None,
) -> EventLog:
    """Find out which events belong to one customer.

    Identifiers that stand in one record, or in one row of `extra`, were seen together. Labels spread from the strong
    kinds (customer, account, user) to e-mail addresses and telephone numbers, and from there to the weak kinds
    (cookies, visitors). An identifier that was seen with several customers is shared and links nobody; two customers
    are never made one.

    Parameters
    ----------
    log
        A log with identifier columns, such as ``id_email``.
    extra
        What is known from elsewhere: a table with a column for each kind (``customer``, ``email``, ``phone``, …), one
        person a row. Columns of other names are left alone.
    block
        Identifiers that stand for nobody, such as ``["info@shop.example"]``.
    cap
        An e-mail address, telephone number, cookie, … seen with more than this many different identifiers of one
        strong or medium kind is shared.
    country
        Two letters; the country of telephone numbers in `extra` written without one.

    Returns
    -------
    EventLog
        With ``customer`` and, until it is cut, one case a customer. Its ``evidence`` says for each identifier whom it
        belongs to and why. An event that carries only shared identifiers belongs to nobody.

    Raises
    ------
    UnknownColumnError
        If neither the log nor `extra` has an identifier column.
    OptionError
        If `cap` is less than one.

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
    nodes = _nodes(log, _extra_identifiers(extra, log, country))
    blocked = _is_blocked(nodes, [block] if isinstance(block, str) else list(block), country)
    labels = _graph(nodes, blocked, cap).labels()
    named = _named(nodes, labels)
    customers = _customers(log, nodes, labels, named, blocked)
    evidence = _evidence(nodes, labels, named, blocked)
    return _relabelled(log, customers, evidence)


# --- from columns to nodes -----------------------------------------------------------------------------------------


def _extra_identifiers(extra: Any, log: EventLog, country: str | None) -> pa.Table:
    if extra is None:
        return pa.table({})
    try:
        table = pa.table(extra)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise SchemaError(f"extra= must be a table with a column for each kind of identifier: {error}") from error
    known = {*TIERS, *(name.removeprefix(ID_PREFIX) for name in id_columns(log.table))}
    kinds = {name: name.removeprefix(ID_PREFIX) for name in table.column_names if name.removeprefix(ID_PREFIX) in known}
    if not kinds:
        raise UnknownColumnError("extra= has no column of identifiers such as {name!r}", "email", table.column_names)
    for name, kind in kinds.items():
        if kind == "phone" and not columns.is_text(table[name].type):
            raise SchemaError(
                f"column {name!r} of extra= holds telephone numbers as {table[name].type}: the 0 or + in front is "
                "lost. Read the table as text, in pandas with dtype=str"
            )
    return normalise(pa.table({ID_PREFIX + kind: table[name] for name, kind in kinds.items()}), country=country)


def _nodes(log: EventLog, extra: pa.Table) -> _Nodes:
    kinds = ranked({name.removeprefix(ID_PREFIX) for name in (*id_columns(log.table), *extra.column_names)})
    if not kinds:
        raise UnknownColumnError(
            "this log has no identifier column such as {name!r}", "id_email", log.table.column_names
        )
    names, rows, more, first = {}, [], [], 0
    for kind in kinds:
        both = [_labels(table, ID_PREFIX + kind) for table in (log.table, extra)]
        joined = pa.concat_arrays([labels.dictionary for labels in both]).dictionary_encode()
        order = columns.numbers(pc.sort_indices(joined.dictionary)).astype(np.int64)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order)) + first
        moved = np.append(place[columns.codes(joined)], -1)
        shift = len(both[0].dictionary)
        rows.append(np.append(moved[:shift], -1)[columns.codes(both[0])])
        more.append(np.append(moved[shift:-1], -1)[columns.codes(both[1])])
        names[kind] = joined.dictionary.take(pa.array(order))
        first += len(order)
    return _Nodes(names, rows, more)


def _labels(table: pa.Table, name: str) -> pa.DictionaryArray:
    return (
        columns.compact(columns.encode(table[name]))
        if name in table.column_names
        else pa.nulls(table.num_rows, columns.LABEL)
    )


def _graph(nodes: _Nodes, blocked: np.ndarray, cap: int) -> IdentityGraph:
    edges = np.concatenate((all_pairs(nodes.rows), all_pairs(nodes.extra)))
    edges = edges[~blocked[edges].any(axis=1)]
    tiers = [tier(kind) for kind in nodes.names]
    num_strong = tiers.count("strong")
    return IdentityGraph(nodes.kinds, distinct_pairs(*edges.T), num_strong, num_strong + tiers.count("medium"), cap)


def _is_blocked(nodes: _Nodes, block: list[str], country: str | None) -> np.ndarray:
    """Tell which identifiers are on the list, in whatever spelling each kind allows."""
    listed = pa.table({ID_PREFIX + kind: pa.array(map(str, block), pa.string()) for kind in nodes.names})
    spelled = normalise(listed, country=country)
    found = [pc.is_in(names, spelled[ID_PREFIX + kind].cast(pa.string())) for kind, names in nodes.names.items()]
    return columns.numbers(pa.concat_arrays(found).cast(pa.uint8())).astype(bool)


# --- from labels to customers and evidence ---------------------------------------------------------------------------


def _named(nodes: _Nodes, labels: Labels) -> pa.DictionaryArray:
    """Name each node's person after the strongest of its identifiers, null for shared ones."""
    spelled = [
        customer_names(kind, columns.from_codes(np.arange(len(names), dtype=np.int32), names)).dictionary
        for kind, names in nodes.names.items()
    ]
    strongest = np.full(len(labels.label), len(labels.label))
    known = labels.label >= 0
    np.minimum.at(strongest, labels.label[known], np.flatnonzero(known))
    places = np.where(known, strongest[np.maximum(labels.label, 0)], -1)
    return columns.from_codes(places.astype(np.int32), pa.concat_arrays(spelled))


def _customers(
    log: EventLog, nodes: _Nodes, labels: Labels, named: pa.DictionaryArray, blocked: np.ndarray
) -> pa.DictionaryArray:
    """Give each event the person of its strongest identifier that has one; without any identifier, whom it had."""
    places = np.append(np.where(blocked, -1, columns.codes(named)), -1)
    found = np.full(log.num_events, -1)
    identified = np.zeros(log.num_events, bool)
    for column in nodes.rows:
        found = np.where(found < 0, places[column], found)
        identified |= column >= 0
    former = log.labels("customer")
    kept = columns.from_codes(np.where(identified, -1, columns.codes(former)).astype(np.int32), former.dictionary)
    return columns.first_known([columns.from_codes(found.astype(np.int32), named.dictionary), kept])


def _evidence(nodes: _Nodes, labels: Labels, named: pa.DictionaryArray, blocked: np.ndarray) -> pa.Table:
    kinds = np.array(list(nodes.names), object)[nodes.kinds]
    names = nodes.all_names
    witness = pa.array(labels.seen_with, mask=labels.seen_with < 0)
    seen = pc.binary_join_element_wise(
        "seen with ", pa.array(kinds, pa.string()).take(witness), ":", names.take(witness), ""
    )
    reason = pc.coalesce(seen, pa.scalar("its own"))
    reason = pc.if_else(pa.array(labels.label < 0), "shared: seen with several customers", reason)
    reason = pc.if_else(pa.array(blocked), "blocked", reason)
    customer = pc.if_else(pa.array(blocked), pa.scalar(None, pa.string()), named.cast(pa.string()))
    tiers = np.array([tier(kind) for kind in nodes.names], object)[nodes.kinds]
    columns_of = [names, pa.array(kinds, pa.string()), customer, pa.array(tiers, pa.string()), reason]
    return pa.table(columns_of, schema=EVIDENCE)


def _relabelled(log: EventLog, customers: pa.DictionaryArray, evidence: pa.Table) -> EventLog:
    table = log.table.set_column(log.table.column_names.index("customer"), "customer", columns.compact(customers))
    cases = columns.compact(customers)
    if cases.null_count:
        source = log.labels("source").cast(pa.string())
        alone = columns.encode(pc.binary_join_element_wise("nobody", source, _row_numbers(table), "/"))
        cases = columns.first_known([cases, alone])
    table = table.set_column(table.column_names.index("case_id"), "case_id", cases)
    return replace(regrouped(log, table), evidence=evidence)


def _row_numbers(table: pa.Table) -> pa.ChunkedArray | pa.Array:
    places = pa.array(np.arange(table.num_rows)).cast(pa.string())
    if "source_row" not in table.column_names:
        return places
    return pc.coalesce(table["source_row"].cast(pa.string()), pc.binary_join_element_wise("event", places, " "))
