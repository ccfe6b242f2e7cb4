"""How the customers of an invented insurer travel: which touchpoint follows which, how often and when."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = [
    "CHANNELS",
    "END",
    "GOAL",
    "PLANTED_DROPOFF",
    "PLANTED_SLOW",
    "STARTS",
    "TOUCHPOINTS",
    "TRANSITIONS",
    "Step",
]


class Step(NamedTuple):
    """One way on from a touchpoint.

    Attributes
    ----------
    activity
        The next touchpoint.
    probability
        How often it is the next one; what the steps of a touchpoint leave of 1 is its true drop-off.
    median
        Median time until then, such as ``"3d"``.
    sigma
        Standard deviation of the logarithm of that time, which is lognormal.
    """

    activity: str
    probability: float
    median: str
    sigma: float


GOAL: Final = "POST /policies"
"""The customer buys a policy."""

END: Final = "POST /cancel"
"""The customer calls it off: a declared end without success."""

PLANTED_DROPOFF: Final = "/apply/identity"
"""The touchpoint that loses by far the most customers."""

PLANTED_SLOW: Final = ("mail received", "mail sent")
"""The transition that costs by far the most waiting: the company's answer to a mail."""

TRANSITIONS: Final[dict[str, tuple[Step, ...]]] = {
    "/": (
        Step("/quote", 0.40, "40min", 1.2),
        Step("/help", 0.18, "25min", 1.1),
        Step("mail received", 0.09, "9h", 1.1),
        Step("chat", 0.06, "1h", 1.1),
        Step("call missed", 0.06, "6h", 1.0),
        Step("chat missed", 0.05, "1h", 1.1),
        Step("call answered", 0.04, "6h", 1.0),
    ),
    "/help": (
        Step("mail received", 0.32, "3h", 1.1),
        Step("/quote", 0.16, "10h", 1.1),
        Step("chat", 0.12, "30min", 1.0),
        Step("call answered", 0.10, "3h", 1.0),
        Step("call missed", 0.09, "3h", 1.0),
        Step("chat missed", 0.09, "30min", 1.0),
    ),
    "/quote": (
        Step("/quote/{id}", 0.58, "30min", 1.2),
        Step("/help", 0.12, "2h", 1.0),
        Step("mail received", 0.07, "14h", 1.0),
        Step("chat", 0.06, "2h", 1.0),
        Step("call answered", 0.04, "10h", 1.0),
        Step("chat missed", 0.04, "2h", 1.0),
    ),
    "/quote/{id}": (
        Step("POST /apply", 0.38, "2d", 1.0),
        Step("/quote/{id}", 0.12, "2d", 1.0),
        Step("mail received", 0.12, "2d", 1.0),
        Step("call missed", 0.07, "1d", 1.0),
        Step("call answered", 0.06, "1d", 1.0),
        Step("chat", 0.06, "6h", 1.0),
        Step(END, 0.04, "3d", 0.9),
    ),
    "POST /apply": (
        Step("/apply/identity", 0.74, "12h", 1.1),
        Step("mail received", 0.08, "1d", 1.0),
        Step("call answered", 0.06, "1d", 1.0),
        Step("/help", 0.06, "8h", 1.0),
    ),
    "/apply/identity": (
        Step(GOAL, 0.34, "2.5d", 1.0),
        Step("/apply/identity", 0.08, "2d", 1.0),
        Step("call answered", 0.06, "1d", 1.0),
        Step("mail received", 0.06, "1d", 1.0),
        Step(END, 0.04, "3d", 0.9),
    ),
    "mail received": (
        Step("mail sent", 0.84, "3d", 0.9),
        Step("call missed", 0.06, "2d", 0.9),
        Step("mail received", 0.04, "2d", 0.9),
    ),
    "mail sent": (
        Step("mail received", 0.26, "2d", 0.9),
        Step("/quote", 0.14, "3d", 0.9),
        Step("/quote/{id}", 0.14, "3d", 0.9),
        Step("POST /apply", 0.13, "3d", 0.9),
        Step("call missed", 0.08, "2d", 0.9),
        Step("call answered", 0.06, "2d", 0.9),
        Step(END, 0.07, "3d", 0.9),
    ),
    "call answered": (
        Step("POST /apply", 0.22, "2d", 1.0),
        Step("/quote/{id}", 0.17, "1.5d", 1.0),
        Step("/quote", 0.16, "1.5d", 1.0),
        Step("mail received", 0.14, "2d", 1.0),
        Step("mail sent", 0.08, "10h", 1.0),
        Step("call answered", 0.07, "2d", 1.0),
        Step(END, 0.06, "3d", 0.9),
    ),
    "call missed": (
        Step("call answered", 0.48, "12h", 1.1),
        Step("mail received", 0.18, "14h", 1.0),
        Step("call missed", 0.18, "4h", 1.0),
        Step("chat", 0.08, "4h", 1.0),
    ),
    "chat": (
        Step("/quote", 0.24, "6h", 1.1),
        Step("mail received", 0.16, "1d", 1.0),
        Step("POST /apply", 0.16, "2d", 1.0),
        Step("/quote/{id}", 0.15, "14h", 1.0),
        Step("call answered", 0.10, "1d", 1.0),
        Step("chat", 0.07, "1d", 1.0),
        Step(END, 0.04, "3d", 0.9),
    ),
    "chat missed": (
        Step("chat", 0.34, "4h", 1.0),
        Step("mail received", 0.26, "6h", 1.0),
        Step("call answered", 0.12, "5h", 1.0),
        Step("call missed", 0.09, "5h", 1.0),
        Step("chat missed", 0.08, "2h", 1.0),
    ),
    GOAL: (),
    END: (),
}
"""The ways on from each touchpoint. All segments travel alike."""

TOUCHPOINTS: Final = tuple(TRANSITIONS)
"""Activities as the readers of the exports name them; an activity's code is its place here."""

CHANNELS: Final = {
    name: "web" if "/" in name else {"mail": "mail", "call": "phone", "chat": "chat"}[name.split()[0]]
    for name in TOUCHPOINTS
}
"""The channel of each touchpoint."""

STARTS: Final = {
    "/": 0.42,
    "/help": 0.14,
    "/quote": 0.12,
    "mail received": 0.12,
    "call answered": 0.07,
    "call missed": 0.05,
    "chat": 0.05,
    "chat missed": 0.03,
}
"""Probability of each touchpoint to be a journey's first."""
