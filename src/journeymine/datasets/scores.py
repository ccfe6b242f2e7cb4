"""How near findings come to what is true of the invented company."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journeymine.datasets.company import Company
from journeymine.log import columns
from journeymine.log.eventlog import EventLog

__all__ = ["Truth"]


class Truth:
    """What is true of an invented company.

    Parameters
    ----------
    company
        What `write_company` gave.

    Examples
    --------
    >>> truth = Truth(jm.write_company(tmp, customers=50))
    >>> truth["planted_dropoff"]
    '/apply/identity'
    """

    def __init__(self, company: Company):
        self.company = company

    @cached_property
    def _content(self) -> dict[str, Any]:
        return json.loads(self.company.truth.read_text(encoding="utf-8"))

    def __getitem__(self, name: str) -> Any:
        return self._content[name]

    def customers(self, log: EventLog) -> pa.Array:
        """Name the true customer of each event.

        Parameters
        ----------
        log
            The company's exports, read with their files' names as sources.

        Returns
        -------
        pyarrow.Array
            Such as ``C000012``; null where the event is of nobody the company knows.
        """
        sources, lines = log.labels("source"), columns.numbers(log.table["source_row"])
        number = np.full(log.num_events, -1)
        for file, owners in self["customer_of"].items():
            place = sources.dictionary.index(Path(file).name).as_py()
            mine = columns.codes(sources) == place
            number[mine] = np.array([-1 if owner is None else owner for owner in owners])[lines[mine] - 1]
        digits = pc.utf8_lpad(pa.array(number).cast(pa.string()), 6, "0")
        names = pc.binary_join_element_wise("C", digits, "")
        return pc.if_else(pa.array(number < 0), pa.scalar(None, pa.string()), names)

    def share_linked_right(self, log: EventLog) -> float:
        """Tell how many events have their true customer.

        Parameters
        ----------
        log
            The company's exports, linked.

        Returns
        -------
        float
            Share of the events that truly have a customer, in [0, 1].
        """
        true = self.customers(log)
        found = log.labels("customer").cast(pa.string())
        right = pc.equal(found, true).fill_null(False).filter(true.is_valid())
        return pc.mean(right).as_py()

    def pairs_linked_right(self, log: EventLog) -> tuple[float, float]:
        """Tell how right pairs of events are: whether linking gives both to one customer, and both truly are one's.

        Parameters
        ----------
        log
            The company's exports, linked.

        Returns
        -------
        precision : float
            Share of the pairs given to one customer that truly are one's, in [0, 1].
        recall : float
            Share of the pairs that truly are one customer's that were given to one, in [0, 1].
        """
        true = columns.codes(columns.encode(self.customers(log))).astype(np.int64)
        found = columns.codes(log.labels("customer"))[true >= 0]
        true, linked = true[true >= 0], found >= 0
        right = _pairs(true[linked] << 32 | found[linked])
        return right / _pairs(found[linked]), right / _pairs(true)

    def beside(self, dropoffs: pd.DataFrame, within: str) -> pd.DataFrame:
        """Put true drop-off beside what was found.

        Parameters
        ----------
        dropoffs
            The table of `dropoff`.
        within
            The window that was asked about; one that the truth knows: ``1d``, ``7d``, ``14d`` or ``30d``.

        Returns
        -------
        pandas.DataFrame
            With ``true_rate``, and ``error_points`` and ``naive_error_points`` in percentage points.
        """
        true = np.array([self["dropoff"][name][within] for name in dropoffs["activity"]])
        return dropoffs.assign(
            true_rate=true,
            error_points=100 * (dropoffs["rate"] - true),
            naive_error_points=100 * (dropoffs["naive_rate"] - true),
        )


def _pairs(groups: np.ndarray) -> int:
    """Count the pairs of equal numbers."""
    counts = np.unique(groups, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())
