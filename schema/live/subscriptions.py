"""Subscriptions. Both are shared: an event is executed once for all who see the same.

A root field says in ``SHARED`` whom it admits and which log it follows. That is decided for each
subscriber before it joins a group; what a group's members have in common is their audience.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from domain import cursors
from domain.identity.accounts import VISITOR_ROLES, Principal, Role
from domain.identity.scopes import check_may_direct
from domain.live.events import EventEnvelope, lead_topic, seeker_topic, session_topic
from domain.live.sessions import LiveSession as SessionRecord
from schema.context import Context
from schema.live.events import LeadEvent, SessionEvent, build_lead_event, build_session_event
from schema.matching.seeker_event_types import SeekerEvent, build_seeker_event
from schema.relay import parse_global_id
from schema.scopes import require_visible_session
from schema.seekers.seeker_types import require_own_seeker


@dataclass(frozen=True, kw_only=True)
class SubscriptionSource:
    """What one subscriber is admitted to.

    ``audience`` names everything about the caller that may change what it sees; subscribers of
    the same audience see the same. ``principal`` stands for all of them while an event is
    executed. ``viewer`` is whom presence counts, if anybody.
    """

    topic: str
    subject_id: str
    """Of whom the log tells: a session, or a seeker."""
    after_seq: int | None
    audience: str
    principal: Principal
    viewer_id: str | None
    build_event: Callable[[EventEnvelope], Any]


ANY_VIEWER = Principal(role=Role.VIEWER, subject="")
"""Stands for every visitor: nothing that they see of a session depends on which of them looks."""


def _resolve_audience(caller: Principal) -> tuple[str, Principal]:
    if caller.role in VISITOR_ROLES:
        return "viewer", ANY_VIEWER
    seat = caller.role, caller.subject, caller.union_id, caller.employer_id
    return "/".join(part or "" for part in seat), caller


def _parse_after(cursor: str | None, topic: str) -> int | None:
    """The seq to go on from, or ``OF_ANOTHER_LOG``."""
    if cursor is None:
        return None
    named, seq = cursors.decode_seq(cursor)
    return seq if named == topic else UNREACHABLE_SEQ


UNREACHABLE_SEQ = 1 << 62
"""Beyond the end of every log: whoever wants to go on from there is reset."""


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
        after_seq=_parse_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer_id=caller.subject if caller.role in VISITOR_ROLES else None,
        build_event=build_session_event,
    )


async def _follow_leads(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    caller = context.require(Role.HOST, Role.OFFICER)
    session = await _require_session(context, arguments["sessionId"])
    check_may_direct(caller, session)
    audience, principal = _resolve_audience(caller)
    topic = lead_topic(session.id)
    return SubscriptionSource(
        topic=topic,
        subject_id=session.id,
        after_seq=_parse_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer_id=None,
        build_event=build_lead_event,
    )


async def _follow_matches(context: Context, arguments: Mapping[str, Any]) -> SubscriptionSource:
    seeker = await require_own_seeker(context)
    topic = seeker_topic(seeker.id)
    return SubscriptionSource(
        topic=topic,
        subject_id=seeker.id,
        after_seq=_parse_after(arguments.get("after"), topic),
        audience=topic,
        principal=context.require(Role.SEEKER),
        viewer_id=None,
        build_event=build_seeker_event,
    )


SUBSCRIPTION_SOURCES: Mapping[
    str, Callable[[Context, Mapping[str, Any]], Awaitable[SubscriptionSource]]
] = {
    "sessionEvents": _follow_session,
    "leadEvents": _follow_leads,
    "postingMatched": _follow_matches,
}


@strawberry.type
class Subscription:
    """For the schema alone: whom a field admits and what it follows says ``SHARED``."""

    @strawberry.subscription(
        description="Everything that happens in a session, in order. Without `after` it begins "
        "now; with the cursor of an event or of `LiveSession.cursor` nothing is missed."
    )
    def session_events(
        self, session_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[SessionEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(description="For the session's host and officers: its leads.")
    def lead_events(
        self, session_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[LeadEvent, None]:
        raise NotImplementedError

    @strawberry.subscription(
        description="For seekers: postings that have just opened, or changed, and suit the profile "
        "or a saved search; each once. With `after` nothing is missed in between."
    )
    def posting_matched(self, after: str | None = None) -> AsyncGenerator[SeekerEvent, None]:
        raise NotImplementedError
