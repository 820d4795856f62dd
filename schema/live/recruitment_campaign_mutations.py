"""The mutation that opens a recruitment campaign."""

from datetime import date
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.live.recruitment_campaign_types import RecruitmentCampaign
from schema.relay import parse_global_id


@strawberry.input
class CreateRecruitmentCampaignInput:
    name: str = strawberry.field(description="At most 60 characters.")
    name_en: str = ""
    starts_on: date
    ends_on: date = strawberry.field(description="The last day, at most two years later.")
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="Your own union or one below it; your own when left out."
    )


@strawberry.type
class RecruitmentCampaignCreated:
    campaign: RecruitmentCampaign


CreateRecruitmentCampaignResult = Annotated[
    RecruitmentCampaignCreated | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("CreateRecruitmentCampaignResult"),
]


@strawberry.type
class RecruitmentCampaignMutations:
    @strawberry.mutation(
        description="For officers: open a recruitment campaign. Postings and live sessions name it "
        "as `campaignId`, and lists are filtered by it."
    )
    async def create_recruitment_campaign(
        self, info: Info, input: CreateRecruitmentCampaignInput
    ) -> CreateRecruitmentCampaignResult:
        caller = info.context.require(Role.OFFICER)
        union_id = input.union_id
        record = await info.context.services.recruitment_campaigns.create(
            caller,
            name=input.name,
            name_en=input.name_en,
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            union_id=None
            if union_id is None
            else parse_global_id(union_id, "Union", "input", "unionId"),
        )
        return RecruitmentCampaignCreated(campaign=RecruitmentCampaign.of(record))
