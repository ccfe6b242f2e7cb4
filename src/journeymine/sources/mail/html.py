"""The text of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

__all__ = ["html_text"]

_LINES: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_HIDDEN: Final = re.compile(r"<!--|<(script|style|template|title)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"""<(/?)(?:([a-z][a-z0-9]*)|[!?])(?:[^<>"']++|"[^"<]*"|'[^'<]*')*+>"""  # well formed
    r"|<(/?)(?:([a-z][a-z0-9]*)|[!?])[^<>]*>",  # a quote is not closed
    re.IGNORECASE,
)
_QUOTE, _UNQUOTE = "\x0e", "\x0f"  # characters that no text holds, where a quotation begins and ends
_NO_TEXT: Final = str.maketrans("\n", " ", _QUOTE + _UNQUOTE)
_DEEPEST: Final = 20


def html_text(html: str) -> str:
    r"""Give the text of HTML, one line a block; quotations get the ``>`` that they have in plain mail.

    Parameters
    ----------
    html
        A document or a part of one, well formed or not.

    Returns
    -------
    str
        Without tags, comments, scripts and styles; blanks folded.

    Notes
    -----
    Linear in the length of `html`, whatever it holds; ``html.parser`` takes minutes for some messages of a megabyte.

    Examples
    --------
    >>> html_text("<style>p {}</style><p>Where is <b>my</b>&nbsp;order?<br>Jo<blockquote>It is sent.</blockquote>")
    'Where is my order?\nJo\n> It is sent.'
    """
    words = _TAG.sub(_break, " ".join(_shown(html)).translate(_NO_TEXT))
    return "\n".join(_quoted(unescape(words).split("\n")))


def _shown(html: str) -> Iterator[str]:
    """Yield what stands outside of comments, scripts and styles; one that is not closed hides the rest."""
    place = 0
    while opened := _HIDDEN.search(html, place):
        yield html[place : opened.start()]
        closing = rf"</{opened[1]}\b[^<>]*>" if opened[1] else "-->"
        closed = re.compile(closing, re.IGNORECASE).search(html, opened.end())
        if not closed:
            return
        place = closed.end()
    yield html[place:]


def _break(tag: re.Match[str]) -> str:
    name = (tag[2] or tag[4] or "").lower()
    if name == "blockquote":
        return f"\n{_UNQUOTE if tag[1] or tag[3] else _QUOTE}\n"
    return "\n" if name in _LINES else " " if name in ("td", "th") else ""


def _quoted(lines: list[str]) -> Iterator[str]:
    """Fold the blanks of each line, and mark those that stand in a quotation."""
    depth = 0
    for line in lines:
        if line == _QUOTE:
            depth += 1
        elif line == _UNQUOTE:
            depth = max(depth - 1, 0)
        elif folded := " ".join(line.split()):
            yield "> " * min(depth, _DEEPEST) + folded
