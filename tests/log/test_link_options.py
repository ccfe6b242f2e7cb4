"""What a user can say when linking: logins and time, blocks, countries, corrections by hand, pairs of a model."""

import re
import sys

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeymine as jm
from journeymine.errors import (
    DurationError,
    MissingExtraError,
    OptionError,
    SchemaError,
    UnknownColumnError,
    UnknownOptionError,
)
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME
from tests.log.records import customers, reasons, seen
from tests.small import at, rows_of

SHARED = [
    {"cookie": "k", "day": 0},
    {"cookie": "k", "customer": "C1", "day": 1},
    {"cookie": "k", "day": 2},
    {"cookie": "k", "customer": "C2", "day": 3},
    {"cookie": "k", "day": 60},
]


# --- by time ---------------------------------------------------------------------------------------------------------


def test_on_a_device_of_two_customers_each_event_is_of_who_logged_in_last():
    log = jm.link(seen(*SHARED))
    assert customers(log) == ["C1", "C1", "C1", "C2", None]
    assert reasons(log)["cookie", "k"] == "shared: each event by its time"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"window": "90d"}, ["C1", "C1", "C1", "C2", "C2"]),
        ({"window": "12h"}, [None, "C1", None, "C2", None]),
        ({"backfill": "none"}, [None, "C1", "C1", "C2", None]),
        ({"cap": 1}, [None, "C1", None, "C2", None]),
    ],
)
def test_how_far_logins_reach_on_a_shared_device_can_be_said(options, expected):
    assert customers(jm.link(seen(*SHARED), **options)) == expected


def test_a_login_may_be_an_address_that_belongs_to_somebody():
    records = [{"cookie": "k", "email": "a@x.nl"}, {"cookie": "k"}, {"cookie": "k", "email": "b@x.nl"}]
    log = jm.link(seen(*records), extra={"customer": ["A", "B"], "email": ["a@x.nl", "b@x.nl"]})
    assert customers(log) == ["A", "A", "B"]


@pytest.mark.parametrize(
    ("backfill", "expected"),
    [
        ("all", ["C1", "C1", "C1", "C1"]),
        ("window", ["cookie:k", "C1", "C1", "C1"]),
        ("none", ["cookie:k", "cookie:k", "C1", "C1"]),
    ],
)
def test_how_far_the_first_login_on_a_device_of_one_customer_reaches_back_can_be_said(backfill, expected):
    records = [{"day": 0}, {"day": 50}, {"day": 51, "customer": "C1"}, {"day": 400}]
    log = jm.link(seen(*({"cookie": "k"} | record for record in records)), backfill=backfill)
    assert customers(log) == expected


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_customer_without_a_strong_identifier_is_named_by_the_address_that_was_seen_first():
    records = [{"email": "z@x.nl", "cookie": "k"}, {"email": "a@x.nl", "cookie": "k"}, {"email": "a@x.nl"}]
    assert set(customers(jm.link(seen(*records)))) == {"email:z@x.nl"}


def test_what_is_known_from_elsewhere_was_known_before_the_log():
    records = [{"email": "z@x.nl", "cookie": "k"}, {"email": "a@x.nl", "cookie": "k"}]
    assert set(customers(jm.link(seen(*records), extra={"email": ["a@x.nl"]}))) == {"email:a@x.nl"}


def test_the_tier_of_an_identifier_is_the_weakest_on_its_way_to_the_customer():
    records = [{"customer": "C1", "cookie": "k"}, {"cookie": "k", "email": "a@x.nl"}]
    evidence = jm.link(seen(*records, {"customer": "C2", "email": "b@x.nl"})).evidence.to_pylist()
    assert {row["id"]: row["tier"] for row in evidence} == {
        "C1": "strong", "k": "weak", "a@x.nl": "weak", "C2": "strong", "b@x.nl": "medium",
    }  # fmt: skip


