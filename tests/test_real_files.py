"""Real logs: the published figures, and every trap known to lie in them. XES files have tests of their own."""

import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

import journeymine as jm
from journeymine.errors import TimeZoneError, UnknownColumnError
from tests.small import edges, rows_of

DAYS = 86_400e6


@pytest.fixture(scope="module")
def figures(shared_file):
    """Give the figures of one file by its name."""
    return lambda name: json.loads(shared_file("data/figures.json").read_text(encoding="utf-8"))[name]


@pytest.fixture(scope="module")
def real(shared_file):
    """Give the path of a real file by its name under `data`."""
    return lambda name: shared_file(f"data/{name}")


def counted(log, column):
    """Count the labels of a column."""
    return dict(Counter(log.table[column].to_pylist()))


def throughput(log):
    """Give the microseconds from first to last event of each case."""
    return log.times[log.offsets[1:] - 1] - log.times[log.offsets[:-1]]


# --- sepsis ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sepsis(real):
    return jm.read_table(
        real("logs/sepsis.csv.gz"),
        case="Case ID",
        activity="Activity",
        timestamp="Complete Timestamp",
        tz="Europe/Amsterdam",
    )


def test_sepsis_has_the_known_cases_events_activities_and_variants(sepsis, figures):
    known = figures("logs/sepsis.csv.gz")
    found = jm.variants(sepsis)
    assert (sepsis.num_cases, sepsis.num_events, len(sepsis.activities)) == (
        known["cases"],
        known["events"],
        known["activities"],
    )
    assert found.num_variants == known["variants"]
    assert found.table["cases"].head(3).tolist() == list(known["top"].values())
    start = ("ER Registration", "ER Triage", "ER Sepsis Triage")
    assert found.table["variant"].head(3).tolist() == [
        start,
        (*start, "Leucocytes", "CRP"),
        (*start, "CRP", "Leucocytes"),
    ]


def test_sepsis_takes_as_long_as_is_known(sepsis, figures, real):
    known = figures("logs/sepsis.csv.gz")
    seconds = throughput(sepsis) / 1e6
    assert np.median(seconds) == _seconds(known["median_case"])
    # the mean was taken without a zone, in which clock changes cannot be seen
    naive = jm.read_table(
        real("logs/sepsis.csv.gz"), case="Case ID", activity="Activity", timestamp="Complete Timestamp", tz="UTC"
    )
    assert (throughput(naive) / 1e6).mean() == pytest.approx(_seconds(known["mean_case"]), abs=0.5)


def _seconds(text):
    days, clock = text.split(" days ")
    hours, minutes, seconds = clock.split(":")
    return int(days) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(seconds)


def test_a_case_that_is_called_na_keeps_its_24_events(sepsis):
    assert sepsis.where(case_id="NA").num_events == 24


def test_sepsis_spells_true_and_empty_fields_as_its_file_does(sepsis):
    assert counted(sepsis, "InfectionSuspected").keys() == {None, "true", "false"}


# --- patients --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def patients(real):
    return jm.read_table(real("logs/patients.csv.gz"), case="patient", activity="handling", timestamp="time")


def test_patients_has_the_published_events_cases_activities_and_resources(patients, figures):
    known = figures("logs/patients.csv.gz")
    assert (patients.num_events, patients.num_cases) == (known["events"], known["cases"])
    assert len(patients.activities) == known["activities"]
    assert counted(patients, "activity") == known["activity_events"]
    assert counted(patients, "employee") == known["resource_events"]
    assert len(set(patients.table["handling_id"].to_pylist())) == known["activity_instances"]
    assert patients.num_events / patients.num_cases == known["avg_trace_length_events"]
    assert [f"{time:%Y-%m-%d %H:%M:%S}" for time in patients.span] == [known["start"], known["end"]]


@pytest.mark.parametrize("transition", ["start", "complete"])
def test_patients_have_7_variants_by_activity_instance(patients, figures, transition):
    """Every instance has one start and one completion: either of them alone counts it once, in its order."""
    known = figures("logs/patients.csv.gz")
    found = jm.variants(patients.where(registration_type=transition))
    assert found.num_variants == known["traces"] == 7
    assert sorted(found.table["cases"], reverse=True) == known["trace_counts_computed"]


def test_patients_have_13_variants_where_starts_and_completions_are_mixed(patients):
    assert jm.variants(patients).num_variants == 13


