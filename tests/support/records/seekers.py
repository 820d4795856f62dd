"""Builders of seekers, call campaigns, call entries and referrals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.leads.leads import SealedContact
from domain.reference.occupations import Occupation
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.profile import Profile, Wants
from domain.seekers.profile_consent import make_profile_consent
from domain.seekers.referrals import Referral, ReferralKind, ReferralStatus, ReferralStep
from domain.seekers.seeker_groups import SeekerGroup
from domain.seekers.seekers import SavedSearch, Seeker
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import UNION_ID


def seeker(**changes: Any) -> Seeker:
    record = Seeker(
        id=new_id(),
        profile=Profile(
            group=SeekerGroup.LAID_OFF,
            wants=Wants(occupations=(Occupation.ELECTRICIAN,), places=("310000",)),
            skills=(Occupation.ELECTRICIAN,),
        ),
        union_path=("root", UNION_ID),
        giver=new_id(),
        person=new_id(),
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        consent=make_profile_consent("1", at=FIXED_NOW),
        searches=(
            SavedSearch(
                key=new_id(),
                name="上海的文员",
                wants=Wants(occupations=(Occupation.CLERK,)),
                created_at=FIXED_NOW,
            ),
        ),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(record, **changes)


def campaign(**changes: Any) -> CallCampaign:
    record = CallCampaign(
        id=new_id(),
        title="下岗职工回访",
        union_path=("root", UNION_ID),
        created_by="officer",
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)


def call_entry(**changes: Any) -> CallEntry:
    record = CallEntry(
        id=new_id(),
        campaign_id="campaign",
        union_path=("root", UNION_ID),
        person=new_id(),
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        group=SeekerGroup.LAID_OFF,
        remark="下午五点前要接孩子",
        next_call_on=FIXED_NOW.date(),
        created_by="officer",
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(record, **changes)


def referral(**changes: Any) -> Referral:
    step = ReferralStep(status=ReferralStatus.OPEN, at=FIXED_NOW, by="officer", note="想学焊工")
    record = Referral(
        id=new_id(),
        seeker_id="seeker",
        kind=ReferralKind.TRAINING,
        steps=(step,),
        union_path=("root", UNION_ID),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(record, **changes)
