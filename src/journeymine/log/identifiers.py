"""Identifiers of customers: their kinds, how much each kind proves, and one spelling for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.phones import spell_phones
from journeymine.log.schema import ID_PREFIX

__all__ = ["KINDS", "TIERS", "customer_front", "customer_names", "ranked", "spelled", "tier"]

KINDS: Final = {"customer": "strong", "account": "strong", "user": "strong", "email": "medium", "phone": "medium"}
"""Kinds that prove most, in the order in which they name a customer; every other kind is weak."""

TIERS: Final = ("strong", "medium", "weak")
"""How much an identifier proves, the strongest first."""


def tier(kind: str) -> str:
    """Tell how much a kind of identifier proves.

    Parameters
    ----------
    kind
        Such as ``"email"``.

    Returns
    -------
    str
        ``"strong"``, ``"medium"`` or ``"weak"``.
    """
    return KINDS.get(kind, "weak")


def ranked(kinds: Iterable[str]) -> list[str]:
    """Order kinds by how much they prove, the strongest first.

    Parameters
    ----------
    kinds
        Kinds of identifiers.

    Returns
    -------
    list of str
        Kinds of one tier stand in the order of ``KINDS``, then of the alphabet.
    """
    order = list(KINDS)
    return sorted(kinds, key=lambda kind: (order.index(kind) if kind in order else len(order), kind))


def customer_names(kind: str, labels: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name customers after identifiers.

    Parameters
    ----------
    kind
        Kind of the identifiers; a ``customer`` number is a name as it is, others get their kind in front.
    labels
        Identifiers.

    Returns
    -------
    pyarrow.DictionaryArray
        Such as ``email:jo@mail.example``.
    """
    front = customer_front(kind)
    return columns.relabel(labels, pc.binary_join_element_wise(front, labels.dictionary, "")) if front else labels


def customer_front(kind: str) -> str:
    """Give what stands before an identifier when it names a customer.

    Parameters
    ----------
    kind
        Kind of the identifier; a ``customer`` number is a name as it is.

    Returns
    -------
    str
        Such as ``"email:"``.
    """
    return "" if kind == "customer" else f"{kind}:"


def spelled(table: pa.Table, *, country: str | None = None) -> pa.Table:
    """Give every identifier of a table its one spelling.

    Parameters
    ----------
    table
        Has identifier columns, such as ``id_email``.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    pyarrow.Table
        E-mail in lower case, telephone numbers as E.164 where that can be told, other kinds stripped of outer blanks.
        Where all were spelled so already, the same columns.

    Raises
    ------
    MissingExtraError
        If `country` is given and phonenumberslite is not installed.

    Examples
    --------
    >>> spelled(pa.table({"id_email": ["Jo@Mail.example "], "id_phone": ["+31 6-1234 5678"]})).to_pylist()
    [{'id_email': 'jo@mail.example', 'id_phone': '+31612345678'}]
    """
    for place, name in enumerate(table.column_names):
        if name.startswith(ID_PREFIX):
            labels = columns.encode(table[name])
            values = _spelled(name.removeprefix(ID_PREFIX), labels.dictionary, country)
            table = table.set_column(place, name, columns.relabel(labels, values))
    return table


def _spelled(kind: str, values: pa.Array, country: str | None) -> pa.Array:
    values = pc.utf8_trim_whitespace(values)
    if kind == "email":
        values = pc.utf8_lower(values)
        linked = pc.any(pc.starts_with(values, "mailto:")).as_py()
        return pc.replace_substring_regex(values, r"^mailto:", "") if linked else values
    return spell_phones(values, country) if kind == "phone" else values
