"""Lines: shares over durations, with a name at each end that stands over no other."""

import numpy as np
import pytest

from journeymine.draw.lines import draw_lines

GAPS = [3_600, 86_400, 604_800]


def lines(**values):
    return {name: np.array([value, np.array(value) * 0.9, np.array(value) * 1.1]) for name, value in values.items()}


def drawn(**values):
    return draw_lines(GAPS, lines(**values), x_label="gap", y_label="share", band=(86_400, 604_800))


def test_lines_are_drawn_in_percent_over_durations_as_they_are_said():
    ax = drawn(goal=[0.1, 0.2, 0.4], end=[0.5, 0.4, 0.3])
    assert [line.get_ydata().tolist() for line in ax.lines] == [
        pytest.approx([10, 20, 40]),
        pytest.approx([50, 40, 30]),
    ]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["60 min", "24 h", "7 d"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("gap", "share, %")


def test_every_line_lies_in_a_band_of_its_interval():
    goal = drawn(goal=[0.1, 0.2, 0.4]).collections[0].get_paths()[0].vertices[:, 1]
    assert (goal.min(), goal.max()) == pytest.approx((9, 44))


def test_no_name_stands_over_another_though_lines_end_at_the_same_place():
    ax = drawn(**{name: [0.5, 0.4, end] for name, end in zip("abcdef", [0, 0, 0.001, 0.4, 0.4, 0.44], strict=True)})
    heights = np.sort([text.get_position()[1] for text in ax.texts])
    assert np.diff(heights).min() >= 11 / 240 - 1e-9
    assert heights[0] >= 0
    assert heights[-1] <= 1


def test_a_line_that_is_not_known_everywhere_is_drawn_where_it_is():
    ax = drawn(goal=[0.1, np.nan, 0.4], end=[np.nan, np.nan, np.nan])
    assert len(ax.lines) == 2
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_signs_of_mathematics_stand_as_they_are():
    assert drawn(**{"$x$": [0.1, 0.2, 0.4]}).texts[0].get_parse_math() is False
