"""Referrals: somebody is passed on to a service of the union or of a partner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import StatusConflict
from domain.labels import Labelled


class ReferralKind(Labelled):
    TRAINING = "TRAINING", "技能培训"
    LEGAL_AID = "LEGAL_AID", "法律援助"
    COUNSELLING = "COUNSELLING", "职业指导"
    POLICY = "POLICY", "政策咨询"
    ENTREPRENEURSHIP = "ENTREPRENEURSHIP", "创业扶持"
    HARDSHIP_AID = "HARDSHIP_AID", "困难帮扶"


class ReferralStatus(Labelled):
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
    """A status, since when, and who set it."""

    status: ReferralStatus
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Referral:
    """One person passed on to one service; the last of ``steps`` is where it stands."""

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
    """The referral in another status.

    :raises StatusConflict: it cannot go there from where it stands.
    """
    if status not in NEXT_STATUSES[referral.status]:
        following = [
            each.value for each in ReferralStatus if each in NEXT_STATUSES[referral.status]
        ]
        raise StatusConflict(
            f"The referral is {referral.status}; it can become {' or '.join(following)}."
            if following
            else f"The referral is {referral.status}, and stays so."
        )
    return replace(
        referral,
        status=status,
        steps=(*referral.steps, ReferralStep(status=status, at=at, by=by, note=note)),
        version=referral.version + 1,
        updated_at=at,
    )
