"""The journey map: its tables by hand, its files, and that a log and its summary give the same."""

from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings

import journeymine as jm
from journeymine.analytics.journey_map import journey_map
from journeymine.errors import OptionError, UnknownActivityError
from tests.small import log_of
from tests.strategies import ACTIVITIES, logs

SHOP = [
    ("a", "visit", 0), ("a", "pay", 1), ("a", "parcel", 3),
    ("b", "visit", 0), ("b", "pay", 3), ("b", "visit", 4), ("b", "pay", 5),
    ("c", "visit", 2),
]  # fmt: skip


@pytest.fixture
def shop():
    return log_of(*SHOP, until=60, channel=["web", "web", "shop", "web", "web", "web", "web", "web"])


def test_a_path_is_a_row_with_its_passes_customers_and_times(shop):
    table = journey_map(shop, goal="parcel").table
    rows = table[["activity", "next_activity", "count", "customers", "median_seconds"]].to_numpy().tolist()
    assert rows == [
        ["visit", "pay", 3, 2, 86_400.0],
        ["pay", "parcel", 1, 1, 172_800.0],
        ["pay", "visit", 1, 1, 86_400.0],
    ]
    assert list(table.columns[5:]) == ["p90_seconds", "excess_seconds", "is_slow"]


def test_a_touchpoint_is_a_row_of_nodes_most_visited_first(shop):
    nodes = journey_map(shop, goal="parcel", within="7d").nodes.set_index("activity")
    assert nodes.index.tolist() == ["visit", "pay", "parcel"]
    assert nodes["visits"].tolist() == [4, 3, 1]
    assert nodes["starts"].tolist() == [3, 0, 0]
    assert nodes["channel"].tolist() == ["web", "web", "shop"]
    assert nodes["dropoff_rate"].tolist()[:2] == pytest.approx([1 / 4, 1 / 3])
    assert nodes["is_goal"].tolist() == [False, False, True]


def test_the_headline_says_where_journeys_start_where_customers_leave_and_where_they_wait(shop):
    headline = journey_map(shop, goal="parcel", within="7d").headline
    assert headline == (
        "Of 3 journeys, 100 % start with “visit”; most leave after “pay” (33 % of its visits, about 1); most waiting "
        "adds up from “visit” to “pay” (3 passes, median 24 h)."
    )


def test_rare_paths_can_be_left_out_and_the_picture_says_how_much_it_shows(shop):
    found = journey_map(shop, min_cases=2)
    assert found.table["count"].tolist() == [3]
    assert found.plan().subtitle == "3 journeys of 3 customers · 1 of 1 path, 60 % of all steps"


def test_the_plot_shows_every_touchpoint_and_the_title(shop):
    ax = journey_map(shop, title="Shop").plot()
    shown = [text.get_text() for text in ax.texts]
    plt.close(ax.figure)
    assert {"Shop", "visit", "pay", "parcel"} <= set(shown)


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_map_is_written_whole_and_alike_each_time(shop, tmp_path, ending):
    found = journey_map(shop)
    first = found.write(tmp_path / f"map.{ending}")
    assert first.read_bytes() == journey_map(shop).write(tmp_path / f"again.{ending}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"again.{ending}", f"map.{ending}"]


def test_writing_an_svg_leaves_no_figure_open(shop, tmp_path):
    before = plt.get_fignums()
    journey_map(shop).write(tmp_path / "map.svg")
    assert plt.get_fignums() == before


def test_an_ending_that_is_no_picture_is_refused_before_anything_is_written(shop, tmp_path):
    with pytest.raises(OptionError, match=r"cannot tell the format of 'map\.pdf': end it in '\.png' or '\.svg'"):
        journey_map(shop).write(tmp_path / "map.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_former_map_as_it_was(shop, tmp_path, monkeypatch):
    path = journey_map(shop).write(tmp_path / "map.svg")
    former = path.read_bytes()
    monkeypatch.setattr("journeymine.draw.files._figure", lambda plan: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        journey_map(shop, title="another").write(path)
    assert path.read_bytes() == former
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.svg"]


def test_a_misspelt_goal_is_answered_with_the_right_one(shop):
    with pytest.raises(UnknownActivityError, match="Did you mean 'parcel'"):
        journey_map(shop, goal="parcle")


def test_no_paths_at_all_cannot_be_asked_for(shop):
    with pytest.raises(OptionError, match="paths must be 1 or more, not 0"):
        journey_map(shop, paths=0)


def test_a_map_of_nothing_says_so():
    found = journey_map(jm.Summary.empty())
    assert found.headline == "There are no journeys."
    assert len(found.table) == len(found.nodes) == 0
    plt.close(found.plot().figure)


@settings(max_examples=25)
@given(logs(min_events=1))
def test_any_log_can_be_mapped_and_its_summary_gives_the_same_map(log):
    found, again = journey_map(log), journey_map(jm.summarise(log))
    assert found.table.equals(again.table)
    assert found.nodes.equals(again.nodes)
    plan = found.plan()
    assert set(plan.touchpoints) == set(found.nodes["activity"])
    assert set(plan.layout.routes) == {edge for edge in found.graph.edges if edge[0] != edge[1]}


def test_hostile_names_stay_text_in_the_file(tmp_path):
    log = log_of(*((str(case), name, day) for case in range(3) for day, name in enumerate(ACTIVITIES)))
    root = ElementTree.parse(journey_map(log).write(tmp_path / "map.svg")).getroot()
    shown = {"".join(mark.itertext()) for mark in root.iter() if mark.tag.endswith("text")}
    assert {"</script>", "$x$", "NA", "->"} <= shown
