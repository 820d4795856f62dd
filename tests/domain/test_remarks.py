"""Remarks: nothing that must not be kept, and no alarm at what may."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from domain.free_text import MAX_REMARK_LENGTH, check_remark, mentions_health

FIELD = ("input", "note")


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
def test_health_is_refused_with_a_way_out(remark: str) -> None:
    with pytest.raises(InvalidInput, match="heaviest: LIGHT") as refused:
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
def test_what_concerns_work_may_be_noted(remark: str) -> None:
    assert check_remark(f"  {remark} ", FIELD) == remark
    assert not mentions_health(remark)


@pytest.mark.parametrize(
    "remark", ["打 138 0013 8000", "11010519491231002X", "长" * (MAX_REMARK_LENGTH + 1), "a\x07"]
)
def test_numbers_of_people_and_what_nobody_can_read_are_refused(remark: str) -> None:
    with pytest.raises(InvalidInput):
        check_remark(remark, FIELD)
