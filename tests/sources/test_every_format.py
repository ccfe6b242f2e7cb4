"""Every registered format: recognised by its content, its rows accounted for, and no damage ends without a typed error."""

import gzip
import random

import pytest

import journeymine as jm
from journeymine.errors import JourneymineError
from journeymine.sources.recognise import recognise
from journeymine.sources.registry import FORMATS

ZONE = {"tz": "Europe/Amsterdam"}
FILES = {
    # format: (real file below ../shared, options)
}
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


def test_every_format_has_a_real_file():
    assert set(FILES) == set(FORMATS)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_content(name, shared_file):
    path, _ = FILES[name]
    assert recognise(shared_file(path)).format.name == name


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_accounted_for(name, shared_file):
    path, options = FILES[name]
    log = jm.read(shared_file(path), format=name, **options)
    assert log.num_events
    assert_accounted(log)


@pytest.mark.parametrize("name", FILES)
def test_damage_ends_in_an_account_or_in_a_typed_error(name, shared_file, tmp_path):
    path, options = FILES[name]
    content = shared_file(path).read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    content = content[:40_000]
    spoilt = tmp_path / path.rsplit("/", 1)[-1].removesuffix(".gz")
    for seed in range(DAMAGES):
        spoilt.write_bytes(damaged(content, random.Random(seed)))
        try:
            log = jm.read(spoilt, format=name, **options)
        except JourneymineError as error:
            assert str(error)
        else:
            assert_accounted(log)
