"""What a report's figures rest on, and what its words mean."""

from __future__ import annotations

from typing import Final

__all__ = ["DEFINITIONS", "assumptions"]

_ALWAYS: Final = (
    "Drop-off is estimated as if a visit's chance to be followed did not depend on when in the log it was made. Visits "
    "whose source ends before the window does count for as long as they were observed (Kaplan-Meier).",
    "Intervals are at 95 %. Those of drop-off have the customer as their unit (delete-one-group jackknife, 64 groups "
    "of customers); that of a median comes from order statistics, as if each customer had passed once; that of a share "
    "of journeys is Wilson's.",
    "Transition times are of completed transitions. In a log that ends while customers are waiting, the longest waits "
    "are missing: they are lower bounds.",
    "Excess time is what passes took beyond the median of their transition, added up. It is waiting of customers, not "
    "work of the company.",
    "Journeys that are still under way are in all counts, as far as they went.",
)

_FEW: Final = (
    "Aggregates only: touchpoints and transitions of fewer than {least:,} customers, and courses taken by fewer than "
    "{least:,} journeys, are not shown one by one but counted together. No time is shown but the days between which "
    "the log lies."
)

_SUMMARY: Final = (
    "This report was made from a summary. A summary keeps no account of the rows it was made of, and does not know how "
    "long it takes from step to step of a funnel."
)

DEFINITIONS: Final = (
    ("Touchpoint", "What happened when customer and company met: a page, a mail, a call."),
    ("Visit", "One time that a touchpoint happened."),
    ("Journey", "The touchpoints of one customer that belong together, in order of time."),
    ("Course", "The sequence of touchpoints of a journey; journeys with the same sequence take the same course."),
    ("Drop-off", "Share of a touchpoint's visits that no other touchpoint of the journey follows within the window."),
    ("Naive count", "Share of a touchpoint's visits that are the last of their journey in the log, open or not."),
    (
        "Window",
        "Time within which a next touchpoint must follow. Where none was given, one for all touchpoints: as long as "
        "the slowest of them needs until 95 % of its visits that are followed at all are followed.",
    ),
    ("Transition, path", "From one touchpoint directly to the next."),
    ("Step back", "A path against the direction in which most journeys run."),
    ("Goal, end", "A touchpoint that completes a journey with, or without, success."),
    ("Set aside", "Rows that could not be used, or are no touchpoint. They are kept with the reason."),
)
"""Words and their meanings."""


def assumptions(least: int, *, from_summary: bool) -> list[str]:
    """Say what the figures rest on.

    Parameters
    ----------
    least
        Groups of fewer customers are not shown.
    from_summary
        Whether the report was made from a summary.

    Returns
    -------
    list of str
        Sentences.
    """
    return [*_ALWAYS, _FEW.format(least=least), *([_SUMMARY] if from_summary else [])]
