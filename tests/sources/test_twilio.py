import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from journeymine.errors import EmptySourceError, FormatError
from journeymine.sources import inputs
from journeymine.sources.phone.twilio import read_twilio_calls

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
MOBILE, SHOP, DESK = "+31612345678", "+31201234567", "client:jo"


def leg(
    sid="CA1",
    begun=0,
    lasts=60,
    *,
    caller=MOBILE,
    called=SHOP,
    way="inbound",
    status="completed",
    parent=None,
    updated=900,
    **more,
):
    """Write a leg as the API does, times in seconds from the start."""
    return {
        "sid": sid,
        "parent_call_sid": parent,
        "from": caller,
        "to": called,
        "direction": way,
        "status": status,
        "duration": str(lasts),
        "date_created": mailed(begun and begun - 1),
        "date_updated": mailed(updated),
        "start_time": mailed(begun),
        "end_time": None if begun is None else mailed(begun + lasts),
        "answered_by": None,
        **more,
    }


def mailed(second):
    return None if second is None else f"{START + timedelta(seconds=second):%a, %d %b %Y %H:%M:%S +0000}"


def warehoused(found, clock="%Y-%m-%d %H:%M:%S.%f UTC"):
    """Rename the fields of a leg as a data warehouse does, and write its times as it does."""
    names = {
        "sid": "id",
        "parent_call_sid": "parent_call_id",
        "date_created": "created_at",
        "date_updated": "updated_at",
    }
    row = {names.get(name, name): value or "" for name, value in found.items()}
    for name in ("created_at", "updated_at", "start_time", "end_time"):
        if row[name]:
            row[name] = f"{datetime.strptime(row[name], '%a, %d %b %Y %H:%M:%S %z'):{clock}}"
    return row


@pytest.fixture
def read(tmp_path):
    def read(*legs, **options):
        path = tmp_path / "calls.json"
        path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in legs))
        return read_twilio_calls(path, **options)

    return read


@pytest.fixture
def read_csv(tmp_path):
    def read_csv(*rows, **options):
        path = tmp_path / "calls.csv"
        lines = [",".join(rows[0]), *(",".join(row.values()) if isinstance(row, dict) else row for row in rows)]
        path.write_text("\n".join(lines))
        return read_twilio_calls(path, **options)

    return read_csv


def calls(log, *names):
    rows = log.table.sort_by("timestamp").select(list(names)).to_pylist()
    return [
        tuple((value - START).total_seconds() if isinstance(value, datetime) else value for value in row.values())
        for row in rows
    ]


def account(log):
    return log.account.loc[0, ["rows_in", "used", "duplicate", "quarantined"]].tolist()


# --- calls -----------------------------------------------------------------------------------------------------------


def test_a_leg_gives_every_column(read):
    log = read(leg())
    assert log.table.to_pylist() == [
        {
            "case_id": f"phone:{MOBILE}",
            "activity": "call answered",
            "timestamp": START,
            "end_timestamp": START + timedelta(seconds=60),
            "channel": "phone",
            "customer": f"phone:{MOBILE}",
            "source": "calls.json",
            "source_row": 1,
            "id_phone": MOBILE,
            "call": "CA1",
            "direction": "inbound",
            "destination": SHOP,
            "disposition": "ANSWERED",
            "talk_seconds": 60.0,
            "rows": 1,
            "answered_by": None,
        }
    ]
    assert (account(log), log.account["observed_until"][0]) == ([1, 1, 0, 0], START + timedelta(seconds=60))


def test_the_legs_of_a_call_are_one_call_whichever_the_api_lists_first(read):
    begun = leg("CA1", 0, 60)
    to_desk = leg("CA2", 10, 0, caller=MOBILE, called=DESK, way="outbound-dial", status="no-answer", parent="CA1")
    to_mobile = leg("CA3", 20, 100, caller=MOBILE, called="+31687654321", way="outbound-dial", parent="CA1")
    further = leg("CA4", 30, 5, called="+31687654322", way="outbound-dial", parent="CA3", answered_by="human")
    for legs in ([begun, to_desk, to_mobile, further], [further, to_mobile, to_desk, begun]):
        log = read(*legs)
        names = ["activity", "call", "direction", "id_phone", "destination", "timestamp", "end_timestamp", "rows"]
        expected = ("call answered", "CA1", "inbound", MOBILE, SHOP, 0, 120, 4)
        assert (calls(log, *names), account(log)) == ([expected], [4, 4, 0, 0])
        assert calls(log, "talk_seconds", "answered_by") == [(120, "human")]


