"""The evidence on disk, and of several logs together."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import journeymine as jm
from journeymine.log import store
from journeymine.log.eventlog import EVIDENCE
from tests.log.records import reasons, seen

RECORDS = [{"customer": "C1", "cookie": "k"}, {"cookie": "k"}, {"email": "a@x.nl"}]


@pytest.mark.parametrize("ending", ["arrow", "parquet"])
def test_a_log_of_an_earlier_version_opens_with_evidence_of_plain_text(tmp_path, ending):
    log = jm.link(seen(*RECORDS))
    plain = pa.table({name: log.evidence[name].cast(pa.string()) for name in EVIDENCE.names if name != "degree"})
    facts = {"sources": log.sources, "quarantine": log.quarantine.table, "evidence": plain}
    opened = jm.open_log(store.write_table(store.with_extras(log.table, facts), tmp_path / f"log.{ending}"))
    assert opened.evidence.schema.equals(EVIDENCE)
    assert opened.evidence.drop_columns("degree").to_pylist() == plain.to_pylist()
    assert pc.all(opened.evidence["degree"].is_null()).as_py()
    assert jm.link_report(opened).table["customers"].tolist() == [3, 3, 2]


def test_the_evidence_of_several_logs_stands_together():
    first, second = jm.link(seen(*RECORDS)), jm.link(seen({"customer": "C2", "cookie": "z"}, name="other"))
    together = jm.concat([first, second])
    assert together.evidence.num_rows == first.evidence.num_rows + second.evidence.num_rows
    assert reasons(together) == reasons(first) | reasons(second)


def test_a_linked_log_without_events_has_evidence_of_what_is_known():
    empty = jm.link(seen(*RECORDS).where(until="2000-01-01T00:00Z"), extra={"customer": ["C1"], "email": ["a@x.nl"]})
    assert empty.num_events == 0
    assert reasons(empty) == {("customer", "C1"): "its own", ("email", "a@x.nl"): "seen with customer:C1"}
