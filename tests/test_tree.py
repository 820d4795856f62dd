"""The rules of the source tree: packages, module names, class names, sizes and docstrings.

Each rule is a function over a root folder that returns its findings. The tests run it on the
project, and on a small tree that breaks it.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest

from tests.support.source_files import LAYERS, ROOT, python_files

SUBJECTS = {
    "employers",
    "exchange",
    "identity",
    "leads",
    "live",
    "matching",
    "postings",
    "reference",
    "screening",
    "search",
    "seekers",
    "webhooks",
}
SUBJECT_LAYERS = ("schema", "services", "storage", "domain")
OTHER_PACKAGES = {
    "api": {
        "cli",
        "connections",
        "demo",
        "doctor",
        "http",
        "http/imports",
        "http/public",
        "http/web",
        "media",
        "websocket",
        "wiring",
    },
    "schema": {"execution"},
    "storage": {"mongo"},
    "workers": {"sms"},
}
MAX_LINES = 300
DATA_TABLES = {
    "tests/storage/mongo/indexed_queries.py",
    "domain/refusals.py",
    "domain/exchange/import_columns.py",
    "storage/mongo/indexes.py",
    "tests/domain/labelled_postings.py",
    "tests/support/mutation_cases.py",
    "tests/support/visibility.py",
}
"""Modules that are tables of data, which may be longer."""
KINDS = ("_types", "_inputs", "_queries", "_mutations", "_subscriptions")
"""Endings of the modules of schema/ that are named by noun and kind. No other module has them."""
ENDINGS = ("ings", "ing", "ies", "ied", "es", "ed", "s", "e", "y", "d", "")
SHARED_CLASS_NAMES: Mapping[str, str] = {
    "ServiceCounts": "numbers of services: read by storage, shown as a GraphQL type",
}
"""Class names that several layers use with one meaning, apart from GraphQL types of records."""


def modules(root: Path, *layers: str) -> Iterator[Path]:
    """Yield the modules of the layers, relative to the root, without ``__init__``."""
    for path in python_files(root, *(layers or LAYERS)):
        if path.stem not in {"__init__", "__main__"}:
            yield path.relative_to(root)


def packages_of_no_subject(root: Path) -> list[str]:
    found = {
        path.parent.as_posix()
        for path in modules(root)
        if len(path.parts) > 2
        and "/".join(path.parts[1:-1]) not in OTHER_PACKAGES.get(path.parts[0], set())
        and not (path.parts[0] in SUBJECT_LAYERS and path.parts[1:-1][0] in SUBJECTS)
    }
    return sorted(found)


def words_without_ending(name: str) -> Iterator[str]:
    """Yield the module's name without each ending that it has."""
    for ending in ENDINGS:
        stem = name.removesuffix(ending) if ending else name
        if name.endswith(ending) and len(stem) >= 3:
            yield stem


def names_that_differ_by_an_ending(root: Path) -> list[str]:
    names = sorted({path.stem for path in modules(root) if not path.stem.endswith(KINDS)})
    return [
        f"{one} and {other}"
        for one, other in combinations(names, 2)
        if set(words_without_ending(one)) & set(words_without_ending(other))
    ]


def module_names_of_two_subjects(root: Path) -> list[str]:
    places: dict[str, set[str]] = defaultdict(set)
    for path in modules(root, *SUBJECT_LAYERS):
        if path.parts[1] in SUBJECTS:
            places[path.stem].add(path.parts[1])
    return [
        f"{name}: {', '.join(sorted(found))}"
        for name, found in sorted(places.items())
        if len(found) > 1
    ]


