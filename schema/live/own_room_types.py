"""What a visitor has in a live session, and the query of it.

Nothing of this may be reached from `LiveSession`: events of a session are executed once for all
visitors.
"""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import VISITOR_ROLES
from domain.leads.confirmation import LeadConfirmation
from domain.leads.leads import Lead as LeadRecord
from domain.live.events import EventEnvelope
from domain.live.own_room_events import OwnRoomChanged
from domain.live.own_rooms import QuestionAllowance
from domain.live.questions import MAX_QUESTION_LENGTH
from schema.context import Info
from schema.live.question_types import Question
from schema.relay import global_id
from schema.scopes import load_visible_session


@strawberry.type(
    description="An interest that this device gave in the session. The receipt of the tap shows "
    "more (`myLeads`)."
)
class OwnInterest:
    own_lead_id: strawberry.ID = strawberry.field(description="The id of its `OwnLead`.")
    posting_id: strawberry.ID
    confirmation: LeadConfirmation
    given_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, record: LeadRecord) -> Self:
        return cls(
            own_lead_id=global_id("OwnLead", record.id),
            posting_id=global_id("Posting", record.posting_id),
            confirmation=record.confirmation,
            given_at=record.created_at,
            withdrawn_at=record.withdrawn_at,
        )


@strawberry.type(description="What the caller may do in the session now.")
class RoomLimits:
    questions_left: int = strawberry.field(
        description="How many more questions may wait for the host."
    )
    ask_after: int | None = strawberry.field(
        description="After how many seconds the next question is taken; null for at once."
    )
    max_question_length: int = strawberry.field(description="In characters.")

    @classmethod
    def of(cls, allowance: QuestionAllowance) -> Self:
        return cls(
            questions_left=allowance.left,
            ask_after=allowance.retry_after,
            max_question_length=MAX_QUESTION_LENGTH,
        )


@strawberry.type(description="What the caller has in a session: nothing of anybody else.")
class MyRoom:
    interests: list[OwnInterest] = strawberry.field(description="Newest first, at most 100.")
    questions: list[Question] = strawberry.field(
        description="Own questions in every status, newest first, at most 20."
    )
    limits: RoomLimits


@strawberry.type(
    description="What the caller has in the session may have changed: read `myRoom`, and `myLeads` "
    "for the stage of an interest. It is not logged and has no cursor."
)
class MyRoomChanged:
    session_id: strawberry.ID
    at: datetime

    @classmethod
    def of(cls, placed: EventEnvelope) -> Self:
        assert isinstance(placed.event, OwnRoomChanged)  # own rooms have no other event
        return cls(session_id=global_id("LiveSession", placed.event.session_id), at=placed.at)


@strawberry.type
class OwnRoomQueries:
    @strawberry.field(
        description="For viewers and seekers: own interests, questions and limits in a session."
    )
    async def my_room(self, info: Info, session_id: strawberry.ID) -> MyRoom | None:
        caller = info.context.require(*VISITOR_ROLES)
        session = await load_visible_session(info.context, session_id, "sessionId")
        room = await info.context.services.own_rooms.read(caller, session, peer=info.context.peer)
        return MyRoom(
            interests=[OwnInterest.of(each) for each in room.leads],
            questions=[Question.of(each) for each in room.questions],
            limits=RoomLimits.of(room.allowance),
        )
