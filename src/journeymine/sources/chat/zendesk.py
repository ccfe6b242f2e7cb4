"""Zendesk Chat: conversations as its API and its exports give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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
        ``wait_seconds`` (to the first answer), ``messages`` (how many), ``duration_seconds`` and ``ticket``, which
        with `messages` are repeated on each event of the chat; ``text`` is what the customer wrote. ``source_row`` is
        the line of the chat, or its number where the file is one JSON document. A chat delivered twice is used once:
        with the latest ``update_timestamp``, else ``end_timestamp``, else the last.

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
    found = _find(unix_lines(text), path.name)
    events, rejects = _usable(_table(found), found.payload)
    entries = _entries(found, events) if messages else None
    if entries is not None:
        events, more = _refuse_untimed(events, entries, found.payload)
        rejects += more
    events, duplicates = keep_latest(events, "version")
    used = events.num_rows
    if entries is not None:
        events = _expand(events, entries)
    events, more_notes = _without_odd_ends(events.drop_columns(_HELPERS))
    rows_in, rejects = len(found.chats) + len(found.rejects), [*found.rejects, *rejects]
    reading = Reading(
        name or path.name, "zendesk chats", rows_in, events, used, duplicates, rejects, [*notes, *more_notes]
    )
    return to_log(reading, channel="chat", observed_until=observed_until, country=country)


# --- from JSON to chats --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    chats: list[dict[str, Any]]
    lines: list[int]
    payload: Payload
    rejects: list[Reject]


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_parse: Final = json.JSONDecoder(parse_constant=_refuse_constant).decode


def _find(text: str, name: str) -> _Found:
    """Find the chats of a file, and check that it holds any."""
    try:
        found = _lines(text) if _has_lines(text) else _document(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name} is not whole JSON: {str(error) or 'nested too deeply'}") from error
    if not found.chats and not found.rejects:
        raise EmptySourceError(f"{name} holds no chats")
    if not found.chats:
        raise FormatError(f"{name} holds no chats, not even JSON objects: {found.rejects[0].detail}")
    if not any(map(_is_chat, found.chats)):
        keys = ", ".join(map(repr, list(found.chats[0])[:8])) or "no keys"
        raise FormatError(f"{name} holds no Zendesk chats: its objects have {keys}; a chat has 'visitor' or 'history'")
    return found


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


def _lines(text: str) -> _Found:
    lines = text.split("\n")
    chats: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []

    def payload(number: int) -> bytes:
        return lines[number - 1].encode("utf-8", "replace")

    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            these = _unfold(_parse(line))
        except (ValueError, RecursionError) as error:
            detail = str(error) or "nested too deeply"
            rejects.append(Reject(number, "parse", "bad_json", detail, payload(number)))
            continue
        for chat in these:
            _sort_out(chat, number, payload, chats, numbers, rejects)
    return _Found(chats, numbers, payload, rejects)


def _document(text: str) -> _Found:
    these = _unfold(_parse(text))
    chats: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []

    def payload(number: int) -> bytes:
        return json.dumps(these[number - 1]).encode()

    for number, chat in enumerate(these, 1):
        _sort_out(chat, number, payload, chats, numbers, rejects)
    return _Found(chats, numbers, payload, rejects)


def _unfold(parsed: Any) -> list[Any]:
    """Take the chats out of an answer of the API."""
    if isinstance(parsed, dict) and isinstance(parsed.get("chats"), list):
        return parsed["chats"]
    if isinstance(parsed, dict) and isinstance(parsed.get("docs"), dict):
        return list(parsed["docs"].values())
    return parsed if isinstance(parsed, list) else [parsed]


def _sort_out(
    chat: Any, number: int, payload: Payload, chats: list[dict[str, Any]], numbers: list[int], rejects: list[Reject]
) -> None:
    if isinstance(chat, dict):
        chats.append(chat)
        numbers.append(number)
    else:
        detail = f"a {type(chat).__name__}, not an object"
        rejects.append(Reject(number, "parse", "bad_json", detail, payload(number)))


def _is_chat(chat: dict[str, Any]) -> bool:
    return "visitor" in chat or "history" in chat or chat.get("type") in _TYPES


# --- from chats to columns -----------------------------------------------------------------------------------------

_TEXTS: Final = ("event_id", "written", "end", "updated", "activity", "id_email", "id_phone", "id_zendesk_visitor")
_TEXTS_TOO: Final = ("agent", "department", "rating", "ticket", "text")
_NUMBERS: Final = ("wait_seconds", "messages", "duration_seconds")
_HELPERS: Final = ["place", "status", "version", "written"]
_STATUS: Final = ("", "not_a_chat", "no_id", "no_time", "naive_time", "bad_time")


def _row(chat: dict[str, Any]) -> tuple[Any, ...]:
    """Give the values of a chat, in the order of the columns; what is not of its type is not there."""
    visitor, count, response = (_part(chat, key) for key in ("visitor", "count", "response_time"))
    agents = chat.get("agent_names")
    return (
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
    said = [entry["msg"] for entry, role in _history(chat) if role == "customer" and isinstance(entry.get("msg"), str)]
    return "\n".join(said) or None


def _history(chat: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the entries of a chat's history, each with who made it."""
    history, agents = chat.get("history"), chat.get("agent_names")
    agents = agents if isinstance(agents, list) else []
    visitor = _part(chat, "visitor").get("name")
    for entry in history if isinstance(history, list) else ():
        if isinstance(entry, dict):
            yield entry, _role(entry, visitor, agents)


