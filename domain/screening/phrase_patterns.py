"""All phrase patterns by anchor word, and those for withheld papers, incomes and fees."""

from __future__ import annotations

import re
from collections.abc import Mapping

from domain.screening import age_patterns as ages
from domain.screening import discrimination_patterns as discrimination
from domain.screening import phrase_findings
from domain.screening.pattern_syntax import PhrasePattern

_PAPER_NAMES = ("身份证", "毕业证", "学位证", "资格证", "证件")
_PAPERS = rf"(?:{'|'.join(_PAPER_NAMES)})(?:原件)?"
_WITHHELD_PAPERS = (
    PhrasePattern(
        phrase_findings.DOCUMENTS_KEPT,
        re.compile(
            rf"(?<!客户)(?<!顾客){_PAPERS}(?:须|需|要|将|统一|先)*(?:由|交|放在)?(?:给|到)?"
            r"(?:公司|单位|厂里|店里|人事部?|行政部?)?(?:统一)?(?:抵押|扣押|扣留|代管|保管|收走|收存)"
            r"(?!业务|服务|柜|箱|员|台账)"
            rf"|(?:上交|抵押|押下|交出|质押){_PAPERS}(?!复印|的?(?:客户|顾客))"
        ),
    ),
)
_INCOMES = (
    PhrasePattern(
        phrase_findings.LURE,
        re.compile(
            r"月入(?:轻松)?(?:破|超|上|过|近|达)?"
            r"(?:万|[一二两三四五六七八九十\d]{1,2}(?:万|w)|[5五]位数|w)"
        ),
    ),
)
# Fees spelled in pinyin or with homophones; a sum or a verb near them shows what is meant.
_FEE_IN_LETTERS = r"(?:ya金|押jin|yajin|压金|baozhengjin|peixunfei|fuzhuangfei)"
_FEES = (
    PhrasePattern(
        phrase_findings.DEPOSIT_OR_FEE,
        re.compile(
            rf"(?<![a-z]){_FEE_IN_LETTERS}:?(?:\d|[一二三四五六七八九两几]百|元|块|不?退)"
            rf"|(?:交|收|付|缴|扣|退)(?:纳|取)?{_FEE_IN_LETTERS}(?![a-z属线箔片条丝])"
        ),
    ),
)

PATTERNS_BY_ANCHOR: Mapping[str, tuple[PhrasePattern, ...]] = {
    "岁": ages.AGE_LIMITS,
    "年龄": ages.STATED_AGES,
    "后优先": ages.GENERATIONS,
    "后为佳": ages.GENERATIONS,
    **{
        f"{decade}后": ages.GENERATIONS
        for decade in ("60", "65", "70", "75", "80", "85", "90", "95")
    },
    **{f"{decade}后": ages.GENERATIONS for decade in ("00", "05")},
    "出生": ages.BIRTH_YEARS,
    "生人": ages.BIRTH_YEARS,
    "男": discrimination.SEX,
    "女": (*discrimination.SEX, *ages.AGES_BY_SEX),
    "身高": discrimination.HEIGHT,
    "户籍": discrimination.HOUSEHOLD_REGISTRATION,
    "户口": discrimination.HOUSEHOLD_REGISTRATION,
    **dict.fromkeys(
        ("勿扰", "勿投", "勿打扰", "请绕", "免谈", "谢绝", "除外", "止步"), discrimination.ORIGIN
    ),
    **dict.fromkeys(
        ("不要", "不招", "不收", "不考虑", "不接受", "不录", "拒绝"), discrimination.ORIGIN
    ),
    "族": discrimination.ETHNICITY,
    "乙肝": discrimination.HEPATITIS,
    "三阳": discrimination.HEPATITIS,
    "残": discrimination.DISABILITY,
    "缺陷": discrimination.DISABILITY,
    "慢性病": discrimination.DISABILITY,
    **dict.fromkeys(("985", "211", "双一流"), discrimination.SCHOOLS),
    "年内": discrimination.PLANNED_CHILDREN,
    **dict.fromkeys(
        ("婚", "已育", "未育", "孕", "离异", "单身", "哺乳", "产期"), discrimination.FAMILY_STATUS
    ),
    **dict.fromkeys(_PAPER_NAMES, _WITHHELD_PAPERS),
    "月入": _INCOMES,
    **dict.fromkeys(("ya金", "押jin", "yajin", "压金"), _FEES),
    **dict.fromkeys(("baozhengjin", "peixunfei", "fuzhuangfei"), _FEES),
}
"""The patterns by anchor: a word that every match contains.

Anchors are rare words, because each occurrence tries all patterns of the anchor.
"""
MATCH_WINDOW_CHARS = 18
"""A match lies within this many characters before and after its anchor."""
