"""Zendesk Chat: conversations as its API and its exports give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.errors import EmptySourceError, FormatError
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.quarantine import Reject
from journeymine.sources import inputs
from journeymine.sources.reading import Payload, Reading, keep_latest, refuse, to_log
from journeymine.sources.rows import unix_lines
from journeymine.sources.times import parse_times

__all__ = ["read_zendesk_chats"]

_TYPES: Final = ("chat", "offline_msg")
_ZONED: Final = r"^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$|^\d{9,19}(\.\d+)?$"
_NAIVE: Final = r"^\d{4}-\d\d-\d\d([T ][\d:.]*)?$"

_ACTIVITIES: Final = {
    ("chat.memberjoin", "customer"): "chat joined",
    ("chat.memberjoin", "agent"): "agent joined",
    ("chat.memberleave", "customer"): "chat left",
    ("chat.memberleave", "agent"): "agent left",
    ("chat.msg", "customer"): "message from customer",
    ("chat.msg", "agent"): "message from agent",
    ("chat.msg", "automatic"): "automatic message",
    ("chat.file", "customer"): "file from customer",
    ("chat.file", "agent"): "file from agent",
    **{("chat.rating", role): "chat rated" for role in ("customer", "agent", "automatic")},
    **{("chat.comment", role): "chat commented" for role in ("customer", "agent", "automatic")},
    **{("chat.transfer", role): "chat transferred" for role in ("customer", "agent", "automatic")},
}
"""What an entry of a chat's history is called, by its type and by who made it; other entries are no contact."""

_SENDERS: Final = {"visitor": "customer", "agent": "agent", "trigger": "automatic"}


def read_zendesk_chats(
    path: str | Path,
    *,
    messages: bool = False,
    observed_until: str | datetime | None = None,
    name: str | None = None,
    country: str | None = None,
) -> EventLog:
    """Read conversations of Zendesk Chat.

    Parameters
    ----------
    path
        Chats as JSON lines, as a JSON array, or as the answers of the API (``{"chats": […]}``, ``{"docs": {…}}``, one
        chat); each also as gzip.
    messages
        By default a chat is one event, from its ``timestamp`` to its ``end_timestamp``: ``chat``, ``chat missed``
        where nobody answered, ``chat message left`` where nobody was there. If True, every entry of its history is
        one: ``chat joined``, ``agent joined``, ``message from customer``, ``message from agent``, ``automatic
        message``, ``file from customer``, ``file from agent``, ``chat transferred``, ``chat rated``, ``chat
        commented``, ``agent left``, ``chat left``; a chat without such entries stays one event.
    observed_until
        When the export was made; by default the time of its last event.
    name
        Name of the source; by default the file's.
    country
        Two letters; the country of telephone numbers written without one.

    Returns
    -------
    EventLog
        Identifiers ``email``, ``phone`` and ``zendesk_visitor`` (one browser, so it proves little); attributes
        ``chat``, ``agent`` (the first; with `messages` the one who wrote), ``department``, ``rating``,
        ``missed``, ``wait_seconds`` (to the first answer), ``messages`` (how many), ``duration_seconds`` and
        ``ticket``, which with `messages` are repeated on each event of the chat; ``text`` is what the customer wrote.
        ``source_row`` is the line of the chat, or its number where the file is one JSON document. A chat delivered
        twice is used once: with the latest ``update_timestamp``, else ``end_timestamp``, else the last.

        In the quarantine: lines that are no JSON, objects that are no chat or have no ``id`` or usable
        ``timestamp`` (``naive_time``: it has no zone), and with `messages` chats with such an entry.

    Raises
    ------
    FormatError
        If the file is no JSON, is cut short, or holds no chat; the message says what it holds.
    EmptySourceError
        If it has no rows.

    Examples
    --------
    >>> chat = '{"id": "17", "timestamp": "2024-05-01T09:00:00Z", "visitor": {"email": "jo@mail.example"}}'
    >>> _ = (tmp / "chats.jsonl").write_text(chat)
    >>> read_zendesk_chats(tmp / "chats.jsonl")
    <EventLog 1 event · 1 customer · 1 channel · 2024-05-01 – 2024-05-01>
    """
    path = Path(path)
    text, notes = inputs.decode(inputs.read_bytes(path), path.name)
    found = _find(unix_lines(text), path.name, messages)
    events, rejects = _usable(_table(found), found.payload)
    entries = _entries(found)
    events, untimed = _refuse_untimed(events, entries, found.payload)
    events, duplicates = keep_latest(events, "version")
    used = events.num_rows
    events, more_notes = _without_odd_ends(_expand(events, entries).drop_columns(_HELPERS))
    rows_in, rejects = len(found.rows) + len(found.rejects), [*found.rejects, *rejects, *untimed]
    source, notes = name or path.name, [*notes, *more_notes]
    reading = Reading(source, "zendesk chats", rows_in, events, used, duplicates, rejects, notes)
    return to_log(reading, channel="chat", observed_until=observed_until, country=country)


