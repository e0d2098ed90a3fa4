"""Rules of the house that no linter knows."""

import ast
import subprocess
from pathlib import Path

import pytest

from allocations.management.commands import permissions

ROOT = Path(__file__).resolve().parents[1]
FILE_LIMIT, TEST_FILE_LIMIT, FUNCTION_LIMIT = 300, 400, 40  # lines
PACKAGES = ["jaif_portal", "onboarding", "allocations", "tests"]
VENDORED = "jaif_portal/static/vendor/"

# Written in two halves, so that this file keeps its own rule.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian"]
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/opt/" + "pypi", "/opt/" + "wheels", "/" + "home/"]


def tracked(*patterns):
    """The files that git knows; none where the tree is no checkout."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    paths = [name for name in found.stdout.split("\0") if name and (ROOT / name).is_file()]
    return sorted(name for name in paths if not name.startswith(VENDORED))


def modules():
    every = [name for package in PACKAGES for name in tracked(f"{package}/*.py")]
    return [name for name in every if "/migrations/" not in name]


def limit(name):
    """A module of tests may be longer than what it tests."""
    return TEST_FILE_LIMIT if name.startswith("tests/") else FILE_LIMIT


def texts():
    for name in tracked():
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue


def functions(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


pytestmark = pytest.mark.skipif(not tracked("manage.py"), reason="the tree is no git checkout")


def test_a_file_is_short_enough_to_read():
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in modules()}

    assert {name: lines for name, lines in lengths.items() if lines > limit(name)} == {}


def test_a_function_fits_on_a_screen():
    lengths = {
        f"{name}:{function.name}": function.end_lineno - function.lineno + 1
        for name in modules()
        for function in functions(name)
    }

    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LIMIT} == {}


def test_modules_are_named_for_what_they_hold():
    vague = {"common", "helpers", "misc", "services", "utils"}

    assert [name for name in modules() if Path(name).stem in vague] == []


@pytest.mark.parametrize("words", [REGISTRIES, MACHINE_PATHS], ids=["registries", "machine paths"])
def test_no_file_names(words):
    assert [name for name, text in texts() if any(word in text for word in words)] == []


def test_the_page_of_permissions_is_what_the_command_prints():
    printed = (ROOT / "docs" / "reference" / "permissions.md").read_text("utf-8")

    assert printed == permissions.page()
