import base64
import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, OptionError, SourceError
from journeymine.sources import inputs
from journeymine.sources.mail.body import decode_bytes
from journeymine.sources.mail.html import html_text
from journeymine.sources.mail.mbox import read_mbox
from journeymine.sources.mail.message import Mail

OWN = ["shop.example"]
ENVELOPE = "From jo@mail.example Wed May  1 09:00:00 2024\n"


def mail(body="Where is it?", **headers):
    """A message; a header of None is left out, names are written with _ for -."""
    given = {
        "Message_ID": "<1@mail.example>",
        "From": "Jo Doe <Jo@Mail.example>",
        "To": "Help <help@shop.example>",
        "Date": "Wed, 1 May 2024 09:00:00 +0200",
        "Subject": "My order",
    } | headers
    lines = [f"{name.replace('_', '-')}: {value}\n" for name, value in given.items() if value is not None]
    return f"{''.join(lines)}\n{body}\n"


def mbox(*mails):
    return "\n".join(ENVELOPE + text for text in mails)


@pytest.fixture
def read(tmp_path):
    def read(*mails, own_domains=OWN, **options):
        path = tmp_path / "help.mbox"
        only = mails[0]
        path.write_bytes(only if isinstance(only, bytes) else mbox(*mails).encode())
        return read_mbox(path, own_domains=own_domains, **options)

    return read


def rows(log, *names):
    return [tuple(row[name] for name in names) for row in log.table.sort_by("source_row").to_pylist()]


def closes(log):
    account = log.sources.to_pylist()[0]
    return account["rows_in"] == account["used"] + account["duplicate"] + account["quarantined"]


# --- who wrote to whom ---------------------------------------------------------------------------------------------


def test_a_message_is_one_event_with_the_outside_party_as_customer(read):
    log = read(mail())
    row = log.table.to_pylist()[0]
    assert (row["activity"], row["channel"], row["id_email"]) == ("mail received", "mail", "jo@mail.example")
    assert row["timestamp"].isoformat() == "2024-05-01T07:00:00+00:00"
    assert (row["event_id"], row["thread"], row["subject"]) == ("1@mail.example", "1@mail.example", "My order")
    assert (row["text"], row["auto"], row["source_row"]) == ("Where is it?", None, 1)
    assert closes(log)


@pytest.mark.parametrize(
    ("headers", "activity", "address"),
    [
        ({"From": "jo@mail.example"}, "mail received", "jo@mail.example"),
        ({"From": '"Doe, Jo" <JO@mail.example>'}, "mail received", "jo@mail.example"),
        ({"From": "help@shop.example", "To": "jo@mail.example"}, "mail sent", "jo@mail.example"),
        ({"From": "help@eu.shop.example", "To": "jo@mail.example"}, "mail sent", "jo@mail.example"),
        ({"From": "help@bookshop.example", "To": "help@shop.example"}, "mail received", "help@bookshop.example"),
        ({"From": "help@shop.example", "To": "ann@shop.example, jo@x.y, al@x.y"}, "mail sent", "jo@x.y"),
        ({"From": "help@shop.example", "To": "ann@shop.example", "Cc": "Jo <jo@x.y>"}, "mail sent", "jo@x.y"),
        ({"From": "form@shop.example", "To": "help@shop.example", "Reply_To": "jo@x.y"}, "mail received", "jo@x.y"),
        ({"From": "help@shop.example", "To": None}, "mail sent", None),
        ({"From": None, "Sender": "jo@x.y"}, "mail received", "jo@x.y"),
        ({"From": None, "To": None}, "mail received", None),
        ({"From": "=?utf-8?q?Jos=C3=A9?= <jo@x.y>"}, "mail received", "jo@x.y"),
    ],
)
def test_the_direction_follows_the_own_domains(read, headers, activity, address):
    assert rows(read(mail(**headers)), "activity", "id_email") == [(activity, address)]


