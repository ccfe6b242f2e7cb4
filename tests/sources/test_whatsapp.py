import gzip
import zipfile
from datetime import datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeymine.errors import (
    DateOrderError,
    EmptySourceError,
    FormatError,
    JourneymineError,
    OptionError,
    TimeZoneError,
    UnknownOptionError,
)
from journeymine.sources.chat.whatsapp import read_whatsapp
from tests.small import rows_of
from tests.sources.chat_files import closes, written


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        return read_whatsapp(written(tmp_path / "_chat.txt", content), **{"tz": "UTC", **options})

    return read


def clocks(log):
    return [f"{time:%Y-%m-%d %H:%M:%S}" for (time,) in rows_of(log, "timestamp")]


# --- layouts ---------------------------------------------------------------------------------------------------------

SAID = [
    datetime.fromisoformat(f"2019-{moment}Z")
    for moment in ("04-16T02:09:05", "04-16T14:09", "05-03T00:30", "05-03T12:00")
]
"""A day above 12, and then one below; hours of both halves of the day, noon and midnight."""


def layouts():
    """Give every combination of order, sign, year, seconds, clock and frame, 192 of them."""
    orders = ("%y{0}%m{0}%d", "%y{0}%d{0}%m", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
    clocks = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
    frames = ("{0}, {1} - ", "[{0} {1}] ")
    for order, sign, year, clock, frame in product(orders, "-/.", ("%y", "%Y"), clocks, frames):
        yield frame.format(order.format(sign).replace("%y", year), clock)


@pytest.mark.parametrize("layout", list(layouts()))
def test_every_layout_is_told_by_the_whole_file(read, layout):
    log = read("\n".join(f"{moment:{layout}}Jo: number {number}" for number, moment in enumerate(SAID)))
    shown = "%Y-%m-%d %H:%M:%S" if "%S" in layout else "%Y-%m-%d %H:%M:00"
    assert clocks(log) == [f"{moment:{shown}}" for moment in SAID]
    assert [text for (text,) in rows_of(log, "text")] == [f"number {number}" for number in range(4)]
    assert (log.num_customers, log.sources["notes"].to_pylist()) == (1, [[]])


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        ("[16/04/2019, 14:05:33] Jo: Hi", "14:05:33"),
        ("\u200e[16/04/2019, 14:05:33] Jo: Hi", "14:05:33"),
        ("16/04/2019 14:05 - Jo: Hi", "14:05:00"),
        ("16/04/2019 à 14:05 - Jo: Hi", "14:05:00"),
        ("16/04/2019, 2:05\u202fPM - Jo: Hi", "14:05:00"),
        ("16/04/2019, 2:05 p.\xa0m. - Jo: Hi", "14:05:00"),
        ("16/04/2019 18.00 - Jo: Hi", "18:00:00"),
        ("2019. 4. 16. 오후 2:05, Jo: Hi".replace(", Jo", " - Jo"), "14:05:00"),
        ("[2019/4/16 下午2:05:33] Jo: Hi", "14:05:33"),
        (
            "[\u0661\u0666/\u0660\u0664/\u0662\u0660\u0661\u0669, \u0662:\u0660\u0665:\u0663\u0663 \u0645] Jo: Hi",
            "14:05:33",
        ),
        ("16. 4. 2019 14:05 - Jo: Hi", "14:05:00"),
        ("16/04/2019 14:05:33: Jo: Hi", "14:05:33"),
        ("16/04/2019, 24:05 - Jo: Hi", None),
    ],
)
def test_what_telephones_write_in_other_languages(read, line, clock):
    log = read(line)
    assert clocks(log) == ([f"2019-04-16 {clock}"] if clock else [])
    assert log.quarantine.reasons == ({} if clock else {"bad_time": 1})
    assert [text for (text,) in rows_of(log, "text")] == ["Hi"] * bool(clock)


