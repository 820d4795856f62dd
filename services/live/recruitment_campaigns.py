"""Use cases of recruitment campaigns: officers open them, postings and sessions refer to them."""

from __future__ import annotations

from datetime import date

from domain.identity.accounts import Principal
from domain.live.recruitment_campaigns import RecruitmentCampaign, check_campaign
from domain.refusals import NotFound
from services.identity.union_choice import choose_union
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store


class RecruitmentCampaignAdministration:
    """Opens campaigns for officers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self,
        caller: Principal,
        *,
        name: str,
        name_en: str,
        starts_on: date,
        ends_on: date,
        union_id: str | None,
    ) -> RecruitmentCampaign:
        """Store a campaign of the caller's union, or of one below it.

        :raises NotFound: there is no such union.
        :raises NotPermitted: the union is neither the caller's own nor one below it.
        :raises InvalidInput: a name or a day cannot be right.
        :raises TextRefused: a name breaks a rule for public texts.
        """
        union = await choose_union(self._store, caller, union_id)
        campaign = RecruitmentCampaign(
            id=new_id(),
            name=name.strip(),
            name_en=name_en.strip(),
            starts_on=starts_on,
            ends_on=ends_on,
            union_id=union.id,
            union_path=union.path,
            created_by=caller.subject,
            created_at=self._clock(),
        )
        check_campaign(campaign)
        await self._store.recruitment_campaigns.add(campaign)
        return campaign


async def find_campaign_id(store: Store, campaign_id: str | None) -> str | None:
    """Return the id if there is such a campaign; None for None.

    :raises NotFound: there is none.
    """
    if campaign_id is not None and not await store.recruitment_campaigns.by_ids([campaign_id]):
        raise NotFound(
            "There is no such campaign. Check the id.",
            "没有这个活动，请核对编号。",
            field=("input", "campaignId"),
        )
    return campaign_id
