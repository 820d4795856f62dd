"""Checks of the groups that people say they belong to, and of those that they look for."""

from __future__ import annotations

from domain.refusals import InvalidInput
from domain.seekers.seeker_groups import ADVERT_GROUPS, SeekerGroup


def check_own_group(group: SeekerGroup, field: tuple[str, ...]) -> SeekerGroup:
    """Return the group if a person may be said to belong to it.

    :raises InvalidInput: it is one of ``ADVERT_GROUPS``.
    """
    if group in ADVERT_GROUPS:
        raise InvalidInput(
            f"{group.value} is for postings only. Give one of the groups that the union counts by, "
            "or none.",
            f"“{group.zh}”仅用于岗位的适合人群，本人所属群体请选择工会统计的其他类别。",
            field=field,
        )
    return group


def check_wished_groups(groups: tuple[SeekerGroup, ...], field: tuple[str, ...]) -> None:
    """Pass when a wish for postings that welcome these groups may be stored.

    Nothing about health is stored of a seeker (个人信息保护法 art. 28), so a disability is not.

    :raises InvalidInput: DISABLED is among them.
    """
    if SeekerGroup.DISABLED in groups:
        raise InvalidInput(
            "Nothing about health is stored, so leave disabled persons out. Wish for a workplace "
            "without barriers instead, or look for jobs that welcome them in the list of jobs.",
            "系统不保存健康信息，请勿选择“残疾人”；可在福利要求中选择“无障碍设施”，或在岗位列表按适合人群筛选。",
            field=field,
            hint="Leave DISABLED out; use the benefit BARRIER_FREE, or the filter `friendlyTo`.",
        )
