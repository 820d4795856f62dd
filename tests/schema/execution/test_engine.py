"""The engine: groups of like subscribers share one execution, faults show a reference alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import orjson
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
from structlog.testing import capture_logs

from domain.cursors import encode_seq
from domain.identity.accounts import Principal
from domain.leads.leads import LeadStage
from domain.live import events
from domain.live.events import Event, EventEnvelope, lead_topic, session_topic
from domain.refusals import NotFound
from schema.context import Context
from schema.execution.engine import AdmittedSubscription, Engine, GraphQLRequest
from schema.execution.results import RequestInvalid, encode_result, format_refusal
from schema.relay import global_id
from schema.root import SCHEMA
from storage.mongo.client import Mongo, StorageUnavailable, new_id
from tests.support.graphql_clients import GraphQLClient, mutation_document
from tests.support.mongod import temporary_mongod
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.records import FIXED_NOW
from tests.support.services import RunningServices, hash_collections, running_services
from tests.support.world import World, gid

EVENTS = """
query other { me { id } }
subscription a($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { __typename seq }
}
subscription b($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { __typename seq }
}
"""
USED_TWICE = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    ... on Reset { snapshot { postings(after: $after) { edges { cursor } } } }
  }
}
"""
LEADS = "subscription ($session: ID!) { leadEvents(sessionId: $session) { seq } }"


def _viewer(running: RunningServices) -> Principal:
    return running.tokens.issue_for_viewer().principal


async def _join(
    running: RunningServices,
    principal: Principal | None,
    query: str = EVENTS,
    operation: str | None = "a",
    **variables: Any,
) -> AdmittedSubscription:
    request = GraphQLRequest(query=query, variables=variables, operation_name=operation)
    return await running.engine.subscribe(request, principal)


