"""First-contact resolution: by hand, on a bank's calls, and against customers whose chance to call again is known."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import OptionError, UnknownColumnError, UnknownNameError, WindowError
from journeymine.log import columns
from tests.service import issues, true_resolution
from tests.small import log_of
from tests.strategies import logs

FIRST = ("z", "call", 0)  # so that the log begins long before the others


def contacts(*events, until=60, **columns):
    """Make a log of (customer, activity, day), each a case of its own, and one call at the very begin."""
    events = [FIRST, *events]
    cases = [(f"{number}", activity, day) for number, (_, activity, day) in enumerate(events)]
    columns = {name: [values[0], *values] for name, values in columns.items()}
    return log_of(*cases, until=until, customer=[who for who, *_ in events], **columns)


def resolved(log, **options):
    row = jm.repeat_contacts(log, **options).overall.iloc[0]
    return row["issues"], row["repeated"], pytest.approx(row["rate"])


def test_an_issue_is_resolved_at_first_contact_where_no_other_follows_within_the_window():
    log = contacts(("a", "call", 20), ("a", "call", 23), ("b", "call", 20), ("c", "call", 20), ("c", "call", 29))
    assert resolved(log, within="7d") == (4, 1, 3 / 4)  # the call of day 29 begins an issue of its own
    assert resolved(log, within="10d") == (3, 2, 1 / 3)
    table = jm.repeat_contacts(log, within=["1d", "10d"]).table
    assert table["within_seconds"].tolist() == [86_400, 864_000]
    assert table["issues"].tolist() == [5, 3]
    assert table["customers"].tolist() == [3, 3]


def test_a_contact_soon_after_its_source_began_may_be_a_repeat_and_begins_no_issue():
    log = contacts(("a", "call", 6), ("a", "call", 8), ("b", "call", 8))
    assert resolved(log, within="7d") == (1, 0, 1)
    assert resolved(log, within="3d")[0] == 2


def test_an_open_issue_counts_while_it_was_watched():
    log = contacts(
        *[("a", "call", 20), ("a", "call", 23), ("b", "call", 20), ("b", "call", 25), ("c", "call", 20)],
        ("d", "call", 56),
    )
    # one of four called again after three days; of the two watched longer than four, one did after five
    assert resolved(log, within="7d") == (4, 2, 3 / 4 * 1 / 2)
    row = jm.repeat_contacts(log, within="7d").overall.iloc[0]
    assert row[["open", "naive_rate", "median_seconds"]].tolist() == [1, 0.5, 4 * 86_400]


def test_what_comes_without_a_pause_is_one_contact():
    log = contacts(("a", "call", 20), ("a", "call", 20.01), ("b", "call", 20), ("b", "call", 20.03))
    assert resolved(log) == (2, 1, 0.5)
    assert resolved(log, gap="1h") == (2, 0, 1)
    assert resolved(log, gap="1min") == (2, 2, 0)


def test_topics_apart_have_issues_apart():
    log = contacts(
        *[("a", "call", 20), ("a", "call", 22), ("b", "call", 20), ("b", "call", 22)],
        matter=["card", "bill", "bill", "bill"],
    )
    assert resolved(log) == (2, 2, 0)
    assert resolved(log, topic="matter") == (3, 1, 2 / 3)
    table = jm.repeat_contacts(log, topic="matter", by="matter").table
    assert table[["matter", "issues", "rate"]].to_numpy().tolist() == [["bill", 2, 0.5], ["card", 1, 1]]


def test_a_contact_in_another_channel_is_a_repeat_unless_channels_are_held_apart():
    log = contacts(
        *[("a", "call", 20), ("a", "mail", 20.001), ("b", "call", 20), ("b", "visit", 22)],
        channel=["phone", "mail", "phone", "web"],
    )
    assert resolved(log) == (2, 1, 0.5)  # what they do on the web does not count
    assert resolved(log, across_channels=False) == (3, 0, 1)
    assert resolved(log, channels=["phone", "web"]) == (2, 1, 0.5)
    assert resolved(log, channels="phone") == (2, 0, 1)
    table = jm.repeat_contacts(log, by="channel").table
    assert table[["channel", "issues", "rate"]].to_numpy().tolist() == [["phone", 2, 0.5]]


def test_a_transfer_is_the_same_contact_unless_the_agent_counts():
    log = contacts(
        *[("a", "call", 20), ("a", "wait", 20.001), ("a", "call", 20.002), ("b", "call", 20)],
        agent=["kim", None, "lee", "kim"],
    )
    assert resolved(log) == (2, 0, 1)
    assert resolved(log, agent="agent") == (2, 1, 0.5)
    told = (jm.repeat_contacts(log, **options).base for options in ({}, {"agent": "agent"}))
    assert [base.split("; ")[2] for base in told] == [
        "a transfer is no contact of its own",
        "a transfer is another contact",
    ]


def test_events_of_nobody_and_of_the_company_are_left_out():
    log = contacts(
        *[("a", "call", 20), ("a", "call made", 21), (None, "call", 20), (None, "call", 21)],
    )
    assert resolved(log) == (1, 0, 1)
    assert "events left out: 1 that customers did not make, 2 of nobody; " in jm.repeat_contacts(log).base


def test_a_window_that_nobody_was_watched_for_has_no_rate():
    log = contacts(("a", "call", 20), ("a", "call", 20.5), ("b", "call", 20), until=21)
    result = jm.repeat_contacts(log, within="2d")
    assert np.isnan(result.overall["rate"].iloc[0])
    assert result.headline == "No issue was watched to the end of the window."


@settings(max_examples=30)
@given(logs(min_events=2), st.sampled_from(["1s", "36h", "14d"]))
def test_issues_and_their_repeats_are_what_a_count_in_plain_python_gives(log, within):
    window, pause = to_microseconds(within), to_microseconds("30min")
    assume(window <= 0.7e6 * jm.summarise(log).window_seconds)
    assume(any(name != "web" for name in log.channels) or not log.channels)
    ends = dict(zip(log.sources["source"].to_pylist(), columns.numbers(log.sources["observed_until"]), strict=True))
    told = (log.table[name].to_pylist() for name in ("customer", "channel", "source"))
    rows = list(zip(*told, log.times, strict=True))
    begins = {source: min(row[3] for row in rows if row[2] == source) for source in {row[2] for row in rows}}
    known = [row for row in rows if row[0] and (not log.channels or row[1] in {*log.channels} - {"web"})]
    issues = repeated = 0
    for who in {row[0] for row in known}:
        mine = sorted((row for row in known if row[0] == who), key=lambda row: row[3])
        assume(len({row[3] for row in mine}) == len(mine))
        contacts: list[list] = []
        for row in mine:
            goes_on = contacts and row[1] == contacts[-1][-1][1] and row[3] - contacts[-1][-1][3] <= pause
            contacts = [*contacts[:-1], [*contacts[-1], row]] if goes_on else [*contacts, [row]]
        for place, contact in enumerate(contacts):
            since = contacts[place - 1][-1][3] if place else begins[contact[0][2]]
            if contact[0][3] - since > window:
                issues += 1
                until = min(contact[-1][3] + window, ends[contact[-1][2]])
                repeated += place + 1 < len(contacts) and contacts[place + 1][0][3] <= until
    found = jm.repeat_contacts(log, within=within).overall
    assert found[["issues", "repeated"]].to_numpy().tolist() == ([[issues, repeated]] if issues else [])


def test_the_picture_has_a_row_for_each_window_or_value():
    log = contacts(("a", "call", 20), ("a", "mail", 20.5), ("b", "mail", 21))
    several = jm.repeat_contacts(log, within=["1d", "7d"])
    assert [label.get_text() for label in several.plot().get_yticklabels()] == ["within 24 h", "within 7 d"]
    each = jm.repeat_contacts(log, by="activity")
    assert [label.get_text() for label in each.plot().get_yticklabels()] == ["call", "mail"]
    both = jm.repeat_contacts(log, within=["1d", "7d"], by="activity")
    assert [label.get_text() for label in both.plot().get_yticklabels()][:1] == ["call · within 24 h"]


def test_what_cannot_be_answered_is_refused():
    log = contacts(("a", "call", 20), channel=["phone"])
    with pytest.raises(WindowError, match=r"^within='50d' is too long for a log of 60 d: too few contacts"):
        jm.repeat_contacts(log, within=["1d", "50d"])
    with pytest.raises(UnknownNameError, match=r"^channel 'mail' does not occur"):
        jm.repeat_contacts(log, channels=["mail"])
    with pytest.raises(UnknownColumnError, match=r"^label column 'agent' is not in this log"):
        jm.repeat_contacts(log, agent="agent")
    with pytest.raises(OptionError, match=r"^a summary does not know which customer made which contact"):
        jm.repeat_contacts(jm.summarise(log))
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1"):
        jm.repeat_contacts(log, confidence=0)


def test_the_chance_that_nobody_calls_again_is_found_in_a_log_that_ends_and_its_interval_holds_it():
    rows = []
    for seed in range(60):
        log = issues(300, 21, np.random.default_rng(seed))
        row = jm.repeat_contacts(log, topic="activity", gap="1s").overall.iloc[0]
        inside = row["low"] <= true_resolution() <= row["high"]
        rows.append([row["rate"] - true_resolution(), row["naive_rate"] - true_resolution(), inside])
    errors = np.array(rows, float)
    assert abs(errors[:, 0].mean()) < 3 * errors[:, 0].std() / np.sqrt(len(errors))
    assert errors[:, 1].mean() > 0.005
    assert errors[:, 2].mean() > 0.88


def test_calls_of_a_bank_that_were_given_up_are_repeated_most(shared_file):
    calls = jm.read_table(
        shared_file("data/phone/anonymous_bank_feb1999.txt.gz"),
        customer="customer_id",
        activity="outcome",
        timestamp=["date", "vru_entry"],
        time_format="%y%m%d %H:%M:%S",
        tz="Asia/Jerusalem",
        unknown=["0"],
    )
    table = jm.repeat_contacts(calls, by="activity", exclude="PHANTOM").table
    assert table["activity"].tolist() == ["HANG", "AGENT"]
    assert table["high"].iloc[0] < table["low"].iloc[1]
