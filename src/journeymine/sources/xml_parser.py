"""XML read as a stream, without entities and without network; a DOCTYPE is refused."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from journeymine.errors import FormatError

__all__ = ["SAFE", "Receiver", "receive"]

SAFE: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""What a parser of lxml is told, so that a file can neither fetch nor expand anything."""

_CHUNK: Final = 1 << 16


class Receiver:
    """Receives the elements of a file one by one: no tree is built, and a DOCTYPE stops it before any entity.

    Parameters
    ----------
    source
        Name of the file.
    kind
        What the file should be, such as ``"XES log"``.
    """

    def __init__(self, source: str, kind: str) -> None:
        self.source, self.kind = source, kind

    def start(self, tag: str, attributes: Any) -> None:
        """Receive the start of an element.

        Parameters
        ----------
        tag
            Its name, behind its namespace in braces.
        attributes
            Text by name.
        """
        raise NotImplementedError

    def end(self, tag: str) -> None:
        """Receive the end of an element.

        Parameters
        ----------
        tag
            As for `start`.
        """
        raise NotImplementedError

    def doctype(self, name: str, public: str, system: str) -> None:
        """Refuse a document type, and with it all entities.

        Parameters
        ----------
        name, public, system
            What it says.

        Raises
        ------
        FormatError
            In any case.
        """
        told = f"{self.source} has a DOCTYPE, which no {self.kind} needs; its entities are not read. Remove it"
        raise FormatError(told)

    def close(self) -> None:
        """Receive the end of the file."""


Received = TypeVar("Received", bound=Receiver)


def receive(content: bytes, receiver: Received) -> Received:
    """Read a file.

    Parameters
    ----------
    content
        The file.
    receiver
        Is told of each element.

    Returns
    -------
    Receiver
        The same, when it was told all.

    Raises
    ------
    FormatError
        If it is no whole XML, or has a DOCTYPE.
    """
    from lxml import etree

    # "internal", or &amp; stays undecoded in values; there are no declared entities, the receiver refuses a DOCTYPE
    parser: Any = etree.XMLParser(target=receiver, **SAFE | {"resolve_entities": "internal"})
    try:
        for place in range(0, len(content), _CHUNK):
            parser.feed(content[place : place + _CHUNK])
        parser.close()
    except etree.XMLSyntaxError as error:
        raise FormatError(f"{receiver.source} {_said(error, receiver.kind)}") from error
    return receiver


def _said(error: Exception, kind: str) -> str:
    told = " ".join(str(getattr(error, "msg", None) or error).split())
    if "limit exceeded" in told.casefold():
        return "has a value of over 10 MB, or nests elements too deeply. Take that part out of it"
    return f"is not whole XML, so no {kind}: {told}. Fetch the file again"
