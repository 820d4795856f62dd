"""Reading the headings and rows of an import table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.headings import check_headings, guess_columns
from domain.exchange.import_columns import COLUMNS_BY_KIND, EMPLOYER_COLUMNS, POSTING_COLUMNS
from domain.exchange.import_rows import finding_from_refusal, parse_row
from domain.exchange.imports import ImportKind
from domain.exchange.row_terms import build_terms
from domain.postings.pay import PayPeriod, PaySettlement, fixed_pay
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingTerms,
    Severity,
    Shift,
)
from domain.postings.term_bounds import check_terms
from domain.postings.term_changes import fingerprint_terms
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.refusals import InvalidInput
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import FIXED_TODAY, posting_terms

POSTINGS, EMPLOYERS = ImportKind.POSTINGS, ImportKind.EMPLOYERS
HEADINGS = [column.zh for column in POSTING_COLUMNS]
KEYS = check_headings(POSTINGS, guess_columns(POSTINGS, HEADINGS))
FULL = {
    "岗位编号": "A-1",
    "岗位名称": "电工",
    "职业类别": "电工",
    "招聘人数": "3",
    "工作内容": "检修",
    "招聘条件": "不限",
    "工作地点代码": "３１０１１５",
    "详细地址": "张江路1号",
    "基本工资": "6500元",
    "计薪周期": "元/月",
    "试用期工资": "5200",
    "用工形式": "全职",
    "班次": "DAY",
    "劳动强度": "轻",
    "每日工时": "8",
    "每周工时": "40.0",
    "社会保险": "五险",
    "福利": "包吃、包住",
    "有效期至": "2026年12月31日",
    "是否转载": "是",
    "转载来源": "某公众号",
    "上班时间": "8:30",
    "下班时间": "17:30",
    "最低年龄": "18",
    "适合人群": "农民工",
    "纬度": "31.2",
    "经度": "121.5",
}


def row(**cells: str) -> list[str]:
    return [(FULL | cells).get(heading, "") for heading in HEADINGS]


def codes(**cells: str) -> list[tuple[str, str]]:
    _, faults = parse_row(POSTINGS, KEYS, row(**cells))
    return [(fault.code, fault.field) for fault in faults]


def test_a_full_row_gives_all_terms() -> None:
    found, faults = parse_row(POSTINGS, KEYS, row())
    assert faults == ()
    assert found["externalId"] == "A-1"
    assert build_terms(found) == PostingTerms(
        title="电工",
        occupation=Occupation.ELECTRICIAN,
        headcount=3,
        duties="检修",
        conditions="不限",
        place_code="310115",
        address="张江路1号",
        pay=fixed_pay(6500, PayPeriod.MONTH),
        probation_fen=520_000,
        employment_type=EmploymentType.FULL_TIME,
        shift=Shift.DAY,
        intensity=Intensity.LIGHT,
        hours_per_day=Decimal(8),
        hours_per_week=Decimal(40),
        insurance=tuple(InsuranceKind),
        benefits=(Benefit.MEALS, Benefit.DORMITORY),
        valid_until=date(2026, 12, 31),
        is_repost=True,
        repost_source="某公众号",
        starts_at=time(8, 30),
        ends_at=time(17, 30),
        min_age=18,
        friendly_to=(SeekerGroup.MIGRANT_WORKER,),
        point=Point(latitude=31.2, longitude=121.5),
    )


@pytest.mark.parametrize(
    ("cells", "settlement"),
    [
        ({"结算方式": "日结"}, PaySettlement.DAILY),
        ({"结算方式": "完工结"}, PaySettlement.PER_JOB),
        ({"福利": "包吃住、当天结"}, PaySettlement.DAILY),
        ({"基本工资": "260元/天 周结", "计薪周期": ""}, PaySettlement.WEEKLY),
        ({"社会保险": "五险一金，月结", "结算方式": "周结"}, PaySettlement.WEEKLY),
        ({}, None),
    ],
)
def test_the_settlement_has_a_column_and_may_stand_beside_pay_or_benefits(
    cells: dict[str, str], settlement: PaySettlement | None
) -> None:
    found, faults = parse_row(POSTINGS, KEYS, row(**cells))
    assert faults == ()
    assert build_terms(found).pay.settlement is settlement


def test_welcome_groups_and_a_barrier_free_workplace_are_read_in_words() -> None:
    cells = {"适合人群": "欢迎退伍军人、下岗失业人员", "福利": "包吃住、无障碍工位、公积金"}
    found, faults = parse_row(POSTINGS, KEYS, row(**cells))
    assert faults == ()
    terms = build_terms(found)
    assert terms.friendly_to == (
        SeekerGroup.REGISTERED_UNEMPLOYED,
        SeekerGroup.LAID_OFF,
        SeekerGroup.VETERAN,
    )
    assert {Benefit.BARRIER_FREE, Benefit.HOUSING_FUND} < {*terms.benefits}
    assert codes(适合人群="仅限男性") == [("GROUP_NOT_WELCOMED", "friendlyTo")]


def test_the_example_row_of_the_template_passes_the_checks() -> None:
    found, faults = parse_row(POSTINGS, KEYS, [column.example for column in POSTING_COLUMNS])
    assert faults == ()
    check_terms(build_terms(found), FIXED_TODAY)
    assert screen_terms(build_terms(found), KNOWN_WAGES, FIXED_TODAY) == ()


def test_former_place_codes_and_occupation_synonyms_are_understood() -> None:
    found, faults = parse_row(POSTINGS, KEYS, row(工作地点代码="110103", 职业类别="氩弧焊工"))
    assert faults == ()
    assert build_terms(found).place_code == "110101"
    assert build_terms(found).occupation is Occupation.WELDER


def test_an_empty_cell_gives_the_default() -> None:
    given = [column.key for column in POSTING_COLUMNS if column.required]
    by_key = {column.key: column.example for column in POSTING_COLUMNS}
    found, faults = parse_row(POSTINGS, given, [by_key[key] for key in given])
    assert faults == ()
    left = build_terms(found)
    assert (left.title, left.headcount, left.pay.from_fen) == ("", 0, 0)
    assert (left.intensity, left.point, left.repost_source) == (Intensity.MEDIUM, None, None)
    # Screening refuses it later, as in a posting that is submitted alone.
    assert {finding.code for finding in screen_terms(left, KNOWN_WAGES, FIXED_TODAY)} >= {
        "TITLE_MISSING",
        "PAY_MISSING",
        "SOCIAL_INSURANCE_MISSING",
    }


@pytest.mark.parametrize(
    "heading",
    ["岗位名称", " 岗位名称* ", "岗位名称（必填）", "职位名称", "title", "TITLE", "岗位 名称"],
)
def test_a_heading_is_accepted_in_several_spellings(heading: str) -> None:
    headings = [heading if known == "岗位名称" else known for known in HEADINGS]
    assert check_headings(POSTINGS, guess_columns(POSTINGS, headings)) == KEYS


def test_a_column_key_is_accepted_as_heading() -> None:
    for kind, columns in COLUMNS_BY_KIND.items():
        keys = tuple(column.key for column in columns)
        assert check_headings(kind, guess_columns(kind, keys)) == keys


@pytest.mark.parametrize(
    ("headings", "message"),
    [
        ([*HEADINGS, "联系人身高"], "The column “联系人身高” is not known"),
        ([*HEADINGS, "title"], "stands twice"),
        ([], "Missing: 用工形式、班次"),
        (["岗位名称"], "The headings must be in the first 10 rows"),
    ],
)
def test_unknown_repeated_and_missing_headings_are_refused(
    headings: list[str], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        check_headings(POSTINGS, guess_columns(POSTINGS, headings))


def test_each_faulty_cell_has_a_finding() -> None:
    assert codes(基本工资="面议", 有效期至="下月", 班次="夜班", 每日工时="") == [
        ("PAY_NOT_STATED", "pay.amount"),
        ("NOT_IN_THE_LIST", "shift"),
        ("CELL_EMPTY", "hoursPerDay"),
        ("NOT_A_DATE", "validUntil"),
    ]


def test_a_cell_without_a_heading_is_a_fault_unless_it_is_blank() -> None:
    _, faults = parse_row(POSTINGS, KEYS, [*row(), "", " "])
    assert faults == ()
    _, faults = parse_row(POSTINGS, KEYS, [*row(), "", "备注"])
    assert [fault.code for fault in faults] == ["CELL_WITHOUT_HEADING"]
    _, faults = parse_row(POSTINGS, ("", *KEYS), ["备注", *row()])
    assert [fault.code for fault in faults] == ["CELL_WITHOUT_HEADING"]


def test_a_point_with_one_coordinate_is_refused() -> None:
    found, _ = parse_row(POSTINGS, KEYS, row(纬度=""))
    with pytest.raises(InvalidInput) as refusal:
        check_terms(build_terms(found), FIXED_TODAY)
    finding = finding_from_refusal(refusal.value)
    assert (finding.code, finding.field) == ("INVALID_INPUT", "point")
    assert finding.message_zh == refusal.value.message_zh != ""


def test_a_refused_value_keeps_the_texts_of_its_refusal() -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_terms(posting_terms(title="岗" * 121), FIXED_TODAY)
    finding = finding_from_refusal(refusal.value)
    assert (finding.field, finding.message) == ("title", "Use at most 120 characters.")
    assert finding.message_zh == "请不要超过120个字。"
    elsewhere = finding_from_refusal(InvalidInput("No.", "不行。", field=None))
    assert (elsewhere.field, elsewhere.message_zh) == ("", "不行。")


def test_every_column_explains_itself_in_both_languages() -> None:
    for column in (*POSTING_COLUMNS, *EMPLOYER_COLUMNS):
        assert column.hint.endswith(".")
        assert column.hint_zh.endswith("。")


def test_equal_terms_have_equal_fingerprints() -> None:
    plain = posting_terms(benefits=(Benefit.MEALS, Benefit.DORMITORY))
    assert fingerprint_terms(plain) == fingerprint_terms(
        replace(plain, hours_per_day=Decimal("8.0"))
    )
    assert fingerprint_terms(plain) == fingerprint_terms(
        replace(plain, benefits=plain.benefits[::-1])
    )
    assert (
        len(
            {
                fingerprint_terms(plain),
                fingerprint_terms(posting_terms()),
                fingerprint_terms(posting_terms(title="焊工")),
            }
        )
        == 3
    )


cell = st.one_of(st.text(max_size=12), st.sampled_from(list(FULL.values())))


@given(st.lists(st.sampled_from([*KEYS, ""]), max_size=30), st.lists(cell, max_size=32))
def test_any_row_gives_values_or_findings(columns: list[str], cells: list[str]) -> None:
    found, faults = parse_row(POSTINGS, columns, cells)
    if not any(fault.severity is Severity.REFUSE for fault in faults):
        with suppress(InvalidInput):
            screen_terms(build_terms(found), KNOWN_WAGES, FIXED_TODAY)
    assert all(fault.message_zh for fault in faults)


def test_repeated_cells_are_read_alike_and_in_each_column_by_its_own_rule() -> None:
    for _ in range(3):
        found, faults = parse_row(POSTINGS, KEYS, row(岗位名称="8", 每日工时="8", 招聘人数="8"))
        assert faults == ()
        assert (found["title"], found["hoursPerDay"], found["headcount"]) == ("8", Decimal(8), 8)
        # A fault and a note are found again, too.
        assert codes(每日工时="八", 招聘人数="若干") == [
            ("HEADCOUNT_ASSUMED", "headcount"),
            ("NOT_A_NUMBER", "hoursPerDay"),
        ]


def test_the_cells_of_another_table_stand_in_other_places() -> None:
    turned = check_headings(POSTINGS, guess_columns(POSTINGS, HEADINGS[::-1]))
    found, faults = parse_row(POSTINGS, turned, row()[::-1])
    assert (found, faults) == parse_row(POSTINGS, KEYS, row())
