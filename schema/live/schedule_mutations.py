"""The mutations that schedule a live session, and edit it later."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.live.sessions import Honour, SessionFormat
from schema import errors
from schema.context import Info
from schema.live.session_mutations import SessionChanged, SessionInput
from schema.live.session_types import LiveSession
from schema.relay import parse_global_id, parse_global_ids
from services.live.schedule import SessionPlan
from services.live.session_edits import SessionChanges


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


@strawberry.input
class EditSessionInput(SessionInput):
    title: str | None = None
    description: str | None = strawberry.field(
        default=None, description="At most 2,000 characters; an empty text takes it away."
    )
    cover_url: str | None = strawberry.field(
        default=None, description="As in `scheduleSession`; an empty text takes it away."
    )
    host: HostInput | None = None
    starts_at: datetime | None = strawberry.field(
        default=None, description="It can be moved until the session starts."
    )
    posting_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="A new running order. On air it has all open postings of the one before.",
    )
    add_posting_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Appended to the running order; those that it has already change nothing.",
    )


@strawberry.type
class SessionScheduled:
    session: LiveSession


ScheduleSessionResult = Annotated[
    SessionScheduled | errors.PostingNotOpen | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("ScheduleSessionResult"),
]


EditSessionResult = Annotated[
    SessionChanged
    | errors.SessionStateConflict
    | errors.PostingNotOpen
    | errors.TextRefused
    | errors.CommonRefusal,
    strawberry.union("EditSessionResult"),
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

    @strawberry.mutation(
        description="For hosts and officers: change a session until it is over. What is left out "
        "stays. Its viewers receive `SessionEdited`."
    )
    async def edit_session(self, info: Info, input: EditSessionInput) -> EditSessionResult:
        session = await info.context.services.session_editing.edit(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            _read_changes(input),
        )
        return SessionChanged(session=LiveSession.of(session))


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


def _read_changes(input: EditSessionInput) -> SessionChanges:
    return SessionChanges(
        title=input.title,
        description=input.description,
        cover_url=input.cover_url,
        host_name=None if input.host is None else input.host.name,
        host_honour=None if input.host is None else input.host.honour,
        starts_at=input.starts_at,
        posting_ids=None
        if input.posting_ids is None
        else parse_global_ids(input.posting_ids, "Posting", "input", "postingIds"),
        added_posting_ids=parse_global_ids(
            input.add_posting_ids or [], "Posting", "input", "addPostingIds"
        ),
    )
