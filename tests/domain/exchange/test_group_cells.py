"""Cells about groups that are welcome: words of offices, and words that exclude."""

from __future__ import annotations

import pytest

from domain.exchange.cell_parsers import CellFault
from domain.exchange.group_cells import parse_groups
from domain.seekers.seeker_groups import SeekerGroup

WELCOMED = [
    ("应届生", "GRADUATE"),
    ("欢迎应届毕业生应聘", "GRADUATE"),
    ("大学生可投", "GRADUATE"),
    ("农民工、退役军人", "MIGRANT_WORKER VETERAN"),
    ("返乡人员，退伍军人优先", "MIGRANT_WORKER VETERAN"),
    ("面向复员军人", "VETERAN"),
    ("下岗失业", "REGISTERED_UNEMPLOYED LAID_OFF"),
    ("下岗失业人员优先录用", "REGISTERED_UNEMPLOYED LAID_OFF"),
    ("失业人员/下岗工人", "REGISTERED_UNEMPLOYED LAID_OFF"),
    ("欢迎残疾人", "DISABLED"),
    ("残障人士均可", "DISABLED"),
    ("大龄", "OLDER_WORKER"),
    ("40、50人员", "OLDER_WORKER"),
    ("中老年人也可", "OLDER_WORKER"),
    ("就业困难人员；零工", "GIG_WORKER HARD_TO_EMPLOY"),
    ("HARD_TO_EMPLOY, veteran", "HARD_TO_EMPLOY VETERAN"),
    ("不限", ""),
    ("无", ""),
]
EXCLUDING = [
    *("仅限农民工", "只招应届生", "限退役军人", "退役军人专岗"),
    *("非残疾人", "残疾人除外", "不招大龄", "大龄勿扰"),
]
NO_GROUPS = ["男性优先", "35岁以下", "本地人", "已婚已育", "党员"]


@pytest.mark.parametrize(("cell", "groups"), WELCOMED)
def test_words_of_offices_are_groups(cell: str, groups: str) -> None:
    assert [group.value for group in parse_groups(cell)] == groups.split()


@pytest.mark.parametrize("cell", EXCLUDING)
def test_a_cell_that_excludes_people_is_asked_back(cell: str) -> None:
    with pytest.raises(CellFault) as fault:
        parse_groups(f"农民工、{cell}")
    assert fault.value.code == "GROUP_NOT_WELCOMED"
    assert cell in fault.value.message
    assert cell in fault.value.message_zh


@pytest.mark.parametrize("cell", NO_GROUPS)
def test_words_that_name_no_group_are_not_in_the_list(cell: str) -> None:
    with pytest.raises(CellFault) as fault:
        parse_groups(cell)
    assert fault.value.code == "NOT_IN_THE_LIST"


@pytest.mark.parametrize("group", SeekerGroup)
def test_every_group_is_read_by_its_code_and_its_chinese_name(group: SeekerGroup) -> None:
    assert parse_groups(group.value) == parse_groups(group.zh) == (group,)
