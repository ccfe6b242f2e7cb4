"""Partitions on disk give the numbers that memory gives, whatever arrives when."""

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.engines import stored, summarise
from journeymine.engines.question import Question
from journeymine.errors import FormatError, OptionError, UnknownActivityError, UnknownColumnError, UnknownOptionError
from journeymine.log.eventlog import EventLog
from journeymine.log.regroup import regrouped
from journeymine.summary.summary import PARTS
from tests.small import DAY, START, at, log_of
from tests.strategies import logs

STEPS = ["visit", "ask", "call", "buy"]


def shop(customers=60, *, name="shop", first=0, day=0.0):
    """Make a log of customers C0, C1, … with two to five events each, some of them at one moment."""
    rows = [
        (f"C{first + customer}", STEPS[(customer + step) % 4], day + customer / 10 + step // 2 / 3)
        for customer in range(customers)
        for step in range(2 + customer % 4)
    ]
    cases, activities, days = zip(*rows, strict=True)
    return jm.read_table(
        {"customer": cases, "activity": activities, "timestamp": [at(day) for day in days]}
        | {"segment": [("new", "old")[len(case) % 2] for case in cases], "channel": ["web"] * len(cases)},
        name=name,
    )


def written(folder, *arrived, **options):
    for sources in arrived:
        jm.write_partitioned(sources, folder, **{"partitions": 8, **options})
    return jm.open_partitions(folder)


# --- the same numbers as in memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [None, "segment", "channel"])
@pytest.mark.parametrize("error", [None, 0.01])
def test_partitions_add_up_to_what_memory_gives(tmp_path, by, error):
    written(tmp_path / "log", shop())
    found = jm.summarise_partitions(tmp_path / "log", by=by, relative_error=error)
    assert found == jm.summarise(shop(), by=by, relative_error=error)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(logs(named=True), st.sampled_from([1, 4]), st.sampled_from([None, "channel", "source"]))
def test_any_log_is_the_same_in_partitions(tmp_path_factory, log, partitions, by):
    log = regrouped(log, log.table)  # events of one moment in the order of their sources
    folder = tmp_path_factory.mktemp("any") / "log"
    kept = written(folder, log, partitions=partitions)
    assert jm.summarise_partitions(folder, by=by) == jm.summarise(log, by=by)
    assert kept.num_events == log.num_events
    assert kept.sources.equals(log.sources)


def test_events_of_nobody_are_cases_of_their_own_in_partitions_too(tmp_path):
    log = jm.read_table(
        {"customer": ["0", "C1", "0", "0"], "activity": STEPS, "timestamp": [at(day) for day in range(4)]},
        unknown=["0"],
    )
    written(tmp_path / "log", log)
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(log)


def test_logs_that_arrive_one_after_the_other_are_the_same_as_together(tmp_path):
    both = [shop(name="shop"), shop(name="phone", day=0.25)]
    written(tmp_path / "one", both[0], both[1])
    written(tmp_path / "all", both)
    together = jm.summarise(jm.concat(both), by="segment")
    assert jm.summarise_partitions(tmp_path / "one", by="segment") == together
    assert jm.summarise_partitions(tmp_path / "all", by="segment") == together


def test_partitions_give_logs_whose_cases_and_account_are_those_of_all(tmp_path):
    log = jm.cut(shop(), gap="8h", end="buy")
    kept = written(tmp_path / "log", shop(), cut={"gap": "8h", "end": "buy"})
    parts = list(kept.logs())
    assert sorted(case for part in parts for case in part.table["case_id"].to_pylist()) == sorted(
        log.table["case_id"].to_pylist()
    )
    assert all(part.sources.equals(log.sources) for part in parts)
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(log)


def test_a_partition_that_lacks_a_column_has_it_as_null(tmp_path):
    plain = jm.read_table({"customer": ["D1"], "activity": ["visit"], "timestamp": [at(0)]}, name="plain")
    written(tmp_path / "log", [shop(), plain])
    assert jm.summarise_partitions(tmp_path / "log", by="segment") == jm.summarise(
        jm.concat([shop(), plain]), by="segment"
    )


def test_large_partitions_are_streamed_to_the_same_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(summarise, "_LARGE", 12)
    written(tmp_path / "log", shop(), partitions=2, cut={"gap": "8h"})
    assert jm.summarise_partitions(tmp_path / "log", by="segment") == jm.summarise(
        jm.cut(shop(), gap="8h"), by="segment"
    )


@pytest.mark.slow
def test_several_processes_give_the_same(tmp_path):
    written(tmp_path / "log", shop(), partitions=2)
    assert jm.summarise_partitions(tmp_path / "log", workers=2) == jm.summarise(shop())


def test_rows_that_could_not_be_used_are_kept(tmp_path):
    bad = {"customer": ["C1", "C1"], "activity": ["visit", None], "timestamp": [at(0), at(1)]}
    kept = written(tmp_path / "log", [shop(), jm.read_table(bad, name="bad")])
    assert kept.quarantine.reasons == {"no_activity": 1}
    rows = {row["source"]: row for row in kept.sources.to_pylist()}
    assert (rows["bad"]["rows_in"], rows["bad"]["used"], rows["bad"]["quarantined"]) == (2, 1, 1)


# --- what arrives ----------------------------------------------------------------------------------------------------


def test_what_was_written_is_not_taken_in_twice(tmp_path):
    file = tmp_path / "shop.parquet"
    pq.write_table(pa.table({"customer": ["C1", "C2"], "activity": ["visit"] * 2, "timestamp": [at(0), at(1)]}), file)
    sources = [shop(), jm.read_in_parts(file)]
    assert written(tmp_path / "log", sources, sources, shop()).num_events == shop().num_events + 2


def test_a_file_that_changed_is_another_delivery(tmp_path):
    file = tmp_path / "shop.csv"
    for row in ("C1,visit", "C1,buy"):
        file.write_text(f"customer,activity,timestamp\n{row},2024-05-01T09:00:0{len(row)}Z\n", encoding="utf-8")
        kept = written(tmp_path / "log", jm.read_in_parts(file))
    assert kept.num_events == 2
    assert kept.sources.to_pylist()[0]["rows_in"] == 2


def test_functions_are_called_when_their_turn_comes_and_only_once(tmp_path):
    calls = []

    def day(number):
        calls.append(number)
        return shop(name=f"day {number}", day=number)

    sources = {"1": lambda: day(1), "2": lambda: day(2)}
    kept = written(tmp_path / "log", sources, sources)
    assert calls == [1, 2]
    assert len(kept.sources) == 2


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_table_in_parts_is_the_same_as_the_table(tmp_path, size):
    table = shop().table.select(["customer", "activity", "timestamp", "segment", "channel"])
    pq.write_table(table, tmp_path / "shop.parquet")
    whole = jm.read_table(tmp_path / "shop.parquet", channel="channel")
    kept = written(tmp_path / "log", jm.read_in_parts(tmp_path / "shop.parquet", rows=size, channel="channel"))
    assert jm.summarise_partitions(tmp_path / "log", by="segment") == jm.summarise(whole, by="segment")
    assert kept.sources.equals(whole.sources)


def test_a_memory_that_is_full_is_emptied_to_disk_with_nothing_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("journeymine.engines.write._COPIES", 10_000_000)
    written(tmp_path / "log", {"shop": [shop(10, first=ten, name="shop") for ten in range(0, 60, 10)]})
    assert len(list((tmp_path / "log" / "events").rglob("*.parquet"))) > 8
    assert jm.open_partitions(tmp_path / "log").num_events == 6 * shop(10).num_events


# --- only what is new ------------------------------------------------------------------------------------------------


def redone(folder, **options):
    """Summarise, and give the partitions that were worked on."""
    done = []
    jm.summarise_partitions(folder, progress=lambda what, *_: done.append(int(what.split()[1])), **options)
    return sorted(done)


def test_a_further_file_redoes_only_the_partitions_it_touches(tmp_path):
    first = shop()
    written(tmp_path / "log", first)
    assert redone(tmp_path / "log") == list(range(8))
    assert redone(tmp_path / "log") == []
    late = jm.read_table({"customer": ["C7"], "activity": ["call"], "timestamp": [at(0.01)]}, name="late")
    written(tmp_path / "log", late)
    assert len(redone(tmp_path / "log")) == 1
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(jm.concat([first, late]))


def test_other_options_have_summaries_of_their_own(tmp_path):
    written(tmp_path / "log", shop())
    redone(tmp_path / "log")
    assert len(redone(tmp_path / "log", by="segment")) == 8
    assert redone(tmp_path / "log") == []


def test_a_source_that_goes_on_is_observed_until_its_later_end(tmp_path):
    """Open visits of the first day were followed for two days when the second has come: all of them count anew."""
    days = [shop(name="shop"), shop(20, name="shop", day=9)]
    written(tmp_path / "log", *days)
    ends = [max(int(log.times.max()) for log in days)]
    assert [
        row["observed_until"].timestamp() * 1e6 for row in jm.open_partitions(tmp_path / "log").sources.to_pylist()
    ] == ends
    table = pa.concat_tables([log.table for log in days]).combine_chunks()
    together = EventLog.of(table, sources=jm.open_partitions(tmp_path / "log").sources)
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(together)


# --- delivered again -------------------------------------------------------------------------------------------------


def orders(*rows):
    """Make parts of a table of (order, version, customer, activity, day)."""
    names = ("order", "version", "customer", "activity", "timestamp")
    values = zip(*((*row[:4], at(row[4])) for row in rows), strict=True)
    table = pa.table(dict(zip(names, values, strict=True)))
    return jm.read_in_parts(table, rows=2, event_id="order", version="version", name="shop")


def test_of_events_delivered_again_the_highest_version_counts_wherever_its_customer_lies(tmp_path):
    first = orders(
        ("o1", 1, "C1", "visit", 0), ("o2", 9, "C2", "visit", 1), ("o1", 10, "C9", "ask", 0), ("o3", 1, "C3", "call", 2)
    )
    again = orders(("o2", 2, "C4", "buy", 3), ("o3", 2, "C3", "buy", 3))
    kept = written(tmp_path / "log", {"day 1": first}, {"day 2": again})
    found = sorted(
        tuple(row.values())
        for part in kept.logs()
        for row in part.table.select(["event_id", "customer", "activity"]).to_pylist()
    )
    assert found == [("o1", "C9", "ask"), ("o2", "C2", "visit"), ("o3", "C3", "buy")]
    row = kept.sources.to_pylist()[0]
    assert (row["rows_in"], row["used"], row["duplicate"]) == (6, 3, 3)
    assert kept.num_events == 3


def test_a_delivery_again_redoes_the_partition_it_takes_events_from(tmp_path):
    written(tmp_path / "log", {"day 1": orders(*((f"o{n}", 1, f"C{n}", "visit", n) for n in range(40)))})
    redone(tmp_path / "log")
    moved = orders(("o5", 2, "C6", "visit", 1))
    written(tmp_path / "log", {"day 2": moved})
    assert len(redone(tmp_path / "log")) <= 2
    assert jm.summarise_partitions(tmp_path / "log").num_events == 40


def test_several_events_with_one_id_stay_together_and_are_replaced_together(tmp_path):
    """A chat's messages share its id: a later export of the chat replaces all of them."""

    def chat(*messages):
        table = pa.table(
            {"case_id": ["k1"] * len(messages), "activity": list(messages), "event_id": ["chat 1"] * len(messages)}
            | {
                "timestamp": pa.array(
                    [START + number * DAY for number in range(len(messages))], pa.timestamp("us", "UTC")
                )
            }
            | {"source": ["chats"] * len(messages), "source_row": [1] * len(messages)}
        )
        return EventLog.of(table)

    kept = written(tmp_path / "log", chat("hello", "bye"), chat("hello", "more", "bye"))
    assert [part.table["activity"].to_pylist() for part in kept.logs()] == [["hello", "more", "bye"]]


# --- files that are not whole ----------------------------------------------------------------------------------------


def test_files_that_nobody_named_do_not_count(tmp_path):
    kept = written(tmp_path / "log", shop())
    stray = tmp_path / "log" / "events" / "0003" / "000099.parquet"
    stray.write_bytes(b"PAR1 half a file")
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(shop())
    written(tmp_path / "log", shop(5, name="more"))
    assert not stray.exists()
    assert kept.num_events == shop().num_events


def test_a_summary_that_was_not_finished_is_made_again(tmp_path):
    written(tmp_path / "log", shop())
    whole = jm.summarise_partitions(tmp_path / "log")
    room = next((tmp_path / "log" / "summaries").iterdir())
    for path in room.glob("total*.json"):
        path.unlink()
    victim = sorted(room.glob("0*.json"))[2]
    victim.unlink()  # it comes last: without it the other file does not count
    victim.with_suffix(".bin").write_bytes(b"half")
    assert len(redone(tmp_path / "log")) == 1
    assert jm.summarise_partitions(tmp_path / "log") == whole


def test_damage_is_said(tmp_path):
    written(tmp_path / "log", shop())
    victim = next((tmp_path / "log" / "events" / "0003").iterdir())
    content = bytearray(victim.read_bytes())
    content[len(content) // 4 : len(content) // 3] = bytes(len(content) // 3 - len(content) // 4)
    victim.write_bytes(content)
    with pytest.raises(FormatError, match="Write the folder anew"):
        jm.summarise_partitions(tmp_path / "log")


def test_a_stored_summary_opens_identical(tmp_path):
    for log in (shop(), log_of()):
        summary = jm.summarise(log, by=None)
        path = tmp_path / f"s{log.num_events}"
        stored.save(summary, path)
        assert stored.load(path) == summary


def test_a_sum_of_stored_summaries_keeps_what_all_rows_share_once(tmp_path):
    halves = [jm.summarise(shop(20, first=first)) for first in (0, 20)]
    for number, half in enumerate(halves):
        stored.save(half, tmp_path / f"{number}")
    stored.add_up([tmp_path / "0", tmp_path / "1"], Question.of(None, PARTS, None, 0), tmp_path / "sum")
    total = stored.load(tmp_path / "sum")
    assert total == halves[0] + halves[1]
    assert total.part("gaps")["count"].strides == total.part("gaps")["segment"].strides == (0,)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"partitions": 12}, "power of two"),
        ({"memory": "much"}, "such as '800MB'"),
        ({"memory": "100MB"}, "at least '400MB'"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(tmp_path, options, said):
    with pytest.raises(OptionError, match=said):
        jm.write_partitioned(shop(), tmp_path / "log", **options)


def test_a_gap_may_be_a_timedelta(tmp_path):
    written(tmp_path / "log", shop(), cut={"gap": timedelta(hours=8), "end": "buy"})
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(jm.cut(shop(), gap="8h", end="buy"))


def test_an_option_that_cut_does_not_know_is_refused(tmp_path):
    with pytest.raises(UnknownOptionError, match="Did you mean 'gap'"):
        jm.write_partitioned(shop(), tmp_path / "log", cut={"gaps": "14d"})


def test_a_folder_is_written_on_with_the_options_it_was_begun_with(tmp_path):
    written(tmp_path / "log", shop(), cut={"gap": "14d"})
    with pytest.raises(OptionError, match=r"begun with cut=\{'gap': '14d'\}"):
        jm.write_partitioned(shop(3), tmp_path / "log", cut={"gap": "7d"})
    with pytest.raises(OptionError, match="begun without link=; write with it to a new one"):
        jm.write_partitioned(shop(3), tmp_path / "log", link={})


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OptionError, match="holds other files"):
        jm.write_partitioned(shop(), tmp_path)
    with pytest.raises(FormatError, match="not written by write_partitioned"):
        jm.open_partitions(tmp_path)
    with pytest.raises(FileNotFoundError):
        jm.open_partitions(tmp_path / "nowhere")


