"""Inputs of mutations that succeed in a world, with the changes that a test gives by keyword."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from storage.clock import utc_now
from tests.support.proposed_wages import next_proposed_place
from tests.support.world import World, gid, gid_as, today


def posting_input(world: World, **changes: Any) -> dict[str, Any]:
    """Return a posting that passes the gate."""
    given: dict[str, Any] = {
        "employerId": gid(world.employer),
        "title": "电工",
        "occupation": "ELECTRICIAN",
        "headcount": 3,
        "duties": "负责车间电气设备的安装与检修。",
        "conditions": "持低压电工作业证。",
        "placeCode": "310115",
        "pay": {"amount": 6000, "period": "MONTH"},
        "employmentType": "FULL_TIME",
        "shift": "DAY",
        "hoursPerDay": 8,
        "hoursPerWeek": 40,
        "insurance": ["PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY"],
        "validUntil": (today() + timedelta(days=30)).isoformat(),
    }
    return given | changes


def posting_change_input(world: World, **changes: Any) -> dict[str, Any]:
    """Return new terms of the first posting that pass the gate."""
    given = posting_input(world) | {"postingId": gid(world.open)} | changes
    del given["employerId"]
    return given


def session_input(world: World, **changes: Any) -> dict[str, Any]:
    """Return a session of the world's union."""
    given: dict[str, Any] = {
        "title": "劳模送岗",
        "format": "MODEL_WORKER_LIVE",
        "unionId": gid(world.union),
        "host": {"name": "王师傅", "honour": "CITY_CRAFTSMAN"},
        "startsAt": (utc_now() + timedelta(days=1)).isoformat(),
        "postingIds": [gid(world.open), gid(world.second)],
    }
    return given | changes


def interest_input(world: World, **changes: Any) -> dict[str, Any]:
    """Return the interest of a new person in the first posting."""
    given: dict[str, Any] = {
        "sessionId": gid(world.live),
        "postingId": gid(world.open),
        "contact": {"name": "王小明", "phone": world.next_phone()},
        "consent": {"textVersion": "1"},
    }
    return given | changes


def profile_input(world: World, **changes: Any) -> dict[str, Any]:
    """Return the profile of a new person."""
    given: dict[str, Any] = {
        "profile": {
            "group": "LAID_OFF",
            "skills": ["ELECTRICIAN"],
            "wants": {"occupations": ["ELECTRICIAN"], "places": ["310000"], "heaviest": "MEDIUM"},
        },
        "contact": {"name": "孙丽", "phone": world.next_phone()},
        "consent": {"textVersion": "1"},
        "unionId": gid(world.union),
    }
    return given | changes


def session_mutation_input(session: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    """Return a builder of the input of a mutation of one of the world's sessions."""

    def given(world: World) -> dict[str, Any]:
        return {"sessionId": gid(getattr(world, session))} | {
            name: value(world) if callable(value) else value for name, value in more.items()
        }

    return given


def question_mutation_input(**more: Any) -> Callable[[World], dict[str, Any]]:
    """Return a builder of the input of a mutation of the pending question."""
    return lambda world: {"questionId": gid(world.question)} | more


CONSENT_TEMPLATE = (
    "个人信息提供授权书（第{version}版）：我同意工会将我的姓名和手机号码提供给{employer}，"
    "联系方式：{contact}，仅用于就岗位“{posting}”与我联系，保存3年，可随时撤回同意。"
)


def proposed_wage_input(_: World) -> dict[str, Any]:
    region, tier, day = next_proposed_place()
    return {
        "region": region,
        "tier": tier,
        "monthly": 2_430,
        "hourly": 23,
        "includesInsurance": False,
        "effectiveFrom": day.isoformat(),
        "docNo": "浙政发〔2026〕1号",
        "sourceUrl": "https://www.zj.gov.cn/",
    }


def proposal_gid(world: World) -> str:
    return gid_as("MinimumWageProposal", world.proposal)


def proposal_decision_input(world: World) -> dict[str, Any]:
    correction = proposed_wage_input(world)
    del correction["region"]
    decision = {
        "proposalId": proposal_gid(world),
        "accepted": True,
        "reason": "按文件更正",
        "correction": correction,
    }
    return {"decisions": [decision]}
