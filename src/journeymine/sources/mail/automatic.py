"""Mail that no person wrote to one other person: answers of machines, reports of servers, lists."""

from __future__ import annotations

from typing import Final

from journeymine.sources.mail.mime import Head, content_type

__all__ = ["AUTO_REPLY", "LIST", "REPORT", "automatic"]

AUTO_REPLY, LIST, REPORT = "auto_reply", "list", "report"

_BULK: Final = ("bulk", "list", "junk")
_SERVERS: Final = ("mailer-daemon@", "postmaster@")
_NO: Final = ("no", "none", "false", "0", "")


def automatic(head: Head, sender: str | None) -> str | None:
    """Tell what kind of machine sent a message.

    Parameters
    ----------
    head
        Its header fields.
    sender
        Its address, in lower case.

    Returns
    -------
    str or None
        ``REPORT`` for what became of a message (``multipart/report``, an empty Return-Path, a sender such as
        ``mailer-daemon@``), ``AUTO_REPLY`` for what says so (Auto-Submitted as in RFC 3834, Precedence ``auto_reply``,
        fields that begin with ``X-Auto``), ``LIST`` for mail to many (fields that begin with ``List-`` as in RFC 2369
        and RFC 2919, Precedence ``bulk``, ``list`` or ``junk``); None for a person.

    Examples
    --------
    >>> automatic({"auto-submitted": ["auto-replied (vacation)"]}, "jo@mail.example")
    'auto_reply'
    """
    precedence = _value(head, "precedence")
    if content_type(head)[0] == "multipart/report" or (sender or "").startswith(_SERVERS):
        return REPORT
    if _value(head, "auto-submitted") not in _NO or precedence == "auto_reply" or _marked(head):
        return AUTO_REPLY
    if _value(head, "return-path") == "<>":
        return REPORT
    return LIST if precedence in _BULK or any(name.startswith("list-") for name in head) else None


def _value(head: Head, name: str) -> str:
    """Give the first word of a field."""
    words = head.get(name, [""])[0].replace(";", " ").lower().split()
    return words[0] if words else ""


def _marked(head: Head) -> bool:
    fields = (name for name in head if name.startswith(("x-auto", "x-mail-auto")))
    return any(_value(head, name) not in _NO for name in fields)
