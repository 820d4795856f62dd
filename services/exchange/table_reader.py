"""Reads an uploaded table, CSV or XLSX, as rows of texts. The file may be hostile.

``python -m services.exchange.table_reader FILE LIMITS HIDDEN`` prints one JSON array
``[number, [cell, ...]]`` a line for each row that is not blank. Its last line is
``{"end": rows, "hidden": rows}``, or ``{"refused": why, "refused_zh": why}`` when the file is no
table. LIMITS is ``TableLimits`` as a JSON object, HIDDEN a ``HiddenRows``.

It runs in a process of its own with limits on memory and processor time: a file that expands
without end breaks only this process, and no live session waits while a file is read. What happened
to a cell is told by ``table_marks``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import orjson

from domain.exchange.imports import HiddenRows
from domain.exchange.table_marks import FOREIGN_MARKS
from services.exchange.text_decoding import CHARACTER_FIXES, DECODE_ERRORS, detect_encoding
from services.exchange.workbook_reader import SheetRow, WorkbookUnreadable, read_sheet

EXCESS_CELLS_MARK = "…"
"""The last cell of a row that was cut: it stands for the cells that were left out."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MAX_CSV_FIELD_CHARACTERS = 1 << 20
_MAX_HEADING_CHARACTERS = 1 << 16
_TEXT_FORMULA = re.compile(r'="([^"]*)"')

Row = tuple[int, list[str]]
"""The number of a row in the file, from 1, and its cells."""


@dataclass(frozen=True, kw_only=True)
class TableLimits:
    """What a table may hold, and what reading it may take."""

    max_cells_per_row: int = 64
    """Cells of a row. ``EXCESS_CELLS_MARK`` stands for all that follow."""
    max_cell_characters: int = 5_000
    """Characters of a cell. One more is read, so that the column refuses a longer cell."""
    max_unpacked_bytes: int = 384 << 20
    """Bytes that an XLSX file, which is a zip, says it unpacks to."""
    max_zip_entries: int = 2_000
    """Files inside an XLSX file."""
    max_merged_ranges: int = 20_000
    """Merged ranges of the sheet."""
    memory_bytes: int = 1_536 << 20
    """Address space of the process that reads."""
    cpu_seconds: int = 90
    """Processor time of the process that reads."""


DEFAULT_LIMITS = TableLimits()


class TableUnreadable(Exception):
    """The file is no table. ``message`` and ``message_zh`` tell the user what to do."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message = message
        self.message_zh = message_zh


def read_rows(
    path: Path,
    limits: TableLimits = DEFAULT_LIMITS,
    hidden_rows: HiddenRows = HiddenRows.INCLUDE,
    counts: dict[str, int] | None = None,
) -> Iterator[Row]:
    """Yield the rows that are not blank; ``counts["hidden"]`` becomes the number of hidden ones.

    :raises TableUnreadable: the file is neither CSV nor XLSX, or is too large inside; or, after
        the last row, it hides rows and nobody has said what to do with them.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD_EXCEL:
        raise TableUnreadable(
            "This is an old or protected Excel file. Save it as .xlsx or as CSV.",
            "这是旧版或受保护的 Excel 文件，请另存为 .xlsx 或 CSV。",
        )
    rows = _read_xlsx(path, limits) if head == _ZIP else _read_csv(path)
    max_cells, max_characters = limits.max_cells_per_row, limits.max_cell_characters
    hidden = total = 0
    for number, (cells, has_own_cell, is_hidden) in enumerate(rows, start=1):
        if not has_own_cell:
            continue
        total += 1
        hidden += is_hidden
        if is_hidden and hidden_rows is HiddenRows.SKIP:
            continue
        texts = [cell[: max_characters + 1] for cell in cells[:max_cells]]
        if any(cell.strip() for cell in cells[max_cells:]):
            texts.append(EXCESS_CELLS_MARK)
        while texts and not texts[-1].strip():
            texts.pop()
        yield number, texts
    if hidden and hidden_rows is HiddenRows.ASK:
        raise TableUnreadable(
            f"The sheet hides {hidden} of its {total} rows, by hand or by a filter. Say what is "
            "meant: hiddenRows=SKIP leaves them out, hiddenRows=INCLUDE imports them, too.",
            f"表格共{total}行，其中{hidden}行被隐藏或筛选掉。请明确处理方式：hiddenRows=SKIP"
            "不导入隐藏行，hiddenRows=INCLUDE一并导入。",
        )
    if counts is not None:
        counts["hidden"] = hidden


