"""Records of identifiers, and what linking makes of them."""

import pyarrow as pa

import journeymine as jm
from tests.small import at, rows_of

__all__ = ["KINDS", "customers", "reasons", "seen"]

KINDS = ("customer", "user", "email", "phone", "cookie")


def seen(*records, **options):
    """Give the log of records, each a dict of identifiers; a record's activity is its number, and its day unless said.

    Parameters
    ----------
    *records
        Identifiers by kind, and perhaps a ``day``.
    **options
        Of `read_table`.
    """
    columns = {kind: [record.get(kind) for record in records] for kind in KINDS}
    table = {
        "activity": [str(number) for number in range(len(records))],
        "timestamp": [at(record.get("day", number)) for number, record in enumerate(records)],
        **{kind: pa.array(values, pa.string()) for kind, values in columns.items()},
    }
    return jm.read_table(table, ids={kind: kind for kind in KINDS if kind != "customer"}, **options)


def customers(log):
    """Give the customer of each record, in their order."""
    return [
        customer for _, customer in sorted((int(number), who) for number, who in rows_of(log, "activity", "customer"))
    ]


def reasons(log):
    return {(row["kind"], row["id"]): row["reason"] for row in log.evidence.to_pylist()}
