"""The invented customers: names, addresses, numbers, devices, and which of these they share or change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = ["KIOSK", "MOST_CUSTOMERS", "SEGMENTS", "SHARED", "SWITCHBOARD", "People", "invent", "phone_numbers"]

MOST_CUSTOMERS: Final = 1_000_000
"""As many as the numbering of customers, devices and telephones has room for."""

SHARED: Final = 0.0075
"""Share of customers with a device, and as many with a telephone, of another customer."""

SEGMENTS: Final = ("starter", "family", "business")

SWITCHBOARD: Final = 2 * MOST_CUSTOMERS
"""The telephone behind which many business customers call."""

KIOSK: Final = 2 * MOST_CUSTOMERS
"""The device in a public place that many customers use."""

_FIRST = ("ma", "le", "jo", "sa", "ti", "no", "da", "be", "ru", "fi", "ke", "lo")
_SECOND = ("ra", "mi", "nel", "dor", "vin", "las", "rik", "ten", "bo", "wen")
_HOUSES = ("mail.example", "post.example", "inbox.example", "letterbox.example", "family.example")
_SHARES = (0.45, 0.40, 0.15)  # of the segments
_CHANGED = 0.025  # share of customers who change their address, and as many their telephone, while we watch
_SECOND_ADDRESS = {"crm": 0.024, "chat": 0.008, "nowhere": 0.002}  # where a second address in use is known
_SECOND_DEVICE = 0.25


@dataclass(frozen=True)
class People:
    """All customers; customer number n is at place n - 1 of every array, and `count` further on with a second value.

    Attributes
    ----------
    count
        How many customers.
    names
        Full names, invented.
    emails
        First addresses, then second ones, text, 2 ``count`` places.
    segments
        Code in ``SEGMENTS``, int64, shape (count,).
    devices, phones
        Device and telephone of each customer, first ones, then second ones, int64, shape (2 count,).
    second_device
        True for customers with two devices, shape (count,).
    email_from, phone_from
        When the second value replaces the first, seconds, int64, shape (count,); never is the largest number.
    second_address
        Where a second address that is used beside the first is known: ``""`` where there is none, ``"crm"``,
        ``"chat"`` or ``"nowhere"``, shape (count,).
    """

    count: int
    names: list[str]
    emails: list[str]
    segments: np.ndarray
    devices: np.ndarray
    phones: np.ndarray
    second_device: np.ndarray
    email_from: np.ndarray
    phone_from: np.ndarray
    second_address: np.ndarray


def invent(rng: np.random.Generator, *, customers: int, start: int, until: int, shared: float = SHARED) -> People:
    """Invent customers.

    Parameters
    ----------
    rng
        Where chance comes from.
    customers
        How many.
    start, until
        Between which seconds some of them change their address or telephone.
    shared
        Share of customers who have a device together with another customer, and of those who so have a telephone.

    Returns
    -------
    People
        Names are made of syllables, all addresses end in ``.example``.

    Examples
    --------
    >>> people = invent(np.random.default_rng(7), customers=10, start=0, until=86400)
    >>> len(people.names), len(people.emails), all(address.endswith(".example") for address in people.emails)
    (10, 20, True)
    """
    names = _names(rng, customers)
    kinds = list(_SECOND_ADDRESS)
    drawn = np.searchsorted(np.cumsum(list(_SECOND_ADDRESS.values())), rng.random(customers), side="right")
    second_address = np.array([*kinds, ""])[drawn]
    email_from = _change_times(rng, customers, start, until)
    email_from[second_address != ""] = np.iinfo(np.int64).max
    return People(
        count=customers,
        names=names,
        emails=_emails(rng, names),
        segments=np.minimum(np.searchsorted(np.cumsum(_SHARES), rng.random(customers)), len(_SHARES) - 1),
        devices=_with_households(rng, customers, shared),
        phones=_with_households(rng, customers, shared),
        second_device=rng.random(customers) < _SECOND_DEVICE,
        email_from=email_from,
        phone_from=_change_times(rng, customers, start, until),
        second_address=second_address,
    )


def _names(rng: np.random.Generator, customers: int) -> list[str]:
    sizes = (len(_FIRST), len(_SECOND), len(_SECOND), len(_FIRST), len(_SECOND))
    parts = [rng.integers(0, size, customers).tolist() for size in sizes]
    return [
        f"{(_FIRST[a] + _SECOND[b]).title()} {(_SECOND[c] + _FIRST[d] + _SECOND[e]).title()}"
        for a, b, c, d, e in zip(*parts, strict=True)
    ]


def _emails(rng: np.random.Generator, names: list[str]) -> list[str]:
    """Give everyone two addresses; the customer's number in them keeps them apart."""
    houses = rng.integers(0, len(_HOUSES), (2, len(names))).tolist()
    dotted = [name.lower().replace(" ", ".") for name in names]
    first = [f"{name}{n}@{_HOUSES[h]}" for n, (name, h) in enumerate(zip(dotted, houses[0], strict=True), 1)]
    other = [f"{name[0]}{n}.work@{_HOUSES[h]}" for n, (name, h) in enumerate(zip(dotted, houses[1], strict=True), 1)]
    return first + other


def _change_times(rng: np.random.Generator, customers: int, start: int, until: int) -> np.ndarray:
    times = rng.integers(start, until, customers)
    return np.where(rng.random(customers) < _CHANGED, times, np.iinfo(np.int64).max)


def _with_households(rng: np.random.Generator, customers: int, shared: float) -> np.ndarray:
    """Give everyone two things of their own; some pairs of customers have their first one together."""
    things = np.arange(2 * customers)
    pairs = rng.permutation(customers)[: 2 * round(shared * customers / 2)].reshape(-1, 2)
    things[pairs[:, 1]] = things[pairs[:, 0]]
    return things


def phone_numbers(phones: np.ndarray) -> list[str]:
    """Write telephones as subscriber numbers.

    Parameters
    ----------
    phones
        Telephones, int64, shape (n,), up to ``SWITCHBOARD``.

    Returns
    -------
    list of str
        Without the country; of the Dutch range for machines, so that no person has them. Different ones for
        different telephones.

    Examples
    --------
    >>> phone_numbers(np.array([0, 1]))
    ['97012345678', '97074149077']
    """
    scattered = (phones * 61_803_399 + 12_345_678) % 100_000_000
    return [f"970{number:08}" for number in scattered.tolist()]
