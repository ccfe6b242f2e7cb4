"""Small groups: whoever knows all that a report shows cannot work out what fewer customers did."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import null_space

import journeymine as jm
from journeymine.reporting.question import Question
from journeymine.reporting.small_groups import shown_steps, small_segments
from tests.small import log_of, rows_of

LEAST = 5


def customers_of_steps(log):
    """Give the customers of each step, None standing for start and end, and the number of its passes."""
    people, passes = defaultdict(set), defaultdict(int)
    for course, customer in journeys_of(log):
        for step in zip((None, *course), (*course, None), strict=True):
            people[step].add(customer)
            passes[step] += 1
    return people, passes


def journeys_of(log):
    events = rows_of(log, "activity", "customer")
    cases = [events[first:last] for first, last in zip(log.offsets[:-1], log.offsets[1:], strict=True)]
    return [(tuple(name for name, _ in case), case[0][1]) for case in cases]


@st.composite
def crowds(draw):
    """Let a crowd walk through six touchpoints, some of which are rare, some steps hardly ever taken."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = draw(st.integers(5, 120))
    names, rareness = list("abcdef"), draw(st.floats(0.2, 1.5))
    weights = random.dirichlet(np.full(6, 0.5), size=7)
    events, customers = [], []
    for case in range(size):
        place = 6
        for day in range(1 + random.geometric(0.4)):
            place = random.choice(6, p=weights[place] ** rareness / (weights[place] ** rareness).sum())
            events.append((f"case {case:03}", names[place], day))
            customers.append(f"customer {case % max(size * 2 // 3, 1)}")
    return log_of(*events, customer=customers, until=60)


def shown_of(log, *, of_summary):
    summary = jm.summarise(log)
    shown = shown_steps(summary if of_summary else log, summary, least=LEAST)
    return shown, summary


@settings(max_examples=25)
@given(crowds(), st.booleans())
def test_what_is_shown_is_that_of_enough_customers(log, of_summary):
    shown, summary = shown_of(log, of_summary=of_summary)
    people, _ = customers_of_steps(log)
    assert all(len(people[step]) >= LEAST for step in shown.steps)
    visitors = defaultdict(set)
    for name, customer in rows_of(log, "activity", "customer"):
        visitors[name].add(customer)
    assert all(len(visitors[name]) >= LEAST for name in shown.touchpoints)
    takers = defaultdict(set)
    for course, customer in journeys_of(log):
        takers[course].add(customer)
    assert all(len(takers[course]) >= LEAST for course in courses_of(shown, summary))


def courses_of(shown, summary):
    variants = summary.overall("variants")["variant"][list(shown.courses)]
    return summary.sequences.tuples(variants, list(summary.activities))


@settings(max_examples=25)
@given(crowds(), st.booleans())
def test_no_step_of_few_customers_follows_from_the_sums_that_are_shown(log, of_summary):
    shown, _ = shown_of(log, of_summary=of_summary)
    people, _ = customers_of_steps(log)
    hidden = [step for step in people if step not in shown.steps]
    if not hidden:
        return
    sums = [("row", None), ("column", None)]  # the number of journeys
    sums += [(kind, name) for kind in ("row", "column") for name in shown.touchpoints]  # visits
    known = np.array([[1.0 if step[kind == "column"] == name else 0.0 for step in hidden] for kind, name in sums])
    free = null_space(known)
    small = [place for place, step in enumerate(hidden) if len(people[step]) < LEAST]
    is_free = np.abs(free).max(axis=1, initial=0) > 1e-9
    some_line_is_left = any(known[line].any() for line in range(len(sums)))
    assert is_free[small].all() or not some_line_is_left or not shown.touchpoints


@settings(max_examples=25)
@given(crowds())
def test_what_is_hidden_of_a_touchpoints_visits_is_that_of_enough_customers_together(log):
    shown, _ = shown_of(log, of_summary=False)
    people, _ = customers_of_steps(log)
    for name in shown.touchpoints:
        for side in (0, 1):
            hidden = [people[step] for step in people if step[side] == name and step not in shown.steps]
            assert not hidden or len(set().union(*hidden)) >= LEAST


@settings(max_examples=25)
@given(crowds(), st.booleans())
def test_courses_leave_of_each_step_that_is_shown_nothing_or_enough(log, of_summary):
    shown, summary = shown_of(log, of_summary=of_summary)
    _, passes = customers_of_steps(log)
    taken = summary.overall("variants")["count"][list(shown.courses)].tolist()
    for course, cases in zip(courses_of(shown, summary), taken, strict=True):
        for step in zip((None, *course), (*course, None), strict=True):
            passes[step] -= cases
    assert all(passes[step] == 0 or passes[step] >= LEAST for step in shown.steps)


