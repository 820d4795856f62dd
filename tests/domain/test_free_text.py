"""Free text: its length, and what must not be stored."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.free_text import MAX_REMARK_LENGTH, check_remark, check_text, mentions_health
from domain.refusals import InvalidInput

FIELD = ("input", "body")


@pytest.mark.parametrize("text", ["", "岗" * 10, "一\n二\r\n\t三"])
def test_text_up_to_the_limit_passes(text: str) -> None:
    check_text(text, 10, FIELD)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("岗" * 41, "at most 40 characters"),
        ("电\x00工", "without control characters"),
        ("电\x7f工", "without control characters"),
        ("电\ud800工", "without control characters"),
        ("身份证 11010519491231002X", "identity-card number"),
    ],
)
def test_text_that_must_not_be_stored_is_refused_with_its_field(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        check_text(text, 40, FIELD)
    assert caught.value.field == FIELD
    assert text not in caught.value.message


@given(st.text())
def test_accepted_text_can_be_encoded(text: str) -> None:
    with suppress(InvalidInput):
        check_text(text, 100, FIELD)
        assert text.encode().decode() == text


@pytest.mark.parametrize(
    "remark",
    [
        "腰椎手术后，不能干重活",
        "腰 椎 间 盘 突 出",
        "三级残疾，有证",
        "怀孕五个月",
        "有高血压",
        "BACK SURGERY: no heavy work",
        "ｄｉａｂｅｔｅｓ",
    ],
)
def test_words_about_health_are_refused_with_an_alternative(remark: str) -> None:
    with pytest.raises(InvalidInput, match="such as light work") as refused:
        check_remark(remark, FIELD)
    assert refused.value.field == FIELD


@pytest.mark.parametrize(
    "remark",
    [
        "",
        "下午五点前要接孩子",
        "希望在开发区附近",
        "丈夫在找工作，她在家休息",
        "只做轻体力活",
        "集中风险排查岗位",
        "must pick up children, near the development zone",
    ],
)
def test_remarks_about_work_pass(remark: str) -> None:
    assert check_remark(f"  {remark} ", FIELD) == remark
    assert not mentions_health(remark)


@pytest.mark.parametrize(
    "remark", ["打 138 0013 8000", "11010519491231002X", "长" * (MAX_REMARK_LENGTH + 1), "a\x07"]
)
def test_numbers_of_people_and_control_characters_are_refused(remark: str) -> None:
    with pytest.raises(InvalidInput):
        check_remark(remark, FIELD)


@pytest.mark.parametrize(
    "control", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069"
)
def test_a_control_of_the_writing_direction_is_refused(control: str) -> None:
    with pytest.raises(InvalidInput, match="direction of the text"):
        check_text(f"月薪{control}8000元", 100, FIELD)


@pytest.mark.parametrize(
    "blank", ["\u200b", "\u3164", "\u2800\u2800", "\u115f \u1160", "\ufe0f", "\u00ad", "\U000e0041"]
)
def test_a_text_that_shows_nothing_is_refused(blank: str) -> None:
    with pytest.raises(InvalidInput, match="can be seen"):
        check_text(blank, 100, FIELD)


@pytest.mark.parametrize("text", ["", " \n", "焊工", "a", "👩\u200d🔧", "𬬻", "é", "①", "、"])
def test_a_text_that_shows_something_or_is_left_out_passes(text: str) -> None:
    check_text(text, 100, FIELD)