def test_a_single_address_can_be_own_where_its_domain_is_not(read):
    log = read(mail(From="shop@gmail.example", To="jo@gmail.example"), own_domains=["shop@gmail.example"])
    assert rows(log, "activity", "id_email") == [("mail sent", "jo@gmail.example")]


def test_mail_between_own_addresses_is_set_aside(read):
    log = read(mail(), mail(From="ann@shop.example", Message_ID="<2@shop.example>"))
    reject = log.quarantine.table.to_pylist()[0]
    assert (reject["line"], reject["stage"], reject["reason"]) == (2, "filter", "internal")
    assert reject["payload"].startswith(ENVELOPE.encode())
    assert log.quarantine.num_refused == 0
    assert closes(log)


@pytest.mark.parametrize("own_domains", [[], "", ["  "]])
def test_own_domains_must_be_named(read, own_domains):
    with pytest.raises(OptionError, match=r"own_domains is empty: .* own_domains=\['shop.example'\]"):
        read(mail(), own_domains=own_domains)


# --- what no person wrote ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"Auto_Submitted": "Auto-Generated; x=y", "Precedence": "bulk"}, "auto_reply"),
        ({"Precedence": "auto_reply"}, "auto_reply"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"X_Auto_Response_Suppress": "All"}, "auto_reply"),
        ({"X_Mail_Autoreply": "Jo"}, "auto_reply"),
        ({"Precedence": "Bulk"}, "list"),
        ({"Precedence": "junk"}, "list"),
        ({"List_Id": "<news.shop.example>"}, "list"),
        ({"List_Unsubscribe": "<mailto:stop@shop.example>"}, "list"),
        ({"List_Post": "NO"}, "list"),
        ({"Return_Path": "<>"}, "report"),
        ({"From": "Mail Delivery <MAILER-DAEMON@mx.example>"}, "report"),
        ({"Content_Type": "multipart/report; report-type=disposition-notification", "List_Id": "<x>"}, "report"),
    ],
)
def test_automatic_mail_is_set_aside_by_its_kind_unless_it_is_wanted(read, headers, kind):
    both = [mail(), mail(**{"Message_ID": "<2@x>"} | headers)]
    log = read(*both)
    assert [(row["line"], row["stage"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "filter", kind)
    ]
    assert rows(read(*both, keep_auto=True), "auto") == [(None,), (kind,)]
    assert closes(log)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no", "Precedence": "normal"},
        {"X_Autoreply": "no", "Return_Path": "<jo@mail.example>"},
        {"X_Automation_Level": "none"},
    ],
)
def test_what_says_that_it_is_no_machine_is_a_person(read, headers):
    assert rows(read(mail(**headers)), "auto") == [(None,)]


# --- when ----------------------------------------------------------------------------------------------------------

RECEIVED = "from a by b; Wed, 1 May 2024 09:00:30 +0000\nReceived: from c by a; Wed, 1 May 2024 08:59:00 +0000"


@pytest.mark.parametrize(
    ("date", "utc", "note"),
    [
        ("Wed, 1 May 2024 09:00:00 +0200", "07:00:00", None),
        ("1 May 2024 09:00 EST", "14:00:00", None),
        ("Wed, 1 May 2024 09:00:00 -0000", "09:00:00", None),
        ("Wed, 1 May 2024 09:00:00", "09:00:30", "no Date with a zone"),
        ("Wed, 1 May 2024 09:00:00 FOO", "09:00:30", "no Date with a zone"),
        ("soon", "09:00:30", "no Date with a zone"),
        ("", "09:00:30", "no Date with a zone"),
        ("Fri, 31 Dec 9999 23:59:59 +0000", "09:00:30", "no Date with a zone"),
        (None, "09:00:30", "no Date with a zone"),
        ("Mon, 18 Jan 2038 09:00:00 +0000", "09:00:30", "a Date over a day after, or a week before, their receipt"),
        ("Thu, 1 Jan 1970 00:00:00 +0000", "09:00:30", "a Date over a day after, or a week before, their receipt"),
        ("Wed, 24 Apr 2024 08:58:59 +0000", "09:00:30", "a week before"),
        ("Thu, 2 May 2024 09:00:31 +0000", "09:00:30", "a day after"),
        ("Wed, 1 May 2024 21:00:00 +0000", "21:00:00", None),
    ],
)
def test_time_is_the_date_or_else_the_last_receipt(read, date, utc, note):
    log = read(mail(Date=date, Received=RECEIVED))
    assert log.table["timestamp"][0].as_py().isoformat() == f"2024-05-01T{utc}+00:00"
    notes = log.sources["notes"].to_pylist()[0]
    assert [said for said in notes if note and note in said] == notes
    assert len(notes) == (note is not None)


