"""Reads the tour in the README, of today and of before, so that a test can run it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

README = Path(__file__).parents[2] / "README.md"
README_BEFORE = Path(__file__).parents[1] / "data" / "readme_before.md"
PAGES_BEFORE = Path(__file__).parents[1] / "data" / "pages_before.md"
_BLOCK = re.compile(r"```(graphql|json)\n(.*?)```", re.DOTALL)
_NAME = re.compile(r"(?:query|mutation|subscription) (\w+)")


@dataclass(frozen=True, kw_only=True)
class TourStep:
    """One document of the tour with its variables, in which ``<words>`` are placeholders."""

    name: str
    query: str
    variables: dict[str, Any]

    def fill_variables(self, known: dict[str, Any]) -> dict[str, Any]:
        """Return the variables with every ``<word>`` replaced by its value."""

        def fill(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: fill(part) for name, part in value.items()}
            if isinstance(value, list):
                return [fill(part) for part in value]
            if isinstance(value, str) and value.startswith("<"):
                return known[value.strip("<>")]
            return value

        filled: dict[str, Any] = fill(self.variables)
        return filled


def read_documents(page: Path) -> list[str]:
    """Return all GraphQL documents of a page."""
    return [text for kind, text in _BLOCK.findall(page.read_text("utf-8")) if kind == "graphql"]


def read_tour(page: Path = README) -> dict[str, TourStep]:
    """Return the steps by operation name, in the order of the page."""
    steps: dict[str, TourStep] = {}
    last = ""
    for kind, text in _BLOCK.findall(page.read_text("utf-8")):
        if kind == "graphql":
            found = _NAME.search(text)
            assert found is not None, f"an operation of the README has no name: {text}"
            last = found[1]
            steps[last] = TourStep(name=last, query=text, variables={})
        else:
            steps[last] = TourStep(name=last, query=steps[last].query, variables=json.loads(text))
    return steps
