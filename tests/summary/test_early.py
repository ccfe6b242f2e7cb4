"""Journeys that may have begun before the log did."""

import journeymine as jm
from journeymine.summary.early import early_starts, usual_return
from tests.small import DAY, log_of


def test_the_usual_return_of_a_log_is_that_of_all_its_activities_together():
    steps = [(f"c{n}", name, day) for n in range(100) for name, day in [("visit", 0), ("buy", (n + 1) / 10)]]
    assert usual_return(jm.summarise(log_of(*steps, until=100))) == 9.5 * DAY
    assert usual_return(jm.summarise(log_of(("a", "visit", 0), until=9))) == 0


def test_journeys_that_begin_within_a_usual_return_of_the_logs_begin_are_counted():
    log = log_of(
        ("a", "visit", 0), ("a", "buy", 2), ("b", "visit", 1.9), ("c", "visit", 2.2), ("d", "visit", 8), until=9
    )
    assert early_starts(jm.summarise(log)) == 2  # two days is the usual return
    assert early_starts(jm.summarise(log.where(customer="d"))) == 1
    assert early_starts(jm.summarise(log_of())) == 0


def test_starts_of_parts_add_up():
    log = log_of(("a", "visit", 0), ("a", "buy", 2), ("b", "visit", 1.9), ("c", "visit", 2.2), until=9)
    halves = jm.summarise(log.where(customer=["a", "b"])) + jm.summarise(log.where(customer="c"))
    assert early_starts(halves) == early_starts(jm.summarise(log)) == 2
    assert jm.journey_graph(halves).graph["early_starts"] == 2
    assert "4 journeys" not in jm.journey_map(log).base
    assert "3 journeys over 9 d, of which 2 began so near the log's begin" in jm.journey_map(log).base
