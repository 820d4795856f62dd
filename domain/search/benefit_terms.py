"""Search words for what a job offers, and the codes of the terms that each word means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.labels import Labelled
from domain.postings.pay import PaySettlement
from domain.postings.postings import (
    FULL_INSURANCE,
    Benefit,
    EmploymentType,
    Intensity,
    PostingTerms,
    Shift,
)
from domain.postings.requirements import RequiredEducation
from domain.postings.work_schedule import RestDays, WorkMode
from domain.seekers.seeker_groups import SeekerGroup


@dataclass(frozen=True)
class BenefitTerm:
    """A group of synonyms, such as 包吃 and 管饭, and the codes that a posting must have for it.

    A posting offers it if its terms have all ``codes``. The first name is stored with postings in
    the search entry, so it must not change.
    """

    names: tuple[str, ...]
    codes: frozenset[Labelled]


def _benefit_term(codes: tuple[Labelled, ...], *names: str) -> BenefitTerm:
    return BenefitTerm(names, frozenset(codes))


BENEFIT_TERMS: tuple[BenefitTerm, ...] = (
    _benefit_term((Benefit.MEALS,), "包吃", "管吃", "包餐", "包三餐", "管饭", "工作餐"),
    _benefit_term((Benefit.DORMITORY,), "包住", "管住", "包住宿", "提供住宿", "宿舍", "有宿舍"),
    _benefit_term(
        (Benefit.MEALS, Benefit.DORMITORY),
        "包吃住",
        "包吃包住",
        "管吃住",
        "管吃管住",
        "包食宿",
        "提供食宿",
        "免费食宿",
    ),
    _benefit_term((Benefit.SHUTTLE_BUS,), "班车", "接送", "班车接送"),
    _benefit_term((Benefit.HOUSING_FUND,), "公积金", "住房公积金", "一金"),
    # Four kinds are enough, though people still say five: see FULL_INSURANCE.
    _benefit_term(FULL_INSURANCE, "五险", "社保", "交社保", "缴社保", "有社保"),
    _benefit_term((*FULL_INSURANCE, Benefit.HOUSING_FUND), "五险一金"),
    _benefit_term((Benefit.PAID_LEAVE,), "年假", "带薪年假", "带薪休假"),
    _benefit_term((Benefit.PAID_TRAINING,), "带薪培训"),
    _benefit_term((Benefit.HEALTH_CHECK,), "体检", "年度体检"),
    _benefit_term((Benefit.HEAT_ALLOWANCE,), "高温补贴", "高温津贴", "高温费"),
    _benefit_term((Benefit.NIGHT_ALLOWANCE,), "夜班补贴", "夜班津贴"),
    _benefit_term((Benefit.CHILD_CARE,), "托育", "带孩子"),
    _benefit_term((Benefit.FESTIVAL_GIFTS,), "节日福利", "过节费"),
    _benefit_term(
        (Shift.DAY,), "白班", "长白班", "常白班", "不倒班", "不上夜班", "没有夜班", "正常班"
    ),
    _benefit_term((Shift.TWO_SHIFT,), "两班倒", "二班倒", "两班制"),
    _benefit_term((Shift.THREE_SHIFT,), "三班倒", "三班制"),
    _benefit_term((Shift.FLEXIBLE,), "弹性", "弹性工作", "时间自由"),
    _benefit_term((EmploymentType.FULL_TIME,), "全职", "长期工"),
    _benefit_term((EmploymentType.PART_TIME,), "非全日制", "兼职", "小时工", "钟点工"),
    _benefit_term((EmploymentType.INTERNSHIP,), "实习", "实习生"),
    _benefit_term((EmploymentType.GIG,), "零工", "临时工", "短工"),
    _benefit_term((EmploymentType.DISPATCH,), "劳务派遣", "派遣"),
    _benefit_term((RestDays.TWO_A_WEEK,), "双休", "周末双休", "做五休二"),
    _benefit_term((RestDays.ONE_A_WEEK,), "单休", "做六休一"),
    _benefit_term((RestDays.ALTERNATING,), "大小周"),
    _benefit_term((PaySettlement.DAILY,), "日结", "日薪日结", "当天结"),
    _benefit_term((PaySettlement.WEEKLY,), "周结"),
    _benefit_term((WorkMode.REMOTE,), "远程", "居家办公", "在家办公", "远程办公"),
    _benefit_term((RequiredEducation.NONE,), "学历不限", "不限学历", "不用学历", "不要学历"),
    _benefit_term((Intensity.LIGHT,), "轻活", "不累"),
    _benefit_term((PaySettlement.MONTHLY,), "月结"),
    _benefit_term((Benefit.BARRIER_FREE,), "无障碍", "无障碍设施", "无障碍岗位", "无障碍工位"),
    _benefit_term((SeekerGroup.GRADUATE,), "应届生", "应届", "应届毕业生", "高校毕业生"),
    _benefit_term((SeekerGroup.MIGRANT_WORKER,), "农民工", "务工人员"),
    _benefit_term((SeekerGroup.LAID_OFF,), "下岗", "下岗职工", "下岗工人"),
    _benefit_term((SeekerGroup.REGISTERED_UNEMPLOYED,), "失业人员", "登记失业"),
    _benefit_term((SeekerGroup.HARD_TO_EMPLOY,), "就业困难人员", "就业困难"),
    _benefit_term((SeekerGroup.VETERAN,), "退役军人", "退伍军人", "退伍兵", "退役士兵"),
    _benefit_term((SeekerGroup.DISABLED,), "残疾人", "残障人士"),
    _benefit_term((SeekerGroup.OLDER_WORKER,), "大龄", "大龄劳动者", "4050", "4050人员"),
)
"""All benefit terms; each name belongs to one only."""


def find_benefit_terms(terms: PostingTerms) -> Iterator[BenefitTerm]:
    """Find the benefit terms that a posting offers."""
    codes = {
        terms.employment_type,
        terms.shift,
        terms.intensity,
        terms.work_mode,
        terms.requirements.education,
        terms.schedule.rest,
        terms.pay.settlement,
        *terms.benefits,
        *terms.insurance,
        *terms.friendly_to,
    }
    return (benefit for benefit in BENEFIT_TERMS if benefit.codes <= codes)
