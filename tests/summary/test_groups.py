"""The group of a customer is the same on every machine, for ever: stored summaries depend on it."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from journeymine.summary import groups
from journeymine.summary.groups import NUM_GROUPS, group_of

KNOWN = {"ann": 48, "bob": 31, "": 0, "007": 44, "7": 0, "C42": 16, "nåïve/1": 17, "😀": 51}
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def test_groups_never_change():
    assert dict(zip(KNOWN, group_of(pa.array(list(KNOWN))).tolist(), strict=True)) == KNOWN


@given(st.lists(NAMES, max_size=20))
def test_a_group_depends_on_the_name_alone(names):
    together = group_of(pa.array(names, pa.string())).tolist()
    assert together == [int(group_of(pa.array([name]))[0]) for name in names]
    assert all(0 <= group < NUM_GROUPS for group in together)


@given(st.lists(NAMES, min_size=2, max_size=20), st.data())
def test_a_group_is_the_same_in_a_slice_and_in_any_type_of_text(names, data):
    start = data.draw(st.integers(0, len(names) - 1))
    whole = group_of(pa.array(names, pa.string()))
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        assert (group_of(pa.array(names, pa.string()).cast(kind)[start:]) == whole[start:]).all()


def test_a_group_does_not_depend_on_blocks(monkeypatch):
    names = pa.array([f"customer {number}" for number in range(100)])
    whole = group_of(names).tolist()
    monkeypatch.setattr(groups, "_BLOCK", 7)
    assert group_of(names).tolist() == whole


def test_groups_are_of_about_the_same_size():
    for name in ("C{}", "{}", "email:person{}@mail.example", "+316{:08}"):
        sizes = np.bincount(group_of(pa.array([name.format(number) for number in range(64_000)])), minlength=NUM_GROUPS)
        assert len(sizes) == NUM_GROUPS
        assert 800 < sizes.min() <= sizes.max() < 1_200, name