# --- from JSON to chats --------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """The chats of a file as rows of values: the parsed JSON, many times larger, is not kept."""

    payload: Payload
    messages: bool
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def add(self, chat: Any, line: int) -> None:
        """Take in what stands where a chat should."""
        if not isinstance(chat, dict):
            self.refuse(line, f"a {type(chat).__name__}, not an object")
            return
        self.keys = self.keys or list(chat)
        if self.messages:
            self.entries += _entries_of(chat, len(self.rows))
        self.rows.append(_row(chat))
        self.lines.append(line)

    def refuse(self, line: int, detail: str) -> None:
        """Keep aside what is no JSON object."""
        self.rejects.append(Reject(line, "parse", "bad_json", detail, self.payload(line)))


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_parse: Final = json.JSONDecoder(parse_constant=_refuse_constant).decode


def _find(text: str, name: str, messages: bool) -> _Found:
    """Find the chats of a file, and check that it holds any."""
    try:
        found = _lines(text, messages) if _has_lines(text) else _document(text, messages)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name} is not whole JSON: {_said(error)}. Fetch the file again") from error
    if not found.rows and not found.rejects:
        raise EmptySourceError(f"{name} holds no chats")
    if not found.rows:
        raise FormatError(f"{name} holds no chats, not even JSON objects: {found.rejects[0].detail}")
    if not any(row[0] for row in found.rows):
        keys = ", ".join(map(repr, found.keys[:8])) or "no keys"
        raise FormatError(f"{name} holds no Zendesk chats: its objects have {keys}; a chat has 'visitor' or 'history'")
    return found


