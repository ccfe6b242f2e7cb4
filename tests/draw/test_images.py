"""A few pictures, compared with how they looked when somebody last looked at them."""

import pytest

from journeymine.draw.chevrons import draw_chevrons
from journeymine.draw.intervals import draw_intervals
from journeymine.draw.map import draw_map
from tests.draw.graphs import insurer

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