def _role(entry: dict[str, Any], visitor: Any, agents: list[Any]) -> str:
    """Tell who made an entry: by its sender where it is said, else by name."""
    sender = entry.get("sender_type")
    if isinstance(sender, str) and sender.casefold() in _SENDERS:
        return _SENDERS[sender.casefold()]
    name = entry.get("name")
    if name in agents:
        return "agent"
    return "customer" if name == visitor else "automatic"


def _table(found: _Found) -> pa.Table:
    """Put all chats in a table, whether they can be used or not."""
    values = dict(zip((*_TEXTS, *_TEXTS_TOO, *_NUMBERS), zip(*map(_row, found.chats), strict=True), strict=True))
    table = {name: _texts(values[name]) for name in (*_TEXTS, *_TEXTS_TOO)}
    table |= {name: pa.array(values[name], pa.float64()) for name in _NUMBERS}
    table["messages"] = table["messages"].cast(pa.int64(), safe=False)
    moments, naive = _moments(table["written"])
    ends, updates = (_moments(table.pop(name))[0] for name in ("end", "updated"))
    table |= {"timestamp": moments, "end_timestamp": ends, "version": pc.coalesce(updates, ends)}
    table |= {"chat": table["event_id"], "place": pa.array(np.arange(len(found.chats)))}
    table |= {"source_row": pa.array(found.lines, pa.int64()), "status": _status(found, table, naive)}
    return pa.table(table)


def _texts(values: tuple[str | None, ...]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        whole = (value and value.encode("utf-8", "replace").decode() for value in values)
        return pa.array(list(whole), pa.string())


def _moments(written: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Give times, null where there is none that could be used, and tell which have no zone."""
    zoned = pc.match_substring_regex(written, _ZONED)
    naive = pc.match_substring_regex(written, _NAIVE).fill_null(False)
    return parse_times(pc.if_else(zoned, written, pa.scalar(None, pa.string())), tz=None).array, naive


def _status(found: _Found, table: dict[str, pa.Array], naive: pa.Array) -> pa.Array:
    """Number the first reason not to use a chat, as in ``_STATUS``; 0 where there is none."""
    wrong = [
        np.array([not _is_chat(chat) for chat in found.chats], bool),
        *(columns.numbers(mask.cast(pa.uint8())).astype(bool) for mask in (
            table["event_id"].is_null(), table["written"].is_null(), naive, table["timestamp"].is_null()
        )),
    ]  # fmt: skip
    return pa.array(np.select(wrong, [1, 2, 3, 4, 5], 0))


def _usable(events: pa.Table, payload: Payload) -> tuple[pa.Table, list[Reject]]:
    rejects: list[Reject] = []
    for status, reason in enumerate(_STATUS[1:], 1):
        written = events["written"]
        details = {
            "not_a_chat": lambda row: "an object without visitor and history",
            "no_id": lambda row: "no id",
            "no_time": lambda row: "no timestamp",
            "naive_time": lambda row, written=written: f"timestamp {written[row].as_py()!r} has no zone",
            "bad_time": lambda row, written=written: f"timestamp {written[row].as_py()!r} is not a time",
        }
        bad = columns.numbers(events["status"]) == status
        events, more = refuse(events, bad, reason, details[reason], payload)
        rejects += more
    return events, rejects


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

_ENTRY: Final = ("place", "event_id", "written", "activity", "agent", "text")


def _entries(found: _Found, events: pa.Table) -> pa.Table:
    """List the entries of the chats' histories that are contacts."""
    rows = [row for place in events["place"].to_pylist() for row in _entries_of(found.chats[place], place)]
    values = dict(zip(_ENTRY, zip(*rows, strict=True) if rows else [()] * len(_ENTRY), strict=True))
    table = {name: _texts(values[name]) for name in _ENTRY[1:]}
    moments, _ = _moments(table.pop("written"))
    return pa.table({"place": pa.array(values["place"], pa.int64()), "timestamp": moments, **table})


def _entries_of(chat: dict[str, Any], place: int) -> Iterator[tuple[Any, ...]]:
    for number, (entry, role) in enumerate(_history(chat), 1):
        kind = entry.get("type")
        kind = ".".join(kind.split(".")[:2]) if isinstance(kind, str) else ""
        activity = _ACTIVITIES.get((kind, role))
        if activity is not None:
            agent = _word(entry.get("name")) if role == "agent" else None
            said = _word(entry.get("msg")) if role == "customer" else None
            yield place, f"{_word(chat['id'])}/{number}", _word(entry.get("timestamp")), activity, agent, said


def _refuse_untimed(events: pa.Table, entries: pa.Table, payload: Payload) -> tuple[pa.Table, list[Reject]]:
    """Refuse a chat with an entry that has no time: without it, what came before would seem to lead to what came after."""
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
