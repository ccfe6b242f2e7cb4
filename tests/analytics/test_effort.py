"""Effort: by hand, and against journeys whose mean number of contacts is known."""

import numpy as np
import pytest

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError, UnknownColumnError, WindowError
from tests.service import resolutions, true_contacts
from tests.small import log_of


def means(log, **options):
    table = jm.effort(log, **{"resolved": "solved", "within": "10d", **options}).table
    return dict(zip(table["measure"], table["mean"], strict=True))


EVENTS = [
    *[("a", "ask", 0), ("a", "ask", 0.01), ("a", "solved", 1), ("a", "thanks", 2)],
    *[("b", "ask", 0), ("b", "ask", 1), ("b", "ask", 2), ("b", "solved", 3)],
    *[("c", "ask", 0), ("c", "ask", 1)],
]
CHANNELS = ["web", "web", "phone", "mail", "web", "phone", "web", "web", "web", "phone"]


def test_contacts_and_switches_count_until_a_journey_is_resolved():
    log = log_of(*EVENTS, channel=CHANNELS, until=20)
    # 2 and 4 contacts, 1 and 2 switches; the third journey is not resolved
    assert means(log) == pytest.approx({"contacts": 3, "switches": 1.5})
    assert means(log, gap="1min") == pytest.approx({"contacts": 3.5, "switches": 1.5})
    row = jm.effort(log, resolved="solved", within="10d").table.iloc[0]
    assert row[["journeys", "resolved", "naive_mean"]].tolist() == [3, 2, 3]
    assert means(log, within="2d") == {"contacts": 2, "switches": 1}


def test_what_is_still_open_is_stood_for_by_what_took_as_long():
    log = log_of(
        *[("a", "ask", 0), ("a", "solved", 1), ("b", "ask", 0), ("b", "ask", 3), ("b", "solved", 6), ("c", "ask", 16)],
        until=20,
    )
    # a third is resolved after a day; of the two left, one was watched for four days, so that the other stands for both
    assert means(log) == pytest.approx({"contacts": (1 / 3 * 2 + 2 / 3 * 3) / 1})
    assert jm.effort(log, resolved="solved", within="10d").table["naive_mean"].tolist() == [2.5]


def test_transfers_count_where_agents_are_known():
    agents = ["kim", "lee", "lee", "kim", "kim", "kim", "kim", "kim", "kim", "kim"]
    log = log_of(*EVENTS, agent=agents, until=20)
    assert means(log, agent="agent", gap="1min") == pytest.approx({"contacts": 3.5, "transfers": 0.5})


def test_each_segment_has_its_own_means():
    log = log_of(*EVENTS, channel=CHANNELS, kind=["old"] * 4 + ["new"] * 6, until=20)
    result = jm.effort(log, resolved="solved", within="10d", by="kind")
    assert result.table[["segment", "measure", "mean"]].to_numpy().tolist() == [
        ["new", "contacts", 4],
        ["new", "switches", 2],
        ["old", "contacts", 2],
        ["old", "switches", 1],
    ]
    assert result.headline.startswith("A journey of segment “new” that is resolved within 10 d takes 4.0 contacts (")
    names = [label.get_text() for label in result.plot().get_yticklabels()]
    assert names == ["new · contacts", "new · switches", "old · contacts", "old · switches"]


def test_any_of_several_activities_resolves_and_the_first_of_them_counts():
    log = log_of(("a", "ask", 0), ("a", "ask", 1), ("a", "closed", 2), ("a", "solved", 3), until=20)
    assert means(log, resolved=["solved", "closed"]) == {"contacts": 3}


def test_what_the_company_did_or_what_is_excluded_is_no_contact():
    log = log_of(("a", "ask", 0), ("a", "mail sent", 1), ("a", "note", 2), ("a", "solved", 3), until=20)
    assert means(log) == {"contacts": 3}
    assert means(log, exclude=["note", "solved"]) == {"contacts": 1}


def test_journeys_of_nobody_count_for_as_long_as_they_were_seen():
    log = log_of(("a", "ask", 0), ("a", "solved", 1), ("b", "ask", 0), customer=[None, None, None], until=20)
    row = jm.effort(log, resolved="solved", within="10d").table.iloc[0]
    assert row[["journeys", "resolved", "mean"]].tolist() == [2, 1, 2]


def test_a_log_in_which_nothing_was_resolved_in_time_says_so():
    log = log_of(("a", "ask", 0), ("a", "solved", 9), until=20)
    result = jm.effort(log, resolved="solved", within="2d")
    assert result.headline == "No journey was seen to be resolved within the window."


def test_what_cannot_be_answered_is_refused():
    log = log_of(*EVENTS, until=20)
    with pytest.raises(UnknownActivityError, match=r"^activity 'solve' never occurs. Did you mean 'solved'"):
        jm.effort(log, resolved="solve")
    with pytest.raises(OptionError, match=r"^name at least one activity that resolves a journey"):
        jm.effort(log, resolved=[])
    with pytest.raises(UnknownColumnError, match=r"^label column 'agent' is not in this log"):
        jm.effort(log, resolved="solved", agent="agent")
    with pytest.raises(WindowError, match=r"^within='15d' is too long for a log of 20 d: too few journeys"):
        jm.effort(log, resolved="solved", within="15d")
    with pytest.raises(OptionError, match=r"^a summary does not know how far each journey has come"):
        jm.effort(jm.summarise(log), resolved="solved")
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1"):
        jm.effort(log, resolved="solved", confidence=2)


def test_the_mean_number_of_contacts_is_found_in_a_log_that_ends_and_its_interval_holds_it():
    truth, rows = true_contacts(14, np.random.default_rng(0)), []
    for seed in range(60):
        log = resolutions(300, 21, np.random.default_rng(seed))
        row = jm.effort(log, resolved="solved", within="14d", gap="1s").table.iloc[0]
        rows.append([row["mean"] - truth, row["naive_mean"] - truth, row["low"] <= truth <= row["high"]])
    errors = np.array(rows, float)
    assert abs(errors[:, 0].mean()) < 3 * errors[:, 0].std() / np.sqrt(len(errors))
    assert errors[:, 1].mean() < -0.1
    assert errors[:, 2].mean() > 0.88
