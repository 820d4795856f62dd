"""Ordinary cells that rows failed for, each with three of the same kind, as whole rows."""

from __future__ import annotations

from datetime import date

import pytest

from domain.exchange.headings import check_headings, guess_columns
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.import_rows import parse_row
from domain.exchange.imports import ImportKind
from domain.exchange.row_terms import build_terms
from domain.exchange.word_cells import OPEN_ENDED
from domain.postings.term_changes import TERM_FORMATS

EXAMPLE = {column.zh: column.example for column in POSTING_COLUMNS}
HEADINGS = check_headings(ImportKind.POSTINGS, guess_columns(ImportKind.POSTINGS, list(EXAMPLE)))

# Column, cells with the text that they become, and the field that shows it.
CELLS: list[tuple[str, str, dict[str, str]]] = [
    (
        "基本工资",
        "pay",
        {
            "5000-8000": "5000-8000元/月",
            "5000 – 8000 元": "5000-8000元/月",
            "4500至6000元/月": "4500-6000元/月",
            "¥5,000~¥8,000": "5000-8000元/月",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "6k-8k": "6000-8000元/月",
            "6K—8K": "6000-8000元/月",
            "6-8千": "6000-8000元/月",
            "15-25K·14薪": "15000-25000元/月；14薪",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "5000起": "5000元/月起",
            "5000元以上": "5000元/月起",
            "月薪6k起": "6000元/月起",
            "5000+": "5000元/月起",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "0.6万": "6000元/月",
            "0.6w": "6000元/月",
            "1万-1.2万": "10000-12000元/月",
            "月薪1.5万元": "15000元/月",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "72000元/年": "72000元/年",
            "年薪8-10万": "80000-100000元/年",
            "10万每年": "100000元/年",
            "一年12万": "120000元/年",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "260元/天": "260元/天",
            "300元/日，当天结": "300元/天；日结",
            "每天220，做完结": "220元/天；完工结",
            "日薪200-260": "200-260元/天",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "0.5元/件，保底3500": "0.5元/件；底薪3500元/月",
            "计件0.8-1.2元/件 月结": "0.8-1.2元/件；月结",
            "每件2元": "2元/件",
            "3元/单，保底4000": "3元/件；底薪4000元/月；其他（每件即每单）",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "12薪×7000": "7000元/月；12薪",
            "7000*13薪": "7000元/月；13薪",
            "6500-9000元，13薪": "6500-9000元/月；13薪",
            "8000元/月 14薪": "8000元/月；14薪",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "5000（含全勤）": "5000元/月；全勤奖（含全勤）",
            "5000含提成": "5000元/月；提成（含提成）",
            "6000元/月(餐补300元)": "6000元/月；餐补300元/月",
            "4000不含加班费": "4000元/月；加班费（不含加班费）",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "五千": "5000元/月",
            "五千到八千": "5000-8000元/月",
            "六七千": "6000-7000元/月",
            "一万二起": "12000元/月起",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "5000一个月": "5000元/月",
            "五千一个月": "5000元/月",
            "两百一天": "200元/天",
            "二十五元/小时": "25元/小时",
        },
    ),
    (
        "基本工资",
        "pay",
        {
            "底薪3500+计件": "3500元/月起；底薪3500元/月；计件",
            "三千底薪加提成": "3000元/月起；底薪3000元/月；提成",
            "3500-4500底薪": "3500元/月起；底薪3500元/月；其他（3500-4500底薪）",
            "5000*十三薪": "5000元/月；13薪",
        },
    ),
    (
        "职业类别",
        "occupation",
        {"驾驶员": "小车司机", "司机": "小车司机", "货车司机": "货车司机", "小车司机": "小车司机"},
    ),
    (
        "职业类别",
        "occupation",
        {"厨师": "厨师", "厨子": "厨师", "炒菜": "厨师", "面点师": "面点师"},
    ),
    (
        "职业类别",
        "occupation",
        {"缝纫工": "缝纫工", "车工": "车工", "平车工": "缝纫工", "挡车工": "纺纱工"},
    ),
    (
        "社会保险",
        "benefits",
        {
            "五险一金": "包吃、包住、住房公积金",
            "六险一金": "包吃、包住、住房公积金",
            "缴纳五险一金": "包吃、包住、住房公积金",
            "五险、公积金": "包吃、包住、住房公积金",
        },
    ),
    (
        "社会保险",
        "benefits",
        {
            "五险1金": "包吃、包住、住房公积金",
            "5险1金": "包吃、包住、住房公积金",
            "缴纳6险2金": "包吃、包住、住房公积金",
            "5险": "包吃、包住",
        },
    ),
    (
        "福利",
        "restDays",
        {
            "周末双休，法定节假日": "双休",
            "双休、国家法定节假日": "双休",
            "单休，法定假日": "单休",
            "大小周 法定节假日休息": "大小周",
        },
    ),
    (
        "福利",
        "restDays",
        {"双休": "双休", "周末双休": "双休", "做五休二": "双休", "单休、包吃": "单休"},
    ),
    (
        "福利",
        "pay",
        {
            "交通补贴": "6500元/月；交通补贴",
            "上下班接送，餐补15元/天": "6500元/月；餐补15元/天",
            "房补300元、全勤奖": "6500元/月；房补300元/月；全勤奖",
            "日结": "6500元/月；日结",
        },
    ),
    ("班次", "shift", {"长白班": "白班", "常白班": "白班", "行政班": "白班", "四班三倒": "三班倒"}),
    (
        "班次",
        "shift",
        {"朝九晚五": "白班", "早九晚六": "白班", "早8晚5": "白班", "三班两运转": "两班倒"},
    ),
    ("招聘人数", "headcount", {"十人": "10", "两名": "2", "二十": "20", "招5人": "5"}),
    ("招聘人数", "headcount", {"约10人": "10", "10余人": "10", "几名": "1", "大量": "1"}),
    ("招聘人数", "headcount", {"若干人": "1", "若干": "1", "10-20人": "10", "5名以上": "5"}),
    (
        "有效期至",
        "validUntil",
        {
            "长期有效": OPEN_ENDED.isoformat(),
            "长期招聘": OPEN_ENDED.isoformat(),
            "招满为止": OPEN_ENDED.isoformat(),
            "2026年12月31日": date(2026, 12, 31).isoformat(),
        },
    ),
    (
        "有效期至",
        "validUntil",
        {
            "常年有效": OPEN_ENDED.isoformat(),
            "招满截止": OPEN_ENDED.isoformat(),
            "2026年12月31号": date(2026, 12, 31).isoformat(),
            "截至2026-12-31": date(2026, 12, 31).isoformat(),
        },
    ),
]
CASES = [(column, field, *pair) for column, field, cells in CELLS for pair in cells.items()]


@pytest.mark.parametrize(("column", "field", "cell", "text"), CASES)
def test_a_row_with_an_ordinary_cell_is_read(column: str, field: str, cell: str, text: str) -> None:
    row = EXAMPLE | {"休息方式": "", column: cell}
    if column == "基本工资":
        row |= {"计薪周期": "", "试用期工资": ""}
    values, findings = parse_row(ImportKind.POSTINGS, HEADINGS, list(row.values()))
    assert [each.code for each in findings if each.severity == "REFUSE"] == []
    assert TERM_FORMATS[field](build_terms(values)) == text


def test_every_ordinary_cell_has_three_neighbours() -> None:
    assert all(len(cells) == 4 for _, _, cells in CELLS)
