"""One writer at a time: two in one folder would each leave out what the other wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from journeymine.errors import OptionError

__all__ = ["LOCK", "alone_in"]

LOCK: Final = ".writing"
"""The file that a writer holds; whoever stops, in whatever way, lets go of it."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other writers out of a folder.

    Parameters
    ----------
    folder
        Made if it is not there.

    Raises
    ------
    OptionError
        If another process, or another thread, is writing there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a", encoding="utf-8") as file:
        try:
            _hold(file)
        except OSError as error:
            raise OptionError(f"another process is writing to {folder.name!r}: start again when it is done") from error
        yield


def _hold(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
