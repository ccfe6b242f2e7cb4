"""A few pictures, compared with how they looked when somebody last looked at them."""

import matplotlib.pyplot as plt
import pytest

from journeymine.draw.chevrons import draw_chevrons
from journeymine.draw.difference import draw_difference_map
from journeymine.draw.intervals import draw_intervals
from journeymine.draw.map import draw_map
from journeymine.draw.ribbons import Block, draw_ribbons
from journeymine.draw.spreads import draw_spreads
from journeymine.draw.steps import Step, draw_steps
from journeymine.draw.timeline import Contact, draw_timeline
from tests.draw.graphs import differing, insurer

SMALL = {"dpi": 60}


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_journey_map():
    return draw_map(
        insurer(), title="Journey map", subtitle="4,642 journeys of 4,424 customers · 14 of 14 paths"
    ).figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_chevrons():
    variants = [("home page", "quote"), ("mail received", "mail sent", "mail sent", "quote"), ("call",)]
    channels = {"home page": "web", "quote": "web", "mail received": "mail", "mail sent": "mail", "call": "phone"}
    return draw_chevrons(variants, [0.4, 0.2, 0.1], [400, 200, 100], channels=channels).figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_intervals():
    names, values = ["identity check", "quote", "call"], [0.44, 0.2, 0.14]
    low, high, naive = [0.41, 0.18, 0.12], [0.47, 0.22, 0.17], [0.44, 0.15, 0.08]
    return draw_intervals(names, values, low, high, naive, label="drop-off", other_label="naive count").figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_difference_map():
    return draw_difference_map(differing(), segment="new", title="new against old").figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_ribbons():
    first = [
        Block("home page", 50, "web", "(45 – 55)"),
        Block("mail received", 30, "mail"),
        Block("(start)", 20, aside=True),
    ]
    last = [
        Block("quote", 60, "web"),
        Block("call", 25, "phone"),
        Block("a", 2),
        Block("b", 1),
        Block("(end)", 12, aside=True),
    ]
    into = {("home page", "quote"): 50, ("mail received", "quote"): 30, ("(start)", "quote"): 20}
    out = {("quote", block.name): block.count for block in last}
    columns = [first, [Block("quote", 100, "web")], last]
    return draw_ribbons(columns, [into, out], ["1 step before", "100 journeys", "1 step after"]).figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_steps():
    return draw_steps(
        [
            Step("quote", 1.0, float("nan"), float("nan"), "1,015 journeys"),
            Step(
                "identity check",
                0.45,
                0.42,
                0.48,
                "458 · 45 % of start (42 – 48)",
                "45 % go on (42 – 48) · median 3.8 d",
            ),
            Step("policy", 0.11, 0.09, 0.13, "110 · 11 % of start (9 – 13)", "24 % go on (20 – 28) · median 2.8 d"),
        ]
    ).figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_timeline():
    day = 86_400.0
    return draw_timeline(
        [
            Contact(0.0, None, "home page", "web", "1"),
            Contact(900.0, None, "quote", "web", "1"),
            Contact(3 * day, 3 * day + 1_200, "call", "phone", "1"),
            Contact(3 * day + 600, None, "quote", "web", "1", "while on the phone"),
            Contact(40 * day, None, "mail received", "mail", "2", "A ball went through our window. " * 4),
        ],
        title="C1",
    ).figure


@pytest.mark.mpl_image_compare(savefig_kwargs=SMALL)
def test_spreads_on_dark_paper():
    with plt.style.context("dark_background"):
        quantiles = [[3_600, 9_000, 86_400, 200_000, 600_000], [60, 240, 900, 4_000, 20_000]]
        return draw_spreads(
            ["mail received → mail sent", "chat → call"], quantiles, ["1,386", "90"], label="time"
        ).figure