def test_patients_stay_as_long_as_was_published(patients, figures):
    known = figures("logs/patients.csv.gz")["throughput_days_computed"]
    days = throughput(patients) / DAYS
    quartiles = dict(zip(("min", "q1", "median", "q3", "max"), np.quantile(days, [0, 0.25, 0.5, 0.75, 1]), strict=True))
    assert {**quartiles, "mean": days.mean()} == pytest.approx(known, abs=1e-6)


def test_three_patients_stay_and_are_treated_as_long_as_was_published(real, figures):
    known = figures("logs/edeaR_mini_patients.csv")
    log = jm.read_table(real("logs/edeaR_mini_patients.csv"), case="patient", tz="UTC")
    minutes = dict(zip(log.labels("case_id").dictionary.to_pylist(), throughput(log) / 60e6, strict=True))
    assert minutes == pytest.approx(known["throughput_min"], abs=1e-4)
    assert np.mean(list(minutes.values())) == pytest.approx(known["mean_throughput"], abs=1e-6)
    assert _treated(log) == pytest.approx(known["processing_min"], abs=1e-4)
    assert np.mean(list(_treated(log).values())) == pytest.approx(known["mean_processing"], abs=1e-4)


def _treated(log):
    """Give the minutes from start to completion of all activity instances of each patient."""
    minutes = dict.fromkeys(log.labels("case_id").dictionary.to_pylist(), 0.0)
    begun = {}
    for who, instance, status, time in rows_of(log, "case_id", "activity_instance", "status", "timestamp"):
        if status == "start":
            begun[instance] = time
        elif status == "complete" and instance in begun:
            minutes[who] += (time - begun[instance]).total_seconds() / 60
    return minutes


# --- receipt ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def receipt(real):
    return jm.read_table(
        real("logs/receipt.parquet"),
        case="case:concept:name",
        activity="concept:name",
        timestamp="time:timestamp",
        channel="case:channel",
        tz="Europe/Amsterdam",
    )


def test_receipt_has_the_known_cases_events_activities_variants_and_channels(receipt, figures):
    known = figures("logs/08_receipt.xes.gz")
    found = jm.variants(receipt)
    assert (receipt.num_cases, receipt.num_events, len(receipt.activities)) == (
        known["cases"],
        known["events"],
        known["activities"],
    )
    assert (found.num_variants, int(found.table["cases"].max())) == (known["variants"], known["top_count"])
    first = receipt.table.take(pa.array(receipt.offsets[:-1]))
    assert dict(Counter(first["channel"].to_pylist())) == known["channels"]


def test_receipt_has_times_without_a_zone(real):
    with pytest.raises(TimeZoneError, match="column 'time:timestamp' has times without a zone, such as '2011-10-11"):
        jm.read_table(
            real("logs/receipt.parquet"), case="case:concept:name", activity="concept:name", timestamp="time:timestamp"
        )


# --- advertisements --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def touches(real):
    """Give the touches of advertisements: each channel is a touchpoint."""
    return jm.read_table(
        real("marketing/attribution_touches.csv.gz"),
        customer="customer_id",
        activity="channel",
        timestamp="time",
        channel="channel",
    )


def test_touches_are_counted_by_channel_customer_and_conversion_as_published(touches, figures):
    known = figures("marketing/attribution_touches.csv.gz")
    assert (touches.num_events, touches.num_customers) == (known["rows"], known["customers"])
    assert counted(touches, "channel") == known["touch_by_channel"]
    conversions = touches.where(interaction="conversion")
    assert (conversions.num_events, conversions.num_customers) == (known["conversions"], known["converters"])
    last = conversions.table.take(pa.array(conversions.offsets[1:] - 1))
    assert dict(Counter(last["channel"].to_pylist())) == {
        **known["last_conversion_row_channel"],
        "Paid Search": known["computed"]["Paid Search last conversion"],
    }


def test_impressions_follow_one_another_as_published(touches, figures):
    """Of impressions alone, each customer's in time order, from one channel to the next."""
    known = figures("marketing/attribution_touches.csv.gz")["impression_transitions"]
    found = edges(touches.where(interaction="impression"))
    assert {pair: found[tuple(pair.split(">"))] for pair in known} == known


def test_customers_who_are_not_in_time_order_in_the_file_are_in_the_log(touches, figures):
    known = figures("marketing/attribution_touches.csv.gz")["computed"]["unsorted customers"]
    rows = touches.table["source_row"].to_numpy()
    firsts, lasts = touches.offsets[:-1], touches.offsets[1:]
    unsorted = sum(bool((np.diff(rows[a:b]) < 0).any()) for a, b in zip(firsts, lasts, strict=True))
    assert unsorted == known
    assert all((np.diff(touches.times[a:b]) >= 0).all() for a, b in zip(firsts, lasts, strict=True))