@pytest.mark.parametrize("date", ["24 Apr 2024 08:59:00 +0000", "2 May 2024 09:00:30 +0000"])
def test_a_date_is_believed_if_one_receipt_is_at_most_a_week_later_or_a_day_earlier(read, date):
    log = read(mail(Date=date, Received=RECEIVED))
    assert log.table["timestamp"][0].as_py().strftime("%-d %b %Y %H:%M:%S +0000") == date
    assert log.sources["notes"].to_pylist() == [[]]


def test_mail_that_was_fetched_years_later_keeps_its_date(read):
    fetched = "by laptop; Mon, 1 Jan 2029 10:00:00 +0000\nReceived: by b; Wed, 1 May 2024 09:00:02 +0000"
    log = read(mail(Date="Wed, 1 May 2024 09:00:00 +0000", Received=fetched))
    assert log.table["timestamp"][0].as_py().isoformat() == "2024-05-01T09:00:00+00:00"


def test_a_message_without_any_time_is_kept_aside_whole(read):
    log = read(mail(), mail(Date=None, Message_ID=None), mail(Date="soon", Received="by b; soon", Message_ID=None))
    assert log.quarantine.reasons == {"no_time": 2}
    assert log.quarantine.table["line"].to_pylist() == [2, 3]
    assert b"Where is it?" in log.quarantine.table["payload"].to_pylist()[0]
    assert closes(log)


# --- threads and duplicates ----------------------------------------------------------------------------------------


def test_a_thread_is_named_by_the_message_that_began_it(read):
    log = read(
        mail(Message_ID="<a@x>"),
        mail(Message_ID="<b@x>", In_Reply_To="<a@x>"),
        mail(Message_ID="<c@x>", In_Reply_To="Your mail of today <b@x>"),
        mail(Message_ID="<d@x>", References="<a@x>\n\t<b@x> <c@x>", In_Reply_To="<c@x>"),
        mail(Message_ID="<e@x>", References="<unknown@x> <d@x>"),
        mail(Message_ID="<f@x>", From="ann@shop.example", In_Reply_To="<a@x>"),
        mail(Message_ID="<g@x>", In_Reply_To="<f@x>"),
    )
    assert rows(log, "event_id", "thread") == [
        ("a@x", "a@x"),
        ("b@x", "a@x"),
        ("c@x", "a@x"),
        ("d@x", "a@x"),
        ("e@x", "a@x"),
        ("g@x", "a@x"),
    ]


def test_answers_to_a_message_that_is_missing_are_one_thread(read):
    log = read(
        mail(Message_ID="<b@x>", References="<gone@x> <lost@x>"),
        mail(Message_ID="<c@x>", In_Reply_To="<lost@x>"),
        mail(Message_ID="<d@x>"),
    )
    assert rows(log, "event_id", "thread") == [("b@x", "gone@x"), ("c@x", "gone@x"), ("d@x", "d@x")]


