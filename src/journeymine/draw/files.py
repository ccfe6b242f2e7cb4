"""Pictures as files, the same bytes for the same picture; text stays text."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from journeymine.draw.map import draw_plan
from journeymine.draw.palette import LIGHT
from journeymine.draw.plan import MapPlan
from journeymine.draw.svg import tidied

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["map_png", "map_svg", "save_map"]

_DPI: Final = 200


def save_map(plan: MapPlan, path: str | Path, kind: Literal["png", "svg"]) -> None:
    """Write a map to a file.

    Parameters
    ----------
    plan
        The map.
    path
        The file.
    kind
        Its format.
    """
    if kind == "svg":
        Path(path).write_text(map_svg(plan), encoding="utf-8")
    else:
        _save(_figure(plan), path, kind)


def map_png(plan: MapPlan) -> bytes:
    """Give a map as a PNG file.

    Parameters
    ----------
    plan
        The map.

    Returns
    -------
    bytes
        Of the file.
    """
    content = io.BytesIO()
    _save(_figure(plan), content, "png")
    return content.getvalue()


def map_svg(plan: MapPlan, *, themed: bool = False) -> str:
    """Give a map as SVG.

    Parameters
    ----------
    plan
        The map.
    themed
        Whether its colours are variables that a page may set.

    Returns
    -------
    str
        One ``svg`` element whose text is text.
    """
    content = io.BytesIO()
    _save(_figure(plan), content, "svg")
    return tidied(content.getvalue().decode(), label=plan.title or "Journey map", themed=themed)


def _figure(plan: MapPlan) -> Figure:
    """Draw on a figure of its own, which pyplot does not know and shows nowhere."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(plan.width / 72, plan.height / 72), facecolor=LIGHT.paper)
    FigureCanvasAgg(figure)
    draw_plan(plan, figure.add_axes((0, 0, 1, 1)))
    return figure


def _save(figure: Figure, target: str | Path | io.BytesIO, kind: Literal["png", "svg"]) -> None:
    from matplotlib import rc_context

    metadata = {"Creator": None, "Date": None} if kind == "svg" else {"Software": None}
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "journeymine"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(target, format=kind, dpi=_DPI if kind == "png" else 72, metadata=metadata)
