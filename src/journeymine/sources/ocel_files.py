"""The three files an object-centric event log comes in: OCEL 2.0 as JSON, as XML, or as an SQLite database."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from journeymine.errors import FormatError
from journeymine.sources import inputs
from journeymine.sources.object_log import ObjectLog, of_records
from journeymine.sources.ocel_database import read_database
from journeymine.sources.xml_parser import Receiver, receive

__all__ = ["open_ocel"]

_DATABASE: Final = b"SQLite format 3\x00"
_BEFORE_TEXT: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


def open_ocel(path: Path) -> ObjectLog:
    """Read an object-centric event log, whichever of the three its file is.

    Parameters
    ----------
    path
        The file; JSON and XML also as gzip.

    Returns
    -------
    ObjectLog
        Its events, objects and relations.

    Raises
    ------
    FormatError
        If it is none of them, or cut short.
    """
    with _uncollected():
        if path.is_file() and _begins(path) == _DATABASE:
            return read_database(path)
        content = inputs.read_bytes(path)
        if content.lstrip(_BEFORE_TEXT).startswith(b"<"):
            received = receive(content, _Elements(path.name))
            return of_records(received.found["events"], received.found["objects"], received.types)
        return _of_json(*inputs.decode(content, path.name), path.name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python not look for garbage: among millions of parsed values, none of which is any, that takes longest."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _begins(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(len(_DATABASE))


def _of_json(text: str, notes: list[str], name: str) -> ObjectLog:
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        if _HALF.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name} is no whole JSON, so no OCEL: {error}. Fetch the file again") from error
    events, objects = (document.get(part) if isinstance(document, dict) else None for part in ("events", "objects"))
    if not (isinstance(events, list) and isinstance(objects, list)):
        raise FormatError(_explain(document, name))
    log = of_records(events, objects)
    log.notes.extend(notes)
    return log


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _explain(document: Any, name: str) -> str:
    if isinstance(document, dict) and any(key.startswith("ocel:") for key in document):
        return f"{name} is OCEL 1.0; this reads OCEL 2.0. Write it again with a tool that knows both, such as pm4py"
    held = ", ".join(map(repr, list(document)[:8])) if isinstance(document, dict) else f"a {type(document).__name__}"
    return f"{name} is no OCEL 2.0: it needs lists 'events' and 'objects', and holds {held}"


class _Elements(Receiver):
    """Makes of the elements of a file what its JSON would be."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "OCEL")
        self.found: dict[str, list[dict[str, Any]]] = {"events": [], "objects": []}
        self.types: dict[str, str] = {}
        self._path: list[str] = []
        self._record: dict[str, Any] = {}
        self._part: dict[str, Any] | None = None

    def start(self, tag: str, attributes: Any) -> None:
        self._path.append(tag.rpartition("}")[2])
        depth, told = len(self._path), dict(attributes)
        if depth == 1 and self._path[0] != "log":
            raise FormatError(f"{self.source} is no OCEL: its outermost element is <{self._path[0]}>, not <log>")
        if depth == 3 and self._path[1] in self.found:
            self._record = {**told, "attributes": [], "relationships": []}
            self.found[self._path[1]].append(self._record)
        elif depth == 5:
            self._inner(told)

    def _inner(self, told: dict[str, str]) -> None:
        """Receive what stands in an event, an object or the declaration of a type."""
        if self._path[1] not in self.found:
            self._declare(told)
        elif "object-id" in told:
            self._record["relationships"].append({"objectId": told["object-id"], "qualifier": told.get("qualifier")})
        elif self._path[4] == "attribute":
            self._part = {**told, "value": ""}
            self._record["attributes"].append(self._part)

    def _declare(self, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "string")
        self.types[name] = kind if self.types.get(name, kind) == kind else "string"

    def data(self, text: str) -> None:
        """Receive text."""
        if self._part is not None:
            self._part["value"] += text

    def end(self, tag: str) -> None:
        self._path.pop()
        if len(self._path) < 5:
            self._part = None
