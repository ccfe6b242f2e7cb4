"""Gap sensitivity: the figures of cutting anew at each gap, and a plateau only where there is one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.analytics.plateau import plateau_of
from journeymine.errors import OptionError, UnknownActivityError, WindowError
from tests.simulation import clustered_customers, journeys
from tests.small import log_of
from tests.strategies import logs


def figure(found, name, days, activity=""):
    """Give the one row of a figure at a gap."""
    table = found.table
    rows = table[(table["figure"] == name) & (table["activity"] == activity) & (table["gap_seconds"] == days * 86_400)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def two():
    """Two customers: one asks on days 0, 1 and 10 and buys on day 11, the other asks on days 0 and 29."""
    asks = [("a", "ask", 0), ("a", "ask", 1), ("a", "ask", 10), ("a", "buy", 11), ("a", "ask", 12)]
    return jm.gap_sensitivity(
        log_of(*asks, ("b", "ask", 0), ("b", "ask", 29), until=40), gaps=["20d", "5d", "2d"], goal="buy"
    )


def test_journeys_are_cut_at_longer_silences_and_at_the_goal(two):
    # 5 d: a 0–1, a 10–11, a 12, b 0, b 29; 20 d: a 0–11, a 12, b 0, b 29
    assert [figure(two, "journeys_per_customer", days)["value"] for days in (2, 5, 20)] == [2.5, 2.5, 2]
    assert [figure(two, "events_per_journey", days)["value"] for days in (5, 20)] == [7 / 5, 7 / 4]
    assert [figure(two, "events_per_journey", days)["n"] for days in (5, 20)] == [5, 4]


def test_a_journey_is_open_while_its_silence_is_shorter_than_the_gap(two):
    # at day 40, 28 days after the visit of day 12 and 11 after that of day 29
    assert [figure(two, "open_share", days)["value"] for days in (5, 20)] == [0, 1 / 4]


def test_the_goal_rate_counts_open_journeys_while_they_were_watched(two):
    assert figure(two, "goal_rate", 5)["value"] == pytest.approx(1 / 5)
    # at 20 days a buys after 11 d, and b, who came on day 29, was watched for that long
    assert figure(two, "goal_rate", 20)["value"] == pytest.approx(1 / 4)


def test_drop_off_is_the_share_of_visits_that_nothing_follows_within_the_gap(two):
    # six visits “ask”; within 5 d those of days 0, 10 of a are followed; within 20 d that of day 1 too,
    # and that of b on day 29 was watched for 11 d
    assert figure(two, "dropoff_rate", 5, "ask")["value"] == pytest.approx(4 / 6)
    assert figure(two, "dropoff_rate", 20, "ask")["value"] == pytest.approx(3 / 6)
    assert figure(two, "dropoff_rate", 5, "ask")["n"] == 6


def test_one_row_a_gap_is_there_for_the_eye(two):
    assert two.wide.index.tolist() == [2 * 86_400, 5 * 86_400, 20 * 86_400]
    assert two.wide["dropoff_rate of ask"].tolist() == pytest.approx([4 / 6, 4 / 6, 3 / 6])


@pytest.mark.parametrize("gap", ["3d", "14d"])
def test_figures_are_those_of_a_log_cut_at_the_gap(gap):
    log = journeys(400, 60, np.random.default_rng(0))
    found = jm.gap_sensitivity(log, gaps=["1d", gap], goal="buy")
    cut = jm.cut(log, gap=gap, end="buy")
    days = int(gap[:-1])
    per_customer = figure(found, "journeys_per_customer", days)
    assert per_customer["value"] * per_customer["n"] == pytest.approx(cut.num_cases)
    assert figure(found, "top_share", days)["value"] == pytest.approx(jm.variants(cut, top=10).table["share"].sum())
    rates = jm.dropoff(cut, goal="buy", within=gap).table.set_index("activity")
    for name in ("web", "quote"):
        shown = figure(found, "dropoff_rate", days, name)
        assert shown["value"] == pytest.approx(rates.loc[name, "rate"], abs=1e-12)
        assert shown["low"] == pytest.approx(rates.loc[name, "low"], abs=1e-3)


def test_the_goal_rate_does_not_depend_on_how_many_journeys_are_open():
    """Journeys seen for 60 days, beside the same ones seen for 240 days and followed for as long as 60 days allow."""
    rates, later = [], []
    for seed in range(4):
        log = journeys(4_000, 240, np.random.default_rng(seed))
        early = jm.gap_sensitivity(log.where(until="2024-06-30T00:00Z"), gaps=["7d", "14d"], goal="buy")
        rates.append(figure(early, "goal_rate", 14)["value"])
        same = jm.cut(log, gap="14d", end="buy").where(until="2024-06-30T00:00Z", by="case")
        later.append(jm.time_to(same, goal="buy", within="42d").table["share"].iloc[-1])
    assert np.mean(rates) == pytest.approx(np.mean(later), abs=0.005)


@settings(max_examples=20)
@given(logs(min_events=2))
def test_a_longer_gap_never_gives_more_journeys(log):
    try:
        found = jm.gap_sensitivity(log, gaps=["1s", "36h", "14d"])
    except WindowError:
        return
    many = found.wide["journeys_per_customer"].to_numpy()
    assert (np.diff(many) <= 0).all()
    assert found.headline.startswith(found.verdict)


def test_gaps_between_two_rhythms_are_a_plateau():
    """Three visits an hour apart, six times, 50 days apart."""
    rows = [
        (f"c{who}", "visit", 50 * time + hour / 24 + who / 10)
        for who in range(60)
        for time in range(6)
        for hour in range(3)
    ]
    found = jm.gap_sensitivity(log_of(*rows, until=320))
    assert (found.plateau.first_seconds, found.plateau.last_seconds) == (86_400, 30 * 86_400)
    assert (found.plateau.joined, found.plateau.moved) == (0, 0)
    assert found.verdict.startswith("Between 24 h and 30 d the answers hardly move")
    assert "24 h leaves the fewest journeys open (0 %)" in found.verdict


def test_silences_of_every_length_have_no_plateau():
    rng = np.random.default_rng(0)
    silences = np.exp(rng.uniform(np.log(0.1), np.log(100), (200, 8)))
    rows = [(f"c{who}", "visit", day) for who, days in enumerate(silences.cumsum(axis=1)) for day in days]
    found = jm.gap_sensitivity(log_of(*rows))
    assert found.plateau is None
    assert found.verdict.startswith("The answers depend on the gap")
    assert "From 24 h to 60 d journeys per customer go from" in found.headline


def test_gaps_too_short_to_join_anything_are_no_plateau():
    table = pd.DataFrame(
        [
            (gap, name, "", value)
            for name, values in {
                "journeys_per_customer": [8, 8, 4],
                "events_per_journey": [1, 1, 2],
                "top_share": [1, 1, 1],
            }.items()
            for gap, value in zip([60, 600, 86_400], values, strict=True)
        ],
        columns=["gap_seconds", "figure", "activity", "value"],
    )
    assert plateau_of(table) is None


def test_less_than_a_doubling_is_no_plateau():
    rows = [(f"c{who}", "visit", 50 * time + hour) for who in range(9) for time in range(6) for hour in (0, 0.1)]
    assert jm.gap_sensitivity(log_of(*rows), gaps=["10d", "15d"]).plateau is None
    assert jm.gap_sensitivity(log_of(*rows), gaps=["10d", "20d"]).plateau is not None


def test_events_of_nobody_are_left_out_and_counted():
    log = log_of(("a", "visit", 0), ("a", "visit", 9), ("n", "visit", 3), customer=["a", "a", None], until=30)
    found = jm.gap_sensitivity(log, gaps=["1d", "10d"])
    assert found.wide["journeys_per_customer"].tolist() == [2, 1]
    assert found.base.startswith("2 events of 1 customer over 30 d, cut at 2 gaps; 1 event of nobody left out; ")


def test_gaps_that_are_too_long_for_the_log_are_left_out():
    found = jm.gap_sensitivity(clustered_customers(50, 40, np.random.default_rng(0)))
    assert found.wide.index.tolist() == [days * 86_400 for days in (1, 3, 7, 14)]
    assert "2 gaps longer than 0.7 of the log left out" in found.base


def test_each_rate_is_a_line_and_journeys_are_drawn_as_a_share_of_those_at_the_shortest_gap(two):
    ax = two.plot()
    drawn = {text.get_text(): line.get_ydata() for text, line in zip(ax.texts, ax.lines, strict=True)}
    assert drawn["journeys, of those at the left"].tolist() == pytest.approx([100, 100, 80])
    assert drawn["reach the goal"][0] == pytest.approx(20)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2 d", "5 d", "20 d"]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"goal": "byu"}, UnknownActivityError, "activity 'byu' never occurs. Did you mean 'buy'?"),
        (
            {"gaps": ["3d", "30d"]},
            WindowError,
            r"a log of 20 d can be cut at gaps of at most 14 d, and gaps=\('3d', '30d'\) has 1",
        ),
        ({"confidence": 95}, OptionError, "confidence must lie between 0 and 1, not 95"),
    ],
)
def test_what_cannot_be_answered_is_said_with_the_next_step(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.gap_sensitivity(log_of(("a", "visit", 0), ("a", "buy", 1), until=20), **options)


def test_a_summary_cannot_be_cut():
    with pytest.raises(OptionError, match=r"^a summary cannot be cut; give the log itself to gap_sensitivity$"):
        jm.gap_sensitivity(jm.summarise(log_of(("a", "visit", 0))))
