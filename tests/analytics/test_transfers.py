"""Transfers: by hand, and on a helpdesk's tickets."""

import numpy as np
import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.errors import OptionError, UnknownColumnError
from tests.small import log_of


def served(*events, **columns):
    """Make a log of (case, agent), a day apart."""
    days = dict.fromkeys((case for case, _ in events), -1)
    rows = []
    for case, _ in events:
        days[case] += 1
        rows.append((case, "talk", days[case]))
    return log_of(*rows, agent=[agent for _, agent in events], until=60, **columns)


def row(log, **options):
    return jm.transfers(log, **options).table.iloc[0]


def test_another_agent_in_the_same_channel_is_a_transfer():
    log = served(("a", "kim"), ("a", "kim"), ("a", "lee"), ("a", "max"), ("b", "kim"), ("c", "lee"), ("c", "lee"))
    assert row(log)[["journeys", "transferred", "mean_transfers"]].tolist() == [3, 1, 2 / 3]
    assert row(log)["rate"] == pytest.approx(1 / 3)
    pairs = jm.transfers(log).handovers[["agent", "next_agent", "count", "customers"]]
    assert pairs.to_numpy().tolist() == [["kim", "lee", 1, 1], ["lee", "max", 1, 1]]


def test_another_channel_or_another_case_is_none():
    log = served(("a", "kim"), ("a", "lee"), ("b", "max"), channel=["phone", "mail", "mail"])
    assert row(log)[["journeys", "transferred"]].tolist() == [2, 0]


def test_events_without_an_agent_lie_between():
    log = served(("a", "kim"), ("a", None), ("a", "lee"), ("b", None))
    assert row(log)[["journeys", "transferred"]].tolist() == [1, 1]


def test_nothing_unread_may_lie_between():
    log = served(("a", "kim"), ("a", None), ("a", "lee"), after_unread=[False, True, False])
    assert row(log)["transferred"] == 0


def test_a_journey_that_comes_back_is_passed_back():
    log = served(
        *[("a", agent) for agent in ("kim", "lee", "lee", "kim")],
        *[("b", agent) for agent in ("kim", "lee", "max", "kim")],
        *[("c", agent) for agent in ("kim", "lee", "kim", "lee")],
    )
    assert row(log)[["passed_back", "passed_back_rate"]].tolist() == [2, 2 / 3]
    back = jm.transfers(log).handovers.set_index(["agent", "next_agent"])["passed_back"].to_dict()
    assert back == {("kim", "lee"): 1, ("lee", "kim"): 2, ("lee", "max"): 0, ("max", "kim"): 0}
    log = served(*[("a", agent) for agent in ("kim", "lee", "kim")], channel=["phone", "phone", "mail"])
    assert row(log)["passed_back"] == 0


def test_each_segment_has_its_own_shares_and_those_without_one_have_none():
    log = served(
        *[("a", "kim"), ("a", "lee"), ("b", "kim"), ("c", "kim"), ("c", "lee"), ("d", "kim"), ("d", "lee")],
        kind=["old", "old", "old", "new", "new", None, None],
    )
    result = jm.transfers(log, by="kind")
    assert result.table[["segment", "journeys", "rate"]].to_numpy().tolist() == [["new", 1, 1], ["old", 2, 0.5]]
    assert result.headline.startswith("100 % (")
    assert "of journeys of segment “new” that an agent served are transferred" in result.headline
    assert [label.get_text() for label in result.plot().get_yticklabels()] == ["new", "old"]


def test_waits_are_read_from_columns_of_seconds_and_from_events_that_last():
    log = served(
        *[("a", None), ("a", "kim"), ("b", None), ("b", "lee")],
        channel=["phone", "phone", "chat", "chat"],
        ring_seconds=[np.nan, 4.0, np.nan, 8.0],
    )
    waiting = jm.transfers(log).waiting
    assert waiting[["channel", "waiting", "count", "median_seconds"]].to_numpy().tolist() == [
        ["chat", "ring_seconds", 1, 8],
        ["phone", "ring_seconds", 1, 4],
    ]
    ends = pa.array(log.times + np.array([60, 0, 30, 0]) * 1_000_000, pa.timestamp("us", tz="UTC"))
    lasting = jm.EventLog.of(log.table.append_column("end_timestamp", ends), sources=log.sources)
    waiting = jm.transfers(lasting, waiting="talk").waiting
    assert waiting[["waiting", "count", "median_seconds"]].to_numpy().tolist() == [["talk", 2, 15], ["talk", 2, 30]]
    assert "; half of the customers on phone wait 30 s or more" in jm.transfers(lasting, waiting="talk").headline


def test_waits_that_stand_as_text_are_numbers_and_negative_ones_do_not_count():
    log = served(("a", "kim"), ("b", "kim"), ("c", "kim"), wait=["7", "-3", None])
    assert jm.transfers(log, waiting="wait").waiting[["channel", "count", "median_seconds"]].to_numpy().tolist() == [
        ["", 1, 7]
    ]


def test_a_log_without_waits_has_none():
    result = jm.transfers(served(("a", "kim")))
    assert not len(result.waiting)
    assert result.headline.endswith("come back to an agent who had passed them on.")


def test_what_cannot_be_answered_is_refused():
    log = served(("a", "kim"), wait=["soon"])
    with pytest.raises(UnknownColumnError, match=r"^label column 'agnt' is not in this log. Did you mean 'agent'"):
        jm.transfers(log, agent="agnt")
    with pytest.raises(UnknownColumnError, match=r"^'hold' is neither a column nor an activity"):
        jm.transfers(log, waiting="hold")
    with pytest.raises(OptionError, match=r"^column 'wait' holds no seconds: "):
        jm.transfers(log, waiting="wait")
    with pytest.raises(OptionError, match=r"^how long 'talk' lasts is not logged: there is no column 'end_timestamp'"):
        jm.transfers(log, waiting="talk")
    with pytest.raises(OptionError, match=r"^a summary does not know who served"):
        jm.transfers(jm.summarise(log))
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1"):
        jm.transfers(log, confidence=-1)


def test_transfers_of_a_helpdesk_are_what_a_count_ticket_by_ticket_gives(shared_file):
    log = jm.read_xes(shared_file("data/logs/helpdesk.xes.gz"))
    frame = log.to_pandas().sort_values(["case_id", "timestamp"], kind="stable")
    moves = backs = 0
    for _, agents in frame.groupby("case_id", observed=True)["org:resource"]:
        runs = [who for place, who in enumerate(agents) if place == 0 or agents.iloc[place - 1] != who]
        moves += len(runs) - 1
        backs += any(before == after for before, after in zip(runs, runs[2:], strict=False))
    table = jm.transfers(log, agent="org:resource")
    assert table.handovers["count"].sum() == moves
    assert table.table["passed_back"].tolist() == [backs]
