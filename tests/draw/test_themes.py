"""Light and dark paper: every picture takes the colours that can be read on it, and leaves the settings alone."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from journeymine.draw.agreement import draw_agreement
from journeymine.draw.axes import theme_of
from journeymine.draw.bars import draw_bars
from journeymine.draw.chevrons import draw_chevrons
from journeymine.draw.curve import draw_curve
from journeymine.draw.difference import draw_difference_map
from journeymine.draw.dots import draw_dots
from journeymine.draw.intervals import draw_intervals
from journeymine.draw.map import draw_map
from journeymine.draw.palette import CHANNELS, DARK, LIGHT, on_paper, shaded
from journeymine.draw.ribbons import Block, draw_ribbons
from journeymine.draw.spreads import draw_spreads
from journeymine.draw.steps import Step, draw_steps
from journeymine.draw.timeline import Contact, draw_timeline
from tests.draw.graphs import HOSTILE, differing, insurer

SHARES = np.linspace(0.1, 0.4, len(HOSTILE))
PICTURES = {
    "map": lambda ax: draw_map(insurer(), ax=ax, title="Map"),
    "difference": lambda ax: draw_difference_map(differing(), segment="$new$", ax=ax, title="Map"),
    "chevrons": lambda ax: draw_chevrons([tuple(HOSTILE)], [0.5], [3], channels={HOSTILE[0]: "web"}, ax=ax),
    "intervals": lambda ax: draw_intervals(
        HOSTILE, SHARES, SHARES, SHARES, SHARES, label="rate", other_label="naive", ax=ax
    ),
    "bars": lambda ax: draw_bars(HOSTILE, SHARES, HOSTILE, label="days", ax=ax),
    "curve": lambda ax: draw_curve(SHARES, SHARES, SHARES, SHARES, SHARES, label="$x$", other_label="naive", ax=ax),
    "agreement": lambda ax: draw_agreement(SHARES, SHARES, SHARES, label="said", other_label="naive", ax=ax),
    "dots": lambda ax: draw_dots(SHARES, np.arange(len(SHARES)), HOSTILE, label="$x$", zero="start", ax=ax),
    "ribbons": lambda ax: draw_ribbons(
        [[Block(HOSTILE[0], 2, "web")], [Block(HOSTILE[1], 1), Block(HOSTILE[2], 1, "$x$")]],
        [{(HOSTILE[0], HOSTILE[1]): 1, (HOSTILE[0], HOSTILE[2]): 1}],
        ["$x$", HOSTILE[3]],
        ax=ax,
    ),
    "spreads": lambda ax: draw_spreads(HOSTILE, np.full((len(HOSTILE), 5), 60.0), HOSTILE, label="$x$", ax=ax),
    "steps": lambda ax: draw_steps([Step(name, 0.5, 0.4, 0.6, name, name) for name in HOSTILE], ax=ax),
    "timeline": lambda ax: draw_timeline(
        [Contact(4_000.0 * n, None, name, name, name, name) for n, name in enumerate(HOSTILE)], title="$x$", ax=ax
    ),
}
each_picture = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


def luminance(colour):
    parts = np.array(to_rgb(colour))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """Give the ratio of two colours' luminances as WCAG 2 defines it."""
    low, high = sorted(luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def texts(ax):
    shown = [*ax.texts, ax.xaxis.label, ax.yaxis.label]
    if ax.axison:
        shown += [*ax.get_xticklabels(), *ax.get_yticklabels()]
    return [text for text in shown if text.get_text()]


@each_picture
@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot", "Solarize_Light2"])
def test_every_text_can_be_read_whatever_the_style(draw, style):
    with plt.style.context(style):
        ax = draw(None)
        paper = theme_of(ax).paper
        assert texts(ax)
        assert min(contrast(text.get_color(), paper) for text in texts(ax)) > 4


@each_picture
def test_no_name_is_read_as_mathematics(draw):
    ax = draw(plt.figure().add_subplot())
    legend = ax.get_legend()
    every = [*texts(ax), *(legend.get_texts() if legend else [])]
    assert not any(text.get_parse_math() for text in every if "$" in text.get_text())
    ax.figure.canvas.draw()


@each_picture
def test_drawing_leaves_the_settings_and_other_figures_alone(draw):
    before, figure = dict(mpl.rcParams), plt.figure()
    ax = figure.add_subplot()
    assert draw(ax) is ax
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(
    ("figure", "axes", "dark"),
    [("white", "white", False), ("black", "black", True), ("white", "black", True), ("black", "none", True)],
)
def test_the_paper_is_that_of_the_axes_or_else_of_the_figure(figure, axes, dark):
    ax = plt.figure(facecolor=figure).add_subplot(facecolor=axes)
    assert theme_of(ax).is_dark == dark
    ax.set_axis_off()
    assert theme_of(ax).is_dark == (figure == "black")


def test_on_paper_that_is_no_paper_the_light_colours_are_taken():
    ax = plt.figure(facecolor="none").add_subplot(facecolor="none")
    assert theme_of(ax) == LIGHT


@pytest.mark.parametrize("paper", ["#000000", "#14191F", "#FFFFFF", "#FDF6E3"])
def test_channels_can_be_seen_on_light_and_on_dark_paper(paper):
    theme = on_paper(paper)
    least = 2.0 if not theme.is_dark else 4.0  # light paper is what the palette of Okabe and Ito was made for
    assert min(contrast(shaded(colour, theme), paper) for colour in CHANNELS.values()) > least


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_more_and_less_are_told_apart_by_those_who_see_no_red_or_no_green(theme):
    mark, against = (np.array(to_rgb(colour)) for colour in (theme.mark, theme.against))
    assert abs((mark - against)[2]) > 0.4  # blue differs, which nearly everybody sees
