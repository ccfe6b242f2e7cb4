"""Failed self-service: by hand, and against customers whose chance to call is known."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.durations import to_microseconds
from journeymine.errors import OptionError, UnknownActivityError, UnknownColumnError, UnknownNameError, WindowError
from journeymine.log import columns
from tests.service import true_failure, visits_and_calls
from tests.small import DAY, log_of
from tests.strategies import logs

MINUTE = 1 / 1440


def service(*events, until=20, **columns):
    """Make a log of (customer, activity, day, channel); each event is a case of its own."""
    cases = [(f"{number}", activity, day) for number, (_, activity, day, _) in enumerate(events)]
    who, channels = ([event[place] for event in events] for place in (0, 3))
    return log_of(*cases, until=until, customer=who, channel=channels, **columns)


def failed(log, **options):
    table = jm.self_service(log, **options).table
    return {row.activity: (row.visits, row.failed, row.rate) for row in table.itertuples()}


def test_a_visit_fails_where_the_customer_calls_within_the_window_whatever_the_journey():
    log = service(
        ("a", "home", 0, "web"),
        ("a", "help", 5 * MINUTE, "web"),
        ("a", "call", 0.5, "phone"),
        ("b", "home", 0, "web"),
        ("b", "call", 1.5, "phone"),
        ("c", "home", 0, "web"),
        ("d", "call", 0.1, "phone"),
    )
    assert failed(log, within="24h") == {"help": (1, 1, 1.0), "home": (2, 0, 0.0)}
    assert failed(log, within="2d") == {"help": (1, 1, 1.0), "home": (2, 1, 0.5)}
    every = jm.self_service(log, within="24h").overall.iloc[0]
    assert every[["visits", "customers", "failed"]].tolist() == [3, 3, 1]
    assert every["contained_rate"] == pytest.approx(2 / 3)
    assert every["median_seconds"] == pytest.approx(86_400 / 2 - 300)


def test_a_pause_or_a_call_ends_a_visit():
    log = service(
        *[("a", "home", day, "web") for day in (0, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE)],
        *[("b", "home", 0, "web"), ("b", "call", 5 * MINUTE, "phone"), ("b", "home", 10 * MINUTE, "web")],
    )
    assert failed(log)["home"][:2] == (4, 1)
    assert failed(log, gap="1h")["home"][:2] == (3, 1)


def test_the_window_begins_when_the_last_event_of_a_visit_ends():
    log = service(("a", "chat", 0, "chat"), ("a", "call", 1.5, "phone"))
    assert failed(log, within="24h")["chat"][1] == 0
    ends = log.table["timestamp"].to_numpy() + np.array([DAY, 0]).astype("m8[us]")
    longer = jm.EventLog.of(
        log.table.append_column("end_timestamp", [ends.astype("M8[us]")]).cast(
            log.table.schema.append(log.table.schema.field("timestamp").with_name("end_timestamp"))
        ),
        sources=log.sources,
    )
    assert failed(longer, within="24h")["chat"][1] == 1


def test_only_a_contact_on_the_same_topic_counts_where_topics_are_told():
    log = service(
        *[("a", "home", 0, "web"), ("a", "call", 0.5, "phone")],
        *[("b", "home", 0, "web"), ("b", "call", 0.5, "phone")],
        ("c", "home", 0, "web"),
        matter=["bill", "card", "bill", "bill", None],
    )
    assert failed(log)["home"][:2] == (3, 2)
    result = jm.self_service(log, topic="matter")
    assert result.table[["visits", "failed"]].to_numpy().tolist() == [[2, 1]]
    assert "on the same matter" in result.base
    assert "events left out: 1 without a value of matter; " in result.base
    by_topic = jm.self_service(log, topic="matter", by="matter").table
    assert by_topic[["matter", "visits", "failed"]].to_numpy().tolist() == [["bill", 2, 1]]


def test_an_open_visit_counts_while_it_was_watched():
    log = service(
        *[("a", "home", 0, "web"), ("a", "call", 0.25, "phone")],
        *[("b", "home", 0, "web"), ("b", "call", 0.75, "phone")],
        ("c", "home", 0, "web"),
        ("d", "home", 3.5, "web"),
        until=4,
    )
    # a quarter called after six hours; of the two who were watched longer than twelve, one called after eighteen
    row = jm.self_service(log, within="24h").table.iloc[0]
    assert row["rate"] == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert row[["visits", "open", "failed", "naive_rate"]].tolist() == [4, 1, 2, 0.5]


def test_no_visit_is_watched_before_or_longer_than_calls_are_logged():
    log = service(
        *[("a", "home", 1, "web"), ("a", "home", 2.5, "web"), ("b", "home", 4.5, "web"), ("d", "home", 9, "web")],
        *[("c", "call", 2, "phone"), ("c", "call", 5, "phone")],
        until=None,
        source=["site"] * 4 + ["exchange"] * 2,
    )
    row = jm.self_service(log, within="24h").table.iloc[0]
    assert row[["visits", "open", "failed"]].tolist() == [3, 2, 0]  # not that of day 1


def test_what_the_company_did_is_no_contact_of_the_customer():
    log = service(
        *[("a", "home", 0, "web"), ("a", "mail sent", 0.1, "mail"), ("b", "home", 0, "web")],
        *[("b", "call", 0.1, "phone"), ("c", "home", 0, "web"), ("c", "newsletter", 0.1, "mail")],
        direction=[None, None, None, "outbound", None, None],
    )
    assert failed(log)["home"][:2] == (3, 1)
    assert failed(log, exclude="newsletter")["home"][:2] == (3, 0)
    assert "events left out: 2 that customers did not make; " in jm.self_service(log).base


def test_events_of_nobody_are_left_out():
    log = service(("a", "home", 0, "web"), (None, "home", 0, "web"), (None, "call", 0.1, "phone"))
    result = jm.self_service(log, then="phone")
    assert result.overall["visits"].tolist() == [1]
    assert "2 of nobody" in result.base


def test_nothing_unread_may_lie_between():
    log = service(
        *[("a", "home", 0, "web"), ("a", "call", 0.5, "phone"), ("b", "home", 0, "web"), ("b", "call", 0.5, "phone")],
        ("c", "home", 0, "web"),
        after_unread=[False, True, False, False, False],
    )
    row = jm.self_service(log).table.iloc[0]
    assert row[["visits", "open", "failed"]].tolist() == [3, 1, 1]
    assert row["rate"] == pytest.approx(1 / 3)


@settings(max_examples=30)
@given(logs(min_events=2), st.sampled_from(["1s", "36h", "14d"]))
def test_visits_and_those_that_fail_are_what_a_count_in_plain_python_gives(log, within):
    window, pause = to_microseconds(within), to_microseconds("30min")
    assume({"web", "phone"} <= set(log.channels) and window <= 0.7e6 * jm.summarise(log).window_seconds)
    ends = dict(zip(log.sources["source"].to_pylist(), columns.numbers(log.sources["observed_until"]), strict=True))
    rows = list(
        zip(*(log.table[name].to_pylist() for name in ("customer", "channel", "source")), log.times, strict=True)
    )
    known = sorted((row for row in rows if row[0] and row[1] in ("web", "phone")), key=lambda row: row[3])
    helping = {row[2] for row in rows if row[1] == "phone"}
    begins = {name: log.times[[source == name for source in log.table["source"].to_pylist()]].min() for name in helping}
    seen_from, seen_until = min(begins.values(), default=np.inf), max((ends[name] for name in helping), default=0)
    visits = failed = 0
    for who in {row[0] for row in known}:
        mine = [row for row in known if row[0] == who]
        assume(len({row[3] for row in mine}) == len(mine))
        for row, after in zip(mine, [*mine[1:], (None, "", "", np.inf)], strict=True):
            if row[1] == "web" and row[3] >= seen_from and (after[1] != "web" or after[3] - row[3] > pause):
                calls = [call[3] for call in mine if call[1] == "phone" and call[3] > row[3]]
                until = min(row[3] + window, ends[row[2]], seen_until)
                visits += 1
                failed += bool(calls) and calls[0] <= until
    found = jm.self_service(log, first="web", then="phone", within=within).overall
    assert found[["visits", "failed"]].to_numpy().tolist() == ([[visits, failed]] if visits else [])


def test_most_failures_to_be_expected_come_first_and_stand_in_the_headline():
    log = service(
        *[event for n in range(10) for event in ((f"a{n}", "home", 0, "web"), (f"a{n}", "call", 0.1 + n / 8, "phone"))],
        *[("b", "help", 0, "web"), ("b", "call", 0.1, "phone")],
    )
    result = jm.self_service(log)
    assert result.table["activity"].tolist() == ["home", "help"]
    assert result.headline.endswith("Most failures are to be expected after “home”: 80 % of its visits.")
    assert [label.get_text() for label in result.plot().get_yticklabels()] == ["home", "help"]
    alone = jm.self_service(log, by=None)
    assert alone.table.equals(alone.overall)
    assert [label.get_text() for label in alone.plot().get_yticklabels()] == ["all visits"]


def test_what_cannot_be_answered_is_refused():
    log = service(("a", "home", 0, "web"), ("a", "call", 0.1, "phone"))
    with pytest.raises(UnknownNameError, match=r"^channel 'fone' does not occur. Did you mean 'phone'\? Known: "):
        jm.self_service(log, then="fone")
    with pytest.raises(
        OptionError, match=r"^this log has none of the channels phone, mail; name yours \(it has: web\)"
    ):
        jm.self_service(service(("a", "home", 0, "web")))
    with pytest.raises(OptionError, match=r"^'web' cannot be a channel of both self-service and assisted contact$"):
        jm.self_service(log, then=["web", "phone"])
    with pytest.raises(UnknownActivityError, match=r"^activity 'cal' never occurs. Did you mean 'call'"):
        jm.self_service(log, exclude="cal")
    with pytest.raises(UnknownColumnError, match=r"^label column 'topic' is not in this log"):
        jm.self_service(log, topic="topic")
    with pytest.raises(WindowError, match=r"^within='30d' is too long for a log of 20 d: too few visits"):
        jm.self_service(log, within="30d")
    with pytest.raises(OptionError, match=r"^a summary does not know which customer made which contact"):
        jm.self_service(jm.summarise(log))
    with pytest.raises(OptionError, match=r"^confidence must lie between 0 and 1"):
        jm.self_service(log, confidence=95)


def test_a_log_without_a_watched_visit_says_so():
    log = service(("a", "call", 0, "phone"), ("a", "home", 19.9, "web"))
    assert jm.self_service(log).headline == "No self-service visit was watched to the end of the window."


def test_the_chance_to_fail_is_found_in_a_log_that_ends_and_its_interval_holds_it():
    truth, rows = true_failure(1), []
    names, right = ["home", "help"], np.array(list(truth.values()))
    for seed in range(60):
        table = jm.self_service(visits_and_calls(300, 6, np.random.default_rng(seed))).table.set_index("activity")
        table = table.loc[names]
        inside = (table["low"] <= right) & (right <= table["high"])
        rows.append([*(table["rate"] - right), *(table["naive_rate"] - right), *inside])
    errors = np.array(rows, float)
    noise = errors[:, :2].std(axis=0) / np.sqrt(len(errors))
    assert (abs(errors[:, :2].mean(axis=0)) < 3 * noise).all()
    assert errors[:, 3].mean() < -0.015  # two points of the naive count, which takes open visits for contained
    assert errors[:, 4:].mean() > 0.9
