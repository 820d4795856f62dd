"""Files that must agree: dependencies, versions, decisions, pages and their paths."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from api.settings import Settings
from tests.support.privacy_table import render_privacy_table

ROOT = Path(__file__).parent.parent
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "bench" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
PATH = re.compile(r"`(([\w.-]+)/[\w./-]*)`")
DOTTED_NAME = re.compile(r"`((?:api|schema|workers|services|realtime|storage|domain)(?:\.\w+)+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def direct_dependencies() -> set[str]:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    requirements = [
        *metadata["project"]["dependencies"],
        *metadata["build-system"]["requires"],
        *(one for group in metadata["dependency-groups"].values() for one in group),
        *(one for extra in metadata["project"]["optional-dependencies"].values() for one in extra),
    ]
    return {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}


def test_dependencies_and_their_reasons_correspond() -> None:
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


def test_every_setting_is_documented_and_unset_for_tests() -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    operate = (ROOT / "docs" / "operate.md").read_text("utf-8")
    assert {name for name in names if f"`{name}`" not in operate} == set()
    unset = re.findall(r"@unset(.*?);", (ROOT / "Makefile").read_text("utf-8"), re.DOTALL)[0]
    assert names - set(unset.split()) == set()


def test_the_privacy_table_of_the_docs_equals_that_of_the_tests() -> None:
    assert render_privacy_table() in (ROOT / "docs" / "privacy.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_path_of_a_page_exists(page: Path) -> None:
    named = {
        path
        for path, top in PATH.findall(page.read_text("utf-8"))
        if (ROOT / top).is_dir() and not top.startswith(".")
    }
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_dotted_name_of_a_page_exists(page: Path) -> None:
    for name in DOTTED_NAME.findall(page.read_text("utf-8")):
        module, _, attribute = name.rpartition(".")
        assert hasattr(import_module(module), attribute), name


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_link_of_a_page_has_a_target(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text("utf-8")):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub forms them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
