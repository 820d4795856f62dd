"""Queries for referrals to services."""

import strawberry

from domain.identity.accounts import Role
from domain.refusals import NotFound
from domain.seekers.referrals import Referral as ReferralRecord
from domain.seekers.referrals import ReferralKind, ReferralStatus
from schema.context import Info
from schema.relay import (
    Connection,
    Keyset,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from schema.seekers.referral_types import Referral
from schema.seekers.seeker_types import require_own_seeker
from storage.seekers.referrals import ReferralQuery

REFERRAL_KEYSET: Keyset[ReferralRecord] = id_keyset("referrals", lambda referral: referral.id)


@strawberry.input(description="All given conditions must hold.")
class ReferralFilter:
    status: ReferralStatus | None = None
    kind: ReferralKind | None = None
    seeker_id: strawberry.ID | None = None


@strawberry.type
class ReferralQueries:
    @strawberry.field(
        description="For officers: the referrals of their scope. For seekers: their own. Newest "
        "first."
    )
    async def referrals(
        self,
        info: Info,
        filter: ReferralFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Referral] | None:
        context = info.context
        caller = context.require(Role.OFFICER, Role.SEEKER)
        narrowed = filter or ReferralFilter()
        seeker_id = None
        if narrowed.seeker_id is not None:
            seeker_id = parse_global_id(narrowed.seeker_id, "Seeker", "filter", "seekerId")
        if caller.role is Role.SEEKER:
            own = (await require_own_seeker(context)).id
            if seeker_id not in {None, own}:
                raise NotFound(
                    "This is not your profile.",
                    "这不是您的求职信息。",
                    field=("filter", "seekerId"),
                )
            seeker_id = own
        query = ReferralQuery(
            union_id=caller.union_id,
            seeker_id=seeker_id,
            status=narrowed.status,
            kind=narrowed.kind,
        )
        referrals = context.services.store.referrals
        return await resolve_connection(
            REFERRAL_KEYSET,
            lambda page: referrals.page(query, page),
            Referral.of,
            first=first,
            after=after,
        )
