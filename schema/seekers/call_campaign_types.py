"""GraphQL types of call campaigns, their call lists and their matches."""

from datetime import date, datetime
from typing import Self

import strawberry

from domain.identity.persons import mask_name, mask_phone
from domain.identity.scopes import may_manage_seekers
from domain.seekers.call_campaigns import CallCampaign as CampaignRecord
from domain.seekers.call_campaigns import CallEntry as EntryRecord
from domain.seekers.call_campaigns import CallOutcome, MatchRun, RunStatus
from domain.seekers.seeker_groups import SeekerGroup
from schema.context import Context, Info
from schema.identity.union_types import Union
from schema.leads.lead_types import MaskedContact
from schema.matching.match_types import PostingMatch
from schema.relay import Node, global_id
from schema.seekers.seeker_types import Seeker, find_visible_seeker


@strawberry.type(description="Progress of a match run over the seekers of a campaign.")
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


@strawberry.type(
    description="A union's campaign to call people and ask whether they look for work."
)
class CallCampaign(Node):
    record: strawberry.Private[CampaignRecord]
    title: str
    created_at: datetime
    matching: MatchProgress | None = strawberry.field(
        description="Null before the first `matchCampaign`."
    )
    synthetic: bool = strawberry.field(description="Demo data.")

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

    @strawberry.field(description="The union that runs the campaign.")
    async def union(self, info: Info) -> Union:
        record = await info.context.loaders.unions.load(self.record.union_id)
        assert record is not None  # a union with campaigns is never deleted
        return Union.of(record)


@strawberry.type(description="A call that was made.")
class Call:
    at: datetime
    outcome: CallOutcome
    note: str


@strawberry.type(description="A person on a call list, with a masked contact.")
class CallEntry(Node):
    record: strawberry.Private[EntryRecord]
    group: SeekerGroup
    remark: str
    outcome: CallOutcome | None = strawberry.field(
        description="Outcome of the last call; null before the first."
    )
    next_call_on: date | None = strawberry.field(description="Null if no further call is due.")
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

    @strawberry.field(description="Masked; null once it was erased.")
    async def contact(self, info: Info) -> MaskedContact | None:
        contact = await info.context.services.store.open_contact(self.record)
        if contact is None:
            return None
        return MaskedContact(name=mask_name(contact.name), phone=mask_phone(contact.phone))

    @strawberry.field(description="The profile that was entered for the person.")
    async def seeker(self, info: Info) -> Seeker | None:
        if self.record.seeker_id is None:
            return None
        return await find_visible_seeker(info.context, self.record.seeker_id)


@strawberry.type(description="The postings that suit one seeker of a campaign.")
class CampaignMatches:
    seeker: Seeker | None = strawberry.field(
        description="Null if the profile was erased, or may not be matched any more."
    )
    matches: list[PostingMatch] = strawberry.field(description="Those open now, the best first.")


async def find_visible_campaign(context: Context, campaign_id: str) -> CallCampaign | None:
    """Return the campaign if it is in the scope of the calling officer, else None."""
    record = await context.loaders.campaigns.load(campaign_id)
    if record is None or not may_manage_seekers(context.principal, record.union_path):
        return None
    return CallCampaign.of(record)


async def find_visible_call_entry(context: Context, entry_id: str) -> CallEntry | None:
    """Return the call entry if it is in the scope of the calling officer, else None."""
    record = await context.loaders.call_entries.load(entry_id)
    if record is None or not may_manage_seekers(context.principal, record.union_path):
        return None
    return CallEntry.of(record)