def test_the_degree_is_how_many_of_one_kind_an_identifier_was_seen_with():
    records = [{"phone": "+3112", "email": f"{name}@x.nl", "customer": "C1"} for name in "abc"]
    degrees = {row["id"]: row["degree"] for row in jm.link(seen(*records)).evidence.to_pylist()}
    assert degrees == {"C1": 3, "+3112": 3, "a@x.nl": 1, "b@x.nl": 1, "c@x.nl": 1}


def test_identities_that_a_source_saw_without_an_event_link_too():
    log = seen({"cookie": "k"}, {"user": "u1"})
    known = pa.table({"id_cookie": ["k"], "id_user": ["u1"]})
    assert customers(jm.link(EventLog.of(log.table, identities=known))) == ["user:u1", "user:u1"]


# --- merging ---------------------------------------------------------------------------------------------------------


def test_two_customer_numbers_become_one_customer_only_where_that_is_allowed():
    records = [{"customer": "C2", "email": "a@x.nl"}, {"customer": "C1", "email": "a@x.nl"}, {"email": "a@x.nl"}]
    assert customers(jm.link(seen(*records))) == ["C2", "C1", None]
    merged = jm.link(seen(*records), allow_merge=True)
    assert customers(merged) == ["C2", "C2", "C2"]
    assert reasons(merged)["customer", "C2"] == "seen with email:a@x.nl"
    tiers = {row["id"]: row["tier"] for row in merged.evidence.to_pylist()}
    assert tiers["C2"] == "medium"


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [re.compile(r"@shop\.example$"), [re.compile("^INFO@", re.IGNORECASE), "x"]])
def test_identifiers_may_be_blocked_by_a_regular_expression(block):
    log = jm.link(seen({"email": "Info@Shop.example", "cookie": "k"}, {"email": "jo@mail.example"}), block=block)
    assert customers(log) == ["cookie:k", "email:jo@mail.example"]
    assert reasons(log)["email", "info@shop.example"] == "blocked"


def test_what_names_nobody_is_left_out_on_reading_with_a_note_of_how_often():
    log = seen({"email": "Unknown", "cookie": "k"}, {"email": "unknown"}, {"email": "null", "cookie": "0-0"}, {})
    assert log.sources["notes"].to_pylist() == [
        [
            "id_email: 3 values that name nobody are left out: 'unknown' 2 times, 'null' 1 times",
            "id_cookie: 1 values that name nobody are left out: '0-0' 1 times",
        ]
    ]


def test_what_names_nobody_in_a_table_of_customers_is_in_the_evidence():
    extra = {"customer": ["C1", "C2", "C3"], "email": ["n/a", "n/a", "jo@mail.example"], "phone": ["", "", "000"]}
    log = jm.link(seen({"email": "jo@mail.example"}), extra=extra)
    assert customers(log) == ["C3"]
    assert reasons(log)["email", "n/a"] == "blocked: names nobody"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (re.compile(r"(a)\1"), r"block='\(a\)\\\\1' cannot be searched for in linear time; leave out look-around"),
        (re.compile("a b", re.VERBOSE), "block='a b': of the flags of an expression only re.IGNORECASE is known"),
    ],
)
def test_an_expression_that_cannot_be_searched_for_is_refused(block, said):
    with pytest.raises(OptionError, match=f"^{said}"):
        jm.link(seen({"email": "a@x.nl"}), block=block)


# --- telephone numbers -----------------------------------------------------------------------------------------------


def test_numbers_with_and_without_a_country_need_one():
    log = seen({"phone": "06-12345678"}, {"phone": "200"})
    extra = {"customer": ["C1"], "phone": ["+31 6 12345678"]}
    with pytest.raises(
        OptionError, match=r"^telephone numbers such as '0612345678' have no country, others such as '\+31612345678'"
    ):
        jm.link(log, extra=extra)
    assert customers(jm.link(log, extra=extra, country="NL")) == ["C1", "phone:200"]
    assert customers(jm.link(log, extra=extra, block=re.compile(r"^[0-9]{7,}$"))) == [None, "phone:200"]


def test_numbers_that_all_lack_the_country_are_equal_as_they_are_dialled():
    log = jm.link(seen({"phone": "06-12345678"}), extra={"customer": ["C1"], "phone": ["0612345678"]})
    assert customers(log) == ["C1"]


