"""The repository of recruitment campaigns."""

from __future__ import annotations

from datetime import date

from domain.live.recruitment_campaigns import RecruitmentCampaign
from storage.mongo.client import Document, Mongo
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import Repository

LATEST_CAMPAIGN_FIRST: SortOrder = (("starts_on", -1), ("_id", -1))


class RecruitmentCampaigns(Repository[RecruitmentCampaign]):
    """Recruitment campaigns of all unions."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "recruitment_campaigns", RecruitmentCampaign)

    async def add(self, campaign: RecruitmentCampaign) -> None:
        """Store a new campaign."""
        await self._records.insert_many([campaign])

    async def page(
        self, wanted: PageRequest, *, union_id: str | None, running_on: date | None
    ) -> Page[RecruitmentCampaign]:
        """Campaigns of a union with its branches, or of all, the latest first day first."""
        where: Document = {}
        if union_id is not None:
            where["union_path"] = union_id
        if running_on is not None:
            day = running_on.isoformat()
            where |= {"starts_on": {"$lte": day}, "ends_on": {"$gte": day}}
        return await self._records.find_page(where, LATEST_CAMPAIGN_FIRST, wanted)
