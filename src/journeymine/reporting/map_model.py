"""The journey map as a widget's model: its state, in Python and in the browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import anywidget
import traitlets

from journeymine.draw.palette import DARK, LIGHT
from journeymine.reporting.style import colour_rules

__all__ = ["MapWidget"]

_DARK: Final = ('[data-jp-theme-light="false"]', ".vscode-dark")  # notebooks that say so


class MapWidget(anywidget.AnyWidget):
    """An interactive journey map in a notebook.

    Parameters
    ----------
    data
        As `map_data` gives it.
    texts
        Its words.
    locale
        How numbers are written.
    picture
        A PNG file that stands for it where nothing runs, as in a stored notebook.

    Attributes
    ----------
    touchpoint
        Name of the touchpoint that is chosen, or None. Can be set.
    paths
        How many paths are shown. Can be set.
    """

    touchpoint = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    paths = traitlets.Int().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    locale = traitlets.Unicode().tag(sync=True)
    scope = traitlets.Unicode().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, data: dict[str, Any], texts: Mapping[str, str], locale: str, picture: bytes):
        channels = data["channels"]
        scope = f"jm-{sha256(repr(channels).encode()).hexdigest()[:12]}"  # maps of other channels have other colours
        super().__init__(
            data=data, texts=dict(texts), locale=locale, scope=scope, paths=data["num_start"],
            _esm=_file("map.js") + _file("map_widget.js"), _css=_style(channels, f".{scope}"),
        )  # fmt: skip
        self._picture = picture

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict] | None:
        made = super()._repr_mimebundle_(**options)
        if made is None:
            return None
        bundle, metadata = made
        return {**bundle, "image/png": b64encode(self._picture).decode()}, metadata


def _style(channels: Sequence[str], scope: str) -> str:
    dark = [colour_rules(channels, DARK, within=f"{there} {scope}") for there in _DARK]
    return "\n".join([colour_rules(channels, LIGHT, within=scope), *dark, _file("map.css")])


def _file(name: str) -> str:
    return files("journeymine.reporting").joinpath(name).read_text(encoding="utf-8")
