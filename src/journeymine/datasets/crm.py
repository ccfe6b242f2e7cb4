"""The table of customers: the link between their logins, addresses and telephones."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeymine.datasets.people import SEGMENTS, People, phone_numbers

__all__ = ["HEADER", "crm_table", "customer_ids", "logins"]

HEADER: Final = "customer,user,email,phone,segment"

_NO_ROW, _NO_EMAIL, _NO_PHONE = 0.003, 0.006, 0.008  # shares of customers; about 98 % are complete


def customer_ids(count: int) -> list[str]:
    """Give the customer numbers as the company writes them.

    Parameters
    ----------
    count
        How many customers.

    Returns
    -------
    list of str
        Number n is at place n - 1.

    Examples
    --------
    >>> customer_ids(2)
    ['C000001', 'C000002']
    """
    return [f"C{number:06}" for number in range(1, count + 1)]


def logins(count: int) -> list[str]:
    """Give the names customers log in with.

    Parameters
    ----------
    count
        How many customers.

    Returns
    -------
    list of str
        Number n is at place n - 1.

    Examples
    --------
    >>> logins(2)
    ['u000001', 'u000002']
    """
    return [f"u{number:06}" for number in range(1, count + 1)]


def crm_table(people: People, rng: np.random.Generator) -> str:
    """Write the customers as CSV.

    Parameters
    ----------
    people
        The customers.
    rng
        Where chance comes from.

    Returns
    -------
    str
        A row for each customer, and a second one for those who changed their address or telephone, or of whom a
        second address is known. Some customers have no row, address or telephone.

    Examples
    --------
    >>> from journeymine.datasets.people import invent
    >>> people = invent(np.random.default_rng(7), customers=10, start=0, until=86400)
    >>> crm_table(people, np.random.default_rng(7)).splitlines()[0]
    'customer,user,email,phone,segment'
    """
    missing = rng.random((3, people.count)) < np.array([[_NO_ROW], [_NO_EMAIL], [_NO_PHONE]])
    never = np.iinfo(np.int64).max
    new_email = (people.email_from < never) | (people.second_address == "crm")
    new_phone = people.phone_from < never
    first = np.arange(people.count)
    places = np.concatenate([first, first[new_email | new_phone]])
    later = np.arange(len(places)) >= people.count
    email = places + people.count * (later & new_email[places])
    phone = places + people.count * (later & new_phone[places])
    order = np.argsort(places, kind="stable")
    order = order[~missing[0][places[order]]]
    return _text(people, places[order], email[order], phone[order], missing)


def _text(people: People, places: np.ndarray, email: np.ndarray, phone: np.ndarray, missing: np.ndarray) -> str:
    ids, users = customer_ids(people.count), logins(people.count)
    emails, numbers, segments = people.emails, phone_numbers(people.phones), people.segments.tolist()
    no_email, no_phone = missing[1].tolist(), missing[2].tolist()
    rows = [
        f"{ids[n]},{users[n]},{'' if no_email[n] else emails[e]},"
        f"{'' if no_phone[n] else '+31' + numbers[p]},{SEGMENTS[segments[n]]}\n"
        for n, e, p in zip(places.tolist(), email.tolist(), phone.tolist(), strict=True)
    ]
    return HEADER + "\n" + "".join(rows)
