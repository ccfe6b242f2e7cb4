"""What the interactive map reads: every name once, numbers only, and nothing about few customers."""

import json

import pytest

import journeymine as jm
from journeymine.reporting.map_data import map_data
from journeymine.reporting.map_segments import segment_differences
from tests.small import log_of


def taken(courses, first=0):
    """Let so many customers take each course."""
    people = enumerate((course for course, count in courses.items() for _ in range(count)), first)
    return [(f"c{number}", name, day) for number, course in people for day, name in enumerate(course)]


def map_of(courses, **options):
    return jm.journey_map(log_of(*taken(courses), until=60), within="5d", **options)


@pytest.fixture
def shop():
    return map_of({("visit", "basket", "pay"): 30, ("visit", "basket"): 20, ("visit", "call"): 4}, goal="pay")


def paths_of(data):
    names, paths = data["touchpoints"]["name"], data["paths"]
    return {(names[u], names[v]): count for u, v, count in zip(paths["from"], paths["to"], paths["count"], strict=True)}


def test_touchpoints_and_paths_have_their_figures(shop):
    data = map_data(shop)
    assert paths_of(data) == {("visit", "basket"): 50, ("basket", "pay"): 30, ("visit", "call"): 4}
    assert data["touchpoints"]["name"] == ["visit", "basket", "pay", "call"]
    assert data["touchpoints"]["visits"] == [54, 50, 30, 4]
    assert data["touchpoints"]["starts"] == [54, 0, 0, 0]
    assert data["touchpoints"]["dropoff"][1][:2] == [20, 400]  # of 50 visits
    assert data["touchpoints"]["dropoff"][2] is None  # the goal
    assert data["paths"]["median"] == [86_400] * 3
    assert (data["num_steps"], data["num_journeys"], data["num_paths"]) == (84, 54, 3)


def test_every_level_has_a_place_for_each_of_its_paths_and_touchpoints(shop):
    for level in map_data(shop)["levels"]:
        assert len(level["routes"]) == len(level["labels"]) == len(level["tips"]) / 2 == level["size"]
        assert all(route.startswith("M") for route in level["routes"])
        assert len(level["boxes"]) % 7 == 0


def test_a_hidden_touchpoint_leaves_no_trace(shop):
    data = map_data(shop, hidden=["call"])
    assert "call" not in json.dumps(data)
    assert len(data["paths"]["count"]) == 2


def test_paths_starts_and_losses_of_few_customers_are_left_out():
    data = map_data(
        map_of({("visit", "basket"): 30, ("basket", "visit"): 4, ("call", "visit", "basket"): 12}), least=10
    )
    assert ("basket", "visit") not in paths_of(data)
    starts = dict(zip(data["touchpoints"]["name"], data["touchpoints"]["starts"], strict=True))
    assert starts == {"visit": 30, "basket": None, "call": 12}
    losses = dict(zip(data["touchpoints"]["name"], data["touchpoints"]["dropoff"], strict=True))
    assert losses["visit"] is None  # four of 46 visits are the last


def test_the_data_are_json_and_say_each_name_once(shop):
    text = json.dumps(map_data(shop), allow_nan=False)
    assert text.count("basket") == 1


def test_channels_have_the_numbers_of_the_page(shop):
    log = log_of(("a", "call", 0), ("a", "visit", 1), channel=["phone", "web"])
    assert map_data(jm.journey_map(log))["touchpoints"]["channel"] == [0, 1]
    data = map_data(jm.journey_map(log), channels=["mail", "phone", "web"])
    assert data["touchpoints"]["channel"] == [1, 2]
    assert map_data(shop)["touchpoints"]["channel"] == [-1] * 4


def test_a_difference_of_segments_is_one_of_shares_of_customers_with_newcombe_s_interval():
    mine, other = map_of({("visit", "pay"): 56, ("visit",): 14}), map_of({("visit", "pay"): 48, ("visit",): 32})
    found = segment_differences({"new": mine, "old": other}, [("visit", "pay")], 10)
    assert (found["names"], found["customers"]) == (["new", "old"], [70, 80])
    # Newcombe (1998), table II, method 10 gives 0.0524 to 0.3339 for 56 of 70 and 48 of 80.
    assert found["pairs"] == [[0, 1, [[800, 600, 52, 334, 1]]]]


def test_a_path_that_few_of_a_segment_take_is_not_compared():
    mine, other = map_of({("visit", "pay"): 56}), map_of({("visit", "pay"): 4, ("visit",): 40})
    assert segment_differences({"new": mine, "old": other}, [("visit", "pay")], 10)["pairs"] == [[0, 1, [None]]]


def test_without_segments_there_are_no_differences(shop):
    assert map_data(shop)["segments"] == {"names": [], "customers": [], "pairs": []}
