"""Parses pay as tables write it: 5000-8000, 6k-8k, 12薪×7000, 底薪3000+提成3%, 260元/天 日结."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.exchange.cell_parsers import CellFault, normalise_text, shorten_for_message
from domain.exchange.pay_amounts import PERCENT, THOUSANDS_SEPARATOR, Amount, find_amount
from domain.exchange.settlement_cells import SETTLEMENT_WORDS
from domain.exchange.written_numbers import write_in_digits
from domain.postings.pay import (
    FEN_PER_YUAN,
    ComponentUnit,
    PayComponent,
    PayComponentKind,
    PayPeriod,
    PayRate,
    PaySettlement,
)

_UNIT_BY_PERIOD = {period: ComponentUnit[period.name] for period in PayPeriod}
_PREFIX_PERIODS = {
    **dict.fromkeys(("月薪", "月工资", "月收入", "每月", "一个月"), PayPeriod.MONTH),
    **dict.fromkeys(("年薪", "每年", "年收入", "一年"), PayPeriod.YEAR),
    **dict.fromkeys(("日薪", "每天", "每日", "一天", "日工资"), PayPeriod.DAY),
    **dict.fromkeys(("时薪", "每小时"), PayPeriod.HOUR),
    **dict.fromkeys(("每件", "每单", "每个", "每趟", "一趟", "一件", "一单"), PayPeriod.PIECE),
}
_COMPONENTS = {
    "提成": PayComponentKind.COMMISSION,
    "绩效": PayComponentKind.PERFORMANCE,
    "加班费": PayComponentKind.OVERTIME,
    "全勤": PayComponentKind.FULL_ATTENDANCE,
    "年终奖": PayComponentKind.YEAR_END_BONUS,
    "工龄": PayComponentKind.SENIORITY,
    **dict.fromkeys(("餐补", "饭补", "伙食补", "餐费补"), PayComponentKind.MEAL_ALLOWANCE),
    **dict.fromkeys(("房补", "住房补", "住宿补"), PayComponentKind.HOUSING_ALLOWANCE),
    **dict.fromkeys(("交通补", "车补"), PayComponentKind.TRANSPORT_ALLOWANCE),
    **dict.fromkeys(("夜班补", "夜补", "夜班津贴"), PayComponentKind.NIGHT_ALLOWANCE),
    "高温": PayComponentKind.HEAT_ALLOWANCE,
    "技能": PayComponentKind.SKILL_ALLOWANCE,
    "奖": PayComponentKind.BONUS,
}
"""The first word that occurs decides: 全勤奖 is not a bonus."""
MIN_MONTHLY_FEN = 1_000 * FEN_PER_YUAN
"""An amount without a period is for a month from here on; below, nobody can tell."""
_MONTHS = re.compile(r"[x×*]?\s*(1[2-9](?:\.5)?|2\d|3[0-6])\s*薪\s*[x×*]?", re.ASCII)
_PAYDAY = re.compile(
    r"每月\s*(\d{1,2})\s*[号日]\s*(?:左右)?\s*(?:发工资|发薪|发放)|(\d{1,2})\s*[号日]发(?:工资|薪)",
    re.ASCII,
)
_NEGATIVE = re.compile(r"-\s*\d", re.ASCII)
_RANGE_SIGNS = re.compile(r"\s*(?:[~～—–−‐至到]|--)\s*(?=\d)")
_REMARK = re.compile(r"(.*?\d.*?)\s*(?:\(([^()]+)\)|((?:已|均|不)?(?:包含|包括|含)[^()]+))(.*)")
_CLAUSES = re.compile(
    r"[,;、。·•\n]+|\+(?=\D)|加(?=提成|计件|绩效|奖|全勤|餐补|饭补|补贴|分红)|\s+"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_GUARANTEED = ("底薪", "保底", "基本工资", "无责")
_FILLERS = re.compile(
    r"上不封顶|多劳多得|做多少算多少|左右|大概|约|面议|可谈|元|薪资|薪水|工资|待遇|综合|转正后?|"
    r"税前|计件|按件|计时|[:：.\-+/]"
)
_PIECE_RATE_WORDS = frozenset({"计件", "按件", "计件工资", "计件提成"})
"""Alone they say that pieces are paid beside another pay, but not how much."""
_PIECES_OF_OTHER_NAME = ("单", "趟")
_MAX_CELL_LENGTH = 300
_EMPTY_WORDS = re.compile(r"^\s*(?:全勤|饭补|夜补|车补|奖|补贴|补助|津贴|:)*\s*")


@dataclass(frozen=True, kw_only=True)
class PayCell:
    """What a cell says about pay. An amount that it does not name is None.

    ``to_fen`` is None for "or more". ``period`` is None if the cell has none and the amount does
    not tell. ``probation_percent`` is of the pay.
    """

    from_fen: int | None = None
    to_fen: int | None = None
    period: PayPeriod | None = None
    is_period_stated: bool = False
    guaranteed: PayRate | None = None
    months: Decimal | None = None
    payday: int | None = None
    settlement: PaySettlement | None = None
    components: tuple[PayComponent, ...] = ()
    probation_fen: int | None = None
    probation_percent: Decimal | None = None


def parse_pay(cell: str) -> PayCell:
    """Parse an amount or a range of pay, with what a cell says beside it.

    Words that are not understood are kept as a component of the kind OTHER.

    :raises CellFault: there is no amount, only an upper one, or one below a fen.
    """
    if len(cell) > _MAX_CELL_LENGTH:
        raise CellFault(
            "PAY_TOO_LONG",
            f"Use at most {_MAX_CELL_LENGTH} characters for the pay.",
            f"工资一栏请不要超过{_MAX_CELL_LENGTH}个字。",
        )
    plain = write_in_digits(normalise_text(cell).lower().replace("¥", ""))
    text = _RANGE_SIGNS.sub("-", THOUSANDS_SEPARATOR.sub("", plain))
    if _NEGATIVE.match(text):
        raise _no_amount(cell)
    months, text = _take(_MONTHS, text)
    payday, text = _take(_PAYDAY, text)
    found: dict[str, Any] = {}
    components: list[PayComponent] = []
    clauses = list(_split_clauses(text))
    for clause in clauses:
        _read_clause(clause, found, components)
    guaranteed = found.get("guaranteed")
    if "from_fen" not in found and isinstance(guaranteed, PayRate):
        found |= {"from_fen": guaranteed.fen, "to_fen": None, "period": guaranteed.period}
        found["is_period_stated"] = True
    if "from_fen" not in found:
        raise _no_amount(cell)
    if found["period"] is not PayPeriod.PIECE and not _PIECE_RATE_WORDS.isdisjoint(clauses):
        components.append(PayComponent(kind=PayComponentKind.PIECE_RATE))
    return PayCell(
        **found,
        months=Decimal(months) if months else None,
        payday=int(payday) if payday else None,
        components=tuple(components),
    )


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.search(text)
    if match is None:
        return "", text
    return next(filter(None, match.groups())), f"{text[: match.start()]} {text[match.end() :]}"


def _split_clauses(text: str) -> Iterator[str]:
    """Yield the parts of a text; a remark in brackets stays with its part."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[1])
        return f"\x00{len(kept) - 1}\x00"

    for part in _CLAUSES.split(_BRACKETS.sub(keep, text)):
        restored = re.sub(r"\x00(\d+)\x00", lambda match: f"({kept[int(match[1])]})", part)
        if restored.strip():
            yield restored.strip()