COUNTS = {"customers", "count", "visits", "cases", "journeys", "starts", "ends", "reached", "passes", "n", "other_n"}


def counts_in(content, name=""):
    """Give every count in a report's content, beside the name it goes by."""
    if isinstance(content, dict):
        return [found for key, inner in content.items() for found in counts_in(inner, key)]
    if isinstance(content, list):
        return [found for inner in content for found in counts_in(inner, name)]
    return [(name, content)] if name in COUNTS and content is not None else []


@pytest.mark.slow
@settings(max_examples=12)
@given(crowds())
def test_no_count_in_a_report_is_that_of_few(log):
    names = log.activities[:3]
    channel = ["web" if name < "d" else "phone" for name in log.table["activity"].to_pylist()]
    cases, activities, customers = (log.table[name].to_pylist() for name in ("case_id", "activity", "customer"))
    events = zip(cases, activities, range(log.num_events), strict=True)
    log = log_of(*events, customer=customers, channel=channel)
    content = jm.report(log, goal=names[0], steps=[*names, *names][:3], min_customers=LEAST).to_dict()
    del content["account"]
    assert [(name, count) for name, count in counts_in(content) if 0 < count < LEAST] == []


def test_steps_of_a_funnel_leave_no_few_journeys_beside_the_courses():
    """40 go from a to b, 3 more with c in between: that 43 reach b would tell of the 3."""
    courses = {"ab": 40, "acb": 3, "a": 30, "cac": 15}
    events = [
        (f"{course} {number}", name, day)
        for course, times in courses.items()
        for number in range(times)
        for day, name in enumerate(course)
    ]
    content = jm.report(log_of(*events), steps=["a", "b"]).to_dict()
    shown = {"".join(row["variant"]): row["cases"] for row in content["variants"]["rows"]}
    reached = content["funnel"]["rows"][1]["cases"]
    assert reached is None or "ab" not in shown


def test_large_starts_that_would_tell_of_few_are_rounded_down():
    """993 of 1,000 journeys start with a, 4 come to a from b: that 993 start there would tell of the 4."""
    courses = {"a": 500, "ac": 493, "bc": 30, "ba": 4, "c": 20}
    events = [
        (f"{course} {number}", name, day)
        for course, times in courses.items()
        for number in range(times)
        for day, name in enumerate(course)
    ]
    content = jm.report(log_of(*events)).to_dict()
    points = {point["activity"]: point for point in content["map"]["touchpoints"]}
    assert points["a"]["visits"] == 997
    assert points["a"]["starts"] == 980


def test_a_step_of_few_takes_its_next_rarest_neighbour_along():
    """40 go from a to b, 30 to c, 20 to d, 2 to e, to which 60 others come: a to d is hidden, too."""
    events, case = [], 0
    for course, times in {"ab": 40, "ac": 30, "ad": 20, "ae": 2, "e": 60, "d": 20, "b": 20, "c": 20}.items():
        for _ in range(times):
            events += [(f"case {case}", name, day) for day, name in enumerate(course)]
            case += 1
    log = log_of(*events)
    shown = shown_steps(log, jm.summarise(log), least=10)
    hidden = {("a", "e"), ("a", "d")}
    assert not hidden & shown.steps
    assert {("a", "b"), ("a", "c")} <= shown.steps
    assert shown.touchpoints == set("abcde")


def test_a_log_of_few_customers_shows_nothing():
    log = log_of(("a", "x", 0), ("a", "y", 1), ("b", "x", 0))
    shown = shown_steps(log, jm.summarise(log), least=10)
    assert (shown.touchpoints, shown.steps, shown.courses) == (frozenset(), frozenset(), ())


@pytest.mark.parametrize(
    ("sizes", "together"),
    [({"a": 30, "b": 20}, []), ({"a": 30, "b": 4}, ["b", "a"]), ({"a": 30, "b": 20, "c": 4}, ["c", "b"]),
     ({"a": 30, "b": 6, "c": 5}, ["c", "b"])],
)  # fmt: skip
def test_segments_of_few_stand_together_with_as_many_others_as_it_takes(sizes, together):
    names = [name for name, size in sizes.items() for _ in range(size)]
    log = log_of(*((f"{place}", "x", 0) for place in range(len(names))), segment=names)
    assert small_segments(log, "segment", least=10) == together


@pytest.mark.parametrize(
    ("count", "others", "fits"),
    [(60, [100], True), (95, [100], False), (100, [100], True), (4, [100], False), (0, [100], True),
     (57, [100, 60], False)],
)  # fmt: skip
def test_a_number_of_journeys_fits_where_no_difference_is_that_of_few(count, others, fits):
    question = Question(jm.Summary.empty(), None, (), None, None, None, "", 10, None)
    assert question.fits(count, others) is fits
