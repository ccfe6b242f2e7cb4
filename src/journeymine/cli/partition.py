"""The command that puts exports into partitions on disk, and what it shows meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from journeymine.cli.screen import progress_bar
from journeymine.engines.partitions import Partitions
from journeymine.engines.summarise import summarise_partitions
from journeymine.engines.write import write_partitioned
from journeymine.log.eventlog import EventLog

__all__ = ["into_partitions"]


def into_partitions(
    readers: Mapping[Path, Callable[[], EventLog]],
    folder: Path,
    *,
    memory: str,
    link: Mapping[str, Any] | None,
    gap: str | None,
    ends: Sequence[str],
    workers: int,
) -> Partitions:
    """Write exports into partitions and summarise them, with a progress bar.

    Parameters
    ----------
    readers
        What reads each file. A file that was written before, and has not changed, is not read.
    folder
        Where to write.
    memory, link, workers
        As for `write_partitioned` and `summarise_partitions`.
    gap, ends
        How journeys are cut; None and none for one journey a customer.

    Returns
    -------
    Partitions
        The folder with all its events.
    """
    cut = None if gap is None and not ends else {"gap": gap, "end": list(ends)}
    with progress_bar() as show:
        deliveries = {_key(path): reader for path, reader in readers.items()}
        kept = write_partitioned(deliveries, folder, memory=memory, link=link, cut=cut, progress=show)
        summarise_partitions(kept, memory=memory, workers=workers, progress=show)
    return kept


def _key(path: Path) -> str:
    told = path.stat()
    return f"{path.name} {told.st_size} {told.st_mtime_ns}"
