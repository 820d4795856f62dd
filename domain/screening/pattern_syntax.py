"""Building blocks of phrase patterns: the record, numbers, shared parts of expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.postings.postings import Finding

_CHINESE_DIGITS = "零〇一二三四五六七八九十两廿卅壹贰叁肆伍陆柒捌玖拾"
NUMBER = rf"(\d{{1,3}}|[{_CHINESE_DIGITS}]{{1,4}})"

REJECTED_AFTER = (
    r"(?:勿扰|勿投|勿入|勿试|勿来|免谈|止步|谢绝|除外|不要|不招|不收|不考虑|不接受|不录|不予考虑"
    r"|不予录|不予接收|请?勿打扰|请绕[道行])"
)
"""Follows the group of people that is turned away."""
REJECTED_BEFORE = r"(?:不招|不收|不要|不录用?|不考虑|不接受|谢绝|拒绝|拒收|拒招)"
"""Precedes the group of people that is turned away."""
ONLY = r"(?:只招|仅招|只收|仅收|只要|仅要|只限|仅限|限|要求|须为|须是|需为|必须是?|最好是?)"
PERSON_SUFFIX = r"(?:者|的|人士|人员|应聘者|求职者)?"

_PLAIN_DIGITS = str.maketrans("〇两壹贰叁肆伍陆柒捌玖拾", "零二一二三四五六七八九十")
_TENS = {"廿": "二十", "卅": "三十"}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True)
class PhrasePattern:
    """A regular expression for a phrase with a number or with variable parts.

    A match counts only if ``accepts_numbers`` returns true for the numbers in its groups.
    """

    rule: Finding
    expression: re.Pattern[str]
    accepts_numbers: Callable[[tuple[int, ...]], bool] = lambda _: True

    def accepts(self, match: re.Match[str]) -> bool:
        """Whether the numbers in the groups of a match make it a violation."""
        return self.accepts_numbers(tuple(parse_number(group) for group in match.groups() if group))


def parse_number(digits: str) -> int:
    """Return the number in Arabic digits, or in Chinese digits if it is below a hundred."""
    if digits[0].isdecimal():
        return int(digits)
    plain = digits.translate(_PLAIN_DIGITS)
    for sign, tens_and_ten in _TENS.items():
        plain = plain.replace(sign, tens_and_ten)
    tens, ten, ones = plain.rpartition("十")
    if not ten:
        # Digits only, without 十: 三五 is 35.
        return int("".join(str(_DIGITS[digit]) for digit in plain))
    return _DIGITS.get(tens[-1:], 1) * 10 + _DIGITS.get(ones[-1:], 0)
