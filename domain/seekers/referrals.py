"""Referrals of seekers to a service of the union or a partner, such as training or legal aid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.labels import Labelled
from domain.refusals import StatusConflict


class ReferralKind(Labelled):
    """The service that a person is referred to."""

    TRAINING = "TRAINING", "技能培训"
    LEGAL_AID = "LEGAL_AID", "法律援助"
    COUNSELLING = "COUNSELLING", "职业指导"
    POLICY = "POLICY", "政策咨询"
    ENTREPRENEURSHIP = "ENTREPRENEURSHIP", "创业扶持"
    HARDSHIP_AID = "HARDSHIP_AID", "困难帮扶"


class ReferralStatus(Labelled):
    """The status of a referral; ``NEXT_STATUSES`` tells which may follow which."""

    OPEN = "OPEN", "已转介"
    ACCEPTED = "ACCEPTED", "已受理"
    DONE = "DONE", "已完成"
    DECLINED = "DECLINED", "未受理"
    LAPSED = "LAPSED", "已失效"


NEXT_STATUSES: dict[ReferralStatus, frozenset[ReferralStatus]] = {
    ReferralStatus.OPEN: frozenset(
        {ReferralStatus.ACCEPTED, ReferralStatus.DECLINED, ReferralStatus.LAPSED}
    ),
    ReferralStatus.ACCEPTED: frozenset(
        {ReferralStatus.DONE, ReferralStatus.DECLINED, ReferralStatus.LAPSED}
    ),
    ReferralStatus.DONE: frozenset(),
    ReferralStatus.DECLINED: frozenset(),
    ReferralStatus.LAPSED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class ReferralStep:
    """A status in the history of a referral: when it was set, and by which account."""

    status: ReferralStatus
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Referral:
    """The referral of one person to one service. The last of ``steps`` is the current status."""

    id: str
    seeker_id: str
    kind: ReferralKind
    status: ReferralStatus = ReferralStatus.OPEN
    steps: tuple[ReferralStep, ...]
    union_path: tuple[str, ...]
    version: int = 1
    created_at: datetime
    updated_at: datetime
    synthetic: bool = False


def transition_referral(
    referral: Referral, status: ReferralStatus, note: str, *, by: str, at: datetime
) -> Referral:
    """Return the referral in another status.

    :raises StatusConflict: that status may not follow. The message names those that may.
    """
    if status not in NEXT_STATUSES[referral.status]:
        following = [each for each in ReferralStatus if each in NEXT_STATUSES[referral.status]]
        if not following:
            raise StatusConflict(
                f"The referral is {referral.status} and can no longer change.",
                f"转介当前为“{referral.status.zh}”，不能再变更。",
            )
        raise StatusConflict(
            f"The referral is {referral.status}; it can become {' or '.join(following)}.",
            f"转介当前为“{referral.status.zh}”，"
            f"只能变为：{'、'.join(each.zh for each in following)}。",
        )
    return replace(
        referral,
        status=status,
        steps=(*referral.steps, ReferralStep(status=status, at=at, by=by, note=note)),
        version=referral.version + 1,
        updated_at=at,
    )