def test_a_mail_address_or_words_in_in_reply_to_tie_nothing_together(read):
    log = read(
        mail(Message_ID="<b@x>", In_Reply_To="<help@shop.example>"),
        mail(Message_ID="<c@x>", In_Reply_To="<HELP@shop.example>"),
        mail(Message_ID="<d@x>", In_Reply_To="Your message of today"),
        mail(Message_ID="<e@x>", In_Reply_To="Your message of yesterday"),
    )
    assert rows(log, "thread") == [("b@x",), ("c@x",), ("d@x",), ("e@x",)]


def test_messages_that_answer_one_another_are_one_thread_whatever_their_order(read):
    ring = [mail(Message_ID=f"<{a}@x>", In_Reply_To=f"<{b}@x>") for a, b in ("ab", "bc", "ca")]
    tail = [mail(Message_ID="<d@x>", In_Reply_To="<c@x>"), mail(Message_ID="<s@x>", In_Reply_To="<s@x>")]
    for order in (ring + tail, (ring + tail)[::-1]):
        assert sorted(rows(read(*order), "event_id", "thread")) == [
            ("a@x", "a@x"),
            ("b@x", "a@x"),
            ("c@x", "a@x"),
            ("d@x", "a@x"),
            ("s@x", "s@x"),
        ]


def test_a_long_chain_of_answers_is_followed_at_once(read):
    chain = [mail(Message_ID=f"<{n}@x>", In_Reply_To=f"<{n - 1}@x>" if n else None) for n in range(1500)]
    assert set(rows(read(*reversed(chain)), "thread")) == {("0@x",)}


def test_of_messages_with_one_id_the_last_is_used(read):
    log = read(mail(Subject="first"), mail(Subject="last"))
    assert rows(log, "subject", "source_row") == [("last", 2)]
    assert log.sources["duplicate"].to_pylist() == [1]
    assert closes(log)


def test_a_message_without_an_id_gets_the_same_one_however_often_and_by_which_way_it_comes(read):
    nameless = mail(Message_ID=None)
    again = mail(Message_ID=None, Received="by c; Wed, 1 May 2024 09:00:30 +0000").replace("\n", "\r\n")
    log = read(nameless, mail(), again)
    assert rows(log, "source_row", "text") == [(2, "Where is it?"), (3, "Where is it?")]
    key, thread = rows(log, "event_id", "thread")[1]
    assert key == thread
    assert key.startswith("no id/")
    assert key == read(nameless).table["event_id"][0].as_py()
    assert closes(log)


@pytest.mark.parametrize(
    "other",
    [
        {"Date": "Wed, 1 May 2024 09:00:01 +0200"},
        {"From": "al@mail.example"},
        {"To": "sales@shop.example"},
        {"Subject": "My orders"},
        {"body": "Where are they?"},
    ],
)
def test_messages_without_an_id_that_say_different_things_are_all_kept(read, other):
    assert read(mail(Message_ID=None), mail(Message_ID=None, **other)).num_events == 2


# --- what they say -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("=?utf-8?B?w6kgYW5k?=\n =?iso-8859-1?q?_=E9?=", "é and é"),
        ("Re: =?utf-8?q?caf=C3=A9?= time", "Re: café time"),
        ("=?nonsense?q?caf=C3=A9?=", "café"),
        ("=?utf-8?B?broken", "=?utf-8?B?broken"),
        ("naïve bytes", "naïve bytes"),
        ("folded\n  over\n\tlines", "folded over lines"),
        ("", None),
    ],
)
def test_a_subject_is_decoded(read, written, subject):
    assert rows(read(mail(Subject=written)), "subject") == [(subject,)]


def part(kind, body, *more):
    return "\n".join(["--x", f"Content-Type: {kind}", *more, "", body, ""])


