"""What numbers of a passage say together: pay and length of a probation, hours of a week.

试用期4200元，转正5000元 is lawful, 试用期2800元，转正5000元 is not; both hold two amounts.
A term that the law bounds becomes a sign: one for within the bound and one for beyond it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.screening.passage_numbers import COUNT, FIRST_TERM_SIGN, read_count

PAY_WITHIN, PAY_BELOW, LENGTH_WITHIN, LENGTH_BEYOND, WEEK_WITHIN, WEEK_BEYOND = (
    chr(FIRST_TERM_SIGN + at) for at in range(6)
)
_TRIAL = (
    r"(?:试用|试工|试岗|考察|考核期|见习|适应期|实习|磨合期|培训期|带教期"
    rf"|(?:(?:头|前){COUNT}个?(?:月|天)|(?:头|前)俩月|首月)(?=[^\n]{{0,14}}(?:薪|工资|发|拿|领|按|给|元|转正|\d[k千])))"
)
_REGULAR = r"(?:转正|正式|定岗|定级|合同|标准|约定|期满|之后|以后|岗位|满师|考核通过)"
_MONEY = re.compile(rf"{COUNT}(?!个|月|年|天|日|周|小时|点|岁|名|人|成|折|倍|号|钟)")
_STARTS = re.compile(_TRIAL)
_REGULAR_WORD = re.compile(_REGULAR)
_SHARE = re.compile(
    rf"{_TRIAL}[^\n]{{0,16}}?(?:百分之({COUNT})|({COUNT})(?:成|折)|(?<![\d.])([1-9]\d|100)(?![\d.元块天个月年k千万小,人-])"
    r"|(?:x|乘|乘以)(0\.\d{1,2}))"
)
_CONTRACT = re.compile(
    rf"(?:合同|协议|签|订|约)[^\n,\d试]{{0,6}}?({COUNT})(年|个月)"
    rf"|({COUNT})(年|个月)(?:期|的|以上|固定期限|劳动|聘用){{0,3}}(?:合同|协议)|(半年)(?:期|的){{0,2}}合同|签(半年)"
    r"|(无固定期限)"
)
_PROBATION = re.compile(
    rf"(?:试用|考察|见习)期?[^\n,\d]{{0,5}}?({COUNT})(个月|天|日|周|年)"
    rf"|({COUNT})(个月|天|日|周|年)(?:的|为|是){{0,2}}(?:试用|考察)|(?:试用|考察)[^\n,]{{0,4}}(半年)"
)
_DAY = re.compile(
    rf"(?:每天|每日|一天|日均|每班|一班|天天|全天|工作|只上|上|做|干|班){{0,3}}[^\n,\d]{{0,3}}?({COUNT})(个半|个)?(半)?(?:小时|钟)"
)
_DAYS_OF_WEEK = (
    (re.compile(r"做五休二|双休|周休二|每周休(?:息)?(?:两|二)天|周末休|上五天?休(?:二|两天?)"), 5),
    (
        re.compile(
            r"大小周|单双休|单休双休|月休四|休四天|单休|做六休一|上六(?:天)?休一|(?:每周|一周)(?:上|来|工作|做|干)?(?:六|6)天"
            r"|(?:六|6)天(?:班|工作)|周休一|每周休(?:息)?一天|上六天|双周(?:上)?六天"
        ),
        6,
    ),
)
_MAX_WEEK_HOURS = 44
_MAX_MONEY = 60_000
_MIN_MONEY = 900


def mark_terms(text: str) -> str:
    """Return the signs of the terms that a normalised text states, each between edges."""
    return "".join(f"|{sign}|" for sign in _find_terms(text))


def _find_terms(text: str) -> Iterator[str]:
    if _STARTS.search(text):
        share = _read_pay_share(text)
        if share is not None:
            yield PAY_WITHIN if share >= 0.8 else PAY_BELOW
        length = _compare_length(text)
        if length is not None:
            yield LENGTH_WITHIN if length else LENGTH_BEYOND
    if ("小时" in text or "钟" in text) and (hours := _read_week_hours(text)) is not None:
        yield WEEK_WITHIN if hours <= _MAX_WEEK_HOURS else WEEK_BEYOND


def _read_pay_share(text: str) -> float | None:
    """Return the pay of a probation as a share of the pay after it, if a text states both."""
    if match := _SHARE.search(text):
        if match[4]:
            return float(match[4])
        value = next(read_count(group) for group in match.groups() if group)
        return value / (10 if value <= 10 else 100)
    if not _REGULAR_WORD.search(text):
        return None
    amounts = [
        value
        for match in _MONEY.finditer(text)
        if _MIN_MONEY <= (value := read_count(match[0])) <= _MAX_MONEY
    ]
    if len(amounts) != 2:
        return None
    return min(amounts) / max(amounts)


def _compare_length(text: str) -> bool | None:
    """Return whether a probation is short enough for its contract, if a text states both."""
    probation = _PROBATION.search(text)
    if probation is None:
        return None
    months = _read_months(probation)
    contract = _CONTRACT.search(text)
    if contract is None:
        return False if months > 6 else None
    if contract[0].startswith("无固定"):
        return months <= 6
    term = _read_months(contract)
    if term < 3:
        return False
    return months <= (1 if term < 12 else 2 if term < 36 else 6)


def _read_months(match: re.Match[str]) -> float:
    groups = [group for group in match.groups() if group]
    if groups[0] == "半年":
        return 6
    value, unit = read_count(groups[0]), groups[1]
    return value * {"年": 12.0, "个月": 1.0, "周": 0.25}.get(unit, 1 / 30)


def _read_week_hours(text: str) -> float | None:
    days = next((days for expression, days in _DAYS_OF_WEEK if expression.search(text)), None)
    if days is None:
        return None
    if not (match := _DAY.search(text)):
        return None
    hours = read_count(match[1]) + (0.5 if match[2] == "个半" or match[3] else 0)
    return days * hours if 2 <= hours <= 16 else None
