"""How columns and codes of the open data read in national standards, and what has no equivalent.

Unions publish code lists of their own. Anhui's 工会数据元 and 工会信息分类与编码, announced in
January 2021, have 611 items of members and 513 of organisations
(http://scxb.com.cn/html/2021-02/02/content_308583.htm). Their text was not available to this
project, so nothing here claims to be one of them. A national standard that such lists build on is
the bridge. What was transcribed and not compared with the printed standard is not ``is_checked``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.exchange.open_data_columns import COLUMNS
from domain.labels import Labelled
from domain.postings.requirements import RequiredEducation
from domain.reference.occupations import Occupation, details_of


@dataclass(frozen=True, kw_only=True)
class NationalCode:
    """A code of a standard, its Chinese name, and whether it was compared with the standard."""

    code: str
    zh: str
    is_checked: bool = False


@dataclass(frozen=True, kw_only=True)
class StandardMapping:
    """Columns whose values follow a standard, or whose codes have equivalents in it.

    Without ``codes`` the values themselves are in the form of the standard. ``missing`` are codes
    that the standard has no equivalent for.
    """

    columns: tuple[str, ...]
    standard: str
    zh: str
    codes: Mapping[Labelled, NationalCode] = field(default_factory=dict)
    missing: tuple[Labelled, ...] = ()
    note: str = ""
    note_zh: str = ""


_EDUCATION: Mapping[Labelled, NationalCode] = {
    RequiredEducation.JUNIOR: NationalCode(code="70", zh="初级中学教育"),
    RequiredEducation.SENIOR: NationalCode(code="60", zh="普通高级中学教育"),
    RequiredEducation.VOCATIONAL: NationalCode(code="40", zh="中等职业教育"),
    RequiredEducation.COLLEGE: NationalCode(code="30", zh="大学专科教育"),
    RequiredEducation.BACHELOR: NationalCode(code="20", zh="大学本科教育"),
    RequiredEducation.MASTER: NationalCode(code="14", zh="硕士研究生毕业"),
    RequiredEducation.DOCTOR: NationalCode(code="11", zh="博士研究生毕业"),
}


def _occupation_codes() -> dict[Labelled, NationalCode]:
    details = ((each, details_of(each)) for each in Occupation)
    return {
        each: NationalCode(code=found.class_code, zh=each.zh, is_checked=found.is_class_checked)
        for each, found in details
        if found is not None
    }


_OCCUPATIONS = _occupation_codes()

MAPPINGS: tuple[StandardMapping, ...] = (
    StandardMapping(
        columns=("employer_code",),
        standard="GB 32100-2015",
        zh="法人和其他组织统一社会信用代码编码规则",
    ),
    StandardMapping(
        columns=("place_code", "further_place_codes"),
        standard="GB/T 2260",
        zh="中华人民共和国行政区划代码",
        note="The codes in force; former ones are replaced.",
        note_zh="现行代码，已撤销的代码换为现行代码。",
    ),
    StandardMapping(
        columns=("published_on", "valid_until"),
        standard="GB/T 7408",
        zh="日期和时间 信息交换表示法",
        note="Calendar dates in the extended form, such as 2026-12-31.",
        note_zh="日历日期扩展格式，如2026-12-31。",
    ),
    StandardMapping(
        columns=("occupation",),
        standard="职业分类大典（2022年版）",
        zh="中华人民共和国职业分类大典",
        codes=_OCCUPATIONS,
        missing=tuple(each for each in Occupation if each not in _OCCUPATIONS),
        note="The occupation, or its small class if none fits alone.",
        note_zh="职业代码；没有单独对应的职业时为小类代码。",
    ),
    StandardMapping(
        columns=("education",),
        standard="GB/T 4658-2006",
        zh="学历代码",
        codes=_EDUCATION,
        missing=(RequiredEducation.NONE,),
        note="A requirement is at least this level.",
        note_zh="表示不低于该学历的要求。",
    ),
)

_OWN_WORDS = ("Free text or a number of the posting itself.", "岗位自身的文字或数值，无代码。")
_NO_LIST = (
    "No national list of codes is known to this project; a union's own list may have one.",
    "本项目未查到对应的国家标准代码，工会自编代码表可能有。",
)
UNMAPPED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            *("id", "employer", "title", "headcount", "duties", "conditions", "address", "pay"),
            *("probation_pay", "hours_per_day", "hours_per_week", "starts_at", "ends_at"),
            *("min_age", "latitude", "longitude", "repost_source", "revision", "synthetic"),
            *("pay_to", "guaranteed_pay", "pay_months", "payday", "pay_components"),
            *("further_addresses", "shift_times", "days_per_week", "rest_days_per_month"),
            *("education_text", "experience_months", "experience_text", "licences", "skills"),
            *("public_welfare", "media"),
        ),
        _OWN_WORDS,
    ),
    **dict.fromkeys(
        (
            *("pay_period", "guaranteed_pay_period", "pay_settlement", "employment_type"),
            *("shift", "intensity", "insurance", "benefits", "friendly_to", "work_mode"),
            "rest_days",
        ),
        _NO_LIST,
    ),
}
"""By column: why it has no equivalent, in English and Chinese."""
NOT_IN_THE_DATA: tuple[tuple[str, str, str], ...] = (
    (
        "GB/T 2261.1",
        "个人基本信息分类与代码 第1部分：人的性别代码",
        "Postings ask for no sex.",
    ),
    ("GB/T 4761", "家庭关系代码", "Postings hold nothing about families."),
    ("GB/T 8561", "专业技术职务代码", "Titles are words of the conditions, not codes."),
    ("GB/T 4754", "国民经济行业分类", "Employers are stored without an industry."),
)
"""Standards that lists of unions use and that no column of the open data has values of."""


def build_national_codes() -> dict[str, Any]:
    """Return the mappings, the columns without one, and standards without a column."""
    return {
        "unionLists": {
            "mapped": False,
            "en": "The codes that unions publish (such as Anhui's 数据元 and 分类与编码) were not "
            "available; map them through the national standards below.",
            "zh": "未取得各地工会公布的代码（如安徽的数据元、分类与编码），请按下列国家标准对应。",
        },
        "mapped": [_describe(mapping) for mapping in MAPPINGS],
        "unmapped": [
            {"column": name, "en": UNMAPPED[name][0], "zh": UNMAPPED[name][1]}
            for name in list_column_names()
            if name in UNMAPPED
        ],
        "withoutColumn": [
            {"standard": standard, "zh": zh, "en": reason}
            for standard, zh, reason in NOT_IN_THE_DATA
        ],
    }


def list_column_names() -> Iterator[str]:
    """Yield the names of the columns, without those that repeat codes as names in a language."""
    names = {column.name for column in COLUMNS}
    for column in COLUMNS:
        base, _, ending = column.name.rpartition("_")
        if not (ending in {"zh", "en"} and (base in names or f"{base}_code" in names)):
            yield column.name


def _describe(mapping: StandardMapping) -> dict[str, Any]:
    return {
        "columns": mapping.columns,
        "standard": mapping.standard,
        "zh": mapping.zh,
        "codes": {
            member.value: {"code": code.code, "zh": code.zh, "checked": code.is_checked}
            for member, code in mapping.codes.items()
        },
        "missing": [member.value for member in mapping.missing],
        "note": {"en": mapping.note, "zh": mapping.note_zh},
    }
