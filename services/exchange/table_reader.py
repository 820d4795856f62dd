"""Reads an uploaded table, CSV or XLSX, as rows of texts. The file may be hostile.

``python -m services.exchange.table_reader FILE LIMITS`` prints one JSON array
``[number, [cell, ...]]`` a line for each row that is not blank. Its last line is ``{"end": rows}``,
or ``{"refused": why, "refused_zh": why}`` when the file is no table. LIMITS is ``TableLimits`` as a
JSON object.

It runs in a process of its own with limits on memory and processor time: a file that expands
without end breaks only this process, and no live session waits while a file is read.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import orjson
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

EXCESS_CELLS_MARK = "…"
"""The last cell of a row that was cut: it stands for the cells that were left out."""
MAX_EXACT_INTEGER = 1 << 53
"""Whole numbers below this are exact in a cell, which holds a double."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_READ_SIZE_BYTES = 1 << 20
_MAX_CSV_FIELD_CHARACTERS = 1 << 20
_MAX_HEADING_CHARACTERS = 1 << 16

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


def read_rows(path: Path, limits: TableLimits = DEFAULT_LIMITS) -> Iterator[Row]:
    """Yield the rows that are not blank.

    :raises TableUnreadable: the file is neither CSV nor XLSX, or is too large inside.
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
    for number, cells in enumerate(rows, start=1):
        texts = [_cell_text(cell)[: max_characters + 1] for cell in cells[:max_cells]]
        if any(str(cell).strip() for cell in cells[max_cells:]):
            texts.append(EXCESS_CELLS_MARK)
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            yield number, texts


def _read_csv(path: Path) -> Iterator[Sequence[Any]]:
    encoding = _detect_encoding(path)
    csv.field_size_limit(_MAX_CSV_FIELD_CHARACTERS)
    with path.open(encoding=encoding, newline="") as file:
        heading = file.readline(_MAX_HEADING_CHARACTERS)
        file.seek(0)
        separator = max(",\t;", key=heading.count)
        try:
            yield from csv.reader(file, delimiter=separator)
        except csv.Error:
            raise TableUnreadable(
                "The CSV has a line that cannot be read. Save it again from the spreadsheet.",
                "CSV 文件中有无法读取的行，请用表格软件重新保存。",
            ) from None


def _detect_encoding(path: Path) -> str:
    """Return UTF-8 when the whole file is, else GB18030, which Excel on Chinese Windows writes.

    A byte order mark decides before both.

    :raises TableUnreadable: the file has no such encoding.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        with suppress(UnicodeError), path.open(encoding=encoding, newline="") as file:
            while file.read(_READ_SIZE_BYTES):
                pass
            return encoding
    raise TableUnreadable(
        "The file is not text in UTF-8 or GB18030. Save it as CSV UTF-8 or as .xlsx.",
        "文件不是 UTF-8 或 GB18030 文本，请另存为 CSV UTF-8 或 .xlsx。",
    )


def _read_xlsx(path: Path, limits: TableLimits) -> Iterator[Sequence[Any]]:
    """Yield the rows of the first sheet that is not hidden."""
    _check_unpacked_size(path, limits)
    refusal = TableUnreadable(
        "The Excel file cannot be read. Save it again as .xlsx, or as CSV UTF-8.",
        "Excel 文件无法读取，请重新保存为 .xlsx 或 CSV UTF-8。",
    )
    try:
        with CalamineWorkbook.from_path(path) as book:
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible is SheetVisibleEnum.Visible
            ]
            if not shown:
                raise refusal
            sheet = book.get_sheet_by_name(shown[0])
            yield from sheet.iter_rows()
    except (CalamineError, OSError, ValueError):
        raise refusal from None


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


def _cell_text(cell: Any) -> str:
    """Return what a person sees in the cell: 6500 for 6500.0, a date without midnight."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < MAX_EXACT_INTEGER:
        # Without an exponent: the number may be a code in a numeric cell.
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def _limit_resources(limits: TableLimits) -> None:
    """Limit the memory and processor time of this process, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))


def main(path: Path, out: IO[bytes], limits: TableLimits = DEFAULT_LIMITS) -> None:
    """Write the rows of a file to ``out`` as JSON lines, and a last line that says how it ended."""
    rows = 0
    last_line: dict[str, Any]
    try:
        for row in read_rows(path, limits):
            out.write(orjson.dumps(row) + b"\n")
            rows += 1
        last_line = {"end": rows}
    except TableUnreadable as why:
        last_line = {"refused": why.message, "refused_zh": why.message_zh}
    out.write(orjson.dumps(last_line) + b"\n")
    out.flush()


if __name__ == "__main__":
    given = TableLimits(**orjson.loads(sys.argv[2]))
    _limit_resources(given)
    main(Path(sys.argv[1]), sys.stdout.buffer, given)