def _read_csv(path: Path) -> Iterator[SheetRow]:
    encoding = detect_encoding(path)
    if encoding is None:
        raise TableUnreadable(
            "The file is not text in UTF-8, UTF-16 or GB18030. Save it as CSV UTF-8 or as .xlsx.",
            "文件不是 UTF-8、UTF-16 或 GB18030 文本，请另存为 CSV UTF-8 或 .xlsx。",
        )
    fixes = FOREIGN_MARKS | (CHARACTER_FIXES if encoding == "gb18030" else {})
    csv.field_size_limit(_MAX_CSV_FIELD_CHARACTERS)
    with path.open(encoding=encoding, errors=DECODE_ERRORS, newline="") as file:
        heading = file.readline(_MAX_HEADING_CHARACTERS)
        file.seek(0)
        separator = max(",\t;", key=heading.count)
        lines = (line.translate(fixes) if not line.isascii() else line for line in file)
        try:
            for cells in csv.reader(lines, delimiter=separator):
                texts = [_read_text_formula(cell) for cell in cells]
                yield texts, any(text.strip() for text in texts), False
        except csv.Error:
            raise TableUnreadable(
                "The CSV has a line that cannot be read. Save it again from the spreadsheet.",
                "CSV 文件中有无法读取的行，请用表格软件重新保存。",
            ) from None


def _read_text_formula(cell: str) -> str:
    """Return the text in ``="00123"``, by which a CSV keeps the digits of a number."""
    match = _TEXT_FORMULA.fullmatch(cell) if cell.startswith('="') else None
    return match[1] if match else cell


def _read_xlsx(path: Path, limits: TableLimits) -> Iterator[SheetRow]:
    """Yield the rows of the first sheet that is not hidden."""
    _check_unpacked_size(path, limits)
    try:
        yield from read_sheet(path, limits.max_cells_per_row, limits.max_merged_ranges)
    except WorkbookUnreadable:
        raise TableUnreadable(
            "The Excel file cannot be read. Save it again as .xlsx, or as CSV UTF-8.",
            "Excel 文件无法读取，请重新保存为 .xlsx 或 CSV UTF-8。",
        ) from None


def _check_unpacked_size(path: Path, limits: TableLimits) -> None:
    """Pass when the zip has few enough files and says that it unpacks to few enough bytes.

    :raises TableUnreadable: it exceeds a limit, or is no zip.
    """
    try:
        with ZipFile(path) as packed:
            entries = packed.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise TableUnreadable(
            "The Excel file is damaged. Save it again as .xlsx.",
            "Excel 文件已损坏，请重新保存为 .xlsx。",
        ) from None
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.max_zip_entries or unpacked > limits.max_unpacked_bytes:
        raise TableUnreadable(
            "The Excel file is too large inside. Keep the first sheet only.",
            "Excel 文件内容过大，请只保留第一张工作表。",
        )


def _limit_resources(limits: TableLimits) -> None:
    """Limit the memory and processor time of this process, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))


def main(
    path: Path,
    out: IO[bytes],
    limits: TableLimits = DEFAULT_LIMITS,
    hidden_rows: HiddenRows = HiddenRows.INCLUDE,
) -> None:
    """Write the rows of a file to ``out`` as JSON lines, and a last line that says how it ended."""
    rows = 0
    counts = {"hidden": 0}
    last_line: dict[str, Any]
    try:
        for row in read_rows(path, limits, hidden_rows, counts):
            out.write(orjson.dumps(row) + b"\n")
            rows += 1
        last_line = {"end": rows, **counts}
    except TableUnreadable as why:
        last_line = {"refused": why.message, "refused_zh": why.message_zh}
    out.write(orjson.dumps(last_line) + b"\n")
    out.flush()


if __name__ == "__main__":
    given = TableLimits(**orjson.loads(sys.argv[2]))
    _limit_resources(given)
    main(Path(sys.argv[1]), sys.stdout.buffer, given, HiddenRows[sys.argv[3]])