def test_day_and_month_that_nothing_proves_are_an_error_that_asks_for_the_order(read):
    text = "[05/04/2019, 14:05] Jo: Hi\n[06/04/2019, 14:05] Jo: Hi"
    with pytest.raises(
        DateOrderError, match=r"^_chat.txt: the first date, 5/4/2019, could be dmy or mdy, and no other"
    ) as error:
        read(text)
    assert str(error.value).endswith("Say which with date_order=, such as date_order='dmy'")
    assert clocks(read(text, date_order="dmy")) == ["2019-04-05 14:05:00", "2019-04-06 14:05:00"]
    assert clocks(read(text, date_order="mdy")) == ["2019-05-04 14:05:00", "2019-06-04 14:05:00"]


def test_time_order_proves_the_order_of_day_and_month_and_a_note_says_so(read):
    log = read("[05/04/2019, 14:05] Jo: Hi\n[06/04/2019, 14:05] Jo: Hi\n[02/05/2019, 14:05] Jo: Hi")
    assert clocks(log)[-1] == "2019-05-02 14:05:00"
    said = "dates read as dmy: as mdy the messages would not be in time order"
    assert log.sources["notes"].to_pylist() == [[said]]


def test_one_date_that_only_fits_one_order_proves_it(read):
    assert clocks(read("[05/04/19, 14:05] Jo: Hi\n[05/13/19, 14:05] Jo: Hi"))[0] == "2019-05-04 14:05:00"


def test_a_date_that_is_the_same_both_ways_needs_no_proof(read):
    assert clocks(read("[05/05/2019, 14:05] Jo: Hi")) == ["2019-05-05 14:05:00"]


def test_a_year_of_two_digits_in_front_is_told_by_the_years_it_would_give(read):
    """As the first part of a day, 19 to 21 could be days; but then the years would be 2004 and 2005."""
    text = "19-04-05, 14:05 - Jo: Hi\n20-04-04, 14:05 - Jo: Hi\n21-03-04, 14:05 - Jo: Hi"
    assert clocks(read(text, date_order="ymd"))[0] == "2019-04-05 14:05:00"
    assert clocks(read(text)) == clocks(read(text, date_order="ymd"))


def test_a_word_beside_the_time_that_nobody_knows_is_refused_where_it_could_mean_the_afternoon(read):
    with pytest.raises(
        FormatError, match="has 'xm' beside its times: nobody knows whether that is morning or afternoon"
    ):
        read("16/04/2019, 2:05 XM - Jo: Hi")
    assert clocks(read("16/04/2019, 2:05 h - Jo: Hi\n16/04/2019, 22:05 h - Jo: Hi"))[1] == "2019-04-16 22:05:00"


def test_two_exports_put_together_are_refused_and_a_quoted_line_is_text(read):
    android, iphone = "16/04/2019, 14:05 - Jo: Hi\n", "[16/04/2019, 14:05:33] Jo: Hi\n"
    with pytest.raises(
        FormatError, match=r"lines of two layouts, as if .* the other one begins at line 3. Read them from"
    ):
        read(android * 2 + iphone)
    log = read(android * 10 + iphone + android)
    assert log.num_events == 11
    assert log.table["text"].to_pylist()[9] == "Hi\n[16/04/2019, 14:05:33] Jo: Hi"
    said = "1 lines look like the beginning of a message, but in another layout; read as text"
    assert log.sources["notes"].to_pylist() == [[said]]


def test_the_clock_stands_where_it_is_said(read):
    assert clocks(read("[16/04/2019, 14:05:33] Jo: Hi", tz="Europe/Amsterdam")) == ["2019-04-16 12:05:33"]
    with pytest.raises(
        TimeZoneError, match=r"^_chat.txt has times without a zone: WhatsApp writes what the telephone's"
    ):
        read("[16/04/2019, 14:05:33] Jo: Hi", tz=None)
    with pytest.raises(TimeZoneError, match="nobody knows the time zone 'Europe/Amsterdm'"):
        read("[16/04/2019, 14:05:33] Jo: Hi", tz="Europe/Amsterdm")


