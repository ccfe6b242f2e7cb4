"""URLs folded to templates, so that every order page is one touchpoint and not a thousand."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

__all__ = ["plain_path", "url_template"]

_ORIGIN: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NAME = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE_FOLDERS: Final = re.compile(rf"/{_YEAR}/(?:{_MONTH}|{_MONTH_NAME})(?:/{_DAY})?(?=/|$)")
_DATE: Final = re.compile(rf"{_YEAR}-{_MONTH}(?:-{_DAY}(?:T.*)?)?|{_DAY}-{_MONTH}-{_YEAR}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_EXTENSION: Final = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,4}\Z")
_ID: Final = re.compile(
    r"\d+(?:[-_]\d+)*"  # 48213, 2024-00117
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # a UUID
    r"|(?=[a-fA-F]*\d)[0-9a-fA-F]{12,}"  # a hash, an object id
    r"|(?=(?:[A-Za-z]*\d){3})[A-Za-z0-9]{16,}"  # a token
    r"|[A-Za-z]{1,8}\d{5,}"  # INV00117
    r"|(?:.*[-_])?\d{5,}(?:[-_].*)?"  # blue-shoes-48213, 48213-blue-shoes
)
_WORD_BREAK: Final = re.compile(r"[-_+ ]+")
_SLUG_WORDS, _SLUG_LENGTH = 5, 40


def url_template(url: str) -> str:
    """Fold what differs from visitor to visitor in a URL, and keep what names the page.

    These go: scheme and host, query, fragment, ``;parameters``, doubled and trailing slashes. What is left is folded
    part by part; a file extension stays.

    ===========  ====================================================================================================
    ``{id}``     numbers; UUIDs; twelve or more hexadecimal digits; tokens of sixteen or more letters and digits;
                 letters with five or more digits (``INV00117``); names that hold a number of five or more digits
    ``{email}``  e-mail addresses, also with ``%40``
    ``{date}``   ``2024-05-01``, ``2024-05``, ``01-05-2024``, and ``/2024/05/01`` or ``/2024/05`` in folders
    ``{slug}``   titles: five or more words, or more than forty characters
    ===========  ====================================================================================================

    Parameters
    ----------
    url
        A path with or without query, or a whole URL.

    Returns
    -------
    str
        Starts with a slash. A template folds to itself.

    Examples
    --------
    >>> url_template("/orders/48213?ref=mail")
    '/orders/{id}'
    >>> url_template("https://shop.example/claims/6f1c2d3e-0000-4000-8000-00805f9b34fb/photos/")
    '/claims/{id}/photos'
    >>> url_template("/invoices/INV-00117.pdf"), url_template("/p/blue-shoes-48213")
    ('/invoices/{id}.pdf', '/p/{id}')
    >>> url_template("/unsubscribe/jo%40mail.example"), url_template("/news/2024/05/01/open")
    ('/unsubscribe/{email}', '/news/{date}/open')
    >>> url_template("/help/how-to-file-a-claim-after-a-storm"), url_template("/terms-and-conditions")
    ('/help/{slug}', '/terms-and-conditions')
    """
    path = _ORIGIN.sub("", url).partition("?")[0].partition("#")[0]
    parts = _DATE_FOLDERS.sub("/{date}", path).split("/")
    return "/" + "/".join(_template(part) for part in parts if part)


def plain_path(url: str) -> tuple[str, str]:
    """Take from a URL what names its page, without folding anything.

    Parameters
    ----------
    url
        A path with or without query, or a whole URL.

    Returns
    -------
    path : str
        Readable, without host, ``;parameters``, doubled and trailing slashes.
    query : str
        What stands behind the question mark, as it is.

    Examples
    --------
    >>> plain_path("https://shop.example//caf%C3%A9/7/?ref=mail#top")
    ('/café/7', 'ref=mail')
    """
    path, _, query = _ORIGIN.sub("", url).partition("#")[0].partition("?")
    return "/" + "/".join(_readable(part) for part in path.split("/") if part), query


@lru_cache(maxsize=1 << 16)
def _template(part: str) -> str:
    """Fold one part of a path; the same parts come again and again, so the answers are kept."""
    part = _readable(part)
    if _EMAIL.fullmatch(part):
        return "{email}"
    if _DATE.fullmatch(part):
        return "{date}"
    found = _EXTENSION.search(part)
    stem, extension = (part[: found.start()], found.group()) if found else (part, "")
    if _ID.fullmatch(stem):
        return "{id}" + extension
    if len(_WORD_BREAK.split(stem)) >= _SLUG_WORDS or len(stem) > _SLUG_LENGTH:
        return "{slug}" + extension
    return part


def _readable(part: str) -> str:
    """Decode ``%7E`` and its like, unless that would change what the path is, and leave out ``;parameters``."""
    part = part.partition(";")[0] or part
    decoded = unquote(part) if "%" in part else part
    return decoded if decoded.isprintable() and not set("/?#;%") & set(decoded) else part
