"""How tests run: a skip fails in CI, and a test marked ``alone`` runs while no other does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SKIPS = """
import pytest

def test_that_lacks_something():
    pytest.skip("no browser here")

@pytest.mark.skip(reason="not today")
def test_that_is_put_off():
    pass

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail():
    assert False

def test_that_passes():
    pass
"""

# Each records its start and end; two workers run them.
SIDE_BY_SIDE = """
import time
from pathlib import Path
import pytest

NOTES = Path(__file__).with_name("notes")

def note(name):
    began = time.monotonic()
    time.sleep(0.02)
    with NOTES.open("a") as notes:
        notes.write(f"{name} {began} {time.monotonic()}\\n")

@pytest.mark.parametrize("number", range(40))
def test_in_company(number):
    note("company")

@pytest.mark.alone
@pytest.mark.parametrize("number", range(4))
def test_alone(number):
    note("alone")
"""


def run(folder: Path, tests: str, *arguments: str, **environment: str) -> str:
    """Run ``tests`` with these plugins and variables, and return the last line of output."""
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = alone\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *arguments, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": f"-c {folder / 'pytest.ini'}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("ci", "closing"),
    [("true", "1 failed, 1 passed, 1 xfailed, 1 error"), ("", "1 passed, 2 skipped, 1 xfailed")],
)
def test_a_skip_in_continuous_integration_is_a_failure(folder: Path, ci: str, closing: str) -> None:
    assert run(folder, SKIPS, "-p", "tests.support.forbid_skips", CI=ci).startswith(closing)


def test_a_test_marked_alone_runs_while_no_other_does(folder: Path) -> None:
    copied = folder / "hooks.py"
    copied.write_text((ROOT / "tests" / "support" / "exclusive_tests.py").read_text("utf-8"))
    (folder / "__init__.py").touch()
    path = f"{folder}:{ROOT}"
    closing = run(folder, SIDE_BY_SIDE, "-n2", "-p", "hooks", PYTHONPATH=path)
    assert closing.startswith("44 passed")
    lines = [line.split() for line in (folder / "notes").read_text().splitlines()]
    spans = [(name, float(began), float(ended)) for name, began, ended in lines]
    for name, began, ended in spans:
        overlapping = [span for span in spans if span[1] < ended and began < span[2]]
        assert name != "alone" or len(overlapping) == 1
