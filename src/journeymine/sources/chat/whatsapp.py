"""WhatsApp chats, as the app exports them: a text file, one message after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import FormatError, TimeZoneError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import FILTER, Reject
from journeymine.sources import inputs
from journeymine.sources.chat.parties import activities, agents, is_own, own_note, parties
from journeymine.sources.chat.whatsapp_layout import headers, wall_clock
from journeymine.sources.reading import Reading, refuse, to_log
from journeymine.sources.rows import unix_lines
from journeymine.sources.times import to_utc

__all__ = ["read_whatsapp"]

_NOTHING: Final = pa.scalar(None, pa.string())
_MARK: Final = "\u200e"  # stands before what the app itself wrote
_MARKS: Final = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_MESSAGE: Final = r'^(?P<sender>[^:"“”„«»]{1,200}):(?: (?P<text>.*)|$)'
_NUMBER: Final = r"^\+?[0-9][0-9 ().-]{5,}$"
_FILE: Final = rf"^{_MARKS}*<[^<>]*>$|^{_MARK}.* omitted$|\((file attached)\)$"


def read_whatsapp(
    path: str | Path,
    *,
    tz: str | None,
    own_names: str | Sequence[str] | None = None,
    date_order: str | None = None,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    r"""Read an exported WhatsApp chat: one event a message.

    What a line begins with depends on the telephone and its language: the layout and the order of the date are told by
    the whole file. A line that does not begin a message belongs to the one above.

    =========================  =====================================================================================
    ``message from customer``  written by anybody else than the company
    ``message from agent``     written by one of `own_names`
    ``file from customer``     a picture, a recording or another file; ``file from agent`` likewise
    ``message posted``         where `own_names` is not given; ``file posted`` likewise
    =========================  =====================================================================================

    Parameters
    ----------
    path
        The text file (``_chat.txt``, ``WhatsApp Chat with ….txt``), also as gzip; or the zip archive that it comes in.
    tz
        Where the clock of the telephone stood that exported the chat, such as ``"Europe/Amsterdam"``: the file does
        not say.
    own_names
        What the file calls those who write for the company.
    date_order
        ``"dmy"``, ``"mdy"``, ``"ymd"`` or ``"ydm"``; needed only where the file leaves two of them open.
    observed_until
        When the chat was exported; by default the time of its last message.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifier ``phone`` where the file shows a number, else ``whatsapp_name``, which proves little. What the
        company wrote has the identifier of the only other one in the chat, or none where there are several. Attribute
        ``agent`` (who wrote for the company). ``source_row`` is the line at which a message begins.

        In the quarantine: messages of the app itself, which nobody sent (the chat is encrypted, somebody joined);
        lines above the first message; messages whose time does not exist.

    Raises
    ------
    TimeZoneError
        If `tz` is None, or nobody knows it.
    DateOrderError
        If day, month and year could stand in two orders; say which with `date_order`.
    FormatError
        If no line begins like a message, or the lines have two layouts.
    EmptySourceError
        If the file is empty, or the archive holds no text file.
    OptionError
        If `own_names` is empty, or there is no such `date_order`.

    Examples
    --------
    >>> _ = (tmp / "chat.txt").write_text('''[16/04/2024, 14:05:33] Jo: Where is my order?
    ... It was due on Monday.
    ... [16/04/2024, 14:07:02] Shop: On its way!''')
    >>> log = read_whatsapp(tmp / "chat.txt", tz="Europe/Amsterdam", own_names="Shop")
    >>> log.table.select(["activity", "customer", "text"]).to_pylist()
    [{'activity': 'message from customer', 'customer': 'whatsapp_name:Jo',
      'text': 'Where is my order?\nIt was due on Monday.'},
     {'activity': 'message from agent', 'customer': 'whatsapp_name:Jo', 'text': 'On its way!'}]
    """
    path = Path(path)
    if tz is None:
        raise TimeZoneError(
            f"{path.name} has times without a zone: WhatsApp writes what the telephone's clock says. Say where it was "
            "with tz=, such as tz='Europe/Amsterdam'"
        )
    text, notes = _text(path)
    lines = pa.array(unix_lines(text).split("\n"), pa.string())
    found, layout_notes = headers(lines, path.name)
    clock, bad, order_notes = wall_clock(found, path.name, date_order)
    times = to_utc(clock, bad, tz, "time", lambda row: str(found["rest"][row]))
    messages = _messages(found, lines).append_column("timestamp", times.array)
    messages, rejects = _usable(messages, lines)
    own = is_own(messages["sender"], own_names=own_names)
    stray = _stray(lines, found)
    reading = Reading(
        name or path.name,
        "whatsapp",
        found.num_rows + len(stray),
        _events(messages, own),
        rejects=[*stray, *rejects],
        notes=[*notes, *layout_notes, *order_notes, *times.notes, *own_note(own, own_names)],
    )
    return to_log(reading, channel="chat", observed_until=observed_until, country=country)


def _text(path: Path) -> tuple[str, list[str]]:
    """Read the text file, out of its archive if it comes in one."""
    content = _unpacked(path) if path.suffix.lower() == ".zip" else inputs.read_bytes(path)
    text, notes = inputs.decode(content, path.name, keep_broken=True)
    sound = text.encode("utf-8", "replace").decode()
    return sound, notes if sound == text else ["bytes that are not UTF-8, as the rest of the file is, replaced by '?'"]


def _unpacked(path: Path) -> bytes:
    found = dict(inputs.zip_members(path, "*.txt"))
    if len(found) > 1:
        raise FormatError(f"{path.name} holds several text files: {', '.join(found)}. Unpack it and read one of them")
    return next(iter(found.values()))


def _messages(found: pa.Table, lines: pa.Array) -> pa.Table:
    """Take each message apart: who sent it, and what it says, on however many lines."""
    rest = pc.replace_substring_regex(columns.whole(found["rest"]), f"^{_MARKS}+", "")
    parts = pc.extract_regex(rest, _MESSAGE)
    sender = pc.replace_substring_regex(pc.struct_field(parts, "sender"), _MARKS, "")
    said = pc.coalesce(pc.struct_field(parts, "text"), rest)
    return pa.table(
        {
            "source_row": pc.add(found["place"], 1),
            "sender": pc.utf8_trim_whitespace(pc.replace_substring_regex(sender, r"^~\p{Z}*|\p{Z}", " ")),
            "text": _with_lines_below(said, columns.numbers(found["place"]), lines),
        }
    )


def _with_lines_below(said: pa.Array, places: np.ndarray, lines: pa.Array) -> pa.Array:
    """Add to what the first line of each message says the lines up to the next message."""
    message = np.full(len(lines), -1)
    message[places] = np.arange(len(places))
    spoken = pc.coalesce(said.take(pa.array(message, mask=message < 0)), lines)
    offsets = pa.array(np.append(places, len(lines)), pa.int32())
    return pc.binary_join(pa.ListArray.from_arrays(offsets, spoken), "\n")


def _stray(lines: pa.Array, found: pa.Table) -> list[Reject]:
    """Keep what stands above the first message."""
    above = lines.slice(0, found["place"][0].as_py()).to_pylist()
    written = ((number, line) for number, line in enumerate(above, 1) if line.strip())
    return [Reject(number, "parse", "no_header", "above the first message", line.encode()) for number, line in written]


def _usable(messages: pa.Table, lines: pa.Array) -> tuple[pa.Table, list[Reject]]:
    """Set aside what nobody sent, and what has no time."""
    begins = columns.numbers(messages["source_row"]) - 1

    def payload(line: int) -> bytes:
        end = np.append(begins, len(lines))[np.searchsorted(begins, line - 1) + 1]
        return "\n".join(lines.slice(line - 1, int(end) - line + 1).to_pylist()).encode()

    by_app = columns.is_true(messages["sender"].is_null())
    first = messages["text"].slice(0, 1)  # says that the chat is encrypted, in the name of the other one
    by_app[:1] |= columns.is_true(pc.and_not(pc.starts_with(first, _MARK), pc.match_substring_regex(first, _FILE)))
    untimed = columns.is_true(messages["timestamp"].is_null()) & ~by_app
    kept, system = refuse(messages, by_app, "system", lambda row: "written by the app itself", payload, FILTER)
    kept, bad = refuse(kept, untimed[~by_app], "bad_time", lambda row: "a time that does not exist", payload)
    return kept, [*system, *bad]


def _events(messages: pa.Table, own: np.ndarray | None) -> pa.Table:
    rows, senders = messages.num_rows, columns.encode(messages["sender"])
    is_file = pc.fill_null(pc.match_substring_regex(columns.whole(messages["text"]), _FILE), False)
    party = parties(senders, own, columns.label("the chat", rows)).dictionary_decode()
    is_number = pc.match_substring_regex(party, _NUMBER)
    plain = pc.replace_substring_regex(columns.whole(messages["text"]), f"^{_MARKS}+", "")
    return pa.table(
        {
            "source_row": messages["source_row"],
            "activity": pc.if_else(is_file, activities("file", own, rows), activities("message", own, rows)),
            "timestamp": messages["timestamp"],
            "text": pc.if_else(pc.or_(is_file, pc.equal(plain, "")), _NOTHING, plain),
            "id_phone": pc.if_else(is_number, party, _NOTHING),
            "id_whatsapp_name": pc.if_else(is_number, _NOTHING, party),
            "agent": agents(senders.dictionary_decode(), own),
        }
    )
