"""SVG that stands anywhere: text as text, no ids, no styles, no outside names, colours that a page can change."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Final
from xml.etree import ElementTree

from journeymine.draw.palette import CHANNELS, LIGHT

__all__ = ["tidied"]

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = "DejaVu Sans, Verdana, sans-serif"
_NUMBER: Final = re.compile(r"-?\d+\.\d+")
_VARIABLES: Final = {
    colour.lower(): f"var(--{name}, {colour})"
    for name, colour in asdict(LIGHT).items()
    if colour not in CHANNELS.values()
}


def tidied(svg: str, *, label: str, themed: bool) -> str:
    """Make what matplotlib wrote into a drawing that stands on its own or within a page.

    Parameters
    ----------
    svg
        As matplotlib wrote it.
    label
        What it shows, for those who do not see it.
    themed
        Whether colours other than those of channels are variables (``var(--ink, #1B2430)``) that a page may set.

    Returns
    -------
    str
        One ``svg`` element: attributes in place of styles, which a strict page would not apply; no ids, which might
        clash; numbers with one decimal.
    """
    root = ElementTree.fromstring(svg)
    size = {name: root.get(name, "") for name in ("width", "height", "viewBox")}
    drawing = ElementTree.Element("svg", {"xmlns": _NAMESPACE, **size, "role": "img", "aria-label": label})
    drawing.set("stroke-linejoin", "round")
    for mark in root.iter():
        name = mark.tag.removeprefix(f"{{{_NAMESPACE}}}")
        if name in ("path", "text"):
            drawing.append(_mark(name, mark, themed))
    return ElementTree.tostring(drawing, encoding="unicode")


def _mark(name: str, mark: ElementTree.Element, themed: bool) -> ElementTree.Element:
    look = dict(part.split(": ", 1) for part in mark.get("style", "").split("; ") if part)
    if name == "text":
        look |= {"font-family": _FONTS, "x": mark.get("x", ""), "y": mark.get("y", "")}
    else:
        look |= {"d": " ".join(mark.get("d", "").split())}
    tidy = {key: _tidy(value, themed) for key, value in look.items()}
    made = ElementTree.Element(name, tidy)
    made.text = mark.text if name == "text" else None
    made.tail = "\n"
    return made


def _tidy(value: str, themed: bool) -> str:
    value = _VARIABLES.get(value.lower(), value) if themed else value
    return value if "#" in value else _NUMBER.sub(lambda found: f"{float(found.group()):.1f}".removesuffix(".0"), value)
