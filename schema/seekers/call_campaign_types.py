"""Call campaigns and their lists, as officers see them; and what matching one has found."""

from datetime import date, datetime
from typing import Self

import strawberry

from domain.errors import NotFound
from domain.identity.accounts import Role
from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_manage_seekers
from domain.matching.jobs import build_job
from domain.matching.matches import assess_job
from domain.seekers.call_campaigns import CallCampaign as CampaignRecord
from domain.seekers.call_campaigns import CallEntry as EntryRecord
from domain.seekers.call_campaigns import (
    CallOutcome,
    MatchRun,
    RunStatus,
)
from domain.seekers.groups import SeekerGroup
from schema.context import Context, Info
from schema.identity.unions import Union
from schema.leads.lead_types import MaskedContact
from schema.matching.matches import PostingMatch, build_open_matches
from schema.relay import (
    Connection,
    Keyset,
    Node,
    build_connection,
    global_id,
    id_keyset,
    parse_global_id,
    parse_page_arguments,
    resolve_connection,
)
from schema.seekers.seeker_types import Seeker, find_visible_seeker
from storage.seekers.call_campaigns import CampaignMatch
from storage.seekers.call_lists import CallEntryQuery

CAMPAIGN_KEYSET: Keyset[CampaignRecord] = id_keyset("campaigns", lambda campaign: campaign.id)
CALL_ENTRY_KEYSET: Keyset[EntryRecord] = id_keyset(
    "call-list", lambda entry: entry.id, (("_id", 1),)
)
CAMPAIGN_MATCH_KEYSET: Keyset[CampaignMatch] = id_keyset(
    "campaign-matches", lambda match: match.id, (("_id", 1),)
)


@strawberry.type(description="How far the matching of a campaign's seekers is.")
class MatchProgress:
    status: RunStatus
    done: int
    total: int
    requested_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, record: MatchRun) -> Self:
        return cls(
            status=record.status,
            done=record.done,
            total=record.total,
            requested_at=record.requested_at,
            finished_at=record.finished_at,
        )


@strawberry.type(description="People whom a union calls to ask whether they look for work.")
class CallCampaign(Node):
    record: strawberry.Private[CampaignRecord]
    title: str
    created_at: datetime
    matching: MatchProgress | None = strawberry.field(description="Null before `matchCampaign`.")
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: CampaignRecord) -> Self:
        return cls(
            record=record,
            id=global_id("CallCampaign", record.id),
            title=record.title,
            created_at=record.created_at,
            matching=MatchProgress.of(record.run) if record.run else None,
            synthetic=record.synthetic,
        )

    @strawberry.field(description="Whose campaign it is.")
    async def union(self, info: Info) -> Union:
        record = await info.context.loaders.unions.load(self.record.union_id)
        assert record is not None  # a union with campaigns is never deleted
        return Union.of(record)


@strawberry.type(description="A call that was made.")
class Call:
    at: datetime
    outcome: CallOutcome
    note: str


@strawberry.type(description="Somebody on a call list, masked.")
class CallEntry(Node):
    record: strawberry.Private[EntryRecord]
    group: SeekerGroup
    remark: str
    outcome: CallOutcome | None = strawberry.field(description="Of the last call; null before it.")
    next_call_on: date | None = strawberry.field(description="Null when nobody calls any more.")
    calls: list[Call]
    version: int
    created_at: datetime

    @classmethod
    def of(cls, record: EntryRecord) -> Self:
        return cls(
            record=record,
            id=global_id("CallEntry", record.id),
            group=record.group,
            remark=record.remark,
            outcome=record.outcome,
            next_call_on=record.next_call_on,
            calls=[Call(at=call.at, outcome=call.outcome, note=call.note) for call in record.calls],
            version=record.version,
            created_at=record.created_at,
        )

    @strawberry.field(description="Null once it was erased.")
    async def contact(self, info: Info) -> MaskedContact | None:
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))

    @strawberry.field(description="The profile that came of it.")
    async def seeker(self, info: Info) -> Seeker | None:
        if self.record.seeker_id is None:
            return None
        return await find_visible_seeker(info.context, self.record.seeker_id)


