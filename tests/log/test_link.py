"""Linking: who is who, by hand, on a town full of shared identifiers, and laws for any log."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import OptionError, SchemaError, UnknownColumnError
from journeymine.log.eventlog import EventLog
from journeymine.log.evidence import BY_TIME
from journeymine.log.identifiers import KINDS as KNOWN
from journeymine.log.schema import TIME
from tests.log.records import KINDS, customers, reasons, seen
from tests.small import at, log_of, rows_of

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_weak_identifier_belongs_to_the_strong_one_it_was_seen_with():
    log = jm.link(seen({"cookie": "k1"}, {"cookie": "k1", "customer": "C1"}, {"cookie": "k2"}))
    assert customers(log) == ["C1", "C1", "cookie:k2"]
    assert reasons(log) == {
        ("customer", "C1"): "its own",
        ("cookie", "k1"): "seen with customer:C1",
        ("cookie", "k2"): "its own",
    }


def test_a_label_spreads_along_a_chain():
    log = jm.link(
        seen(
            {"customer": "C1", "email": "a@x.nl"},
            {"email": "a@x.nl", "phone": "+311"},
            {"phone": "+311", "cookie": "k"},
        )
    )
    assert customers(log) == ["C1", "C1", "C1"]
    assert reasons(log)["cookie", "k"] == "seen with phone:+311"


def test_two_customers_are_never_made_one():
    log = jm.link(seen({"customer": "C1", "phone": "+311"}, {"customer": "C2", "phone": "+311"}, {"phone": "+311"}))
    assert customers(log) == ["C1", "C2", None]
    assert reasons(log)["phone", "+311"] == "shared: seen with several customers"


def test_of_the_strong_kinds_the_stronger_names_the_person():
    log = jm.link(seen({"customer": "C1", "user": "u1"}, {"user": "u1"}, {"user": "u2"}))
    assert customers(log) == ["C1", "C1", "user:u2"]


def test_without_a_strong_identifier_those_seen_together_are_one_person_named_by_the_strongest():
    log = jm.link(seen({"email": "a@x.nl", "cookie": "k1"}, {"cookie": "k1", "phone": "+311"}, {"phone": "+311"}))
    assert set(customers(log)) == {"email:a@x.nl"}


def test_an_event_without_identifiers_keeps_its_customer():
    log = EventLog.of(
        pa.table(
            {
                "case_id": ["1", "2"],
                "activity": ["0", "1"],
                "timestamp": pa.array([0, 1], TIME),
                "customer": ["anna", "bob"],
                "id_cookie": pa.array([None, "k"], pa.string()),
            }
        )
    )
    assert customers(jm.link(log)) == ["anna", "cookie:k"]


def test_an_event_with_only_shared_identifiers_is_a_case_of_its_own():
    log = jm.link(seen({"customer": "C1", "phone": "+311"}, {"customer": "C2", "phone": "+311"}, {"phone": "+311"}))
    assert dict(rows_of(log, "customer", "case_id"))[None] == "nobody/table/3"


def test_a_table_of_known_pairs_links_what_no_event_does():
    log = seen({"email": "a@x.nl"}, {"phone": "+31 6 12"}, {"phone": "+3199"})
    crm = {"customer": ["C1", "C2"], "email": ["A@x.nl", None], "id_phone": ["0031612", None], "age": [30, 40]}
    assert customers(jm.link(log, extra=crm)) == ["C1", "C1", "phone:+3199"]


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pa.table])
def test_known_pairs_may_have_numbers_as_customers(make):
    crm = make({"customer": [1, 2], "email": ["a@x.nl", "b@x.nl"]})
    assert customers(jm.link(seen({"email": "a@x.nl"}), extra=crm)) == ["1"]


def test_numbers_of_customers_that_pandas_made_floats_are_still_those_customers():
    crm = pd.DataFrame({"customer": [1, None], "email": ["a@x.nl", "b@x.nl"]})
    log = jm.link(seen({"email": "a@x.nl"}, {"customer": "1"}), extra=crm)
    assert customers(log) == ["1", "1"]


@pytest.mark.parametrize("block", ["Info@Shop.Example", ["info@shop.example", "+31 20"], {"mailto:info@shop.example"}])
def test_a_blocked_identifier_stands_for_nobody_however_it_is_spelled(block):
    log = jm.link(seen({"email": "info@shop.example", "cookie": "k1"}, {"email": "info@shop.example"}), block=block)
    assert customers(log) == ["cookie:k1", None]
    assert reasons(log)["email", "info@shop.example"] == "blocked"


def test_a_blocked_telephone_number_is_blocked_in_every_spelling():
    assert customers(jm.link(seen({"phone": "+3120"}), block=["+31 20"])) == [None]


@pytest.mark.parametrize(("emails", "owner"), [(2, None), (1, "email:p0@x.nl")])
def test_an_identifier_seen_with_more_of_a_kind_than_the_cap_is_shared(emails, owner):
    records = [{"cookie": "kiosk", "email": f"p{number}@x.nl"} for number in range(emails)]
    log = jm.link(seen(*records, {"cookie": "kiosk"}), cap=1)
    assert customers(log)[-1] == owner


def test_values_that_name_nobody_link_nobody():
    log = jm.link(seen({"email": "unknown", "cookie": "0"}, {"email": "unknown", "phone": "+"}, {"phone": "anonymous"}))
    assert customers(log) == [None, None, None]
    assert log.evidence.num_rows == 0


def test_linking_keeps_quarantine_and_account():
    log = jm.read_table(
        {"m": ["a@x.nl", "b@x.nl"], "activity": ["x", "y"], "timestamp": [at(0), "soon"]}, ids={"email": "m"}
    )
    linked = jm.link(log)
    assert linked.sources.equals(log.sources)
    assert linked.quarantine.reasons == {"bad_time": 1}


def test_sources_with_and_without_row_numbers_link_together():
    with_rows = seen({"email": "info@x.nl"})
    table = {"case_id": ["1"], "activity": ["x"], "id_email": ["info@x.nl"], "source": ["other"]}
    without = EventLog.of(pa.table({**table, "timestamp": pa.array([0], TIME)}))
    log = jm.link(jm.concat([with_rows, without]), block=["info@x.nl"])
    assert log.num_cases == 2


def test_events_of_one_moment_stand_in_the_order_of_their_source():
    records = [{"cookie": "k1", "customer": "C1"}, {"cookie": "k2", "customer": "C1"}]
    table = {
        "activity": ["first", "second", "third"],
        "timestamp": [at(0), at(1), at(1)],
        "cookie": ["k1", "k2", "k1"],
    }
    log = jm.read_table(table, ids={"cookie": "cookie"})
    assert rows_of(jm.link(log, extra=pd.DataFrame(records)), "activity") == [("first",), ("second",), ("third",)]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: jm.link(log_of(("a", "x", 0))),
            UnknownColumnError,
            "this log has no identifier column such as 'id_email'. Columns: case_id, activity, timestamp",
        ),
        (
            lambda: jm.link(seen({"cookie": "k"}), extra={"emial": ["a@x.nl"]}),
            UnknownColumnError,
            "extra= has no column of identifiers such as 'email'. Did you mean 'emial'?",
        ),
        (
            lambda: jm.link(seen({"cookie": "k"}), extra=[1]),
            SchemaError,
            "extra= must be a table with a column for each",
        ),
        (lambda: jm.link(seen({"cookie": "k"}), cap=0), OptionError, "cap must be at least 1, not 0"),
    ],
)
def test_what_cannot_be_linked_is_refused(call, error, said):
    with pytest.raises(error, match=f"^{said}"):
        call()


# --- a town with kiosks, households and a test address ---------------------------------------------------------------


def town(people=2_000, seed=0):
    """Give a log of a town, and the true person of each event.

    Everyone has an e-mail address and two cookies of their own and logs in now and then. Ten kiosks, five office
    telephones and one test address are used by anyone; three in a hundred share a telephone with a neighbour.
    """
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rng.integers(3, 9, people))
    events = len(person)
    chance = rng.random((6, events))
    phones = np.where(np.arange(people) % 33 == 0, np.arange(people) + 1, np.arange(people))
    own_cookie = np.char.add(np.char.add("k", person.astype(str)), np.where(chance[0] < 0.5, "a", "b"))
    cookie = np.where(chance[1] < 0.1, np.char.add("kiosk", rng.integers(0, 10, events).astype(str)), own_cookie)
    email = np.where(chance[2] < 0.02, "test@town.example", np.char.add(person.astype(str), "@town.example"))
    phone = np.where(
        chance[3] < 0.05,
        np.char.add("+319", rng.integers(0, 5, events).astype(str)),
        np.char.add("+316", phones[person].astype(str)),
    )
    columns = {
        "id_cookie": np.where(chance[4] < 0.8, cookie, None),
        "id_email": np.where(chance[5] < 0.5, email, None),
        "id_phone": np.where(rng.random(events) < 0.3, phone, None),
        "id_customer": np.where(rng.random(events) < 0.25, np.char.add("C", person.astype(str)), None),
    }
    table = pa.table(
        {
            "case_id": [f"event {number}" for number in range(events)],
            "activity": ["visit"] * events,
            "timestamp": pa.array(rng.integers(0, 10**12, events), TIME),
            "customer": pa.nulls(events, pa.string()),
            "source_row": np.arange(events),
            **{name: pa.array(values, pa.string()) for name, values in columns.items()},
        }
    )
    return table, person


@pytest.fixture(scope="module")
def linked_town():
    table, person = town()
    return table, person, jm.link(EventLog.of(table))


def by_row(log):
    return dict(rows_of(log, "source_row", "customer"))


def test_in_a_town_of_kiosks_no_two_persons_become_one(linked_town):
    table, person, log = linked_town
    claimed = defaultdict(set)
    strong = {row for row, number in enumerate(table["id_customer"].to_pylist()) if number}
    named = by_row(log)
    for row in strong:
        claimed[named[row]].add(int(person[row]))
    assert len(claimed) > 1_500
    assert all(len(persons) == 1 for persons in claimed.values())


def test_in_a_town_of_kiosks_only_a_neighbour_without_a_number_is_taken_for_the_one_with_the_same_telephone(
    linked_town,
):
    _, person, log = linked_town
    named = by_row(log)
    usual = {f"C{number}" for number in range(2_000)}
    told = [(row, name) for row, name in named.items() if name in usual]
    wrong = [abs(int(name[1:]) - person[row]) for row, name in told if int(name[1:]) != person[row]]
    assert len(told) > 0.65 * len(person)
    assert set(wrong) == {1}
    assert len(wrong) < 0.015 * len(told)


def test_in_a_town_of_kiosks_the_kiosks_are_found(linked_town):
    _, _, log = linked_town
    shared = {row["id"] for row in log.evidence.to_pylist() if row["reason"].startswith("shared")}
    everyones = {"test@town.example", *(f"kiosk{number}" for number in range(10)), *(f"+319{n}" for n in range(5))}
    assert everyones <= shared
    assert len(shared - everyones) < 100


def test_the_evidence_names_every_identifier_once(linked_town):
    table, _, log = linked_town
    names = [
        (kind, value)
        for kind in ("customer", "email", "phone", "cookie")
        for value in set(table[f"id_{kind}"].to_pylist()) - {None}
    ]
    assert sorted((row["kind"], row["id"]) for row in log.evidence.to_pylist()) == sorted(names)
    assert {row["tier"] for row in log.evidence.to_pylist() if row["kind"] == "customer"} == {"strong"}


def test_the_order_of_rows_does_not_matter(linked_town):
    table, _, log = linked_town
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))
    again = jm.link(EventLog.of(shuffled))
    assert by_row(again) == by_row(log)
    assert again.evidence.equals(log.evidence)


def test_linking_again_changes_nothing(linked_town):
    _, _, log = linked_town
    again = jm.link(log)
    assert by_row(again) == by_row(log)
    assert again.evidence.equals(log.evidence)
    assert again.num_cases == log.num_cases


def test_no_cap_at_all_still_merges_no_two_customers(linked_town):
    table, person, _ = linked_town
    named = by_row(jm.link(EventLog.of(table), cap=10**6))
    strong = ((row, number) for row, number in enumerate(table["id_customer"].to_pylist()) if number)
    assert all(named[row] == number == f"C{person[row]}" for row, number in strong)


# --- laws ------------------------------------------------------------------------------------------------------------

VALUES = {kind: [f"+3161{n}" if kind == "phone" else f"{kind} {n}" for n in range(3)] for kind in KINDS}
RECORDS = st.lists(
    st.fixed_dictionaries({}, optional={kind: st.sampled_from(values) for kind, values in VALUES.items()}),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(RECORDS, st.integers(1, 3), st.randoms())
def test_customers_keep_their_events_and_the_order_does_not_matter(records, cap, chance):
    if not any(records):
        return
    records = [{**record, "day": day} for day, record in enumerate(records)]
    log = jm.link(seen(*records), cap=cap)
    for record, customer in zip(records, customers(log), strict=True):
        if "customer" in record:
            assert customer == record["customer"]
    order = list(range(len(records)))
    chance.shuffle(order)
    shuffled = jm.link(seen(*(records[place] for place in order)), cap=cap)
    assert [customers(shuffled)[order.index(place)] for place in range(len(records))] == customers(log)
    assert shuffled.evidence.equals(log.evidence)


@given(RECORDS)
def test_the_evidence_says_what_the_events_say(records):
    if not any(records):
        return
    log = jm.link(seen(*records))
    owner = {(row["kind"], row["id"]): row["customer"] for row in log.evidence.to_pylist()}
    order = [*KNOWN, "cookie"]
    for record, customer in zip(records, customers(log), strict=True):
        if reasons(log).get(("cookie", record.get("cookie"))) == BY_TIME:
            continue
        known = [owner[kind, record[kind]] for kind in order if kind in record and owner[kind, record[kind]]]
        assert customer == (known[0] if known else None)


def test_telephone_numbers_that_became_numbers_are_refused_with_the_way_to_read_them():
    log = jm.read_table(
        {"activity": ["call"], "tel": ["+31612345678"], "timestamp": ["2024-05-01T09:00Z"]}, ids={"phone": "tel"}
    )
    with pytest.raises(
        SchemaError, match=r"the 0 or \+ in front is lost. Read the table as text, in pandas with dtype=str"
    ):
        jm.link(log, extra={"customer": ["C1"], "phone": [31612345678.0]})