def test_an_hour_that_a_clock_change_repeats_or_skips_is_said_or_set_aside(read):
    log = read("[31/03/2019, 02:30:00] Jo: never\n[27/10/2019, 02:30:00] Jo: twice", tz="Europe/Amsterdam")
    assert clocks(log) == ["2019-10-27 00:30:00"]
    assert log.quarantine.reasons == {"bad_time": 1}
    assert "in an hour that a clock change in Europe/Amsterdam repeats" in log.sources["notes"].to_pylist()[0][0]


# --- messages --------------------------------------------------------------------------------------------------------

CHAT = """16/04/2019, 14:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
16/04/2019, 14:05 - Jo: Where is my order?

It was due: on Monday.
16/04/2019, 14:06 - Shop Help: Let me see
16/04/2019, 14:07 - Jo: <Media omitted>
16/04/2019, 14:08 - Jo changed the subject from “A” to “B: C”
16/04/2019, 14:09 - Shop Help: label.pdf (file attached)
16/04/2019, 14:10 - Jo:
16/04/2019, 14:11 - Jo: 16/04/2019 is the day"""


def test_messages_span_lines_and_what_the_app_wrote_is_set_aside(read):
    log = read(CHAT, own_names="shop help")
    assert rows_of(log, "source_row", "activity", "text", "agent") == [
        (2, "message from customer", "Where is my order?\n\nIt was due: on Monday.", None),
        (5, "message from agent", "Let me see", "Shop Help"),
        (6, "file from customer", None, None),
        (8, "file from agent", None, "Shop Help"),
        (9, "message from customer", None, None),
        (10, "message from customer", "16/04/2019 is the day", None),
    ]
    assert set(rows_of(log, "customer", "id_phone")) == {("whatsapp_name:Jo", None)}
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (1, "filter", "system"),
        (7, "filter", "system"),
    ]
    assert log.quarantine.table["payload"].to_pylist()[1].endswith("“A” to “B: C”".encode())
    assert log.sources.select(["rows_in", "used"]).to_pylist() == [{"rows_in": 8, "used": 6}]
    assert closes(log)


def test_without_own_names_everybody_is_a_customer_of_their_own(read):
    log = read(CHAT)
    assert sorted(set(rows_of(log, "activity", "customer"))) == [
        ("file posted", "whatsapp_name:Jo"),
        ("file posted", "whatsapp_name:Shop Help"),
        ("message posted", "whatsapp_name:Jo"),
        ("message posted", "whatsapp_name:Shop Help"),
    ]


def test_a_number_is_a_number_with_or_without_marks_around_it(read):
    lines = ["[16/04/2019, 14:05:33] \u202a+31\xa06\xa012345678\u202c: Hi", "[16/04/2019, 14:05:34] ~\u202fJo: Hi"]
    assert rows_of(read(lines), "id_phone", "id_whatsapp_name") == [("+31612345678", None), (None, "Jo")]


def test_what_the_company_wrote_to_several_is_nobodys(read):
    lines = [f"[16/04/2019, 14:05:3{number}] {name}: Hi" for number, name in enumerate(["Jo", "Shop", "Kim"])]
    log = read(lines, own_names=["Shop"])
    assert dict(rows_of(log, "activity", "customer"))["message from agent"] is None


def test_the_first_line_of_an_iphone_says_that_the_chat_is_encrypted(read):
    lines = [
        "[16/04/2019, 14:05:33] Jo: \u200eNachrichten sind verschlüsselt.",
        "[16/04/2019, 14:05:34] Jo: \u200eimage omitted",
    ]
    log = read(lines)
    assert rows_of(log, "activity", "text") == [("file posted", None)]
    assert log.quarantine.reasons == {"system": 1}


def test_names_that_wrote_nothing_are_mentioned_and_no_names_are_an_error(read):
    notes = read(CHAT, own_names=["Shop", "Ann"]).sources["notes"].to_pylist()
    assert notes == [["nobody called Shop, Ann wrote anything; see that own_names is right"]]
    with pytest.raises(OptionError, match=r"^own_names is empty: name those who write for the company"):
        read(CHAT, own_names=[" "])


