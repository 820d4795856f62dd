"""Sheets as people make them: merged cells, hidden and filtered rows, long numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from domain.exchange.imports import HiddenRows
from domain.exchange.table_marks import MERGED_ACROSS, MERGED_DOWN, has_lost_digits
from services.exchange.table_reader import TableLimits, TableUnreadable, read_rows
from services.exchange.workbook_reader import format_cell


def save(folder: Path, fill: Callable[[Worksheet], None]) -> Path:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        fill(book.add_worksheet())
    path = folder / "table"
    path.write_bytes(file.getvalue())
    return path


def test_a_cell_merged_over_rows_has_its_value_in_each(folder: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["单位", "岗位"])
        sheet.merge_range(1, 0, 3, 0, "某厂")
        for line, title in enumerate(["电工", "焊工"], start=1):
            sheet.write(line, 1, title)
        sheet.write_row(4, 0, ["另一厂", "保安"])

    assert list(read_rows(save(folder, fill))) == [
        (1, ["单位", "岗位"]),
        (2, [f"{MERGED_DOWN}某厂", "电工"]),
        (3, [f"{MERGED_DOWN}某厂", "焊工"]),
        # Row 4 has nothing of its own.
        (5, ["另一厂", "保安"]),
    ]


def test_a_cell_merged_over_columns_marks_those_it_covers(folder: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 2, "汇总表")
        sheet.write_row(1, 0, ["岗位", "内容", "条件"])
        sheet.write(2, 0, "电工")
        sheet.merge_range(2, 1, 2, 2, "面谈")
        sheet.merge_range(3, 1, 4, 2, "一块")
        sheet.write(3, 0, "焊工")
        sheet.write(4, 0, "保安")

    block = [f"{MERGED_DOWN}一块", MERGED_ACROSS]
    assert list(read_rows(save(folder, fill))) == [
        (1, ["汇总表", MERGED_ACROSS, MERGED_ACROSS]),
        (2, ["岗位", "内容", "条件"]),
        (3, ["电工", "面谈", MERGED_ACROSS]),
        (4, ["焊工", *block]),
        (5, ["保安", *block]),
    ]


def filtered(sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["岗位", "工资"])
    for line in range(1, 11):
        sheet.write_row(line, 0, [f"岗位{line}", 5000 + line])
    sheet.autofilter(0, 0, 10, 1)
    for line in range(3, 11):
        sheet.set_row(line, None, None, {"hidden": True})


def by_hand(sheet: Worksheet) -> None:
    filtered(sheet)
    sheet.set_row(11, 0)


def outlined(sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["岗位", "工资"])
    for line in range(1, 11):
        sheet.write_row(line, 0, [f"岗位{line}", 5000 + line])
        if line > 2:
            sheet.set_row(line, None, None, {"level": 1, "hidden": True})


def of_no_height(sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["岗位", "工资"])
    for line in range(1, 11):
        sheet.write_row(line, 0, [f"岗位{line}", 5000 + line])
        if line > 2:
            sheet.set_row(line, 0)


@pytest.mark.parametrize("fill", [filtered, by_hand, outlined, of_no_height])
def test_hidden_rows_are_counted_and_asked_about(
    folder: Path, fill: Callable[[Worksheet], None]
) -> None:
    path = save(folder, fill)
    with pytest.raises(TableUnreadable, match="hides 8 of its 11 rows") as refused:
        list(read_rows(path, hidden_rows=HiddenRows.ASK))
    assert "共11行，其中8行" in refused.value.message_zh
    counts: dict[str, int] = {}
    included = list(read_rows(path, hidden_rows=HiddenRows.INCLUDE, counts=counts))
    assert (len(included), counts) == (11, {"hidden": 8})
    skipped = list(read_rows(path, hidden_rows=HiddenRows.SKIP, counts=counts))
    assert ([number for number, _ in skipped], counts) == ([1, 2, 3], {"hidden": 8})


def test_the_rows_of_the_sheet_that_is_read_count(folder: Path) -> None:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        hidden = book.add_worksheet("旧")
        filtered(hidden)
        hidden.hide()
        shown = book.add_worksheet("新")
        shown.write_row(0, 0, ["岗位"])
        shown.activate()
        shown.set_first_sheet()
    path = folder / "table"
    path.write_bytes(file.getvalue())
    assert list(read_rows(path, hidden_rows=HiddenRows.ASK)) == [(1, ["岗位"])]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (6500.0, "6500"),
        (310115.0, "310115"),
        (0.1 + 0.2, "0.3"),
        (25.4, "25.4"),
        (123456789012345.0, "123456789012345"),
        (1234567890123456.0, "1234567890123456"),
        (-5.0, "-5"),
        (True, "TRUE"),
    ],
)
def test_a_number_that_a_cell_holds_exactly_is_written_plainly(number: float, text: str) -> None:
    assert format_cell(number) == text
    assert not has_lost_digits(text)


@pytest.mark.parametrize(
    "number",
    [
        320000000000012345.0,
        91310000123456789.0,
        # Excel has replaced the sixteenth digit of what was typed by a zero.
        1234567890123450.0,
        1e300,
        -320000000000012345.0,
    ],
)
def test_a_number_that_lost_digits_shows_it(number: float) -> None:
    assert has_lost_digits(format_cell(number))


@given(st.integers(10**16, 10**25))
def test_any_number_of_seventeen_digits_or_more_shows_that_digits_were_lost(number: int) -> None:
    assert has_lost_digits(format_cell(float(number)))


@pytest.mark.parametrize("cell", ["3.2E+17", "3.20E+17", "3e+17", " 3.2E+17 "])
def test_a_number_with_an_exponent_in_a_text_lost_digits(cell: str) -> None:
    assert has_lost_digits(cell)


@pytest.mark.parametrize("cell", ["E+", "1E10", "A3.2E+17", "3.2E+17元", "C1E", "C++"])
def test_other_texts_lost_no_digits(cell: str) -> None:
    assert not has_lost_digits(cell)


def test_too_many_merged_cells_are_refused(folder: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for line in range(4):
            sheet.merge_range(line, 0, line, 1, "x")

    with pytest.raises(TableUnreadable):
        list(read_rows(save(folder, fill), TableLimits(max_merged_ranges=3)))