def test_a_case_of_several_customers_is_refused(tmp_path):
    log = jm.read_table(
        {"case_id": ["a", "a"], "customer": ["C1", "C2"], "activity": ["visit", "buy"], "timestamp": [at(0), at(1)]}
    )
    with pytest.raises(OptionError, match="case 'a' has events of several customers"):
        jm.write_partitioned(log, tmp_path / "log")


def test_what_has_no_key_needs_one(tmp_path):
    for source in (lambda: shop(), jm.read_in_parts(shop().table)):
        with pytest.raises(OptionError, match="give a dict"):
            jm.write_partitioned(source, tmp_path / "log")
    with pytest.raises(OptionError, match="cannot write int"):
        jm.write_partitioned(7, tmp_path / "log")


def test_a_column_or_a_part_that_does_not_exist_is_named_with_the_nearest(tmp_path):
    written(tmp_path / "log", shop())
    with pytest.raises(UnknownColumnError, match="segment"):
        jm.summarise_partitions(tmp_path / "log", by="segmnt")
    with pytest.raises(UnknownOptionError, match="gaps"):
        jm.summarise_partitions(tmp_path / "log", parts=["gap"])
    with pytest.raises(OptionError, match="workers must be at least 1"):
        jm.summarise_partitions(tmp_path / "log", workers=0)


