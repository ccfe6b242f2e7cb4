"""HTML from Python: whatever is not markup already is escaped."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

__all__ = ["Markup", "data_block", "element"]


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Make an element.

    Parameters
    ----------
    name
        Of the element.
    *children
        Markup as it is, text and all else escaped; nothing for None.
    **attributes
        ``class_`` for ``class``, ``aria_label`` for ``aria-label``; True for an attribute without a value, none at all
        for None and False.

    Returns
    -------
    Markup
        The element.

    Examples
    --------
    >>> element("td", "a < b", class_="name")
    '<td class="name">a &lt; b</td>'
    """
    inner = "".join(
        child if isinstance(child, Markup) else escape(str(child)) for child in children if child is not None
    )
    return Markup(f"<{name}{''.join(_attribute(*item) for item in attributes.items())}>{inner}</{name}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


_SAFE: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "&<>\u2028\u2029"}


def data_block(data: Any, *, name: str) -> Markup:
    r"""Put data into a page where scripts may read it, and nothing runs.

    Parameters
    ----------
    data
        What JSON can hold; numbers are finite.
    name
        Id of the block.

    Returns
    -------
    Markup
        The block: no sign in it ends it or begins a comment.

    Examples
    --------
    >>> data_block("</script>", name="data")
    '<script type="application/json" id="data">"\\u003c/script\\u003e"</script>'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return element("script", Markup(text.translate(_SAFE)), type="application/json", id=name)