def test_touches_go_on_after_a_conversion(touches, figures):
    known = figures("marketing/attribution_touches.csv.gz")["computed"]["touches after a conversion"]
    bought = np.array(touches.table["interaction"].to_pylist(), object) == "conversion"
    before = np.cumsum(bought) - bought
    since_the_first = before - np.repeat(before[touches.offsets[:-1]], np.diff(touches.offsets))
    assert np.count_nonzero(since_the_first) == known


# --- complaints ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def complaints(real):
    return jm.read_table(
        real("complaints/BPI2016_Complaints.csv"),
        customer="CustomerID",
        activity="ComplaintTheme_EN",
        timestamp="ContactDate",
        channel="ContactChannelID",
        tz="Europe/Amsterdam",
    )


def test_complaints_are_counted_as_known(complaints, figures):
    known = figures("complaints/BPI2016_Complaints.csv")
    assert (complaints.num_events, complaints.num_customers) == (known["rows"], known["customers"])
    for column, name in {
        "channel": "channel_ids",
        "activity": "themes",
        "AgeCategory": "age",
        "Gender": "gender",
    }.items():
        assert counted(complaints, column) == known[name], column
    assert len(counted(complaints, "ComplaintDossierID")) == known["dossiers"]
    assert len(counted(complaints, "ComplaintTopicID")) == known["topics"]


def test_days_without_times_are_days_in_the_zone_that_is_given(complaints, figures):
    first, last = figures("complaints/BPI2016_Complaints.csv")["dates"]
    days = complaints.to_pandas()["timestamp"].dt.tz_convert("Europe/Amsterdam")
    assert (days == days.dt.normalize()).all()
    assert [f"{days.min():%Y-%m-%d}", f"{days.max():%Y-%m-%d}"] == [first, last]


def test_semicolons_western_letters_and_windows_line_ends_are_told(complaints):
    assert {"boos over beëindiging gesprek", "ongeïnteresseerd / te weinig aandacht gekregen"} <= counted(
        complaints, "ComplaintTopic"
    ).keys()
    assert complaints.sources["notes"].to_pylist()[0][0].startswith("not UTF-8 (line ")


# --- the bank's calls ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calls(real):
    """Give the calls of a bank in February 1999; customer 0 is anybody."""
    return jm.read_table(
        real("phone/anonymous_bank_feb1999.txt.gz"),
        customer="customer_id",
        activity="outcome",
        timestamp=["date", "vru_entry"],
        time_format="%y%m%d %H:%M:%S",
        tz="Asia/Jerusalem",
        unknown=["0"],
    )


def test_calls_are_counted_by_outcome_and_type_as_known(calls, figures):
    known = figures("phone/anonymous_bank_feb1999.txt.gz")
    assert calls.num_events == known["calls"] == calls.account["used"].sum()
    assert counted(calls, "activity") == known["outcome"]
    assert counted(calls, "type") == known["type"]


def test_calls_wait_and_are_served_as_known(calls, figures):
    known = figures("phone/anonymous_bank_feb1999.txt.gz")
    waited, served = (np.array(calls.table[name].to_pylist(), float) for name in ("q_time", "ser_time"))
    outcome, server = (np.array(calls.table[name].to_pylist(), object) for name in ("activity", "server"))
    menu = np.array(calls.table["vru_time"].to_pylist(), float)
    assert (waited > 0).mean() == pytest.approx(known["waited_share"], abs=5e-6)
    assert waited[waited > 0].mean() == pytest.approx(known["mean_wait_of_waiters_s"], abs=1e-4)
    assert (outcome[waited > 0] == "HANG").mean() == pytest.approx(known["hang_share_of_waiters"], abs=5e-6)
    by_agent = (outcome == "AGENT") & (served > 0)
    assert served[by_agent].mean() == pytest.approx(known["mean_agent_service_s"], abs=1e-4)
    assert int((menu < 0).sum()) == known["negative_vru_time_rows"]
    assert int(((outcome == "AGENT") & (server == "NO_SERVER")).sum()) == known["AGENT_with_NO_SERVER"]


def test_customer_0_is_nobody_and_no_giant_customer(calls, figures):
    known = figures("phone/anonymous_bank_feb1999.txt.gz")
    assert calls.table["customer"].null_count / calls.num_events == pytest.approx(
        known["customer_id_0_share"], abs=5e-6
    )
    assert calls.num_customers == known["identified_customers"]
    assert max(Counter(calls.table["case_id"].to_pylist()).values()) == known["calls_per_customer_max"]


