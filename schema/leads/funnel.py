"""The funnel: what became of the interests, counted for staff within their scope."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

import strawberry

from domain.errors import InvalidInput
from domain.identity.accounts import STAFF_ROLES, UNION_STAFF_ROLES, Principal
from domain.leads.funnel import FunnelDimension
from domain.leads.funnel import FunnelRow as FunnelRecord
from domain.leads.leads import LeadSource
from domain.live.sessions import Segment
from domain.seekers.groups import SeekerGroup
from schema.context import Info
from schema.identity.unions import Union
from schema.leads.lead_types import lead_scope_query
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting
from schema.relay import Connection, Keyset, parse_global_id, resolve_connection
from storage.leads.funnel import FunnelQuery, funnel_order


@strawberry.type(
    description="Counts of one session, posting, source, union, segment or group; only what has "
    "leads gets a row. Interests, people and services are three different numbers."
)
class FunnelRow:
    record: strawberry.Private[FunnelRecord]
    dimension: strawberry.Private[FunnelDimension]
    interests: int = strawberry.field(description="Leads.")
    people: int = strawberry.field(description="Different persons behind them.")
    services: int = strawberry.field(description="Changes of stage that staff made.")
    contacted: int = strawberry.field(
        description="Leads that ever came this far or further, as for the stages that follow."
    )
    interviewed: int
    offered: int
    hired: int = strawberry.field(description="Hires: leads, not people.")
    retained30: int
    retained90: int
    withdrawn: int = strawberry.field(description="Leads that stand there now, as the next two.")
    refused: int
    unreachable: int
    views: int | None = strawberry.field(
        description="By SESSION: how often somebody began to watch. By UNION: the same of all "
        "sessions of the caller's scope there; null with `from` or `to`, and for recruiters. A "
        "posting has none of its own: what is pinned is seen by all who watch."
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

    @strawberry.field(description="By SESSION: which one.")
    async def session(self, info: Info) -> LiveSession | None:
        if self.dimension is not FunnelDimension.SESSION:
            return None
        record = await info.context.loaders.sessions.load(self.record.key)
        return LiveSession.of(record) if record else None

    @strawberry.field(description="By POSTING: which one, also when it is closed.")
    async def posting(self, info: Info) -> Posting | None:
        if self.dimension is not FunnelDimension.POSTING:
            return None
        record = await info.context.loaders.postings.load(self.record.key)
        return Posting.of(record) if record else None

    @strawberry.field(description="By SOURCE: which one.")
    def source(self) -> LeadSource | None:
        if self.dimension is not FunnelDimension.SOURCE:
            return None
        return LeadSource(self.record.key)  # type: ignore[call-arg] # looked up by value, not made

    @strawberry.field(
        description="By SEGMENT: what was on air at the tap; null in the row of those without."
    )
    def segment(self) -> Segment | None:
        if self.dimension is not FunnelDimension.SEGMENT or not self.record.key:
            return None
        return Segment(self.record.key)  # type: ignore[call-arg] # looked up by value, not made

    @strawberry.field(
        description="By GROUP: what the people said of themselves; null in the row of those who "
        "said nothing."
    )
    def group(self) -> SeekerGroup | None:
        if self.dimension is not FunnelDimension.GROUP or not self.record.key:
            return None
        return SeekerGroup(self.record.key)  # type: ignore[call-arg] # looked up by value, not made

    @strawberry.field(description="By UNION: which one; its counts include those of its branches.")
    async def union(self, info: Info) -> Union | None:
        if self.dimension is not FunnelDimension.UNION:
            return None
        record = await info.context.loaders.unions.load(self.record.key)
        return Union.of(record) if record else None


@strawberry.input(description="All that are given must hold.")
class FunnelFilter:
    session_id: strawberry.ID | None = None
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="This union and its branches."
    )
    since: datetime | None = strawberry.field(
        default=None, name="from", description="Leads given at this moment or later."
    )
    until: datetime | None = strawberry.field(
        default=None, name="to", description="Leads given before this moment."
    )


@strawberry.type
class FunnelQueries:
    @strawberry.field(
        description="For staff, by GROUP for that of unions: what became of the leads of their "
        "scope. Sessions and postings the newest first."
    )
    async def funnel(
        self,
        info: Info,
        by: FunnelDimension = FunnelDimension.SESSION,
        filter: FunnelFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[FunnelRow]:
        caller = info.context.require(
            *(UNION_STAFF_ROLES if by is FunnelDimension.GROUP else STAFF_ROLES)
        )
        query = _build_query(caller, filter or FunnelFilter())
        funnel = info.context.services.store.funnel
        return await resolve_connection(
            _build_keyset(by),
            lambda page: funnel.page(by, query, page),
            lambda record: FunnelRow.of(by, record),
            first=first,
            after=after,
        )


def _build_keyset(by: FunnelDimension) -> Keyset[FunnelRecord]:
    return Keyset(
        name=f"funnel-{by.value.lower()}", order=funnel_order(by), key=lambda record: (record.key,)
    )


def _build_query(caller: Principal, filter: FunnelFilter) -> FunnelQuery:
    since, until = _check_time(filter.since, "from"), _check_time(filter.until, "to")
    if since is not None and until is not None and since >= until:
        raise InvalidInput("The end lies after the beginning.", field=("filter", "to"))
    scope = lead_scope_query(caller)
    below = [scope.union_id] if scope.union_id is not None else []
    if filter.union_id is not None:
        below.append(parse_global_id(filter.union_id, "Union", "filter", "unionId"))
    session_id = filter.session_id
    return FunnelQuery(
        leads=replace(
            scope,
            union_id=None,
            session_id=None
            if session_id is None
            else parse_global_id(session_id, "LiveSession", "filter", "sessionId"),
        ),
        within_unions=tuple(below),
        since=since,
        until=until,
    )


def _check_time(at: datetime | None, name: str) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise InvalidInput("Give the time with its zone.", field=("filter", name))
    if not 2000 <= at.year < 2100:
        raise InvalidInput("Give a time of this century.", field=("filter", name))
    return at.astimezone(UTC)
