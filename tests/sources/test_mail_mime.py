"""Messages taken apart, held against the standard library's parser where that does the same."""

from email.message import Message
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.sources.mail.mime import Part, content, content_type, is_attachment, leaves, parse


def message(*pieces, boundary="x", kind="mixed", end="--x--\n"):
    """A message with parts."""
    inner = "".join(f"--{boundary}\n{piece}\n" for piece in pieces)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\npreface\n{inner}{end}epilogue\n'.encode()


def bodies(raw):
    return [part.body for part in leaves(parse(raw))]


@pytest.mark.parametrize(
    ("raw", "head", "body"),
    [
        (b"A: 1\nB : 2\n\nHi", {"a": ["1"], "b": ["2"]}, b"Hi"),
        (b"A: 1\r\na:2\r\n\r\nHi", {"a": ["1", "2"]}, b"Hi"),
        (b"A: 1\rB: 2\r\rHi", {"a": ["1"], "b": ["2"]}, b"Hi"),
        (b"A: 1\n\t2\n 3\n\nHi", {"a": ["1\n\t2\n 3"]}, b"Hi"),
        (b"A: 1\nno field\n\nHi", {"a": ["1"]}, b"no field\n\nHi"),
        (b"A: 1\rstill 1\r\n\r\nHi", {"a": ["1\rstill 1"]}, b"Hi"),
        (b"A:", {"a": [""]}, b""),
        (b"\nHi", {}, b"Hi"),
        (b"A: \xe9\n\n", {"a": ["\udce9"]}, b""),
        (b"", {}, b""),
    ],
)
def test_the_head_ends_at_an_empty_line_or_at_one_that_is_no_field(raw, head, body):
    assert parse(raw) == Part(head, body)


@pytest.mark.parametrize(
    ("written", "kind", "parameters"),
    [
        ("text/html", "text/html", {}),
        ("TEXT/HTML ; CharSet = UTF-8 ; x", "text/html", {"charset": "UTF-8"}),
        ('a/b; boundary="x; \\"y\\""; c=d', "a/b", {"boundary": 'x; "y"', "c": "d"}),
        ("a/b; charset*=us-ascii'en'utf-8", "a/b", {"charset": "utf-8"}),
        ('a/b; boundary*0="x"; boundary*1="y"', "a/b", {"boundary": "xy"}),
        ("a/b; boundary='x'", "a/b", {"boundary": "'x'"}),
        ('a/b; boundary="never closed', "a/b", {"boundary": "never closed"}),
        ("text", "text/plain", {}),
        ("", "text/plain", {}),
    ],
)
def test_the_type_of_a_part_is_what_it_says_or_else_plain_text(written, kind, parameters):
    assert content_type({"content-type": [written]}) == (kind, parameters)
    assert content_type({}) == ("text/plain", {})


def test_a_part_that_says_so_is_an_attachment():
    assert is_attachment({"content-disposition": [' Attachment; filename="a.txt"']})
    assert not is_attachment({"content-disposition": ["inline"]})
    assert not is_attachment({})


def test_the_parts_of_a_message_are_cut_at_its_boundary_lines_only():
    inner = "Content-Type: multipart/alternative; boundary=y\n\n--y\n\nplain\n--y\n\nrich\n--y--"
    raw = message("A: 1\n\none --x\n--xx", inner, "\nlast")
    assert bodies(raw) == [b"one --x\n--xx", b"plain", b"rich", b"last"]
    assert bodies(raw.replace(b"\n", b"\r\n")) == [b"one --x\r\n--xx", b"plain", b"rich", b"last"]
    assert bodies(message("\none", "\ntwo", end="--x \t\n")) == [b"one", b"two", b"epilogue\n"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Content-Type: multipart/mixed\n\none", [b"one"]),
        (b"Content-Type: multipart/mixed; boundary=x\n\none\n-- x", [b"one\n-- x"]),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x", [b""]),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x--\nrest", [b"--x--\nrest"]),
        (message("Content-Type: message/rfc822\n\nSubject: a\n\nb"), [b"Subject: a\n\nb"]),
    ],
)
def test_a_message_whose_parts_cannot_be_told_apart_is_one_part(raw, expected):
    assert bodies(raw) == expected


def test_what_is_in_a_digest_is_messages_unless_it_says_otherwise():
    raw = message("\nSubject: a\n\nb", "Content-Type: text/html\n\n<p>", kind="digest")
    assert [content_type(part.head)[0] for part in leaves(parse(raw))] == ["message/rfc822", "text/html"]


def test_parts_within_parts_without_end_are_one_part_at_last():
    levels = [f"Content-Type: multipart/mixed; boundary=x{level}\n\n--x{level}\n" for level in range(100)]
    assert bodies("".join(levels).encode()) == [("--x30\n" + "".join(levels[31:])).encode()]


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("BASE64 ; x", b"SGkg\nSm8=\n", b"Hi Jo"),
        ("base64", b"SGkgSm8", b"Hi Jo"),
        ("base64", b"SGkgS", b"SGkgS"),
        ("quoted-printable", b"a=\nb=E9=4", b"ab\xe9=4"),
        ("8bit", b"\xe9", b"\xe9"),
        ("x-unheard-of", b"a", b"a"),
    ],
)
def test_a_transfer_encoding_is_undone_where_that_can_be(encoding, body, expected):
    assert content(Part({"content-transfer-encoding": [encoding]}, body)) == expected


def standard(part: Message):
    """Yield type and content of each leaf, as the standard library reads it."""
    inner = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(inner, list):
        for child in inner:
            yield from standard(child)
    else:
        inside = part.get_content_maintype() == "message"
        yield part.get_content_type(), b"" if inside else tidy(part.get_payload(decode=True))


def ours(raw):
    for part in leaves(parse(raw)):
        kind = content_type(part.head)[0]
        yield kind, b"" if kind.startswith("message/") else tidy(content(part))


def tidy(body):
    return body.replace(b"\r\n", b"\n").strip()


EMPTY_PARTS = "msg_37.txt"  # boundary lines right after one another: parts with nothing in them


def test_every_real_message_has_the_parts_that_the_standard_library_finds(shared):
    folders = ["cpython/msg_*.txt", "tika/*.eml", "tika/testRFC822*", "replies/*.eml"]
    files = sorted(file for folder in folders for file in (shared / "formats/mail").glob(folder))
    assert len(files) == 54
    for file in files:
        raw = file.read_bytes()
        raw = raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw
        found = list(ours(raw))
        if file.name == EMPTY_PARTS:
            found = [part for part in found if part[1]]
        assert found == list(standard(BytesParser().parsebytes(raw))), file.name


@given(st.binary(max_size=300), st.sampled_from(["multipart/mixed; boundary=x", "text/html", "multipart/x; boundary"]))
def test_any_bytes_have_parts(junk, kind):
    raw = b"Content-Type: " + kind.encode() + b"\nContent-Transfer-Encoding: base64\n\n--x\n" + junk
    assert all(isinstance(content(part), bytes) for part in leaves(parse(raw)))
    assert isinstance(parse(junk), Part)
