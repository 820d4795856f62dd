"""Revealing contacts: who may, how often, and what the audit log records."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.identity.audit import Actor, AuditAction, AuditEntry, AuditRole
from domain.leads.personal_data import MAX_REVEALS_PER_HOUR
from storage.clock import utc_now
from storage.mongo.client import Transaction
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid

REVEAL = MUTATION_CASES["revealContact"]
CONTACT = {"name": "王小明", "phone": "+8613800138000"}
TRAIL = """
query ($lead: ID!, $first: Int, $after: String) {
  auditTrail(leadId: $lead, first: $first, after: $after) {
    edges { cursor node { seq at action role actorId actorName detail sha256 } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def reveal(
    api: GraphQLClient, world: World, caller: str = "officer", **given: Any
) -> dict[str, Any]:
    return await api.mutate(
        "revealContact",
        REVEAL.build_input(world) | given,
        world.token_of(caller),
        REVEAL.selection,
    )


async def trail(api: GraphQLClient, world: World, **page: Any) -> dict[str, Any]:
    given = {"lead": gid(world.lead), **page}
    answer = await api.fetch_data(TRAIL, given, world.token(world.officer))
    found: dict[str, Any] = answer["auditTrail"]
    return found


async def test_a_reveal_returns_the_contact_and_is_in_the_audit_trail(
    api: GraphQLClient, world: World
) -> None:
    assert (await trail(api, world))["edges"] == []
    first = await reveal(api, world, "recruiter", reason="  通知周三面试  ")
    assert first["contact"] == CONTACT
    assert (await reveal(api, world))["contact"] == CONTACT
    edges = (await trail(api, world))["edges"]
    kept = [
        (row["action"], row["role"], row["actorId"], row["actorName"], row["detail"])
        for row in (edge["node"] for edge in edges)
    ]
    assert kept == [
        ("REVEAL", "OFFICER", gid(world.officer), "王主席", "电话通知面试时间"),
        ("REVEAL", "RECRUITER", gid(world.recruiter), "王主席", "通知周三面试"),
    ]


async def test_the_audit_trail_is_paged_and_only_for_officers_of_the_scope(
    api: GraphQLClient, world: World
) -> None:
    for number in range(3):
        await reveal(api, world, reason=f"第{number}次电话联系")
    page = await trail(api, world, first=2)
    assert page["pageInfo"]["hasNextPage"]
    rest = await trail(api, world, first=2, after=page["pageInfo"]["endCursor"])
    details = [edge["node"]["detail"][1] for edge in page["edges"] + rest["edges"]]
    assert details == ["2", "1", "0"]
    expected = {
        "officer elsewhere": "NOT_FOUND",
        "host": "NOT_PERMITTED",
        "recruiter": "NOT_PERMITTED",
        "viewer": "NOT_PERMITTED",
        "nobody": "UNAUTHENTICATED",
    }
    for caller, code in expected.items():
        error = await api.fetch_error(TRAIL, {"lead": gid(world.lead)}, world.token_of(caller))
        assert error["extensions"]["code"] == code
    for after in ("bm90OmFuOmlk", "YXVkaXQ6LTE", "x"):
        error = await api.fetch_error(
            TRAIL, {"lead": gid(world.lead), "after": after}, world.token(world.officer)
        )
        assert error["extensions"]["code"] == "BAD_CURSOR"


@pytest.mark.parametrize("name", ["withdrawConsent", "eraseMyData"])
async def test_without_consent_the_contact_is_not_revealed_and_nothing_is_audited(
    name: str, api: GraphQLClient, world: World
) -> None:
    await api.mutate(name, MUTATION_CASES[name].build_input(world), world.viewer_token())
    answers = [await reveal(api, world, caller) for caller in ("officer", "recruiter")]
    assert [answer["code"] for answer in answers] == ["CONSENT_WITHDRAWN", "NOT_FOUND"]
    actions = [edge["node"]["action"] for edge in (await trail(api, world))["edges"]]
    assert "REVEAL" not in actions


async def test_concurrent_reveals_do_not_exceed_the_hourly_limit(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    def looked(account: str, at_lead: str) -> AuditEntry:
        return AuditEntry(
            actor=Actor(role=AuditRole.OFFICER, id=account),
            action=AuditAction.REVEAL,
            subject_type="Lead",
            subject_id=at_lead,
        )

    async def many(transaction: Transaction) -> None:
        made = [looked(world.officer.id, "other")] * (MAX_REVEALS_PER_HOUR - 5)
        await running.store.audit_log.append(made, at=utc_now(), transaction=transaction)

    await running.store.mongo.run_transaction(many)
    answers = await asyncio.gather(*(reveal(api, world) for _ in range(20)))
    kinds = [answer["__typename"] for answer in answers]
    assert (kinds.count("ContactRevealed"), kinds.count("TooManyAttempts")) == (5, 15)
    assert len((await trail(api, world))["edges"]) == 5
    assert (await reveal(api, world, "officer above"))["__typename"] == "ContactRevealed"


async def test_the_audit_row_is_written_before_the_answer_and_chained(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await asyncio.gather(*(reveal(api, world) for _ in range(10)))
    assert len((await trail(api, world))["edges"]) == 10
    rows, _ = await running.store.audit_log.verify()
    assert rows >= 10