@strawberry.type(description="The postings that suit one seeker of a campaign, the best first.")
class CampaignMatches:
    seeker: Seeker | None = strawberry.field(
        description="Null when the profile was erased, or may not be matched any more."
    )
    matches: list[PostingMatch] = strawberry.field(description="Those that are open now.")


async def find_visible_campaign(context: Context, campaign_id: str) -> CallCampaign | None:
    """The campaign, for officers in whose scope it is."""
    record = await context.loaders.campaigns.load(campaign_id)
    if record is None or not may_manage_seekers(context.principal, record.union_path):
        return None
    return CallCampaign.of(record)


async def find_visible_call_entry(context: Context, entry_id: str) -> CallEntry | None:
    """The entry, for officers in whose scope it is."""
    record = await context.loaders.call_entries.load(entry_id)
    if record is None or not may_manage_seekers(context.principal, record.union_path):
        return None
    return CallEntry.of(record)


@strawberry.input(description="All that are given must hold.")
class CallFilter:
    outcome: CallOutcome | None = None
    uncalled: bool = strawberry.field(default=False, description="Not called yet.")
    due: bool = strawberry.field(default=False, description="To be called today or before.")


@strawberry.type
class CallQueries:
    @strawberry.field(description="For officers: the campaigns of their scope, newest first.")
    async def campaigns(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[CallCampaign]:
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

    @strawberry.field(description="For officers: whom a campaign calls, the oldest entry first.")
    async def call_list(
        self,
        info: Info,
        campaign_id: strawberry.ID,
        filter: CallFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[CallEntry]:
        campaign = await require_campaign(info.context, campaign_id, "campaignId")
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

    @strawberry.field(description="For officers: what `matchCampaign` has found so far.")
    async def campaign_matches(
        self,
        info: Info,
        campaign_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[CampaignMatches]:
        context = info.context
        campaign = await require_campaign(context, campaign_id, "campaignId")
        wanted = parse_page_arguments(CAMPAIGN_MATCH_KEYSET, first=first, after=after)
        page = await context.services.store.call_campaigns.matches(campaign.id, wanted)
        found = {match.id: await _reassess_match(context, match) for match in page.items}
        return build_connection(page, CAMPAIGN_MATCH_KEYSET, lambda match: found[match.id])


async def _reassess_match(context: Context, match: CampaignMatch) -> CampaignMatches:
    """What still holds: the posting is open, the person looks for work, no limit is broken."""
    seeker = await context.loaders.seekers.load(match.seeker_id)
    if seeker is None or not seeker.is_matchable:
        return CampaignMatches(seeker=None, matches=[])
    postings = await context.loaders.postings.load_many(list(match.posting_ids))
    fitting = (assess_job(seeker.profile, build_job(posting)) for posting in postings if posting)
    still = tuple(each for each in fitting if each is not None)
    return CampaignMatches(
        seeker=Seeker.of(seeker), matches=await build_open_matches(context, still)
    )


async def require_campaign(
    context: Context, campaign_id: strawberry.ID, *field: str
) -> CampaignRecord:
    """The campaign, for officers in whose scope it is.

    :raises NotFound: there is none.
    """
    caller = context.require(Role.OFFICER)
    record = await context.loaders.campaigns.load(
        parse_global_id(campaign_id, "CallCampaign", *field)
    )
    if record is None or not may_manage_seekers(caller, record.union_path):
        raise NotFound("There is no such campaign in your scope.", field=field)
    return record


async def require_call_entry(context: Context, entry_id: strawberry.ID) -> EntryRecord:
    """The entry, for officers in whose scope it is.

    :raises NotFound: there is none.
    """
    caller, field = context.require(Role.OFFICER), ("input", "entryId")
    record = await context.loaders.call_entries.load(parse_global_id(entry_id, "CallEntry", *field))
    if record is None or not may_manage_seekers(caller, record.union_path):
        raise NotFound("There is no such entry in your scope.", field=field)
    return record
