"""The engine: what it refuses as a whole, and faults that show only a reference."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from domain.refusals import NotFound
from schema.context import Context
from schema.execution.engine import Engine, GraphQLRequest
from schema.execution.results import RequestInvalid, format_refusal
from storage.mongo.client import Mongo, StorageUnavailable, new_id
from tests.schema.execution.joining import new_viewer, subscribe
from tests.support.graphql_clients import GraphQLClient, mutation_document
from tests.support.mongod import temporary_mongod
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices, hash_collections, running_services
from tests.support.world import World, gid


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
        ('{ postings(filter: {occupation: "WELDR"}) { edges { cursor } } }', None, None),
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
async def test_a_literal_of_another_type_is_a_bad_request_or_invalid_input(
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
        "extensions": {
            "code": "INTERNAL",
            "reference": reference,
            "messageZh": f"系统出错了，请稍后再试。如需帮助，请提供编号：{reference}",
        },
    }
    (fault,) = [entry for entry in logs if entry["event"] == "fault"]
    assert (fault["reference"], fault["error"]) == (reference, "AssertionError")
    assert world.union.id not in str(fault)


def test_a_refusal_outside_of_a_field_keeps_its_code_and_field() -> None:
    (error,) = format_refusal(NotFound("There is no such thing.", "没有这个对象。", field=("id",)))
    assert error["message"] == "There is no such thing."
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["field"] == ("id",)
    (error,) = format_refusal(StorageUnavailable("host:27017 is away"))
    assert error["extensions"]["code"] == "BUSY"
    assert error["extensions"]["field"] is None
    assert "27017" not in str(error)


async def test_a_closed_database_is_a_fault_without_details(mongo_uri: str) -> None:
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


async def test_an_unreachable_database_is_answered_with_busy() -> None:
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
        assert error["extensions"]["code"] == "BUSY"
        assert error["extensions"]["field"] is None
        given = MUTATION_CASES["createEmployer"].build_input(world)
        answer = await api.mutate("createEmployer", given, token)
        assert (answer["__typename"], answer["code"], answer["field"]) == ("Busy", "BUSY", None)
        with pytest.raises(RequestInvalid) as refusal:
            await subscribe(running, new_viewer(running), session=gid(world.live))
        assert refusal.value.errors[0]["extensions"]["code"] == "BUSY"


def test_one_engine_has_one_schema(running: RunningServices) -> None:
    assert Engine(running.services)._schema is running.engine._schema
