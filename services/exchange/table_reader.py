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

MOST_CELLS = 64
"""Cells of a row; one more stands for all that come after."""
LONGEST_CELL = 5_000
"""Characters of a cell that are read: more than any column takes, so a longer one is refused."""
MOST_UNPACKED = 384 << 20
MOST_PARTS = 2_000
"""Of an XLSX, which is a zip: what it says it unpacks to, and its files."""
MEMORY = 1_536 << 20
SECONDS = 90
"""What reading one file may take."""
MORE = "…"
MOST_EXACT = 1 << 53
"""Whole numbers below are exact in a cell."""

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PIECE = 1 << 20


class Unreadable(Exception):
    """The file is no table; the message says what to do."""


Row = tuple[int, list[str]]


def rows_of(path: Path) -> Iterator[Row]:
    """The rows that are not blank, with their numbers in the file, from 1.

    :raises Unreadable: it is no CSV and no XLSX, or one that is too large inside.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD_EXCEL:
        raise Unreadable("This is an old or protected Excel file. Save it as .xlsx or as CSV.")
    for number, cells in enumerate(_xlsx(path) if head == _ZIP else _csv(path), start=1):
        given = [_text(cell)[: LONGEST_CELL + 1] for cell in cells[:MOST_CELLS]]
        if any(str(cell).strip() for cell in cells[MOST_CELLS:]):
            given.append(MORE)
        while given and not given[-1].strip():
            given.pop()
        if given:
            yield number, given


def _csv(path: Path) -> Iterator[Sequence[Any]]:
    encoding = _encoding(path)
    csv.field_size_limit(1 << 20)
    with path.open(encoding=encoding, newline="") as file:
        heading = file.readline(1 << 16)
        file.seek(0)
        separator = max(",\t;", key=heading.count)
        try:
            yield from csv.reader(file, delimiter=separator)
        except csv.Error:
            raise Unreadable(
                "The CSV has a line that cannot be read. Save it again from the spreadsheet."
            ) from None


def _encoding(path: Path) -> str:
    """UTF-8 if all of it is, else GB18030 as Excel on Chinese Windows writes it.

    :raises Unreadable: it is neither.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        with suppress(UnicodeError), path.open(encoding=encoding, newline="") as file:
            while file.read(_PIECE):
                pass
            return encoding
    raise Unreadable("The file is not text in UTF-8 or GB18030. Save it as CSV UTF-8 or as .xlsx.")


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    _check_size(path)
    refused = Unreadable("The Excel file cannot be read. Save it again as .xlsx, or as CSV UTF-8.")
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


def _check_size(path: Path) -> None:
    """Pass when the zip does not unpack to more than can be right.

    :raises Unreadable: it does, or is no zip.
    """
    try:
        with ZipFile(path) as packed:
            parts = packed.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise Unreadable("The Excel file is damaged. Save it again as .xlsx.") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable("The Excel file is too large inside. Keep the first sheet only.")


def _text(cell: Any) -> str:
    """What a person sees in the cell: 6500 for 6500.0, a day without the hour."""
    said = str(cell)
    if isinstance(cell, bool):
        said = "TRUE" if cell else "FALSE"
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < MOST_EXACT:
        # All digits, as a code in a cell for numbers has them.
        said = str(int(cell))
    elif isinstance(cell, dt.datetime) and cell.time() == dt.time():
        said = cell.date().isoformat()
    return said


def _confine() -> None:
    """Bound what this process may take, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main(path: Path, out: IO[bytes]) -> None:
    """Write the rows of a file, and how it ended."""
    read = 0
    last: dict[str, Any]
    try:
        for row in rows_of(path):
            out.write(orjson.dumps(row) + b"\n")
            read += 1
        last = {"end": read}
    except Unreadable as why:
        last = {"refused": str(why)}
    out.write(orjson.dumps(last) + b"\n")
    out.flush()


if __name__ == "__main__":
    _confine()
    main(Path(sys.argv[1]), sys.stdout.buffer)
