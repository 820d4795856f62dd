"""Words in place of values: headcount, last day, education, experience, provisions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.cell_parsers import CellFault, CellReading
from domain.exchange.provision_cells import parse_provisions
from domain.exchange.schedule_cells import parse_rest, parse_shift
from domain.exchange.word_cells import (
    OPEN_ENDED,
    EducationCell,
    ExperienceCell,
    parse_coded_texts,
    parse_education,
    parse_experience,
    parse_headcount,
    parse_last_day,
)
from domain.postings.pay import PayComponentKind
from domain.postings.postings import Benefit, InsuranceKind, Shift
from domain.postings.requirements import CodedText, RequiredEducation
from domain.postings.work_schedule import RestDays, WorkSchedule

ALL_KINDS = frozenset(InsuranceKind)
FUND, MEALS, DORMITORY = Benefit.HOUSING_FUND, Benefit.MEALS, Benefit.DORMITORY


def assumed(found: Any) -> tuple[Any, str]:
    assert isinstance(found, CellReading)
    assert found.note.message_zh
    return found.value, found.note.code


@pytest.mark.parametrize("cell", ["3", "3人", "３名", "3 位", "3个", "三", "三人", "招3人"])
def test_a_number_of_people(cell: str) -> None:
    assert parse_headcount(cell) == 3


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *(("若干", 1), ("若干人", 1), ("多名", 1), ("不限", 1), ("10-20人", 10), ("5人以上", 5)),
        *(("约10人", 10), ("十余人", 10), ("三十人左右", 30), ("至少五名", 5), ("大量", 1)),
    ],
)
def test_a_vague_number_of_people_is_taken_with_a_note(cell: str, number: int) -> None:
    assert assumed(parse_headcount(cell)) == (number, "HEADCOUNT_ASSUMED")


@pytest.mark.parametrize("cell", ["长期有效", "长期", "常年招聘", "招满为止", "额满为止"])
def test_a_job_without_an_end_is_open_for_a_year(cell: str) -> None:
    assert assumed(parse_last_day(cell)) == (OPEN_ENDED, "OPEN_FOR_A_YEAR")
    assert parse_last_day("2026-12-31") == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("cell", "insurance", "benefits"),
    [
        ("五险", ALL_KINDS, set()),
        ("五险一金", ALL_KINDS, {FUND}),
        ("缴纳五险一金", ALL_KINDS, {FUND}),
        ("六险二金", ALL_KINDS, {FUND}),
        ("社保", ALL_KINDS, set()),
        ("养老、医疗保险、工伤险", {"PENSION", "MEDICAL", "WORK_INJURY"}, set()),
        ("五险+公积金", ALL_KINDS, {FUND}),
        ("工伤保险 养老", {"PENSION", "WORK_INJURY"}, set()),
        ("包住、包吃", set(), {MEALS, DORMITORY}),
        ("包吃, SHUTTLE_BUS；包吃", set(), {MEALS, Benefit.SHUTTLE_BUS}),
        ("不缴社保", set(), set()),
        ("无", set(), set()),
        ("包吃住", set(), {MEALS, DORMITORY}),
        ("提供食宿，班车接送", set(), {MEALS, DORMITORY, Benefit.SHUTTLE_BUS}),
        ("五险一金、包吃、带薪年假", ALL_KINDS, {FUND, MEALS, Benefit.PAID_LEAVE}),
        ("带薪年假 年度体检 节日福利", set(), {"PAID_LEAVE", "HEALTH_CHECK", "FESTIVAL_GIFTS"}),
    ],
)
def test_insurance_and_benefits(cell: str, insurance: Any, benefits: Any) -> None:
    found = parse_provisions(cell)
    assert (found.insurance, found.benefits) == (insurance, benefits)


def test_rest_days_and_allowances_stand_among_the_benefits() -> None:
    found = parse_provisions("五险一金，双休，餐补，全勤奖")
    assert found.schedule.rest is RestDays.TWO_A_WEEK
    assert [part.kind for part in found.components] == [
        PayComponentKind.MEAL_ALLOWANCE,
        PayComponentKind.FULL_ATTENDANCE,
    ]


@pytest.mark.parametrize(
    ("cell", "schedule"),
    [
        ("双休", WorkSchedule(rest=RestDays.TWO_A_WEEK)),
        ("周末双休", WorkSchedule(rest=RestDays.TWO_A_WEEK)),
        ("单休", WorkSchedule(rest=RestDays.ONE_A_WEEK)),
        ("大小周", WorkSchedule(rest=RestDays.ALTERNATING)),
        ("排班轮休", WorkSchedule(rest=RestDays.BY_ROSTER)),
        ("月休4天", WorkSchedule(rest_days_per_month=4)),
        ("月休四天，轮休", WorkSchedule(rest=RestDays.BY_ROSTER, rest_days_per_month=4)),
        ("做六休一", WorkSchedule(rest=RestDays.ONE_A_WEEK, days_per_week=Decimal(6))),
        ("上五休二", WorkSchedule(rest=RestDays.TWO_A_WEEK, days_per_week=Decimal(5))),
        ("上四休二", WorkSchedule(rest=RestDays.BY_ROSTER)),
    ],
)
def test_rest_days(cell: str, schedule: WorkSchedule) -> None:
    assert parse_rest(cell) == schedule


@pytest.mark.parametrize(
    ("cell", "shift"),
    [
        ("长白班", Shift.DAY),
        ("常白班", Shift.DAY),
        ("朝九晚五", Shift.DAY),
        ("两班", Shift.TWO_SHIFT),
        ("四班三运转", Shift.THREE_SHIFT),
        ("弹性工作制", Shift.FLEXIBLE),
    ],
)
def test_shifts(cell: str, shift: Shift) -> None:
    assert parse_shift(cell).shift is shift
    both = parse_shift(f"{cell}，双休")
    assert (both.shift, both.schedule.rest) == (shift, RestDays.TWO_A_WEEK)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("不限", EducationCell(education=RequiredEducation.NONE)),
        ("学历不限", EducationCell(education=RequiredEducation.NONE)),
        ("大专及以上", EducationCell(education=RequiredEducation.COLLEGE)),
        ("高中以上学历", EducationCell(education=RequiredEducation.SENIOR)),
        ("初中/高中", EducationCell(education=RequiredEducation.JUNIOR)),
        (
            "本科，机械专业",
            EducationCell(education=RequiredEducation.BACHELOR, text="本科,机械专业"),
        ),
        ("本科优先", EducationCell(text="本科优先")),
        ("识字", EducationCell(text="识字")),
    ],
)
def test_education(cell: str, expected: EducationCell) -> None:
    assert parse_education(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("不限", ExperienceCell(months=0)),
        ("应届可投", ExperienceCell(months=0, text="应届可投")),
        ("2年以上", ExperienceCell(months=24)),
        ("两年工作经验", ExperienceCell(months=24)),
        ("1-3年", ExperienceCell(months=12)),
        ("半年", ExperienceCell(months=6)),
        ("6个月以上", ExperienceCell(months=6)),
        ("3年电焊经验", ExperienceCell(months=36, text="3年电焊经验")),
        ("有经验者优先", ExperienceCell(text="有经验者优先")),
    ],
)
def test_experience(cell: str, expected: ExperienceCell) -> None:
    assert parse_experience(cell) == expected


def test_licences_are_kept_in_the_employers_words() -> None:
    assert parse_coded_texts("低压电工证、C1驾照，低压电工证") == (
        CodedText(text="低压电工证"),
        CodedText(text="C1驾照"),
    )


PARSERS: list[Callable[[str], Any]] = [
    parse_headcount,
    parse_last_day,
    parse_provisions,
    parse_rest,
    parse_shift,
    parse_education,
    parse_experience,
    parse_coded_texts,
]


@given(st.sampled_from(PARSERS), st.text(max_size=40))
def test_any_text_is_a_value_or_a_fault(parse: Callable[[str], Any], cell: str) -> None:
    with suppress(CellFault):
        assert parse(cell) is not None