async def test_subscribers_who_differ_in_their_cursor_alone_share_a_group(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    cursors = [None, encode_seq(topic, 1), encode_seq(topic, 7)]
    joined = [
        await _join(running, _viewer(running), session=session, after=after) for after in cursors
    ]
    joined.append(await _join(running, _viewer(running), session=session))
    assert len({joining.group_key for joining in joined}) == 1
    assert [joining.source.after_seq for joining in joined] == [None, 1, 7, None]


async def test_variables_that_the_operation_does_not_know_make_no_group(
    running: RunningServices, readonly_world: World
) -> None:
    session = gid(readonly_world.live)
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    plain = await _join(running, _viewer(running), session=session)
    odd = await _join(running, _viewer(running), session=session, unknown=deep)
    assert odd.group_key == plain.group_key


async def test_whoever_sees_or_asks_for_something_else_is_in_another_group(
    running: RunningServices, readonly_world: World
) -> None:
    world, session = readonly_world, gid(readonly_world.live)
    viewer, host = _viewer(running), world.principal(world.host)
    joined = [
        await _join(running, viewer, session=session),
        await _join(running, viewer, session=gid(world.ended)),
        await _join(running, viewer, EVENTS + " ", session=session),
        await _join(running, viewer, EVENTS, "b", session=session),
        await _join(running, host, session=session),
        await _join(running, world.principal(world.officer), session=session),
        await _join(running, replace(host, union_id=world.elsewhere.id), session=session),
        await _join(running, replace(host, employer_id=world.rival.id), session=session),
    ]
    assert len({joining.group_key for joining in joined}) == len(joined)


async def test_a_cursor_that_stands_elsewhere_too_parts_groups(
    running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await _join(
            running, _viewer(running), USED_TWICE, None, session=session, after=encode_seq(topic, n)
        )
        for n in (1, 2)
    ]
    assert joined[0].group_key != joined[1].group_key


@pytest.mark.parametrize(
    "query",
    [
        "subscription ($session: ID!, $after: String!) { sessionEvents(sessionId: $session, after: $after) { seq } }",  # noqa: E501 - one document
        'subscription ($session: ID!, $after: String = "") { sessionEvents(sessionId: $session, after: $after) { seq } }',  # noqa: E501 - one document
    ],
)
async def test_a_cursor_may_be_a_variable_of_any_kind(
    query: str, running: RunningServices, readonly_world: World
) -> None:
    session, topic = gid(readonly_world.live), session_topic(readonly_world.live.id)
    joined = [
        await _join(
            running, _viewer(running), query, None, session=session, after=encode_seq(topic, n)
        )
        for n in (1, 2)
    ]
    assert joined[0].group_key == joined[1].group_key
    assert [joining.source.after_seq for joining in joined] == [1, 2]


async def test_a_cursor_in_the_document_is_followed(
    running: RunningServices, readonly_world: World
) -> None:
    cursor = encode_seq(session_topic(readonly_world.live.id), 3)
    query = f'subscription ($session: ID!) {{ sessionEvents(sessionId: $session, after: "{cursor}") {{ seq }} }}'  # noqa: E501 - one document
    joined = await _join(running, _viewer(running), query, None, session=gid(readonly_world.live))
    assert joined.source.after_seq == 3


async def test_a_cursor_of_another_log_lies_beyond_every_end(
    running: RunningServices, readonly_world: World
) -> None:
    for topic in (session_topic(readonly_world.ended.id), lead_topic(readonly_world.live.id)):
        joined = await _join(
            running, _viewer(running), session=gid(readonly_world.live), after=encode_seq(topic, 1)
        )
        assert joined.source.after_seq == 1 << 62


SESSION = "sessionEvents(sessionId: $session)"
NOT_JOINED: dict[str, tuple[str, str, str]] = {
    "nobody": (
        "nobody",
        f"subscription ($session: ID!) {{ {SESSION} {{ seq }} }}",
        "UNAUTHENTICATED",
    ),
    "leads, nobody": ("nobody", LEADS, "UNAUTHENTICATED"),
    "leads, viewer": ("viewer", LEADS, "NOT_PERMITTED"),
    "leads, recruiter": ("recruiter", LEADS, "NOT_PERMITTED"),
    "leads, other host": ("other host", LEADS, "NOT_PERMITTED"),
    "leads, officer elsewhere": ("officer elsewhere", LEADS, "NOT_PERMITTED"),
    "two fields": (
        "viewer",
        f"subscription ($session: ID!) {{ a: {SESSION} {{ seq }} b: {SESSION} {{ seq }} }}",
        "BAD_REQUEST",
    ),
    "a fragment at the root": (
        "viewer",
        f"subscription ($session: ID!) {{ ... {{ {SESSION} {{ seq }} }} }}",
        "BAD_REQUEST",
    ),
    "the name of the type": (
        "viewer",
        "subscription ($session: ID = 1) { __typename @include(if: true) }",
        "BAD_REQUEST",
    ),
    "a query": (
        "viewer",
        "query ($session: ID!) { liveSession(id: $session) { id } }",
        "BAD_REQUEST",
    ),
    "a variable of another type": (
        "viewer",
        f"subscription ($session: ID!, $n: Int!) {{ {SESSION} {{ seq @skip(if: $n) }} }}",
        "BAD_REQUEST",
    ),
    "a missing variable": (
        "viewer",
        f"subscription ($session: ID!, $n: Boolean!) {{ {SESSION} {{ seq @skip(if: $n) }} }}",
        "BAD_REQUEST",
    ),
    "an id that is null after all": (
        "viewer",
        'subscription ($gone: ID = "x") { sessionEvents(sessionId: $gone) { seq } }',
        "BAD_REQUEST",
    ),
    "a garbage cursor": (
        "viewer",
        'subscription ($session: ID!) { sessionEvents(sessionId: $session, after: "x") { seq } }',
        "BAD_CURSOR",
    ),
    "an id of another type": (
        "viewer",
        'subscription { sessionEvents(sessionId: "UG9zdGluZzox") { seq } }',
        "INVALID_ID",
    ),
    "a session that is not there": (
        "viewer",
        f'subscription {{ sessionEvents(sessionId: "{global_id("LiveSession", "0")}") {{ seq }} }}',
        "NOT_FOUND",
    ),
}


@pytest.mark.parametrize(("caller", "query", "code"), NOT_JOINED.values(), ids=list(NOT_JOINED))
async def test_who_may_not_follow_is_told_why(
    caller: str, query: str, code: str, running: RunningServices, readonly_world: World
) -> None:
    principal = None
    if caller == "viewer":
        principal = _viewer(running)
    elif caller != "nobody":
        principal = readonly_world.principal(readonly_world.staff[caller])
    with pytest.raises(RequestInvalid) as refusal:
        await _join(running, principal, query, None, session=gid(readonly_world.live), gone=None)
    assert refusal.value.errors[0]["extensions"]["code"] == code


async def test_a_draft_is_followed_by_those_who_direct_it(
    running: RunningServices, readonly_world: World
) -> None:
    session = gid(readonly_world.draft)
    with pytest.raises(RequestInvalid, match="No session has this id"):
        await _join(running, _viewer(running), session=session)
    host = readonly_world.principal(readonly_world.host)
    assert (
        await _join(running, host, session=session)
    ).source.subject_id == readonly_world.draft.id


async def test_presence_counts_viewers_alone(
    running: RunningServices, readonly_world: World
) -> None:
    viewer, session = _viewer(running), gid(readonly_world.live)
    assert (await _join(running, viewer, session=session)).source.viewer_id == viewer.subject
    host = readonly_world.principal(readonly_world.host)
    assert (await _join(running, host, session=session)).source.viewer_id is None
    assert (await _join(running, host, LEADS, None, session=session)).source.viewer_id is None


def _session_events(world: World) -> list[Event]:
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
        events.Announcement(session_id=session_id, body="欢迎“大家”\n"),
        events.QuestionPublished(session_id=session_id, question_id=world.question.id),
        events.QuestionAnswered(session_id=session_id, question_id="gone"),
        events.QuestionHidden(session_id=session_id, question_id=world.question.id),
        events.TallyChanged(session_id=session_id, total=3, interests={world.open.id: 3}),
        events.PresenceChanged(session_id=session_id, viewers=2, peak_viewers=5),
        events.Reset(session_id=session_id),
        events.Unrecognised(session_id=session_id),
    ]