@pytest.mark.parametrize("written", ["+31 (0)6 1234 5678", "0031612345678", "(+31) 6-12 34 56 78", "+31612345678"])
def test_a_number_with_its_country_has_one_spelling(written):
    assert customers(jm.link(seen({"phone": written}))) == ["phone:+31612345678"]


def test_a_country_needs_the_library_that_knows_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingExtraError, match=r"^this needs phonenumberslite.*journeymine\[phone\]"):
        jm.link(seen({"phone": "0612345678"}), country="NL")


# --- by hand ---------------------------------------------------------------------------------------------------------


def by_hand(*rows):
    return {
        name: list(column) for name, column in zip(("kind", "id", "customer"), zip(*rows, strict=True), strict=True)
    }


def test_a_person_has_the_last_word_on_whose_an_identifier_is():
    records = [{"customer": "C1", "email": "a@x.nl"}, {"email": "A@x.nl", "cookie": "k"}, {"cookie": "k"}]
    log = jm.link(seen(*records), manual=by_hand(("email", "a@X.nl", "C2")))
    assert customers(log) == ["C1", "C2", "C2"]
    assert reasons(log)["email", "a@x.nl"] == "by hand"


def test_an_identifier_without_a_customer_is_nobodys():
    records = [{"customer": "C1", "email": "a@x.nl"}, {"email": "a@x.nl"}, {"email": "a@x.nl", "cookie": "k"}]
    log = jm.link(seen(*records), manual=by_hand(("email", "a@x.nl", None)))
    assert customers(log) == ["C1", None, "cookie:k"]
    assert reasons(log)["email", "a@x.nl"] == "by hand: nobody"


@pytest.mark.parametrize("options", [{"block": "a@x.nl"}, {"cap": 1}])
def test_a_persons_word_counts_more_than_blocks_and_caps(options):
    records = [{"customer": name, "email": "a@x.nl"} for name in ("C1", "C2")]
    log = jm.link(seen(*records, {"email": "a@x.nl"}), manual=by_hand(("email", "a@x.nl", "C2")), **options)
    assert customers(log) == ["C1", "C2", "C2"]


def test_two_customers_that_a_person_makes_one_have_the_name_that_is_given():
    records = [{"customer": "C1", "email": "a@x.nl"}, {"email": "a@x.nl"}, {"customer": "C2"}]
    assert customers(jm.link(seen(*records), manual=by_hand(("customer", "C1", "C2")))) == ["C2", "C2", "C2"]


def test_who_is_given_to_one_that_is_given_on_goes_with_it():
    records = [{"customer": name} for name in ("C1", "C2", "C3")]
    rows = by_hand(("customer", "C1", "C2"), ("customer", "C2", "C3"))
    assert customers(jm.link(seen(*records), manual=rows)) == ["C3", "C3", "C3"]


def test_those_that_a_person_keeps_apart_do_not_merge():
    records = [{"customer": name, "email": "a@x.nl"} for name in ("C1", "C2", "C3")]
    log = jm.link(seen(*records), allow_merge=True, manual=by_hand(("customer", "C1", "C1")))
    assert customers(log) == ["C1", "C2", "C2"]


def test_an_address_may_be_given_to_one_that_has_no_number():
    log = jm.link(seen({"email": "a@x.nl"}, {"email": "b@x.nl"}), manual=by_hand(("email", "b@x.nl", "email:a@x.nl")))
    assert customers(log) == ["email:a@x.nl", "email:a@x.nl"]


def test_rows_of_the_evidence_corrected_are_such_a_table():
    log = seen({"customer": "C1", "cookie": "k"}, {"customer": "C2"}, {"cookie": "k"})
    rows = jm.link(log).evidence.to_pandas().query("kind == 'cookie'").assign(customer="C2")
    assert customers(jm.link(log, manual=rows)) == ["C1", "C2", "C2"]


