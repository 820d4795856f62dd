"""Subscriptions. Both are shared: an event is executed once for all who see the same.

A root field says in ``SHARED`` whom it admits and which log it follows. That is decided for each
subscriber before it joins a group; what a group's members have in common is their audience.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from domain import cursors
from domain.identity.accounts import VISITORS, Principal, Role
from domain.identity.scopes import check_directs
from domain.live.events import Placed, lead_topic, seeker_topic, session_topic
from domain.live.sessions import LiveSession as SessionRecord
from schema.context import Context
from schema.live.events import LeadEvent, SessionEvent, lead_event, session_event
from schema.matching.match_events import SeekerEvent, seeker_event
from schema.relay import local_id
from schema.scopes import in_sight
from schema.seekers.seeker_types import own_profile


@dataclass(frozen=True, kw_only=True)
class Following:
    """What one subscriber is admitted to.

    ``audience`` names everything about the caller that may change what it sees; subscribers of
    the same audience see the same. ``principal`` stands for all of them while an event is
    executed. ``viewer`` is whom presence counts, if anybody.
    """

    topic: str
    session_id: str
    """Of whom the log tells: a session, or a seeker."""
    after: int | None
    audience: str
    principal: Principal
    viewer: str | None
    event: Callable[[Placed], Any]


ANY_VIEWER = Principal(role=Role.VIEWER, subject="")
"""Stands for every visitor: nothing that they see of a session depends on which of them looks."""


def _audience(caller: Principal) -> tuple[str, Principal]:
    if caller.role in VISITORS:
        return "viewer", ANY_VIEWER
    seat = caller.role, caller.subject, caller.union_id, caller.employer_id
    return "/".join(part or "" for part in seat), caller


def _after(cursor: str | None, topic: str) -> int | None:
    """The seq to go on from, or ``OF_ANOTHER_LOG``."""
    if cursor is None:
        return None
    named, seq = cursors.decode_seq(cursor)
    return seq if named == topic else OF_ANOTHER_LOG


OF_ANOTHER_LOG = 1 << 62
"""Beyond the end of every log: whoever wants to go on from there is reset."""


async def _session(context: Context, session_id: str) -> SessionRecord:
    wanted = local_id(session_id, "LiveSession", "sessionId")
    return in_sight(context, await context.services.recent_sessions.get(wanted), "sessionId")


async def _follow_session(context: Context, arguments: Mapping[str, Any]) -> Following:
    caller = context.require(*Role)
    session = await _session(context, arguments["sessionId"])
    audience, principal = _audience(caller)
    topic = session_topic(session.id)
    return Following(
        topic=topic,
        session_id=session.id,
        after=_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer=caller.subject if caller.role in VISITORS else None,
        event=session_event,
    )


async def _follow_leads(context: Context, arguments: Mapping[str, Any]) -> Following:
    caller = context.require(Role.HOST, Role.OFFICER)
    session = await _session(context, arguments["sessionId"])
    check_directs(caller, session)
    audience, principal = _audience(caller)
    topic = lead_topic(session.id)
    return Following(
        topic=topic,
        session_id=session.id,
        after=_after(arguments.get("after"), topic),
        audience=audience,
        principal=principal,
        viewer=None,
        event=lead_event,
    )


async def _follow_matches(context: Context, arguments: Mapping[str, Any]) -> Following:
    seeker = await own_profile(context)
    topic = seeker_topic(seeker.id)
    return Following(
        topic=topic,
        session_id=seeker.id,
        after=_after(arguments.get("after"), topic),
        audience=topic,
        principal=context.require(Role.SEEKER),
        viewer=None,
        event=seeker_event,
    )


SHARED: Mapping[str, Callable[[Context, Mapping[str, Any]], Awaitable[Following]]] = {
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
