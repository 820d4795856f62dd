"""The project's source files, and the modules that they import."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ("api", "schema", "workers", "services", "realtime", "storage", "domain")
GENERATED = {"node_modules", "build", "dist", "__pycache__"}


def files(root: Path, *tops: str) -> Iterator[Path]:
    """Yield files below ``root``, or below its folders ``tops``, that are written by hand."""
    for top in tops or (".",):
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(name for name in folders if is_by_hand(name))
            yield from (Path(folder) / name for name in sorted(names))


def is_by_hand(folder: str) -> bool:
    return folder == ".ci" or not (folder.startswith(".") or folder in GENERATED)


def python_files(root: Path, *tops: str) -> Iterator[Path]:
    return (path for path in files(root, *tops) if path.suffix == ".py")


def imports(root: Path, path: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module, absolute and dotted, with its line, also inside functions."""
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
