"""Archives: what is in them is read in memory, and nothing leads out of them."""

import io
import zipfile
from stat import S_IFIFO, S_IFLNK

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeymine.errors import EmptySourceError, FormatError, SourceError
from journeymine.sources import inputs
from journeymine.sources.inputs import zip_members


def packed(*files, method=zipfile.ZIP_DEFLATED):
    """Pack names, or `ZipInfo`, with their content."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path):
    def read(content, *pattern):
        (tmp_path / "export.zip").write_bytes(content)
        return list(zip_members(tmp_path / "export.zip", *pattern))

    return read


def test_files_come_one_by_one_in_the_order_of_the_archive_and_folders_are_left_out(read):
    content = packed(("users.json", "[]"), ("general/", ""), ("general/2024-05-01.json", "[1]"))
    assert read(content) == [("users.json", b"[]"), ("general/2024-05-01.json", b"[1]")]


def test_only_the_files_that_are_wanted_are_unpacked(read):
    content = bytearray(packed(("photo.jpg", "x" * 50), ("chat/_chat.txt", "Hello"), method=zipfile.ZIP_STORED))
    content[content.index(b"xxx")] ^= 1  # the photo is damaged
    assert read(bytes(content), "*.txt") == [("chat/_chat.txt", b"Hello")]
    with pytest.raises(FormatError, match=r"^export.zip is no zip archive, or a broken one: Bad CRC-32"):
        read(bytes(content))


def test_an_archive_without_files_or_without_such_files_is_said_to_have_none(read):
    with pytest.raises(EmptySourceError, match=r"^export.zip holds no files$"):
        read(packed(("empty/", "")))
    with pytest.raises(EmptySourceError, match=r"^export.zip holds no file '\*.json'$"):
        read(packed(("a.txt", "")), "*.json")


@pytest.mark.parametrize(
    "name",
    [
        "../out.json",
        "a/../../out.json",
        "/etc/out.json",
        "C:/out.json",
        "C:out.json",
        "..\\out.json",
        "\\\\host\\x",
        "..",
    ],
)
def test_x6_x7_a_name_that_leads_out_of_the_archive_is_refused_whether_wanted_or_not(read, name):
    content = packed(("good.json", "[]"), (name, "x"))
    for pattern in ("*", "good.json"):
        with pytest.raises(FormatError, match=r"^export.zip holds '.*', a name that leads out of the archive$"):
            read(content, pattern)


def test_a_name_with_dots_in_it_is_a_name_like_any_other(read):
    assert read(packed(("a..b/c...json", "x"), ("..a/.b", "y"))) == [("a..b/c...json", b"x"), ("..a/.b", b"y")]


@pytest.mark.parametrize("kind", [S_IFLNK, S_IFIFO])
def test_x7_a_link_or_a_pipe_is_refused(read, kind):
    member = zipfile.ZipInfo("inside.json")
    member.external_attr = (kind | 0o644) << 16
    with pytest.raises(FormatError, match=r"^export.zip holds 'inside.json', which is a link or another thing"):
        read(packed((member, "/etc/passwd")))


def test_an_encrypted_archive_is_refused(read):
    content = bytearray(packed(("a.json", "[]")))
    content[6] |= 1  # flags of the file's own header, and of the directory's
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FormatError, match=r"^export.zip is encrypted. Unpack it"):
        read(bytes(content))


def test_x5_an_archive_that_expands_without_measure_is_refused_before_it_is_unpacked(read, monkeypatch):
    monkeypatch.setattr(inputs, "_FREE_BYTES", 2**20)
    bomb = packed(("a.json", b"0" * 2**19), ("b.json", b"0" * (2**19 + 1)))
    with pytest.raises(
        FormatError, match=r"^export.zip expands to more than 1,048,576 bytes, over 200 times its size$"
    ):
        read(bomb)
    assert len(read(bomb, "b.json")[0][1]) == 2**19 + 1


def test_what_is_no_archive_is_said_to_be_none(read, tmp_path):
    with pytest.raises(FormatError, match=r"^export.zip is no zip archive, or a broken one: .*Fetch the file again$"):
        read(b"PK\x03\x04 but no more")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        list(zip_members(tmp_path / "none.zip"))
    with pytest.raises(FormatError, match="is not a regular file"):
        list(zip_members(tmp_path))


WHOLE = packed(("a.json", "[1, 2, 3]" * 20), ("b/c.json", "{}"), ("é.json", "x"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4), st.integers(1, len(WHOLE)))
def test_a_damaged_archive_gives_an_error_of_ours_or_files(read, changes, length):
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place] = byte
    for damaged in (bytes(content), bytes(content[:length])):
        try:
            files = read(damaged)
        except SourceError:
            continue
        assert all(isinstance(member, bytes) for _, member in files)
