"""Sessions: by hand, kept where a source tells them, and laws for any log."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import DurationError
from journeymine.log.sessions import sessions
from journeymine.log.silence import after_silence
from tests.small import log_of, rows_of
from tests.strategies import logs

MINUTE = 1 / (24 * 60)


def story(*events: tuple, **columns: list):
    """Make a log of (customer, minute), all of them on the web unless `channel` says otherwise."""
    return log_of(
        *((customer, "visit", minute * MINUTE) for customer, minute in events),
        **({"channel": ["web"] * len(events)} | columns),
    )


def named(log, **options):
    """Give the session of each event, in the order of the log."""
    return sessions(log, **options).table["session"].to_pylist()


def test_a_silence_of_more_than_half_an_hour_begins_a_session():
    assert named(story(("a", 0), ("a", 20), ("a", 50), ("a", 81), ("b", 82))) == [
        "web/1", "web/1", "web/1", "web/2", "web/1"
    ]  # fmt: skip


def test_another_gap_may_be_given():
    assert named(story(("a", 0), ("a", 20), ("a", 26)), gap="10min") == ["web/1", "web/2", "web/2"]


def test_each_channel_has_its_own_sessions():
    log = story(("a", 0), ("a", 20), ("a", 40), ("a", 60), channel=["web", "phone", "web", "phone"])
    assert named(log) == ["web/1", "phone/1", "web/2", "phone/2"]


def test_a_customers_session_goes_on_whatever_the_case():
    log = log_of(("x", "visit", 0), ("y", "visit", 10 * MINUTE), customer=["anna", "anna"], channel=["web", "web"])
    assert named(log) == ["web/1", "web/1"]
    assert rows_of(sessions(log), "case_id") == [("x",), ("y",)]


def test_events_of_nobody_are_told_apart_by_their_identifier_else_by_their_case():
    log = log_of(
        *((case, "visit", minute * MINUTE) for case, minute in (("1", 0), ("2", 10), ("3", 20), ("4", 60), ("5", 61))),
        customer=[None] * 5,
        id_visitor=["v1", "v2", "v1", "v1", None],
        id_cookie=[None, None, None, "c1", None],
        channel=["web"] * 5,
    )
    assert dict(zip("12345", named(log), strict=True)) == {
        "1": "web/1", "2": "web/1", "3": "web/1", "4": "web/1", "5": "web/1"
    }  # fmt: skip
    told = log_of(
        *((case, "visit", minute * MINUTE) for case, minute in (("1", 0), ("2", 40), ("3", 80))),
        customer=[None] * 3,
        id_visitor=["v1", "v2", "v1"],
        channel=["web"] * 3,
    )
    assert named(told) == ["web/1", "web/1", "web/2"]


def test_sessions_that_a_source_tells_are_kept_and_only_the_others_are_worked_out():
    log = story(("a", 0), ("a", 1), ("a", 2), ("a", 90), session=["1707", None, "", "1708"])
    assert named(log) == ["1707", "web/1", "web/1", "1708"]


def test_sessions_may_be_numbers():
    assert named(story(("a", 0), ("a", 90), session=[1707, 1708])) == ["1707", "1708"]


def test_what_is_worked_out_is_never_called_like_what_is_given():
    assert named(story(("a", 0), ("a", 90), ("a", 95), session=["web/1", None, "web//1"])) == [
        "web/1", "web///1", "web//1"
    ]  # fmt: skip


def test_without_channels_sessions_are_just_numbered():
    log = log_of(("a", "visit", 0), ("a", "visit", 1))
    assert named(log) == ["session/1", "session/2"]
    assert named(story(("a", 0), ("a", 90), channel=["web", None])) == ["web/1", "session/1"]


def test_a_log_can_be_cut_by_session():
    log = sessions(story(("a", 0), ("a", 20), ("a", 60), ("b", 61)))
    assert rows_of(jm.cut(log, key="session"), "case_id") == [("a/web/1",), ("a/web/1",), ("a/web/2",), ("b/web/1",)]


def test_an_empty_log_has_no_sessions():
    assert named(log_of()) == []


def test_a_gap_that_is_no_duration_is_refused():
    with pytest.raises(DurationError, match=r"^'30m' is not a duration"):
        sessions(story(("a", 0)), gap="30m")


def test_without_a_gap_only_the_first_event_of_an_owner_comes_after_silence():
    log = story(("a", 0), ("a", 10_000), ("b", 0))
    assert after_silence(log.times, log.offsets, None).tolist() == [True, False, True]


# --- laws ------------------------------------------------------------------------------------------------------------

GAPS = st.sampled_from(["1us", "1s", "30min", "14d", "9999d"])


def by_hand(log, gap):
    """Number the sessions of each owner and channel event by event."""
    seen, found = defaultdict(list), {}
    events = rows_of(log, "source_row", "case_id", "customer", "channel")
    for time, (row, case, customer, channel) in sorted(zip(log.times.tolist(), events, strict=True)):
        mine = seen[("nobody", case) if customer is None else customer, channel]
        mine.append((time, mine[-1][1] + (time - mine[-1][0] > to_microseconds(gap)) if mine else 1))
        found[row] = f"{channel or 'session'}/{mine[-1][1]}"
    return found


@settings(max_examples=60)
@given(logs(), GAPS)
def test_sessions_are_those_counted_by_hand_and_nothing_else_changes(log, gap):
    told = sessions(log, gap=gap)
    assert dict(rows_of(told, "source_row", "session")) == by_hand(log, gap)
    assert told.table.drop_columns("session").equals(log.table)
    assert told.sources.equals(log.sources)


@settings(max_examples=30)
@given(logs(), GAPS, GAPS)
def test_sessions_once_told_stay(log, gap, other):
    told = sessions(log, gap=gap)
    assert sessions(told, gap=other).table.equals(told.table)
