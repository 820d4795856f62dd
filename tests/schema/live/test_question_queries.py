"""Who may see which question, and when viewers receive it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.live.log_topics import session_topic
from schema.context import Context
from schema.execution.engine import GraphQLRequest
from schema.relay import global_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid

NODE = "query ($id: ID!) { node(id: $id) { ... on Question { body status answer } } }"
ROOM = """query ($id: ID!, $first: Int, $after: String) { liveSession(id: $id) {
  questions(first: $first, after: $after) {
    edges { cursor node { id body answer posting { id } } } pageInfo { hasNextPage }
  } } }"""
DESK = """query ($id: ID!, $status: QuestionStatus) {
  questions(sessionId: $id, status: $status) { edges { node { id status } } } }"""
STAFF = ("host", "officer", "officer above")
OTHERS = ("nobody", "viewer", "other host", "officer elsewhere", "recruiter")


async def published_questions(api: GraphQLClient, world: World, **page: Any) -> dict[str, Any]:
    data = await api.fetch_data(ROOM, {"id": gid(world.live), **page})
    found: dict[str, Any] = data["liveSession"]["questions"]
    return found


async def mutate(api: GraphQLClient, world: World, name: str, **more: Any) -> dict[str, Any]:
    operation = MUTATION_CASES[name]
    given = operation.build_input(world) | more
    return await api.mutate(name, given, world.token(world.host), operation.selection)


async def test_a_waiting_question_is_visible_to_its_asker_and_the_directors(
    api: GraphQLClient, world: World
) -> None:
    asker = world.viewer_token()
    operation = MUTATION_CASES["askQuestion"]
    asked = await api.mutate(
        "askQuestion", operation.build_input(world), asker, operation.selection
    )
    question = asked["question"]
    assert question["posting"] == {"id": gid(world.open)}
    assert (question["status"], question["publishedAt"]) == ("ASKED", None)
    again = await api.mutate(
        "askQuestion", operation.build_input(world), asker, operation.selection
    )
    assert again == asked
    seen = {"node": {"body": "有宿舍吗？", "status": "ASKED", "answer": None}}
    for token in (asker, *map(world.token_of, STAFF)):
        assert await api.fetch_data(NODE, {"id": question["id"]}, token) == seen
    for caller in OTHERS:
        token = world.token_of(caller)
        assert await api.fetch_data(NODE, {"id": question["id"]}, token) == {"node": None}
    assert (await published_questions(api, world))["edges"] == []


async def test_a_published_question_is_visible_until_it_is_declined(
    api: GraphQLClient, world: World
) -> None:
    question = gid(world.question)
    await mutate(api, world, "answerQuestion")
    seen = {"body": "有宿舍吗？", "status": "ANSWERED", "answer": "有，四人间。"}
    for caller in (*STAFF, *OTHERS):
        assert await api.fetch_data(NODE, {"id": question}, world.token_of(caller)) == {
            "node": seen
        }
    (edge,) = (await published_questions(api, world))["edges"]
    assert edge["node"] == {
        "id": question,
        "body": "有宿舍吗？",
        "answer": "有，四人间。",
        "posting": None,
    }
    await mutate(api, world, "declineQuestion")
    assert (await published_questions(api, world))["edges"] == []
    assert await api.fetch_data(NODE, {"id": question}) == {"node": None}
    refused = await mutate(api, world, "publishQuestion")
    assert (refused["__typename"], refused["code"]) == ("QuestionConflict", "QUESTION_CONFLICT")


async def test_published_questions_are_paged_newest_first(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    questions = [world.new_question() for _ in range(5)]
    for question in questions:
        await running.store.questions.add(question)
        await mutate(api, world, "publishQuestion", questionId=gid(question))
    found: list[str] = []
    page: dict[str, Any] = {"first": 2}
    while True:
        listed = await published_questions(api, world, **page)
        found += [edge["node"]["id"] for edge in listed["edges"]]
        if not listed["pageInfo"]["hasNextPage"]:
            break
        page["after"] = listed["edges"][-1]["cursor"]
    assert found == [gid(question) for question in reversed(questions)]


@pytest.mark.parametrize("status", [None, "ASKED", "PUBLISHED"])
async def test_directors_list_all_questions_or_those_in_a_status(
    status: str | None, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    shown = world.new_question()
    await running.store.questions.add(shown)
    await mutate(api, world, "publishQuestion", questionId=gid(shown))
    expected = [
        {"id": gid(shown), "status": "PUBLISHED"},
        {"id": gid(world.question), "status": "ASKED"},
    ]
    for caller in STAFF:
        given = {"id": gid(world.live), "status": status}
        edges = (await api.fetch_data(DESK, given, world.token_of(caller)))["questions"]["edges"]
        assert [edge["node"] for edge in edges] == [
            node for node in expected if status in {None, node["status"]}
        ]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ("nobody", "UNAUTHENTICATED"),
        ("viewer", "NOT_PERMITTED"),
        ("other host", "NOT_PERMITTED"),
        ("officer elsewhere", "NOT_PERMITTED"),
        ("recruiter", "NOT_PERMITTED"),
    ],
)
async def test_only_directors_list_questions(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {"id": gid(readonly_world.live)}
    error = await api.fetch_error(DESK, given, readonly_world.token_of(caller))
    assert error["extensions"]["code"] == code


async def test_questions_of_an_unknown_session_are_not_found(
    api: GraphQLClient, readonly_world: World
) -> None:
    given = {"id": global_id("LiveSession", "0" * 24)}
    error = await api.fetch_error(DESK, given, readonly_world.token(readonly_world.host))
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_an_event_holds_no_text_of_a_question(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await mutate(api, world, "answerQuestion")
    found = running.store.mongo["events"].find({"topic": session_topic(world.live.id)})
    logged = [document["event"] async for document in found]
    assert logged == [{"session_id": world.live.id, "question_id": world.question.id}] * 2


async def test_viewers_receive_a_question_and_its_answer(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    query = """subscription ($session: ID!) { sessionEvents(sessionId: $session) {
      __typename
      ... on QuestionPublished { question { id body } }
      ... on QuestionAnswered { question { answer } }
      ... on QuestionHidden { questionId } } }"""
    request = GraphQLRequest(query=query, variables={"session": gid(world.live)})
    viewer = running.tokens.issue_for_viewer().principal
    joined = await running.engine.subscribe(request, Context(running.services, viewer))
    await mutate(api, world, "answerQuestion")
    logged = await running.store.event_log.read(joined.log_source.topic, after=0, limit=10)
    shown = [json.loads(await joined.render(placed))["data"]["sessionEvents"] for placed in logged]
    assert shown == [
        {
            "__typename": "QuestionPublished",
            "question": {"id": gid(world.question), "body": "有宿舍吗？"},
        },
        {"__typename": "QuestionAnswered", "question": {"answer": "有，四人间。"}},
    ]


async def test_staff_receive_each_question_as_it_is_asked_and_decided(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    query = """subscription ($session: ID!) { questionEvents(sessionId: $session) {
      __typename
      seq
      ... on QuestionReceived { question { body status } }
      ... on QuestionDecided { question { id status } } } }"""
    request = GraphQLRequest(query=query, variables={"session": gid(world.live)})
    host = world.principal(world.host)
    joined = await running.engine.subscribe(request, Context(running.services, host))
    operation = MUTATION_CASES["askQuestion"]
    asker = world.viewer_token()
    await api.mutate("askQuestion", operation.build_input(world), asker, operation.selection)
    await mutate(api, world, "declineQuestion")
    logged = await running.store.event_log.read(joined.log_source.topic, after=0, limit=10)
    shown = [json.loads(await joined.render(placed))["data"]["questionEvents"] for placed in logged]
    assert shown == [
        {
            "__typename": "QuestionReceived",
            "seq": 1,
            "question": {"body": "有宿舍吗？", "status": "ASKED"},
        },
        {
            "__typename": "QuestionDecided",
            "seq": 2,
            "question": {"id": gid(world.question), "status": "DECLINED"},
        },
    ]
