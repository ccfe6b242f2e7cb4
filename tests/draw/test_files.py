"""Maps as files."""

from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from journeymine.draw.files import map_svg, save_map
from journeymine.draw.palette import LIGHT
from journeymine.draw.plan import MapPlan
from journeymine.draw.text import plain
from tests.draw.graphs import HOSTILE, hostile, insurer

SVG = "{http://www.w3.org/2000/svg}"


def test_the_same_map_is_the_same_bytes():
    assert map_svg(MapPlan(insurer(), "Map")) == map_svg(MapPlan(insurer(), "Map"))


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_map_is_saved_alike_each_time(tmp_path, kind, begins):
    for name in ("one", "two"):
        save_map(MapPlan(insurer()), tmp_path / name, kind)
    content = (tmp_path / "one").read_bytes()
    assert content.startswith(begins)
    assert content == (tmp_path / "two").read_bytes()


def test_text_stays_text_whatever_it_holds():
    root = ElementTree.fromstring(map_svg(MapPlan(hostile(), "<b>$Map$</b>")))
    shown = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "<b>$Map$</b>" in shown
    names = [plain(name) for name in HOSTILE]
    short = [name for name in names if len(name) < 14]
    assert short
    assert all(name in shown for name in short)
    assert {mark.tag for mark in root.iter()} == {f"{SVG}svg", f"{SVG}path", f"{SVG}text"}


def test_a_name_that_looks_like_a_colour_or_a_font_is_not_changed():
    graph = insurer()
    graph.add_node("#FFFFFF 1.23456", visits=900, starts=0, dropoff_rate=0.1)
    graph.add_edge("quote", "#FFFFFF 1.23456", count=500, customers=500, median_seconds=1.0, is_slow=False)
    assert ">#FFFFFF 1.23456</text>" in map_svg(MapPlan(graph), themed=True)


def test_a_drawing_for_a_page_has_no_ids_styles_or_addresses_and_takes_the_pages_colours():
    svg = map_svg(MapPlan(insurer()), themed=True)
    assert not any(part in svg for part in (" id=", "style", "url(", "href", "<!", "DejaVuSans"))
    assert f"var(--ink, {LIGHT.ink})" in svg
    assert "var(" not in map_svg(MapPlan(insurer()))


def test_saving_leaves_the_settings_as_they_were():
    before = dict(mpl.rcParams)
    map_svg(MapPlan(insurer()))
    assert dict(mpl.rcParams) == before


def test_a_name_whose_signs_the_font_lacks_is_drawn_without_a_warning():
    graph = insurer()
    graph.add_node("😀 购买", visits=900, starts=0, dropoff_rate=0.1)
    assert "😀 购买" in map_svg(MapPlan(graph))
