"""Reads the first visible sheet of an XLSX workbook: values, merged cells and hidden rows."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from domain.exchange.table_marks import FOREIGN_MARKS, MERGED_ACROSS, MERGED_DOWN

SheetRow = tuple[list[str], bool, bool]
"""The cells of a row, whether one of them is its own, and whether the row is hidden."""

_EXACT_DIGITS_LIMIT = 10**15
"""Numbers below have at most 15 digits, which every spreadsheet keeps."""
_DOUBLE_LIMIT = 1 << 53
"""Whole numbers below are exact in a number cell, which holds a double."""
_READ_SIZE_BYTES = 1 << 20
_MAX_TAG_BYTES = 1 << 16
_MAX_DIRECTORY_BYTES = 4 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ROW = re.compile(rb"<(?:\w+:)?row(\s[^>]*)?>")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']|\sht\s*=\s*["']0(?:\.0*)?["']""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d{1,8})["']""")


class WorkbookUnreadable(Exception):
    """The file is no workbook that can be read, or it has too many merged cells."""


def read_sheet(path: Path, max_columns: int, max_merged_ranges: int) -> Iterator[SheetRow]:
    """Yield the rows of the first visible sheet, with the cells of up to ``max_columns`` marked.

    A cell that is merged over several rows has its value in each of them after ``MERGED_DOWN``. A
    cell that is merged over several columns has it in the first one.

    :raises WorkbookUnreadable: see there.
    """
    try:
        with CalamineWorkbook.from_path(path) as book:
            shown = [
                (index, sheet.name)
                for index, sheet in enumerate(book.sheets_metadata)
                if sheet.visible is SheetVisibleEnum.Visible
            ]
            if not shown:
                raise WorkbookUnreadable
            index, name = shown[0]
            hidden = _find_hidden_rows(path, index)
            sheet = book.get_sheet_by_name(name)
            ranges = sheet.merged_cell_ranges or []
            if len(ranges) > max_merged_ranges:
                raise WorkbookUnreadable
            merged = _MergedCells(ranges, max_columns)
            for number, cells in enumerate(sheet.iter_rows()):
                # A cell beyond the limit is only looked at for whether it is empty.
                texts = [format_cell(cell) for cell in cells]
                has_own = any(text.strip() for text in texts)
                merged.fill(number, texts)
                yield texts, has_own, number + 1 in hidden
    except (CalamineError, BadZipFile, KeyError, OSError, ValueError, NotImplementedError):
        raise WorkbookUnreadable from None


def format_cell(cell: Any) -> str:
    """Return what a person sees in a cell: 6500 for 6500.0, a date without midnight.

    A number that a spreadsheet cannot hold exactly has an exponent (``has_lost_digits``).
    """
    if isinstance(cell, str):
        return cell.translate(FOREIGN_MARKS)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _format_number(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def _format_number(number: float) -> str:
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        return str(number)
    if number == int(number):
        whole = int(number)
        # Excel replaces the digits after the fifteenth by zeros. Programs write sixteen digits.
        is_exact = abs(whole) < _EXACT_DIGITS_LIMIT or (
            abs(whole) < _DOUBLE_LIMIT and whole % 10 != 0
        )
        return str(whole) if is_exact else f"{number:.14E}"
    return f"{number:.15g}"


class _MergedCells:
    """Fills in the cells of merged ranges, row after row from the first one."""

    def __init__(
        self, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], max_columns: int
    ) -> None:
        within = [each for each in ranges if each[0][1] < max_columns and each[0] < each[1]]
        self._waiting = sorted(within, reverse=True)
        self._open: list[tuple[int, int, int, str]] = []
        self._max_columns = max_columns

    def fill(self, number: int, texts: list[str]) -> None:
        """Change the texts of row ``number``, which counts from 0."""
        self._open = [each for each in self._open if each[0] >= number]
        while self._waiting and self._waiting[-1][0][0] <= number:
            (first_row, left), (last_row, right) = self._waiting.pop()
            value = texts[left] if left < len(texts) else ""
            if first_row == number:
                mark = MERGED_DOWN if last_row > first_row else ""
                self._open.append((last_row, left, right, mark + value if value else ""))
        for _, left, right, value in self._open:
            if not value:
                continue
            texts.extend([""] * (left + 1 - len(texts)))
            texts[left] = value
            last = min(right, self._max_columns - 1)
            texts.extend([""] * (last + 1 - len(texts)))
            texts[left + 1 : last + 1] = [MERGED_ACROSS] * (last - left)


def _find_hidden_rows(path: Path, sheet_index: int) -> frozenset[int]:
    """Return the numbers, from 1, of rows that are hidden, by hand or by a filter.

    The library that reads the cells does not tell them, so the row tags are searched in the XML.
    """
    hidden: set[int] = set()
    with ZipFile(path) as packed:
        name = _find_sheet_file(packed, sheet_index)
        number, rest = 0, b""
        with packed.open(name) as file:
            while data := file.read(_READ_SIZE_BYTES):
                data = rest + data
                cut = data.rfind(b">") + 1
                for match in _ROW.finditer(data, 0, cut):
                    attributes = match[1] or b""
                    given = _ROW_NUMBER.search(attributes)
                    number = int(given[1]) if given else number + 1
                    if _HIDDEN.search(attributes):
                        hidden.add(number)
                rest = data[cut:][-_MAX_TAG_BYTES:]
    return frozenset(hidden)


def _find_sheet_file(packed: ZipFile, index: int) -> str:
    """Return the name in the zip of the sheet with an index in the workbook.

    :raises KeyError: the file is no XLSX workbook.
    """
    workbook = _read_directory(packed, "xl/workbook.xml")
    sheets = [_read_attributes(match[1]) for match in _SHEET.finditer(workbook)]
    if index >= len(sheets):
        raise KeyError(index)
    identity = next(value for key, value in sheets[index].items() if key.endswith(b":id"))
    relationships = _read_directory(packed, "xl/_rels/workbook.xml.rels")
    for match in _RELATIONSHIP.finditer(relationships):
        attributes = _read_attributes(match[1])
        if attributes.get(b"Id") == identity:
            target = attributes[b"Target"].decode()
            return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    raise KeyError(index)


def _read_directory(packed: ZipFile, name: str) -> bytes:
    with packed.open(name) as file:
        return file.read(_MAX_DIRECTORY_BYTES)


def _read_attributes(tag: bytes) -> dict[bytes, bytes]:
    return {match[1]: match[2] or match[3] or b"" for match in _ATTRIBUTE.finditer(tag)}
