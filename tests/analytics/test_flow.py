"""Flow: by hand, and what it says of journeys that are open."""

import numpy as np
import pytest

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError
from tests.small import log_of

STORY = (
    *[("a", "visit", 0), ("a", "ask", 1), ("a", "buy", 2)],
    *[("b", "visit", 0), ("b", "ask", 1)],
    *[("c", "ask", 0), ("c", "visit", 1)],
    *[("d", "visit", 18), ("d", "ask", 19)],
    ("e", "visit", 3),
)


def flow(**options):
    return jm.flow(log_of(*STORY, until=20), "ask", goal="buy", within="7d", **options)


def cases(found, step):
    rows = found.table.loc[found.table["step"] == step]
    return dict(zip(rows["activity"], rows["cases"], strict=True))


def test_each_step_counts_the_journeys_with_the_anchor():
    found = flow(steps=2)
    assert found.num_cases == 4
    assert cases(found, -1) == {"visit": 3, "(start)": 1}
    assert cases(found, -2) == {"(start)": 4}
    assert cases(found, 1) == {"(end)": 1, "(open)": 1, "buy": 1, "visit": 1}
    assert cases(found, 2) == {"(end)": 3, "(open)": 1}


def test_the_shares_of_a_step_add_up_to_one_and_lie_in_their_intervals():
    table = flow(steps=3).table
    assert table.groupby("step")["share"].sum().tolist() == pytest.approx([1] * 6)
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()


def test_links_lead_from_all_of_one_step_to_all_of_the_next():
    links = flow(steps=2).links
    assert links.groupby("step")["cases"].sum().to_dict() == {-2: 4, -1: 4, 0: 4, 1: 4}
    row = links.loc[(links["step"] == 0) & (links["next_activity"] == "buy")]
    assert row[["activity", "cases"]].to_numpy().tolist() == [["ask", 1]]


def test_a_journey_is_open_until_its_source_was_watched_for_the_window_after_it():
    assert cases(jm.flow(log_of(*STORY, until=30), "ask", goal="buy", within="7d", steps=1), 1)["(end)"] == 2
    assert "1 of them were open" in flow().base


def test_a_journey_of_nobody_that_has_no_end_is_open():
    log = log_of(("a", "ask", 0), ("b", "ask", 0), until=60, customer=["C1", None])
    found = jm.flow(log, "ask", within="7d", steps=1)
    assert cases(found, 1) == {"(end)": 1, "(open)": 1}
    assert "0 of them were open when their source ended" in found.base
    assert "and 1 are nobody's" in found.base


def test_the_picture_has_a_column_for_each_step_and_a_legend_of_channels():
    log = log_of(*STORY, until=20, channel=["web", "mail", "web", "web", "mail", "mail", "web", "web", "mail", "web"])
    ax = jm.flow(log, "ask", goal="buy", within="7d", steps=2).plot()
    shown = [text.get_text() for text in ax.texts]
    heads = ["2 steps before", "1 step before", "4 journeys", "1 step after", "2 steps after"]
    assert [text for text in shown if text in heads] == heads
    assert shown[-2:] == ["mail", "web"]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"anchor": "aks"}, UnknownActivityError, "Did you mean 'ask'"),
        ({"steps": 0}, OptionError, "steps must be 1 to 5, not 0"),
        ({"steps": 6}, OptionError, "steps must be 1 to 5, not 6"),
        ({"confidence": 95}, OptionError, "confidence must lie between 0 and 1, not 95"),
    ],
)
def test_what_cannot_be_asked_is_an_error(options, error, said):
    with pytest.raises(error, match=said):
        jm.flow(log_of(*STORY), **{"anchor": "ask", **options})


def test_a_summary_does_not_know_the_steps():
    with pytest.raises(OptionError, match="give the log itself to flow"):
        jm.flow(jm.summarise(log_of(*STORY)), "ask")


def test_more_customers_give_narrower_intervals():
    def width(customers):
        events = [(f"{case}", "ask", 0) for case in range(customers)]
        events += [(f"{case}", "buy", 1) for case in range(0, customers, 2)]
        table = jm.flow(log_of(*events, until=30), "ask", goal="buy", within="7d", steps=1).table
        row = table.loc[table["activity"] == "buy"].iloc[0]
        assert row["share"] == pytest.approx(0.5)
        return row["high"] - row["low"]

    widths = [width(customers) for customers in (40, 400, 4_000)]
    assert np.all(np.diff(widths) < 0)
