"""Customers linked across batches on disk are those that are linked in memory."""

from functools import partial

import pytest

import journeymine as jm
from journeymine.cli.files import read_identifiers
from journeymine.errors import OptionError
from journeymine.sources.registry import read_as
from tests.small import at


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return jm.write_company(tmp_path_factory.mktemp("company"), customers=700, shared=0.2)


def exports(company):
    read = partial(read_as, observed_until=company.observed_until)
    return [
        read("access-log", company.access_log),
        read("mbox", company.mbox, own_domains=company.own_domains),
        read("asterisk-cdr", company.cdr, tz=company.tz, country=company.country),
        read("zendesk-chats", company.chats, country=company.country),
    ]


def options(company, **more):
    return {"extra": read_identifiers(company.crm), "country": company.country, **more}


def cuts(company):
    return {"gap": "30d", "end": company.ends}


def contact(name, *rows):
    """Make a log of (activity, day, identifiers)."""
    kinds = sorted({kind for *_, ids in rows for kind in ids})
    table = {"activity": [row[0] for row in rows], "timestamp": [at(row[1]) for row in rows]}
    table |= {kind: [row[2].get(kind) for row in rows] for kind in kinds}
    return jm.read_table(table, ids={kind: kind for kind in kinds if kind != "customer"}, name=name)


def events(logs):
    names = ("source", "source_row", "activity", "customer", "case_id")
    return sorted(
        tuple(map(str, row))
        for log in logs
        for row in zip(*(log.table[name].to_pylist() for name in names), strict=True)
    )


@pytest.fixture(scope="module")
def linked(company):
    return jm.cut(jm.link(jm.concat(exports(company)), **options(company)), **cuts(company))


@pytest.fixture(scope="module")
def kept(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "log"
    return jm.write_partitioned(exports(company), folder, partitions=8, link=options(company), cut=cuts(company))


def test_the_invented_company_is_the_same_in_all_parts(kept, linked):
    assert jm.summarise_partitions(kept, by="channel") == jm.summarise(linked, by="channel")
    assert events(kept.logs()) == events([linked])
    assert kept.evidence.equals(linked.evidence)
    assert kept.sources.equals(linked.sources)
    assert len(kept.quarantine) == len(linked.quarantine)


@pytest.mark.parametrize(
    "ask",
    [
        partial(jm.variants, top=20),
        partial(jm.dropoff, within="14d"),
        partial(jm.transitions, within="14d"),
        partial(jm.delays, min_cases=5),
        partial(jm.drift, within="7d"),
        jm.journey_map,
        jm.switches,
        partial(jm.funnel, steps=["/quote/start", "/quote/form"]),
    ],
    ids=lambda ask: getattr(ask, "func", ask).__name__,
)
def test_every_table_is_the_same_to_the_last_bit(kept, linked, ask):
    if getattr(ask, "func", None) is jm.funnel:
        ask = partial(jm.funnel, steps=linked.activities[:2])
    ours, memory = ask(jm.summarise_partitions(kept)), ask(jm.summarise(linked))
    assert ours.table.equals(memory.table)
    assert (ours.headline, ours.base) == (memory.headline, memory.base)


def test_graphs_and_paths_are_the_same(kept, linked, company):
    ours, memory = (jm.journey_graph(found) for found in (jm.summarise_partitions(kept), jm.summarise(linked)))
    assert list(ours.edges(data=True)) == list(memory.edges(data=True))
    assert dict(ours.nodes(data=True)) == dict(memory.nodes(data=True))


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"backfill": "none"}, {"backfill": "window", "allow_merge": True}, {"cap": 1}])
def test_exports_that_arrive_one_by_one_are_linked_as_if_they_came_together(company, tmp_path, more):
    """What a later export tells of identifiers moves the events of earlier ones."""
    memory = jm.link(jm.concat(exports(company)), **options(company, **more))
    for log in exports(company):
        kept = jm.write_partitioned(log, tmp_path / "log", partitions=4, link=options(company, **more))
    assert events(kept.logs()) == events([memory])
    assert kept.evidence.equals(memory.evidence)
    assert jm.summarise_partitions(kept) == jm.summarise(memory)


