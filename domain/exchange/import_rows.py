"""Reads the rows of an import table into values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from domain.exchange.cell_parsers import CellFault, CellReading
from domain.exchange.import_columns import COLUMNS_BY_KIND, ImportColumn
from domain.exchange.imports import ImportKind, make_row_finding
from domain.exchange.table_marks import (
    LOST_CHARACTER,
    MERGED_ACROSS,
    MERGED_DOWN,
    has_lost_digits,
    remove_marks,
)
from domain.postings.postings import Finding, Severity
from domain.refusals import Refusal

_REMEMBERED_CELLS = 512
"""Different cells of one column whose values are kept; together a few MiB at most."""
_MAX_REMEMBERED_LENGTH = 64
"""Characters of a cell whose value is kept: longer ones are texts, which differ."""


def finding_from_refusal(refusal: Refusal) -> Finding:
    """Return the finding for a row with an invalid value."""
    key = ".".join((refusal.field or ())[1:])
    return make_row_finding(refusal.code.value, key, refusal.message, refusal.message_zh)


class _ColumnCells(NamedTuple):
    """One column of the template: where its cell stands in a row, and a parser that remembers.

    A required column without a heading stands at a ``place`` that no row has.
    """

    column: ImportColumn
    is_required: bool
    place: int
    read: Callable[[str], Any]


@dataclass(frozen=True)
class _TableReading:
    """How rows with certain headings are read.

    ``cells`` are the columns that have a heading or need one, ``defaults`` the values of empty
    cells by column key, ``loose`` the places without a heading.
    """

    width: int
    cells: tuple[_ColumnCells, ...]
    defaults: Mapping[str, Any]
    loose: tuple[int, ...]


def parse_row(
    kind: ImportKind, columns: Sequence[str], row: Sequence[str]
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Return the values of a row by column key, and the findings about its cells.

    Faults are returned, not raised. Use the values only if no finding has the severity REFUSE; the
    others say how a cell was read.
    """
    reading = _plan_reading(kind, tuple(columns))
    values: dict[str, Any] = {**reading.defaults}
    findings: list[Finding] = []
    if _has_cell_without_heading(reading, row):
        findings.append(
            make_row_finding(
                "CELL_WITHOUT_HEADING",
                "",
                "Remove the cells that have no heading, or add the heading.",
                "有内容的列缺少标题，请补上标题或删除内容。",
            )
        )
    number_of_cells = len(row)
    for column, is_required, place, read in reading.cells:
        cell = row[place] if place < number_of_cells else ""
        if not cell and not is_required:
            continue
        if cell and not cell.isspace():
            try:
                value = read(cell) if len(cell) <= _MAX_REMEMBERED_LENGTH else _read(column, cell)
            except CellFault as fault:
                findings.append(
                    make_row_finding(fault.code, column.key, fault.message, fault.message_zh)
                )
                continue
            if isinstance(value, CellReading):
                note = value.note
                findings.append(
                    make_row_finding(
                        note.code, column.key, note.message, note.message_zh, Severity.WARN
                    )
                )
                value = value.value
            values[column.key] = value
        elif is_required:
            findings.append(
                make_row_finding(
                    "CELL_EMPTY", column.key, f"Fill in: {column.hint}", f"请填写。{column.hint_zh}"
                )
            )
    return values, tuple(findings)


@lru_cache(maxsize=64)
def _plan_reading(kind: ImportKind, columns: tuple[str, ...]) -> _TableReading:
    """Find where the cells of each column stand. All rows of a table have the same headings."""
    places = {key: index for index, key in enumerate(columns) if key}
    known = COLUMNS_BY_KIND[kind]
    return _TableReading(
        width=len(columns),
        cells=tuple(
            _ColumnCells(
                column,
                column.required,
                places.get(column.key, sys.maxsize),
                _remembering_parser(kind, column.key),
            )
            for column in known
            if column.key in places or column.required
        ),
        defaults={column.key: column.default for column in known if not column.required},
        loose=tuple(index for index, key in enumerate(columns) if not key),
    )


@cache
def _remembering_parser(kind: ImportKind, key: str) -> Callable[[str], Any]:
    """Return the parser of a column's cells with a memory: tables repeat the same cells."""
    column = next(each for each in COLUMNS_BY_KIND[kind] if each.key == key)
    return lru_cache(maxsize=_REMEMBERED_CELLS)(partial(_read, column))


def _read(column: ImportColumn, cell: str) -> Any:
    """Return the value of a cell that is not empty.

    :raises CellFault: the cell is damaged or cannot be parsed.
    """
    _check_undamaged(column, cell)
    return column.parse(cell.removeprefix(MERGED_DOWN))


def _check_undamaged(column: ImportColumn, cell: str) -> None:
    """Pass when the cell holds what its author wrote, in this row.

    :raises CellFault: a character or digits were lost, or the cell is merged with others in a way
        that leaves open what it means.
    """
    if LOST_CHARACTER in cell:
        place = remove_marks(cell).index(LOST_CHARACTER) + 1
        raise CellFault(
            "CHARACTER_LOST",
            f"Character {place} of this cell cannot be read. Write it again.",
            f"本单元格第{place}个字符无法识别，请重新填写。",
        )
    if has_lost_digits(cell.removeprefix(MERGED_DOWN)):
        raise CellFault(
            "DIGITS_LOST",
            "The spreadsheet dropped digits of this long number: digits were lost. Format the "
            "column as text and enter the number again.",
            "表格软件把长数字变成了科学计数，后面的数字已丢失。请将该列设为文本格式后重新填写。",
        )
    if cell == MERGED_ACROSS:
        raise CellFault(
            "CELL_MERGED",
            "This cell is merged with the one to its left. Split them, and fill in both.",
            "本单元格与左侧单元格合并，请取消合并并分别填写。",
        )
    if column.of_one_row and cell.startswith(MERGED_DOWN):
        raise CellFault(
            "CELL_MERGED",
            "This cell is merged over several rows. Split it, and fill in each row.",
            "本单元格跨行合并，请取消合并并逐行填写。",
        )


def _has_cell_without_heading(reading: _TableReading, row: Sequence[str]) -> bool:
    if not reading.loose and len(row) <= reading.width:
        return False
    loose = [row[index] for index in reading.loose if index < len(row)]
    return any(cell.strip() and cell != MERGED_ACROSS for cell in (*loose, *row[reading.width :]))
