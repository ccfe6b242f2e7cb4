"""The files of a Slack export: who the users are, and the messages of each room, a file a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from journeymine.errors import EmptySourceError, FormatError, SourceError
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.records import Lines, json_lines

__all__ = ["Batch", "batches", "users"]

_USERS: Final = "*users.json"
_DAYS: Final = "*/????-??-??.json"
_ENOUGH: Final = 50_000  # messages worked on at once: files are many and small
_USER: Final = {
    "id_slack_user": ("id",),
    "id_email": ("profile", "email"),
    "id_phone": ("profile", "phone"),
    "name": ("name",),
    "real_name": ("profile", "real_name"),
    "display_name": ("profile", "display_name"),
    "is_bot": ("is_bot",),
}
"""What is read of a user."""


class Batch(NamedTuple):
    """Messages of some files.

    Attributes
    ----------
    lines
        One message each; numbered through all files, from 1.
    rooms
        In which room each was written: a channel, a group or a conversation of two.
    rejects
        Files that hold no messages that can be read, one each.
    """

    lines: Lines
    rooms: list[str]
    rejects: list[Reject]


def users(path: Path) -> pa.Table:
    """Read who the users are.

    Parameters
    ----------
    path
        The zip archive, or the folder it was unpacked to.

    Returns
    -------
    pyarrow.Table
        ``id_slack_user``, ``id_email``, ``id_phone``, ``name``, ``real_name``, ``display_name`` and ``is_bot``, as
        text; no rows where the export does not tell.

    Raises
    ------
    FormatError
        If the file with the users is broken.
    """
    found: list[Any] = []
    with suppress(EmptySourceError):
        for name, content in _files(path, _USERS):
            found += _listed(content, f"{name} in {path.name}")
    values = {column: [_text(user, *keys) for user in found] for column, keys in _USER.items()}
    return pa.table({column: pa.array(texts, pa.string()) for column, texts in values.items()})


def _listed(content: bytes, name: str) -> list[Any]:
    try:
        listed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name} is a JSON document that is broken or cut short: {error}") from error
    return listed if isinstance(listed, list) else []


def _text(user: Any, *keys: str) -> str | None:
    for key in keys:
        user = user.get(key) if isinstance(user, dict) else None
    return str(user) if isinstance(user, str | bool) and user != "" else None


def batches(path: Path) -> Iterator[Batch]:
    """Read the messages of all rooms.

    Parameters
    ----------
    path
        The zip archive, or the folder it was unpacked to.

    Yields
    ------
    Batch
        Files in the order of the archive, or of their names.

    Raises
    ------
    FormatError
        If there are no files of messages in it.
    """
    texts, numbers, rooms, rejects, count = list[str](), list[int](), list[str](), list[Reject](), 0
    for name, content in _days(path):
        try:
            found = json_lines(inputs.Block(content.decode("utf-8", "surrogateescape"), name)).texts
        except SourceError as error:
            count += 1
            rejects.append(Reject(count, "parse", "bad_file", str(error), content))
            continue
        texts += found
        numbers += range(count + 1, count + 1 + len(found))
        rooms += [name.split("/")[-2]] * len(found)
        count += len(found)
        if len(texts) >= _ENOUGH:
            yield Batch(Lines(texts, numbers), rooms, rejects)
            texts, numbers, rooms, rejects = [], [], [], []
    yield Batch(Lines(texts, numbers), rooms, rejects)


def _days(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        yield from _files(path, _DAYS)
    except EmptySourceError as error:
        raise FormatError(
            f"{path.name} is no Slack export: it holds no file such as general/2024-05-01.json"
        ) from error


def _files(path: Path, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files whose name fits, of an archive or a folder."""
    if not path.is_dir():
        yield from inputs.zip_members(path, pattern)
        return
    names = sorted(file.relative_to(path).as_posix() for file in path.rglob("*.json") if file.is_file())
    wanted = [name for name in names if fnmatchcase(name, pattern)]
    if not wanted:
        raise EmptySourceError(f"{path.name} holds no file {pattern!r}")
    for name in wanted:
        yield name, (path / name).read_bytes()
