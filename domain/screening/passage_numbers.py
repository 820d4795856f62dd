"""How much the numbers of a passage are: hours, ages, amounts and days in steps that the law knows.

Six hours a day are lawful and thirteen are not, though both are a number of hours. Each number with
a unit becomes the sign of its unit and step. Two clock times become the hours between them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "万": 10_000}
_COUNT = r"(?:\d{1,6}(?:\.\d{1,2})?[千万k]?|[零〇一二两俩三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟]{1,7})"
_UNITS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("个半?(?:小时|钟头?)|个半钟|小时|钟头|h", (3, 4.1, 6.1, 8.01, 9, 10, 12, 16, 23, 36.1, 40.1, 44.1, 60)),
    ("周?岁", (14, 16, 18, 19, 23, 30, 36, 41, 46, 51, 56, 61)),
    ("元|块|圆|rmb", (1, 13, 25, 60, 120, 220, 500, 1000, 1700, 2300, 3000, 5000)),
    ("天|日|号", (2, 4, 8, 16, 22, 26, 28)),
    ("个?月", (2, 3, 4, 7, 12)),
    ("年", (2, 3, 4, 6)),
    ("成|折", (5, 8, 10)),
    ("倍", (1.4, 2, 3)),
    ("公分|厘米|cm|米|斤|公斤|kg", ()),
    ("(?![\\d一二三四五六七八九十百千万])", (100, 500, 1000, 1700, 2300, 3000, 5000)),
)
_BARE = len(_UNITS) - 1
"""A number of three digits or more without a unit is mostly an amount."""
FIRST_SIGN = 0xE000
"""Private characters stand for units and steps; no normalised text holds them."""
_STEPS_OF_UNIT = 16
_TIME = (
    r"(早上?|清早|上午|晨|凌晨|清晨|中午|下午|傍晚|晚上?|夜里|夜间|半夜)?"
    r"(\d{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[一二三四五六七八九])"
    r"(点半|点[一三]刻|点钟?|时|:\d\d|:)?"
)
_SPAN = re.compile(
    _TIME + r"(?:开门|开工|上班|上|开始|起|干|守|忙|做|站|坐|排|打卡|到岗|开早会|,){0,2}[-到至守]?(?:次日|第二天|当天)?" + _TIME
)
_NUMBER = re.compile(
    "|".join(f"(?P<u{number}>{_COUNT}(?:{unit}))" for number, (unit, _) in enumerate(_UNITS))
)
_SPAN_STEPS = (4, 7, 8.6, 9.1, 10, 11, 12, 13, 16)
_LATE = frozenset({"下午", "傍晚", "晚", "晚上", "夜里", "夜间"})
_SHARE = re.compile(rf"百分之({_COUNT})")


def mark_numbers(text: str) -> str:
    """Return a normalised text in which numbers with a unit are signs; other numbers stay."""
    text = _SPAN.sub(_mark_span, text)
    text = _SHARE.sub(lambda match: _sign(len(_UNITS) + 1, read_count(match[1]), (50, 80, 100)), text)
    return _NUMBER.sub(_mark_number, text)


def read_count(digits: str) -> float:
    """Return a number in Arabic or Chinese digits."""
    scale = {"千": 1_000, "k": 1_000, "万": 10_000}.get(digits[-1:], 1)
    if digits[0].isdecimal():
        return float(digits.rstrip("千万k")) * scale
    total = part = 0
    run = 0
    for char in digits:
        if char in _DIGITS:
            run = run * 10 + _DIGITS[char]
            continue
        factor = _SCALES[char]
        if factor == 10_000:
            total = (total + (run or (0 if total else 1))) * factor
        else:
            total += (run or 1) * factor
        part, run = factor, 0
    # 三千五 is 3,500, and 一百二 is 120.
    return float(total + (run * part // 10 if part > 10 and 0 < run < 10 and "零" not in digits else run))


def _mark_number(match: re.Match[str]) -> str:
    unit = int((match.lastgroup or "u0")[1:])
    pattern, steps = _UNITS[unit]
    count = re.match(_COUNT, match[0])
    value = read_count(count[0]) if count else 0
    if unit == _BARE and value < steps[0]:
        return match[0]
    return _sign(unit, value, steps)


def _mark_span(match: re.Match[str]) -> str:
    first_part, first, first_mark, last_part, last, last_mark = match.groups()
    if not ((first_part and last_part) or (first_mark and last_mark)):
        return match[0]
    start, end = _read_time(first_part, first, first_mark), _read_time(last_part, last, last_mark)
    if start > 24 or end > 24.5:
        return match[0]
    hours = (end - start) % 24
    if last_part is None and first_part is not None and end < start and hours > 12:
        hours -= 12
    return _sign(len(_UNITS), hours or 12, _SPAN_STEPS)


def _read_time(part: str | None, hour: str, mark: str | None) -> float:
    value = read_count(hour)
    if part in _LATE and value < 12:
        value += 12
    if mark and "半" in mark:
        return value + 0.5
    if mark and mark[1:].isdecimal():
        return value + int(mark[1:]) / 60
    return value


def _sign(unit: int, value: float, steps: tuple[float, ...]) -> str:
    return chr(FIRST_SIGN + unit * _STEPS_OF_UNIT + bisect_right(steps, value))
