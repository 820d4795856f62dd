"""Rewrites numbers in Chinese characters as digits: 五千 is 5000, 六七千 is 6-7千."""

from __future__ import annotations

import re

from domain.screening.pattern_syntax import parse_number

_DIGIT = "一二两三四五六七八九"
_UNITS = {"万": 10_000, "千": 1_000, "百": 100}
_MEASURES = "个月天日年件时单趟小次"
_AMOUNT = re.compile(
    rf"(?<![\d.几十百千万{_DIGIT}])"
    rf"(?=[{_DIGIT}][万千百])(?:([{_DIGIT}])万)?(?:([{_DIGIT}])千)?(?:([{_DIGIT}])百)?"
    rf"(?:([{_DIGIT}])(?![零{_DIGIT}十百千万{_MEASURES}]))?"
    rf"(?![零十百千万]|[{_DIGIT}](?![{_MEASURES}]))"
)
"""The last digit stands for the unit below the one before it: 三千五 is 3500. One before a measure
word does not belong to the amount: 五千一个月."""
_NEIGHBOURS = re.compile(rf"(?<![\d{_DIGIT}])([{_DIGIT}])([{_DIGIT}])(?=[百千万])")
_TENS = re.compile(rf"(?<![\d百千万])([{_DIGIT}]?十[{_DIGIT}]?)(?=\s*[元块人名位个薪])")


def write_in_digits(text: str) -> str:
    """Return the text with amounts and numbers of people or monthly wages in Arabic digits."""
    plain = _NEIGHBOURS.sub(
        lambda match: f"{parse_number(match[1])}-{parse_number(match[2])}", text
    )
    plain = _AMOUNT.sub(lambda match: str(_add_up(match)), plain)
    return _TENS.sub(lambda match: str(parse_number(match[1])), plain)


def _add_up(match: re.Match[str]) -> int:
    total, unit = 0, 0
    for digit, value in zip(match.groups()[:3], _UNITS.values(), strict=True):
        if digit:
            total, unit = total + parse_number(digit) * value, value
    return total + parse_number(match[4]) * unit // 10 if match[4] else total
