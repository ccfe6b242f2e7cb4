"""From sources of any size to partitions on disk, in a memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any, Final

from journeymine.durations import to_microseconds
from journeymine.engines.alone import LOCK, alone_in
from journeymine.engines.arriving import Arriving, append
from journeymine.engines.deliveries import Sources, deliveries
from journeymine.engines.manifest import NAME, ROOMS, Manifest
from journeymine.engines.memory import BASE, Progress, to_bytes
from journeymine.engines.partitions import Partitions
from journeymine.engines.placing import check_partitions
from journeymine.engines.repeats import with_repeats_out
from journeymine.engines.spool import Spool
from journeymine.errors import OptionError, UnknownOptionError
from journeymine.log.cut import cut as cut_log

__all__ = ["write_partitioned"]

_COPIES: Final = 12  # of the events that wait, while they are split and written

_PARTITIONS: Final = 64
_CUT: Final = [name for name in signature(cut_log).parameters if name != "log"]


def write_partitioned(
    sources: Sources,
    folder: str | Path,
    *,
    partitions: int | None = None,
    memory: str = "1GB",
    link: Mapping[str, Any] | None = None,
    cut: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Partitions:
    r"""Write events of any number into partitions that fit in memory one at a time.

    Parameters
    ----------
    sources
        What to write: logs, paths that `read` knows, tables in parts (`read_in_parts`), or several of these; or a dict
        with a key for each, in which functions that give logs are called when their turn comes.
    folder
        Where. What a folder of partitions holds already stays and further events are added; a delivery whose key it
        knows is passed over.
    partitions
        How many, a power of two; by default 64, or what the folder has. An analysis needs memory for the largest.
    memory
        How much this process may take, such as ``"800MB"``. What one log takes of `sources` is on top of the first
        400 MB; `read_in_parts` keeps it small.
    link
        Options of `link`, such as ``{"country": "NL"}``, to link customers across all that was and is written; None
        where events have their customers.
    cut
        Options of `cut`, by which each customer's events become journeys, such as ``{"gap": "14d"}``.
    progress
        Is told what is being read, how much was, and of how much (0: not known).

    Returns
    -------
    Partitions
        The folder with all its events.

    Raises
    ------
    OptionError
        If `partitions` is no power of two, `memory` no size, `cut` or `partitions` other than the folder's, a source
        has no key by which it could be told again, a case is of several customers, `folder` holds something else, or
        another process is writing to it.
    DurationError
        If the ``gap`` of `cut` is none.
    FormatError
        If a source cannot be read.

    Notes
    -----
    A delivery counts when all of it is written: a process that was killed is simply started again. A source keeps its
    name from one delivery to the next, so that it is observed until the end of the last. Of events with one
    ``event_id`` in a source those of the latest delivery count (of a table in parts the highest ``version``, then the
    last row); the others are duplicates in the account. Events of one moment stand in the order of their sources'
    names, those of one source in the order of its rows.

    Linking needs no events, only which identifiers stand together, when each was first seen, and, on devices of
    several customers, the times of their events: these take memory on top. Customers of former deliveries that turn
    out to be another move.

    Examples
    --------
    >>> import journeymine as jm
    >>> file = tmp / "monday.csv"
    >>> _ = file.write_text("customer,activity,timestamp\nC1,visit,2024-05-06T09:00Z\nC2,visit,2024-05-06T10:00Z\n")
    >>> jm.write_partitioned(jm.read_in_parts(file, name="shop"), tmp / "log", partitions=4)
    <Partitions 2 events · 1 source · 4 partitions>
    >>> file = tmp / "tuesday.csv"
    >>> _ = file.write_text("customer,activity,timestamp\nC1,buy,2024-05-07T09:00Z\n")
    >>> jm.write_partitioned(jm.read_in_parts(file, name="shop"), tmp / "log")
    <Partitions 3 events · 1 source · 4 partitions>
    >>> jm.variants(jm.summarise_partitions(tmp / "log")).table["variant"].tolist()
    [('visit',), ('visit', 'buy')]
    """
    folder, room, options = Path(folder), (to_bytes(memory) - BASE) // _COPIES, _listed(cut)
    _check_folder(folder)
    with alone_in(folder):
        before = _begun(folder, partitions, options, linked=link is not None)
        return _written(sources, folder, before, room, link, progress)


def _written(
    sources: Sources,
    folder: Path,
    before: Manifest,
    room: int,
    link: Mapping[str, Any] | None,
    progress: Progress | None,
) -> Partitions:
    spool = None if link is None else Spool(folder, before, link)
    arriving = Arriving(folder, before, room, append if spool is None else spool.put, is_linking=spool is not None)
    for number, delivery in enumerate(deliveries(sources)):
        if delivery.key in arriving.manifest.deliveries:
            continue
        if progress:
            progress(f"reading {delivery.name}", number, 0)
        for log in delivery.logs():
            if spool is not None:
                spool.see(log)
            arriving.add(log, one_row_an_id=delivery.one_row_an_id)
        arriving.arrived(delivery.key)
        if arriving.is_half_full and spool is None:
            before = _commit(arriving, before)
    if spool is not None and arriving.manifest != before:
        arriving.flush()
        arriving.manifest = spool.empty(arriving.manifest)
    return Partitions(folder, _commit(arriving, before))


def _commit(arriving: Arriving, before: Manifest) -> Manifest:
    """Let what arrived be there from now on."""
    arriving.flush()
    if arriving.manifest != before:
        manifest = with_repeats_out(arriving.folder, before, arriving.manifest)
        manifest.write(arriving.folder)
        manifest.sweep(arriving.folder)
        arriving.manifest = manifest
    return arriving.manifest


def _begun(folder: Path, partitions: int | None, cut: dict[str, Any] | None, *, linked: bool) -> Manifest:
    manifest = Manifest.read(folder)
    if manifest is not None:
        manifest.check(partitions=partitions, cut=cut, linked=linked)
        manifest.sweep(folder)
        return manifest
    partitions = _PARTITIONS if partitions is None else partitions
    check_partitions(partitions)
    manifest = Manifest(partitions, cut, linked)
    manifest.sweep(folder)
    return manifest


def _check_folder(folder: Path) -> None:
    """Make sure that nothing else is in a folder before anything is written to it."""
    others = {path.name for path in folder.iterdir()} - {*ROOMS, LOCK} if folder.exists() else set()
    if others and NAME not in others:
        raise OptionError(f"folder {folder.resolve().name!r} holds other files; give a new one")


def _listed(cut: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Check options of `cut`, and write them in the one way in which they are kept."""
    if cut is None:
        return None
    for name in cut:
        if name not in _CUT:
            raise UnknownOptionError("cut has no option {name!r}", name, _CUT)
    if cut.get("gap") is not None:
        to_microseconds(cut["gap"])
    written = dict(cut)
    for name in set(cut) & {"start", "end"}:
        written[name] = [cut[name]] if isinstance(cut[name], str) else list(cut[name])
    if isinstance(cut.get("gap"), timedelta):
        written["gap"] = f"{to_microseconds(cut['gap'])}us"
    return written
