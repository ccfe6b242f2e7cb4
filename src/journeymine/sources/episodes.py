"""Episodes that no system logs, noted by hand: visits to a shop, interviews, talks face to face."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import OptionError, UnknownColumnError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.identifiers import KINDS
from journeymine.log.schema import ID_PREFIX, QUALITATIVE
from journeymine.sources import inputs
from journeymine.sources.attributes import own_name
from journeymine.sources.checks import Check, usable
from journeymine.sources.delimited import delimited_tables, row_end
from journeymine.sources.reading import Reading, gather, keep_latest, to_log
from journeymine.sources.rows import Rows
from journeymine.sources.times import Times, parse_times

__all__ = ["read_episodes", "write_episodes_template"]

_COLUMNS: Final = ("id", "when", "from", "to", "who", "what", "channel", "noted_by", "certainty", "text")
_MARK: Final = " (noted)"
_NEEDED: Final = ("what", "channel", "noted_by")
_CERTAINTIES: Final = ("certain", "likely", "unsure")
_KIND: Final = r"^(?P<kind>[a-z_]+):(?P<value>.+)$"
_HAS_CLOCK: Final = r"\d:\d\d|T\d"
_CHECKS: Final = (
    Check("two_times", "both a time and a period", lambda found: found["has_both"]),
    Check("no_time", "neither a time nor the beginning of a period", lambda found: pc.is_null(found["written"])),
    Check("bad_time", "{written!r} is not a time", lambda found: pc.is_null(found["timestamp"])),
    Check("no_activity", "it does not say what happened", lambda found: pc.is_null(found["activity"])),
    Check("no_channel", "no channel", lambda found: pc.is_null(found["channel"])),
    Check("bad_certainty", f"its certainty is none of {', '.join(_CERTAINTIES)}", lambda found: found["is_unclear"]),
)


def read_episodes(
    path: str | Path,
    *,
    tz: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    r"""Read a table of episodes that people noted because no system logs them.

    ===============  ================================================================================================
    ``when``         a time, or only a date; or, for a period, ``from`` and ``to``
    ``who``          the customer's number, or another identifier behind its kind, such as ``email:jo@mail.example``,
                     ``phone:+31612345678``; empty for somebody unknown. Or columns such as ``id_email``
    ``what``         what happened, such as ``visit to the shop``
    ``channel``      where, such as ``shop``
    ``noted_by``     whose word it is
    ``certainty``    ``certain``, ``likely`` or ``unsure``; may be empty
    ``text``         what else was noted; may be empty
    ``id``           tells episodes apart, so that of two rows with one id the last is used; may be missing
    ===============  ================================================================================================

    Parameters
    ----------
    path
        Delimited text with these columns in its header, in any order; also as gzip. `write_episodes_template` writes
        an empty one.
    tz
        Zone of times that carry none, such as ``"Europe/Amsterdam"``.
    observed_until
        Until when episodes were noted; by default the last of them.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Activities end in ``(noted)``, so that no map, table or report shows what a person noted as if a system had
        logged it. Attribute ``basis`` is ``qualitative`` in all events;
        ``precision`` is ``moment``, ``day`` or ``period``. An episode of which only the day is known begins with that
        day; how many do is in the account's notes. A period is an event with ``end_timestamp``, the end of the last day
        where that has no time. Attributes ``noted_by``, ``certainty``, and other columns under their own names. In the
        quarantine: rows without usable time, ``what`` or ``channel``, and with another word for certainty.

    Raises
    ------
    UnknownColumnError
        If a column is missing; the message names the closest.
    TimeZoneError
        If times carry no zone and `tz` is not given.
    DateOrderError
        If day and month cannot be told apart.
    FormatError, EmptySourceError
        If it is no delimited text, or has no rows.

    Examples
    --------
    >>> _ = (tmp / "episodes.csv").write_text(
    ...     "when,who,what,channel,noted_by,certainty\n"
    ...     "2024-05-01 14:30,C1,visit to the shop,shop,branch Utrecht,certain\n"
    ...     "2024-05-02,email:jo@mail.example,interview,in person,research team,\n")
    >>> log = read_episodes(tmp / "episodes.csv", tz="Europe/Amsterdam")
    >>> log.table.select(["customer", "activity", "basis", "precision"]).to_pylist()
    [{'customer': 'C1', 'activity': 'visit to the shop (noted)', 'basis': 'qualitative', 'precision': 'moment'},
     {'customer': 'email:jo@mail.example', 'activity': 'interview (noted)', 'basis': 'qualitative', 'precision': 'day'}]
    """
    path = Path(path)
    blocks = inputs.blocks(path, keep_broken=True, record_end=row_end)
    reading = gather(_reading(path.name, rows, notes, tz) for rows, notes in delimited_tables(blocks))
    events, duplicates = keep_latest(reading.events)
    reading = replace(reading, source=name or path.name, events=events, used=None, duplicate=duplicates)
    until = observed_until or pc.max(pc.coalesce(events["end_timestamp"], events["timestamp"])).as_py()
    return to_log(reading, observed_until=until, country=country)


def write_episodes_template(path: str | Path) -> Path:
    r"""Write an empty table of episodes, to be filled in and read by `read_episodes`.

    Parameters
    ----------
    path
        A file that is not there yet, such as ``episodes.csv``.

    Returns
    -------
    pathlib.Path
        The file: one line, the names of the columns.

    Raises
    ------
    OptionError
        If the file is there already: it may hold somebody's notes.

    Examples
    --------
    >>> write_episodes_template(tmp / "episodes.csv").read_text()
    'id,when,from,to,who,what,channel,noted_by,certainty,text\n'
    """
    path = Path(path)
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(",".join(_COLUMNS) + "\n")
    except FileExistsError as error:
        raise OptionError(f"{str(path)!r} is there already, perhaps with notes in it. Choose another name") from error
    return path


# --- from rows to episodes -----------------------------------------------------------------------------------------


def _reading(source: str, rows: Rows, notes: list[str], tz: str | None) -> Reading:
    _check_header(rows.table.column_names, source)
    found, more = _episodes(rows, tz)
    events, rejects = usable(found, _CHECKS, rows.payload)
    events = events.drop_columns(["written", "has_both", "is_unclear"])
    rejects = [*rows.rejects, *rejects]
    return Reading(source, "episodes", rows.rows_in, events, rejects=rejects, notes=[*notes, *more])


def _check_header(header: list[str], source: str) -> None:
    missing = [name for name in _NEEDED if name not in header]
    missing += ["when"] if not {"when", "from"} & set(header) else []
    if missing:
        raise UnknownColumnError(f"column {{name!r}} is not in {source}, a table of episodes", missing[0], header)


def _episodes(rows: Rows, tz: str | None) -> tuple[pa.Table, list[str]]:
    table, nothing = rows.table, pa.nulls(rows.table.num_rows, pa.string())
    cells = {name: _trimmed(table[name]) if name in table.column_names else nothing for name in _COLUMNS}
    when, begin = cells["when"], cells["from"]
    starts = parse_times(pc.coalesce(when, begin), tz=tz, name="when")
    ends = parse_times(_until_its_end(cells["to"]), tz=tz, name="to")
    is_day = columns.is_true(pc.invert(pc.match_substring_regex(when, _HAS_CLOCK)))
    certainty = pc.utf8_lower(cells["certainty"])
    episodes = {
        "event_id": cells["id"],
        "activity": pc.binary_join_element_wise(cells["what"], _MARK, ""),
        "written": pc.coalesce(when, begin),
        "timestamp": starts.array,
        "end_timestamp": _after(ends, starts),
        "channel": cells["channel"],
        "noted_by": cells["noted_by"],
        "certainty": certainty,
        "text": cells["text"],
        "basis": pa.repeat(QUALITATIVE, table.num_rows),
        "precision": pc.case_when(pc.make_struct(begin.is_valid(), pa.array(is_day)), "period", "day", "moment"),
        "has_both": pc.and_(when.is_valid(), begin.is_valid()),
        "is_unclear": pc.invert(pc.is_in(certainty, pa.array([*_CERTAINTIES, None], pa.string()))),
        "source_row": pa.array(rows.lines),
        **_identifiers(cells["who"]),
    }
    for name in (name for name in table.column_names if name not in _COLUMNS):
        is_id, mine = name.startswith(ID_PREFIX), columns.whole(table[name])
        place = f"event:{name}" if name in episodes else own_name(name)
        episodes[name if is_id else place] = pc.coalesce(episodes.get(name, nothing), mine) if is_id else mine
    return pa.table(episodes), [*starts.notes, *ends.notes, *_notes(is_day, ends, starts)]


def _trimmed(column: pa.ChunkedArray) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(columns.whole(column))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _until_its_end(to: pa.Array) -> pa.Array:
    """Let a period that is said to end on a day end with that day."""
    clock = pc.match_substring_regex(to, _HAS_CLOCK)
    return pc.if_else(clock, to, pc.binary_join_element_wise(to, "24:00", " "))


def _after(ends: Times, starts: Times) -> pa.Array:
    return replace(ends, bad=ends.bad | _is_early(ends, starts)).array


def _is_early(ends: Times, starts: Times) -> np.ndarray:
    return ~ends.bad & ~starts.bad & (ends.microseconds < starts.microseconds)


def _notes(is_day: np.ndarray, ends: Times, starts: Times) -> list[str]:
    facts = {
        "episodes say only the day; they are placed at its beginning": np.count_nonzero(is_day & ~starts.bad),
        "periods end before they begin; their ends are left out": np.count_nonzero(_is_early(ends, starts)),
    }
    return [f"{count:,} {fact}" for fact, count in facts.items() if count]


def _identifiers(who: pa.Array) -> dict[str, pa.Array]:
    """Give each kind of identifier its column: the kind stands before a colon, or it is the customer's number."""
    told = pc.extract_regex(who, _KIND)
    kinds = pc.struct_field(told, "kind")
    known = pc.is_in(kinds, pa.array([*KINDS, *_WEAK]))
    kinds = pc.if_else(known, kinds, "customer")
    values = pc.if_else(known, pc.struct_field(told, "value"), who)
    nothing = pa.scalar(None, pa.string())
    said = {"customer", *kinds.unique().to_pylist()} - {None}
    return {ID_PREFIX + kind: pc.if_else(pc.equal(kinds, kind), values, nothing) for kind in sorted(said)}


_WEAK: Final = ("cookie", "device", "visitor")
