"""Numbers with a unit as signs: what is alike, what differs, and that any text is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.screening.passage_numbers import (
    FIRST_SIGN,
    LAST_SIGN,
    is_counted,
    mark_numbers,
    read_count,
)


@pytest.mark.parametrize(
    ("digits", "count"),
    [
        ("12", 12),
        ("1.2万", 12_000),
        ("6k", 6_000),
        ("十", 10),
        ("二十一", 21),
        ("三五", 35),
        ("两百", 200),
        ("一百二", 120),
        ("三千五", 3_500),
        ("一千零五", 1_005),
        ("一万三千五", 13_500),
        ("万", 10_000),
    ],
)
def test_counts_are_read_as_people_say_them(digits: str, count: float) -> None:
    assert read_count(digits) == count


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("每天8小时", "每天八个钟头"),
        ("早八晚八", "早上8点到晚上8点"),
        ("晚八点守到早八点", "20:00-8:00"),
        ("百分之五十", "百分之六十"),
    ],
)
def test_numbers_of_one_step_have_one_sign(one: str, other: str) -> None:
    signs = [[char for char in mark_numbers(text) if is_counted(char)] for text in (one, other)]
    assert signs[0] == signs[1] != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("每天6.5小时", "每天10小时"),
        ("年满16周岁", "年满18周岁"),
        ("早八晚五", "早八晚九"),
        ("月薪1200元", "月薪四千二百元"),
        ("试用期发八成", "试用期发七成"),
        ("连上七天", "连上二十八天"),
    ],
)
def test_numbers_of_two_steps_have_two_signs(one: str, other: str) -> None:
    signs = [[char for char in mark_numbers(text) if is_counted(char)] for text in (one, other)]
    assert signs[0] != signs[1]
    assert all(signs)


@pytest.mark.parametrize("text", ["做五休二", "两班倒", "五险一金", "25到岗"])
def test_numbers_that_are_no_measure_stay(text: str) -> None:
    assert mark_numbers(text) == text


@settings(max_examples=60)
@given(st.text("0123456789.一二十百千万零点半早晚到:-小时元岁天个月成百分之 ,k", max_size=30))
def test_any_text_is_read_and_only_private_signs_come_in(text: str) -> None:
    added = set(mark_numbers(text)) - set(text)
    assert all(FIRST_SIGN <= ord(char) <= LAST_SIGN for char in added)