def _read_clause(clause: str, found: dict[str, Any], components: list[PayComponent]) -> None:
    """Add what a clause says to ``found``, by field of ``PayCell``, or to ``components``."""
    for word, settlement in SETTLEMENT_WORDS.items():
        if word in clause:
            found["settlement"], clause = settlement, clause.replace(word, " ")
    if not _FILLERS.sub("", clause).strip():
        return
    pay, part = _split_part(clause)
    if part is not None and "from_fen" not in found:
        _read_clause(pay, found, components)
        components.append(part)
        return
    amount = find_amount(clause)
    component = find_component(clause)
    if "试用" in clause:
        _read_probation(clause, found, components)
    elif amount is not None and any(word in clause for word in _GUARANTEED):
        period = amount.period or PayPeriod.MONTH
        found["guaranteed"] = PayRate(fen=amount.from_fen, period=period)
        if amount.to_fen not in {None, amount.from_fen}:
            components.append(PayComponent(kind=PayComponentKind.OTHER, note=clause))
    elif component is not None:
        components.append(read_component(clause, component))
    elif amount is None or "from_fen" in found:
        components.append(PayComponent(kind=PayComponentKind.OTHER, note=clause))
    else:
        _read_usual_pay(clause, amount, found, components)


def _split_part(clause: str) -> tuple[str, PayComponent | None]:
    """Return a pay, and the part of it that stands beside it: 5000(含全勤), 6000含餐补300.

    None as the part, and the whole clause, if there is none.
    """
    match = _REMARK.fullmatch(clause)
    if match is None:
        return clause, None
    pay, remark = f"{match[1]}{match[4]}", match[2] or match[3]
    kind = find_component(remark)
    if kind is None or find_component(pay) is not None or find_amount(pay) is None:
        return clause, None
    if find_amount(remark) is None and PERCENT.search(remark) is None:
        return pay, PayComponent(kind=kind, note=remark)
    return pay, read_component(remark, kind)


