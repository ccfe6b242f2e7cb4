"""Laws that hold for every part of every summary."""

from collections import Counter
from datetime import UTC
from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import FormatError, OptionError, UnknownActivityError, UnknownNameError, UnknownOptionError
from journeymine.summary.buckets import bucketed
from journeymine.summary.summary import PARTS, Summary
from tests.small import DAY, edges, log_of, rows_of
from tests.strategies import logs

BY = st.sampled_from([None, "channel", "source", "customer"])
ERRORS = st.sampled_from([None, 0.001, 0.3])


def named(summary: Summary, name: str) -> Counter:
    """Give one part with labels for its codes, so that summaries with other labels can be compared."""
    labels = {
        "activity": ["", *summary.activities],
        "next_activity": ["", *summary.activities],
        "segment": ["", *summary.segments],
        "channel": ["", *summary.channels],
        "next_channel": ["", *summary.channels],
        "variant": summary.sequences.tuples(np.arange(len(summary.sequences)), list(summary.activities)),
    }
    part = summary.part(name)
    rows = part.to_arrow().to_pylist()
    found = Counter()
    for row in rows:
        key = tuple(labels[key][row[key]] if key in labels else row[key] for key in part.keys)
        for measure in part.measures:
            found[(measure, *key)] += row[measure]
    return found


def same(mine: Summary, theirs: Summary) -> bool:
    return all(named(mine, name) == named(theirs, name) for name in PARTS)


def by_customer(log):
    """Give the log of each customer, and of each case of nobody."""
    customers = log.labels("customer")
    parts = [log.where(customer=name) for name in customers.dictionary.to_pylist()]
    nobody = customers.is_null().to_numpy(zero_copy_only=False)
    cases = set(np.array(log.table["case_id"].to_pylist(), object)[nobody])
    names = np.array(log.table["case_id"].to_pylist(), object)
    return parts + [log.where(nobody & (names == case)) for case in sorted(cases)]


# --- adding up -------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(logs(), BY, ERRORS)
def test_summaries_of_disjoint_customers_add_up_to_that_of_all(log, by, error):
    options = {"by": by, "relative_error": error}
    parts = [jm.summarise(part, **options) for part in by_customer(log)]
    together, whole = reduce(add, parts, Summary.empty(**options)), jm.summarise(log, **options)
    assert same(together, whole)
    assert (together.activities, together.segments) == (whole.activities, whole.segments)
    assert (together.num_events, together.num_cases) == (log.num_events, log.num_cases)
    assert set(together.channels) == set(whole.channels)
    assert together.first_time == whole.first_time


@settings(max_examples=40)
@given(logs(named=True), BY)
def test_two_halves_are_the_whole_to_the_last_label(log, by):
    names = log.labels("customer").dictionary.to_pylist()
    halves = [jm.summarise(log.where(customer=part), by=by) for part in (names[::2], names[1::2])]
    assert halves[0] + halves[1] == jm.summarise(log, by=by)


@settings(max_examples=40)
@given(st.lists(logs(max_events=8), min_size=3, max_size=3), BY, ERRORS)
def test_addition_is_commutative_and_associative(drawn, by, error):
    a, b, c = (jm.summarise(log, by=by, relative_error=error) for log in drawn)
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)


@settings(max_examples=50)
@given(logs(), BY, ERRORS)
def test_adding_nothing_changes_nothing(log, by, error):
    summary, nothing = jm.summarise(log, by=by, relative_error=error), Summary.empty(by=by, relative_error=error)
    assert summary + nothing == nothing + summary == summary


@pytest.mark.parametrize("by", [None, "activity"])
def test_the_summary_of_an_empty_log_is_empty(by):
    assert jm.summarise(log_of(), by=by) == Summary.empty(by=by)


@settings(max_examples=50)
@given(logs(), st.randoms(), BY)
def test_the_order_of_rows_does_not_matter_where_no_times_tie(log, chance, by):
    assume(not log.ties)
    order = list(range(log.num_events))
    chance.shuffle(order)
    shuffled = jm.EventLog.of(log.table.take(pa.array(order, pa.int64())), sources=log.sources)
    assert jm.summarise(shuffled, by=by) == jm.summarise(log, by=by)


