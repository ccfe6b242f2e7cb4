"""What linking did, and how much the answers depend on it, worked out by hand."""

import pyarrow as pa
import pytest
from matplotlib import pyplot as plt

import journeymine as jm
from journeymine.errors import OptionError, UnknownActivityError
from tests.small import at, log_of

EVENTS = [  # activity, channel, day, customer, e-mail, cookie
    ("visit", "web", 0, None, None, "k1"),
    ("log in", "web", 1, "C1", None, "k1"),
    ("ask", "mail", 2, None, "a@x.nl", None),
    ("buy", "web", 3, "C1", None, None),
]


def linked(events=EVENTS, **options):
    names = ("activity", "channel", "timestamp", "customer", "email", "cookie")
    table = {name: list(column) for name, column in zip(names, zip(*events, strict=True), strict=True)}
    table["timestamp"] = [at(day) for day in table["timestamp"]]
    table |= {name: pa.array(table[name], pa.string()) for name in names[3:]}
    log = jm.read_table(table, ids={"email": "email", "cookie": "cookie"}, channel="channel", observed_until=at(30))
    return jm.link(log, extra={"customer": ["C1"], "email": ["a@x.nl"]}, **options)


def test_the_same_events_are_compared_with_strong_links_with_medium_ones_and_with_all():
    table = jm.link_report(linked(), goal="buy", within="5d").table
    assert table["links"].tolist() == ["strong", "medium", "all"]
    assert table["customers"].tolist() == [3, 2, 1]
    assert table["cases"].tolist() == [3, 2, 1]
    assert table["dropoff_rate"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])  # of visit, log in and ask
    assert table["switches"].tolist() == [0, 2, 2]
    assert table["switch_share"].tolist() == pytest.approx([0, 1, 2 / 3])
    assert (table["dropoff_low"] <= table["dropoff_rate"]).all()
    assert (table["dropoff_rate"] <= table["dropoff_high"]).all()


def test_an_address_that_is_known_by_a_device_only_counts_with_all_links():
    events = [("log in", "web", 0, "C1", None, "k"), ("ask", "mail", 1, None, "b@x.nl", "k"), EVENTS[3]]
    table = jm.link_report(linked(events), goal="buy", within="5d").table
    assert table["customers"].tolist() == [2, 2, 1]


def test_the_events_are_told_by_what_links_them():
    shared = [("log in", "web", day, name, None, "s") for day, name in ((4, "C1"), (6, "C2"))]
    rest = [
        ("visit", "web", 5, None, None, "s"),
        ("visit", "web", 7, None, None, "k9"),
        ("ask", "mail", 8, None, "x", None),
    ]
    report = jm.link_report(linked([*EVENTS, *shared, *rest, ("call", "phone", 9, None, None, None)], block="x"))
    assert dict(zip(report.events["linked_by"], report.events["events"], strict=True)) == {
        "strong": 4, "medium": 1, "weak": 1, "weak, by time": 1, "anonymous": 1, "nobody": 1, "no identifier": 1,
    }  # fmt: skip
    assert report.events["share"].sum() == pytest.approx(1)


def test_customers_are_counted_by_their_identifiers_and_the_largest_stand_first():
    report = jm.link_report(linked([*EVENTS, ("visit", "web", 7, None, None, "k9")]))
    assert report.clusters.to_dict("list") == {"identifiers": [1, 3], "customers": [1, 1], "share": [0.5, 0.5]}
    assert report.largest.to_dict("records") == [
        {"customer": "C1", "identifiers": 3, "kinds": "1 cookie, 1 customer, 1 email", "events": 4},
        {"customer": "cookie:k9", "identifiers": 1, "kinds": "1 cookie", "events": 1},
    ]


def test_what_was_dropped_is_told_with_its_reason_its_events_and_its_degree():
    kiosk = [("visit", "web", day, f"C{day}", None, "kiosk") for day in range(8)]
    log = linked([*kiosk, ("ask", "mail", 9, None, "info@x.nl", None), *EVENTS], block=["info@x.nl"])
    assert jm.link_report(log).dropped.to_dict("records") == [
        {"kind": "cookie", "reason": "shared: seen with more than 5 of one kind", "identifiers": 1, "events": 8,
         "max_degree": 8},
        {"kind": "email", "reason": "blocked", "identifiers": 1, "events": 1, "max_degree": 0},
    ]  # fmt: skip


def test_all_levels_have_the_window_that_all_links_choose():
    whole = jm.link_report(linked(), goal="buy")
    assert "drop-off within 24 h over all touchpoints" in whole.base
    assert whole.table["dropoff_rate"].notna().all()


def test_journeys_end_at_a_gap_and_at_ends():
    later = ("visit", "web", 20, "C1", None, None)
    report = jm.link_report(linked([*EVENTS, later]), goal="buy", gap="5d", within="5d")
    assert report.table["cases"].tolist() == [4, 3, 2]


def test_the_headline_and_the_page_tell_how_much_depends_on_linking():
    report = jm.link_report(linked(), goal="buy", within="5d")
    assert report.headline == (
        "Drop-off is 67 % with strong links only, 33 % with medium ones and 0 % with all; "
        "0 %, 100 % and 67 % of the transitions are to another channel."
    )
    assert report.base.startswith("3 of 3 identifiers name 1 customer; drop-off within 5d over all touchpoints")
    page = report._repr_html_()
    assert all(title in page for title in ("Events by what links them", "Customers with the most identifiers"))


def test_the_picture_has_a_row_for_each_level():
    ax = jm.link_report(linked(), goal="buy", within="5d").plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "strong links only", "strong and medium links", "all links",
    ]  # fmt: skip
    assert ax.collections[2].get_offsets()[:, 0].tolist() == pytest.approx([200 / 3, 100 / 3, 0])
    plt.close("all")


def test_a_log_without_channels_has_no_switches():
    log = linked()
    bare = jm.EventLog.of(log.table.drop_columns("channel"), evidence=log.evidence)
    table = jm.link_report(bare).table
    assert table["switches"].tolist() == [0, 0, 0]
    assert table["switch_share"].isna().all()


def test_a_log_that_was_cut_gives_the_same_report():
    log = linked()
    options = {"goal": "buy", "gap": "5d", "within": "5d"}
    assert jm.link_report(jm.cut(log, gap="1d"), **options).table.equals(jm.link_report(log, **options).table)


def test_what_cannot_be_reported_is_refused():
    with pytest.raises(OptionError, match=r"^this log has no evidence of who is who; link it first: log = jm.link\(lo"):
        jm.link_report(log_of(("a", "x", 0)))
    with pytest.raises(UnknownActivityError, match=r"'bye' never occurs. Did you mean 'buy'"):
        jm.link_report(linked(), goal="bye")


def test_a_summary_does_not_know_who_was_linked():
    with pytest.raises(OptionError, match="give the log itself to link_report"):
        jm.link_report(jm.summarise(linked()), goal="buy")
