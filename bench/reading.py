"""Measures how long the gate reads a text of 4,000 characters.

``.venv/bin/python bench/reading.py``; takes two seconds. Texts come from ``tests/data/gate/``:
plain ones, lawful ones that are close to a risk, unlawful ones, and unlawful ones of which none is
beyond doubt. The figures are the best of 30
runs, in processor time, so that other programs disturb them little.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from domain.screening.statement_reader import read_statements

CHARS = 4_000
RUNS = 30
_DATA = Path(__file__).parent.parent / "tests" / "data" / "gate"


def read_texts(label: str, *, concept: str | None = None) -> list[str]:
    """Return our own labelled texts, or those of one concept."""
    rows = (row.split("\t") for row in (_DATA / f"{label}.tsv").read_text("utf-8").splitlines())
    return [text for given, text in rows if concept in {None, given}]


def is_doubtful(text: str) -> bool:
    """Return whether nothing that a text states is beyond doubt."""
    return not any(statement.is_certain for statement in read_statements(text))


def fill(texts: Iterable[str]) -> str:
    """Return one text of 4,000 characters."""
    joined = "。".join(texts)
    return (joined * (CHARS // len(joined) + 1))[:CHARS]


def measure(text: str) -> float:
    """Return the milliseconds of the fastest reading."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        read_statements(text)
        seconds.append(time.process_time() - start)
    return min(seconds) * 1_000


def main() -> None:
    """Print the milliseconds for each kind of text."""
    kinds = {
        "plain": fill(read_texts("lawful", concept="NONE")),
        "lawful, close to a risk": fill(read_texts("lawful")),
        "unlawful": fill(read_texts("unlawful")),
        "unlawful, for a person": fill(filter(is_doubtful, read_texts("unlawful"))),
    }
    for kind, text in kinds.items():
        print(f"{kind}: {measure(text):.1f} ms for {CHARS} characters")


if __name__ == "__main__":
    main()
