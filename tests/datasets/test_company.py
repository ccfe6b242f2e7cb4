"""The invented company: native formats, true counts, true owners, the same bytes every time."""

import json
import re
import time
from collections import Counter, defaultdict
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from journeymine.datasets.company import Company, write_company
from journeymine.errors import OptionError
from journeymine.sources.chat.zendesk import read_zendesk_chats
from journeymine.sources.mail.mbox import read_mbox
from journeymine.sources.phone.asterisk import read_asterisk_cdr
from journeymine.sources.web.access_log import read_access_log
from tests.datasets import by_hand

FILES = tuple(by_hand.READERS)


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Company:
    return write_company(tmp_path_factory.mktemp("company"), customers=2_000)


@pytest.fixture(scope="module")
def truth(company) -> dict:
    return json.loads(company.truth.read_text())


@pytest.fixture(scope="module")
def contacts(company) -> dict[str, list[by_hand.Contact]]:
    return {name: list(read(company)) for name, read in by_hand.READERS.items()}


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_company_has_its_exports_its_customers_and_its_truth(company):
    assert set(all_bytes(company.folder)) == {*FILES, "crm/customers.csv", "truth.json"}
    assert company.access_log.parent.name == "web"
    assert company.cdr.name == "Master.csv"


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    one, other = (write_company(tmp_path / name, customers=300, days=40).folder for name in "ab")
    assert all_bytes(one) == all_bytes(other)


def test_another_seed_gives_other_bytes_in_every_file(tmp_path):
    one, other = (all_bytes(write_company(tmp_path / str(seed), customers=50, seed=seed).folder) for seed in (7, 8))
    assert all(one[name] != other[name] for name in one)


def test_two_thousand_customers_take_a_couple_of_seconds(tmp_path):
    began = time.perf_counter()
    write_company(tmp_path, customers=2_000)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("customers", [1, 2, 7])
@pytest.mark.parametrize("days", [1, 400])
def test_the_smallest_companies_can_be_written_and_their_counts_close(tmp_path, customers, days):
    company = write_company(tmp_path, customers=customers, days=days, seed=customers)
    truth = json.loads(company.truth.read_text())
    for name, read in by_hand.READERS.items():
        assert len(list(read(company))) == truth["counts"][name]["events"]


@pytest.mark.parametrize(("options", "text"), [
    ({"customers": 0}, "customers=0 cannot be: take 1 to 1,000,000, such as customers=5000"),
    ({"customers": 1_000_001}, "customers=1000001 cannot be: take 1 to 1,000,000, such as customers=5000"),
    ({"days": 0}, "days=0 cannot be: take at least 1, such as days=90"),
])  # fmt: skip
def test_a_company_that_cannot_be_is_refused(tmp_path, options, text):
    with pytest.raises(OptionError, match=f"^{re.escape(text)}$"):
        write_company(tmp_path, **options)


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_used_or_duplicate_or_refused_or_set_aside(truth, name):
    counts = truth["counts"][name]
    assert counts["rows_in"] == counts["used"] + counts["duplicate"] + counts["refused"] + counts["set_aside"]
    assert len(truth["customer_of"][name]) == counts["rows_in"]


@pytest.mark.parametrize("name", FILES)
def test_reading_a_file_by_hand_finds_the_true_number_of_touchpoints(truth, contacts, name):
    assert len(contacts[name]) == truth["counts"][name]["events"] > 100
    assert {contact.activity for contact in contacts[name]} <= set(truth["touchpoints"])


def test_all_touchpoints_occur(truth, contacts):
    found = {contact.activity for rows in contacts.values() for contact in rows}
    assert found == set(truth["touchpoints"])


@pytest.mark.parametrize(("name", "read"), [
    ("web/access.log", read_access_log),
    ("mail/support.mbox", partial(read_mbox, own_domains=["polder.example"])),
    ("phone/Master.csv", partial(read_asterisk_cdr, tz="Europe/Amsterdam", country="NL")),
    ("chat/chats.jsonl", partial(read_zendesk_chats, country="NL")),
])  # fmt: skip
def test_the_readers_find_the_true_counts_and_the_activities_of_the_model(company, truth, contacts, name, read):
    log = read(company.folder / name, observed_until=company.observed_until)
    account, counts = log.account.iloc[0], truth["counts"][name]
    assert log.num_events == counts["events"]
    assert (account["rows_in"], account["used"], account["duplicate"]) == (
        counts["rows_in"],
        counts["used"],
        counts["duplicate"],
    )
    assert log.quarantine.num_refused == counts["refused"]
    found = Counter(log.table["activity"].to_pylist())
    assert found == Counter(contact.activity for contact in contacts[name])