@settings(max_examples=40)
@given(logs())
def test_twice_the_customers_are_twice_the_counts(log):
    table = log.table
    for name in ("case_id", "customer"):
        copies = pa.array(
            [None if label is None else f"{label}, again" for label in table[name].to_pylist()], pa.string()
        )
        table = table.set_column(table.column_names.index(name), name, copies)
    once = jm.summarise(log)
    both = once + jm.summarise(jm.EventLog.of(table, sources=log.sources))
    for name in PARTS:
        assert _flat(both, name) == Counter({key: 2 * value for key, value in _flat(once, name).items()}), name


def _flat(summary, name):
    """Leave out the group, which hangs on the customer's name."""
    counts = named(summary, name)
    return _without_group(counts) if "group" in summary.part(name).keys else counts


def test_summaries_made_differently_do_not_add_up():
    log = log_of(("a", "x", 0))
    with pytest.raises(
        OptionError, match="summaries add up only if they were made with the same by= and relative_error="
    ):
        jm.summarise(log) + jm.summarise(log, by="activity")
    with pytest.raises(OptionError, match="summaries add up only if"):
        jm.summarise(log) + jm.summarise(log, relative_error=0.01)


# --- out and in ------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(logs(), BY, ERRORS, st.sets(st.sampled_from(sorted(PARTS)), min_size=1))
def test_out_and_in_is_identity(log, by, error, parts):
    summary = jm.summarise(log, by=by, relative_error=error, parts=parts)
    back = Summary.from_arrow(summary.to_arrow())
    assert back == summary
    assert repr(back) == repr(summary)


def test_a_summary_goes_through_a_file(tmp_path):
    summary = jm.summarise(log_of(("a", "x", 0), ("a", "y", 1), until=9), by="activity")
    pq.write_table(summary.to_arrow(), tmp_path / "summary.parquet")
    assert Summary.from_arrow(pq.read_table(tmp_path / "summary.parquet")) == summary


def test_another_table_is_no_summary():
    with pytest.raises(FormatError, match=r"this table is not a summary that Summary.to_arrow gave"):
        Summary.from_arrow(pa.table({"x": [1]}))


# --- segments --------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(logs(min_events=1), st.sampled_from(["source", "channel"]))
def test_a_segment_is_the_summary_of_its_cases(log, by):
    summary = jm.summarise(log, by=by)
    first = np.array(log.table[by].to_pylist(), object)[log.offsets[:-1]]
    of_case = np.repeat(first, np.diff(log.offsets))
    for segment in summary.segments:
        mine, alone = summary.segment(segment), jm.summarise(log.where(of_case == segment), by=by)
        assert {name: strip(named(mine, name)) for name in PARTS} == {name: strip(named(alone, name)) for name in PARTS}
        for analysis in (jm.variants, jm.delays):
            pd.testing.assert_frame_equal(analysis(mine).table, analysis(log.where(of_case == segment)).table)
    counted = sum((strip(named(summary.segment(name), "visits")) for name in summary.segments), Counter())
    assert counted.total() <= strip(named(summary, "visits")).total()


def strip(counts: Counter) -> Counter:
    """Leave the segment out: a case may change its segment inside."""
    found = Counter()
    for (measure, _, *key), value in counts.items():
        found[(measure, *key)] += value
    return found


@settings(max_examples=40)
@given(logs(), st.sampled_from(sorted(PARTS)))
def test_all_segments_together_are_the_summary_without_segments(log, name):
    by_source = jm.summarise(log, by="source").overall(name)
    assert dict(by_source.keys).keys() == jm.summarise(log).overall(name).keys.keys()
    if name not in ("customers", "visits", "follows", "switches"):  # which count a customer of two segments in both
        assert by_source == jm.summarise(log).overall(name)


def test_a_segment_that_does_not_occur_is_refused():
    summary = jm.summarise(log_of(("a", "x", 0), ("b", "y", 0), channel=["web", "phone"]), by="channel")
    with pytest.raises(
        UnknownNameError, match=r"^channel 'pone' does not occur. Did you mean 'phone'\? Known: phone, web.$"
    ):
        summary.segment("pone")


# --- parts by another way --------------------------------------------------------------------------------------------


def cases_of(log):
    """Give (segment-free) case, customer and events of each case."""
    rows = rows_of(log, "case_id", "customer", "activity", "timestamp", "channel", "source")
    return [rows[first:last] for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True)]