def _shown_as(event: Event) -> str:
    """The name of its type; what is not known is made good by a Reset."""
    return "Reset" if isinstance(event, events.Unrecognised) else type(event).__name__


def _lead_events(world: World) -> list[Event]:
    session_id, lead_id = world.live.id, world.lead.id
    return [
        events.LeadRecorded(session_id=session_id, lead_id=lead_id),
        events.LeadAdvanced(session_id=session_id, lead_id=lead_id, stage=LeadStage.CONTACTED),
        events.Reset(session_id=session_id),
        events.Unrecognised(session_id=session_id),
    ]


_PLACE = {"seq": 7, "at": "2026-10-01T12:00:00+00:00"}


async def test_every_event_shows_what_happened(
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
        {"postingId": gid(world.held)},
        {"body": "欢迎“大家”\n"},
        # It waits, so that an event of it is of one that was taken away since.
        {"question": None},
        {"question": None},
        {"questionId": gid(world.question)},
        {"total": 3, "tallies": [{"postingId": gid(world.open), "interests": 3}]},
        {"viewers": 2, "peakViewers": 5},
        *[{"snapshot": {"id": gid(world.live)}}] * 2,
    ]
    joined = await _join(running, _viewer(running), query, None, session=gid(world.live))
    for event, shown in zip(_session_events(world), expected, strict=True):
        placed = EventEnvelope(topic=joined.source.topic, seq=7, at=FIXED_NOW, event=event)
        answer = json.loads(await joined.render(placed))
        head = {"__typename": _shown_as(event)} | _PLACE
        assert answer == {"data": {"sessionEvents": head | shown}}


async def test_every_event_of_leads_shows_the_lead_masked(
    running: RunningServices, readonly_world: World
) -> None:
    query = """subscription ($session: ID!) { leadEvents(sessionId: $session) {
      __typename seq at cursor
      ... on LeadRecorded { lead { id contact { name phone } } }
      ... on LeadAdvanced { stage lead { id } }
    } }"""
    host = readonly_world.principal(readonly_world.host)
    joined = await _join(running, host, query, None, session=gid(readonly_world.live))
    topic, lead = joined.source.topic, {"id": gid(readonly_world.lead)}
    head = _PLACE | {"cursor": encode_seq(topic, 7)}
    masked = {"contact": {"name": "王**", "phone": "138****8000"}}
    expected: list[dict[str, Any]] = [
        {"__typename": "LeadRecorded", "lead": lead | masked},
        {"__typename": "LeadAdvanced", "lead": lead, "stage": "CONTACTED"},
        *[{"__typename": "LeadsReset"}] * 2,
    ]
    for event, shown in zip(_lead_events(readonly_world), expected, strict=True):
        placed = EventEnvelope(topic=topic, seq=7, at=FIXED_NOW, event=event)
        assert json.loads(await joined.render(placed)) == {"data": {"leadEvents": head | shown}}


def _bare(kind: GraphQLOutputType) -> Any:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


