"""Compare: figures by hand, false alarms and power by simulation, and Simpson's paradox with the right sign."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import chi2_contingency

import journeymine as jm
from journeymine.errors import (
    OptionError,
    UnknownActivityError,
    UnknownColumnError,
    UnknownNameError,
    UnknownOptionError,
    WindowError,
)
from tests.segments import late_recruits, mixed_channels, zipf_variants
from tests.small import at, log_of
from tests.strategies import logs


def visits(counts, **options):
    """Make a log of one journey a customer: how many of each segment go from "visit" to each next activity."""
    rows = [(segment, step) for (segment, step), count in counts.items() for _ in range(count)]
    events = [
        (f"c{case}", name, place) for case, (_, step) in enumerate(rows) for place, name in enumerate(["visit", step])
    ]
    segments = [segment for segment, _ in rows for _ in range(2)]
    return log_of(*events, segment=segments, **options)


@pytest.fixture(scope="module")
def shops():
    return visits({("new", "buy"): 60, ("new", "leave"): 40, ("old", "buy"): 90, ("old", "leave"): 110})


def row(result, **names):
    """Give the one row of a table with some names."""
    table = result.table
    for name, value in names.items():
        table = table[[found == value for found in table[name]]]
    assert len(table) == 1
    return table.iloc[0]


# --- figures by hand -------------------------------------------------------------------------------------------------


def test_two_segments_are_compared_second_minus_first(shops):
    found = row(jm.compare(shops, by="segment", runs=19), variant=("visit", "buy"))
    assert (found["segment"], found["against"], found["n"], found["other_n"]) == ("old", "new", 200, 100)
    assert (found["share"], found["other_share"]) == (0.45, 0.6)
    assert found["difference"] == pytest.approx(-0.15)
    assert found["low"] < -0.15 < found["high"] < 0
    assert found["customers"] == 150
    assert found["effect"] == pytest.approx(2 * (np.arcsin(np.sqrt(0.45)) - np.arcsin(np.sqrt(0.6))))


def test_the_smallest_detectable_effect_is_that_of_the_usual_formula(shops):
    found = row(jm.compare(shops, by="segment", runs=19), variant=("visit", "buy"))
    error = np.sqrt(0.5 * 0.5 * (1 / 100 + 1 / 200))
    assert found["detectable"] == pytest.approx(2.8 * error, rel=0.2)


def test_the_overall_test_is_the_chi_square_of_the_table(shops):
    from journeymine.summary.cells import Cells
    from journeymine.summary.shuffles import shuffled

    cells = Cells.by_column(shops, "segment")
    buys = cells.arrays.codes[cells.arrays.lasts].astype(int)
    lots = shuffled(cells, buys, cells.known, runs=99, seed=0)
    oracle = chi2_contingency([[60, 40], [90, 110]], correction=False)
    assert lots.chi_squares[0] == pytest.approx(oracle.statistic)
    assert lots.chi_squares[1:].mean() == pytest.approx(1, abs=0.4)
    assert jm.compare(shops, by="segment").p_value == pytest.approx(oracle.pvalue, abs=0.015)


def test_of_several_segments_each_is_compared_with_the_rest_or_with_a_baseline():
    log = visits({(name, step): count for name, count in zip("abc", (30, 60, 90), strict=True) for step in ("x", "y")})
    rest = jm.compare(log, by="segment", what="transitions", runs=19)
    assert row(rest, segment="a", next_activity="x")["against"] == "the rest"
    assert row(rest, segment="a", next_activity="x")["other_n"] == 300
    against = jm.compare(log, by="segment", baseline="b", what="transitions").table
    assert set(against["segment"]) == {"a", "c"}
    assert set(against["against"]) == {"b"}


def test_courses_of_few_customers_stand_together():
    log = visits({("a", "x"): 50, ("b", "x"): 50, ("a", "rare"): 3, ("b", "seldom"): 4})
    found = jm.compare(log, by="segment", runs=19)
    assert set(found.table["variant"]) == {("visit", "x"), ("other",)}
    assert row(found, variant=("other",))["customers"] == 7


def test_a_segment_of_one_journey_does_not_hide_what_the_others_do():
    counts = {("web", "buy"): 200, ("web", "leave"): 100, ("desk", "buy"): 40, ("desk", "leave"): 60}
    alone, beside = (jm.compare(visits(counts | more), by="segment") for more in ({}, {("fax", "buy"): 1}))
    assert beside.p_value < 0.01
    mine = row(alone, variant=("visit", "buy"), segment="web")
    found = row(beside, variant=("visit", "buy"), segment="web")
    assert mine["p_value"] < 0.01
    assert found["p_value"] == pytest.approx(mine["p_value"], rel=0.5)
    assert found["high"] - found["low"] == pytest.approx(mine["high"] - mine["low"], rel=0.05)


def test_what_is_too_rare_to_tell_is_not_tested():
    log = visits({("a", "x"): 4, ("b", "x"): 500, ("a", "y"): 1, ("b", "y"): 500})
    assert jm.compare(log, by="segment", what="transitions").table["p_value"].isna().all()


def test_funnel_steps_are_shares_of_those_who_reached_the_step_before(shops):
    found = jm.compare(shops, by="segment", what="funnel", steps=["visit", "buy"], runs=99)
    assert row(found, step="buy")["step_share"] == 0.45
    sizes, reached = "new 100, old 200, of 300 customers over 24 h", "300 journeys that reach “visit”"
    assert found.base.startswith(f"Journeys by segment: {sizes}; {reached}")


def test_drop_off_is_that_of_each_segment_alone():
    log = log_of(
        *[(f"{name}{case}", "visit", 0) for name in "ab" for case in range(40)],
        *[(f"{name}{case}", "buy", 1) for name, back in (("a", 10), ("b", 30)) for case in range(back)],
        until=10,
        segment=["a"] * 40 + ["b"] * 40 + ["a"] * 10 + ["b"] * 30,
    )
    found = row(jm.compare(log, by="segment", what="dropoff", goal="buy", within="3d"), activity="visit")
    assert (found["rate"], found["other_rate"]) == (0.25, 0.75)
    assert found["p_value"] < 0.001


def test_delays_show_medians_and_their_ratio():
    waits = [
        (name, 1 + (case % 9 - 4) / 10 if name == "a" else 2 + (case % 9 - 4) / 10)
        for name in "ab"
        for case in range(45)
    ]
    log = log_of(
        *[(f"c{case}", "ask", 0) for case in range(90)],
        *[(f"c{case}", "answer", wait) for case, (_, wait) in enumerate(waits)],
        segment=[name for name, _ in waits] * 2,
    )
    found = row(jm.compare(log, by="segment", what="delays"), activity="ask")
    assert (found["median_seconds"], found["other_median_seconds"]) == (2 * 86_400, 86_400)
    assert found["ratio"] == 2
    assert found["low_seconds"] < 86_400 < found["high_seconds"]
    assert found["p_value"] < 0.001


def test_before_and_after_are_told_by_when_a_journey_began():
    log = log_of(*[(f"c{case}", "visit" if case < 40 else "call", case) for case in range(80)], until=200)
    found = jm.compare(log, since=at(40), runs=99)
    assert found.segments == ("before", "since")
    assert row(found, variant=("call",))["share"] == 1
    assert found.p_value < 0.05


def test_journeys_without_a_segment_are_left_out_and_counted():
    log = visits({("a", "x"): 30, ("b", "x"): 30, (None, "x"): 5})
    assert "(5 journeys without a value of 'segment' left out)" in jm.compare(log, by="segment", runs=19).base


# --- false alarms, power and confounding -----------------------------------------------------------------------------


def alarms(make, times, **options):
    """Give how often segments are said to differ."""
    found = [jm.compare(make(np.random.default_rng(time)), by="segment", **options) for time in range(times)]
    return np.mean([result.p_value <= 0.05 for result in found])


@pytest.mark.slow
def test_without_a_difference_alarms_are_as_rare_as_promised_though_courses_are_many():
    assert 0.03 <= alarms(lambda rng: zipf_variants(300, rng), 200, runs=199) <= 0.07


@pytest.mark.slow
def test_six_journeys_of_each_customer_are_no_six_customers():
    assert 0.03 <= alarms(lambda rng: zipf_variants(120, rng, journeys=6), 200, runs=199) <= 0.07


def test_a_shift_of_five_points_is_mostly_seen():
    assert alarms(lambda rng: zipf_variants(1_000, rng, shift=0.05), 40, runs=59) > 0.65  # that of METHODS F3


@pytest.mark.slow
def test_late_recruits_do_not_seem_to_drop_off_more():
    assert 0.03 <= alarms(lambda rng: late_recruits(400, rng), 300, what="dropoff", goal="a1") <= 0.07


def test_slower_journeys_are_seen_though_many_are_open():
    assert alarms(lambda rng: late_recruits(400, rng, slower=2.5), 20, what="throughput", goal="a1") > 0.6


@pytest.mark.slow
def test_late_recruits_do_not_seem_slower():
    assert 0.03 <= alarms(lambda rng: late_recruits(400, rng), 300, what="throughput", goal="a1") <= 0.07


def test_simpsons_paradox_comes_out_with_the_right_sign():
    log = mixed_channels(20_000, np.random.default_rng(1))
    raw = row(jm.compare(log, by="segment", runs=19), variant=("a1",))
    held = row(jm.compare(log, by="segment", adjust="start", runs=19), variant=("a1",))
    assert raw["high"] < -0.05
    assert held["low"] < 0.03 < held["high"]
    assert held["difference"] > 0.01


def test_drop_off_before_and_after_is_seen_at_the_same_follow_up():
    rng = np.random.default_rng(5)
    seen = []
    for _ in range(20):
        log = late_recruits(600, rng)
        border = at(60)
        seen.append(jm.compare(log, since=border, what="dropoff", goal="a1"))
    assert np.mean([found.p_value < 0.05 for found in seen]) <= 0.2
    assert all("each followed for 21 d" in found.base or "each followed for 20 d" in found.base for found in seen)


@settings(max_examples=15)
@given(logs(min_events=1))
def test_any_log_is_compared_or_says_why_not(log):
    for what, options in {"variants": {"runs": 9}, "dropoff": {}, "transitions": {}, "delays": {}}.items():
        try:
            found = jm.compare(log, by="channel", what=what, min_customers=1, **options)
        except OptionError as error:
            assert "at least two segments" in str(error)  # noqa: PT017 - a log may or may not have them
        else:
            shown = found.table[["p_value", "q_value"]].to_numpy()
            assert ((shown >= 0) & (shown <= 1) | np.isnan(shown)).all()


# --- results and errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["variants", "dropoff", "delays", "transitions", "funnel", "throughput"])
def test_every_comparison_has_a_sentence_a_base_and_a_picture(what):
    log = visits({(name, step): 30 for name in ("new", "old") for step in ("buy", "leave")}, until=9)
    options = {
        "funnel": {"steps": ["visit", "buy"], "runs": 19},
        "throughput": {"goal": "buy"},
        "variants": {"runs": 19},
    }
    found = jm.compare(log, by="segment", what=what, **options.get(what, {}))
    assert found.headline.startswith("No difference in")
    assert "linked to the segment, not shown to be caused by it" in found.base
    assert len(found.plot().get_yticks()) == len(found.table)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({}, OptionError, "either by="),
        ({"by": "segment", "since": at(1)}, OptionError, "either by="),
        ({"by": "segmnt"}, UnknownColumnError, "Did you mean 'segment'"),
        ({"by": "activity"}, OptionError, "at least two segments"),
        ({"since": at(400)}, OptionError, "all journeys began before"),
        ({"by": "segment", "what": "variant"}, UnknownOptionError, "Did you mean 'variants'"),
        ({"by": "segment", "baseline": "odl"}, UnknownNameError, "Did you mean 'old'"),
        ({"by": "segment", "confidence": 95}, OptionError, "between 0 and 1"),
        ({"by": "segment", "what": "funnel"}, OptionError, "needs steps="),
        ({"by": "segment", "what": "funnel", "steps": ["visit", "by"]}, UnknownActivityError, "Did you mean 'buy'"),
        ({"by": "segment", "what": "throughput"}, OptionError, "needs goal="),
        ({"by": "segment", "what": "throughput", "goal": "by"}, UnknownActivityError, "Did you mean 'buy'"),
        ({"by": "segment", "what": "dropoff", "within": "40d"}, WindowError, "The longest window"),
        ({"by": "segment", "what": "delays", "adjust": "activity"}, OptionError, "not possible"),
    ],
)
def test_what_cannot_be_compared_is_said_with_the_next_step(shops, options, error, text):
    log = visits({("new", "buy"): 20, ("old", "leave"): 20}) if options.get("adjust") is None else mixed_starts()
    with pytest.raises(error, match=text):
        jm.compare(log, **options)


def mixed_starts():
    return log_of(*[(f"c{case}", "xy"[case % 2], case) for case in range(40)], segment=["a", "a", "b", "b"] * 10)


def test_a_summary_cannot_be_compared(shops):
    with pytest.raises(OptionError, match="give the log itself"):
        jm.compare(jm.summarise(shops, by="segment"), by="segment")


# --- how far apart as a whole ----------------------------------------------------------------------------------------


def test_segments_that_take_other_courses_are_as_far_apart_as_the_courses_differ():
    log = visits({("new", "buy"): 100, ("old", "buy"): 50, ("old", "leave"): 50})
    found = jm.compare(log, by="segment").distances
    assert found[["segment", "against", "coverage"]].to_numpy().tolist() == [["old", "new", 1]]
    # half of the journeys of one would have to change one of their two activities
    assert found["distance"].iloc[0] + found["by_chance"].iloc[0] == pytest.approx(0.25)
    assert 0 < found["by_chance"].iloc[0] < 0.05
    assert found["p_value"].iloc[0] == 1 / 50


def test_each_of_several_segments_has_a_distance_from_the_rest():
    log = visits({(name, step): 60 for name in "abc" for step in ("buy", "leave")} | {("d", "call"): 90})
    found = jm.compare(log, by="segment").distances
    assert found["segment"].tolist() == ["a", "b", "c", "d"]
    assert set(found["against"]) == {"the rest"}
    assert found.set_index("segment")["distance"].idxmax() == "d"


def test_segments_alike_are_at_no_distance():
    found = jm.compare(zipf_variants(2_000, np.random.default_rng(4)), by="segment").distances
    assert abs(found["distance"].iloc[0]) < 0.2 * found["by_chance"].iloc[0]
    assert found["p_value"].iloc[0] > 0.05
    assert found["coverage"].iloc[0] < 0.7


def test_without_courses_or_lots_there_are_no_distances(shops):
    assert len(jm.compare(shops, by="segment", runs=0).distances) == 0
    found = jm.compare(shops, by="segment", what="transitions").distances
    assert found.columns.tolist() == ["segment", "against", "distance", "by_chance", "p_value", "coverage"]
    assert len(found) == 0
