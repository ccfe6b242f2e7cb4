"""Steps, spreads, ribbons: what is on their axes."""

from itertools import pairwise

import numpy as np
import pytest

from journeymine.draw.ribbons import OTHER, Block, draw_ribbons
from journeymine.draw.spreads import draw_spreads
from journeymine.draw.steps import Step, draw_steps


def texts(ax):
    return [text.get_text() for text in ax.texts]


def widths(ax):
    return [patch.get_width() for patch in ax.patches]


# --- steps -----------------------------------------------------------------------------------------------------------


def test_a_step_is_as_long_as_its_share_over_the_pale_length_of_the_one_before():
    nan = float("nan")
    ax = draw_steps([Step("a", 1.0, nan, nan, ""), Step("b", 0.5, nan, nan, ""), Step("c", 0.2, nan, nan, "")])
    whole = widths(ax)[0]
    assert [width / whole for width in widths(ax)] == pytest.approx([1, 1, 1, 0.5, 0.5, 0.2])
    assert not ax.lines


def test_an_interval_reaches_from_its_low_to_its_high_bound():
    ax = draw_steps([Step("a", 1.0, 1.0, 1.0, ""), Step("b", 0.5, 0.4, 0.7, "")])
    left, whole = ax.patches[0].get_x(), widths(ax)[0]
    ends = (np.array(ax.lines[0].get_xdata()) - left) / whole
    assert ends.tolist() == pytest.approx([0.4, 0.7])


def test_what_lies_between_steps_stands_between_them():
    ax = draw_steps([Step("a", 1.0, 1.0, 1.0, "3"), Step("b", 0.5, 0.4, 0.7, "2", "50 % go on")])
    a, _, b, _, between = (text.get_position()[1] for text in ax.texts)
    assert a < between < b


# --- spreads ---------------------------------------------------------------------------------------------------------


def test_a_spread_shows_its_median_its_middle_half_and_its_four_fifths():
    ax = draw_spreads(["a"], np.array([[60, 600, 3_600, 7_200, 86_400]]), ["9 passes"], label="time")
    thin, thick, dots = ax.collections
    assert thin.get_segments()[0][:, 0].tolist() == [60, 86_400]
    assert thick.get_segments()[0][:, 0].tolist() == [600, 7_200]
    assert dots.get_offsets().tolist() == [[3_600, 0]]
    assert texts(ax) == ["9 passes"]


def test_a_quantile_that_nobody_knows_is_not_drawn():
    nan = float("nan")
    ax = draw_spreads(["a", "b"], np.array([[60, 600, nan, nan, nan], [60, 60, 60, 60, 60]]), ["", ""], label="time")
    ax.figure.canvas.draw()
    assert ax.get_xlim() == pytest.approx((60 / 1.25, 600 * 1.25))


def test_no_time_at_all_is_drawn_as_a_second():
    ax = draw_spreads(["a"], np.zeros((1, 5)), [""], label="time")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1 s"]


def test_no_rows_make_an_empty_picture():
    draw_spreads([], np.empty((0, 5)), [], label="time").figure.canvas.draw()
    draw_steps([]).figure.canvas.draw()


# --- ribbons ---------------------------------------------------------------------------------------------------------


def heights(ax):
    """Give the heights of blocks; ribbons are paths."""
    return [round(patch.get_height()) for patch in ax.patches if hasattr(patch, "get_height")]


def test_blocks_are_as_high_as_their_share_the_largest_on_top_what_is_aside_below():
    column = [Block("end", 60, aside=True), Block("b", 10), Block("a", 30)]
    ax = draw_ribbons([column], [], ["first"])
    assert heights(ax) == [90, 30, 180]
    assert texts(ax) == ["first", "a", "30 %", "b", "10 %", "end", "60 %"]


def test_small_blocks_are_one():
    column = [Block("a", 96), Block("b", 2), Block("c", 2)]
    ax = draw_ribbons([column], [], ["first"])
    assert texts(ax) == ["first", "a", "96 %", OTHER, "4 %"]


def test_no_more_than_ten_blocks_stand_in_a_column():
    ax = draw_ribbons([[Block(f"{number}", 5) for number in range(20)]], [], ["first"])
    assert heights(ax) == [15] * 9 + [165]


def test_a_ribbon_leads_to_other_where_its_block_is_small():
    before, after = [Block("a", 100)], [Block("b", 97), Block("c", 2), Block("d", 1)]
    links = {("a", "b"): 97, ("a", "c"): 2, ("a", "d"): 1}
    ax = draw_ribbons([before, after], [links], ["first", "then"])
    ribbons = [patch.get_path() for patch in ax.patches if not hasattr(patch, "get_height")]
    sizes = sorted(float(path.vertices[-1, 1] - path.vertices[0, 1]) for path in ribbons)
    assert sizes == pytest.approx([9, 291])


def test_ribbons_fill_the_side_of_their_block_without_overlap():
    before, after = [Block("a", 60), Block("b", 40)], [Block("c", 50), Block("d", 50)]
    links = {("a", "c"): 20, ("a", "d"): 40, ("b", "c"): 30, ("b", "d"): 10}
    ax = draw_ribbons([before, after], [links], ["first", "then"])
    paths = [patch.get_path().vertices for patch in ax.patches if not hasattr(patch, "get_height")]
    sides = sorted((float(points[0, 1]), float(points[-1, 1])) for points in paths)
    assert all(above[1] <= below[0] + 1e-9 for above, below in pairwise(sides))
    assert sum(low - high for high, low in sides) == pytest.approx(300)


def test_a_name_like_that_of_the_rest_goes_into_the_rest():
    ax = draw_ribbons([[Block(OTHER, 50), Block("a", 50)]], [], ["first"])
    assert texts(ax) == ["first", "a", "50 %", OTHER, "50 %"]