def test_the_access_log_is_in_the_combined_format_but_for_its_broken_lines(company, truth):
    counts, found = truth["counts"]["web/access.log"], by_hand.requests(company)
    assert found.count(None) == counts["refused"] >= 3
    assert sum(1 for request in found if request and by_hand.is_page(request)) == counts["used"]
    bots = sum(1 for request in found if request and "bot" in request["agent"].lower())
    assert 0.04 < bots / len(found) < 0.06


def test_the_access_log_is_in_time_order_on_both_sides_of_the_clock_change(company):
    stamps = [request["time"] for request in by_hand.requests(company) if request]
    times = [datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z") for stamp in stamps]
    assert times == sorted(times)
    assert datetime.fromisoformat("2024-03-01T00:00+01:00") <= times[0]
    assert times[-1] < datetime.fromisoformat(company.observed_until)
    assert {stamp[-5:] for stamp in stamps if "/Mar/" not in stamp} == {"+0200"}
    assert {stamp[-5:] for stamp in stamps if stamp < "31/Mar" and "/Mar/" in stamp} == {"+0100"}


def test_the_exports_end_as_many_days_after_the_first_of_march_as_asked(truth):
    end = datetime.fromisoformat(truth["observed_until"])
    assert (end - datetime.fromisoformat("2024-03-01T00:00+01:00")).total_seconds() == 90 * 86_400


def test_a_user_is_the_customer_of_the_line(company, truth):
    owners = truth["customer_of"]["web/access.log"]
    for request, owner in zip(by_hand.requests(company), owners, strict=True):
        assert request is None or request["user"] in ("-", f"u{owner or 0:06}")


def test_mails_are_threads_of_questions_and_answers(company):
    messages = {message["Message-ID"]: message for message in by_hand.messages(company)}
    answers = [message for message in messages.values() if message["In-Reply-To"] and not by_hand.is_automatic(message)]
    inside = [message for message in answers if message["In-Reply-To"] in messages]
    assert len(inside) > 0.6 * len(answers) > 100
    for message in answers:
        assert message["References"].split()[-1] == message["In-Reply-To"]
        assert message["Subject"].startswith("Re: ")
    for message in inside:
        before = by_hand.written(messages[message["In-Reply-To"]])
        assert before is not None
        assert before < by_hand.written(message)


def test_mails_are_whole_messages_some_of_them_odd(company, truth):
    messages, counts = by_hand.messages(company), truth["counts"]["mail/support.mbox"]
    assert len(messages) == counts["rows_in"]
    assert all(not message.defects and message.get_payload() for message in messages)
    assert len(messages) - len({message["Message-ID"] for message in messages}) == counts["duplicate"] >= 2
    assert sum(by_hand.is_automatic(message) for message in messages) == counts["set_aside"] >= 10
    undated = [message for message in messages if message["Date"] is None]
    assert [message["Received"] is None for message in undated].count(True) == counts["refused"] == 1
    assert len(undated) == 3
    assert any(message.is_multipart() for message in messages)
    assert any("=?utf-8?b?" in message["From"] for message in messages)
    assert re.search(r"^>From ", company.mbox.read_text(), re.MULTILINE)


def test_call_records_have_the_columns_of_cdr_csv_and_local_times(company, truth):
    records, counts = by_hand.records(company), truth["counts"]["phone/Master.csv"]
    whole = [dict(zip(by_hand.COLUMNS, fields, strict=True)) for fields in records if len(fields) == 21]
    assert len(records) - len(whole) == counts["refused"] == 1
    assert len(whole) - len({tuple(row.values()) for row in whole}) == counts["duplicate"] >= 1
    for row in whole:
        start, end = (datetime.fromisoformat(row[name] + "Z") for name in ("start", "end"))
        assert not row["start"].startswith("2024-03-31 02")
        assert (end - start).total_seconds() == int(row["duration"]) or row["start"] < "2024-03-31 03" < row["end"]
        assert (row["answer"] == "") == (row["billsec"] == "0") == (row["disposition"] != "ANSWERED")
        assert row["uniqueid"] == row["linkedid"]
    assert {row["disposition"] for row in whole} == {"ANSWERED", "NO ANSWER", "BUSY"}
    assert {re.match(r"0031|\+31|0|", row["src"]).group() for row in whole} == {"0031", "+31", "0", ""}


def test_some_calls_have_several_rows_and_one_caller(company):
    by_call = defaultdict(list)
    for fields in by_hand.records(company):
        if len(fields) == 21:
            by_call[fields[19]].append(fields)
    sizes = Counter(len({fields[20] for fields in rows}) for rows in by_call.values())
    assert set(sizes) >= {1, 2, 3}
    assert sizes[1] > sizes[2] > sizes[3]
    assert all(len({fields[1] for fields in rows}) == 1 for rows in by_call.values())


def test_chats_are_objects_of_zendesk_and_some_come_twice(company, truth):
    objects, counts = by_hand.chat_objects(company), truth["counts"]["chat/chats.jsonl"]
    chats = [chat for chat in objects if chat]
    assert objects.count(None) == counts["refused"] == 1
    updates = [chat["update_timestamp"] for chat in chats]
    assert updates == sorted(updates)
    versions = defaultdict(list)
    for chat in chats:
        versions[chat["id"]].append(chat["zendesk_ticket_id"])
    again = [tickets for tickets in versions.values() if len(tickets) > 1]
    assert len(again) == counts["duplicate"] >= 1
    assert all(tickets[0] is None and isinstance(tickets[1], int) for tickets in again)
    assert all((chat["agent_names"] == []) == chat["missed"] for chat in chats)


def test_the_table_of_customers_is_nearly_complete_and_has_second_rows(company):
    rows = by_hand.customers(company)
    assert list(rows[0]) == ["customer", "user", "email", "phone", "segment"]
    first = {row["customer"]: row for row in reversed(rows)}
    complete = sum(1 for row in first.values() if row["email"] and row["phone"])
    assert 0.95 < complete / 2_000 < 0.99
    assert 0.04 < (len(rows) - len(first)) / 2_000 < 0.10
    assert {row["segment"] for row in rows} == {"starter", "family", "business"}


def test_all_addresses_and_telephones_are_invented(company):
    text = "".join(path.read_text() for path in (company.mbox, company.chats, company.crm))
    assert {address.rpartition(".")[2].lower() for address in re.findall(r"[\w.+-]+@[\w-]+\.\w+", text)} == {"example"}
    phones = {row["phone"] for row in by_hand.customers(company)} - {""}
    assert all(re.fullmatch(r"\+31970\d{8}", phone) for phone in phones)


def test_hardly_any_touchpoint_has_only_identifiers_that_lead_nowhere(company, truth, contacts):
    """Link through all identifiers that are of one customer only; what leads to no customer number cannot be linked."""
    found = [(contact.ids, truth["customer_of"][name][contact.row - 1]) for name in FILES for contact in contacts[name]]
    known = [(ids_of(row), int(row["customer"][1:])) for row in by_hand.customers(company)]
    owners = defaultdict(set)
    for ids, owner in found + known:
        for identifier in ids:
            owners[identifier].add(owner)
    codes = {identifier: code for code, identifier in enumerate(key for key in owners if len(owners[key]) == 1)}
    groups = [[codes[identifier] for identifier in ids if identifier in codes] for ids, _ in found + known]
    links = np.array([(group[0], code) for group in groups for code in group])
    graph = coo_array((np.ones(len(links)), links.T), shape=(len(codes), len(codes)))
    parts = connected_components(graph, directed=False)[1]
    reached = {parts[group[0]] for group in groups[len(found) :]}
    lost = sum(1 for group in groups[: len(found)] if not group or parts[group[0]] not in reached)
    assert 0.005 < lost / len(found) < 0.02
    assert any(len(owners[identifier]) > 1 for identifier in owners)


def ids_of(row: dict[str, str]) -> list[tuple[str, str]]:
    return [(kind, row[kind]) for kind in ("customer", "user", "email", "phone") if row[kind]]


def test_some_customers_share_a_telephone_and_some_a_device(company, truth, contacts):
    for name, kind in (("phone/Master.csv", "phone"), ("web/access.log", "visitor")):
        users = defaultdict(set)
        for contact in contacts[name]:
            for identifier in contact.ids:
                if identifier[0] == kind:
                    users[identifier].add(truth["customer_of"][name][contact.row - 1])
        sizes = Counter(len(numbers) for numbers in users.values())
        assert sizes[2] >= 1
        assert max(sizes) >= 3  # behind the switchboard, at the kiosk
        assert sum(count for size, count in sizes.items() if size > 1) < 0.02 * len(users)


def test_customers_have_several_touchpoints_and_most_journeys_are_closed(truth):
    events = sum(counts["events"] for counts in truth["counts"].values())
    assert 4 < events / truth["customers"] < 7
    assert 0.05 < truth["open_journeys"] / truth["journeys"] < 0.15


def test_the_clocks_of_phone_and_chat_are_wrong_by_what_the_truth_says(truth):
    assert truth["clock_offsets_seconds"] == {"web": 0, "mail": 0, "phone": -20, "chat": 40}


def test_what_the_truth_says_of_the_model_is_consistent(truth, company):
    assert (truth["goal"], truth["end"]) == company.ends
    steps = defaultdict(float)
    for step in truth["transitions"]:
        steps[step["activity"]] += step["probability"]
    for activity, rates in truth["dropoff"].items():
        assert 1 >= rates["1d"] >= rates["7d"] >= rates["14d"] >= rates["30d"] >= rates["ever"]
        assert rates["ever"] == pytest.approx(1 - steps[activity])
    assert set(truth["touchpoints"]) - set(truth["dropoff"]) == {truth["goal"], truth["end"]}
    assert truth["planted_slow_median_seconds"] == 3 * 86_400
