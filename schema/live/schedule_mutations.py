"""The mutation that schedules a live session."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.live.sessions import Honour, SessionFormat
from schema import errors
from schema.context import Info
from schema.live.session_types import LiveSession
from schema.relay import parse_global_id, parse_global_ids
from services.live.schedule import SessionPlan


@strawberry.input
class HostInput:
    name: str
    honour: Honour | None = None


@strawberry.input
class ScheduleSessionInput:
    title: str
    format: SessionFormat
    union_id: strawberry.ID | None = strawberry.field(
        default=None, description="Your own union or one below it; your own when left out."
    )
    host: HostInput
    starts_at: datetime
    posting_ids: list[strawberry.ID] = strawberry.field(description="In running order.")
    campaign_id: strawberry.ID | None = None
    description: str = strawberry.field(default="", description="At most 2,000 characters.")
    cover_url: str | None = strawberry.field(
        default=None,
        description="An image at one of the origins that the operator has named; one is drawn when "
        "left out.",
    )


@strawberry.type
class SessionScheduled:
    session: LiveSession


ScheduleSessionResult = Annotated[
    SessionScheduled | errors.PostingNotOpen | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("ScheduleSessionResult"),
]


@strawberry.type
class ScheduleMutations:
    @strawberry.mutation(description="For hosts and officers: schedule a session.")
    async def schedule_session(
        self, info: Info, input: ScheduleSessionInput
    ) -> ScheduleSessionResult:
        caller = info.context.require(Role.HOST, Role.OFFICER)
        session = await info.context.services.session_schedule.add(caller, _read_plan(input))
        return SessionScheduled(session=LiveSession.of(session))


def _read_plan(input: ScheduleSessionInput) -> SessionPlan:
    union_id = None
    if input.union_id is not None:
        union_id = parse_global_id(input.union_id, "Union", "input", "unionId")
    return SessionPlan(
        title=input.title,
        format=input.format,
        union_id=union_id,
        host_name=input.host.name,
        host_honour=input.host.honour,
        starts_at=input.starts_at,
        description=input.description,
        cover_url=input.cover_url,
        posting_ids=parse_global_ids(input.posting_ids, "Posting", "input", "postingIds"),
        campaign_id=None
        if input.campaign_id is None
        else parse_global_id(input.campaign_id, "Campaign", "input", "campaignId"),
    )
