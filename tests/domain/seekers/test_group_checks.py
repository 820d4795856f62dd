"""People say which group unions count them by; nothing about health is stored."""

from __future__ import annotations

import pytest

from domain.refusals import InvalidInput
from domain.seekers.group_checks import check_own_group, check_wished_groups
from domain.seekers.seeker_groups import ADVERT_GROUPS, PERSON_GROUPS, SeekerGroup


@pytest.mark.parametrize("group", SeekerGroup)
def test_a_person_belongs_to_a_group_that_unions_count_by(group: SeekerGroup) -> None:
    if group in PERSON_GROUPS:
        assert check_own_group(group, ("input", "group")) is group
        return
    with pytest.raises(InvalidInput) as refused:
        check_own_group(group, ("input", "group"))
    assert refused.value.field == ("input", "group")
    assert group.value in refused.value.message
    assert group.zh in refused.value.message_zh


def test_every_group_may_be_wished_for_but_that_of_disabled_people() -> None:
    check_wished_groups(tuple(each for each in SeekerGroup if each != "DISABLED"), ("welcoming",))
    with pytest.raises(InvalidInput) as refused:
        check_wished_groups((SeekerGroup.VETERAN, SeekerGroup.DISABLED), ("welcoming",))
    assert "BARRIER_FREE" in (refused.value.hint or "")
    assert "无障碍设施" in refused.value.message_zh


def test_each_group_is_of_people_or_of_adverts() -> None:
    assert tuple(SeekerGroup)[:10] == PERSON_GROUPS
    assert frozenset(tuple(SeekerGroup)[10:]) == ADVERT_GROUPS
