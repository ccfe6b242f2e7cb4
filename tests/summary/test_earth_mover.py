"""Earth mover's distance: by hand, by plain Python, and as pm4py has it."""

from itertools import pairwise

import numpy as np
import pm4py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.summary.cells import Cells
from journeymine.summary.earth_mover import CourseTables, earth_movers_distance
from journeymine.summary.edit_distances import edit_distances
from journeymine.summary.sequences import Sequences
from tests.small import log_of

COURSES = st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=8, unique=True)


def sequences_of(courses):
    codes = np.array([ord(letter) for course in courses for letter in course], np.uint32)
    return Sequences(np.cumsum([0, *map(len, courses)]), codes)


def in_plain_python(one, two):
    row = list(range(len(two) + 1))
    for place, letter in enumerate(one, 1):
        before, row = row, [place]
        for other, cost in zip(two, pairwise(before), strict=True):
            row.append(min(row[-1] + 1, cost[1] + 1, cost[0] + (letter != other)))
    return row[-1] / max(len(one), len(two))


def test_the_difference_of_two_courses_by_hand():
    # one taken out of three; nothing in common; one replaced of two
    found = edit_distances(sequences_of(["abc", "ac", "dd", "ad"]))
    assert found[0, 1] == pytest.approx(1 / 3)
    assert found[1, 2] == 1
    assert found[1, 3] == pytest.approx(1 / 2)


@given(COURSES)
def test_differences_are_those_that_plain_python_finds(courses):
    expected = [[in_plain_python(one, two) for two in courses] for one in courses]
    assert edit_distances(sequences_of(courses)) == pytest.approx(np.array(expected))


def test_what_must_be_moved_by_hand():
    ground = edit_distances(sequences_of(["ab", "abc", "xy"]))
    # half of the cases have one activity more
    assert earth_movers_distance(np.array([2, 0, 0]), np.array([5, 5, 0]), ground) == pytest.approx(0.5 / 3)
    # 0.2 go from "ab" to "abc", and 0.1 to "xy", all of which is new
    assert earth_movers_distance(np.array([10, 0, 0]), np.array([7, 2, 1]), ground) == pytest.approx(0.2 / 3 + 0.1)
    assert np.isnan(earth_movers_distance(np.array([0, 0, 0]), np.array([7, 2, 1]), ground))


@pytest.mark.filterwarnings("ignore:The earth_mover_distance package will be removed")
@pytest.mark.parametrize("seed", range(5))
def test_the_distance_is_that_of_pm4py(seed):
    rng = np.random.default_rng(seed)
    courses = sorted({"".join(rng.choice(list("abcd"), rng.integers(1, 6))) for _ in range(12)})
    sides = rng.integers(0, 9, (2, len(courses)))
    languages = [
        {tuple(course): n / side.sum() for course, n in zip(courses, side, strict=True) if n} for side in sides
    ]
    found = earth_movers_distance(*sides, edit_distances(sequences_of(courses)))
    assert found == pytest.approx(pm4py.compute_emd(*languages), abs=1e-9)


def tables_of(*tables):
    """Give tables of two segments that take the courses "ab", "cd" and "ad", and no others."""
    seen = np.array(tables)
    return CourseTables(seen, seen[0].sum(axis=1), sequences_of(["ab", "cd", "ad"]))


def test_what_chance_gives_is_taken_off():
    # 0.8 go from "ab" to "cd", which has nothing of it; by lot, 0.2 do
    found = tables_of([[9, 1, 0], [1, 9, 0]], [[6, 4, 0], [4, 6, 0]], [[4, 6, 0], [6, 4, 0]]).between(0, [1])
    assert (found.distance, found.by_chance) == pytest.approx((0.6, 0.2))
    assert found.p == pytest.approx(1 / 3)  # of three tables the first is the furthest
    assert found.coverage == 1


def test_a_side_can_be_several_segments():
    table = [[9, 1, 0], [8, 0, 0], [0, 2, 0]]
    assert tables_of(table, table).between(0, [1, 2]).by_chance == pytest.approx(0.1)


def test_a_side_without_any_of_the_courses_has_no_distance():
    tables = np.array([[[0, 0, 0], [1, 9, 0]], [[1, 0, 0], [0, 9, 0]]])
    found = CourseTables(tables, np.array([5, 10]), sequences_of(["ab", "cd", "ad"])).between(0, [1])
    assert np.isnan([found.distance, found.p]).all()
    assert found.coverage == 0


def test_only_the_most_frequent_courses_are_looked_at_and_their_share_is_stated():
    """60 courses of two customers in each segment, the last ten of one."""
    rows = [
        (f"{segment}{course}-{n}", f"step {step}", step)
        for segment in "xy"
        for course in range(60)
        for n in range(2 if course < 50 else 1)
        for step in range(course + 1)
    ]
    log = log_of(*rows, segment=[case[0] for case, *_ in rows])
    cells = Cells.by_column(log, "segment")
    sequences, which = Sequences.of(cells.arrays.offsets, cells.arrays.codes)
    found = CourseTables.of(cells, sequences, which, runs=3, seed=0)
    assert found.tables.shape == (4, 2, 50)
    assert found.tables[0].tolist() == [[2] * 50] * 2
    assert found.tables.sum(axis=1).tolist() == [[4] * 50] * 4  # lots leave the courses as frequent as they are
    assert found.between(1, [0]).coverage == pytest.approx(100 / 110)


def test_courses_that_are_too_long_are_left_out():
    rows = [(f"{segment}{n}", "step", step) for segment in "xy" for n in range(3) for step in range(301 if n else 2)]
    log = log_of(*rows, segment=[case[0] for case, *_ in rows])
    cells = Cells.by_column(log, "segment")
    sequences, which = Sequences.of(cells.arrays.offsets, cells.arrays.codes)
    found = CourseTables.of(cells, sequences, which, runs=1, seed=0)
    assert len(found.courses) == 1
    assert found.between(0, [1]).coverage == pytest.approx(1 / 3)


def test_sequences_can_be_taken_in_any_order():
    taken = sequences_of(["ab", "c", "de"]).taken(np.array([2, 0]))
    assert taken == sequences_of(["de", "ab"])
