"""Amounts in Chinese characters are those in digits, and nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.exchange.written_numbers import write_in_digits

DIGITS = "零一二三四五六七八九"


def write_in_characters(hundreds: int) -> str:
    """Write a number of hundreds as people do: 12000 is 一万二千, 3500 is 三千五百."""
    digits = [hundreds // 100, hundreds // 10 % 10, hundreds % 10]
    return "".join(
        DIGITS[digit] + unit for digit, unit in zip(digits, "万千百", strict=True) if digit
    )


@settings(max_examples=60)
@given(st.integers(1, 999), st.sampled_from(["{}", "月薪{}元", "{}一个月", "{}起", "底薪{}+提成"]))
def test_any_whole_hundred_is_read(hundreds: int, words: str) -> None:
    written = words.format(write_in_characters(hundreds))
    assert write_in_digits(written) == words.format(hundreds * 100)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("三千五", "3500"),
        ("一万二", "12000"),
        ("一百八/天", "180/天"),
        ("两百一天", "200一天"),
        ("六七千", "6-7千"),
        ("四五百一天", "4-5百一天"),
        ("二十五元", "25元"),
        ("十三薪", "13薪"),
        ("十人", "10人"),
    ],
)
def test_numbers_as_people_write_them(text: str, digits: str) -> None:
    assert write_in_digits(text) == digits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6千",
        "1.2万",
        "几千",
        "三千零五十",
        "百分之三",
        "第一个月",
        "三班",
        "万达广场",
        "一千万",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert write_in_digits(text) == text
