"""The rows that were not used, and the account of all rows."""

import pandas as pd
import pytest

from journeymine.log import account
from journeymine.log.quarantine import Quarantine, Reject

REJECTS = [
    Reject(9, "check", "no_case", "case_id is empty", b"x,"),
    Reject(2, "filter", "bot", "", b"bot"),
    Reject(5, "check", "no_case", "case_id is empty", b"y,"),
]


def test_rows_stand_in_line_order_and_are_counted_by_reason():
    rows = Quarantine.of("a.csv", REJECTS)
    assert rows.table["line"].to_pylist() == [2, 5, 9]
    assert list(rows.reasons.items()) == [("no_case", 2), ("bot", 1)]
    assert len(rows) == 3


def test_rows_that_were_only_set_aside_are_not_refused():
    assert Quarantine.of("a.csv", REJECTS).num_refused == 2


def test_quarantines_of_two_sources_add_up():
    both = Quarantine.of("b.csv", REJECTS[:1]) + Quarantine.empty() + Quarantine.of("a.csv", REJECTS[1:])
    assert both.table.select(["source", "line"]).to_pylist() == [
        {"source": "b.csv", "line": 9},
        {"source": "a.csv", "line": 2},
        {"source": "a.csv", "line": 5},
    ]


def test_a_frame_has_all_of_them():
    frame = Quarantine.of("a.csv", REJECTS).to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == ["source", "line", "stage", "reason", "detail", "payload"]


def test_a_notebook_shows_the_reasons_and_not_the_payload():
    html = Quarantine.of("a.csv", [Reject(1, "check", "no_case", "<b>", b"secret")])._repr_html_()
    assert "no_case" in html
    assert "&lt;b&gt;" in html
    assert "secret" not in html


def test_an_account_that_does_not_close_is_never_made():
    account.Source("a.csv", "table", 5, used=2, duplicate=1, quarantined=2)
    with pytest.raises(AssertionError, match=r"a.csv: 5 rows came in, but 4 are accounted for"):
        account.Source("a.csv", "table", 5, used=2, duplicate=1, quarantined=1)


def test_accounts_stand_in_the_order_of_their_sources_names():
    table = account.to_table([account.Source("b", "table", 1, 1), account.Source("a", "table", 0, 0)])
    assert table["source"].to_pylist() == ["a", "b"]
    assert table.schema == account.SCHEMA
