"""Events as subscribers get them: every event type, and one rendering for a whole group."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    Executor,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    execute_subscription_event,
    is_required_argument,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.identity.accounts import Principal
from domain.live import events
from domain.live.events import Event, EventEnvelope
from schema.context import Context
from schema.execution.results import encode_result
from schema.root import SCHEMA
from tests.schema.execution.joining import (
    all_lead_events,
    all_session_events,
    graphql_type_name,
    new_viewer,
    subscribe,
)
from tests.support.log_cursors import cursor_at
from tests.support.records import FIXED_NOW
from tests.support.services import RunningServices
from tests.support.world import World, gid

SEQ_AND_TIME = {"seq": 7, "at": "2026-10-01T12:00:00+00:00"}


async def test_every_session_event_is_rendered_with_its_fields(
    running: RunningServices, readonly_world: World
) -> None:
    world, session = readonly_world, {"session": {"id": gid(readonly_world.live)}}
    moved = " ".join(
        f"... on Session{how} {{ session {{ id }} }}"
        for how in ("Started", "Interrupted", "Resumed", "Ended", "Cancelled")
    )
    query = f"""subscription ($session: ID!) {{ sessionEvents(sessionId: $session) {{
      __typename seq at {moved}
      ... on PostingPinned {{ posting {{ id }} }}
      ... on PostingUnpinned {{ postingId }}
      ... on SessionPostingClosed {{ postingId }}
      ... on SessionPostingOpened {{ posting {{ id }} }}
      ... on Announcement {{ body }}
      ... on QuestionPublished {{ question {{ id }} }}
      ... on QuestionAnswered {{ question {{ id }} }}
      ... on QuestionHidden {{ questionId }}
      ... on TallyChanged {{ total tallies {{ postingId interests }} }}
      ... on PresenceChanged {{ viewers peakViewers }}
      ... on Reset {{ snapshot {{ id }} }}
    }} }}"""
    expected: list[dict[str, Any]] = [
        *[session] * 5,
        {"posting": {"id": gid(world.open)}},
        {"posting": None},
        *[{"postingId": gid(world.held)}] * 2,
        {"posting": {"id": gid(world.open)}},
        {"body": "欢迎“大家”\n"},
        # The question is pending, as if it was taken back after the event.
        {"question": None},
        {"question": None},
        {"questionId": gid(world.question)},
        {"total": 3, "tallies": [{"postingId": gid(world.open), "interests": 3}]},
        {"viewers": 2, "peakViewers": 5},
        *[{"snapshot": {"id": gid(world.live)}}] * 2,
    ]
    joined = await subscribe(running, new_viewer(running), query, None, session=gid(world.live))
    for event, shown in zip(all_session_events(world), expected, strict=True):
        placed = EventEnvelope(topic=joined.log_source.topic, seq=7, at=FIXED_NOW, event=event)
        answer = json.loads(await joined.render(placed))
        head = {"__typename": graphql_type_name(event)} | SEQ_AND_TIME
        assert answer == {"data": {"sessionEvents": head | shown}}


async def test_every_lead_event_is_rendered_with_a_masked_contact(
    running: RunningServices, readonly_world: World
) -> None:
    query = """subscription ($session: ID!) { leadEvents(sessionId: $session) {
      __typename seq at cursor
      ... on LeadRecorded { lead { id contact { name phone } } }
      ... on LeadAdvanced { stage lead { id } }
    } }"""
    host = readonly_world.principal(readonly_world.host)
    joined = await subscribe(running, host, query, None, session=gid(readonly_world.live))
    topic, lead = joined.log_source.topic, {"id": gid(readonly_world.lead)}
    head = SEQ_AND_TIME | {"cursor": cursor_at(topic, 7)}
    masked = {"contact": {"name": "王**", "phone": "138****8000"}}
    expected: list[dict[str, Any]] = [
        {"__typename": "LeadRecorded", "lead": lead | masked},
        {"__typename": "LeadAdvanced", "lead": lead, "stage": "CONTACTED"},
        *[{"__typename": "LeadsReset"}] * 2,
    ]
    for event, shown in zip(all_lead_events(readonly_world), expected, strict=True):
        placed = EventEnvelope(topic=topic, seq=7, at=FIXED_NOW, event=event)
        assert json.loads(await joined.render(placed)) == {"data": {"leadEvents": head | shown}}


def unwrap_type(kind: GraphQLOutputType) -> Any:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


@st.composite
def selections(draw: st.DrawFn, kind: Any, depth: int) -> str:
    """Draw a selection of fields of a type, with selections below them."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        possible = sorted(SCHEMA._schema.get_possible_types(kind), key=lambda it: it.name)
        chosen = draw(st.lists(st.sampled_from(possible), unique=True, max_size=6))
        parts = [f"... on {it.name} {draw(selections(it, depth))}" for it in chosen]
        return "{ __typename " + " ".join(parts) + " }"
    assert isinstance(kind, GraphQLObjectType)
    fields = [
        (name, unwrap_type(field.type))
        for name, field in kind.fields.items()
        if not any(map(is_required_argument, field.args.values()))
    ]
    composite = GraphQLObjectType | GraphQLUnionType | GraphQLInterfaceType
    if not depth:
        fields = [(name, inner) for name, inner in fields if not isinstance(inner, composite)]
    chosen_fields = (
        draw(st.lists(st.sampled_from(fields), unique=True, max_size=5)) if fields else []
    )
    parts = [
        f"{name} {draw(selections(inner, depth - 1))}" if isinstance(inner, composite) else name
        for name, inner in chosen_fields
    ]
    return "{ __typename " + " ".join(parts) + " }"