def class_names_of_two_meanings(root: Path) -> list[str]:
    places: dict[str, list[Path]] = defaultdict(list)
    for path in modules(root):
        for node in ast.parse((root / path).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    return [
        f"{name}: {', '.join(path.as_posix() for path in paths)}"
        for name, paths in sorted(places.items())
        if len(paths) > 1
        and name not in SHARED_CLASS_NAMES
        # A GraphQL type has the name of the record or the refusal that it shows.
        and sorted(path.parts[0] for path in paths) != ["domain", "schema"]
    ]


def modules_that_are_too_long(root: Path) -> list[str]:
    return [
        f"{path.as_posix()}: {lines} lines"
        for path in modules(root, *LAYERS, "tests")
        if path.as_posix() not in DATA_TABLES
        and (lines := len((root / path).read_text("utf-8").splitlines())) > MAX_LINES
    ]


def modules_without_a_first_sentence(root: Path) -> list[str]:
    return [path.as_posix() for path in modules(root) if not has_first_sentence(root / path)]


def has_first_sentence(path: Path) -> bool:
    """Return whether the first paragraph of the docstring ends like a sentence."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.partition("\n\n")[0].rstrip().endswith((".", ":"))


Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    packages_of_no_subject,
    names_that_differ_by_an_ending,
    module_names_of_two_subjects,
    class_names_of_two_meanings,
    modules_that_are_too_long,
    modules_without_a_first_sentence,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_follows_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_every_exception_is_still_needed() -> None:
    sizes = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in DATA_TABLES}
    assert {name for name, lines in sizes.items() if lines <= MAX_LINES} == set()


CLASS = "class Outcome: ...\n"
VIOLATIONS: list[tuple[Rule, dict[str, str], list[str]]] = [
    (packages_of_no_subject, {"storage/boards/rows.py": ""}, ["storage/boards"]),
    (packages_of_no_subject, {"realtime/leads/hub.py": ""}, ["realtime/leads"]),
    (packages_of_no_subject, {"api/leads/export.py": ""}, ["api/leads"]),
    (
        names_that_differ_by_an_ending,
        {"schema/live/asked.py": "", "schema/live/asking.py": ""},
        ["asked and asking"],
    ),
    (
        names_that_differ_by_an_ending,
        {"api/trust.py": "", "schema/execution/trusted.py": ""},
        ["trust and trusted"],
    ),
    (
        names_that_differ_by_an_ending,
        {"realtime/tally.py": "", "storage/live/tallies.py": ""},
        ["tallies and tally"],
    ),
    (
        names_that_differ_by_an_ending,
        {"workers/rescreening.py": "", "storage/screening/rescreens.py": ""},
        ["rescreening and rescreens"],
    ),
    (
        module_names_of_two_subjects,
        {"schema/leads/outcomes.py": "", "domain/exchange/outcomes.py": ""},
        ["outcomes: exchange, leads"],
    ),
    (
        class_names_of_two_meanings,
        {"workers/importer.py": CLASS, "services/exchange/rows.py": CLASS},
        ["Outcome: workers/importer.py, services/exchange/rows.py"],
    ),
    (
        class_names_of_two_meanings,
        {"domain/leads/a.py": CLASS, "domain/live/b.py": CLASS},
        ["Outcome: domain/leads/a.py, domain/live/b.py"],
    ),
    (
        modules_that_are_too_long,
        {"domain/leads/leads.py": "x = 1\n" * (MAX_LINES + 1)},
        [f"domain/leads/leads.py: {MAX_LINES + 1} lines"],
    ),
    (
        modules_that_are_too_long,
        {"tests/domain/leads/test_leads.py": "x = 1\n" * (MAX_LINES + 1)},
        [f"tests/domain/leads/test_leads.py: {MAX_LINES + 1} lines"],
    ),
    (modules_without_a_first_sentence, {"api/app.py": "x = 1\n"}, ["api/app.py"]),
    (modules_without_a_first_sentence, {"api/app.py": '"""Routes"""\n'}, ["api/app.py"]),
]


@pytest.mark.parametrize(("rule", "tree", "findings"), VIOLATIONS)
def test_a_violation_is_found(
    tmp_path: Path, rule: Rule, tree: dict[str, str], findings: list[str]
) -> None:
    write_tree(tmp_path, tree)
    assert rule(tmp_path) == findings


ALLOWED: list[tuple[Rule, dict[str, str]]] = [
    (packages_of_no_subject, {"domain/leads/leads.py": "", "api/http/public/feeds.py": ""}),
    (packages_of_no_subject, {"workers/importer.py": "", "schema/execution/engine.py": ""}),
    (names_that_differ_by_an_ending, {"domain/live/events.py": "", "schema/live/events.py": ""}),
    (names_that_differ_by_an_ending, {"realtime/feed.py": "", "realtime/hub.py": ""}),
    (module_names_of_two_subjects, {"domain/leads/funnel.py": "", "schema/leads/funnel.py": ""}),
    (module_names_of_two_subjects, {"domain/live/presence.py": "", "realtime/presence.py": ""}),
    (class_names_of_two_meanings, {"domain/leads/leads.py": CLASS, "schema/leads/x.py": CLASS}),
    (modules_that_are_too_long, {"domain/exchange/import_columns.py": "x = 1\n" * 900}),
    (modules_that_are_too_long, {"domain/leads/leads.py": "x = 1\n" * MAX_LINES}),
    (modules_without_a_first_sentence, {"api/app.py": '"""The routes."""\n'}),
    (modules_without_a_first_sentence, {"api/__init__.py": ""}),
]


@pytest.mark.parametrize(("rule", "tree"), ALLOWED)
def test_an_allowed_tree_is_not_found(tmp_path: Path, rule: Rule, tree: dict[str, str]) -> None:
    write_tree(tmp_path, tree)
    assert rule(tmp_path) == []


def write_tree(root: Path, tree: dict[str, str]) -> None:
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
