"""Subscribes through the engine, and lists every event that a subscription can show."""

from __future__ import annotations

from typing import Any

from domain.identity.accounts import Principal
from domain.leads.leads import LeadStage
from domain.live import events
from domain.live.events import Event
from schema.context import Context
from schema.execution.engine import AdmittedSubscription, GraphQLRequest
from tests.support.services import RunningServices
from tests.support.world import World

EVENTS_SUBSCRIPTIONS = """
query other { me { id } }
subscription a($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { __typename seq }
}
subscription b($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { __typename seq }
}
"""

LEADS_SUBSCRIPTION = "subscription ($session: ID!) { leadEvents(sessionId: $session) { seq } }"


def new_viewer(running: RunningServices) -> Principal:
    return running.tokens.issue_for_viewer().principal


async def subscribe(
    running: RunningServices,
    principal: Principal | None,
    query: str = EVENTS_SUBSCRIPTIONS,
    operation: str | None = "a",
    **variables: Any,
) -> AdmittedSubscription:
    request = GraphQLRequest(query=query, variables=variables, operation_name=operation)
    return await running.engine.subscribe(request, Context(running.services, principal))


def all_session_events(world: World) -> list[Event]:
    session_id = world.live.id
    return [
        events.SessionStarted(session_id=session_id),
        events.SessionInterrupted(session_id=session_id),
        events.SessionResumed(session_id=session_id),
        events.SessionEnded(session_id=session_id),
        events.SessionCancelled(session_id=session_id),
        events.PostingPinned(session_id=session_id, posting_id=world.open.id),
        events.PostingPinned(session_id=session_id, posting_id=world.held.id),
        events.PostingUnpinned(session_id=session_id, posting_id=world.held.id),
        events.SessionPostingClosed(session_id=session_id, posting_id=world.held.id),
        events.SessionPostingOpened(session_id=session_id, posting_id=world.open.id),
        events.Announcement(session_id=session_id, body="欢迎“大家”\n"),
        events.QuestionPublished(session_id=session_id, question_id=world.question.id),
        events.QuestionAnswered(session_id=session_id, question_id="gone"),
        events.QuestionHidden(session_id=session_id, question_id=world.question.id),
        events.TallyChanged(session_id=session_id, total=3, interests={world.open.id: 3}),
        events.PresenceChanged(session_id=session_id, viewers=2, peak_viewers=5),
        events.Reset(session_id=session_id),
        events.Unrecognised(session_id=session_id),
    ]


def graphql_type_name(event: Event) -> str:
    """Return the name of the event's GraphQL type. An unrecognised event is shown as a Reset."""
    return "Reset" if isinstance(event, events.Unrecognised) else type(event).__name__


def all_lead_events(world: World) -> list[Event]:
    session_id, lead_id = world.live.id, world.lead.id
    return [
        events.LeadRecorded(session_id=session_id, lead_id=lead_id),
        events.LeadAdvanced(session_id=session_id, lead_id=lead_id, stage=LeadStage.CONTACTED),
        events.Reset(session_id=session_id),
        events.Unrecognised(session_id=session_id),
    ]