def parts(*bodies, kind="mixed"):
    return mail("".join(bodies) + "--x--", Content_Type=f'multipart/{kind}; boundary="x"')


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (parts(part("text/html", "<p>rich"), part("text/plain", "plain"), kind="alternative"), "plain"),
        (parts(part("text/plain", "  "), part("text/html", "<p>rich"), kind="alternative"), "rich"),
        (
            parts(part("text/plain", "a list", "Content-Disposition: attachment"), part("text/html", "see<br>it")),
            "see\nit",
        ),
        (parts(part("message/rfc822", "Subject: old\n\nold"), part("text/plain", "see below")), "see below"),
        (parts(part("application/pdf", "JVBERi0=", "Content-Transfer-Encoding: base64")), None),
        (mail("caf=C3=A9 =\nau lait", Content_Transfer_Encoding="quoted-printable"), "café au lait"),
        (mail(base64.b64encode(b"caf\xe9").decode(), Content_Transfer_Encoding="base64"), "café"),
        (mail("&eacute;&nbsp;<b>b</b>", Content_Type="text/html; charset=us-ascii"), "é b"),
        (mail("no boundary", Content_Type="multipart/mixed"), "no boundary"),
        (mail("a\r\nb", Content_Type="text/plain; charset=unheard-of"), "a\nb"),
        (mail(""), None),
    ],
)
def test_the_text_is_the_plain_body_or_else_that_of_the_html(read, message, text):
    assert rows(read(message), "text") == [(text,)]


def test_a_head_that_breaks_off_gives_its_rest_to_the_body(read):
    log = read("From: jo@x.y\nDate: Wed, 1 May 2024 09:00:00 +0200\nthis is no header\n\nbody\n")
    assert rows(log, "text") == [("this is no header\n\nbody",)]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ('<p title="a>b">x</p>y', "x\ny"),
        ('<a href="x>y</a><p>z', "y\nz"),
        (
            "I ask:<blockquote>you <b>said</b><blockquote>old</blockquote>new</blockquote>ok",
            "I ask:\n> you said\n> > old\n> new\nok",
        ),
        ("</blockquote>a\x0e\x0f&#14;b<blockquote", "ab<blockquote"),
        ("x<!-- <p>hidden</p> -->y<style>p{}</style><script>if (a<b) {}</script>z", "x y z"),
        ("seen<!-- never closed <p>hidden", "seen"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<TITLE>t</TITLE><P>Hi,<BR/>\n  you<o:p></o:p> &amp; &#233;", "Hi,\nyou & é"),
    ],
)
def test_html_becomes_the_text_that_is_seen(html, text):
    assert html_text(html) == text


