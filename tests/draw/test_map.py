"""The map on its axes: what is written there, and that nothing global changes."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import pytest
from matplotlib.colors import to_hex

from journeymine.draw.map import draw_map
from journeymine.draw.palette import CHANNELS, LIGHT
from journeymine.draw.plan import MapPlan
from journeymine.draw.text import plain
from tests.draw.graphs import HOSTILE, crowd, hostile, insurer


def texts(ax):
    return [text.get_text() for text in ax.texts]


def text(ax, wanted):
    return next(text for text in ax.texts if text.get_text() == wanted)


def test_every_touchpoint_is_written_with_its_visits_channel_and_role():
    shown = texts(draw_map(insurer()))
    assert {"home page", "quote", "identity check", "policy"} <= set(shown)
    assert {"1,765 visits · web", "562 visits · web · goal", "210 visits · web · end"} <= set(shown)


def test_starts_and_drop_offs_are_written_beside_touchpoints():
    shown = texts(draw_map(insurer()))
    assert "61 % start" in shown
    assert "44 % leave (701)" in shown
    assert not any("nan" in text for text in shown)


def test_only_slow_paths_are_red_and_say_how_long_they_take():
    ax = draw_map(insurer())
    red = [text.get_text() for text in ax.texts if text.get_color() == LIGHT.slow]
    assert red == ["1,000", "median 3 d"]
    marked = [patch for patch in ax.patches if to_hex(patch.get_edgecolor()).upper() == LIGHT.slow]
    assert marked


def test_a_step_back_is_dashed_and_the_legend_says_so():
    ax = draw_map(insurer())
    dashed = [patch for patch in ax.patches if patch.get_linestyle() not in ("-", "solid")]
    plan = MapPlan(insurer())
    assert len(dashed) == sum(route.back for route in plan.layout.routes.values()) + 1
    assert "step back" in texts(ax)


def test_the_legend_names_every_channel_and_only_marks_that_are_there():
    graph = nx.DiGraph()
    graph.add_node("visit", visits=5, starts=0, dropoff_rate=float("nan"), channel="shop")
    shown = texts(draw_map(graph))
    assert "shop" in shown
    assert not {"step back", "most waiting time in total", "journeys start", "customers leave (visits)"} & set(shown)


def test_boxes_have_the_colours_of_their_channels():
    ax = draw_map(insurer())
    frames = {to_hex(patch.get_edgecolor()).upper() for patch in ax.patches}
    assert {CHANNELS[name] for name in ("web", "mail", "phone")} <= frames


def test_thicker_lines_are_more_frequent_paths():
    plan = MapPlan(insurer())
    by_count = sorted(plan.counts, key=plan.counts.get)
    assert [plan.thickness[edge] for edge in by_count] == sorted(plan.thickness.values())


def test_names_that_look_like_mathematics_or_markup_are_written_as_they_are():
    ax = draw_map(hostile())
    ax.figure.canvas.draw()
    shown = " ".join(texts(ax))
    assert "$x$ \\frac{" in shown
    assert "]]>" in shown
    assert all(not text.get_parse_math() for text in ax.texts)


def test_a_long_name_is_broken_and_shortened():
    graph = nx.DiGraph()
    graph.add_node("Confirmation of the receipt of a request for a permit " * 4, visits=5, starts=5, dropoff_rate=0.5)
    name = [text for text in texts(draw_map(graph)) if text.startswith("Confirmation") or text.endswith("…")]
    assert len(name) == 2
    assert name[1].endswith("…")


def test_title_and_subtitle_stand_above_and_a_long_subtitle_is_broken():
    plain_map = MapPlan(insurer())
    ax = draw_map(insurer(), title="Orders $5", subtitle="of May " * 60)
    assert text(ax, "Orders $5")
    assert MapPlan(insurer(), "Orders $5", "of May " * 60).height > plain_map.height
    assert len([line for line in texts(ax) if line.startswith("of May")]) == 3


def test_no_text_lies_over_another():
    ax = draw_map(insurer(), title="Map")
    ax.figure.canvas.draw()
    extents = [text.get_window_extent() for text in ax.texts]
    for place, one in enumerate(extents):
        for other in extents[place + 1 :]:
            wide = min(one.x1, other.x1) - max(one.x0, other.x0)
            high = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert min(wide, high) < 2.5  # pixels: ascents and descents of two lines may touch


def test_a_map_in_given_axes_shrinks_to_them():
    _, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
    assert draw_map(insurer(), ax=left) is left
    alone = draw_map(insurer())
    assert text(left, "quote").get_fontsize() < 0.8 * text(alone, "quote").get_fontsize()
    assert not right.texts


def test_drawing_changes_no_global_setting_and_shows_nothing(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a plot is shown by its caller"))
    before = dict(mpl.rcParams)
    draw_map(insurer())
    assert dict(mpl.rcParams) == before


def test_an_empty_graph_is_an_empty_map():
    assert draw_map(nx.DiGraph()).get_aspect() == 1.0


def test_a_crowd_stays_within_what_can_be_followed_and_says_nothing_twice():
    plan = MapPlan(crowd(60, 7))
    assert len(plan.touchpoints) == 24
    assert set(plan.labels) <= set(plan.counts)


@pytest.mark.parametrize("name", HOSTILE)
def test_plain_text_has_one_line_and_only_signs_that_xml_allows(name):
    shown = plain(name)
    assert "\n" not in shown
    assert all(ord(sign) >= 32 for sign in shown)
