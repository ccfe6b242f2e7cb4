"""Time to the goal: what is said of it, and what is refused."""

import re

import numpy as np
import pytest

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError, WindowError
from tests.simulation import journeys
from tests.small import log_of

DAY = 86_400


def test_open_journeys_count_while_watched_and_other_ends_compete():
    log = log_of(
        *[("a", "visit", 0), ("a", "buy", 2), ("b", "visit", 0), ("b", "cancel", 3)],
        *[("c", "visit", 6), ("d", "visit", 0), ("d", "buy", 6)],
        until=10,
    )
    # one of four after 2 days, one of three cancels; c is seen for 4 days; the last one buys after 6
    result = jm.time_to(log, goal="buy", end="cancel", within="6d")
    last = result.table.iloc[-1]
    assert last["share"] == pytest.approx(1 / 4 + 1 / 2)
    assert last["other_end_share"] == pytest.approx(1 / 4)
    assert last["naive_share"] == 2 / 4
    assert (result.num_journeys, result.median_seconds, result.naive_median_seconds) == (4, 6 * DAY, 4 * DAY)


def test_journeys_of_nobody_count_and_are_no_customers():
    log = log_of(("a", "visit", 0), ("b", "visit", 0), ("b", "buy", 1), customer=["C", None, None], until=10)
    assert jm.time_to(log, goal="buy", within="6d").base.startswith("2 journeys of 1 customer over 10 d")


def test_the_table_goes_in_even_steps_to_the_window():
    table = jm.time_to(log_of(("a", "visit", 0), ("a", "buy", 2), until=10), goal="buy", within="5d").table
    assert table["within_seconds"].tolist() == pytest.approx((np.arange(121) / 120 * 5 * DAY).tolist())
    assert table["share"].tolist() == [0.0] * 48 + [1.0] * 73  # from two of five days on
    assert table["at_risk"].tolist() == [1] * 48 + [0] * 73


def test_by_default_journeys_are_followed_for_seven_tenths_of_the_log():
    table = jm.time_to(log_of(("a", "visit", 0), ("a", "buy", 2), until=10), goal="buy").table
    assert table["within_seconds"].iloc[-1] == 7 * DAY


def test_the_time_may_be_counted_from_a_later_touchpoint():
    log = log_of(("a", "visit", 0), ("a", "quote", 3), ("a", "buy", 4), ("b", "visit", 0), until=10)
    result = jm.time_to(log, goal="buy", start="quote")
    assert (result.num_journeys, result.median_seconds) == (1, DAY)


def test_the_answer_is_said_in_sentences():
    rows = [(f"c{n}", name, day) for n in range(40) for name, day in [("visit", 5), ("buy", 5 + n / 4)][: 1 + n % 2]]
    result = jm.time_to(log_of(("z", "visit", 0), *rows, until=40), goal="buy")
    shown = re.fullmatch(
        r"49 % \(\d\d % to \d\d %\) of journeys reach “buy” within 28 d; half of these need no longer than 4.8 d "
        r"\(\d.\d d to \d.\d d\); what the log shows alone would say 49 % and 5 d.",
        result.headline,
    )
    assert shown  # 20 of 41, and the tenth of the twenty after 19 / 4 days
    assert result.base == (
        "41 journeys of 41 customers over 40 d, each followed for 28 d; the 0 whose source ended before that count "
        "while watched (Aalen-Johansen); 41 began within 9.2 d of the log's begin, and perhaps before it; 95% "
        "intervals with the customer as unit; assumes no drift."
    )


def test_a_goal_that_nobody_reached_in_time_is_said():
    log = log_of(("a", "visit", 0), ("a", "buy", 9), until=10)
    assert jm.time_to(log, goal="buy", within="2d").headline == "No journey was seen to reach “buy” within 2 d."


def test_the_curve_is_drawn_with_its_interval_and_the_naive_count():
    ax = jm.time_to(journeys(300, 60, np.random.default_rng(0)), goal="buy").plot()
    naive, found = ax.lines
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("days", "reached “buy”, %")
    assert found.get_xdata()[-1] == pytest.approx(42, abs=0.1)
    assert found.get_ydata()[-1] > naive.get_ydata()[-1]
    assert found.get_drawstyle() == "steps-post"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "reached “buy”, with its interval",
        "naive count",
    ]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"goal": "byu"}, UnknownActivityError, "activity 'byu' never occurs. Did you mean 'buy'?"),
        ({"goal": "buy", "start": "visits"}, UnknownActivityError, "activity 'visits' never occurs"),
        ({"goal": "buy", "start": "buy"}, OptionError, "'buy' cannot both start and complete a journey"),
        ({"goal": "buy", "end": "visit", "start": "visit"}, OptionError, "'visit' cannot both start and complete"),
        ({"goal": "buy", "within": "9d"}, WindowError, "within='9d' is too long for a log of 10 d: too few journeys"),
        ({"goal": "buy", "confidence": 95}, OptionError, "confidence must lie between 0 and 1, not 95"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.time_to(log_of(("a", "visit", 0), ("a", "buy", 1), until=10), **options)


def test_a_summary_does_not_know_how_far_journeys_came():
    with pytest.raises(
        OptionError, match=r"^a summary does not know how far each journey has come; give the log itself"
    ):
        jm.time_to(jm.summarise(log_of(("a", "buy", 0))), goal="buy")