@pytest.mark.parametrize(
    ("status", "activity", "disposition"),
    [
        ("completed", "call answered", "ANSWERED"),
        ("busy", "call missed", "BUSY"),
        ("no-answer", "call missed", "NO ANSWER"),
        ("failed", "call missed", "FAILED"),
        ("canceled", "call missed", "CANCELED"),
    ],
)
def test_the_status_tells_how_a_call_ended(read, status, activity, disposition):
    assert calls(read(leg(status=status, lasts=0)), "activity", "disposition", "talk_seconds") == [
        (activity, disposition, 0)
    ]


@pytest.mark.parametrize(
    ("caller", "called", "way", "activity", "phone"),
    [
        (MOBILE, SHOP, "inbound", "call answered", MOBILE),
        (MOBILE, "sip:jo@shop.example", "trunking-originating", "call answered", MOBILE),
        ("+266696687", SHOP, "inbound", "call answered", None),  # ANONYMOUS on a keypad
        ("Anonymous", SHOP, "inbound", "call answered", None),
        (None, SHOP, "inbound", "call answered", None),
        (SHOP, MOBILE, "outbound-api", "call made", MOBILE),
        (SHOP, MOBILE, "trunking-terminating", "call made", MOBILE),
        (SHOP, DESK, "outbound-api", "internal call", None),
        (DESK, SHOP, "inbound", "internal call", None),
    ],
)
def test_the_first_leg_tells_who_is_outside(read, caller, called, way, activity, phone):
    log = read(leg(caller=caller, called=called, way=way))
    assert calls(log, "activity", "id_phone") == [(activity, phone)]


def test_a_colleague_who_is_connected_to_a_number_makes_a_call(read):
    begun = leg("CA1", 0, 60, caller=DESK, called="")
    log = read(leg("CA2", 0, 50, caller=SHOP, called=MOBILE, way="outbound-dial", parent="CA1"), begun)
    names = ["activity", "direction", "id_phone", "destination", "call", "rows"]
    assert calls(log, *names) == [("call made", "outbound", MOBILE, MOBILE, "CA1", 2)]


def test_legs_without_their_first_leg_are_one_call_made_with_a_note(read):
    legs = [leg(f"CA{n}", n, 5, caller=SHOP, called=MOBILE, way="outbound-dial", parent="CA0") for n in (1, 2)]
    log = read(*legs)
    assert calls(log, "activity", "call", "rows") == [("call made", "CA0", 2)]
    assert list(log.account["notes"][0]) == ["2 legs belong to calls whose first leg is not there; read as calls made"]


def test_legs_that_stand_in_a_circle_are_calls_all_the_same(read):
    log = read(leg("CA1", parent="CA3"), leg("CA2", parent="CA1"), leg("CA3", parent="CA2"), leg("CA4", parent="CA4"))
    assert (account(log), sum(rows for (rows,) in calls(log, "rows"))) == ([4, 4, 0, 0], 4)


def test_what_is_not_said_is_taken_from_the_next_best_time(read):
    assert calls(read(leg(end_time=None)), "timestamp", "end_timestamp") == [(0, 60)]
    unanswered = leg(begun=30, status="no-answer", start_time=None, end_time=None, duration=None)
    assert calls(read(unanswered), "timestamp", "end_timestamp") == [(29, 29)]


# --- deliveries ------------------------------------------------------------------------------------------------------


def test_a_leg_delivered_again_is_used_once_as_it_was_updated_last(read):
    early, late = leg(status="no-answer", updated=100), leg(updated=2000)
    for legs in ([early, late], [late, early]):
        log = read(*legs)
        assert (account(log), calls(log, "activity")) == ([2, 1, 1, 0], [("call answered",)])


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress"])
def test_calls_that_are_not_over_are_set_aside(read, status):
    log = read(leg(), leg("CA2", status=status, end_time=None))
    assert (account(log), log.quarantine.reasons, log.quarantine.num_refused) == ([2, 1, 0, 1], {"under_way": 1}, 0)


@pytest.mark.parametrize(
    ("bad", "stage", "reason"),
    [
        ('{"sid": "CA2", ', "parse", "bad_json"),
        (leg("SM2"), "check", "not_a_call"),
        (leg(None), "check", "no_id"),
        (leg("CA2", begun=None), "check", "no_time"),
        (leg("CA2", start_time="soon"), "check", "bad_time"),
        (leg("CA2", start_time="Thu, 30 Feb 2024 09:00:00 +0000"), "check", "bad_time"),
        (leg("CA2", end_time=mailed(-5)), "check", "end_before_start"),
        (leg("CA2", status="gone"), "check", "bad_status"),
        (leg("CA2", status=None), "check", "bad_status"),
    ],
)
def test_a_leg_that_cannot_be_used_is_kept_with_its_reason_and_costs_no_other(read, bad, stage, reason):
    log = read(leg(), bad, leg("CA3", 90))
    found = log.quarantine.table.select(["line", "stage", "reason"]).to_pylist()
    assert (account(log), found) == ([3, 2, 0, 1], [{"line": 2, "stage": stage, "reason": reason}])
    assert calls(log, "call") == [("CA1",), ("CA3",)]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"])