def test_a_partition_too_large_for_the_memory_is_refused_before_it_is_read(tmp_path):
    kept = written(tmp_path / "log", shop())
    manifest = tmp_path / "log" / "partitions.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["pieces"]["0"][0]["rows"] = 10_000_000
    manifest.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(OptionError, match="largest partition holds 10,000,000 events"):
        jm.summarise_partitions(kept.folder, memory="1GB")


def test_a_start_that_no_partition_has_is_an_error_as_in_memory(tmp_path):
    with pytest.raises(UnknownActivityError, match="never occurs"):
        jm.cut(shop(), start="bye")
    written(tmp_path / "log", shop(), cut={"start": "bye"})
    with pytest.raises(UnknownActivityError, match="never occurs"):
        jm.summarise_partitions(tmp_path / "log")


def test_partitions_nest_with_the_groups_of_customers(tmp_path):
    from journeymine.engines.placing import places_of
    from journeymine.log import columns
    from journeymine.summary.groups import group_of

    names = pa.array([f"C{number}" for number in range(2_000)])
    labels, groups = columns.encode(names), group_of(names)
    few, many = (places_of(labels, labels, count) for count in (16, 512))
    assert (few == groups // 4).all()
    assert (many // 8 == groups).all()
    assert len(np.unique(many)) > 400


def test_of_two_writers_in_one_folder_the_second_is_refused_and_may_come_when_the_first_is_done(tmp_path):
    first, second = (log_of((name, "visit", 0)) for name in ("a", "b"))

    def meanwhile():
        with pytest.raises(OptionError, match="another process is writing to 'log': start again when it is done"):
            jm.write_partitioned({"second": second}, tmp_path / "log")
        return first

    jm.write_partitioned({"first": meanwhile}, tmp_path / "log")
    assert jm.write_partitioned({"second": second}, tmp_path / "log").num_events == 2


def test_a_gap_that_is_none_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(OptionError, match="14x"):
        jm.write_partitioned(log_of(("a", "visit", 0)), tmp_path / "log", cut={"gap": "14x"})
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("link", [None, {}])
def test_events_of_nobody_in_the_same_row_of_two_deliveries_are_two_cases(tmp_path, link):
    cookies, times = ["k1", None, "k2", "k1", None, None], [at(day) for day in range(6)]

    def shop(rows):
        columns = {"id_cookie": cookies[rows], "activity": ["visit"] * len(cookies[rows]), "timestamp": times[rows]}
        return jm.read_table(columns, name="shop")

    days = {"Monday": shop(slice(0, 3)), "Tuesday": shop(slice(3, 6))}
    jm.write_partitioned(days, tmp_path / "log", link=link)
    both = shop(slice(0, 6))
    assert jm.summarise_partitions(tmp_path / "log") == jm.summarise(both if link is None else jm.link(both))
