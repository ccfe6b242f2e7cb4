"""Tables of a report's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from journeymine.reporting.markup import Markup, element

__all__ = ["Number", "table"]

_CLASSES: Final = {"t": "text", "n": "number", "f": "drawn"}


@dataclass(frozen=True)
class Number:
    """A number as it is read, and as it is sorted.

    Attributes
    ----------
    text
        The number in words and figures.
    value
        The number itself, or None where it is unknown or may not be told.
    """

    text: str
    value: float | None


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    kinds: str,
    marks: Iterable[dict[str, object]] = (),
    name: str | None = None,
) -> Markup:
    """Make a table whose first column heads its rows.

    Parameters
    ----------
    caption
        What stands under it.
    heads
        Names of the columns.
    rows
        Text, `Number` or markup.
    kinds
        A letter a column: ``t`` for text, ``n`` for a number, ``f`` for a figure.
    marks
        Attributes of each row.
    name
        Its id.

    Returns
    -------
    Markup
        The table, in a box that scrolls where it is too wide.

    Examples
    --------
    >>> table("Visits", ["Touchpoint", "Visits"], [["home", Number("12", 12)]], kinds="tn").count("<th")
    4
    """
    classes = [_CLASSES[kind] for kind in kinds]
    head = (element("th", text, scope="col", class_=kind) for text, kind in zip(heads, classes, strict=True))
    rows = list(rows)
    attributes = list(marks) or [{}] * len(rows)
    body = (_row(row, classes, mark) for row, mark in zip(rows, attributes, strict=True))
    made = element(
        "table", element("caption", caption), element("thead", element("tr", *head)), element("tbody", *body), id=name
    )
    return element("div", made, class_="table", tabindex=0, role="region", aria_label=caption)


def _row(row: Sequence[object], classes: Sequence[str], marks: dict[str, object]) -> Markup:
    return element("tr", *map(_cell, range(len(classes)), row, classes), **marks)


def _cell(place: int, content: object, kind: str) -> Markup:
    value = content.value if isinstance(content, Number) else None
    shown = content.text if isinstance(content, Number) else content
    if place == 0:
        return element("th", shown, scope="row", class_=kind)
    return element("td", shown, class_=kind, data_value=value)