def find_component(clause: str) -> PayComponentKind | None:
    """Return the part of the pay that a text is about; None if it names none."""
    return next((kind for word, kind in _COMPONENTS.items() if word in clause), None)


def _read_usual_pay(
    clause: str, amount: Amount, found: dict[str, Any], components: list[PayComponent]
) -> None:
    """Add the usual pay, and the words around it that say more.

    :raises CellFault: the amount is only an upper end.
    """
    if amount.is_upper_only:
        raise CellFault(
            "LOWEST_PAY_MISSING",
            "Give the lower end of the pay, too, such as 5000-8000.",
            "请同时写明最低工资，如5000-8000。",
        )
    period = amount.period or _period_of_words(clause)
    found["is_period_stated"] = period is not None
    if period is None and amount.from_fen >= MIN_MONTHLY_FEN:
        period = PayPeriod.MONTH
    found |= {"from_fen": amount.from_fen, "to_fen": amount.to_fen, "period": period}
    rest = amount.rest
    for prefix in _PREFIX_PERIODS:
        rest = rest.replace(prefix, "")
    rest = _FILLERS.sub("", rest).strip(" ()")
    piece = next((word for word in _PIECES_OF_OTHER_NAME if word in clause), "")
    if period is PayPeriod.PIECE and piece:
        rest = f"每件即每{piece}{rest}"
    if rest:
        components.append(PayComponent(kind=PayComponentKind.OTHER, note=rest))


def _read_probation(clause: str, found: dict[str, Any], components: list[PayComponent]) -> None:
    percent = PERCENT.search(clause)
    amount = find_amount(clause)
    if percent is not None:
        found["probation_percent"] = Decimal(percent[1])
    elif amount is not None and amount.from_fen >= FEN_PER_YUAN * 10:
        found["probation_fen"] = amount.from_fen
    else:
        components.append(PayComponent(kind=PayComponentKind.OTHER, note=clause))


def read_component(clause: str, kind: PayComponentKind) -> PayComponent:
    """Return a part of the pay with its amount or percentage: 餐补300元每月, 提成3%.

    :raises CellFault: the amount is not a whole number of fen.
    """
    percent = PERCENT.search(clause)
    if percent is not None:
        note = (clause[: percent.start()] + clause[percent.end() :]).replace("提成", "").strip()
        return PayComponent(kind=kind, percent=Decimal(percent[1]), note=note)
    amount = find_amount(clause)
    if amount is None:
        note = "" if clause in {kind.zh, "奖金"} else clause
        return PayComponent(kind=kind, note=note)
    unit = _UNIT_BY_PERIOD[amount.period] if amount.period else ComponentUnit.MONTH
    if "/班" in clause or "每班" in clause:
        unit = ComponentUnit.SHIFT
    elif amount.period is None and kind is PayComponentKind.YEAR_END_BONUS:
        unit = ComponentUnit.YEAR
    elif amount.period is None and kind is PayComponentKind.BONUS:
        unit = ComponentUnit.ONCE
    words = amount.rest
    for word in ("/班", "每班", kind.zh):
        words = words.replace(word, "")
    note = _EMPTY_WORDS.sub("", words).strip(" ()")
    return PayComponent(
        kind=kind, from_fen=amount.from_fen, to_fen=amount.to_fen, unit=unit, note=note
    )


def _period_of_words(clause: str) -> PayPeriod | None:
    return next((each for word, each in _PREFIX_PERIODS.items() if word in clause), None)


def _no_amount(cell: str) -> CellFault:
    shown = shorten_for_message(cell, 20)
    return CellFault(
        "PAY_NOT_STATED",
        f"“{shown}” names no amount. Give the pay, or a range such as 5000-8000: people choose by "
        "it, and the minimum wage is compared with it.",
        f"“{shown}”没有写明金额。请填写工资或范围，如5000-8000：求职者据此选择，也要与最低工资比较。",
    )