def test_33344_calls_become_journeys_by_customer(calls, figures):
    known = figures("phone/anonymous_bank_feb1999.txt.gz")
    anonymous = calls.table["customer"].null_count
    journeys = jm.cut(jm.link(calls), gap="7d")
    whole = jm.cut(jm.link(calls))
    assert whole.num_cases == known["identified_customers"] + anonymous
    assert whole.num_cases < journeys.num_cases < calls.num_events
    assert journeys.num_events == known["calls"]
    assert journeys.num_customers == known["identified_customers"]
    owners = {}
    for case, customer in rows_of(journeys, "case_id", "customer"):
        assert owners.setdefault(case, customer) == customer


def test_a_call_number_that_comes_twice_joins_no_two_customers(real):
    calls = jm.read_table(
        real("phone/anonymous_bank_feb1999.txt.gz"),
        case="call_id",
        customer="customer_id",
        activity="outcome",
        timestamp=["date", "vru_entry"],
        time_format="%y%m%d %H:%M:%S",
        tz="Asia/Jerusalem",
        unknown=["0"],
    )
    assert calls.num_cases < calls.num_events
    owners = {}
    for case, customer in rows_of(jm.cut(calls), "case_id", "customer"):
        assert owners.setdefault(case, customer) == customer


def test_a_date_of_two_digits_is_in_1999(calls):
    assert [f"{time:%Y-%m}" for time in calls.span] == ["1999-01", "1999-02"]  # midnight in Jerusalem is still January
    assert {time.year for (time,) in rows_of(calls, "timestamp")} == {1999}


def test_calls_of_one_second_keep_the_order_of_the_file(calls):
    rows = calls.table["source_row"].to_numpy()
    tied = (np.diff(calls.times) == 0) & (np.diff(calls.table["case_id"].combine_chunks().indices.to_numpy()) == 0)
    assert tied.sum() == calls.ties
    assert (np.diff(rows)[tied] > 0).all()


# --- smaller logs ----------------------------------------------------------------------------------------------------


def test_starts_and_ends_of_one_row_are_kept_together(real):
    log = jm.read_table(
        real("logs/interval_event_log.csv.gz"),
        case="case:concept:name",
        activity="concept:name",
        timestamp="start_timestamp",
        end_timestamp="time:timestamp",
    )
    assert log.num_events == 8109
    lasting = (log.table["end_timestamp"].cast(pa.int64()).to_numpy() - log.times) / 1e6
    assert (lasting >= 0).all()
    assert log.sources["notes"].to_pylist() == [[]]


def test_the_running_example_is_the_one_of_the_book(real):
    log = jm.read_table(
        real("logs/running-example.csv"), case="case:concept:name", activity="concept:name", timestamp="time:timestamp"
    )
    assert (log.num_events, log.num_cases, len(log.activities)) == (42, 6, 8)
    assert jm.variants(log).num_variants == 6
    assert edges(log)["check ticket", "decide"] == 6
    assert edges(log)["examine casually", "check ticket"] == 4


def test_fines_are_at_local_midnight_though_their_offsets_differ(real):
    log = jm.read_table(
        real("logs/roadtraffic100traces.csv"),
        case="case:concept:name",
        activity="concept:name",
        timestamp="time:timestamp",
    )
    assert log.num_cases == 100
    local = log.to_pandas()["timestamp"].dt.tz_convert("Europe/Rome")
    assert (local == local.dt.normalize()).all()


def test_a_misspelt_column_of_a_real_file_is_answered_with_the_right_one(real):
    with pytest.raises(UnknownColumnError, match=r"column 'CaseID' is not in sepsis.csv.gz. Did you mean 'Case ID'?"):
        jm.read_table(real("logs/sepsis.csv.gz"), case="CaseID", activity="Activity", timestamp="Complete Timestamp")


def test_persons_with_typing_errors_are_linked_by_equal_addresses_and_not_by_guessing(real):
    log = jm.read_table(
        real("identity/fake_1000.csv"), activity="surname", timestamp="dob", ids={"email": "email"}, tz="UTC"
    )
    assert log.quarantine.reasons == {"no_activity": 181}
    persons = {}
    for customer, person in rows_of(jm.link(log), "customer", "cluster"):
        assert customer is None or persons.setdefault(customer, person) == person
    assert 1.5 * len(persons) < log.num_events - log.table["id_email"].null_count  # and that often
