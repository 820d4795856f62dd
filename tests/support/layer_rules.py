"""Rules of the layers and of every file: functions over a root folder that return findings.

A finding is "path:line: what".
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.source_files import LAYERS, files, imports, place, python_files

DRIVER_MODULES = {"pymongo", "motor", "bson", "gridfs"}
VAGUE_NAMES = {"manager", "managers", "helper", "helpers", "util", "utils", "misc"}
IMPURE_MODULES = {
    "asyncio",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
CLOCK_METHODS = {"now", "today", "utcnow"}
TEXT_SUFFIXES = {
    "",
    ".graphql",
    ".html",
    ".js",
    ".md",
    ".py",
    ".sh",
    ".toml",
    ".ts",
    ".yaml",
    ".yml",
}
UNFINISHED_WORK = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
SUPPRESSION = re.compile(
    r"(?:ruff:\s*)?noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?"
    r"|ruff:\s*(?:ignore|disable|file-ignore)\s*\[[^\]]*\]"
    r"|type:\s*ignore(?:\[[^\]]*\])?"
)
REASON_WORDS = re.compile(r"\w{2,}\W+\w+")


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
        if name.split(".")[0] in DRIVER_MODULES
    ]


def impurities_in_the_domain(root: Path) -> list[str]:
    return [
        f"{place(root, path, line)}: {what}"
        for path in python_files(root, "domain")
        for what, line in (*impure_imports(root, path), *clock_readings(path))
    ]


def impure_imports(root: Path, path: Path) -> Iterator[tuple[str, int]]:
    for name, line in imports(root, path):
        if name.split(".")[0] in IMPURE_MODULES:
            yield f"imports {name}", line


def clock_readings(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS:
            owner = ast.unparse(node.value).split(".")[-1]
            if owner in {"datetime", "date"}:
                yield "reads a clock", node.lineno


def vague_module_names(root: Path) -> list[str]:
    return [
        path.relative_to(root).as_posix()
        for path in python_files(root)
        if VAGUE_NAMES & {path.stem, *path.relative_to(root).parts[:-1]}
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
            if REASON_WORDS.search(rest) is None:
                found.append(f"{place(root, path, token.start[0])}: {token.string}")
    return found


def unfinished_work(root: Path) -> list[str]:
    return [
        f"{place(root, path, number)}: {line.strip()}"
        for path in files(root)
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if UNFINISHED_WORK.search(line)
    ]


def endless_loops_outside_background(root: Path) -> list[str]:
    """Find endless loops that await outside ``realtime.background``, which alone may hold them.

    A loop that reads a queue or pages ends by ``return`` or ``break``. Storage is not checked.
    """
    home = root / "realtime" / "background.py"
    return [
        f"{place(root, path, loop.lineno)}: loops without end"
        for path in python_files(root, *(layer for layer in LAYERS if layer != "storage"))
        if path != home
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.AsyncFunctionDef)
        for loop in walk_within_function(function)
        if isinstance(loop, ast.While) and is_endless(loop)
    ]


def is_endless(loop: ast.While) -> bool:
    test = ast.unparse(loop.test)
    inside = list(walk_within_function(loop))
    awaits = any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in inside)
    leaves = any(isinstance(node, (ast.Return, ast.Break)) for node in inside)
    return awaits and not leaves and (test in {"True", "1"} or "is_set()" in test)


def walk_within_function(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes within a function or loop, without functions defined there."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from walk_within_function(child)


Rule = Callable[[Path], list[str]]
