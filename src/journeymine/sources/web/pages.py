"""Pages that trackers report by their URL: the path of each, and the touchpoint it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError
from journeymine.log import columns

__all__ = ["Activity", "page_names", "page_paths"]

Activity = Callable[[str], str | None]

_BESIDE_PATH: Final = r"(?s)^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*|[?#].*"


def page_paths(urls: pa.DictionaryArray) -> pa.DictionaryArray:
    """Give the path of each page.

    Parameters
    ----------
    urls
        URLs, shape (events,).

    Returns
    -------
    pyarrow.DictionaryArray
        Without scheme, host, query and fragment.

    Examples
    --------
    >>> page_paths(pa.array(["https://shop.example/cart?step=2", "https://shop.example"]).dictionary_encode()).to_pylist()
    ['/cart', '/']
    """
    paths = pc.replace_substring_regex(urls.dictionary, _BESIDE_PATH, "")
    return columns.relabel(urls, pc.if_else(pc.equal(paths, ""), "/", paths))


def page_names(urls: pa.DictionaryArray, activity: Activity) -> pa.DictionaryArray:
    """Name the touchpoint that each page is.

    Parameters
    ----------
    urls
        URLs, shape (events,).
    activity
        Gives the touchpoint of a URL; called once for each distinct one. None for a page that is none.

    Returns
    -------
    pyarrow.DictionaryArray
        Null where the page is no touchpoint.

    Raises
    ------
    OptionError
        If `activity` gives something that is no text.

    Examples
    --------
    >>> urls = pa.array(["https://shop.example/orders/48213", "https://shop.example/orders/48214"])
    >>> page_names(urls.dictionary_encode(), lambda url: url[21:27]).to_pylist()
    ['orders', 'orders']
    """
    urls = columns.compact(urls)
    return columns.relabel(urls, pa.array([_named(activity, url) for url in urls.dictionary.to_pylist()], pa.string()))


def _named(activity: Activity, url: str) -> str | None:
    name = activity(url)
    if name is not None and not isinstance(name, str):
        raise OptionError(f"activity gave {name!r} for {url!r}: it must give a text, or None for no touchpoint")
    return name or None
