"""Queries for call campaigns, their call lists and their matches."""

import strawberry

from domain.identity.accounts import Role
from domain.matching.jobs import build_job
from domain.matching.matches import assess_job
from domain.seekers.call_campaigns import CallCampaign as CampaignRecord
from domain.seekers.call_campaigns import CallEntry as EntryRecord
from domain.seekers.call_campaigns import CallOutcome
from schema.context import Context, Info
from schema.matching.match_types import build_open_matches
from schema.relay import (
    Connection,
    Keyset,
    build_connection,
    id_keyset,
    parse_global_id,
    parse_page_arguments,
    resolve_connection,
)
from schema.seekers.call_campaign_types import CallCampaign, CallEntry, CampaignMatches
from schema.seekers.seeker_types import Seeker
from storage.seekers.call_campaigns import CampaignMatch
from storage.seekers.call_lists import CallEntryQuery

CAMPAIGN_KEYSET: Keyset[CampaignRecord] = id_keyset("campaigns", lambda campaign: campaign.id)
CALL_ENTRY_KEYSET: Keyset[EntryRecord] = id_keyset(
    "call-list", lambda entry: entry.id, (("_id", 1),)
)
CAMPAIGN_MATCH_KEYSET: Keyset[CampaignMatch] = id_keyset(
    "campaign-matches", lambda match: match.id, (("_id", 1),)
)


@strawberry.input(description="All given conditions must hold.")
class CallFilter:
    outcome: CallOutcome | None = None
    uncalled: bool = strawberry.field(default=False, description="People not called yet.")
    due: bool = strawberry.field(
        default=False, description="People whose next call is due today or earlier."
    )


@strawberry.type
class CallCampaignQueries:
    @strawberry.field(description="For officers: the call campaigns of their scope, newest first.")
    async def campaigns(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[CallCampaign] | None:
        caller = info.context.require(Role.OFFICER)
        union_id = caller.union_id
        assert union_id is not None  # every officer belongs to a union
        campaigns = info.context.services.store.call_campaigns
        return await resolve_connection(
            CAMPAIGN_KEYSET,
            lambda page: campaigns.page(union_id, page),
            CallCampaign.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="For officers: the call list of a campaign, oldest entry first.")
    async def call_list(
        self,
        info: Info,
        campaign_id: strawberry.ID,
        filter: CallFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[CallEntry] | None:
        campaign = await _require_campaign(info.context, campaign_id)
        narrowed = filter or CallFilter()
        query = CallEntryQuery(
            campaign_id=campaign.id,
            outcome=narrowed.outcome,
            uncalled=narrowed.uncalled,
            due_on=info.context.services.today() if narrowed.due else None,
        )
        entries = info.context.services.store.call_entries
        return await resolve_connection(
            CALL_ENTRY_KEYSET,
            lambda page: entries.page(query, page),
            CallEntry.of,
            first=first,
            after=after,
        )

    @strawberry.field(description="For officers: what `matchCampaign` has found so far, by seeker.")
    async def campaign_matches(
        self,
        info: Info,
        campaign_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[CampaignMatches] | None:
        context = info.context
        campaign = await _require_campaign(context, campaign_id)
        wanted = parse_page_arguments(CAMPAIGN_MATCH_KEYSET, first=first, after=after)
        page = await context.services.store.call_campaigns.matches(campaign.id, wanted)
        reassessed = {match.id: await _reassess_match(context, match) for match in page.items}
        return build_connection(page, CAMPAIGN_MATCH_KEYSET, lambda match: reassessed[match.id])


async def _reassess_match(context: Context, match: CampaignMatch) -> CampaignMatches:
    """Return what still holds: the person may be matched and the posting breaks no limit."""
    seeker = await context.loaders.seekers.load(match.seeker_id)
    if seeker is None or not seeker.is_matchable:
        return CampaignMatches(seeker=None, matches=[])
    postings = await context.loaders.postings.load_many(list(match.posting_ids))
    assessed = (assess_job(seeker.profile, build_job(posting)) for posting in postings if posting)
    holding = tuple(match for match in assessed if match is not None)
    return CampaignMatches(
        seeker=Seeker.of(seeker), matches=await build_open_matches(context, holding)
    )


async def _require_campaign(context: Context, campaign_id: strawberry.ID) -> CampaignRecord:
    caller = context.require(Role.OFFICER)
    return await context.services.call_campaigns.require_in_scope(
        caller, parse_global_id(campaign_id, "CallCampaign", "campaignId"), field=("campaignId",)
    )
