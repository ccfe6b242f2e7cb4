"""A town of 200,000 customers with kiosks, office telephones and a test address that everyone uses."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import journeymine as jm
from journeymine.log import columns
from journeymine.log.eventlog import EventLog
from journeymine.log.schema import TIME

CUSTOMERS = 200_000


@pytest.fixture(scope="module")
def town():
    """Give the log of the town: a visit, a mail and a call of each customer, all with the customer's number.

    Everyone has a cookie, an address and a telephone; three in a hundred have the telephone of another instead. 30
    kiosks are used by 2,000 customers each, 50 telephones by 400, and one address by 3,000.
    """
    rng = np.random.default_rng(5)
    own = np.arange(CUSTOMERS)
    shares = rng.choice(CUSTOMERS, CUSTOMERS * 3 // 100, replace=False)
    phones = own.copy()
    phones[shares] = rng.integers(0, CUSTOMERS, len(shares))
    crowds = {
        "cookie": [rng.choice(CUSTOMERS, 2_000, replace=False) for _ in range(30)],
        "phone": [rng.choice(CUSTOMERS, 400, replace=False) for _ in range(50)],
        "email": [rng.choice(CUSTOMERS, 3_000, replace=False)],
    }
    parts = [named(own, kind, thing) for kind, thing in (("cookie", own), ("email", own), ("phone", phones))]
    parts += [
        named(users, kind, np.full(len(users), CUSTOMERS + place))
        for kind, groups in crowds.items()
        for place, users in enumerate(groups)
    ]
    table = pa.concat_tables(parts, promote_options="default").combine_chunks()
    events = table.num_rows
    facts = {"case_id": pa.array(np.arange(events)).cast(pa.string()), "activity": columns.label("visit", events)}
    times = pa.array(rng.integers(0, 10**12, events), TIME)
    return EventLog.of(pa.table(facts | {"timestamp": times} | {name: table[name] for name in table.column_names}))


def named(customers, kind, things):
    names = [pa.array(numbers).cast(pa.string()) for numbers in (customers, things)]
    front = "+31" if kind == "phone" else kind
    return pa.table({"id_customer": names[0], f"id_{kind}": pc.binary_join_element_wise(front, names[1], "")})


def clusters(town, **options):
    """Give the share of customers that are in one cluster with another, and the size of the largest cluster."""
    linked = jm.link(town, **options)
    evidence = linked.evidence.filter(pc.equal(linked.evidence["kind"].cast(pa.string()), "customer"))
    assert evidence.num_rows == CUSTOMERS
    sizes = evidence.group_by("customer").aggregate([("id", "count")])["id_count"].to_numpy()
    return sizes[sizes > 1].sum() / CUSTOMERS, sizes.max()


@pytest.mark.slow
def test_two_customers_never_get_into_one_cluster_however_many_devices_they_share(town):
    assert clusters(town) == (0, 1)
    assert clusters(town, cap=10**6) == (0, 1)


@pytest.mark.slow
def test_where_customers_may_merge_the_cap_leaves_only_those_who_share_a_telephone_at_home(town):
    wrong, largest = clusters(town, allow_merge=True)
    assert 0.04 < wrong <= 0.06
    assert largest <= 6


@pytest.mark.slow
def test_without_a_cap_merging_makes_one_cluster_of_a_third_of_the_town(town):
    wrong, largest = clusters(town, allow_merge=True, cap=10**6)
    assert wrong > 0.3
    assert largest > 60_000


@pytest.mark.slow
def test_what_the_town_shares_is_found_and_said_with_its_degree(town):
    rows = jm.link(town).evidence.to_pandas()
    over = rows[rows["reason"] == "shared: seen with more than 5 of one kind"]
    assert over.groupby("kind", observed=True)["degree"].agg(["size", "min", "max"]).to_dict("index") == {
        "cookie": {"size": 30, "min": 2_000, "max": 2_000},
        "email": {"size": 1, "min": 3_000, "max": 3_000},
        "phone": {"size": 50, "min": 400, "max": 400},
    }
