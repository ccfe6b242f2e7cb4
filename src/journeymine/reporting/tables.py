"""Tables of a report's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from journeymine.reporting.markup import Markup, element

__all__ = ["table"]

_CLASSES: Final = {"t": "text", "n": "number", "f": "drawn"}


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, kinds: str) -> Markup:
    """Make a table whose first column heads its rows.

    Parameters
    ----------
    caption
        What stands under it.
    heads
        Names of the columns.
    rows
        Text, numbers as they are to be read, or markup.
    kinds
        A letter a column: ``t`` for text, ``n`` for a number, ``f`` for a figure.

    Returns
    -------
    Markup
        The table, in a box that scrolls where it is too wide.

    Examples
    --------
    >>> table("Visits", ["Touchpoint", "Visits"], [["home", 12]], kinds="tn").count("<th")
    4
    """
    classes = [_CLASSES[kind] for kind in kinds]
    head = (element("th", text, scope="col", class_=kind) for text, kind in zip(heads, classes, strict=True))
    body = (element("tr", *map(_cell, range(len(kinds)), row, classes)) for row in rows)
    made = element(
        "table", element("caption", caption), element("thead", element("tr", *head)), element("tbody", *body)
    )
    return element("div", made, class_="table", tabindex=0, role="group", aria_label=caption)


def _cell(place: int, content: object, kind: str) -> Markup:
    if place == 0:
        return element("th", content, scope="row", class_=kind)
    return element("td", content, class_=kind)