@st.composite
def selections(draw: st.DrawFn, kind: Any, depth: int) -> str:
    """Some of the fields of a type, with what lies below them."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        possible = sorted(SCHEMA._schema.get_possible_types(kind), key=lambda it: it.name)
        chosen = draw(st.lists(st.sampled_from(possible), unique=True, max_size=6))
        parts = [f"... on {it.name} {draw(selections(it, depth))}" for it in chosen]
        return "{ __typename " + " ".join(parts) + " }"
    assert isinstance(kind, GraphQLObjectType)
    fields = [
        (name, _bare(field.type))
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


async def _on_its_own(
    running: RunningServices, principal: Principal, query: str, variables: dict[str, Any], root: Any
) -> bytes:
    """What one subscriber alone would be given."""
    executor = Executor.build(
        SCHEMA._schema,
        running.engine.documents.prepare(query).document,  # type: ignore[arg-type] # it was joined with
        context_value=Context(running.services, principal),
        raw_variable_values=variables,
        hide_suggestions=True,
    )
    assert isinstance(executor, Executor)
    result: Any = execute_subscription_event(executor.build_per_event_executor(root))
    return encode_result(result if not hasattr(result, "__await__") else await result)


@pytest.mark.parametrize(
    ("field", "interface", "happened"),
    [
        ("sessionEvents", "SessionEvent", _session_events),
        ("leadEvents", "LeadEvent", _lead_events),
    ],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_what_a_group_shares_is_what_each_member_would_have_been_given(
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
        first, second = _viewer(running), _viewer(running)
    else:
        first = second = readonly_world.principal(readonly_world.staff[caller])
    event = data.draw(st.sampled_from(happened(readonly_world)))
    name = _shown_as(event)
    its = "LeadsReset" if (field, name) == ("leadEvents", "Reset") else name
    selection = data.draw(selections(SCHEMA._schema.type_map[interface], 3))
    own = data.draw(selections(SCHEMA._schema.type_map[its], 3))
    selection = selection.removesuffix("}") + f"... on {its} {own} }}"
    query = f"subscription ($session: ID!) {{ {field}(sessionId: $session) {selection} }}"
    variables = {"session": gid(readonly_world.live)}
    joined = [await _join(running, who, query, None, **variables) for who in (first, second)]
    assert joined[0].group_key == joined[1].group_key
    placed = EventEnvelope(topic=joined[0].source.topic, seq=7, at=FIXED_NOW, event=event)
    shared = await joined[0].render(placed)
    assert "errors" not in json.loads(shared)
    root = joined[1].source.build_event(placed)
    assert shared == await _on_its_own(running, second, query, variables, root)


async def test_a_subscription_is_not_executed_as_a_query(running: RunningServices) -> None:
    request = GraphQLRequest(query="subscription { sessionEvents(sessionId: 1) { seq } }")
    with pytest.raises(RequestInvalid, match="Subscribe over WebSocket"):
        await running.engine.execute(request, Context(running.services, None))


@pytest.mark.parametrize(
    ("query", "variables", "operation"),
    [
        ("{", None, None),
        ("{ salaries }", None, None),
        ("query a { me { id } } query b { me { id } }", None, None),
        ("query a { me { id } }", None, "b"),
        ("fragment f on Query { me { id } }", None, None),
        ("query ($id: ID!) { node(id: $id) { id } }", {}, None),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": {}}, None),
        ("query ($n: Int) { postings(first: $n) { edges { cursor } } }", {"n": 1 << 31}, None),
        ("query ($n: Int) { postings(first: $n) { edges { cursor } } }", {"n": 1.5}, None),
        ("query ($n: Int) { postings(first: $n) { edges { cursor } } }", {"n": "1"}, None),
        ("query ($n: Int) { postings(first: $n) { edges { cursor } } }", {"n": float("nan")}, None),
        ("{ postings(first: 2147483648) { edges { cursor } } }", None, None),
        ('{ postings(filter: {occupation: "WELDER"}) { edges { cursor } } }', None, None),
    ],
)
async def test_a_request_that_cannot_be_executed_is_refused_as_a_whole(
    query: str, variables: dict[str, Any] | None, operation: str | None, running: RunningServices
) -> None:
    request = GraphQLRequest(query=query, variables=variables, operation_name=operation)
    with pytest.raises(RequestInvalid) as refusal:
        await running.engine.execute(request, Context(running.services, None))
    assert {error["extensions"]["code"] for error in refusal.value.errors} == {"BAD_REQUEST"}
    assert orjson.dumps(refusal.value.errors)


@pytest.mark.parametrize(
    "literal",
    [
        'validUntil: "yesterday"',
        "validUntil: 5",
        "hoursPerDay: 1e400",
        'hoursPerDay: "8"',
        "headcount: 99999999999",
        "occupation: PRESIDENT",
        "shift: {a: 1}",
        "pay: [1]",
    ],
)
async def test_a_literal_of_another_type_is_the_callers_mistake(
    literal: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {
        "employerId": json.dumps(gid(readonly_world.employer)),
        "occupation": "WELDER",
        "pay": "{amount: 6000, period: MONTH}",
        "employmentType": "FULL_TIME",
        "shift": "DAY",
        "hoursPerDay": "8",
        "hoursPerWeek": "40",
        "validUntil": '"2026-12-31"',
    }
    name, value = literal.split(": ", 1)
    fields = ", ".join(f"{key}: {it}" for key, it in (given | {name: value}).items())
    query = (
        f"mutation {{ submitPosting(input: {{{fields}}}) {{ ... on UserError {{ code field }} }} }}"
    )
    answer = await api.execute(query, None, readonly_world.token(readonly_world.officer))
    if "errors" in answer:
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_REQUEST"}
    else:
        assert answer["data"]["submitPosting"] == {
            "code": "INVALID_INPUT",
            "field": ["input", "hoursPerDay"],
        }


async def test_a_fault_shows_a_reference_and_is_logged_under_it_without_values(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await running.store.mongo["unions"].delete_one({"_id": world.union.id})
    query = "query ($id: ID!) { liveSession(id: $id) { title union { name } } }"
    with capture_logs() as logs:
        error = await api.fetch_error(query, {"id": gid(world.live)})
    reference = error["extensions"]["reference"]
    assert error == {
        "message": f"Something went wrong on our side. Reference: {reference}",
        "locations": error["locations"],
        "path": ["liveSession", "union"],
        "extensions": {"code": "INTERNAL", "reference": reference},
    }
    (fault,) = [entry for entry in logs if entry["event"] == "fault"]
    assert (fault["reference"], fault["error"]) == (reference, "AssertionError")
    assert world.union.id not in str(fault)


async def test_a_fault_in_one_event_is_shown_by_reference_and_the_group_goes_on(
    running: RunningServices, world: World
) -> None:
    query = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on SessionStarted { session { id } } } }"  # noqa: E501 - one document
    joined = await _join(running, _viewer(running), query, None, session=gid(world.live))
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


def test_a_refusal_outside_of_a_field_keeps_its_code_and_field() -> None:
    (error,) = format_refusal(NotFound("There is no such thing.", "没有这个对象。", field=("id",)))
    assert error["message"] == "There is no such thing."
    assert error["extensions"] == {"code": "NOT_FOUND", "field": ("id",)}
    (error,) = format_refusal(StorageUnavailable("host:27017 is away"))
    assert error["extensions"] == {"code": "BUSY", "field": None}
    assert "27017" not in str(error)


async def test_a_closed_database_is_a_fault_that_shows_nothing(mongo_uri: str) -> None:
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    async with running_services(mongo) as running, GraphQLClient(running.endpoint) as api:
        world = World(running)
        await world.store_records()
        await mongo.drop_database()
        await mongo.close()
        operation = MUTATION_CASES["createEmployer"]
        for query, variables in (
            ("{ employers { edges { cursor } } }", None),
            (mutation_document("createEmployer"), {"input": operation.build_input(world)}),
        ):
            error = await api.fetch_error(query, variables, world.token(world.officer))
            assert error["extensions"]["code"] == "INTERNAL"
            assert "ongo" not in str(error)


async def test_a_database_that_is_away_asks_to_try_again() -> None:
    async with AsyncExitStack() as stack:
        async with temporary_mongod() as mongod:
            mongo = await Mongo.connect(mongod.uri, "songgang", timeout=0.5)
            stack.push_async_callback(mongo.close)
            running = await stack.enter_async_context(running_services(mongo))
            world = World(running)
            await world.store_records()
            await hash_collections(running)
        api = await stack.enter_async_context(GraphQLClient(running.endpoint))
        token = world.token(world.officer)
        error = await api.fetch_error("{ employers { edges { cursor } } }", None, token)
        assert error["extensions"] == {"code": "BUSY", "field": None}
        given = MUTATION_CASES["createEmployer"].build_input(world)
        answer = await api.mutate("createEmployer", given, token)
        assert (answer["__typename"], answer["code"], answer["field"]) == ("Busy", "BUSY", None)
        with pytest.raises(RequestInvalid) as refusal:
            await _join(running, _viewer(running), session=gid(world.live))
        assert refusal.value.errors[0]["extensions"]["code"] == "BUSY"


def test_one_engine_has_one_schema(running: RunningServices) -> None:
    assert Engine(running.services)._schema is running.engine._schema
