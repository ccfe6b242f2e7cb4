"""Telephone numbers: one spelling each, with the country where it can be told."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import MissingExtraError, OptionError
from journeymine.log import columns

__all__ = ["check_countries", "spell_phones"]

_SPELLED: Final = r"^(\+|0?[1-9])[0-9]*$"
_WITH_COUNTRY: Final = r"^\+[0-9]{7,}$"
_WITHOUT: Final = r"^[0-9]{7,}$"  # what is shorter is an extension or a service number, which no country completes


def spell_phones(values: pa.Array, country: str | None) -> pa.Array:
    """Give every telephone number its one spelling.

    Parameters
    ----------
    values
        Numbers as they were written.
    country
        Two letters; the country of numbers written without one.

    Returns
    -------
    pyarrow.Array
        ``+`` and digits (E.164) where the country is written or given, else the digits as dialled.

    Raises
    ------
    MissingExtraError
        If `country` is given and phonenumberslite is not installed.
    OptionError
        If `country` is no country.

    Examples
    --------
    >>> spell_phones(pa.array(["+31 (0)6-1234 5678", "0031612345678", "06 12345678"]), None).to_pylist()
    ['+31612345678', '+31612345678', '0612345678']
    """
    odd = ~columns.is_true(pc.match_substring_regex(values, _SPELLED))
    if odd.any():
        values = pc.replace_with_mask(values, pa.array(odd), _digits(values.filter(pa.array(odd))))
    return values if country is None else _of_country(values, country)


def _digits(values: pa.Array) -> pa.Array:
    values = pc.replace_substring_regex(values, r"^(\s*(?:\+|00)[^(]*)\(0\)", r"\1")  # dialled only inside the country
    values = pc.replace_substring_regex(values, r"[^0-9+]", "")
    return pc.replace_substring_regex(values, r"^00", "+")


def _of_country(values: pa.Array, country: str) -> pa.Array:
    try:
        import phonenumbers
    except ImportError as error:
        raise MissingExtraError("phonenumberslite", "phone") from error
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise OptionError(f"country {country!r} is not a two-letter country code such as 'NL' or 'GB'")

    def spell(value: str | None) -> str | None:
        try:
            number = phonenumbers.parse(value or "", country)
        except phonenumbers.NumberParseException:
            return value
        possible = phonenumbers.is_possible_number(number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else value

    return pa.array([spell(value) for value in values.to_pylist()], pa.string())


def check_countries(numbers: pa.Array) -> None:
    """Refuse numbers some of which have a country and some not: one person's would not be equal.

    Parameters
    ----------
    numbers
        In their one spelling, from all that is to be linked.

    Raises
    ------
    OptionError
        If there are both.
    """
    with_country, without = (
        np.flatnonzero(columns.is_true(pc.match_substring_regex(numbers, form))) for form in (_WITH_COUNTRY, _WITHOUT)
    )
    if len(with_country) and len(without):
        raise OptionError(
            f"telephone numbers such as {numbers[int(without[0])].as_py()!r} have no country, others such as "
            f"{numbers[int(with_country[0])].as_py()!r} have one, so nobody can tell which are the same. Say the "
            "country of the former, such as country='NL', or leave them out with block=re.compile(r'^[0-9]{7,}$')"
        )