@pytest.mark.parametrize(
    "junk", ["<!--", "<a ", "<", "</", "<a href='", "<![CDATA[", "<script>", "<title>x", "&#", '<a b="']
)
def test_broken_html_of_a_megabyte_takes_no_time(junk):
    begin = time.process_time()
    html_text(junk * (1_000_000 // len(junk)))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("charset", ["unicode_escape", "punycode", "rot13", "undefined", "utf-16", "nonsense", None])
def test_no_charset_breaks_the_decoding(charset):
    assert decode_bytes(b"caf\xe9!", charset) == "café!"
    assert decode_bytes(b"+2AA-", "utf-7") == "?"


# --- mbox, Maildir, single messages --------------------------------------------------------------------------------


def test_lines_that_begin_with_from_are_text_unless_an_envelope_with_headers_below_follows_an_empty_line(read):
    body = "\n".join(
        [
            "Hi",
            "From Jo at 10:30 on 1 May 2024",
            "Note: no empty line before",
            "",
            "From May 2024 on I pay more.",
            "Note: no clock time",
            "",
            "From 10:30 to noon in 2024",
            "we are closed",
            "",
            ">From the quoted one",
            ">>From twice quoted",
        ]
    )
    log = read(mail(body), mail("second", Message_ID="<2@x>"))
    first, second = (text for (text,) in rows(log, "text"))
    assert second == "second"
    assert first == body.replace("\n>From", "\nFrom").removesuffix("\n>>From twice quoted")  # a quotation, so left out
    assert log.sources["rows_in"].to_pylist() == [2]


def test_line_ends_and_a_mark_at_the_start_do_not_matter(read):
    text = mbox(mail("one"), mail("two", Message_ID="<2@x>"))
    expected = rows(read(text.encode()), "event_id", "text")
    assert len(expected) == 2
    assert rows(read(b"\xef\xbb\xbf\n" + text.replace("\n", "\r\n").encode()), "event_id", "text") == expected
    assert rows(read(gzip.compress(text.encode())), "event_id", "text") == expected


def test_a_single_message_keeps_its_quotes(read):
    text = mail("  >From here on I quote").encode()
    assert rows(read(text), "text") == [(">From here on I quote",)]  # nothing else is there


@pytest.mark.parametrize("size", [1, 7, 400, 401, 450, 900])
def test_a_mailbox_read_in_parts_is_the_mailbox_read_at_once(read, monkeypatch, size):
    body = "Hi\n\nFrom May on\n\nFrom here at 10:30 in 2024\nno header"
    box = [mail(f"{body} {number}", Message_ID=f"<{number}@x>") for number in range(7)]
    box[3] = mail("", From="ann@shop.example", Message_ID="<3@x>")
    whole = read(*box)
    monkeypatch.setattr(inputs, "BLOCK_BYTES", size)
    cut = read(*box)
    assert cut.table.equals(whole.table)
    assert cut.quarantine.table.equals(whole.quarantine.table)
    assert cut.sources.equals(whole.sources)
    assert cut.num_events == 6


def test_of_a_message_that_is_not_used_the_beginning_is_kept(read):
    reject = read(mail("x" * 300_000, From="ann@shop.example")).quarantine.table.to_pylist()[0]
    assert reject["payload"].startswith(ENVELOPE.encode())
    assert len(reject["payload"]) == 262_144


def test_a_maildir_is_read_by_file_name_and_what_is_no_mail_in_it_is_kept_aside(tmp_path):
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new/3.host").write_text(mail("third", Message_ID="<3@x>"))
    (tmp_path / "cur/1.host:2,S").write_text(mail("first"))
    (tmp_path / "cur/2.host:2,").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "cur/4.host:2,").write_bytes(b"")
    (tmp_path / "cur/.hidden").write_text(mail())
    (tmp_path / "tmp/5.host").write_text(mail("half", Message_ID="<5@x>"))
    log = read_mbox(tmp_path, own_domains=OWN, name="maildir")
    assert rows(log, "source_row", "text") == [(1, "first"), (3, "third")]
    assert [(row["line"], row["reason"]) for row in log.quarantine.table.to_pylist()] == [
        (2, "no_header"),
        (4, "no_header"),
    ]
    assert log.sources["source"].to_pylist() == ["maildir"]
    assert closes(log)


def test_a_folder_of_eml_files_is_read_with_its_subfolders(tmp_path):
    (tmp_path / "may").mkdir()
    (tmp_path / "b.eml").write_text(mail("b", Message_ID="<b@x>"))
    (tmp_path / "may/a.EML").write_text(ENVELOPE + mail("a", Message_ID="<a@x>"))
    (tmp_path / "may/c.eml.gz").write_bytes(gzip.compress(mail("c", Message_ID="<c@x>").encode()))
    (tmp_path / "notes.txt").write_text("no mail")
    assert rows(read_mbox(tmp_path, own_domains=OWN), "text") == [("a",), ("b",), ("c",)]


def test_a_folder_without_messages_is_empty(tmp_path):
    with pytest.raises(EmptySourceError, match=r"neither files in cur or new, nor \.eml files"):
        read_mbox(tmp_path, own_domains=OWN)


def test_a_file_that_does_not_exist_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        read_mbox(tmp_path / "nothing.mbox", own_domains=OWN)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", EmptySourceError, "help.mbox is empty"),
        (b"Hi,\n\nOn Monday Jo wrote:\n> no header\n", FormatError, "help.mbox is no mail: it begins neither with"),
        (b"From my point of view at 10:30 in 2024\nthis is prose\n", FormatError, "nothing in it has headers such as"),
        (b"a,b\n1,2\n", FormatError, "is no mail"),
        (b"PK\x03\x04\x14\x00\x00", FormatError, "binary file"),
        (bytes(range(32)) * 20, FormatError, "binary file"),
        (bytes(range(256)) * 20, FormatError, "is no mail"),
        (gzip.compress(mail().encode())[:-12], FormatError, "cut short"),
    ],
)
def test_what_is_no_mail_is_refused(read, content, error, said):
    with pytest.raises(error, match=said):
        read(content)