def test_a_correction_of_what_is_not_in_the_log_changes_nothing():
    log = seen({"cookie": "k"})
    assert customers(jm.link(log, manual=by_hand(("cookie", "old", "C9"), ("email", "b@x.nl", None)))) == ["cookie:k"]


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([("cookie", "k", "C1"), ("cookie", "k", None)], OptionError, "manual= gives cookie:k to both nobody and cust"),
        (
            [("customer", "C1", "C2"), ("customer", "C2", "C1")],
            OptionError,
            "manual= gives customer:C1 round in a circle",
        ),
        ([("cokie", "k", "C1")], UnknownOptionError, "manual= has a kind 'cokie' that no.* Did you mean 'cookie'"),
        ([("cookie", "", "C1")], OptionError, "manual= has a row without a kind or an id"),
    ],
)
def test_corrections_that_cannot_be_followed_are_refused(rows, error, said):
    log = seen({"cookie": "k", "customer": "C1"}, {"customer": "C2"})
    with pytest.raises(error, match=f"^{said}"):
        jm.link(log, manual=by_hand(*rows))


# --- pairs of a model ------------------------------------------------------------------------------------------------


def predicted(*rows):
    names = ("unique_id_l", "unique_id_r", "match_probability")
    return pd.DataFrame(rows, columns=list(names))


def test_a_pair_above_the_threshold_makes_two_customers_one():
    records = [{"customer": name} for name in ("C1", "C2", "C3")]
    pairs = predicted(("C2", "C1", 0.97), ("C2", "C3", 0.4))
    log = jm.link(seen(*records), pairs=pairs)
    assert customers(log) == ["C1", "C1", "C3"]
    assert reasons(log)["customer", "C2"] == "pair with customer:C1 (0.97)"
    assert customers(jm.link(seen(*records), pairs=pairs, threshold=0.3)) == ["C1", "C1", "C1"]


def test_a_pair_may_be_of_addresses_and_says_less_than_what_is_strong():
    records = [{"customer": "C1", "email": "a@x.nl"}, {"email": "b@x.nl"}, {"customer": "C2", "email": "c@x.nl"}]
    pairs = predicted(("email:a@x.nl", "email:B@x.nl", 0.99), ("email:c@x.nl", "email:a@x.nl", 1.0))
    assert customers(jm.link(seen(*records), pairs=pairs)) == ["C1", "C1", "C2"]


def test_a_persons_word_counts_more_than_a_pair():
    log = seen({"customer": "C1"}, {"customer": "C2"})
    pairs = predicted(("C1", "C2", 0.99))
    assert customers(jm.link(log, pairs=pairs, manual=by_hand(("customer", "C2", "C2")))) == ["C1", "C2"]


def test_numbers_of_pairs_may_be_numbers():
    log = seen({"customer": "1"}, {"customer": "2"})
    assert customers(jm.link(log, pairs=predicted((1, 2, 0.99)))) == ["1", "1"]


def test_persons_with_typing_errors_become_one_by_the_pairs_a_clerk_checked(shared_file):
    persons = pd.read_csv(shared_file("data/identity/fake_1000.csv"), dtype=str)
    clerk = pd.read_csv(shared_file("data/identity/fake_1000_labels.csv"))
    log = jm.read_table(
        {"customer": persons["unique_id"], "cluster": persons["cluster"], "activity": ["record"] * len(persons),
         "timestamp": [at(0)] * len(persons)}
    )  # fmt: skip
    linked = jm.link(log, pairs=clerk.rename(columns={"clerical_match_score": "match_probability"}))
    by_cluster = {}
    for customer, cluster in rows_of(linked, "customer", "cluster"):
        by_cluster.setdefault(cluster, set()).add(customer)
    assert len(by_cluster) == persons["cluster"].nunique()
    assert all(len(found) == 1 for found in by_cluster.values())
    assert linked.num_customers == len(by_cluster)


