"""GraphQL types of referrals to services."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import Role
from domain.identity.scopes import may_manage_seekers
from domain.seekers.referrals import Referral as ReferralRecord
from domain.seekers.referrals import ReferralKind, ReferralStatus
from schema.context import Context, Info
from schema.relay import Node, global_id
from schema.seekers.seeker_types import Seeker, find_visible_seeker


@strawberry.type(description="A status of a referral, and when it was set.")
class ReferralStepTaken:
    status: ReferralStatus
    at: datetime
    note: str = strawberry.field(description="For officers; empty for the seeker.")


@strawberry.type(description="A seeker who was referred to a service of the union or of a partner.")
class Referral(Node):
    record: strawberry.Private[ReferralRecord]
    kind: ReferralKind
    status: ReferralStatus
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: ReferralRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Referral", record.id),
            kind=record.kind,
            status=record.status,
            version=record.version,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="Oldest first.")
    def steps(self, info: Info) -> list[ReferralStepTaken]:
        shows_notes = may_manage_seekers(info.context.principal, self.record.union_path)
        return [
            ReferralStepTaken(status=step.status, at=step.at, note=step.note if shows_notes else "")
            for step in self.record.steps
        ]

    @strawberry.field(description="Null if the profile was erased.")
    async def seeker(self, info: Info) -> Seeker | None:
        return await find_visible_seeker(info.context, self.record.seeker_id)


async def find_visible_referral(context: Context, referral_id: str) -> Referral | None:
    """Return the referral if the caller is an officer of the scope or the seeker, else None."""
    record = await context.loaders.referrals.load(referral_id)
    if record is None:
        return None
    if may_manage_seekers(context.principal, record.union_path):
        return Referral.of(record)
    caller = context.principal
    if caller is None or caller.role is not Role.SEEKER:
        return None
    is_own = await find_visible_seeker(context, record.seeker_id) is not None
    return Referral.of(record) if is_own else None