def test_lines_above_the_first_message_and_times_that_do_not_exist_are_set_aside(read):
    odd = "[31/02/2019, 14:05:33] Jo: never\nmore\n[17/04/2019, 25:05:33] Jo: x"
    log = read(f"Chat of Jo\n\n[16/04/2019, 14:05:33] Jo: Hi\n{odd}")
    assert [tuple(row.values())[1:] for row in log.quarantine.table.to_pylist()] == [
        (1, "parse", "no_header", "above the first message", b"Chat of Jo"),
        (4, "check", "bad_time", "a time that does not exist", b"[31/02/2019, 14:05:33] Jo: never\nmore"),
        (6, "check", "bad_time", "a time that does not exist", b"[17/04/2019, 25:05:33] Jo: x"),
    ]
    assert log.num_events == 1
    assert closes(log)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_chat_may_come_in_an_archive_or_as_gzip(read, tmp_path):
    path = tmp_path / "WhatsApp Chat - Jo.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"\xff\xd8\xff")
        archive.writestr("_chat.txt", CHAT)
    whole = read(CHAT, name="chat")
    assert read_whatsapp(path, tz="UTC", name="chat").table.equals(whole.table)
    assert read(gzip.compress(CHAT.encode()), name="chat").table.equals(whole.table)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.txt", CHAT)
    with pytest.raises(
        FormatError, match=r"holds several text files: _chat.txt, other.txt. Unpack it and read one of them"
    ):
        read_whatsapp(path, tz="UTC")


def test_bytes_that_are_no_text_cost_a_sign(read):
    log = read("[16/04/2019, 14:05:33] Jo: Hi 😀 ".encode() + b"\xff there")
    assert log.table["text"].to_pylist() == ["Hi 😀 ? there"]
    assert log.sources["notes"].to_pylist() == [
        ["bytes that are not UTF-8, as the rest of the file is, replaced by '?'"]
    ]


@pytest.mark.parametrize(
    ("content", "options", "error", "said"),
    [
        ("", {}, EmptySourceError, "is empty"),
        (
            "Hello\n",
            {},
            FormatError,
            "is no WhatsApp export: no line begins with a date and a time, such as .* 'Hello'",
        ),
        ("2024-05-01T09:00:00Z GET /\n", {}, FormatError, "is no WhatsApp export"),
        (b"PK\x03\x04rest", {}, FormatError, "is a binary file"),
        (CHAT, {"date_order": "dym"}, UnknownOptionError, "there is no date order 'dym'. Did you mean 'ymd'"),
    ],
)
def test_what_is_no_chat_is_refused(read, content, options, error, said):
    with pytest.raises(error, match=said):
        read(content, **options)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_gives_an_error_of_ours_or_an_account_that_closes(read, data):
    content = bytearray(
        data.draw(st.sampled_from([CHAT, "\n".join(f"{moment:[%d/%m/%y %H:%M]} Jo: x" for moment in SAID)])).encode()
    )
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))))
    content = data.draw(st.sampled_from([content, content[first:last], content[:first] + content[last:]]))
    try:
        log = read(bytes(content))
    except JourneymineError:
        return
    assert closes(log)


def test_the_real_chat_is_read_as_counted_by_hand(shared):
    """Two thousand messages of a line each, by three names and a number."""
    path = shared / "formats/whatsapp/lorem-2000.txt"
    log = read_whatsapp(path, tz="Europe/Madrid")
    counts = {}
    for (customer,) in rows_of(log, "customer"):
        counts[customer] = counts.get(customer, 0) + 1
    assert counts == {
        "whatsapp_name:Giuseppe": 516,
        "phone:+1123456789": 507,
        "whatsapp_name:Mary": 496,
        "whatsapp_name:John": 481,
    }
    assert (log.num_events, len(log.quarantine), log.sources["notes"].to_pylist()) == (2000, 0, [[]])
    assert min(clocks(log)) == "2019-04-16 00:09:00"