def test_a_mailbox_of_only_bad_messages_is_an_empty_log_whose_account_closes(read):
    log = read(mail(Date=None), mail(Date="soon"))
    assert log.num_events == 0
    assert closes(log)


# --- damage, and real messages -------------------------------------------------------------------------------------


@given(st.data())
def test_a_damaged_mailbox_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    message = parts(part("text/html; charset=utf-8", "<p>=C3=A9", "Content-Transfer-Encoding: quoted-printable"))
    content = bytearray(mbox(mail(Subject="=?utf-8?q?caf=C3=A9?=", References="<a@x> <b@x>"), message).encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.mbox"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        log = read_mbox(path, own_domains=OWN, keep_auto=data.draw(st.booleans()))
    except SourceError:
        return
    assert closes(log)


@given(
    st.sampled_from(["From", "Date", "Subject", "References", "Received", "Content-Type", "To"]), st.binary(max_size=60)
)
def test_whatever_stands_in_a_header_is_read_or_left_out(header, value):
    junk = header.encode() + b": " + value.replace(b"\n", b" ").replace(b"\r", b" ")
    letter = Mail(junk + b"\nMessage-ID: <a@x>\n\nbody\n").letter
    assert letter.key == "a@x"


NO_HEAD = {"cpython": {"msg_19.txt"}, "tika": {"quoted.mbox", "simple.mbox"}}


@pytest.mark.parametrize("folder", ["cpython", "tika"])
def test_every_real_message_is_read_and_what_has_no_head_is_refused(shared, folder):
    files = sorted((shared / "formats/mail" / folder).iterdir())
    logs = {file.name: outcome(file) for file in files}
    assert {name for name, log in logs.items() if log is None} == NO_HEAD[folder]
    assert all(closes(log) for log in logs.values() if log is not None)
    assert sum(log.num_events for log in logs.values() if log is not None) == {"cpython": 30, "tika": 11}[folder]


def test_bodies_of_real_replies_without_a_head_are_no_mail(shared):
    files = sorted((shared / "formats/mail/replies").iterdir())
    assert [file.name for file in files if outcome(file) is not None] == ["reply-quotations-share-block.eml"]


def outcome(file):
    try:
        return read_mbox(file, own_domains=OWN, keep_auto=True)
    except FormatError:
        return None


def test_a_real_mailbox_of_a_list_is_one_thread_of_automatic_mail(shared):
    path = shared / "formats/mail/tika/complex.mbox"
    log = read_mbox(path, own_domains=OWN, keep_auto=True)
    people = ["jothipn@yahoo-inc.com", "jianmin_woo@yahoo.com", "jothipn@yahoo-inc.com"]
    assert rows(log, "id_email") == [(person,) for person in people]
    assert set(rows(log, "thread", "auto")) == {("440622.41041.qm@web111005.mail.gq1.yahoo.com", "list")}
    assert read_mbox(path, own_domains=OWN).quarantine.reasons == {"list": 3}


def test_a_mailbox_without_any_answer_makes_the_own_domains_doubtful(read):
    messages = [mail(f"m{number}", Message_ID=f"<{number}@x>") for number in range(20)]
    log = read("\n".join(f"From - Wed May  1 09:00:00 2024\n{message}" for message in messages))
    assert log.num_events == 20
    assert log.account["notes"][0].tolist() == ["no mail was sent from shop.example; see that own_domains is right"]
