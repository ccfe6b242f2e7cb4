"""Labels of paths: over no text, over no box, beside thick lines."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from journeymine.draw.labels import place_labels

LINES = st.lists(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=2, max_size=4, unique=True),
    min_size=1,
    max_size=6,
)


@given(LINES)
def test_labels_overlap_neither_one_another_nor_what_is_taken(lines):
    points = {place: np.array(line) for place, line in enumerate(lines)}
    taken = [(100.0, 50.0, 180.0, 90.0)]
    sizes = dict.fromkeys(points, (30.0, 9.0))
    found = place_labels(points, sizes, dict.fromkeys(points, 2.0), taken, must=frozenset([0]))
    boxes = [*taken, *((at.x - 15, at.y - 4.5, at.x + 15, at.y + 4.5) for at in found.values())]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert (
                one[2] <= other[0] + 1e-9
                or other[2] <= one[0] + 1e-9
                or one[3] <= other[1] + 1e-9
                or other[3] <= one[1] + 1e-9
            )


def label_of(points, thickness=1.0, taken=(), **options):
    return place_labels({"it": np.array(points, float)}, {"it": (30.0, 9.0)}, {"it": thickness}, taken, **options).get(
        "it"
    )


def test_a_label_stands_on_a_long_thin_line():
    assert label_of([(0, 0), (300, 0)]).on_line


def test_a_label_stands_beside_a_thick_line():
    label = label_of([(0, 0), (300, 0)], thickness=6.0)
    assert not label.on_line
    assert abs(label.y) >= 3 + 4.5


def test_a_label_stands_beside_a_short_line_which_it_would_hide():
    label = label_of([(0, 0), (60, 0)])
    assert (label.on_line, label.y < 0) == (False, True)


def test_a_label_without_a_free_place_is_left_out():
    assert label_of([(0, 0), (300, 0)], taken=[(-50, -50, 350, 50)]) is None


def test_a_crowded_label_is_left_out_unless_it_must_be_there():
    lines = {"it": np.array([(0.0, 0.0), (60.0, 0.0)])}
    lines |= {shift: np.array([(-20.0, shift), (80.0, shift)]) for shift in range(-40, 40, 4)}
    thickness = dict.fromkeys(lines, 1.0)
    assert place_labels(lines, {"it": (30.0, 9.0)}, thickness, []) == {}
    assert "it" in place_labels(lines, {"it": (30.0, 9.0)}, thickness, [], must=frozenset(["it"]))