@settings(max_examples=50)
@given(logs())
def test_visits_channels_starts_and_variants_are_what_a_count_in_plain_python_gives(log):
    summary, cases = jm.summarise(log), cases_of(log)
    visits = Counter(activity for case in cases for _, _, activity, *_ in case)
    customers = {(activity, who or case) for rows in cases for case, who, activity, *_ in rows}
    assert named(summary, "visits") == Counter({("count", "", name): n for name, n in visits.items()}) + Counter(
        ("customers", "", name) for name, _ in customers
    )
    known = {who for rows in cases for _, who, *_ in rows if who}
    assert named(summary, "customers") == Counter({("count", ""): len(cases)}) + Counter(
        {("customers", ""): len(known)}
    )
    channels = Counter((row[2], row[4] or "") for case in cases for row in case)
    assert named(summary, "channels") == Counter({("count", "", *key): n for key, n in channels.items()})
    variants = Counter(tuple(row[2] for row in case) for case in cases)
    takers = {(tuple(row[2] for row in case), case[0][1] or case[0][0]) for case in cases}
    assert named(summary, "variants") == Counter({("count", "", name): n for name, n in variants.items()}) + Counter(
        ("customers", "", name) for name, _ in takers
    )
    starts = Counter((case[0][2], _day(case[0]) * 24 + case[0][3].astimezone(UTC).hour) for case in cases)
    assert named(summary, "starts") == Counter({("count", "", *key): n for key, n in starts.items()})
    spans = Counter((tuple(row[2] for row in case), _microseconds(case[0], case[-1])) for case in cases)
    assert named(summary, "spans") == Counter({("count", "", *key): n for key, n in spans.items()})


@settings(max_examples=50)
@given(logs())
def test_switches_are_what_a_count_in_plain_python_gives(log):
    switches, people = Counter(), set()
    for case in cases_of(log):
        channels = [row[4] or "" for row in case]
        passes = [pair for pair in pairwise(channels) if all(pair)]
        for pair in [*((channel, "") for channel in channels), *passes]:
            switches[pair] += 1
            people.add((*pair, case[0][1] or case[0][0]))
    assert named(jm.summarise(log), "switches") == Counter(
        {("count", "", *pair): n for pair, n in switches.items()}
    ) + Counter(("customers", "", *pair) for *pair, _ in people)


