"""What the fields of a request mean: when, who, what, and with which result; worked out on distinct values."""

from __future__ import annotations

import hashlib
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.columns import LABEL
from journeymine.sources.web import labels
from journeymine.sources.web.clock import moments

__all__ = ["facts"]

_REQUEST: Final = r"^(?P<method>[A-Z][A-Z-]*) (?P<target>.*?)(?: HTTP/[0-9.]+)?$"
_METHOD: Final = r"^[A-Z][A-Z-]*$"
_TARGET: Final = r"^(?:[/*]|[A-Za-z][0-9A-Za-z+.-]*:)"


def facts(written: pa.Table, clock: str, tz: str | None) -> tuple[pa.Table, list[str]]:
    """Tell what the fields of requests mean.

    Parameters
    ----------
    written
        As in `journeymine.sources.web.written.Written`.
    clock, tz
        As for `journeymine.sources.web.clock.moments`.

    Returns
    -------
    requests : pyarrow.Table
        ``source_row``, ``timestamp`` (null where the time is none), ``id_user``, ``id_visitor``, ``method``, ``target``
        (null where the request is none), ``path``, ``status``, ``bytes``, ``referrer``, ``user_agent``, ``host``,
        ``event_id`` and ``kind``; and as they were written ``time`` and ``request``.
    notes : list of str
        What was assumed of the times.
    """
    times = moments(columns.whole(written["time"]), clock, tz)
    method, target, request = _asked(written)
    agent, client = _known(written, "user_agent"), labels.mapped(_known(written, "client"), _address)
    requests = {
        "source_row": written["source_row"],
        "timestamp": times.array,
        "id_user": _known(written, "user"),
        "id_visitor": _visitors(client, agent),
        "method": method,
        "target": target,
        "path": labels.mapped(target, _without_query),
        "status": _whole_number(_known(written, "status"), r"^\d{3}$", pa.int16()),
        "bytes": _whole_number(_known(written, "bytes"), r"^\d{1,18}$", pa.int64()),
        "referrer": _known(written, "referrer"),
        "user_agent": agent,
        "host": labels.mapped(_known(written, "host"), _without_port),
        "event_id": _known(written, "event_id"),
        "kind": _known(written, "kind"),
        "time": written["time"],
        "request": request,
    }
    return pa.table(requests), times.notes


def _known(written: pa.Table, field: str) -> pa.DictionaryArray:
    """Give a field where it says something; nulls where the layout has no such field."""
    if field not in written.column_names:
        return pa.nulls(written.num_rows, LABEL)
    return labels.known(columns.encode(written[field]))


# --- what was asked for ----------------------------------------------------------------------------------------------


def _asked(written: pa.Table) -> tuple[pa.DictionaryArray, pa.DictionaryArray, pa.DictionaryArray]:
    """Give method and target, both null where they are none, and the request as it was written."""
    request = _known(written, "request")
    method, target = labels.parts(request, _REQUEST, "method", "target")
    if "target" in written.column_names:
        alone, place = _known(written, "method"), labels.pairs(*_both(written, "target", "query"), _with_query)
        request = columns.first_known([request, labels.pairs(alone, place, _side_by_side)])
        target = columns.first_known([labels.pairs(alone, place, _target_of_method), target])
        method = columns.first_known([alone, method])
    return method, labels.mapped(target, _a_target), request


def _both(written: pa.Table, first: str, second: str) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    return _known(written, first), _known(written, second)


def _with_query(targets: pa.Array, queries: pa.Array) -> pa.Array:
    alone = pc.or_(queries.is_null(), pc.match_substring(targets, "?"))
    return pc.if_else(alone, targets, pc.binary_join_element_wise(targets, pc.utf8_ltrim(queries, "?"), "?"))


def _side_by_side(methods: pa.Array, targets: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(methods.fill_null("-"), targets.fill_null("-"), " ")


def _target_of_method(methods: pa.Array, targets: pa.Array) -> pa.Array:
    """Leave out targets of what is no method; a log need not have methods."""
    sound = pc.match_substring_regex(methods, _METHOD).fill_null(True)
    return pc.if_else(sound, _a_target(targets), labels.NULL)


def _a_target(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(values, _TARGET), values, labels.NULL)


def _without_query(targets: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(targets, "[?#].*", "")


# --- who asked, and what came of it ----------------------------------------------------------------------------------


def _address(clients: pa.Array) -> pa.Array:
    """Give the first of the addresses that proxies list, without its port."""
    first = pc.replace_substring_regex(clients, "[ ,%].*", "")
    first = pc.replace_substring_regex(first, r"^\[([^\]]*)\](:\d+)?$", r"\1")
    return pc.replace_substring_regex(first, r"^([0-9.]+):\d+$", r"\1")


def _visitors(clients: pa.DictionaryArray, agents: pa.DictionaryArray) -> pa.DictionaryArray:
    """Name visitors by address and a short, stable sign of their user agent."""
    return labels.pairs(clients, labels.mapped(agents, _signs), _address_and_sign)


def _signs(agents: pa.Array) -> pa.Array:
    signs = (hashlib.blake2b(agent.encode(), digest_size=4).hexdigest() for agent in agents.to_pylist())
    return pa.array(signs, pa.string())


def _address_and_sign(clients: pa.Array, signs: pa.Array) -> pa.Array:
    return pc.coalesce(pc.binary_join_element_wise(clients, signs, " "), clients)


def _whole_number(written: pa.DictionaryArray, pattern: str, kind: pa.DataType) -> pa.Array:
    digits = pc.if_else(pc.match_substring_regex(written.dictionary, pattern), written.dictionary, labels.NULL)
    return digits.cast(kind).take(written.indices)


def _without_port(hosts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(hosts, r":\d+$", "")
