"""Mutations that open a referral and move it to its next status."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.seekers.referrals import ReferralKind, ReferralStatus
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.seekers.referral_types import Referral


@strawberry.input
class OpenReferralInput:
    seeker_id: strawberry.ID
    kind: ReferralKind
    note: str = ""


@strawberry.input
class AdvanceReferralInput:
    referral_id: strawberry.ID
    status: ReferralStatus
    note: str = ""


@strawberry.type
class ReferralOpened:
    referral: Referral


@strawberry.type
class ReferralAdvanced:
    referral: Referral


OpenReferralResult = Annotated[
    ReferralOpened | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("OpenReferralResult"),
]
AdvanceReferralResult = Annotated[
    ReferralAdvanced | errors.StatusConflict | errors.CommonRefusal,
    strawberry.union("AdvanceReferralResult"),
]


@strawberry.type
class ReferralMutations:
    @strawberry.mutation(description="For officers: refer a seeker to a service.")
    async def open_referral(self, info: Info, input: OpenReferralInput) -> OpenReferralResult:
        caller = info.context.require(Role.OFFICER)
        seeker_id = parse_global_id(input.seeker_id, "Seeker", "input", "seekerId")
        referral = await info.context.services.referrals.open(
            caller, seeker_id, input.kind, input.note
        )
        return ReferralOpened(referral=Referral.of(referral))

    @strawberry.mutation(
        description="For officers: OPEN to ACCEPTED to DONE; or to DECLINED or LAPSED."
    )
    async def advance_referral(
        self, info: Info, input: AdvanceReferralInput
    ) -> AdvanceReferralResult:
        caller = info.context.require(Role.OFFICER)
        referral_id = parse_global_id(input.referral_id, "Referral", "input", "referralId")
        referral = await info.context.services.referrals.advance(
            caller, referral_id, input.status, input.note
        )
        return ReferralAdvanced(referral=Referral.of(referral))
