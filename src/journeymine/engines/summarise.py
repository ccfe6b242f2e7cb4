"""Partitions summarised one by one, and added up."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from journeymine.engines import stored
from journeymine.engines.memory import Progress, to_bytes
from journeymine.engines.partitions import Partitions, open_partitions
from journeymine.engines.question import Question
from journeymine.engines.stream import summarise_batches
from journeymine.errors import OptionError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.summary.summarise import summarise
from journeymine.summary.summary import PARTS, Summary

__all__ = ["summarise_partitions"]

_ROOM: Final = "summaries"
_PROCESS: Final = 180 * 2**20  # bytes of a process without events
_EVENT: Final = 140  # bytes that an event of a partition takes while it is read, ordered and counted
_LARGE: Final = 1 << 20  # events that are counted at once; more are streamed


def summarise_partitions(
    folder: str | Path | Partitions,
    *,
    by: str | None = None,
    parts: Collection[str] = tuple(PARTS),
    relative_error: float | None = None,
    memory: str = "1GB",
    workers: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Summarise partitions one by one, and add them up.

    What is done stays done: the summaries of partitions are kept in the folder, and after an interruption, or after
    further events were written, only those partitions are summarised whose content is new.

    Parameters
    ----------
    folder
        What `write_partitioned` wrote.
    by, parts, relative_error
        As for `summarise`.
    memory
        How much all processes together may take, such as ``"800MB"``.
    workers
        How many processes work side by side, as far as `memory` allows. A script that asks for more than one needs
        ``if __name__ == "__main__":`` around what it does, as Python starts them by importing it.
    progress
        Is told what was done, how many partitions are, and how many there are.

    Returns
    -------
    Summary
        The same as that of all events in memory. Its durations lie in the folder, and in memory only while somebody
        looks at them.

    Raises
    ------
    UnknownColumnError, UnknownOptionError
        If `by` or a part does not exist.
    OptionError
        If `memory` is too small for the largest partition, `workers` less than one, or `relative_error` not between
        0 and 1.
    FileNotFoundError, FormatError
        If `folder` is none that `write_partitioned` wrote, or is damaged.

    Examples
    --------
    >>> import journeymine as jm
    >>> log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"],
    ...     "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
    >>> _ = jm.write_partitioned(log, tmp / "log", partitions=4)
    >>> jm.summarise_partitions(tmp / "log") == jm.summarise(log)
    True
    """
    log, given = folder if isinstance(folder, Partitions) else open_partitions(folder), to_bytes(memory)
    question = _question(log, by, parts, relative_error)
    room = log.folder / _ROOM / _digest([question.by, question.parts, question.relative_error])
    done = {number: room / f"{number:04}-{_fingerprint(log, number)}" for number in sorted(log.manifest.pieces)}
    total = room / f"total-{_digest([path.name for path in done.values()])}"
    if not stored.exists(total):
        to_do = {number: path for number, path in done.items() if not stored.exists(path)}
        before = len(done) - len(to_do)
        for count, number in enumerate(_each(log, to_do, question, _at_most(workers, given, log)), 1):
            if progress:
                progress(f"partition {number}", before + count, len(done))
        stored.add_up(list(done.values()), question, total)
        _clear(room, [*done.values(), total])
    return stored.load(total)


def _question(log: Partitions, by: str | None, parts: Collection[str], relative_error: float | None) -> Question:
    if by is not None and by not in log.manifest.columns:
        raise UnknownColumnError(f"column {{name!r}} is not in {log.folder.name}", by, log.manifest.columns)
    ends = {name: end or 0 for name, end in log.manifest.source_ends(set(log.manifest.sources)).items()}
    return Question.of(by, parts, relative_error, ends)


def _at_most(workers: int, memory: int, log: Partitions) -> int:
    """Give how many processes there may be, that each can take the largest partition."""
    if workers < 1:
        raise OptionError(f"workers must be at least 1, not {workers!r}")
    largest = max((sum(piece.rows for piece in pieces) for pieces in log.manifest.pieces.values()), default=0)
    needed = _PROCESS + _EVENT * largest
    if needed > memory:
        raise OptionError(
            f"the largest partition holds {largest:,} events and needs about {needed / 2**20:,.0f} MB: give so much as "
            "memory=, or write the folder anew with more partitions="
        )
    return min(workers, max((memory - _PROCESS) // needed, 1))


def _each(log: Partitions, to_do: Mapping[int, Path], question: Question, workers: int) -> Iterator[int]:
    """Summarise partitions, here or in other processes, and name each that is done."""
    one = partial(_summarise_one, log, question)
    if workers == 1 or len(to_do) < 2:
        yield from map(one, to_do, to_do.values())
        return
    with ProcessPoolExecutor(min(workers, len(to_do)), get_context("spawn")) as pool:
        for finished in as_completed([pool.submit(one, number, path) for number, path in to_do.items()]):
            yield finished.result()


def _summarise_one(log: Partitions, question: Question, number: int, path: Path) -> int:
    part = log.log(number, [] if question.by is None else [question.by])
    options = {"by": question.by, "parts": question.parts, "relative_error": question.relative_error}
    if part.num_events <= _LARGE:
        found = summarise(part, **options)
    else:
        batches = _by_customer(part).to_batches(_LARGE // 4)
        found = summarise_batches(batches, observed_until=question.observed_until, **options)
    stored.save(found, path)
    return number


def _by_customer(log: EventLog) -> pa.Table:
    """Give events with those of each customer side by side."""
    firsts, lengths = log.offsets[:-1], np.diff(log.offsets)
    owners = columns.codes(log.labels("customer"))[firsts]
    if (owners[1:] >= owners[:-1]).all():
        return log.table
    order = np.argsort(owners, kind="stable")
    starts = np.repeat(firsts[order] - np.cumsum(lengths[order]) + lengths[order], lengths[order])
    return log.table.take(pa.array(starts + np.arange(log.num_events)))


def _fingerprint(log: Partitions, number: int) -> str:
    """Tell the content of a partition: its files, how they are cut, and until when their sources were observed."""
    pieces, stale = log.manifest.pieces[number], log.manifest.stale.get(number)
    ends = log.manifest.source_ends({name for piece in pieces for name in piece.sources})
    files = [*(piece.file for piece in pieces), *([stale.file] if stale else [])]
    return _digest([files, log.manifest.cut, ends, version("journeymine")])


def _digest(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _clear(room: Path, current: Iterable[Path]) -> None:
    """Take away what was made of former contents, and what was being written when something failed."""
    names = {path.name for path in current}
    for path in room.iterdir():
        if path.stem not in names:
            path.unlink(missing_ok=True)
