"""The map in a notebook: what is clicked comes back to Python, and a stored notebook shows a picture."""

import builtins
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from base64 import b64decode

import pytest

import journeymine as jm
from journeymine.errors import MissingExtraError, OptionError, UnknownOptionError
from tests.small import log_of

NOTEBOOK = """
import journeymine as jm
log = jm.read_table({"case_id": ["a", "a", "b"], "activity": ["visit", "buy", "visit"], "channel": ["web"] * 3,
    "timestamp": ["2024-05-01T09:00Z", "2024-05-02T09:00Z", "2024-05-03T09:00Z"]})
widget = jm.map_widget(log)
widget.observe(lambda change: open("chosen.txt", "w").write(str(change.new)), "touchpoint")
widget
"""

IS_IDLE = """
const shown = document.querySelector(".jp-Notebook .jp-CodeCell .cm-content")?.offsetWidth;
const states = [...document.querySelectorAll(".jp-StatusBar-TextItem")].map(item => item.textContent);
return shown && states.some(state => state.includes("| Idle"));
"""


@pytest.fixture
def log():
    events = [(f"c{number}", name, day) for number in range(6) for day, name in enumerate(["visit", "basket", "pay"])]
    return log_of(*events, ("c7", "visit", 0), ("c7", "pay", 1), until=30)


def test_a_widget_shows_as_many_paths_as_the_usual_map_and_no_touchpoint_is_chosen(log):
    widget = jm.map_widget(log, goal="pay")
    assert (widget.paths, widget.touchpoint) == (3, None)
    assert widget.data["touchpoints"]["name"] == ["pay", "visit", "basket"]
    assert widget.data["touchpoints"]["role"] == [1, 0, 0]


def test_a_map_can_be_given_as_well_as_a_log(log):
    assert jm.map_widget(jm.journey_map(log, goal="pay")).data == jm.map_widget(log, goal="pay").data


def test_a_stored_notebook_has_a_picture_beside_the_widget(log):
    bundle, _ = jm.map_widget(log)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_a_stored_notebook_that_is_exported_shows_the_picture(log):
    nbconvert, nbformat = pytest.importorskip("nbconvert"), pytest.importorskip("nbformat")
    bundle, metadata = jm.map_widget(log)._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data=bundle, metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("widget", outputs=[output])])
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    assert f"data:image/png;base64,{bundle['image/png'][:60]}" in page


def test_the_widget_speaks_dutch(log):
    widget = jm.map_widget(log, language="nl")
    assert (widget.locale, widget.texts["visits"]) == ("nl", "bezoeken")
    with pytest.raises(UnknownOptionError, match="nl"):
        jm.map_widget(log, language="dutch")


def test_maps_of_other_channels_have_colours_of_their_own():
    one, other = (jm.map_widget(log_of(("a", "call", 0), channel=[channel])) for channel in ("web", "phone"))
    assert one.scope != other.scope
    assert f".{one.scope} .channel-0" in one._css


def test_a_goal_for_a_map_that_has_its_own_is_refused(log):
    with pytest.raises(OptionError, match="a journey map has its goal, ends and window already"):
        jm.map_widget(jm.journey_map(log), goal="pay")


def test_without_anywidget_the_error_says_what_to_install(log, monkeypatch):
    wanted = builtins.__import__

    def without(name, *rest):
        if name == "anywidget":
            raise ModuleNotFoundError(name)
        return wanted(name, *rest)

    monkeypatch.delitem(sys.modules, "journeymine.reporting.map_model", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'journeymine[widget]'")):
        jm.map_widget(log)


# --- in JupyterLab ----------------------------------------------------------------------------------------------------


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab in a folder with the notebook; give its address, with a token."""
    cell = {"cell_type": "code", "execution_count": None, "id": "map", "metadata": {}, "outputs": []}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [{**cell, "source": NOTEBOOK}], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "map.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    token = secrets.token_hex(16)
    folders = {name: str(tmp_path / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "HOME")}
    folders |= {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"), "IPYTHONDIR": str(tmp_path / "ipython")}
    options = ["--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--IdentityProvider.token={token}"]
    options += ["--allow-root", "--LabApp.extension_manager=readonly"]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], cwd=tmp_path, env={**os.environ, **folders},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield _address(server, tmp_path, token)
    finally:
        server.kill()  # its kernel ends with it; asked to stop, it may wait for a session that is just beginning
        server.wait()


def _address(server, folder, token):
    """Wait until the server says where it listens, and does."""
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", (folder / "lab.log").read_text())
        if found and _listens(int(found[1])):
            return f"http://127.0.0.1:{found[1]}/lab/tree/map.ipynb?token={token}"
        assert server.poll() is None, (folder / "lab.log").read_text()
        time.sleep(0.1)
    return pytest.fail((folder / "lab.log").read_text())


def _listens(port):
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
@pytest.mark.browser
def test_in_jupyterlab_a_clicked_touchpoint_is_known_in_python(lab, browser, tmp_path):
    browser.open(lab)
    browser.wait(IS_IDLE, seconds=120)
    browser.find("[data-command='notebook:run-cell-and-select-next']").click()
    browser.wait("return document.querySelectorAll('.jm-widget .jm-touchpoint').length === 2", seconds=120)
    browser.all(".jm-touchpoint")[0].click()
    wait_for(tmp_path / "chosen.txt", "visit")
    assert "Goes to" in browser.texts(".jm-panel caption")


def wait_for(path, text):
    for _ in range(200):
        if path.exists() and path.read_text() == text:
            return
        time.sleep(0.1)
    pytest.fail(f"{path.name} does not say {text!r}")