@settings(max_examples=50)
@given(logs())
def test_follows_times_and_gaps_are_what_a_count_in_plain_python_gives(log):
    summary, cases = jm.summarise(log), cases_of(log)
    ends = dict(zip(log.sources["source"].to_pylist(), log.sources["observed_until"].to_pylist(), strict=True))
    follows, passes, times, gaps, switch_gaps = Counter(), set(), Counter(), Counter(), Counter()
    for case in cases:
        who = case[0][1] or case[0][0]
        names = ["", *(row[2] for row in case), ""]
        for pair in pairwise(names):
            follows[pair] += 1
            passes.add((pair, who))
        for before, after in pairwise(case):
            times[before[2], after[2], _microseconds(before, after)] += 1
        for place, row in enumerate(case):
            after = case[place + 1] if place + 1 < len(case) else None
            if after and after[3] <= max(ends[row[5]], row[3]):
                gaps[row[2], _microseconds(row, after), after[2], _day(row)] += 1
                switch_gaps[row[4] or "", _microseconds(row, after), after[4] or ""] += 1
            else:
                end = row[3] if after is None and row[1] is None else max(ends[row[5]], row[3])
                gaps[row[2], (end - row[3]) // pd.Timedelta("1us").to_pytimedelta(), "", _day(row)] += 1
                switch_gaps[row[4] or "", (end - row[3]) // pd.Timedelta("1us").to_pytimedelta(), ""] += 1
    assert named(summary, "follows") == Counter({("count", "", *key): n for key, n in follows.items()}) + Counter(
        ("customers", "", *pair) for pair, _ in passes
    )
    assert _without_group(named(summary, "times")) == Counter({("count", "", *key): n for key, n in times.items()})
    assert _without_group(named(summary, "gaps")) == Counter({("count", "", *key): n for key, n in gaps.items()})
    found = _without_group(named(summary, "switch_gaps"))
    assert found == Counter({("count", "", *key): n for key, n in switch_gaps.items()})


def _microseconds(before, after):
    return (after[3] - before[3]) // pd.Timedelta("1us").to_pytimedelta()


def _day(row):
    return row[3].astimezone(UTC).date().toordinal() - 1  # ordinals count from 1


def _without_group(counts):
    found = Counter()
    for key, value in counts.items():
        found[key[:-1]] += value
    return found


def test_more_activities_segments_and_channels_than_a_byte_holds_are_counted():
    names = [f"{number:03}" for number in range(300)]
    log = log_of(
        *((name, name, day) for name in names for day in (0, int(name) + 1)), channel=np.repeat(names, 2).tolist()
    )
    summary = jm.summarise(log, by="channel") + jm.summarise(log_of(("x", "299", 0), channel=["000"]), by="channel")
    assert named(summary, "channels") == Counter(
        {("count", name, name, name): 2 for name in names} | {("count", "000", "299", "000"): 1}
    )
    assert edges(log) == {(name, name): 1 for name in names}
    assert (jm.delays(summary).table.sort_values("activity")["median_seconds"] / 86_400).tolist() == list(range(1, 301))
    assert jm.variants(summary).num_variants == 301


# --- buckets ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**17), min_size=1, max_size=40), st.floats(1e-5, 0.9))
def test_durations_in_buckets_stay_within_the_stated_error_and_in_order(durations, error):
    durations = np.sort(np.array(durations))
    found = bucketed(durations, error)
    assert (np.abs(found - durations) <= error * durations).all()
    assert (np.diff(found) >= 0).all()
    assert found[durations < 8 / error].tolist() == durations[durations < 8 / error].tolist()


def test_durations_near_the_edge_of_what_stays_exact_stay_within_the_stated_error():
    for error in (1e-4, 0.001, 0.01, 0.1, 0.5):
        durations = np.arange(int(40 / error))
        found = bucketed(durations, error)
        assert (np.abs(found - durations) <= error * durations).all()
        assert (np.diff(found) >= 0).all()


def test_buckets_bound_the_size_of_a_summary():
    rng = np.random.default_rng(0)
    log = log_of(
        *((f"c{n}", activity, day) for n in range(3_000) for activity, day in [("a", 0), ("b", rng.uniform(1, 2))])
    )
    sizes = {
        error: len(jm.summarise(log, relative_error=error).overall("times").without("group")) for error in (None, 0.01)
    }
    assert sizes[None] == 3_000
    assert sizes[0.01] < 60


@settings(max_examples=25)
@given(logs(min_events=2), st.sampled_from([0.001, 0.1]))
def test_medians_from_buckets_are_within_the_stated_error(log, error):
    exact, bucketed = (jm.delays(jm.summarise(log, relative_error=wide)).table for wide in (None, error))
    merged = exact.merge(bucketed, on=["activity", "next_activity"], suffixes=("", "_b"))
    assert len(merged) == len(exact)
    assert (
        abs(merged["median_seconds_b"] - merged["median_seconds"]) <= error * merged["median_seconds"] + 1e-12
    ).all()


@pytest.mark.parametrize("error", [0, 1, 2, -0.1, float("nan")])
def test_an_error_that_is_no_share_is_refused(error):
    with pytest.raises(OptionError, match=r"^relative_error must lie between 0 and 1, not "):
        jm.summarise(log_of(("a", "x", 0)), relative_error=error)


# --- what a summary says ---------------------------------------------------------------------------------------------


def test_a_summary_says_what_it_is_of():
    log = log_of(("a", "x", 0), ("a", "y", 1), ("b", "x", 0), until=9)
    summary = jm.summarise(log, by="activity")
    assert repr(summary) == "<Summary 3 events · 2 cases · 2 activities · 2 variants · by activity: x, y>"
    assert summary.window_seconds == 9 * DAY / 1e6
    assert Summary.empty().window_seconds == 0
    assert summary.code("y") == 2
    with pytest.raises(UnknownActivityError, match=r"activity 'z' never occurs. Activities: x, y."):
        summary.code("z")


def test_a_part_that_was_left_out_is_missed_by_name():
    summary = jm.summarise(log_of(("a", "x", 0)), parts=["visits"])
    assert "case" not in repr(summary)
    with pytest.raises(UnknownOptionError, match=r"this summary was made without the part 'gaps'. Choices: visits."):
        jm.dropoff(summary)
    with pytest.raises(UnknownOptionError, match=r"there is no part 'gap' of a summary. Did you mean 'gaps'?"):
        jm.summarise(log_of(("a", "x", 0)), parts=["gap"])
