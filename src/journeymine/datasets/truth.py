"""What is true of the model's journeys, from its parameters and not from any sample."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from journeymine.datasets.model import GOAL, STARTS, TOUCHPOINTS, TRANSITIONS
from journeymine.durations import MICROSECONDS, to_microseconds

__all__ = ["Matrices", "goal_probability", "matrices", "total_excess_seconds", "true_dropoff"]


class Matrices(NamedTuple):
    """The model as arrays over touchpoint codes.

    Attributes
    ----------
    starts
        Probability of the first touchpoint, float, shape (touchpoints,).
    probabilities
        Probability of the next touchpoint, float, shape (touchpoints, touchpoints).
    median_seconds
        Median time until it, 1 where there is no such step, same shape.
    sigmas
        Standard deviation of the logarithm of the time, 1 where there is no such step, same shape.
    """

    starts: np.ndarray
    probabilities: np.ndarray
    median_seconds: np.ndarray
    sigmas: np.ndarray


@cache
def matrices() -> Matrices:
    """Give the model as arrays.

    Returns
    -------
    Matrices
        Codes are places in ``TOUCHPOINTS``.

    Examples
    --------
    >>> model = matrices()
    >>> round(float(model.probabilities[TOUCHPOINTS.index("/apply/identity")].sum()), 2)
    0.58
    """
    shape = (len(TOUCHPOINTS), len(TOUCHPOINTS))
    model = Matrices(np.zeros(shape[0]), np.zeros(shape), np.ones(shape), np.ones(shape))
    for name, probability in STARTS.items():
        model.starts[TOUCHPOINTS.index(name)] = probability
    for row, steps in enumerate(TRANSITIONS.values()):
        for step in steps:
            place = row, TOUCHPOINTS.index(step.activity)
            model.probabilities[place] = step.probability
            model.median_seconds[place] = to_microseconds(step.median) // MICROSECONDS["s"]
            model.sigmas[place] = step.sigma
    return model


def true_dropoff(within: str | None = None) -> dict[str, float]:
    """Give the probability that no touchpoint follows within a time, exactly.

    Parameters
    ----------
    within
        Such as ``"14d"``; by default ever.

    Returns
    -------
    dict
        By touchpoint, without the declared ends; reaching an end counts as a next touchpoint.

    Examples
    --------
    >>> round(true_dropoff()["/apply/identity"], 3), round(true_dropoff("14d")["/apply/identity"], 3)
    (0.42, 0.439)
    """
    model = matrices()
    arrived = model.probabilities
    if within is not None:
        seconds = to_microseconds(within) / MICROSECONDS["s"]
        arrived = arrived * ndtr(np.log(seconds / model.median_seconds) / model.sigmas)
    rates = 1 - arrived.sum(axis=1)
    return {name: float(rates[code]) for code, name in enumerate(TOUCHPOINTS) if TRANSITIONS[name]}


def goal_probability() -> dict[str, float]:
    """Give the probability of ever reaching the goal from each touchpoint, exactly.

    Returns
    -------
    dict
        By touchpoint; 1 at the goal, 0 at the other end.

    Examples
    --------
    >>> chances = goal_probability()
    >>> chances["POST /policies"], chances["POST /cancel"], chances["/apply/identity"] > chances["/"]
    (1.0, 0.0, True)
    """
    probabilities = matrices().probabilities
    goal = np.arange(len(TOUCHPOINTS)) == TOUCHPOINTS.index(GOAL)
    chances = np.linalg.solve(np.eye(len(goal)) - probabilities, goal.astype(float))
    return {name: float(chance) for name, chance in zip(TOUCHPOINTS, chances, strict=True)}


def total_excess_seconds() -> dict[tuple[str, str], float]:
    """Give what each transition costs in time above its own median, a journey, exactly.

    Returns
    -------
    dict
        Seconds by (touchpoint, next touchpoint), the costliest first.

    Examples
    --------
    >>> next(iter(total_excess_seconds()))
    ('mail received', 'mail sent')
    """
    model = matrices()
    visits = np.linalg.solve(np.eye(len(TOUCHPOINTS)) - model.probabilities.T, model.starts)
    above = model.median_seconds * (np.exp(model.sigmas**2 / 2) * ndtr(model.sigmas) - 0.5)
    excess = visits[:, None] * model.probabilities * above
    pairs = np.argwhere(model.probabilities > 0)
    costs = {(TOUCHPOINTS[a], TOUCHPOINTS[b]): float(excess[a, b]) for a, b in pairs}
    return dict(sorted(costs.items(), key=lambda item: -item[1]))
