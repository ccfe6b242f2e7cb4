"""Tables as CSV that a spreadsheet shows and does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_csv"]

_RUNS: Final = r"\A('*[=+\-@\t\r])"


def as_csv(table: pd.DataFrame) -> str:
    r"""Write a table as CSV.

    Parameters
    ----------
    table
        Text and numbers, without an index that matters.

    Returns
    -------
    str
        A spreadsheet would take text that begins with ``= + - @``, a tab or a carriage return for a formula: such text
        begins with an apostrophe. Text that began so with apostrophes before it has one more, so that taking one away
        gives back what was there. Numbers stay as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> as_csv(pd.DataFrame({"activity": ["=1+1", "visit"], "change": [-0.5, 2.0]}))
    "activity,change\r\n'=1+1,-0.5\r\nvisit,2.0\r\n"
    """
    text = table.select_dtypes(["object", "string", "category"])
    safe = {name: text[name].astype("object").str.replace(_RUNS, r"'\1", regex=True) for name in text}
    return table.assign(**safe).to_csv(
        index=False, lineterminator="\r\n"
    )  # as in RFC 4180; so both signs are quoted within text
