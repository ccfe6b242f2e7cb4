"""Chevrons, intervals and bars: what is on their axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from journeymine.draw.agreement import draw_agreement
from journeymine.draw.bars import draw_bars
from journeymine.draw.chevrons import draw_chevrons, steps
from journeymine.draw.curve import draw_curve
from journeymine.draw.intervals import draw_intervals
from journeymine.draw.palette import CHANNELS, channel_colours, channel_shapes, mixed
from journeymine.draw.text import shortened, text_width, wrapped
from tests.draw.graphs import HOSTILE


def texts(ax):
    return [text.get_text() for text in ax.texts]


def intervals(names, **options):
    count = len(names)
    values = np.linspace(0.4, 0.1, count)
    return draw_intervals(
        names, values, values / 2, values * 1.5, values / 3, label="drop-off", other_label="naive", **options
    )


def test_intervals_stand_in_the_order_given_the_first_on_top():
    ax = intervals(["pay", "visit"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["pay", "visit"]
    top, bottom = ax.get_ylim()
    assert top > bottom  # y grows downwards: row 0 is on top


def test_intervals_are_drawn_in_percent_with_the_other_figure_as_a_hollow_dot():
    ax = intervals(["pay", "visit"])
    lines, other, values = ax.collections
    assert values.get_offsets()[:, 0].tolist() == pytest.approx([40, 10])
    assert other.get_offsets()[:, 0].tolist() == pytest.approx([40 / 3, 10 / 3])
    assert other.get_facecolor().tolist() == [[1, 1, 1, 1]]
    assert [segment[:, 0].tolist() for segment in lines.get_segments()] == [
        pytest.approx([20, 60]),
        pytest.approx([5, 15]),
    ]
    assert texts(ax) == ["40 % (20 – 60)", "10 % (5 – 15)"]


def test_the_legend_of_intervals_names_both():
    assert {text.get_text() for text in intervals(["pay"]).get_legend().get_texts()} == {
        "drop-off, with its interval",
        "naive",
    }


def test_bars_start_at_zero_and_have_their_notes_beside_them():
    ax = draw_bars(["ask → answer", "pay"], [3.0, 1.0], ["2 × 3 d", "$5$"], label="days")
    assert [bar.get_width() for bar in ax.patches] == [3.0, 1.0]
    assert ax.get_xlim()[0] == 0
    assert texts(ax) == ["2 × 3 d", "$5$"]
    assert ax.get_xlabel() == "days"


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: intervals(HOSTILE, ax=ax),
        lambda ax: draw_bars(HOSTILE, np.arange(len(HOSTILE)), HOSTILE, label="$x_{", ax=ax),
        lambda ax: draw_chevrons([tuple(HOSTILE)], [0.5], [3], channels={name: name for name in HOSTILE}, ax=ax),
    ],
)
def test_any_name_can_be_drawn_in_given_axes(draw):
    figure, ax = plt.subplots()
    assert draw(ax) is ax
    figure.canvas.draw()
    assert any("$x$" in text for text in [*texts(ax), *(label.get_text() for label in ax.get_yticklabels())])


@pytest.mark.parametrize(
    "draw",
    [
        lambda: intervals([]),
        lambda: draw_bars([], [], [], label="days"),
        lambda: draw_chevrons([], [], []),
        lambda: draw_bars(["a"], [0.0], [""], label="days"),
    ],
)
def test_nothing_is_drawn_as_nothing(draw):
    draw().figure.canvas.draw()


def test_chevrons_say_share_cases_and_running_share():
    ax = draw_chevrons([("visit", "buy"), ("visit",)], [0.5, 0.25], [1200, 600])
    assert texts(ax)[3:6] == ["50.0 %", "1,200", "50 %"]
    assert texts(ax)[8:11] == ["25.0 %", "600", "75 %"]


def test_chevrons_have_the_colours_of_their_channels_and_a_legend_of_those_that_occur():
    ax = draw_chevrons([("visit", "call")], [1.0], [1], channels={"visit": "web", "call": "phone", "write": "mail"})
    fills = [patch.get_facecolor() for patch in ax.patches]
    assert fills[0] != fills[1]
    assert texts(ax)[-2:] == ["phone", "web"]


def test_runs_are_drawn_once_and_long_variants_are_cut_with_a_count():
    assert [step.text for step in steps(("a", "a", "b", "a"))] == ["a ×2", "b", "a"]
    long = steps([str(number) for number in range(40)])
    assert (len(long), long[-1].text, long[-1].activity) == (9, "+ 32 more", None)


# --- colours and text -------------------------------------------------------------------------------------------------


def test_a_channel_has_the_same_colour_in_every_picture():
    assert channel_colours(["web"])["web"] == channel_colours(["phone", "web", "kiosk"])["web"] == CHANNELS["web"]
    assert channel_colours(["E-Mail"])["E-Mail"] == CHANNELS["mail"]


def test_no_two_channels_of_a_picture_share_a_colour_or_a_mark():
    names = [*CHANNELS, "e-mail", "kiosk", "fax", "letter", "Internet", None]
    assert len(set(channel_colours(names).values())) == len(names)
    assert len(set(channel_shapes(names).values())) == len(names)


def test_steps_carry_the_mark_of_their_channel_so_that_grey_is_enough():
    ax = draw_chevrons([("visit", "call", "?")], [1.0], [1], channels={"visit": "web", "call": "phone"})
    assert [mark.get_marker() for mark in ax.lines] == ["o", "^", "^", "o"]  # two steps, and the legend


def test_more_channels_than_colours_can_still_be_drawn():
    assert len(channel_colours([f"channel {number}" for number in range(40)])) == 40


def test_colours_do_not_depend_on_the_order_of_channels():
    assert channel_colours(["kiosk", "fax"]) == channel_colours(["fax", "kiosk"])


def test_mixing_with_a_share_of_one_gives_the_colour_itself():
    assert mixed("#0072B2", "#FFFFFF", 1.0) == "#0072B2"


@pytest.mark.parametrize("limit", [20, 60, 200])
def test_shortened_text_fits_and_says_that_it_was_cut(limit):
    name = "Confirmation of receipt"
    short = shortened(name, limit, 8)
    assert text_width(short, 8) <= limit
    assert short == name or short.endswith("…")


def test_wrapped_text_breaks_between_words_and_shortens_only_the_last_line():
    assert wrapped("Confirmation of receipt", 60, 8) == ["Confirmation", "of receipt"]
    assert wrapped("one two three four five six", 40, 8)[-1].endswith("…")
    assert wrapped("", 40, 8) == [""]


# --- curves and agreement --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "unit", "name"), [(10 * 86_400, 86_400, "days"), (7_200, 3_600, "hours"), (5, 1, "seconds")]
)
def test_a_curve_is_drawn_in_the_unit_that_fits(last, unit, name):
    ax = draw_curve([0, last], [0, 0.5], [0, 0.4], [0, 0.6], [0, 0.3], label="bought", other_label="naive")
    assert ax.get_xlabel() == name
    assert ax.get_xlim() == (0, last / unit)
    naive, found = ax.lines
    assert (found.get_ydata().tolist(), naive.get_ydata().tolist()) == ([0, 50], [0, 30])
    assert ax.get_ylim()[0] == 0


def test_names_on_a_curve_are_never_read_as_mathematics():
    ax = draw_curve([0, 9], [0, 1], [0, 1], [0, 1], [0, 1], label="$x$", other_label="naive")
    assert ax.get_ylabel() == "$x$, %"
    assert not ax.yaxis.label.get_parse_math()
    ax.get_figure().canvas.draw()


def test_what_agrees_lies_on_the_diagonal():
    ax = draw_agreement([0.1, 0.3], [0.1, 0.3], [0.2, 0.5], label="foretold", other_label="naive")
    _, other, found = ax.collections
    assert found.get_offsets().tolist() == [[10, 10], [30, 30]]
    assert other.get_offsets().tolist() == [[10, 20], [30, 50]]
    assert ax.get_xlim() == ax.get_ylim()
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"foretold", "naive"}
