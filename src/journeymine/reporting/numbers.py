"""Rows of a table as plain values that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["numbers"]


def numbers(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Make the values of a row plain.

    Parameters
    ----------
    row
        Values of Python or numpy by name.

    Returns
    -------
    dict
        Python's own numbers and text; None in place of what is not a finite number, lists in place of tuples.

    Examples
    --------
    >>> import numpy as np
    >>> numbers({"visits": np.int64(3), "rate": float("nan"), "variant": ("visit", "buy")})
    {'visits': 3, 'rate': None, 'variant': ['visit', 'buy']}
    """
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value - value != 0:
        return None
    return list(value) if isinstance(value, tuple) else value
