"""What holds for the project as a whole: its documentation is complete, its imports are light, its files are clean."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import journeymine as jm
from journeymine import errors

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py"))
}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# --- documentation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", jm.__all__)
def test_every_public_name_has_a_docstring_with_an_example_that_runs(name):
    examples = [line for line in (getattr(jm, name).__doc__ or "").splitlines() if line.lstrip().startswith(">>> ")]
    assert any("+SKIP" not in line for line in examples)


def test_the_api_page_lists_every_public_name_and_no_other():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^ {3}(\w+)$", page, re.MULTILINE)
    assert sorted(listed) == sorted(jm.__all__)


def test_type_checkers_see_the_same_public_names_in_the_same_modules():
    tree = ast.parse(SOURCES["src/journeymine/__init__.py"])
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {alias.asname: node.module for node in imports for alias in node.names if alias.asname}
    assert seen == {name: f"journeymine.{home}" for name, home in jm._HOMES.items()}


def test_every_module_says_what_it_is():
    assert [name for name, source in SOURCES.items() if not ast.get_docstring(ast.parse(source))] == []


def test_every_error_stands_in_the_tree_under_its_parent():
    drawn = re.findall(r"^([│ ├└─]*)(\w+Error)\b", errors.__doc__, re.MULTILINE)
    levels = [(len(indent), name) for indent, name in drawn]
    parents = {
        name: next((above for depth, above in reversed(levels[:place]) if depth < level), "Exception")
        for place, (level, name) in enumerate(levels)
    }
    assert parents == {name: getattr(errors, name).__bases__[0].__name__ for name in errors.__all__}


def test_the_changelog_has_a_section_for_this_version():
    assert f"## {jm.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# --- imports ---------------------------------------------------------------------------------------------------------


def test_importing_journeymine_imports_nothing_heavy():
    heavy = {"pm4py", "pandas", "matplotlib", "networkx", "numpy", "scipy", "pyarrow", "lxml", "typer"}
    loaded = packages_loaded_by("import journeymine; dir(journeymine)")
    assert "journeymine" in loaded
    assert heavy & loaded == set()


def test_reading_a_log_does_not_import_what_only_pictures_and_models_need():
    table = "{'case_id': ['a'], 'activity': ['visit'], 'timestamp': ['2024-05-01T09:00Z']}"
    loaded = packages_loaded_by(
        f"import journeymine as jm; log = jm.read_table({table}); repr(log), len(log.quarantine)"
    )
    assert "pyarrow" in loaded
    assert {"pm4py", "matplotlib", "networkx", "lxml", "typer", "rich"} & loaded == set()


def packages_loaded_by(script):
    script += "; import sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


# --- code that is not allowed ----------------------------------------------------------------------------------------

BANNED_CALLS = {"eval", "exec", "__import__", "os.system", "os.popen", "yaml.load"}
BANNED_IMPORTS = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve"}
BANNED_OPTIONS = {"allow_pickle", "shell"}


def banned(source):
    """Name what a module calls, imports or switches on that could run somebody else's code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if ast.unparse(node.func) in BANNED_CALLS:
                yield ast.unparse(node.func)
            for option in node.keywords:
                if option.arg in BANNED_OPTIONS and not (
                    isinstance(option.value, ast.Constant) and option.value.value is False
                ):
                    yield option.arg
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (name for name in names if name.split(".")[0] in BANNED_IMPORTS)


def test_no_module_can_run_code_from_data():
    assert {name: found for name, source in SOURCES.items() if (found := list(banned(source)))} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = eval(text)", ["eval"]),
        ("import os\nos.system(text)", ["os.system"]),
        ("from pickle import loads", ["pickle"]),
        ("import numpy as np\nnp.load(path, allow_pickle=True)", ["allow_pickle"]),
        ("import subprocess\nsubprocess.run(text, shell=True)", ["shell"]),
        ("import numpy as np\nnp.load(path, allow_pickle=False)\nevaluate(x)\nre.compile(x)", []),
    ],
)
def test_the_search_for_such_code_finds_it(source, found):
    assert list(banned(source)) == found


# --- files -----------------------------------------------------------------------------------------------------------

# Written with brackets, so that this file does not match itself.
ADDRESSES = re.compile(
    r"p[y]pi[.]or[g]|pythonhoste[d]|registr[y][.]np[m]|de[b][.]debian"
    r"|/wor[k]/(main|shared|steering|[.]library)|/tm[p]/(research|studio|bash_jobs|w/)|/op[t]/(pypi|wheels)|/roo[t]/[.\w]"
)


def files_to_commit():
    """Give every file that is tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout, so nobody can say which files belong to it")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_package_registry_or_a_path_of_a_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files_to_commit()
        if (match := ADDRESSES.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


@pytest.mark.parametrize("text", ["https://p" + "ypi.org/simple", "open('/wor" + "k/main/x')", "/roo" + "t/.cache"])
def test_the_search_for_addresses_finds_them(text):
    assert ADDRESSES.search(text)


def test_constraints_are_exact_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.!+]+", line)] == []


def test_every_dependency_is_pinned():
    project = PYPROJECT["project"]
    wanted = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if not line.startswith("#")}
    assert {re.match(r"[\w.-]+", name).group().lower() for name in wanted} - pinned == set()


def test_make_lists_its_targets():
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [line.split()[1] for line in listed.splitlines()]
    assert {"demo", "test", "check", "docs", "bench", "notebooks"} <= set(names)
    assert all(len(line.split()) > 3 for line in listed.splitlines())


def test_every_format_is_in_the_documentation():
    from journeymine.sources.registry import FORMATS

    text = (ROOT / "docs/formats.md").read_text()
    named = {
        name.strip() for line in text.splitlines() if line.startswith("| ") for name in line.split("|")[1].split(",")
    }
    assert set(FORMATS) <= named
