"""Queries of recruitment campaigns."""

from datetime import date

import strawberry

from domain.live.recruitment_campaigns import RecruitmentCampaign as CampaignRecord
from schema.context import Info
from schema.live.recruitment_campaign_types import RecruitmentCampaign
from schema.relay import Connection, Keyset, parse_global_id, resolve_connection
from storage.live.recruitment_campaigns import LATEST_CAMPAIGN_FIRST


@strawberry.input(description="Every given field must match.")
class RecruitmentCampaignFilter:
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="This union and all below it."
    )
    running_on: date | None = None


def _parse_key(parts: list[str]) -> tuple[str, str]:
    return date.fromisoformat(parts[0]).isoformat(), parts[1]


_KEYSET: Keyset[CampaignRecord] = Keyset(
    name="recruitment-campaigns",
    order=LATEST_CAMPAIGN_FIRST,
    key=lambda campaign: (campaign.starts_on.isoformat(), campaign.id),
    parse=_parse_key,
)


@strawberry.type
class RecruitmentCampaignQueries:
    @strawberry.field(description="Recruitment campaigns, the latest first day first.")
    async def recruitment_campaigns(
        self,
        info: Info,
        filter: RecruitmentCampaignFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[RecruitmentCampaign]:
        given = filter or RecruitmentCampaignFilter()
        union_id = None
        if given.union_id is not None:
            union_id = parse_global_id(given.union_id, "Union", "filter", "unionId")
        campaigns = info.context.services.store.recruitment_campaigns
        return await resolve_connection(
            _KEYSET,
            lambda page: campaigns.page(page, union_id=union_id, running_on=given.running_on),
            RecruitmentCampaign.of,
            first=first,
            after=after,
        )
