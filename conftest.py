"""What every test, doctest and notebook runs under."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "agg")

# A busy machine is no reason to fail: no deadline, and slow generation of data is not reported.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("local", **_COMMON)
settings.register_profile("ci", derandomize=True, database=None, **_COMMON)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _names_in_examples(request):
    """Let every example in a docstring use `jm` (journeymine) and `tmp` (an empty folder)."""
    if isinstance(request.node, pytest.DoctestItem):
        import journeymine

        names = request.getfixturevalue("doctest_namespace")
        names.update(jm=journeymine, tmp=request.getfixturevalue("tmp_path"))


@pytest.fixture(autouse=True)
def _closed_figures():
    """Close figures after each test: matplotlib warns when many are open."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
