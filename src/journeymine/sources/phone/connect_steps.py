"""Contact records of Amazon Connect, each taken apart into the steps that it has times for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.schema import TIME
from journeymine.sources.phone import words
from journeymine.sources.phone.steps import step, without_step

__all__ = ["contact_steps"]

_FROM_CUSTOMER: Final = ("INBOUND", "WEBRTC_API")
_TO_CUSTOMER: Final = ("OUTBOUND", "CALLBACK", "AGENT_REPLY")
_WITH_MENU: Final = ("INBOUND", "WEBRTC_API", "DISCONNECT")
_TRANSFERS: Final = {"TRANSFER": "internal", "QUEUE_TRANSFER": "queue"}
_ENDED_BY: Final = {"CUSTOMER_DISCONNECT": "caller", "AGENT_DISCONNECT": "agent"}
_NUMBERS: Final = ("holds", "hold_seconds", "talk_seconds")


def contact_steps(contacts: pa.Table) -> list[pa.Table]:
    """Give the steps of contacts.

    Parameters
    ----------
    contacts
        The fields of contact records, one row each.

    Returns
    -------
    list of pyarrow.Table
        As `step` gives them; those that may share a moment stand in the order in which they happen.
    """
    contacts = _completed(contacts)
    steps = [
        _passed_on(contacts),
        _made(contacts),
        _opened(contacts),
        *_waited(contacts),
        _abandoned(contacts),
        _talked(contacts),
        _sent_away(contacts),
        step(
            contacts,
            _has(contacts, "worked"),
            words.AFTER_CALL,
            contacts["worked"],
            contacts["work_ended"],
            agent=contacts["agent"],
        ),
    ]
    missed = without_step(contacts, steps)
    return [*steps, step(contacts, missed, words.MISSED, contacts["timestamp"], contacts["ended"])]


def _passed_on(contacts: pa.Table) -> pa.Table:
    """Give the contacts that begin because another was transferred to an agent or a queue."""
    methods = columns.encode(contacts["method"])
    kinds = pa.array([_TRANSFERS.get(method) for method in methods.dictionary.to_pylist()], pa.string())
    where = _is_method(contacts, *_TRANSFERS)
    return step(
        contacts,
        where,
        words.TRANSFERRED,
        contacts["timestamp"],
        part="passed on",
        transfer=columns.relabel(methods, kinds),
    )


def _sent_away(contacts: pa.Table) -> pa.Table:
    """Give the transfers to a number outside, with which a contact goes on."""
    return step(
        contacts,
        _has(contacts, "transferred"),
        words.TRANSFERRED,
        contacts["transferred"],
        transfer=columns.label("external", len(contacts)),
        destination=contacts["target"],
        agent=contacts["agent"],
    )


def _is_dialled(contacts: pa.Table) -> np.ndarray:
    return _is_call(contacts) & _is_method(contacts, "OUTBOUND", "API", "CALLBACK")


def _made(contacts: pa.Table) -> pa.Table:
    """Give the calls to customers: from dialling, for a callback when an agent is there, until they pick up."""
    callback = pa.array(_is_method(contacts, "CALLBACK"))
    began = pc.if_else(callback, pc.coalesce(contacts["dequeued"], contacts["answered"]), contacts["timestamp"])
    is_call = _is_call(contacts)
    where = np.where(is_call, _is_dialled(contacts), _is_method(contacts, *_TO_CUSTOMER))
    until = pc.if_else(pa.array(is_call), pc.coalesce(contacts["connected"], contacts["ended"]), pa.scalar(None, TIME))
    return step(contacts, where & columns.is_true(began.is_valid()), words.MADE, began, until)


def _opened(contacts: pa.Table) -> pa.Table:
    """Give the voice menus of calls that did not go through them in no time, and the begin of other contacts."""
    began = pc.coalesce(contacts["connected"], contacts["timestamp"])
    until = pc.coalesce(contacts["queued"], contacts["answered"], contacts["ended"])
    in_no_time = (_has(contacts, "queued") | _has(contacts, "answered")) & columns.is_true(pc.equal(began, until))
    is_call = _is_call(contacts)
    by_customer = np.where(
        is_call, _is_method(contacts, *_WITH_MENU) & ~in_no_time, _is_method(contacts, *_FROM_CUSTOMER, "API")
    )
    is_long = pa.array(is_call)
    ends = pc.if_else(is_long, until, pa.scalar(None, TIME))
    return step(contacts, by_customer, words.IN_MENU, pc.if_else(is_long, began, contacts["timestamp"]), ends)


def _waited(contacts: pa.Table) -> list[pa.Table]:
    callback, queued = _is_method(contacts, "CALLBACK"), _has(contacts, "queued")
    ends = pc.coalesce(contacts["dequeued"], contacts["answered"], contacts["ended"])
    return [
        step(contacts, queued & ~callback, words.WAITED, contacts["queued"], ends),
        step(contacts, queued & callback, words.WAITED_FOR_CALLBACK, contacts["queued"], ends),
    ]


def _abandoned(contacts: pa.Table) -> pa.Table:
    went_on = np.logical_or.reduce([_has(contacts, name) for name in ("answered", "next", "transferred")])
    hung_up = columns.is_true(pc.equal(contacts["ended_by"], "CUSTOMER_DISCONNECT")) & _has(contacts, "ended")
    where = _has(contacts, "queued") & hung_up & ~went_on & ~_is_method(contacts, "CALLBACK")
    return step(contacts, where, words.ABANDONED, contacts["ended"])


def _talked(contacts: pa.Table) -> pa.Table:
    """Give the talks: they begin when both are there, and last until the agent or the customer has gone."""
    dialled = _is_dialled(contacts)
    picked_up = _chosen(pc.max_element_wise, contacts, "answered", "connected")
    began = pc.if_else(pa.array(dialled), picked_up, contacts["answered"])
    ends = _chosen(pc.min_element_wise, contacts, "worked", "transferred", "ended")
    where = _has(contacts, "answered") & ~(dialled & ~_has(contacts, "connected"))
    more = {name: contacts[name] for name in ("agent", *_NUMBERS)}
    return step(contacts, where, words.TALKED, began, ends, ended_by=_ended_by(contacts), **more)


def _ended_by(contacts: pa.Table) -> pa.Array:
    reasons = columns.encode(contacts["ended_by"])
    known = [_ENDED_BY.get(reason, reason.lower()) for reason in reasons.dictionary.to_pylist()]
    ended_by = columns.relabel(reasons, pa.array(known, pa.string())).cast(pa.string())
    passed_on = _has(contacts, "transferred") | _has(contacts, "next")
    return pc.if_else(pa.array(passed_on), "transfer", ended_by)


def _chosen(choose: Callable[..., pa.ChunkedArray], contacts: pa.Table, *names: str) -> pa.ChunkedArray:
    """Take the first or the last of times; those that are null do not count."""
    return choose(*(contacts[name].cast(pa.int64()) for name in names)).cast(TIME)


# --- facts of contacts ---


def _completed(contacts: pa.Table) -> pa.Table:
    """Add whom a contact was with, which contacts belong together, and which way the first of them went."""
    is_mail = pc.equal(contacts["address_kind"], "EMAIL_ADDRESS")
    is_phone = pc.equal(contacts["address_kind"], "TELEPHONE_NUMBER")
    nobody = pa.scalar(None, pa.string())
    more = {
        "id_customer": contacts["customer"],
        "id_phone": pc.if_else(is_phone, contacts["address"], nobody),
        "id_email": pc.if_else(is_mail, contacts["address"], nobody),
        "call": pc.coalesce(contacts["initial"], contacts["event_id"]),
    }
    for name, values in more.items():
        contacts = contacts.append_column(name, values)
    return contacts.append_column("direction", _directions(contacts))


def _directions(contacts: pa.Table) -> pa.Array:
    own = np.full(len(contacts), -1, np.int32)
    own[_is_method(contacts, *_FROM_CUSTOMER) | (_is_method(contacts, "API") & ~_is_call(contacts))] = 0
    own[_is_method(contacts, *_TO_CUSTOMER) | (_is_method(contacts, "API") & _is_call(contacts))] = 1
    first = columns.numbers(pc.index_in(contacts["call"], columns.whole(contacts["event_id"])), missing=-1)
    ways = np.where((own < 0) & (first >= 0), own[first], own)
    return columns.from_codes(ways, pa.array(["inbound", "outbound"]))


def _is_method(contacts: pa.Table, *methods: str) -> np.ndarray:
    return columns.is_true(pc.is_in(contacts["method"], pa.array(methods)))


def _is_call(contacts: pa.Table) -> np.ndarray:
    return columns.is_true(pc.equal(contacts["channel"], "phone"))


def _has(contacts: pa.Table, name: str) -> np.ndarray:
    return columns.is_true(contacts[name].is_valid())
