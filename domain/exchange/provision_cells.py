"""Parses cells about what an employer provides: 五险一金, 包吃住, 双休, 餐补, 日结."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from domain.exchange.cell_parsers import make_enum_parser, normalise_text, split_words
from domain.exchange.pay_amounts import find_amount
from domain.exchange.pay_cells import find_component, read_component
from domain.exchange.schedule_cells import read_rest_word
from domain.exchange.settlement_cells import SETTLEMENT_WORDS
from domain.postings.pay import PayComponent, PayComponentKind, PaySettlement
from domain.postings.postings import Benefit, InsuranceKind
from domain.postings.work_schedule import NO_SCHEDULE, WorkSchedule

_NOTHING = frozenset(
    {"无", "没有", "不缴", "不交", "不缴社保", "不交社保", "不缴纳", "否", "-", "/"}
)
_DUE_BY_LAW = frozenset({"法定节假日", "法定假日", "国家法定节假日", "法定节假日休息", "法定假期"})
"""Everybody has statutory holidays: the words promise nothing more."""
_ALL_INSURANCE = frozenset(
    {"五险", "社保", "社会保险", "五险合一", "六险", "五险一金", "六险一金", "六险二金", "七险二金"}
)
_VERBS = re.compile(r"^(?:依法|按规定|入职|公司|单位)*(?:缴纳|购买|提供|享受|缴|交|买|上|有|含)?")
_BENEFIT_WORDS: dict[str, tuple[Benefit, ...]] = {
    **dict.fromkeys(
        ("包吃住", "包食宿", "食宿", "食宿全包", "包吃包住", "吃住", "免费食宿", "包吃、住"),
        (Benefit.MEALS, Benefit.DORMITORY),
    ),
    **dict.fromkeys(("包餐", "工作餐", "免费午餐", "免费工作餐", "管饭"), (Benefit.MEALS,)),
    **dict.fromkeys(("住宿", "宿舍", "免费住宿", "员工宿舍", "管住"), (Benefit.DORMITORY,)),
    **dict.fromkeys(("班车接送", "接送", "上下班接送", "厂车"), (Benefit.SHUTTLE_BUS,)),
    **dict.fromkeys(("公积金", "一金"), (Benefit.HOUSING_FUND,)),
    **dict.fromkeys(("年假", "带薪休假", "带薪假"), (Benefit.PAID_LEAVE,)),
    **dict.fromkeys(("岗前培训", "免费培训", "培训"), (Benefit.PAID_TRAINING,)),
    **dict.fromkeys(("体检", "定期体检", "免费体检"), (Benefit.HEALTH_CHECK,)),
    **dict.fromkeys(("高温费", "高温津贴"), (Benefit.HEAT_ALLOWANCE,)),
    **dict.fromkeys(("夜班津贴", "夜补"), (Benefit.NIGHT_ALLOWANCE,)),
    **dict.fromkeys(
        ("无障碍", "无障碍工位", "无障碍通道", "无障碍环境", "无障碍岗位"), (Benefit.BARRIER_FREE,)
    ),
    **dict.fromkeys(("过节费", "节日礼品", "过节福利", "节日礼金"), (Benefit.FESTIVAL_GIFTS,)),
}
_COMPONENT_WORDS = {
    **dict.fromkeys(("餐补", "饭补", "餐费补贴"), PayComponentKind.MEAL_ALLOWANCE),
    **dict.fromkeys(("房补", "住房补贴", "租房补贴"), PayComponentKind.HOUSING_ALLOWANCE),
    **dict.fromkeys(("交通补贴", "车补", "交通补助"), PayComponentKind.TRANSPORT_ALLOWANCE),
    **dict.fromkeys(("全勤", "全勤奖"), PayComponentKind.FULL_ATTENDANCE),
    **dict.fromkeys(("年终奖", "年底奖金", "十三薪"), PayComponentKind.YEAR_END_BONUS),
    **dict.fromkeys(("工龄奖", "工龄工资"), PayComponentKind.SENIORITY),
    **dict.fromkeys(("绩效奖金", "绩效奖", "绩效"), PayComponentKind.PERFORMANCE),
    **dict.fromkeys(("加班费", "加班补助"), PayComponentKind.OVERTIME),
}
_BENEFIT_NAMES = {name for each in Benefit for name in (each.value, each.zh)}
_INSURANCE_WORDS = {
    word: kind
    for kind in InsuranceKind
    for word in (kind.value, kind.zh, f"{kind.zh}保险", f"{kind.zh}险")
}
_KNOWN_WORDS = {
    *_ALL_INSURANCE,
    *_BENEFIT_WORDS,
    *_COMPONENT_WORDS,
    *SETTLEMENT_WORDS,
    *_INSURANCE_WORDS,
}
"""Words that begin with one of ``_VERBS`` by accident: 交通补贴, 上下班接送."""
_PER_TIME = re.compile(r"(?<=[\d元块])/([天日月班年])")
"""A slash that separates no words: 餐补15元/天."""
_PACKAGE = re.compile(r"[5-7]险(?:[12]金)?|险[12]金", re.ASCII)
_PACKAGE_DIGITS = str.maketrans("12567", "一二五六七")
"""五险1金 and 5险1金 are 五险一金."""
_parse_benefit = make_enum_parser(Benefit)


@dataclass(frozen=True, kw_only=True)
class Provisions:
    """What a cell about insurance or benefits says: both may be in either.

    So may rest days, parts of the pay, and when it is handed over.
    """

    insurance: frozenset[InsuranceKind] = frozenset()
    benefits: frozenset[Benefit] = frozenset()
    components: tuple[PayComponent, ...] = ()
    schedule: WorkSchedule = NO_SCHEDULE
    settlement: PaySettlement | None = None


def parse_provisions(cell: str) -> Provisions:
    """Parse insurance and benefits: 五险一金, 养老、医疗, 包吃住, 双休, 餐补, 日结.

    :raises CellFault: a word is none of them.
    """
    found = Provisions()
    text = _PER_TIME.sub(r"每\1", normalise_text(cell))
    text = _PACKAGE.sub(lambda match: match[0].translate(_PACKAGE_DIGITS), text)
    for word in split_words(text):
        found = _add_provision(found, word)
    return found


def _add_provision(found: Provisions, word: str) -> Provisions:
    """Return what was found with what another word says.

    :raises CellFault: the word says nothing about insurance, benefits or rest.
    """
    plain = word if word in _KNOWN_WORDS else _VERBS.sub("", word) or word
    schedule = read_rest_word(plain, found.schedule)
    if word in _NOTHING or word in _DUE_BY_LAW:
        added = found
    elif plain in _ALL_INSURANCE:
        fund = {Benefit.HOUSING_FUND} if plain.endswith("金") else set()
        kinds = frozenset(InsuranceKind)
        added = replace(found, insurance=kinds, benefits=found.benefits | fund)
    elif plain in _BENEFIT_WORDS:
        added = replace(found, benefits=found.benefits | set(_BENEFIT_WORDS[plain]))
    elif plain in _COMPONENT_WORDS:
        component = PayComponent(kind=_COMPONENT_WORDS[plain])
        added = replace(found, components=(*found.components, component))
    elif plain in SETTLEMENT_WORDS:
        added = replace(found, settlement=SETTLEMENT_WORDS[plain])
    elif schedule is not None:
        added = replace(found, schedule=schedule)
    elif plain.upper() in _INSURANCE_WORDS:
        added = replace(found, insurance=found.insurance | {_INSURANCE_WORDS[plain.upper()]})
    elif (kind := find_component(plain)) is not None and find_amount(plain) is not None:
        component = read_component(plain, kind)
        added = replace(found, components=(*found.components, component))
    else:
        benefit = _parse_benefit(word if word.upper() in _BENEFIT_NAMES else plain)
        added = replace(found, benefits=found.benefits | {benefit})
    return added