def _said(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _has_lines(text: str) -> bool:
    """Tell JSON lines from one document: by the first line, or because the whole does not parse."""
    text = text.lstrip()
    first, _, rest = text.partition("\n")
    if text.startswith("["):
        return False
    try:
        _parse(first if rest.strip() else text)
        return bool(rest.strip())
    except (ValueError, RecursionError):
        pass
    try:
        _parse(text)
        return False
    except (ValueError, RecursionError):
        return True


def _lines(text: str, messages: bool) -> _Found:
    lines = text.split("\n")
    found = _Found(lambda number: lines[number - 1].encode("utf-8", "replace"), messages)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            chats = _unfold(_parse(line))
        except (ValueError, RecursionError) as error:
            found.refuse(number, _said(error))
            continue
        for chat in chats:
            found.add(chat, number)
    return found


def _document(text: str, messages: bool) -> _Found:
    chats = _unfold(_parse(text))
    found = _Found(lambda number: json.dumps(chats[number - 1]).encode(), messages)
    for number, chat in enumerate(chats, 1):
        found.add(chat, number)
    return found


def _unfold(parsed: Any) -> list[Any]:
    """Take the chats out of an answer of the API."""
    if isinstance(parsed, dict) and isinstance(parsed.get("chats"), list):
        return parsed["chats"]
    if isinstance(parsed, dict) and isinstance(parsed.get("docs"), dict):
        return list(parsed["docs"].values())
    return parsed if isinstance(parsed, list) else [parsed]


# --- from chats to columns -----------------------------------------------------------------------------------------

_COLUMNS: Final = {
    **dict.fromkeys(("is_chat", "missed"), pa.bool_()),
    **dict.fromkeys(("event_id", "written", "end", "updated", "activity"), pa.string()),
    **dict.fromkeys(("id_email", "id_phone", "id_zendesk_visitor"), pa.string()),
    **dict.fromkeys(("agent", "department", "rating", "ticket", "text"), pa.string()),
    **dict.fromkeys(("wait_seconds", "messages", "duration_seconds"), pa.float64()),
}
_HELPERS: Final = ["place", "status", "version", "written"]
_STATUS: Final = ("not_a_chat", "no_id", "no_time", "naive_time", "bad_time")


def _row(chat: dict[str, Any]) -> tuple[Any, ...]:
    """Give the values of a chat, in the order of ``_COLUMNS``; what is not of its type is not there."""
    visitor, count, response = (_part(chat, key) for key in ("visitor", "count", "response_time"))
    agents = chat.get("agent_names")
    return (
        "visitor" in chat or "history" in chat or chat.get("type") in _TYPES,
        chat.get("missed") is True,
        _word(chat.get("id")),
        _word(chat.get("timestamp")),
        _word(chat.get("end_timestamp")),
        _word(chat.get("update_timestamp")),
        _activity(chat),
        _word(visitor.get("email")),
        _word(visitor.get("phone")),
        _word(visitor.get("id")),
        _word(agents[0]) if isinstance(agents, list) and agents else None,
        _word(chat.get("department_name")),
        _word(chat.get("rating")),
        _word(chat.get("zendesk_ticket_id")),
        _customer_text(chat),
        _number(response.get("first")),
        _number(count.get("total")),
        _number(chat.get("duration")),
    )


def _activity(chat: dict[str, Any]) -> str:
    if chat.get("type") == "offline_msg":
        return "chat message left"
    return "chat missed" if chat.get("missed") is True else "chat"


def _part(chat: dict[str, Any], key: str) -> dict[str, Any]:
    part = chat.get(key)
    return part if isinstance(part, dict) else {}


def _word(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < 1e15 else None  # false for what is not a number, too


def _customer_text(chat: dict[str, Any]) -> str | None:
    if isinstance(chat.get("message"), str):
        return chat["message"] or None
    said = [entry.get("msg") for kind, role, entry in _history(chat) if kind == "chat.msg" and role == "customer"]
    return "\n".join(words for words in said if isinstance(words, str)) or None


def _history(chat: dict[str, Any]) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """Yield the entries of a chat's history: type, who made it, entry. Who is told by name, unless it is said."""
    history, agents = chat.get("history"), chat.get("agent_names")
    agents = agents if isinstance(agents, list) else ()
    visitor = _part(chat, "visitor").get("name")
    for entry in history if isinstance(history, list) else ():
        if isinstance(entry, dict):
            name, sender = entry.get("name"), entry.get("sender_type")
            role = "agent" if name in agents else "customer" if name == visitor else "automatic"
            yield entry.get("type"), role if sender is None else _SENDERS.get(str(sender).casefold(), role), entry


def _table(found: _Found) -> pa.Table:
    """Put all chats in a table, whether they can be used or not."""
    table = _arrays(_COLUMNS, found.rows)
    naive = pc.match_substring_regex(table["written"], _NAIVE).fill_null(False)
    moments, ends, updates = (_moments(table[name]) for name in ("written", "end", "updated"))
    wrong = (
        pc.invert(table.pop("is_chat")),
        table["event_id"].is_null(),
        table["written"].is_null(),
        naive,
        moments.is_null(),
    )
    table["messages"] = table["messages"].cast(pa.int64(), safe=False)
    table |= {"timestamp": moments, "end_timestamp": ends, "version": pc.coalesce(updates, ends)}
    table |= {"chat": table["event_id"], "place": pa.array(np.arange(len(found.rows)))}
    table |= {"source_row": pa.array(found.lines, pa.int64()), "status": pc.case_when(pc.make_struct(*wrong), *_STATUS)}
    return pa.table(table).drop_columns(["end", "updated"])


def _arrays(kinds: dict[str, pa.DataType], rows: list[tuple[Any, ...]]) -> dict[str, pa.Array]:
    values = zip(*rows, strict=True) if rows else [()] * len(kinds)
    return {name: _array(column, kinds[name]) for name, column in zip(kinds, values, strict=True)}


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return pa.array([value and value.encode("utf-8", "replace").decode() for value in values], kind)


def _moments(written: pa.Array) -> pa.Array:
    """Give the times that say their zone; null for the others."""
    zoned = pc.match_substring_regex(written, _ZONED)
    return parse_times(pc.if_else(zoned, written, pa.scalar(None, pa.string())), tz=None).array


def _usable(events: pa.Table, payload: Payload) -> tuple[pa.Table, list[Reject]]:
    """Set the chats aside that cannot be used, each for its first reason."""
    rejects: list[Reject] = []
    for reason in _STATUS:
        written = events["written"].to_pylist()
        bad = pc.equal(events["status"], reason).fill_null(False)
        detail = partial(_detail, reason, written)
        events, more = refuse(events, columns.numbers(bad.cast(pa.uint8())).astype(bool), reason, detail, payload)
        rejects += more
    return events, rejects


def _detail(reason: str, written: list[str | None], row: int) -> str:
    return {
        "not_a_chat": "an object without visitor and history",
        "no_id": "no id",
        "no_time": "no timestamp",
        "naive_time": f"timestamp {written[row]!r} has no zone",
        "bad_time": f"timestamp {written[row]!r} is not a time",
    }[reason]


def _without_odd_ends(events: pa.Table) -> tuple[pa.Table, list[str]]:
    """Drop the ends that come before their start."""
    odd = pc.less(events["end_timestamp"], events["timestamp"]).fill_null(False)
    count = pc.sum(odd.cast(pa.int64())).as_py() or 0
    if not count:
        return events, []
    ends = pc.if_else(odd, pa.scalar(None, events["end_timestamp"].type), events["end_timestamp"])
    place = events.column_names.index("end_timestamp")
    return events.set_column(place, "end_timestamp", ends), [f"{count:,} chats end before they begin; end left out"]


# --- from histories to one event an entry --------------------------------------------------------------------------

_ENTRY: Final = {
    "place": pa.int64(),
    **dict.fromkeys(("event_id", "written", "activity", "agent", "text"), pa.string()),
}


def _entries_of(chat: dict[str, Any], place: int) -> Iterator[tuple[Any, ...]]:
    """Yield the entries of a chat's history that are contacts, in the order of ``_ENTRY``."""
    for number, (kind, role, entry) in enumerate(_history(chat), 1):
        activity = _ACTIVITIES.get((str(kind), role))
        if activity is not None:
            agent = _word(entry.get("name")) if role == "agent" else None
            said = _word(entry.get("msg")) if role == "customer" else None
            yield place, f"{_word(chat.get('id'))}/{number}", _word(entry.get("timestamp")), activity, agent, said


def _entries(found: _Found) -> pa.Table:
    table = _arrays(_ENTRY, found.entries)
    return pa.table({"timestamp": _moments(table.pop("written")), **table})


def _refuse_untimed(events: pa.Table, entries: pa.Table, payload: Payload) -> tuple[pa.Table, list[Reject]]:
    """Refuse a chat with an entry that has no time: the entries around it would seem to follow one another."""
    untimed = entries.filter(entries["timestamp"].is_null())["place"]
    bad = np.isin(columns.numbers(events["place"]), columns.numbers(untimed))
    return refuse(events, bad, "bad_entry_time", lambda row: "an entry of its history has no usable time", payload)


def _expand(events: pa.Table, entries: pa.Table) -> pa.Table:
    """Replace each chat by its entries, if it has any."""
    places = columns.numbers(events["place"])
    row_of = np.full(int(max(places.max(initial=0), columns.numbers(entries["place"]).max(initial=0))) + 1, -1)
    row_of[places] = np.arange(len(places))
    rows = row_of[columns.numbers(entries["place"])]
    entries, rows = entries.filter(pa.array(rows >= 0)), rows[rows >= 0]
    expanded = events.take(pa.array(rows))
    for name in ("timestamp", "event_id", "activity", "agent", "text"):
        expanded = expanded.set_column(expanded.column_names.index(name), name, entries[name])
    ends = expanded.column_names.index("end_timestamp")
    expanded = expanded.set_column(ends, "end_timestamp", pa.nulls(len(rows), events["end_timestamp"].type))
    alone = np.ones(events.num_rows, bool)
    alone[rows] = False
    both = pa.concat_tables([expanded, events.filter(pa.array(alone))])
    return both.take(pa.array(np.argsort(columns.numbers(both["place"]), kind="stable")))