def test_a_data_warehouse_says_the_same_as_the_api(read, read_csv, clock):
    legs = [leg(), leg("CA2", 10, way="outbound-dial", called=DESK, parent="CA1"), leg("CA3", status="busy", lasts=0)]
    names = ["activity", "timestamp", "end_timestamp", "id_phone", "call", "disposition", "talk_seconds", "rows"]
    log = read_csv(*(warehoused(found, clock) for found in legs), {**warehoused(leg()), "start_time": "soon"})
    assert sorted(calls(log, *names)) == sorted(calls(read(*legs), *names))
    assert (account(log), log.quarantine.table["line"].to_pylist()) == ([4, 3, 0, 1], [5])


def test_rows_that_are_no_rows_cost_no_other(read_csv):
    log = read_csv(warehoused(leg()), "CA2,,", warehoused(leg("CA3")))
    assert (account(log), log.quarantine.reasons) == ([3, 2, 0, 1], {"bad_row": 1})


@pytest.mark.parametrize("size", [400, 1500])
def test_a_file_read_block_by_block_gives_the_same_log(read, read_csv, monkeypatch, size):
    legs = [
        leg(f"CA{n}", n, parent=f"CA{n - n % 3}" if n % 3 else None, status="x" if n == 7 else "busy")
        for n in range(18)
    ]
    legs.append(leg("CA4", 4, parent="CA3", updated=5000))
    readers = [lambda: read(*legs), lambda: read_csv(*map(warehoused, [found | {"status": "busy"} for found in legs]))]
    whole = [reader() for reader in readers]
    assert [account(log) for log in whole] == [[19, 17, 1, 1], [19, 18, 1, 0]]
    monkeypatch.setitem(inputs.blocks.__kwdefaults__, "size", size)
    assert [reader().equals(log) for reader, log in zip(readers, whole, strict=True)] == [True, True]


def test_the_answer_of_the_api_is_read_as_lines_are(read, tmp_path):
    legs = [leg(), leg("CA2")]
    path = tmp_path / "calls.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"calls": legs, "page": 0, "uri": "/x"}, indent=1).encode()))
    log = read_twilio_calls(path, name="calls.json", observed_until="2024-06-01T00:00:00Z")
    assert log.table.equals(read(*legs).table)
    assert log.account["observed_until"][0] == datetime(2024, 6, 1, tzinfo=UTC)


def test_numbers_without_a_country_get_the_one_that_is_given(read):
    pytest.importorskip("phonenumbers")
    assert calls(read(leg(caller="0612345678"), country="NL"), "id_phone") == [(MOBILE,)]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptySourceError, "calls.json is empty"),
        ('{"calls": []}', EmptySourceError, "calls.json holds no calls of Twilio"),
        ('{"id": 1}', FormatError, "its objects have 'id'; a call has 'sid', 'direction' and 'status'"),
        (
            "a,b\n1,2",
            FormatError,
            "calls.json holds no calls of Twilio: it has no column 'sid' or 'id'. Its columns: a, b",
        ),
    ],
)
def test_other_files_are_refused_clearly(read, text, error, says):
    with pytest.raises(error, match=says):
        read(text)


def test_nine_real_calls_are_read_but_for_that_of_30_february(shared_file):
    log = read_twilio_calls(shared_file("formats/twilio/twilio_call_data.csv"))
    assert account(log) == [9, 8, 0, 1]
    assert log.quarantine.table.select(["line", "reason", "detail"]).to_pylist() == [
        {"line": 5, "reason": "bad_time", "detail": "'2022-02-30 17:23:13.000000 UTC' is not a time"}
    ]
    assert sorted(log.table["disposition"].to_pylist()) == ["ANSWERED"] * 6 + ["CANCELED"] * 2
    assert log.num_customers == 1  # the numbers of all calls were made the same


def test_real_messages_are_no_calls(shared_file):
    with pytest.raises(FormatError, match="holds no calls of Twilio: it has no column 'start_time'"):
        read_twilio_calls(shared_file("formats/twilio/twilio_message_data.csv"))