# --- what cannot be linked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (
            {"extra": "crm.csv"},
            SchemaError,
            r"extra= must be a table .* not the name of a file.*read_csv\('crm.csv', d",
        ),
        ({"pairs": predicted(("X", "Y", 0.99))}, OptionError, "pairs= has no two identifiers that are known here"),
        ({"pairs": {"unique_id_l": ["k"]}}, UnknownColumnError, "pairs= needs a column 'unique_id_r'"),
        (
            {"pairs": {"unique_id_l": ["k"], "unique_id_r": ["k"], "probability": [1.0]}},
            UnknownColumnError,
            "pairs= needs a column 'match_probability'. Did you mean 'probability'",
        ),
        ({"threshold": 1.5}, OptionError, "threshold must be a probability, above 0 and at most 1, not 1.5"),
        ({"backfill": "window of 3"}, UnknownOptionError, "backfill cannot be 'window of 3'.* Did you mean 'window'"),
        ({"window": 30}, DurationError, "30 is not a duration"),
        ({"manual": {"id": ["k"]}}, UnknownColumnError, "manual= needs a column 'kind'"),
        ({"manual": "fixes.csv"}, SchemaError, "manual= must be a table with the columns kind, id and customer"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(options, error, said):
    with pytest.raises(error, match=f"^{said}"):
        jm.link(seen({"cookie": "k"}), **options)


# --- laws ------------------------------------------------------------------------------------------------------------

NAMES = {
    "customer": st.sampled_from(["C1", "C2", "C3"]),
    "user": st.sampled_from(["u1", "u2"]),
    "email": st.sampled_from(["a@x.nl", "b@x.nl", "c@x.nl"]),
    "phone": st.sampled_from(["+3161", "+3162"]),
    "cookie": st.sampled_from(["k1", "k2"]),
}
RECORDS = st.lists(st.fixed_dictionaries({"day": st.integers(0, 40)}, optional=NAMES), min_size=1, max_size=10)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "cap": st.integers(1, 3),
        "window": st.sampled_from(["1d", "9d"]),
        "backfill": st.sampled_from(["all", "window", "none"]),
        "allow_merge": st.booleans(),
        "block": st.sampled_from(["a@x.nl", re.compile("^b")]),
        "extra": st.just({"customer": ["C1", "C2"], "email": ["a@x.nl", "c@x.nl"], "phone": ["+3161", None]}),
        "manual": st.sampled_from(
            [by_hand(("email", "a@x.nl", "C2")), by_hand(("cookie", "k1", None), ("customer", "C1", "C2"))]
        ),
    },
)


@settings(max_examples=60)
@given(RECORDS, OPTIONS, st.randoms())
def test_neither_the_order_of_rows_nor_a_second_linking_changes_anything(records, options, chance):
    once = jm.link(seen(*records), **options)
    again = jm.link(once, **options)
    assert again.evidence.equals(once.evidence)
    assert rows_of(again, "activity", "customer", "case_id") == rows_of(once, "activity", "customer", "case_id")
    order = list(range(len(records)))
    chance.shuffle(order)
    shuffled = jm.link(seen(*(records[place] for place in order)), **options)
    assert shuffled.evidence.equals(once.evidence)
    assert [customers(shuffled)[order.index(place)] for place in range(len(records))] == customers(once)


@settings(max_examples=60)
@given(RECORDS, st.integers(1, 3), st.sampled_from(["all", "window", "none"]))
def test_customer_numbers_are_never_merged_unless_allowed(records, cap, backfill):
    linked = jm.link(seen(*records), cap=cap, backfill=backfill)
    for record, customer in zip(records, customers(linked), strict=True):
        assert record.get("customer") in (None, customer)


def test_events_without_row_numbers_that_nobody_made_have_the_same_cases_when_linked_again():
    table = {
        "case_id": ["1", "2", "3"],
        "activity": ["b", "a", "c"],
        "id_phone": ["+311", "+311", "+311"],
        "id_customer": pa.array(["C1", None, None], pa.string()),
        "timestamp": pa.array([2, 1, 1], TIME),
    }
    once = jm.link(EventLog.of(pa.table(table)), block=["+31 1"])
    again = jm.link(once, block=["+31 1"])
    assert rows_of(once, "activity", "case_id") == rows_of(again, "activity", "case_id")
    assert once.num_cases == 3
