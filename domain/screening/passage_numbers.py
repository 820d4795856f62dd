"""How much the numbers of a passage are: hours, ages, amounts and days in steps that the law knows.

Six hours a day are lawful and thirteen are not, though both are a number of hours. A number with a
unit becomes the sign of its unit and step; two clock times become the sign of the hours between.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

FIRST_SIGN = 0xE000
"""Private characters stand for units and steps; no normalised text holds them."""
SIGNS_OF_UNIT = 16
"""A unit has at most one step less."""
_DIGITS = dict(
    zip(
        "零〇一二两俩三四五六七八九壹贰叁肆伍陆柒捌玖",
        map(int, "0012223456789123456789"),
        strict=True,
    )
)
_SCALES = dict(zip("十拾百佰千仟万k", (10, 10, 100, 100, 1_000, 1_000, 10_000, 1_000), strict=True))
_CHINESE_DIGITS = "零〇一二两俩三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
COUNT = rf"(?:\d{{1,6}}(?:\.\d{{1,2}})?[千万k]?|[{_CHINESE_DIGITS}]{{1,7}})"


class _Unit(NamedTuple):
    """A unit as an expression, and where its steps begin."""

    expression: str
    steps: tuple[float, ...]


_UNITS = (
    _Unit(
        "个半?(?:小时|钟头?)|个半钟|小时|钟头|h",
        (3, 4.1, 6.1, 8.01, 9, 10, 12, 16, 23, 36.1, 40.1, 44.1, 60),
    ),
    _Unit("周?岁", (14, 16, 18, 19, 23, 30, 36, 41, 46, 51, 56, 61)),
    _Unit("元|块|圆|rmb", (1, 13, 25, 60, 120, 220, 500, 1000, 1700, 2300, 3000, 5000)),
    _Unit("天|日|号", (2, 4, 8, 16, 22, 26, 28)),
    _Unit("个?月", (2, 3, 4, 7, 12)),
    _Unit("年", (2, 3, 4, 6)),
    _Unit("成|折", (5, 8, 10)),
    _Unit("倍", (1.4, 2, 3)),
    _Unit("公分|厘米|cm|米|斤|公斤|kg", ()),
    # Three digits or more without a unit are mostly an amount.
    _Unit(r"(?![\d一二三四五六七八九十百千万])", (100, 500, 1000, 1700, 2300, 3000, 5000)),
)
_AMOUNT = len(_UNITS) - 1
_PART = next(at for at, unit in enumerate(_UNITS) if unit.expression == "成|折")
_SPAN_SIGNS, _SHARE_SIGNS = (FIRST_SIGN + SIGNS_OF_UNIT * (len(_UNITS) + at) for at in (0, 1))
FIRST_TERM_SIGN = _SHARE_SIGNS + SIGNS_OF_UNIT
"""The signs of what several numbers say together begin here."""
LAST_SIGN = FIRST_TERM_SIGN + SIGNS_OF_UNIT - 1
_SPAN_STEPS = (4, 7, 8.6, 9.1, 10, 11, 12, 13, 16)
_SHARE_STEPS = (50, 80, 100)
_TIME = (
    r"(早上?|清早|上午|晨|凌晨|清晨|中午|下午|傍晚|晚上?|夜里|夜间|半夜)?"
    r"(\d{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[一二三四五六七八九])"
    r"(点半|点[一三]刻|点钟?|时|:\d\d|:)?"
)
_LATE = frozenset({"下午", "傍晚", "晚", "晚上", "夜里", "夜间"})
_SPAN = re.compile(
    rf"{_TIME}(?:开门|开工|上班|上|开始|起|干|守|忙|做|站|坐|排|打卡|到岗|开早会|,){{0,2}}"
    rf"[-到至守]?(?:次日|第二天|当天)?{_TIME}"
)
_SHARE = re.compile(rf"百分之({COUNT})")
_NUMBER = re.compile(rf"({COUNT})(?:" + "|".join(f"({unit.expression})" for unit in _UNITS) + ")")


def mark_numbers(text: str) -> str:
    """Return a normalised text in which numbers with a unit are signs; other numbers stay."""
    text = _SPAN.sub(_mark_span, text)
    if "百分之" in text:
        text = _SHARE.sub(_mark_share, text)
    return _NUMBER.sub(_mark_number, text)


def is_counted(gram: str) -> bool:
    """Return whether a gram holds the sign of a number with a unit."""
    return any(FIRST_SIGN <= ord(char) <= LAST_SIGN for char in gram)


def read_count(digits: str) -> float:
    """Return a number in Arabic or Chinese digits; 三千五 is 3,500, as people say it."""
    if digits[0].isdecimal():
        plain = digits.rstrip("千万k")
        return float(plain) * _SCALES.get(digits[len(plain) :], 1)
    total = run = 0
    scale = 1
    for char in digits:
        if char in _DIGITS:
            run = run * 10 + _DIGITS[char]
        elif char == "万":
            total, run, scale = (total + run or 1) * 10_000, 0, 10_000
        else:
            scale = _SCALES[char]
            total, run = total + (run or 1) * scale, 0
    is_short = scale > 10 and 0 < run < 10 and "零" not in digits
    return float(total + (run * scale // 10 if is_short else run))


def _mark_number(match: re.Match[str]) -> str:
    unit = (match.lastindex or 0) - 2
    value, steps = read_count(match[1]), _UNITS[unit].steps
    if unit == _AMOUNT and value < steps[0]:
        return match[0]
    if unit == _PART and 10 < value < 100:
        # 八五折 is eight and a half tenths.
        value /= 10
    return chr(FIRST_SIGN + SIGNS_OF_UNIT * unit + bisect_right(steps, value))


def _mark_share(match: re.Match[str]) -> str:
    return chr(_SHARE_SIGNS + bisect_right(_SHARE_STEPS, read_count(match[1])))


def _mark_span(match: re.Match[str]) -> str:
    first_part, first, first_mark, last_part, last, last_mark = match.groups()
    if not ((first_part and last_part) or (first_mark and last_mark)):
        return match[0]
    start, end = _read_time(first_part, first, first_mark), _read_time(last_part, last, last_mark)
    if start > 24 or end > 24.5:
        return match[0]
    hours = (end - start) % 24 or 12
    if last_part is None and first_part is not None and hours > 12 and end < start:
        hours -= 12
    return chr(_SPAN_SIGNS + bisect_right(_SPAN_STEPS, hours))


def _read_time(part: str | None, hour: str, mark: str | None) -> float:
    value = read_count(hour)
    if part in _LATE and value < 12:
        value += 12
    if mark and "半" in mark:
        return value + 0.5
    if mark and mark[1:].isdecimal():
        return value + int(mark[1:]) / 60
    return value
