"""Questions that lifelines answers, in an environment of its own: it does not go with the pandas of this project.

Reads a list of questions as JSON, and writes a list of numbers.
"""

import json
import sys


def main() -> None:
    """Answer what is asked."""
    kinds = {"kaplan_meier": kaplan_meier, "aalen_johansen": aalen_johansen}
    questions = json.load(sys.stdin)
    json.dump([kinds[question.pop("kind")](**question) for question in questions], sys.stdout)


def kaplan_meier(durations: list[float], causes: list[int], window: float) -> float:
    """Give the share that nothing happened to within a window; cause 0 is not known."""
    from lifelines import KaplanMeierFitter

    return float(KaplanMeierFitter().fit(durations, [cause > 0 for cause in causes]).predict(window))


def aalen_johansen(durations: list[float], causes: list[int], window: float, cause: int) -> float:
    """Give the share that one cause happened to first within a window."""
    from lifelines import AalenJohansenFitter

    fitted = AalenJohansenFitter(calculate_variance=False).fit(durations, causes, event_of_interest=cause)
    return float(fitted.predict(window))


if __name__ == "__main__":
    main()
