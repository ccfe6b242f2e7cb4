"""What arrives: logs, files, tables in parts; each with a key, so that nothing is taken in twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from journeymine.errors import OptionError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.sources.parts import TableParts
from journeymine.sources.read import read

__all__ = ["Delivery", "Sources", "deliveries"]

Sources = Any
"""A log, a path, a table in parts, several of these, or a dict of them or of functions that give them."""


@dataclass(frozen=True)
class Delivery:
    """Something that arrives as a whole.

    Attributes
    ----------
    name
        For people.
    key
        Differs from that of any other content.
    logs
        Gives the logs it consists of, one after the other.
    one_row_an_id
        Whether an ``event_id`` names one event of it, of which it may hold several versions.
    """

    name: str
    key: str
    logs: Callable[[], Iterable[EventLog]]
    one_row_an_id: bool = False


def deliveries(sources: Sources) -> Iterator[Delivery]:
    """Go through what arrives.

    Parameters
    ----------
    sources
        A log, a path, a table in parts, several of these, or a dict of them or of functions that give them.

    Yields
    ------
    Delivery
        One after the other; nothing is read before its logs are asked for.

    Raises
    ------
    OptionError
        If something has no key of its own, or is nothing that can be read.
    """
    if isinstance(sources, Mapping):
        for key, source in sources.items():
            yield Delivery(str(key), f"key:{key}", _opened(source), isinstance(source, TableParts))
    elif isinstance(sources, EventLog | TableParts | str | Path) or callable(sources):
        yield _with_key(sources)
    elif isinstance(sources, Iterable):
        for source in sources:
            yield from deliveries(source)
    else:
        raise OptionError(
            f"cannot write {type(sources).__name__} into partitions: give logs, paths or read_in_parts(…)"
        )


def _with_key(source: Any) -> Delivery:
    if isinstance(source, EventLog):
        name = ", ".join(source.sources["source"].to_pylist())
        return Delivery(name, f"log:{_digest_of(source)}", lambda: [source])
    if isinstance(source, str | Path):
        return Delivery(str(source), _file_key(Path(source)), _opened(source))
    if isinstance(source, TableParts) and isinstance(source.data, str | Path):
        options = json.dumps(dict(source.options), sort_keys=True, default=str)
        return Delivery(str(source), f"{_file_key(Path(source.data))} {options}", _opened(source), True)
    what = "a function" if callable(source) else "a stream"
    raise OptionError(
        f"{what} has no key by which it could be told whether it was written before: give a dict, "
        'such as {"orders of the first of May": …}'
    )


def _opened(source: Any) -> Callable[[], Iterable[EventLog]]:
    def logs() -> Iterable[EventLog]:
        found: Any = source() if callable(source) else source
        if isinstance(found, str | Path):
            found = read(found)
        return [found] if isinstance(found, EventLog) else found

    return logs


def _file_key(path: Path) -> str:
    """Tell a file by its place, size and time of change; a folder by those of all its files."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    told = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return f"file:{path.name} {sha256(json.dumps(told).encode()).hexdigest()[:32]}"


def _digest_of(log: EventLog) -> str:
    digest = sha256(json.dumps(log.sources.to_pylist(), default=str).encode())
    digest.update(log.times.tobytes())
    for name in ("case_id", "activity", "customer"):
        labels = log.labels(name)
        digest.update(columns.codes(labels).tobytes())
        digest.update("\0".join(labels.dictionary.to_pylist()).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]
