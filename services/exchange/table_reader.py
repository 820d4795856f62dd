"""A table that somebody sends, CSV or XLSX, as rows of texts; hostile ones included.

``python -m api.tables FILE`` writes one JSON array ``[number, [cell, ...]]`` a line for each row
that is not blank, and ``{"end": rows}`` or ``{"refused": why}`` at last. It runs as a process of
its own with bounds on memory and time: a file that is made to burst bursts there, and no live room
waits while it is read.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import orjson
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

MAX_CELLS_PER_ROW = 64
"""Cells of a row; one more stands for all that come after."""
MAX_CELL_LENGTH = 5_000
"""Characters of a cell that are read: more than any column takes, so a longer one is refused."""
MAX_UNPACKED_BYTES = 384 << 20
MAX_ZIP_ENTRIES = 2_000
"""Of an XLSX, which is a zip: what it says it unpacks to, and its files."""
MEMORY_LIMIT_BYTES = 1_536 << 20
CPU_LIMIT_SECONDS = 90
"""What reading one file may take."""
EXCESS_CELLS_MARK = "…"
MAX_EXACT_INTEGER = 1 << 53
"""Whole numbers below are exact in a cell."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_READ_SIZE_BYTES = 1 << 20


class TableUnreadable(Exception):
    """The file is no table; the message says what to do."""


Row = tuple[int, list[str]]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows that are not blank, with their numbers in the file, from 1.

    :raises Unreadable: it is no CSV and no XLSX, or one that is too large inside.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD_EXCEL:
        raise TableUnreadable("This is an old or protected Excel file. Save it as .xlsx or as CSV.")
    for number, cells in enumerate(_read_xlsx(path) if head == _ZIP else _read_csv(path), start=1):
        given = [_cell_text(cell)[: MAX_CELL_LENGTH + 1] for cell in cells[:MAX_CELLS_PER_ROW]]
        if any(str(cell).strip() for cell in cells[MAX_CELLS_PER_ROW:]):
            given.append(EXCESS_CELLS_MARK)
        while given and not given[-1].strip():
            given.pop()
        if given:
            yield number, given


def _read_csv(path: Path) -> Iterator[Sequence[Any]]:
    encoding = _detect_encoding(path)
    csv.field_size_limit(1 << 20)
    with path.open(encoding=encoding, newline="") as file:
        heading = file.readline(1 << 16)
        file.seek(0)
        separator = max(",\t;", key=heading.count)
        try:
            yield from csv.reader(file, delimiter=separator)
        except csv.Error:
            raise TableUnreadable(
                "The CSV has a line that cannot be read. Save it again from the spreadsheet."
            ) from None


def _detect_encoding(path: Path) -> str:
    """UTF-8 if all of it is, else GB18030 as Excel on Chinese Windows writes it.

    :raises Unreadable: it is neither.
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
        "The file is not text in UTF-8 or GB18030. Save it as CSV UTF-8 or as .xlsx."
    )


def _read_xlsx(path: Path) -> Iterator[Sequence[Any]]:
    _check_unpacked_size(path)
    refused = TableUnreadable(
        "The Excel file cannot be read. Save it again as .xlsx, or as CSV UTF-8."
    )
    try:
        with CalamineWorkbook.from_path(path) as book:
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible is SheetVisibleEnum.Visible
            ]
            if not shown:
                raise refused
            sheet = book.get_sheet_by_name(shown[0])
            yield from sheet.iter_rows()
    except (CalamineError, OSError, ValueError):
        raise refused from None


def _check_unpacked_size(path: Path) -> None:
    """Pass when the zip does not unpack to more than can be right.

    :raises Unreadable: it does, or is no zip.
    """
    try:
        with ZipFile(path) as packed:
            parts = packed.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise TableUnreadable("The Excel file is damaged. Save it again as .xlsx.") from None
    if len(parts) > MAX_ZIP_ENTRIES or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise TableUnreadable("The Excel file is too large inside. Keep the first sheet only.")


def _cell_text(cell: Any) -> str:
    """What a person sees in the cell: 6500 for 6500.0, a day without the hour."""
    said = str(cell)
    if isinstance(cell, bool):
        said = "TRUE" if cell else "FALSE"
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < MAX_EXACT_INTEGER:
        # All digits, as a code in a cell for numbers has them.
        said = str(int(cell))
    elif isinstance(cell, dt.datetime) and cell.time() == dt.time():
        said = cell.date().isoformat()
    return said


def _limit_resources() -> None:
    """Bound what this process may take, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_SECONDS, CPU_LIMIT_SECONDS))


def main(path: Path, out: IO[bytes]) -> None:
    """Write the rows of a file, and how it ended."""
    read = 0
    last: dict[str, Any]
    try:
        for row in read_rows(path):
            out.write(orjson.dumps(row) + b"\n")
            read += 1
        last = {"end": read}
    except TableUnreadable as why:
        last = {"refused": str(why)}
    out.write(orjson.dumps(last) + b"\n")
    out.flush()


if __name__ == "__main__":
    _limit_resources()
    main(Path(sys.argv[1]), sys.stdout.buffer)
