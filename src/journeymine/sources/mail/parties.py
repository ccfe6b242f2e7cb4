"""Who wrote to whom: the company, or the party outside of it."""

from __future__ import annotations

from collections.abc import Sequence

from journeymine.errors import OptionError
from journeymine.sources.mail.message import Letter

__all__ = ["INTERNAL", "RECEIVED", "SENT", "direction", "own_addresses"]

RECEIVED, SENT, INTERNAL = "mail received", "mail sent", "mail internal"


def own_addresses(domains: str | Sequence[str]) -> frozenset[str]:
    """Read the domains and addresses of a company.

    Parameters
    ----------
    domains
        Such as ``["shop.example"]``; single addresses too.

    Returns
    -------
    frozenset of str
        In lower case.

    Raises
    ------
    OptionError
        If there are none.
    """
    listed = [domains] if isinstance(domains, str) else list(domains)
    own = frozenset(domain.strip().lower().removeprefix("@").rstrip(".") for domain in listed) - {""}
    if not own:
        raise OptionError("own_domains is empty: name the company's domains, such as own_domains=['shop.example']")
    return own


def direction(letter: Letter, own: frozenset[str]) -> tuple[str, str | None]:
    """Tell the activity, and who the party outside is.

    Parameters
    ----------
    letter
        A message.
    own
        What `own_addresses` gives.

    Returns
    -------
    activity : str
        ``RECEIVED``, ``SENT`` or ``INTERNAL``.
    address : str or None
        Of the party outside.
    """
    if letter.sender is None or not _is_own(letter.sender, own):
        return RECEIVED, letter.sender
    outside = [address for address in letter.recipients if not _is_own(address, own)]
    if outside or not letter.recipients:
        return SENT, next(iter(outside), None)
    author = next((address for address in letter.answers_to if not _is_own(address, own)), None)  # of a contact form
    return (INTERNAL, None) if author is None else (RECEIVED, author)


def _is_own(address: str, own: frozenset[str]) -> bool:
    if address in own:
        return True
    labels = address.rpartition("@")[2].rstrip(".").split(".")
    return any(".".join(labels[place:]) in own for place in range(len(labels)))
