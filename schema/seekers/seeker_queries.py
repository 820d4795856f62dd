"""Queries for seekers' profiles."""

import strawberry

from domain.identity.accounts import Role
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seeker_groups import SeekerGroup
from domain.seekers.seekers import Seeker as SeekerRecord
from domain.seekers.seekers import SeekerStatus
from schema.context import Info
from schema.leads.consent_types import ConsentText
from schema.relay import (
    Connection,
    Keyset,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from schema.seekers.seeker_types import MyProfile, Seeker, require_own_seeker
from storage.seekers.seekers import SeekerQuery

SEEKER_KEYSET: Keyset[SeekerRecord] = id_keyset("seekers", lambda seeker: seeker.id)


@strawberry.input(description="All given conditions must hold.")
class SeekerFilter:
    status: SeekerStatus | None = None
    group: SeekerGroup | None = None
    campaign_id: strawberry.ID | None = None


@strawberry.type
class SeekerQueries:
    @strawberry.field(description="The text that a person agrees to before a profile is stored.")
    def profile_consent_text(self) -> ConsentText:
        return ConsentText.of(PROFILE_CONSENT_TEXT)

    @strawberry.field(description="For seekers: their own profile.")
    async def my_profile(self, info: Info) -> MyProfile | None:
        return MyProfile.of(await require_own_seeker(info.context))

    @strawberry.field(
        description="For officers: the seekers of their union and its branches, newest first."
    )
    async def seekers(
        self,
        info: Info,
        filter: SeekerFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Seeker] | None:
        caller = info.context.require(Role.OFFICER)
        narrowed = filter or SeekerFilter()
        campaign_id = None
        if narrowed.campaign_id is not None:
            campaign_id = parse_global_id(
                narrowed.campaign_id, "CallCampaign", "filter", "campaignId"
            )
        query = SeekerQuery(
            union_id=caller.union_id,
            status=narrowed.status,
            group=narrowed.group,
            campaign_id=campaign_id,
        )
        seekers = info.context.services.store.seekers
        return await resolve_connection(
            SEEKER_KEYSET,
            lambda page: seekers.page(query, page),
            Seeker.of,
            first=first,
            after=after,
        )
