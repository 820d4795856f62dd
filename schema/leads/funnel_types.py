"""The GraphQL type of one row of the funnel."""

from typing import Self

import strawberry

from domain.leads.funnel import FunnelDimension
from domain.leads.funnel import FunnelRow as FunnelRecord
from domain.leads.leads import LeadSource
from domain.live.sessions import Segment
from domain.seekers.seeker_groups import SeekerGroup
from schema.context import Info
from schema.identity.union_types import Union, find_union
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting


@strawberry.type(
    description="Counts of the leads of one session, posting, source, union, segment or group. "
    "Only those with leads have a row. Interests, people and services are three different "
    "numbers."
)
class FunnelRow:
    record: strawberry.Private[FunnelRecord]
    dimension: strawberry.Private[FunnelDimension]
    interests: int = strawberry.field(description="Leads.")
    people: int = strawberry.field(description="Distinct persons behind the leads.")
    services: int = strawberry.field(description="Changes of stage that staff made.")
    contacted: int = strawberry.field(
        description="Leads that ever reached this stage or a later one; the next fields likewise."
    )
    interviewed: int
    offered: int
    hired: int = strawberry.field(description="Hires: leads, not people.")
    retained30: int
    retained90: int
    withdrawn: int = strawberry.field(
        description="Leads that are in this stage now; the next two likewise."
    )
    refused: int
    unreachable: int
    views: int | None = strawberry.field(
        description="By SESSION: how often somebody began to watch. By UNION: the sum over all "
        "sessions of the caller's scope there; null with `from` or `to`, and for recruiters. A "
        "posting has no views of its own: all viewers of a session see the pinned posting."
    )

    @classmethod
    def of(cls, by: FunnelDimension, record: FunnelRecord) -> Self:
        return cls(
            record=record,
            dimension=by,
            interests=record.interests,
            people=record.people,
            services=record.services,
            contacted=record.contacted,
            interviewed=record.interviewed,
            offered=record.offered,
            hired=record.hired,
            retained30=record.retained_30,
            retained90=record.retained_90,
            withdrawn=record.withdrawn,
            refused=record.refused,
            unreachable=record.unreachable,
            views=record.views,
        )

    @strawberry.field(description="The session of the row, by SESSION.")
    async def session(self, info: Info) -> LiveSession | None:
        if self.dimension is not FunnelDimension.SESSION:
            return None
        record = await info.context.loaders.sessions.load(self.record.key)
        return LiveSession.of(record) if record else None

    @strawberry.field(description="The posting of the row, by POSTING, also when it is closed.")
    async def posting(self, info: Info) -> Posting | None:
        if self.dimension is not FunnelDimension.POSTING:
            return None
        record = await info.context.loaders.postings.load(self.record.key)
        return Posting.of(record) if record else None

    @strawberry.field(description="The source of the row, by SOURCE.")
    def source(self) -> LeadSource | None:
        if self.dimension is not FunnelDimension.SOURCE:
            return None
        return LeadSource(self.record.key)  # type: ignore[call-arg] # looked up by value, not created

    @strawberry.field(
        description="By SEGMENT: what was on air at the interest; null in the row of leads without."
    )
    def segment(self) -> Segment | None:
        if self.dimension is not FunnelDimension.SEGMENT or not self.record.key:
            return None
        return Segment(self.record.key)  # type: ignore[call-arg] # looked up by value, not created

    @strawberry.field(
        description="By GROUP: the group that people named; null in the row of those who named "
        "none."
    )
    def group(self) -> SeekerGroup | None:
        if self.dimension is not FunnelDimension.GROUP or not self.record.key:
            return None
        return SeekerGroup(self.record.key)  # type: ignore[call-arg] # looked up by value, not created

    @strawberry.field(
        description="By UNION: which one; its counts include those of the unions below it."
    )
    async def union(self, info: Info) -> Union | None:
        if self.dimension is not FunnelDimension.UNION:
            return None
        return await find_union(info.context, self.record.key)
