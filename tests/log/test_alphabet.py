"""The order of texts: that of Arrow, however they begin and end."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.log.alphabet import text_order

TEXTS = st.lists(st.text("ab\0é0", max_size=14) | st.text(max_size=4))


@given(TEXTS, st.sampled_from(["", "customer-", "x"]))
def test_texts_stand_in_the_order_of_their_bytes(texts, front):
    values = pa.array([front + text for text in texts], pa.string())
    order = text_order(values)
    assert sorted(order.tolist()) == list(range(len(texts)))
    assert values.take(pa.array(order)).equals(values.take(pc.sort_indices(values)))


def test_a_part_of_an_array_is_ordered_for_itself():
    assert text_order(pa.array(["z", "b", "c", "a", "0"])[1:4]).tolist() == [2, 0, 1]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["same"] * 3])
def test_texts_without_any_difference_are_in_order(texts):
    assert sorted(text_order(pa.array(texts, pa.string())).tolist()) == list(range(len(texts)))


def test_many_texts_that_differ_late_are_in_order():
    numbers = np.random.default_rng(0).permutation(5_000)
    values = pa.array([f"{number % 7:020}-{number:06}@mail.example" for number in numbers])
    assert values.take(pa.array(text_order(values))).to_pylist() == sorted(values.to_pylist())
