"""Queries of live sessions: one by id, and a filtered list."""

from datetime import UTC, datetime

import strawberry

from domain.identity.accounts import Role
from domain.live.sessions import LiveSession as SessionRecord
from domain.live.sessions import SessionStatus
from schema.context import Context, Info
from schema.live.session_types import LiveSession, find_visible_session
from schema.relay import (
    Connection,
    Keyset,
    parse_global_id,
    resolve_connection,
)
from storage.live.sessions import BY_START, LiveSessionQuery


@strawberry.input(description="Every given field must match.")
class LiveSessionFilter:
    status: SessionStatus | None = strawberry.field(
        default=None, description="DRAFT is listed with `mine` only."
    )
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="This union and all below it."
    )
    campaign_id: strawberry.ID | None = None
    mine: bool | None = strawberry.field(default=None, description="For hosts: your own sessions.")


_LATEST_START_KEYSET: Keyset[SessionRecord] = Keyset(
    name="sessions",
    order=BY_START,
    key=lambda session: (session.starts_at.strftime("%Y%m%dT%H%M%S.%f"), session.id),
    parse=lambda parts: (
        datetime.strptime(parts[0], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC),
        parts[1],
    ),
)


@strawberry.type
class SessionQueries:
    @strawberry.field(description="One live session; null when there is none for you.")
    async def live_session(self, info: Info, id: strawberry.ID) -> LiveSession | None:
        return await find_visible_session(info.context, parse_global_id(id, "LiveSession", "id"))

    @strawberry.field(
        description="The time of the service, for countdowns on devices whose clock is wrong."
    )
    def server_time(self, info: Info) -> datetime:
        return info.context.services.clock()

    @strawberry.field(description="Live sessions, latest start first.")
    async def live_sessions(
        self,
        info: Info,
        filter: LiveSessionFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LiveSession]:
        query = _build_query(info.context, filter or LiveSessionFilter())
        sessions = info.context.services.store.live_sessions
        return await resolve_connection(
            _LATEST_START_KEYSET,
            lambda page: sessions.page(query, page),
            LiveSession.of,
            first=first,
            after=after,
        )


def _build_query(context: Context, filter: LiveSessionFilter) -> LiveSessionQuery:
    union_id = filter.union_id
    return LiveSessionQuery(
        status=filter.status,
        union_id=None
        if union_id is None
        else parse_global_id(union_id, "Union", "filter", "unionId"),
        owner_id=context.require(Role.HOST).subject if filter.mine else None,
        campaign_id=None
        if filter.campaign_id is None
        else parse_global_id(filter.campaign_id, "Campaign", "filter", "campaignId"),
        include_drafts=bool(filter.mine),
    )