def test_a_later_file_that_names_a_visitor_moves_its_events(tmp_path):
    web = contact("web", ("visit", 0, {"cookie": "k1"}), ("visit", 1, {"cookie": "k2"}))
    mail = contact("mail", ("ask", 2, {"cookie": "k1", "email": "jo@mail.example"}))
    crm = contact("crm", ("call", 3, {"email": "jo@mail.example", "customer": "C1"}))
    for number, log in enumerate((web, mail, crm), 1):
        kept = jm.write_partitioned(log, tmp_path / "log", partitions=16, link={})
        assert events(kept.logs()) == events([jm.link(jm.concat([web, mail, crm][:number]))])
    assert kept.customer("C1").activities == ["ask", "call", "visit"]
    assert kept.num_events == 4


def test_on_a_shared_device_each_event_is_of_who_logged_in_last_whatever_day_it_came(tmp_path):
    days = [
        contact("day 1", ("login", 0, {"cookie": "k1", "user": "u1"}), ("visit", 0.1, {"cookie": "k1"})),
        contact("day 2", ("login", 1, {"cookie": "k1", "user": "u2"}), ("visit", 1.1, {"cookie": "k1"})),
    ]
    for day in days:
        kept = jm.write_partitioned(day, tmp_path / "log", partitions=16, link={})
    found = {row[:3]: row[3] for row in events(kept.logs())}
    assert {key[0]: name for key, name in found.items() if key[2] == "visit"} == {
        "day 1": "user:u1",
        "day 2": "user:u2",
    }
    assert events(kept.logs()) == events([jm.link(jm.concat(days))])


def test_a_linked_folder_is_written_on_with_linking_only(tmp_path):
    jm.write_partitioned(contact("web", ("visit", 0, {"cookie": "k1"})), tmp_path / "log", link={})
    with pytest.raises(OptionError, match="begun with link=; write without it to a new one"):
        jm.write_partitioned(contact("mail", ("ask", 1, {"cookie": "k1"})), tmp_path / "log")


# --- two real logs ---------------------------------------------------------------------------------------------------


def sepsis(shared_file):
    options = {"case": "Case ID", "activity": "Activity", "timestamp": "Complete Timestamp", "tz": "Europe/Amsterdam"}
    path = shared_file("data/logs/sepsis.csv.gz")
    return jm.read_table(path, **options), jm.read_in_parts(path, **options)


def helpdesk(shared_file):
    path = shared_file("data/logs/helpdesk.xes.gz")
    return jm.read_xes(path), path


@pytest.mark.parametrize("real", [sepsis, helpdesk])
def test_real_logs_are_the_same_in_all_parts_and_answers(shared_file, tmp_path, real):
    log, source = real(shared_file)
    ours, memory = (
        jm.summarise_partitions(jm.write_partitioned(source, tmp_path / "log", partitions=8)),
        jm.summarise(log),
    )
    assert ours == memory
    for ask in (jm.variants, jm.dropoff, jm.delays, jm.journey_map, jm.transitions):
        assert ask(ours).table.equals(ask(memory).table), ask


# --- single customers, and samples -----------------------------------------------------------------------------------


def test_a_sample_holds_whole_customers_the_same_ones_each_time_and_those_of_smaller_samples(kept, linked):
    some, more = kept.sample(0.2), kept.sample(0.5)
    names = {name for name in some.table["customer"].to_pylist() if name}
    assert 0.1 < some.num_customers / linked.num_customers < 0.3
    assert names < {name for name in more.table["customer"].to_pylist() if name}
    assert events([some.where(customer=sorted(names))]) == events([linked.where(customer=sorted(names))])
    assert kept.sample(0.2).equals(some)
    assert kept.sample(1).num_events == linked.num_events


def test_a_sample_answers_what_needs_events(kept):
    found = jm.time_to(kept.sample(1), goal=kept.manifest.activities[0])
    assert found.num_journeys > 0


def test_a_customer_that_does_not_occur_is_an_error(kept):
    with pytest.raises(LookupError, match="does not occur"):
        kept.customer("nobody at all")
    with pytest.raises(OptionError, match="between 0 and 1"):
        kept.sample(2)
