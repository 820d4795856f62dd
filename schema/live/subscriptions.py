"""The root subscription fields: who may subscribe to each, and which log it follows.

Subscriptions are shared: an event is executed once for each group of identical subscriptions. A
caller is authorised by a function of ``SUBSCRIPTION_SOURCES`` before it joins a group. The members
of a group have the same audience, so they see the same result.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from domain import cursors
from domain.identity.accounts import VISITOR_ROLES, Principal, Role
from domain.identity.scopes import check_may_direct
from domain.live.events import EventEnvelope
from domain.live.log_position import LogPosition
from domain.live.log_topics import lead_topic, question_topic, seeker_topic, session_topic
from domain.live.own_rooms import RoomOwner
from domain.live.sessions import LiveSession as SessionRecord
from schema.context import Context
from schema.leads.lead_event_types import LeadEvent, build_lead_event
from schema.live.own_room_types import MyRoomChanged
from schema.live.question_event_types import QuestionEvent, build_question_event
from schema.live.session_event_types import SessionEvent, build_session_event
from schema.matching.seeker_event_types import SeekerEvent, build_seeker_event
from schema.relay import parse_global_id
from schema.scopes import require_visible_session
from schema.seekers.seeker_types import require_own_seeker


@dataclass(frozen=True, kw_only=True)
class SubscriptionSource:
    """The log that one authorised subscriber follows.

    ``audience`` names everything about the caller that can change what it sees: subscribers with
    the same audience see the same. Events are executed as ``principal`` for all of them.
    ``viewer_id`` is the viewer that presence counts; None for a caller that is not counted.
    """

    topic: str
    subject_id: str
    """The id of the session or seeker that the log belongs to."""
    after: LogPosition | None
    audience: str
    principal: Principal
    viewer_id: str | None
    build_event: Callable[[EventEnvelope], Any]


ANY_VIEWER = Principal(role=Role.VIEWER, subject="")
"""The principal for all visitors: what a visitor sees of a session depends on none of them."""


def _resolve_audience(caller: Principal) -> tuple[str, Principal]:
    """Return the caller's audience, and the principal that events are executed as."""
    if caller.role in VISITOR_ROLES:
        return "viewer", ANY_VIEWER
    parts = caller.role, caller.subject, caller.union_id, caller.employer_id
    return "/".join(part or "" for part in parts), caller


def _parse_after(cursor: str | None, topic: str) -> LogPosition | None:
    """Return the position to resume after; ``UNREACHABLE`` for a cursor of another log."""
    if cursor is None:
        return None
    cursor_topic, position = cursors.decode_position(cursor)
    return position if cursor_topic == topic else UNREACHABLE


@dataclass(frozen=True, kw_only=True)
class OwnRoomSource:
    """The room of one visitor: it has no log, and no subscriber shares it with another visitor."""

    owner: RoomOwner
    principal: Principal
    build_event: Callable[[EventEnvelope], Any]

    @property
    def audience(self) -> str:
        """The visitor."""
        return self.owner.visitor


UNREACHABLE = LogPosition(seq=1 << 62, tag="")
"""A position beyond the end of every log: a subscriber that resumes after it receives a Reset."""


async def _require_session(context: Context, session_id: str) -> SessionRecord:
    wanted = parse_global_id(session_id, "LiveSession", "sessionId")
    return require_visible_session(
        context, await context.services.cached_sessions.get(wanted), "sessionId"
    )


async def _follow_session(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    caller = context.require(*Role)
    session = await _require_session(context, arguments["sessionId"])
    audience, principal = _resolve_audience(caller)
    topic = session_topic(session.id)
    return SubscriptionSource(
        topic=topic,
        subject_id=session.id,
        after=_parse_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer_id=caller.subject if caller.role in VISITOR_ROLES else None,
        build_event=build_session_event,
    )


async def _follow_leads(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    return await _follow_as_staff(context, arguments, lead_topic, build_lead_event)


async def _follow_questions(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    return await _follow_as_staff(context, arguments, question_topic, build_question_event)


async def _follow_as_staff(
    context: Context,
    arguments: Mapping[str, Any],
    topic_of: Callable[[str], str],
    build_event: Callable[[EventEnvelope], Any],
) -> SubscriptionSource:
    caller = context.require(Role.HOST, Role.OFFICER)
    session = await _require_session(context, arguments["sessionId"])
    check_may_direct(caller, session)
    audience, principal = _resolve_audience(caller)
    topic = topic_of(session.id)
    return SubscriptionSource(
        topic=topic,
        subject_id=session.id,
        after=_parse_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer_id=None,
        build_event=build_event,
    )


async def _follow_matches(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    seeker = await require_own_seeker(context)
    topic = seeker_topic(seeker.id)
    return SubscriptionSource(
        topic=topic,
        subject_id=seeker.id,
        after=_parse_after(arguments.get("after"), topic),
        audience=topic,
        principal=context.require(Role.SEEKER),
        viewer_id=None,
        build_event=build_seeker_event,
    )


async def _follow_own_room(context: Context, arguments: Mapping[str, Any]) -> OwnRoomSource:
    caller = context.require(*VISITOR_ROLES)
    session = await _require_session(context, arguments["sessionId"])
    return OwnRoomSource(
        owner=RoomOwner(session.id, caller.subject),
        principal=caller,
        build_event=MyRoomChanged.of,
    )


SUBSCRIPTION_SOURCES: Mapping[
    str,
    Callable[[Context, Mapping[str, Any]], Awaitable[SubscriptionSource | OwnRoomSource]],
] = {
    "sessionEvents": _follow_session,
    "leadEvents": _follow_leads,
    "questionEvents": _follow_questions,
    "postingMatched": _follow_matches,
    "myRoomChanged": _follow_own_room,
}


@strawberry.type
class Subscription:
    """Declares the fields for the schema. ``SUBSCRIPTION_SOURCES`` says how each is served."""

    @strawberry.subscription(
        description="The events of a session, in order. Without `after` it begins now; with the "
        "cursor of an event or `LiveSession.cursor`, no later event is missed. An `after` that "
        "the log does not hold is answered with one `Reset`."
    )
    def session_events(
        self, session_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[SessionEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(
        description="For the session's host and officers: the events of its leads. An `after` that "
        "the log does not hold is answered with one `LeadsReset`."
    )
    def lead_events(
        self, session_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[LeadEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(
        description="For the session's host and officers: questions that were asked, published, "
        "answered or declined. An `after` that the log does not hold is answered with one "
        "`QuestionsReset`."
    )
    def question_events(
        self, session_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[QuestionEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(
        description="For seekers: postings that have just opened or changed and match the "
        "profile or a saved search, each once. With `after`, no later event is missed; one that "
        "the log does not hold is answered with one `MatchesReset`."
    )
    def posting_matched(self, after: str | None = None) -> AsyncGenerator[SeekerEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(
        description="For viewers and seekers: comes at once, and whenever own interests, questions "
        "or limits in the session change. Nobody else gets it, and several changes may be one "
        "notice. It cannot be resumed: the one that comes at once covers what was missed."
    )
    def my_room_changed(self, session_id: strawberry.ID) -> AsyncGenerator[MyRoomChanged, None]:
        raise NotImplementedError
