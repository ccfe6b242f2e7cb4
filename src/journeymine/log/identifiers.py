"""Identifiers of customers: their kinds, how much each kind proves, and one spelling for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import MissingExtraError, OptionError
from journeymine.log import columns
from journeymine.log.schema import ID_PREFIX

__all__ = ["BLOCKED", "TIERS", "customer_names", "normalise", "ranked", "tier"]

TIERS: Final = {"customer": "strong", "account": "strong", "user": "strong", "email": "medium", "phone": "medium"}
"""Kinds that prove most, in the order in which they name a customer; every other kind is weak."""

BLOCKED: Final = r"^(|0+|-+|\+|n/?a|null|none|nil|undefined|unknown|anonymous|invalid|test|guest|nan|-1|0\.0)$"
"""Values that name nobody, as a regular expression on the lower-case value."""


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
    return TIERS.get(kind, "weak")


def ranked(kinds: Iterable[str]) -> list[str]:
    """Order kinds by how much they prove, the strongest first.

    Parameters
    ----------
    kinds
        Kinds of identifiers.

    Returns
    -------
    list of str
        Kinds of one tier stand in the order of ``TIERS``, then of the alphabet.
    """
    order = list(TIERS)
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
    if kind == "customer":
        return labels
    return columns.relabel(labels, pc.binary_join_element_wise(kind, labels.dictionary, ":"))


def normalise(table: pa.Table, *, country: str | None = None) -> pa.Table:
    """Give every identifier of a table its one spelling; values that name nobody become null.

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

    Raises
    ------
    MissingExtraError
        If `country` is given and phonenumberslite is not installed.

    Examples
    --------
    >>> table = pa.table({"id_email": ["Jo@Mail.example ", "unknown"], "id_phone": ["+31 6-1234 5678", "0"]})
    >>> normalise(table).to_pylist()
    [{'id_email': 'jo@mail.example', 'id_phone': '+31612345678'}, {'id_email': None, 'id_phone': None}]
    """
    for place, name in enumerate(table.column_names):
        if name.startswith(ID_PREFIX):
            labels = _normalised(columns.encode(table[name]), name.removeprefix(ID_PREFIX), country)
            table = table.set_column(place, name, labels)
    return table


def _normalised(labels: pa.DictionaryArray, kind: str, country: str | None) -> pa.DictionaryArray:
    """Spell the distinct values; a customer's own number is taken as it is."""
    spelled = _speller(kind, country)(pc.utf8_trim_whitespace(labels.dictionary))
    if kind != "customer":
        blocked = pc.match_substring_regex(pc.utf8_lower(spelled), BLOCKED)
        spelled = pc.if_else(blocked, pa.scalar(None, pa.string()), spelled)
    return columns.relabel(labels, spelled)


def _speller(kind: str, country: str | None) -> Callable[[pa.Array], pa.Array]:
    if kind == "email":
        return _spell_email
    if kind == "phone":
        return _spell_phone if country is None else partial(_spell_phone_of, country)
    return lambda values: values


def _spell_email(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_lower(values), r"^mailto:", "")


def _spell_phone(values: pa.Array) -> pa.Array:
    """Write ``+`` and digits where the country is there, else the digits as dialled."""
    digits = pc.replace_substring_regex(values, r"[^0-9+]", "")
    return pc.replace_substring_regex(digits, r"^00", "+")


def _spell_phone_of(country: str, values: pa.Array) -> pa.Array:
    try:
        import phonenumbers
    except ImportError as error:
        raise MissingExtraError("phonenumberslite", "phone") from error
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise OptionError(f"country {country!r} is not a two-letter country code such as 'NL' or 'GB'")

    def spell(value: str) -> str:
        try:
            number = phonenumbers.parse(value, country)
        except phonenumbers.NumberParseException:
            return value
        possible = phonenumbers.is_possible_number(number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else value

    return pa.array([spell(value) for value in _spell_phone(values).to_pylist()], pa.string())
