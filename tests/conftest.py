"""Fixtures: the real files beside the project, and a browser."""

import os
from pathlib import Path

import pytest

from tests.browser import browser as browser
from tests.browser import chromium as chromium

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared():
    """Give the folder of real files; without it a test is skipped, but in continuous integration it fails."""
    return _found(ROOT.parent / "shared")


@pytest.fixture(scope="session")
def shared_file(shared):
    """Give the path of a real file by its name under `shared`, such as ``"data/figures.json"``."""

    def path(name: str) -> Path:
        return _found(shared / name)

    return path


def _found(path: Path) -> Path:
    if path.exists():
        return path
    reason = f"the real files are not beside the project: there is no {os.path.relpath(path, ROOT)}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
