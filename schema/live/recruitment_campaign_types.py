"""The GraphQL type of recruitment campaigns, which the API calls campaigns."""

from datetime import date
from typing import Self

import strawberry

from domain.live.recruitment_campaigns import RecruitmentCampaign as CampaignRecord
from schema.context import Context, Info
from schema.identity.union_types import Union, find_union
from schema.relay import Node, global_id


@strawberry.type(
    name="Campaign",
    description="A recruitment campaign such as 春风行动. Postings and live sessions belong to it.",
)
class RecruitmentCampaign(Node):
    record: strawberry.Private[CampaignRecord]
    name: str
    name_en: str
    starts_on: date
    ends_on: date = strawberry.field(description="The last day.")

    @classmethod
    def of(cls, record: CampaignRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Campaign", record.id),
            name=record.name,
            name_en=record.name_en,
            starts_on=record.starts_on,
            ends_on=record.ends_on,
        )

    @strawberry.field(description="The union that opened it.")
    async def union(self, info: Info) -> Union:
        union = await find_union(info.context, self.record.union_id)
        assert union is not None  # a union with campaigns is never deleted
        return union


async def find_recruitment_campaign(
    context: Context, campaign_id: str | None
) -> RecruitmentCampaign | None:
    """Return the campaign with that id; None without an id, or when there is none."""
    if campaign_id is None:
        return None
    record = await context.loaders.recruitment_campaigns.load(campaign_id)
    return RecruitmentCampaign.of(record) if record else None
