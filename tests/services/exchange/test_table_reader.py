"""Any file is read as rows of text, or refused with a message that says what to do."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.exchange.table_reader import (
    DEFAULT_LIMITS,
    EXCESS_CELLS_MARK,
    TableUnreadable,
    main,
    read_rows,
)


def rows(folder: Path, content: bytes) -> list[tuple[int, list[str]]]:
    path = folder / "table"
    path.write_bytes(content)
    return list(read_rows(path))


def workbook(fill: Callable[[Workbook, Worksheet], None]) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


LINES = "岗位名称,工资\r\n电工,6500\r\n\r\n“焊”工,\r\n"
READ = [(1, ["岗位名称", "工资"]), (2, ["电工", "6500"]), (4, ["“焊”工"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_that_spreadsheets_write(
    folder: Path, encoding: str
) -> None:
    assert rows(folder, LINES.encode(encoding)) == READ


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_the_separator_is_the_one_in_the_headings(folder: Path, separator: str) -> None:
    assert rows(folder, LINES.replace(",", separator).encode()) == READ


def test_a_quoted_cell_may_hold_lines_and_quotes(folder: Path) -> None:
    content = b'a,b\n"one\ntwo","say ""hi"""\nlast,"open'
    assert rows(folder, content) == [
        (1, ["a", "b"]),
        (2, ["one\ntwo", 'say "hi"']),
        (3, ["last", "open"]),
    ]


def test_an_excel_file_is_read_as_a_person_sees_it(folder: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["编号", 310115, 6500.0, 7.5])
        sheet.write_string(1, 0, "007")
        sheet.write_datetime(1, 1, dt.datetime(2026, 12, 31), day)  # noqa: DTZ001 - a cell has no zone
        sheet.write_datetime(1, 2, dt.time(8, 30), clock)
        sheet.write_boolean(1, 3, True)
        sheet.write_formula(3, 0, '="电"&"工"', None, "电工")
        sheet.write_formula(3, 1, "=6000+500", None, 6500)
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
        sheet.write_datetime(3, 3, dt.datetime(2026, 1, 2, 8, 30), day)  # noqa: DTZ001 - the same
        book.add_worksheet("另一张").write(0, 0, "not read")

    assert rows(folder, workbook(fill)) == [
        (1, ["编号", "310115", "6500", "7.5"]),
        (2, ["007", "2026-12-31", "08:30:00", "TRUE"]),
        (4, ["电工", "6500", "", "2026-01-02 08:30:00"]),
    ]


def test_hidden_sheets_are_skipped(folder: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.hide()
        sheet.write(0, 0, "hidden")
        shown = book.add_worksheet()
        shown.write(0, 0, "shown")
        shown.activate()
        shown.set_first_sheet()

    assert rows(folder, workbook(fill)) == [(1, ["shown"])]


def test_a_long_cell_and_a_long_row_are_cut_and_marked(folder: Path) -> None:
    ((_, cells),) = rows(folder, ("x" * (DEFAULT_LIMITS.max_cell_characters + 500)).encode())
    assert len(cells[0]) == DEFAULT_LIMITS.max_cell_characters + 1
    ((_, cells),) = rows(folder, (b"x," * (DEFAULT_LIMITS.max_cells_per_row + 9)))
    assert (len(cells), cells[-1]) == (DEFAULT_LIMITS.max_cells_per_row + 1, EXCESS_CELLS_MARK)
    ((_, cells),) = rows(folder, b"x" + b"," * (DEFAULT_LIMITS.max_cells_per_row + 9))
    assert cells == ["x"]


def lying_zip(size: int) -> bytes:
    """Return a zip whose directory says that its entry unpacks to ``size`` bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "x")
    content = bytearray(file.getvalue())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", size)
    return bytes(content)


def many_entries() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(DEFAULT_LIMITS.max_zip_entries + 1):
            packed.writestr(str(number), "")
    return file.getvalue()


UNREADABLE = {
    "an old Excel file": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old or protected"),
    "a picture": (b"\x89PNG\r\n\x1a\n\xff\xff\xff", "not text"),
    "a zip that is no workbook": (lying_zip(1), "cannot be read"),
    "a zip that bursts": (lying_zip(DEFAULT_LIMITS.max_unpacked_bytes + 1), "too large inside"),
    "a zip of many parts": (many_entries(), "too large inside"),
    "half a workbook": (workbook(lambda _, sheet: sheet.write(0, 0, "x"))[:900], "damaged"),
    "a line without end": (b'"' + b"x" * (2 << 20), "a line that cannot be read"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_a_file_that_is_no_table_is_refused_with_what_to_do(
    folder: Path, content: bytes, message: str
) -> None:
    with pytest.raises(TableUnreadable, match=message):
        rows(folder, content)


def test_the_last_item_says_how_reading_ended(folder: Path) -> None:
    out = io.BytesIO()
    (folder / "table").write_bytes(b"a\nb\n")
    main(folder / "table", out)
    assert [orjson.loads(line) for line in out.getvalue().splitlines()] == [
        [1, ["a"]],
        [2, ["b"]],
        {"end": 2, "hidden": 0},
    ]
    out = io.BytesIO()
    (folder / "table").write_bytes(UNREADABLE["an old Excel file"][0])
    main(folder / "table", out)
    (last_line,) = out.getvalue().splitlines()
    assert orjson.loads(last_line)["refused"].startswith("This is an old")


hostile = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.integers(0, 4000).map(lambda cut: UNREADABLE["half a workbook"][0][:cut]),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile)
def test_any_bytes_are_rows_or_unreadable_and_nothing_else(folder: Path, content: bytes) -> None:
    found: list[tuple[int, list[str]]] = []
    with suppress(TableUnreadable):
        found = rows(folder, content)
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    for _, cells in found:
        assert cells[-1].strip()
        assert len(cells) <= DEFAULT_LIMITS.max_cells_per_row + 1
        orjson.dumps(cells)
