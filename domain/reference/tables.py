"""Reads the tables of reference data: text files with one row a line and a tab between columns."""

from __future__ import annotations

from importlib.resources import files

SEPARATOR = "、"
"""Separates the values within a cell."""


def read_table(name: str) -> list[list[str]]:
    """Return the rows of ``domain/reference/<name>.tsv`` as lists of cells, without comments."""
    text = files("domain.reference").joinpath(f"{name}.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def split_cell(cell: str) -> tuple[str, ...]:
    """Return the values of a cell; none for ``-``."""
    return () if cell == "-" else tuple(cell.split(SEPARATOR))