async def render_for_one_subscriber(
    running: RunningServices, principal: Principal, query: str, variables: dict[str, Any], root: Any
) -> bytes:
    """Return the result of one subscriber that is in no group."""
    context = Context(running.services, principal)
    executor = Executor.build(
        SCHEMA._schema,
        running.engine.documents.prepare(query).document,  # type: ignore[arg-type] # it was joined with
        context_value=context,
        raw_variable_values=variables,
        hide_suggestions=True,
    )
    assert isinstance(executor, Executor)
    result: Any = execute_subscription_event(executor.build_per_event_executor(root))
    return encode_result(result if not hasattr(result, "__await__") else await result, context)


@pytest.mark.parametrize(
    ("field", "interface", "happened"),
    [
        ("sessionEvents", "SessionEvent", all_session_events),
        ("leadEvents", "LeadEvent", all_lead_events),
    ],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_the_shared_result_equals_the_result_of_each_member_alone(
    field: str,
    interface: str,
    happened: Callable[[World], list[Event]],
    data: st.DataObject,
    running: RunningServices,
    readonly_world: World,
) -> None:
    callers = ["viewer"] if field == "sessionEvents" else []
    caller = data.draw(st.sampled_from([*callers, "host", "officer", "officer above"]))
    if caller == "viewer":
        first, second = new_viewer(running), new_viewer(running)
    else:
        first = second = readonly_world.principal(readonly_world.staff[caller])
    event = data.draw(st.sampled_from(happened(readonly_world)))
    name = graphql_type_name(event)
    its = "LeadsReset" if (field, name) == ("leadEvents", "Reset") else name
    selection = data.draw(selections(SCHEMA._schema.type_map[interface], 3))
    own = data.draw(selections(SCHEMA._schema.type_map[its], 3))
    selection = selection.removesuffix("}") + f"... on {its} {own} }}"
    query = f"subscription ($session: ID!) {{ {field}(sessionId: $session) {selection} }}"
    variables = {"session": gid(readonly_world.live)}
    joined = [await subscribe(running, who, query, None, **variables) for who in (first, second)]
    assert joined[0].group_key == joined[1].group_key
    placed = EventEnvelope(topic=joined[0].log_source.topic, seq=7, at=FIXED_NOW, event=event)
    shared = await joined[0].render(placed)
    assert "errors" not in json.loads(shared)
    root = joined[1].log_source.build_event(placed)
    assert shared == await render_for_one_subscriber(running, second, query, variables, root)


async def test_a_fault_in_one_event_does_not_end_the_group(
    running: RunningServices, world: World
) -> None:
    query = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on SessionStarted { session { id } } } }"  # noqa: E501 - one document
    joined = await subscribe(running, new_viewer(running), query, None, session=gid(world.live))
    gone = EventEnvelope(
        topic="x", seq=1, at=FIXED_NOW, event=events.SessionStarted(session_id="gone")
    )
    (error,) = json.loads(await joined.render(gone))["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    unknown = EventEnvelope(
        topic="x", seq=1, at=FIXED_NOW, event=events.LeadRecorded(session_id="1", lead_id="1")
    )
    (error,) = json.loads(await joined.render(unknown))["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    placed = EventEnvelope(
        topic="x", seq=2, at=FIXED_NOW, event=events.SessionStarted(session_id=world.live.id)
    )
    assert json.loads(await joined.render(placed)) == {
        "data": {"sessionEvents": {"session": {"id": gid(world.live)}}}
    }
