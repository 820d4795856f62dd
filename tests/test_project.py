"""Files that must agree: dependencies and their reasons, versions, numbered decisions."""

import re
import tomllib
from pathlib import Path

from tests.support.visibility import render_privacy_table

ROOT = Path(__file__).parent.parent
DECISIONS = ROOT / "docs" / "decisions"


def direct_dependencies() -> set[str]:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    requirements = [
        *metadata["project"]["dependencies"],
        *metadata["build-system"]["requires"],
        *(one for group in metadata["dependency-groups"].values() for one in group),
        *(one for extra in metadata["project"]["optional-dependencies"].values() for one in extra),
    ]
    return {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}


def test_every_direct_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    text = (DECISIONS / "0002-dependencies.md").read_text("utf-8")
    assert set(re.findall(r"`([\w.-]+)`(?: \([^)]*\))?(?=[:,])", text)) == direct_dependencies()


def test_the_image_is_built_with_the_uv_that_make_fetches() -> None:
    setup = (ROOT / "scripts" / "setup.sh").read_text("utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.findall(r"uv_version=(\S+)", setup) == re.findall(r"\buv==(\S+)", dockerfile)


def test_decisions_are_numbered_without_a_gap_and_short() -> None:
    paths = sorted(DECISIONS.glob("*.md"))
    assert [path.name[:5] for path in paths] == [f"{n:04}-" for n in range(1, len(paths) + 1)]
    for path in paths:
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {path.name[:4]}: ")
        assert 7 <= len(lines) <= 20


def test_the_docs_show_who_sees_what_as_the_tests_have_it() -> None:
    assert render_privacy_table() in (ROOT / "docs" / "privacy.md").read_text("utf-8")
