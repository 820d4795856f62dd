"""Parsers of import cells: usual spellings, faults, and any text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange import cell_parsers
from domain.exchange.cell_parsers import CellFault
from domain.postings.pay import PayPeriod
from domain.postings.postings import Shift

shift = cell_parsers.make_enum_parser(Shift)
period = cell_parsers.make_enum_parser(PayPeriod, 月=PayPeriod.MONTH)
READERS: list[Callable[[str], Any]] = [
    cell_parsers.parse_int,
    cell_parsers.parse_hours,
    cell_parsers.parse_degrees,
    cell_parsers.parse_date,
    cell_parsers.parse_time,
    cell_parsers.parse_bool,
    shift,
]

READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (cell_parsers.parse_int, "6500", 6500),
    (cell_parsers.parse_int, " 6,500 元", 6500),
    (cell_parsers.parse_int, "６５００", 6500),
    (cell_parsers.parse_int, "6500.0", 6500),
    (cell_parsers.parse_int, "3人", 3),
    (cell_parsers.parse_int, "-1", -1),
    (cell_parsers.parse_hours, "8", Decimal(8)),
    (cell_parsers.parse_hours, "7.50", Decimal("7.5")),
    (cell_parsers.parse_hours, "8小时", Decimal(8)),
    (cell_parsers.parse_hours, "40", Decimal(40)),
    (cell_parsers.parse_degrees, "31.23", 31.23),
    (cell_parsers.parse_degrees, "-5", -5.0),
    (cell_parsers.parse_date, "2026-12-31", date(2026, 12, 31)),
    (cell_parsers.parse_date, "2026/2/3", date(2026, 2, 3)),
    (cell_parsers.parse_date, "2026.02.03", date(2026, 2, 3)),
    (cell_parsers.parse_date, "2026年2月3日", date(2026, 2, 3)),
    (cell_parsers.parse_date, "20260203", date(2026, 2, 3)),
    (cell_parsers.parse_date, "2026-02-03 00:00:00", date(2026, 2, 3)),
    (cell_parsers.parse_time, "8:30", time(8, 30)),
    (cell_parsers.parse_time, "08：30", time(8, 30)),
    (cell_parsers.parse_time, "22:05:00", time(22, 5)),
    (cell_parsers.parse_time, "1899-12-31 08:30:00", time(8, 30)),
    (cell_parsers.parse_bool, "是", True),
    (cell_parsers.parse_bool, "TRUE", True),
    (cell_parsers.parse_bool, "否", False),
    (shift, "白班", Shift.DAY),
    (shift, " two_shift ", Shift.TWO_SHIFT),
    (period, "元/月", PayPeriod.MONTH),
    (period, "月", PayPeriod.MONTH),
]
UNREAD: list[tuple[Callable[[str], Any], str, str]] = [
    (cell_parsers.parse_int, "面议", "NOT_A_WHOLE_NUMBER"),
    (cell_parsers.parse_int, "6500.5", "NOT_A_WHOLE_NUMBER"),
    (cell_parsers.parse_int, "6000-8000", "NOT_A_WHOLE_NUMBER"),
    (cell_parsers.parse_int, "9" * 400, "NOT_A_WHOLE_NUMBER"),
    (cell_parsers.parse_hours, "八", "NOT_A_NUMBER"),
    (cell_parsers.parse_hours, "1e3", "NOT_A_NUMBER"),
    (cell_parsers.parse_degrees, "nan", "NOT_A_NUMBER"),
    (cell_parsers.parse_date, "2026-02-30", "NOT_A_DATE"),
    (cell_parsers.parse_date, "明天", "NOT_A_DATE"),
    (cell_parsers.parse_date, "2026-02-03 08:30:00", "NOT_A_DATE"),
    (cell_parsers.parse_time, "24:00", "NOT_A_TIME"),
    (cell_parsers.parse_time, "8点", "NOT_A_TIME"),
    (cell_parsers.parse_bool, "也许", "NOT_YES_OR_NO"),
    (shift, "夜班", "NOT_IN_THE_LIST"),
]


@pytest.mark.parametrize(("read", "cell", "wanted"), READ)
def test_usual_spellings_of_a_cell_are_parsed(
    read: Callable[[str], Any], cell: str, wanted: Any
) -> None:
    assert read(cell) == wanted


@pytest.mark.parametrize(("read", "cell", "code"), UNREAD)
def test_an_ambiguous_cell_is_a_fault_in_both_languages(
    read: Callable[[str], Any], cell: str, code: str
) -> None:
    with pytest.raises(CellFault) as fault:
        read(cell)
    assert fault.value.code == code
    assert fault.value.message.endswith(".")
    assert fault.value.message_zh.endswith("。")


def test_a_fault_lists_the_options_and_shows_only_printable_text() -> None:
    with pytest.raises(CellFault) as fault:
        shift("\x1b[31m夜班")
    assert fault.value.message_zh == "“[31m夜班”不在可选项中：白班、两班倒、三班倒、弹性。"


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_a_fault(cell: str) -> None:
    for read in READERS:
        with suppress(CellFault):
            read(cell)
