"""Which requests are touchpoints, and why the others are none: sent by robots, loaded by pages, not worth a name."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.log import columns
from journeymine.log.quarantine import FILTER
from journeymine.sources.web.labels import pairs, told
from journeymine.sources.web.pages import Activity, page_names
from journeymine.sources.web.robots import are_assets, are_robots

__all__ = ["rejects_of", "touchpoints", "without_fetchers"]


# Why a request is no touchpoint, the most basic reason first: what is said of it, and about which of its fields.
_REASONS: Final = {
    "no_request": ("a record of something else: ", "kind"),
    "bot": ("sent by ", "user_agent"),
    "asset": ("loaded by a page or a robot: ", "path"),
    "no_activity": ("`activity` gives none for ", "target"),
}
_NO_REQUEST, _BOT, _ASSET, _NO_ACTIVITY = range(len(_REASONS))
_NONE: Final = -1
_FETCHER: Final = "a visitor that fetched /robots.txt"
_INNER: Final = ["target", "kind", "time", "request"]  # columns that only tell what a request is


def touchpoints(
    requests: pa.Table, *, activity: Activity, keep_assets: bool, keep_bots: bool, kinds: str
) -> tuple[pa.Table, pa.Table]:
    """Part the requests that may be touchpoints from those that are none.

    Parameters
    ----------
    requests
        As `journeymine.sources.web.facts.facts` gives them.
    activity
        Gives the activity of a target; None for no touchpoint.
    keep_assets, keep_bots
        Whether assets, and robots that say so, are touchpoints.
    kinds
        Expression that ``kind`` fits where a record is a request.

    Returns
    -------
    events : pyarrow.Table
        With ``activity``.
    aside : pyarrow.Table
        The others: ``line``, ``reason`` (a number), ``about`` (what speaks for the reason) and ``id_visitor``.

    Raises
    ------
    OptionError
        If `activity` gives something that is no text.
    """
    reasons = np.full(requests.num_rows, _NONE, np.int8)
    if not keep_assets:
        reasons[are_assets(_labels(requests, "path"))] = _ASSET
    if not keep_bots:
        reasons[are_robots(_labels(requests, "user_agent"))] = _BOT
    reasons[told(_labels(requests, "kind"), lambda values: _is_no(kinds, values))] = _NO_REQUEST
    candidates = np.flatnonzero(reasons == _NONE)
    names = _activities(requests.select(["method", "target"]).take(pa.array(candidates)), activity)
    reasons[candidates[columns.is_true(names.is_null())]] = _NO_ACTIVITY
    events = requests.drop_columns(_INNER).filter(pa.array(reasons == _NONE))
    aside = [_aside(requests, np.flatnonzero(reasons == reason), reason) for reason in range(len(_REASONS))]
    return _tidy(events.append_column("activity", names.drop_null())), columns.concat(aside)


def _is_no(kinds: str, values: pa.Array) -> pa.Array:
    return pc.invert(pc.match_substring_regex(values, kinds))


def _labels(table: pa.Table, name: str) -> pa.DictionaryArray:
    return columns.whole(table[name])


def _tidy(table: pa.Table) -> pa.Table:
    """Forget the labels that no row has."""
    arrays = {name: columns.whole(table[name]) for name in table.column_names}
    return pa.table(
        {
            name: columns.compact(array) if pa.types.is_dictionary(array.type) else array
            for name, array in arrays.items()
        }
    )


def _aside(requests: pa.Table, places: np.ndarray, reason: int) -> pa.Table:
    _, field = list(_REASONS.values())[reason]
    taken = (columns.whole(requests[name].take(pa.array(places))) for name in ("source_row", field, "id_visitor"))
    return _tidy(_aside_table(reason, *taken))


def _aside_table(reason: int, lines: pa.Array, about: pa.DictionaryArray, visitors: pa.DictionaryArray) -> pa.Table:
    reasons = np.full(len(lines), reason, np.int8)
    return pa.table({"line": lines, "reason": pa.array(reasons), "about": about, "id_visitor": visitors})


# --- what a request is called ----------------------------------------------------------------------------------------


def _activities(requests: pa.Table, activity: Activity) -> pa.DictionaryArray:
    """Name what each request was; null where the function says that it is no touchpoint."""
    names = page_names(_labels(requests, "target"), activity)
    return pairs(_labels(requests, "method"), names, _with_method)


def _with_method(methods: pa.Array, names: pa.Array) -> pa.Array:
    """Put the method in front of what does more than read."""
    reads = pc.or_(methods.is_null(), pc.is_in(methods, pa.array(["GET", "HEAD"])))
    return pc.if_else(reads, names, pc.binary_join_element_wise(methods, names, " "))


# --- robots that only their visits tell ------------------------------------------------------------------------------


def without_fetchers(events: pa.Table, aside: pa.Table, robots: pa.Array) -> tuple[pa.Table, pa.Table]:
    """Put aside what visitors asked for that fetched ``/robots.txt`` at some time.

    Parameters
    ----------
    events, aside
        As `touchpoints` gives them, of a whole log.
    robots
        Names of those visitors.

    Returns
    -------
    events, aside : pyarrow.Table
        The same rows.
    """
    guilty = _is_any(events, robots)
    moved = events.filter(pa.array(guilty))
    about = columns.label(_FETCHER, moved.num_rows)
    more = _aside_table(_BOT, columns.whole(moved["source_row"]), about, _labels(moved, "id_visitor"))
    return _tidy(events.filter(pa.array(~guilty))), columns.concat([_blamed(aside, robots), more])


def _is_any(table: pa.Table, visitors: pa.Array) -> np.ndarray:
    return told(_labels(table, "id_visitor"), lambda values: pc.is_in(values, visitors))


def _blamed(aside: pa.Table, robots: pa.Array) -> pa.Table:
    """Say of what was put aside for a lesser reason that a robot asked for it."""
    reasons, about = columns.numbers(aside["reason"]), _labels(aside, "about")
    guilty = _is_any(aside, robots) & (reasons > _BOT)
    places = np.where(guilty, len(about.dictionary), columns.codes(about))
    about = columns.from_codes(places, pa.concat_arrays([about.dictionary, pa.array([_FETCHER])]))
    reasons = pa.array(np.where(guilty, _BOT, reasons).astype(np.int8))
    return pa.table({"line": aside["line"], "reason": reasons, "about": about, "id_visitor": aside["id_visitor"]})


def rejects_of(aside: pa.Table) -> pa.Table:
    """Tell the quarantine what was put aside. The lines themselves are not kept: the log has them.

    Parameters
    ----------
    aside
        As `touchpoints` gives it.

    Returns
    -------
    pyarrow.Table
        The fields of `journeymine.log.quarantine.Reject`.
    """
    reasons = pa.DictionaryArray.from_arrays(columns.whole(aside["reason"]).cast(pa.int32()), list(_REASONS))
    return pa.table(
        {
            "line": aside["line"],
            "stage": pa.repeat(FILTER, aside.num_rows),
            "reason": reasons.cast(pa.string()),
            "detail": pairs(reasons, _labels(aside, "about"), _detail).cast(pa.string()),
            "payload": pa.repeat(pa.scalar(b"", pa.large_binary()), aside.num_rows),
        }
    )


def _detail(reasons: pa.Array, about: pa.Array) -> pa.Array:
    said = pa.array([_REASONS[reason][0] for reason in reasons.to_pylist()], pa.string())
    return pc.binary_join_element_wise(said, about.fill_null(""), "")
