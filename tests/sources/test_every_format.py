"""Every format of the registry: recognised, its rows accounted for, and damaged without an untyped error."""

import gzip
import random
from contextlib import suppress

import pytest

import journeymine as jm
from journeymine.errors import JourneymineError
from journeymine.sources.recognise import recognise
from journeymine.sources.registry import FORMATS
from tests.sources.samples import REAL, WRITTEN

DAMAGES = 12


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Flip bytes, cut the end off, drop a line or double it."""
    lines = content.split(b"\n")
    place = chance.randrange(len(lines))
    kind = chance.choice(["flip", "cut", "drop", "double"])
    if kind == "flip":
        spoilt = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        return bytes(spoilt)
    if kind == "cut":
        return content[: chance.randrange(1, len(content))]
    return b"\n".join(lines[:place] + lines[place:][:1] * (2 * (kind == "double")) + lines[place + 1 :])


def assert_accounted(log):
    account = log.sources.to_pylist()
    assert all(row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"] for row in account)
    assert len(log.quarantine) == sum(row["quarantined"] for row in account)
    assert sum(row["used"] for row in account) > 0 or not log.num_events


@pytest.fixture(params=FORMATS)
def sample(request, tmp_path):
    """Give the name of a format, a file in it, and the options it is read with."""
    name = request.param
    if name in WRITTEN:
        file, content, options = WRITTEN[name]
        path = tmp_path / file
        path.write_text(content)
        return name, path, options
    real, options = REAL[name]
    return name, request.getfixturevalue("shared_file")(real), options


def test_every_format_has_a_file():
    assert {*REAL, *WRITTEN} == set(FORMATS)


def test_a_file_is_recognised_by_what_it_holds(sample):
    name, path, _ = sample
    if name != "mail-events":  # whose columns the user names
        assert recognise(path).format.name == name


def test_every_row_is_accounted_for(sample):
    name, path, options = sample
    log = jm.read(path, format=name, **options)
    assert log.num_events + len(log.quarantine)
    assert_accounted(log)


def test_damage_ends_in_an_account_or_in_a_typed_error(sample, tmp_path):
    name, path, options = sample
    content = path.read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    spoilt = tmp_path / f"spoilt {path.name.removesuffix('.gz')}"
    for seed in range(DAMAGES):
        spoilt.write_bytes(damaged(content[:40_000], random.Random(seed)))
        with suppress(JourneymineError):
            assert_accounted(jm.read(spoilt, format=name, **options))
