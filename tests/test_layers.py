"""The rules of docs/decisions/0001: what may import what, and what no file may hold.

Each rule is a function over a root folder that returns its findings as "path:line: what", so that
the tests can show, on a small bad tree, that the rule does find what it forbids.
"""

import ast
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("api", "schema", "workers", "services", "realtime", "storage", "domain")
DRIVERS = {"pymongo", "motor", "bson", "gridfs"}
VAGUE = {"manager", "managers", "helper", "helpers", "util", "utils", "misc"}
IMPURE = {"asyncio", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
CLOCKS = {"now", "today", "utcnow"}
GENERATED = {"node_modules", "build", "dist", "__pycache__"}
TEXT = {"", ".graphql", ".html", ".js", ".md", ".py", ".sh", ".toml", ".ts", ".yaml", ".yml"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
SUPPRESSION = re.compile(
    r"(?:ruff:\s*)?noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?"
    r"|ruff:\s*(?:ignore|disable|file-ignore)\s*\[[^\]]*\]"
    r"|type:\s*ignore(?:\[[^\]]*\])?"
)
REASON = re.compile(r"\w{2,}\W+\w+")


def files(root: Path, *tops: str) -> Iterator[Path]:
    """The files below `root` (below its folders `tops`, if given) that are written by hand."""
    for top in tops or (".",):
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(name for name in folders if is_by_hand(name))
            yield from (Path(folder) / name for name in sorted(names))


def is_by_hand(folder: str) -> bool:
    return folder == ".ci" or not (folder.startswith(".") or folder in GENERATED)


def python_files(root: Path, *tops: str) -> Iterator[Path]:
    return (path for path in files(root, *tops) if path.suffix == ".py")


def imports(root: Path, path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module, absolute and dotted, with its line; also those inside functions."""
    package = path.relative_to(root).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*above, *([node.module] if node.module else []))), node.lineno


def place(root: Path, path: Path, line: int) -> str:
    return f"{path.relative_to(root).as_posix()}:{line}"


def imports_against_the_layers(root: Path) -> list[str]:
    return [
        f"{place(root, path, line)}: {layer} imports {name}"
        for rank, layer in enumerate(LAYERS)
        for path in python_files(root, layer)
        for name, line in imports(root, path)
        if name.split(".")[0] in {*LAYERS[:rank], "tests", "bench"}
    ]


def drivers_outside_storage(root: Path) -> list[str]:
    return [
        f"{place(root, path, line)}: imports {name}"
        for path in python_files(root, *(layer for layer in LAYERS if layer != "storage"))
        for name, line in imports(root, path)
        if name.split(".")[0] in DRIVERS
    ]


def impurities_in_the_domain(root: Path) -> list[str]:
    return [
        f"{place(root, path, line)}: {what}"
        for path in python_files(root, "domain")
        for what, line in (*impure_imports(root, path), *clock_readings(path))
    ]


def impure_imports(root: Path, path: Path) -> Iterator[tuple[str, int]]:
    for name, line in imports(root, path):
        if name.split(".")[0] in IMPURE:
            yield f"imports {name}", line


def clock_readings(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            owner = ast.unparse(node.value).split(".")[-1]
            if owner in {"datetime", "date"}:
                yield "reads a clock", node.lineno


def vague_module_names(root: Path) -> list[str]:
    return [
        path.relative_to(root).as_posix()
        for path in python_files(root)
        if VAGUE & {path.stem, *path.relative_to(root).parts[:-1]}
    ]


def suppressions_without_reason(root: Path) -> list[str]:
    found = []
    for path in python_files(root):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            if token.type != tokenize.COMMENT:
                continue
            suppression = SUPPRESSION.search(token.string)
            if suppression is None:
                continue
            rest = SUPPRESSION.sub("", token.string[suppression.end() :])
            if REASON.search(rest) is None:
                found.append(f"{place(root, path, token.start[0])}: {token.string}")
    return found


def unfinished_work(root: Path) -> list[str]:
    return [
        f"{place(root, path, number)}: {line.strip()}"
        for path in files(root)
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]


def endless_loops_outside_background(root: Path) -> list[str]:
    """Loops that await and never end by themselves: `realtime.background` alone may hold them.

    Reading a queue or a stream of pages ends by `return` or `break`; storage lies below it.
    """
    home = root / "realtime" / "background.py"
    return [
        f"{place(root, path, loop.lineno)}: loops without end"
        for path in python_files(root, *(layer for layer in LAYERS if layer != "storage"))
        if path != home
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.AsyncFunctionDef)
        for loop in of_this_function(function)
        if isinstance(loop, ast.While) and is_endless(loop)
    ]


def is_endless(loop: ast.While) -> bool:
    test = ast.unparse(loop.test)
    inside = list(of_this_function(loop))
    awaits = any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in inside)
    leaves = any(isinstance(node, (ast.Return, ast.Break)) for node in inside)
    return awaits and not leaves and (test in {"True", "1"} or "is_set()" in test)


def of_this_function(node: ast.AST) -> Iterator[ast.AST]:
    """What lies within a function or loop, without the functions defined there."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from of_this_function(child)


Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    imports_against_the_layers,
    drivers_outside_storage,
    impurities_in_the_domain,
    vague_module_names,
    suppressions_without_reason,
    unfinished_work,
    endless_loops_outside_background,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_follows_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_the_rules_look_at_every_layer() -> None:
    seen = {path.relative_to(ROOT).parts[0] for path in python_files(ROOT)}
    assert {*LAYERS, "tests"} <= seen


BROKEN: list[tuple[Rule, str, str, list[str]]] = [
    (
        imports_against_the_layers,
        "storage/leads.py",
        "from domain import leads\n\ndef late():\n    import api.app\n",
        ["storage/leads.py:4: storage imports api.app"],
    ),
    (
        imports_against_the_layers,
        "domain/deep/leads.py",
        "from ...storage import leads\n",
        ["domain/deep/leads.py:1: domain imports storage"],
    ),
    (
        imports_against_the_layers,
        "realtime/hub.py",
        "if TYPE_CHECKING:\n    from tests.support import clock\n",
        ["realtime/hub.py:2: realtime imports tests.support"],
    ),
    (
        imports_against_the_layers,
        "services/leads/lead_capture.py",
        "from workers.matcher import Matcher\n",
        ["services/leads/lead_capture.py:1: services imports workers.matcher"],
    ),
    (
        drivers_outside_storage,
        "api/app.py",
        "import pymongo\n",
        ["api/app.py:1: imports pymongo"],
    ),
    (
        drivers_outside_storage,
        "schema/leads.py",
        "from bson.objectid import ObjectId\n",
        ["schema/leads.py:1: imports bson.objectid"],
    ),
    (
        impurities_in_the_domain,
        "domain/leads.py",
        "import time\nfrom datetime import datetime\nat = datetime.now(UTC)\n",
        ["domain/leads.py:1: imports time", "domain/leads.py:3: reads a clock"],
    ),
    (
        endless_loops_outside_background,
        "workers/keys.py",
        "async def run():\n    while True:\n        await work()\n",
        ["workers/keys.py:2: loops without end"],
    ),
    (
        endless_loops_outside_background,
        "api/demo/keeper.py",
        "async def run(stopping):\n    while not stopping.is_set():\n        await work()\n",
        ["api/demo/keeper.py:2: loops without end"],
    ),
    (vague_module_names, "storage/utils.py", "", ["storage/utils.py"]),
    (vague_module_names, "api/helpers/tokens.py", "", ["api/helpers/tokens.py"]),
    (
        suppressions_without_reason,
        "api/app.py",
        (
            "import os  # noqa: F401\n"
            "x = f()  # type: ignore[misc]\n"
            "y = 1  # type: ignore[a] # noqa: E1, E2 -\n"
        ),
        [
            "api/app.py:1: # noqa: F401",
            "api/app.py:2: # type: ignore[misc]",
            "api/app.py:3: # type: ignore[a] # noqa: E1, E2 -",
        ],
    ),
    (
        suppressions_without_reason,
        "api/app.py",
        "# a reason before it does not count  # ruff: noqa: F401\n",
        ["api/app.py:1: # a reason before it does not count  # ruff: noqa: F401"],
    ),
    (
        unfinished_work,
        "docs/runbook.md",
        "Fine.\n" + "TO" + "DO: write this\n",
        ["docs/runbook.md:2: " + "TO" + "DO: write this"],
    ),
    (
        unfinished_work,
        "Makefile",
        "# FIX" + "ME\n",
        ["Makefile:1: # FIX" + "ME"],
    ),
]


@pytest.mark.parametrize(("rule", "name", "text", "findings"), BROKEN)
def test_a_broken_rule_is_found(
    tmp_path: Path, rule: Rule, name: str, text: str, findings: list[str]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    assert rule(tmp_path) == findings


KEPT: list[tuple[Rule, str, str]] = [
    (
        imports_against_the_layers,
        "api/app.py",
        "import schema, realtime.hub\nfrom domain import x\n",
    ),
    (imports_against_the_layers, "workers/matcher.py", "import services.leads.lead_capture\n"),
    (imports_against_the_layers, "schema/leads.py", "from . import errors\nfrom .leads import x\n"),
    (drivers_outside_storage, "storage/client.py", "import pymongo\n"),
    (drivers_outside_storage, "tests/test_client.py", "import pymongo\n"),
    (impurities_in_the_domain, "domain/leads.py", "from datetime import datetime\nat: datetime\n"),
    (impurities_in_the_domain, "storage/leads.py", "import time\n"),
    (suppressions_without_reason, "api/app.py", "import os  # noqa: F401 - the shell reads it\n"),
    (
        suppressions_without_reason,
        "api/app.py",
        "x()  # type: ignore[misc]  # Motor has no types\n",
    ),
    (suppressions_without_reason, "api/app.py", 'text = "# noqa"  # only a text\n'),
    (
        endless_loops_outside_background,
        "realtime/background.py",
        "async def run():\n    while True:\n        await work()\n",
    ),
    (
        endless_loops_outside_background,
        "api/websocket/connection.py",
        "async def f():\n    while True:\n        if await next() is None:\n            return\n",
    ),
    (
        endless_loops_outside_background,
        "workers/matcher.py",
        "async def run():\n    while await take_lease():\n        await work()\n",
    ),
    (vague_module_names, "storage/leads.py", ""),
    (vague_module_names, "node_modules/utils/x.py", ""),
    (unfinished_work, ".venv/x.py", "# FIX" + "ME\n"),
    (unfinished_work, "web/logo.png", "TO" + "DO"),
]


@pytest.mark.parametrize(("rule", "name", "text"), KEPT)
def test_what_a_rule_allows_is_not_found(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    assert rule(tmp_path) == []
