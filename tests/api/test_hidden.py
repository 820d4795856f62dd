"""A hidden object is answered like one that never existed, and a denied mutation does nothing.

Every query and mutation is sent with the ids of things that are hidden from the caller, and then
with ids that never were: both answers are the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from schema.relay import global_id, parse_any_global_id
from storage.mongo.client import new_id
from tests.support.callers import CALLERS, OFFICERS_AND_RECRUITER
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_roles import ALLOWED_CALLERS
from tests.support.mutation_roles import CALLERS as ROLES
from tests.support.root_field_calls import RootFieldCall, query_calls, send_call
from tests.support.services import RunningServices, hash_collections
from tests.support.showcase import Showcase
from tests.support.visibility import RECORD_READERS
from tests.support.world import gid


def hidden_ids(world: Showcase, caller: str) -> dict[str, str]:
    """The ids of records hidden from a caller, each with an id that never existed."""
    ids = [
        gid(getattr(world, name))
        for name, seen_by in RECORD_READERS.items()
        if caller not in seen_by
    ]
    unknown: dict[str, str] = {
        each: global_id(parse_any_global_id(each)[0], new_id()) for each in ids
    }
    if caller not in OFFICERS_AND_RECRUITER:
        unknown[global_id("Report", world.report.id)] = global_id("Report", new_id())
    return unknown


def replace_ids(given: Any, ids: Mapping[str, str]) -> Any:
    text = json.dumps(given)
    for each, other in ids.items():
        text = text.replace(each, other)
    return json.loads(text)


@pytest.mark.parametrize("caller", CALLERS)
async def test_queries_answer_alike_for_hidden_and_unknown_records(
    caller: str, showcase: Showcase, isolated_http: httpx.AsyncClient
) -> None:
    ids, token = hidden_ids(showcase, caller), showcase.token_of(caller)
    for way in query_calls(showcase, ["forged"]):
        other = RootFieldCall(way.root, replace_ids(way.variables, ids))
        if other.variables == way.variables:
            continue
        denied, unknown = [
            await send_call(isolated_http, token, "query", each) for each in (way, other)
        ]
        assert denied.content == unknown.content, way


@pytest.mark.parametrize("caller", ROLES)
async def test_a_denied_mutation_changes_and_reveals_nothing(
    caller: str,
    showcase: Showcase,
    isolated_http: httpx.AsyncClient,
    isolated_running: RunningServices,
) -> None:
    ids, token = hidden_ids(showcase, caller), showcase.token_of(caller)
    before = await hash_collections(isolated_running)
    for name, operation in MUTATION_CASES.items():
        if caller in ALLOWED_CALLERS[name]:
            continue
        given = operation.build_input(showcase)
        way, other = (
            RootFieldCall(name, {"input": given}),
            RootFieldCall(name, {"input": replace_ids(given, ids)}),
        )
        denied, unknown = [
            await send_call(isolated_http, token, "mutation", each) for each in (way, other)
        ]
        assert denied.content == unknown.content, name
        assert await hash_collections(isolated_running) == before, name


# A closed posting is reported as closed: a viewer who saw it while it was open must learn why.
@pytest.mark.parametrize("caller", ROLES)
async def test_a_mutation_of_a_foreign_draft_changes_and_reveals_nothing(
    caller: str,
    showcase: Showcase,
    isolated_http: httpx.AsyncClient,
    isolated_running: RunningServices,
) -> None:
    ids, token = hidden_ids(showcase, caller), showcase.token_of(caller)
    draft = gid(showcase.draft)
    before = await hash_collections(isolated_running)
    for name, operation in MUTATION_CASES.items():
        given = operation.build_input(showcase)
        if draft not in ids or "sessionId" not in given:
            continue
        of_draft = {"input": given | {"sessionId": draft}}
        ways = RootFieldCall(name, of_draft), RootFieldCall(name, replace_ids(of_draft, ids))
        denied, unknown = [await send_call(isolated_http, token, "mutation", each) for each in ways]
        assert denied.content == unknown.content, name
    assert await hash_collections(isolated_running) == before


NEVER_A_VISITORS = {
    "lead": "leads",
    "code": "codes",
    "webhook": "webhooks",
    "upload": "imports",
    "seeker": "seekers",
    "referral": "referrals",
    "campaign": "campaigns",
    "entry": "call_entries",
}


@pytest.mark.parametrize(("caller", "looked_up"), [("viewer", False), ("officer below", True)])
async def test_no_record_is_read_for_a_caller_who_may_see_none_of_its_kind(
    caller: str,
    looked_up: bool,
    showcase: Showcase,
    isolated_http: httpx.AsyncClient,
    isolated_running: RunningServices,
) -> None:
    mongo, token = isolated_running.store.mongo, showcase.token_of(caller)
    query = "query ($id: ID!) { node(id: $id) { id } }"
    await mongo.command({"profile": 2})
    for name in NEVER_A_VISITORS:
        asked = {"query": query, "variables": {"id": gid(getattr(showcase, name))}}
        answer = await isolated_http.post(
            "/graphql", json=asked, headers={"authorization": f"Bearer {token}"}
        )
        assert answer.json() == {"data": {"node": None}}
    await mongo.command({"profile": 0})
    ids = [getattr(showcase, name).id for name in NEVER_A_VISITORS]
    entries = [each async for each in mongo["system.profile"].find({})]
    about = [each for each in entries if any(one in str(each) for one in ids)]
    read = {each["ns"].partition(".")[2] for each in about}
    await mongo.command({"drop": "system.profile"})
    assert read.issuperset(NEVER_A_VISITORS.values()) is looked_up
    assert looked_up or read.isdisjoint(NEVER_A_VISITORS.values())
