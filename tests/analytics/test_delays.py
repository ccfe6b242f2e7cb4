"""Delays: by hand, and against pandas."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.errors import DurationError, OptionError, UnknownNameError, UnknownOptionError
from journeymine.log.schema import TIME
from tests.slowed import CHANGE, transitions
from tests.small import DAY, START, at, log_of
from tests.strategies import logs

STORY = (
    ("a", "ask", 0),
    ("a", "answer", 1),
    ("a", "ask", 2),
    ("a", "answer", 9),
    ("b", "ask", 0),
    ("b", "answer", 3),
    ("c", "ask", 4),
)
COLUMNS = ["activity", "next_activity", "count", "customers", "median_seconds", "p90_seconds", "excess_seconds"]


def days(table):
    seconds = [name for name in table.columns if name.endswith("_seconds")]
    return table.assign(**{name: table[name] / 86_400 for name in seconds})


def test_transitions_stand_by_what_they_take_beyond_their_own_median():
    table = days(jm.delays(log_of(*STORY)).table)
    assert table[COLUMNS].to_numpy().tolist() == [
        ["ask", "answer", 3, 2, 3, pytest.approx(6.2), 4],
        ["answer", "ask", 1, 1, 1, 1, 0],
    ]
    assert table["reference_seconds"].tolist() == [3, 1]


def test_a_target_is_the_same_for_all():
    table = days(jm.delays(log_of(*STORY), reference="12h").table)
    assert table["excess_seconds"].tolist() == [0.5 + 6.5 + 2.5, 0.5]
    assert table["reference_seconds"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("make", [lambda log: log, jm.summarise])
def test_another_period_is_a_reference_transition_by_transition(make):
    before = log_of(("x", "ask", 0), ("x", "answer", 2))
    table = days(jm.delays(log_of(*STORY), reference=make(before)).table).set_index("activity")
    assert table["reference_seconds"].to_dict() == {"ask": 2, "answer": 1}  # its own, where the other period has none
    assert table["excess_seconds"].to_dict() == {"ask": 5 + 1, "answer": 0}


def test_transitions_with_fewer_passes_are_left_out():
    assert jm.delays(log_of(*STORY), min_cases=2).table["activity"].tolist() == ["ask"]
    assert jm.delays(log_of(*STORY), min_cases=4).headline == "No transition has enough passes."


def test_the_answer_is_said_in_a_sentence_with_what_it_rests_on():
    result = jm.delays(log_of(*STORY), reference="1d")
    assert result.headline == (
        "Most waiting beyond the reference adds up between “ask” and “answer”: 8 d (too few to say how surely) over 3 "
        "passes (median 3 d, one in ten over at least 6.2 d)."
    )
    assert result.base == (
        "4 completed transitions of 3 customers, from one event to the next, which is all that one time for each event "
        "tells; excess over 1d; visits still waiting when their source ended, whose waits are not in it: 2; 95% "
        "intervals with the customer as unit."
    )


def test_what_lies_around_an_unread_event_is_no_transition():
    log = jm.read_table(
        {"case_id": ["a"] * 3, "activity": ["x", None, "y"], "timestamp": [1_714_554_000, 1_714_554_001, 1_714_554_002]}
    )
    assert len(jm.delays(log).table) == 0


def test_a_reference_that_is_no_duration_is_refused():
    with pytest.raises(DurationError, match=r"^2 is not a duration"):
        jm.delays(log_of(*STORY), reference=2)


def test_a_summary_without_the_parts_is_refused():
    with pytest.raises(UnknownOptionError, match="made without the part 'gaps'"):
        jm.delays(jm.summarise(log_of(*STORY), parts=["times"]))


def test_a_log_of_single_events_has_no_transitions():
    for options in ({}, {"reference": "1d"}, {"calendar": NINE_TO_FIVE}, {"reference": log_of(*STORY)}):
        found = jm.delays(log_of(("a", "x", 0), ("b", "y", 0)), **options)
        assert found.headline == "No transition has enough passes."
        assert found.table.columns[:9].tolist() == [*COLUMNS[:4], "open", *COLUMNS[4:], "excess_low_seconds"]


# --- waits that are still open ---------------------------------------------------------------------------------------


def test_open_are_visits_whose_source_ended_before_nine_in_ten_passes_would_have_come():
    passes = [event for day in range(1, 21) for event in ((f"c{day}", "ask", 0), (f"c{day}", "answer", day))]
    gone = [(f"g{day}", "ask", 40 - day) for day in (1, 5, 18, 19, 30)]  # nine in ten answers came within 18.1 days
    table = jm.delays(log_of(*passes, *gone, until=40)).table
    assert table[["activity", "count", "open", "mark"]].to_numpy().tolist() == [["ask", 20, 3, "p90 at least"]]
    few = jm.delays(log_of(*passes, *gone[:2], until=40))
    assert few.table[["open", "mark"]].to_numpy().tolist() == [[2, ""]]  # of 22 visits: fewer than one in ten
    assert "visits still waiting when their source ended, whose waits are not in it: 2;" in few.base


@settings(max_examples=40)
@given(logs())
def test_open_waits_are_counted_visit_by_visit(log):
    summary = jm.summarise(log)
    gaps = summary.overall("gaps").to_arrow().to_pylist()
    for row in jm.delays(summary).table.itertuples():
        limit, code = row.p90_seconds * 1e6, summary.code(row.activity)
        assert row.open == sum(
            gap["count"]
            for gap in gaps
            if not gap["next_activity"] and gap["activity"] == code and gap["duration"] < limit
        )


# --- against a target, an earlier period, other segments -------------------------------------------------------------


def passes(days, *, activity="ask", start=0.0, customers=None):
    """Give the events of one transition, a journey for each duration in days."""
    who = range(len(days)) if customers is None else customers
    return [
        event
        for number, (took, name) in enumerate(zip(days, who, strict=True))
        for event in (
            (f"{activity}{start}-{name}-{number}", activity, start),
            (f"{activity}{start}-{name}-{number}", "answer", start + took),
        )
    ]


def test_a_share_of_passes_takes_longer_than_the_target():
    result = jm.delays(log_of(*passes([1] * 30 + [3] * 10)), reference="2d")
    row = result.table.iloc[0]
    assert (row["limit_seconds"] / 86_400, row["above_share"]) == (2, 0.25)
    assert 0.13 < row["above_low"] < 0.15  # Wald on the logit scale: 0.14 to 0.40
    assert 0.40 < row["above_high"] < 0.43
    assert row[["reference_share", "p_value", "q_value"]].isna().all()
    assert row["excess_low_seconds"] < row["excess_seconds"] == 10 * 86_400 < row["excess_high_seconds"]
    assert f"10 d ({row['excess_low_seconds'] / 86_400:.1f} d to {row['excess_high_seconds'] / 86_400:.0f} d)" in (
        result.headline
    )


def test_a_period_is_compared_with_what_nine_in_ten_took_in_the_one_before():
    before, after = list(range(1, 101)), [1] * 60 + [200] * 40
    log = log_of(*passes(before), *passes(after, start=500))
    found = jm.delays(log, since=at(400))
    row = days(found.table).iloc[0]
    assert row["count"] == 100
    assert row[["reference_seconds", "limit_seconds", "above_share"]].tolist() == [50.5, pytest.approx(90.1), 0.4]
    assert row["reference_share"] == 0.1
    assert row["excess_seconds"] == pytest.approx(40 * (200 - 50.5))
    assert row["p_value"] < 1e-5  # two proportions, 10 and 40 of 100: z = 4.9
    low, high = (f"{100 * row[end]:.0f} %" for end in ("above_low", "above_high"))
    assert found.headline == (
        "1 of 1 transitions are slower than their reference beyond chance, most surely between “ask” and “answer”: "
        f"40 % ({low} to {high}) of 100 passes take more than 90 d, there 10 % (median 24 h, there 50 d)."
    )
    assert "linked to the period or segment, not shown to be caused by it" in found.base


def test_since_is_the_same_as_the_log_of_earlier_journeys_as_reference():
    log = log_of(*passes(range(1, 61)), *passes(range(2, 92), start=500), *passes([3], activity="other", start=500))
    early, late = log.where(until=at(100)), log.where(since=at(400))
    columns = ["count", "customers", *days(jm.delays(log).table).filter(regex="_seconds|above|value").columns]
    pd.testing.assert_frame_equal(
        jm.delays(log, since=at(400)).table[columns], jm.delays(late, reference=early).table[columns]
    )


def test_quicker_is_not_slower():
    log = log_of(*passes(range(1, 101)), *passes([1] * 100, start=500))
    found = jm.delays(log, since=at(400))
    assert found.table["p_value"].tolist() == [1]
    assert found.headline == "None of 1 transitions is slower than its reference beyond chance."


@pytest.mark.parametrize(("early", "late"), [(29, 200), (200, 29)])
def test_fewer_than_thirty_passes_on_a_side_are_not_tested(early, late):
    log = log_of(*passes(range(1, early + 1)), *passes([999] * late, start=2000))
    table = jm.delays(log, since=at(1000)).table
    assert table[["p_value", "q_value"]].isna().all().all()
    assert table["above_share"].tolist() == [1]


def test_the_best_segment_is_that_with_the_smallest_median_of_thirty_passes():
    days_of = {"north": [2] * 40, "south": [1] * 30 + [5] * 10, "few": [0.5] * 29}
    events = [event for name, took in days_of.items() for event in passes(took, customers=[name] * len(took))]
    segment = [name for name, took in days_of.items() for _ in range(2 * len(took))]
    table = jm.delays(log_of(*events, segment=segment), by="segment", reference="best segment").table
    rows = days(table).set_index("segment")
    assert rows["best_segment"].tolist() == ["south"] * 3
    assert rows["reference_seconds"].tolist() == [1, 1, 1]
    assert rows["excess_seconds"].to_dict() == {"north": 40, "south": 40, "few": 0}
    assert rows["p_value"].isna().to_dict() == {"north": False, "south": False, "few": True}
    assert rows.loc["south", "p_value"] == 1  # it is no slower than itself


def test_segments_stand_for_themselves_where_there_is_no_other_reference():
    log = log_of(*STORY, segment=["x"] * 4 + ["y"] * 3)
    for given_log in (log, jm.summarise(log, by="segment")):
        table = days(jm.delays(given_log, by="segment").table)
        assert sorted(table[["activity", "segment", "median_seconds"]].itertuples(index=False, name=None)) == [
            ("answer", "x", 1),
            ("ask", "x", 4),
            ("ask", "y", 3),
        ]


# --- opening hours ---------------------------------------------------------------------------------------------------

NINE_TO_FIVE = jm.OpeningHours("Mo-Fr 09:00-17:00", tz="UTC")


def test_a_call_back_after_three_working_hours_takes_as_long_on_every_day_of_the_week():
    rng = np.random.default_rng(0)
    asked = rng.uniform(0, 24 * 7 * 20, 3_000)  # hours since Monday, the sixth of May 2024, 00:00
    answered = _after_work(_work_before(asked) + rng.gamma(3, 1, len(asked)))
    weekday = (asked // 24 % 7).astype(int)
    events = [
        event
        for number, (day, a, b) in enumerate(zip(weekday, asked, answered, strict=True))
        for event in ((str(number), f"call {day}", 5 + a / 24), (str(number), "call back", 5 + b / 24))
    ]
    medians = [
        jm.delays(log_of(*events), **options).table.set_index("activity")["median_seconds"].sort_index() / 3600
        for options in ({}, {"calendar": NINE_TO_FIVE})
    ]
    assert medians[0].min() < 10.5
    assert medians[0].max() > 45
    assert medians[1].between(2.4, 3).all()


def _work_before(hours):
    """Give the working hours, 9 to 17 from Monday to Friday, before some hours since a Monday."""
    week, rest = np.divmod(hours, 168)
    day, hour = np.divmod(rest, 24)
    return 40 * week + np.where(day < 5, 8 * day + np.clip(hour - 9, 0, 8), 40)


def _after_work(work):
    week, rest = np.divmod(work, 40)
    day, hour = np.divmod(rest, 8)
    return 168 * week + 24 * day + 9 + hour


def test_the_hours_of_the_channel_that_acts_next_decide_and_other_channels_never_close():
    events = [("a", "mail", 2.5), ("a", "answer", 5.5), ("a", "visit", 6), ("a", "mail", 12.5)]  # from Friday noon
    log = log_of(*events, channel=["web", "mail", "web", "mail"])
    table = days(jm.delays(log, calendar={"mail": NINE_TO_FIVE}).table).set_index("activity")
    hours = (24 * table["median_seconds"]).to_dict()
    assert hours == {"mail": 5 + 3, "answer": 12, "visit": 4 * 8 + 3}  # Friday 12 to Monday 12; by the clock; a week


def test_a_calendar_of_a_channel_that_does_not_occur_is_refused():
    log = log_of(("a", "x", 0), ("a", "y", 1), channel=["mail", "web"])
    with pytest.raises(UnknownNameError, match=r"^channel 'mial' with opening hours does not occur. Did you mean"):
        jm.delays(log, calendar={"mial": NINE_TO_FIVE})


@pytest.mark.parametrize("calendar", ["Mo-Fr 09:00-17:00", {"mail": "24/7"}])
def test_what_is_no_calendar_is_refused(calendar):
    log = log_of(("a", "x", 0), ("a", "y", 1), channel=["mail", "web"])
    with pytest.raises(OptionError, match=r"^a calendar is OpeningHours, such as OpeningHours\('Mo-Fr"):
        jm.delays(log, calendar=calendar)


@settings(max_examples=15)
@given(logs(max_events=8))
def test_hours_around_the_clock_change_nothing_in_any_zone(log):
    always = jm.OpeningHours("24/7", tz="Europe/Amsterdam")
    expected = jm.delays(log).table
    pd.testing.assert_frame_equal(jm.delays(log, calendar=always).table, expected)
    pd.testing.assert_frame_equal(jm.delays(log, calendar=dict.fromkeys(log.channels, always)).table, expected)


# --- waiting and service ---------------------------------------------------------------------------------------------


def with_ends(*events):
    """Make a log of (case, activity, begin, end) in days; an end may be unknown."""
    log = log_of(*(event[:3] for event in events), channel=["desk"] * len(events))
    ends = [None if event[3] is None else START + round(event[3] * DAY) for event in events]
    return jm.EventLog.of(log.table.append_column("end_timestamp", pa.array(ends, TIME)), sources=log.sources)


SERVED = with_ends(
    ("a", "call", 0, 1),
    ("a", "visit", 4, 6),
    ("b", "call", 0, 3),
    ("b", "visit", 2, 2.5),  # begins before the call has ended: nothing was waited for
    ("c", "call", 0, None),
    ("c", "visit", 8, 9),
)


def test_waiting_and_service_stand_apart_where_ends_are_logged():
    row = days(jm.delays(SERVED).table).iloc[0]
    names = ["count", "median_seconds", "median_waiting_seconds", "median_service_seconds"]
    assert row[names].tolist() == [3, 4, 1.5, 2]  # 4, 2 and 8; 3 and 0; 1 and 3
    assert "all that one time for each event tells" not in jm.delays(SERVED).base
    assert "median_waiting_seconds" not in jm.delays(log_of(*STORY)).table


@pytest.mark.parametrize(
    ("time", "median", "words"),
    [
        ("waiting", 1.5, "from the end of one event to the begin of the next"),
        ("service", 2, "from begin to end of one"),
    ],
)
def test_waiting_or_service_can_be_what_is_ranked(time, median, words):
    found = jm.delays(SERVED, time=time, reference="12h")
    row = days(found.table).iloc[0]
    assert row[["count", "customers", "median_seconds"]].tolist() == [2, 2, median]
    assert row["excess_seconds"] == {"waiting": 2.5, "service": 0.5 + 2.5}[time]
    assert f"{words} (left out, since their end is not logged: 1)" in found.base
    assert found.headline.startswith(f"Most {time} beyond the reference adds up between “call” and “visit”")


def test_service_counts_in_the_hours_of_its_own_channel():
    log = with_ends(("a", "call", 2.5, 5.5), ("a", "visit", 6, None))  # Friday noon to Monday noon
    row = jm.delays(log, time="service", calendar={"desk": NINE_TO_FIVE}).table.iloc[0]
    assert row["median_seconds"] == 8 * 3600


def test_a_time_that_nobody_knows_is_refused():
    with pytest.raises(UnknownOptionError, match=r"^time cannot be 'wait'. Did you mean 'waiting'"):
        jm.delays(SERVED, time="wait")


def test_an_end_before_all_begins_is_in_reach_of_the_calendar():
    log = with_ends(("a", "call", 2.5, -30), ("a", "visit", 5.5, 5.6))
    row = jm.delays(log, time="service", calendar=NINE_TO_FIVE).table.iloc[0]
    assert row["median_seconds"] == 0
    row = jm.delays(log, time="waiting", calendar=NINE_TO_FIVE).table.iloc[0]
    assert row["median_seconds"] == (25 * 8 + 3) * 3600  # 22 workdays of April, three of May, Monday morning


def test_waiting_cannot_be_told_from_one_time_for_each_event():
    with pytest.raises(OptionError, match="time='waiting' needs the column 'end_timestamp': with one time"):
        jm.delays(log_of(*STORY), time="waiting")


# --- options that exclude one another --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "2024-05-03T00:00Z", "by": "activity"}, "since= is a reference itself"),
        ({"reference": "best segment"}, "needs by=, the column of the segments"),
        ({"confidence": 1}, "confidence must lie between 0 and 1"),
    ],
)
def test_options_that_exclude_one_another_are_refused(options, words):
    with pytest.raises(OptionError, match=words):
        jm.delays(log_of(*STORY), **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "2024-05-03T00:00Z"}, "a summary does not know when journeys began"),
        ({"calendar": NINE_TO_FIVE}, "a summary knows how long transitions took, not when"),
        ({"by": "activity"}, r"this summary was made by=None; make it with summarise\(log, by='activity'\)"),
    ],
)
def test_what_a_summary_does_not_know_is_refused(options, words):
    with pytest.raises(OptionError, match=words):
        jm.delays(jm.summarise(log_of(*STORY)), **options)


# --- what simulations show -------------------------------------------------------------------------------------------


def test_a_transition_that_became_slower_stands_first_though_others_are_slower_by_far():
    first = []
    for seed in range(20):
        log, slowed = transitions(np.random.default_rng(seed), slowed=0.2)
        first.append(jm.delays(log, since=CHANGE).table["activity"].iloc[0] == f"a{slowed}")
    assert np.mean(first) >= 0.9


def test_transitions_that_did_not_change_are_hardly_ever_called_slower():
    logs_of = [transitions(np.random.default_rng(seed), number=100, passes_each=3)[0] for seed in range(12)]
    found = [jm.delays(log, since=CHANGE) for log in logs_of]
    assert sum(len(result.slower) > 0 for result in found) <= 2
    assert 0.02 <= np.mean(np.concatenate([result.table["p_value"].dropna() for result in found]) < 0.05) <= 0.08


# --- pictures --------------------------------------------------------------------------------------------------------


def test_excess_is_drawn_as_bars_with_intervals_and_a_comparison_as_shares():
    log = log_of(*passes(range(1, 101)), *passes([1] * 60 + [200] * 40, start=500))
    excess = jm.delays(log)
    ax = excess.plot()
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(excess.table["excess_seconds"] / 86_400)
    low, high = (excess.table[f"excess_{end}_seconds"].iloc[0] / 86_400 for end in ("low", "high"))
    assert ax.collections[0].get_segments()[0][:, 0].tolist() == pytest.approx([low, high])
    ax = jm.delays(log, since=at(400)).plot()
    assert ax.get_xlabel() == "passes above the limit, %"
    assert [text.get_text() for text in ax.get_yticklabels()] == ["ask → answer"]
    middle, half = (lines.get_segments()[0][:, 0].tolist() for lines in excess.plot_times().collections[:2])
    assert middle == pytest.approx(excess.table[["p10_seconds", "p90_seconds"]].to_numpy()[0])
    assert half == pytest.approx(excess.table[["p25_seconds", "p75_seconds"]].to_numpy()[0])


# --- against pandas --------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(logs())
def test_figures_are_those_of_pandas(log):
    frame = log.to_pandas().astype({"case_id": str, "activity": str})
    frame["who"] = frame["customer"].astype(object).where(frame["customer"].notna(), frame["case_id"])
    frame["next_activity"] = frame.groupby("case_id", sort=False)["activity"].shift(-1)
    frame["seconds"] = -frame.groupby("case_id", sort=False)["timestamp"].diff(-1).dt.total_seconds()
    groups = frame.dropna(subset="next_activity").groupby(["activity", "next_activity"])
    expected = groups.agg(count=("seconds", "size"), customers=("who", "nunique"), median=("seconds", "median"),
                          p90=("seconds", lambda values: np.quantile(values, 0.9)))  # fmt: skip
    found = jm.delays(log).table.set_index(["activity", "next_activity"]).sort_index()
    assert found.index.tolist() == expected.index.tolist()
    assert found["count"].tolist() == expected["count"].tolist()
    assert found["customers"].tolist() == expected["customers"].tolist()
    assert found["median_seconds"].tolist() == pytest.approx(expected["median"].tolist())
    assert found["p90_seconds"].tolist() == pytest.approx(expected["p90"].tolist())
    beyond = groups["seconds"].agg(lambda values: np.maximum(values - values.median(), 0).sum())
    assert found["excess_seconds"].tolist() == pytest.approx(beyond.tolist(), abs=1e-6)


@settings(max_examples=40)
@given(logs())
def test_rows_stand_by_their_sure_excess_and_a_summary_gives_the_same(log):
    table = jm.delays(log, reference="1s").table
    ranks = [(-row.excess_low_seconds, -row.excess_seconds, row.activity) for row in table.itertuples()]
    assert ranks == sorted(ranks)
    pd.testing.assert_frame_equal(jm.delays(jm.summarise(log), reference="1s").table, table)
