"""The follow-up of leads, as staff use it over GraphQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.identity.accounts import Account
from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices, running_services
from tests.support.waiting import wait_until
from tests.support.world import World, gid, gid_as, today
from workers.escalation import LeadEscalator

LEADS = (
    "query ($filter: LeadFilter) { leads(filter: $filter, first: 50) { edges { node { id } } } }"
)
TIMELINE = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Lead {
  timeline(first: $first, after: $after) {
    edges { node {
      __typename version by { displayName }
      ... on AdvancedEntry { fromStage toStage reason }
      ... on AssignedEntry { assignee { id } }
      ... on NotedEntry { body nextActionOn }
      ... on ConfirmedEntry { side hired }
      ... on EscalatedEntry { union { id } }
    } }
    pageInfo { hasNextPage endCursor }
  }
} } }"""


class ShiftedClock:
    """The wall clock, shifted forward by ``by``."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> Any:
        return utc_now() + self.by


@pytest.fixture(scope="module")
def shifted_clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture(scope="module")
async def later_running(
    mongo_uri: str, shifted_clock: ShiftedClock
) -> AsyncIterator[RunningServices]:
    """Services whose clock a test shifts."""
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    async with running_services(mongo, clock=shifted_clock) as running:
        yield running
    await mongo.drop_database()
    await mongo.close()


async def mutate(
    api: GraphQLClient, world: World, name: str, by: Account, **changes: Any
) -> dict[str, Any]:
    operation = MUTATION_CASES[name]
    given = operation.build_input(world) | changes
    return await api.mutate(name, given, world.token(by), operation.selection)


async def listed(api: GraphQLClient, world: World, by: Account, **given: Any) -> list[str]:
    data = await api.fetch_data(LEADS, {"filter": given}, world.token(by))
    return [edge["node"]["id"] for edge in data["leads"]["edges"]]


async def test_a_timeline_lists_the_changes_latest_first(api: GraphQLClient, world: World) -> None:
    day = (today() + timedelta(days=2)).isoformat()
    await mutate(api, world, "assignLead", world.officer)
    await mutate(api, world, "noteLead", world.recruiter, body=" 已约面试 ", nextActionOn=day)
    await mutate(api, world, "advanceLead", world.host, stage="REFUSED", reason="POSITION_FILLED")
    given = {"id": gid(world.lead)}
    shown = await api.fetch_data(TIMELINE, given, world.token(world.host))
    by = {"displayName": "王主席"}
    entries = [
        {
            "__typename": "AdvancedEntry",
            "version": 4,
            "by": by,
            "fromStage": "INTERESTED",
            "toStage": "REFUSED",
            "reason": "POSITION_FILLED",
        },
        {
            "__typename": "NotedEntry",
            "version": 3,
            "by": by,
            "body": "已约面试",
            "nextActionOn": day,
        },
        {
            "__typename": "AssignedEntry",
            "version": 2,
            "by": by,
            "assignee": {"id": gid_as("Colleague", world.recruiter)},
        },
        {"__typename": "RecordedEntry", "version": 1, "by": None},
    ]
    assert [edge["node"] for edge in shown["node"]["timeline"]["edges"]] == entries
    paged, after = [], None
    for more in (True, False):
        page = await api.fetch_data(
            TIMELINE, given | {"first": 2, "after": after}, world.token(world.host)
        )
        timeline = page["node"]["timeline"]
        paged += [edge["node"] for edge in timeline["edges"]]
        assert timeline["pageInfo"]["hasNextPage"] is more
        after = timeline["pageInfo"]["endCursor"]
    assert paged == entries


async def test_an_assignee_sees_and_follows_up_the_lead(api: GraphQLClient, world: World) -> None:
    lead = gid(world.lead)
    assert await listed(api, world, world.other_host) == []
    given = await mutate(api, world, "assignLead", world.officer, accountId=gid(world.other_host))
    assert given["lead"] == {
        "id": lead,
        "version": 2,
        "assignee": {
            "id": gid_as("Colleague", world.other_host),
            "displayName": "王主席",
            "role": "HOST",
        },
    }
    assert await listed(api, world, world.other_host) == []
    assert await listed(api, world, world.other_host, mine=True) == [lead]
    assert await listed(api, world, world.officer, assigneeId=gid(world.other_host)) == [lead]
    assert await listed(api, world, world.officer, mine=False) == [gid(world.offered), lead]
    assert await listed(api, world, world.officer, mine=True) == []
    noted = await mutate(api, world, "noteLead", world.other_host)
    assert noted["__typename"] == "LeadNoteKept"
    taken = await mutate(api, world, "assignLead", world.recruiter, accountId=None)
    assert taken["lead"]["assignee"] is None
    refused = await mutate(api, world, "noteLead", world.other_host)
    assert refused["code"] == "NOT_FOUND"


async def test_the_filters_mine_and_assignee_exclude_each_other(
    api: GraphQLClient, world: World
) -> None:
    given = {"mine": True, "assigneeId": gid(world.host)}
    error = await api.fetch_error(LEADS, {"filter": given}, world.token(world.officer))
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert await listed(api, world, world.officer, mine=True, assigneeId=gid(world.officer)) == []


@pytest.mark.parametrize(
    ("caller", "names"),
    [
        ("officer", {"host", "other host", "officer", "officer below", "recruiter"}),
        (
            "officer above",
            {
                *("host", "other host", "recruiter"),
                *("officer", "officer above", "officer below", "officer elsewhere"),
            },
        ),
        ("recruiter", {"recruiter"}),
    ],
)
async def test_every_assignable_colleague_can_be_assigned(
    caller: str, names: set[str], api: GraphQLClient, world: World
) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Lead { assignable { edges { node { id } } } } } }"  # noqa: E501 - one document
    by = world.staff[caller]
    shown = await api.fetch_data(query, {"id": gid(world.lead)}, world.token(by))
    ids = {edge["node"]["id"] for edge in shown["node"]["assignable"]["edges"]}
    assert ids == {gid_as("Colleague", world.staff[name]) for name in names}
    for account in ids:
        given = await mutate(api, world, "assignLead", by, accountId=account)
        assert given["lead"]["assignee"]["id"] == account


async def test_a_disagreement_on_the_hire_is_shown_and_filtered(
    api: GraphQLClient, world: World
) -> None:
    offered = gid(world.offered)
    answer = await mutate(api, world, "confirmHire", world.recruiter)
    proof = {"employer": True, "seeker": None, "agreed": False, "disagreement": False}
    assert answer["lead"]["hireProof"] == proof
    answer = await mutate(api, world, "confirmHire", world.officer, hired=False)
    assert answer["lead"]["hireProof"] == proof | {"seeker": False, "disagreement": True}
    for by in (world.officer, world.host, world.recruiter):
        assert await listed(api, world, by, disagreement=True) == [offered]
        assert await listed(api, world, by, disagreement=False) == [gid(world.lead)]
    answer = await mutate(api, world, "confirmHire", world.officer, hired=True)
    assert answer["lead"]["hireProof"] == proof | {"seeker": True, "agreed": True}
    assert await listed(api, world, world.officer, disagreement=True) == []


async def new_confirmed_lead(api: GraphQLClient, world: World) -> str:
    """Express interest with a phone that the device has confirmed; return the global id."""
    given = interest_input(world)
    viewer = await world.proven_viewer_token(given["contact"]["phone"])
    selection = "... on InterestRecorded { lead { id } }"
    made = await api.mutate("expressInterest", given, viewer, selection)
    lead_id: str = made["lead"]["id"]
    return lead_id


async def test_several_leads_are_advanced_independently(api: GraphQLClient, world: World) -> None:
    new = [await new_confirmed_lead(api, world) for _ in range(3)]
    wanted = [*new, gid(world.offered), gid(world.employer), gid(world.lead)]
    answer = await mutate(api, world, "advanceLeads", world.recruiter, leadIds=wanted)
    advanced = [{"lead": {"id": lead, "stage": "CONTACTED"}} for lead in new]
    kind = {"__typename": "LeadStageAdvanced"}
    assert answer["outcomes"] == [
        *(kind | each for each in advanced),
        {"__typename": "LeadStageConflict", "code": "LEAD_STAGE_CONFLICT", "field": None},
        {
            "__typename": "InvalidInput",
            "code": "INVALID_ID",
            "field": ["input", "leadIds", "4"],
        },
        kind | {"lead": {"id": gid(world.lead), "stage": "CONTACTED"}},
    ]
    elsewhere = await mutate(api, world, "advanceLeads", world.other_recruiter)
    assert elsewhere["outcomes"] == [
        {"__typename": "NotFound", "code": "NOT_FOUND", "field": ["input", "leadIds", "0"]}
    ]


async def test_the_follow_up_is_hidden_from_the_giver(api: GraphQLClient, world: World) -> None:
    selection = "... on InterestRecorded { lead { dueAt nextActionOn assignee { id } escalatedTo { id } hireProof { agreed } timeline { edges { cursor } } assignable { edges { cursor } } } }"  # noqa: E501 - one document
    given = interest_input(world)
    answer = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    assert set(answer["lead"].values()) == {None}


async def test_an_overdue_lead_is_escalated_and_retention_waits_for_its_days(
    later_running: RunningServices, shifted_clock: ShiftedClock
) -> None:
    running = later_running
    world = World(running)
    await world.store_records()
    async with GraphQLClient(running.endpoint) as api:
        lead = await new_confirmed_lead(api, world)

        async def logged() -> bool:
            return not await running.store.unlogged_leads.sessions()

        await wait_until(logged)
        assert await listed(api, world, world.officer, overdue=True) == []
        shifted_clock.by += timedelta(days=3)
        assert await listed(api, world, world.officer, overdue=True) == [lead]
        assert lead not in await listed(api, world, world.officer, overdue=False)
        assert await listed(api, world, world.recruiter, overdue=True) == [lead]
        escalation = LeadEscalator(
            running.store, running.services.lead_follow_up, shifted_clock, node="node"
        )
        assert await escalation.run() == 1
        assert await listed(api, world, world.upper_officer, escalated=True) == [lead]
        assert await listed(api, world, world.officer, escalated=True) == []
        assert await listed(api, world, world.recruiter, escalated=True) == [lead]
        shown = await api.fetch_data(
            TIMELINE, {"id": lead, "first": 1}, world.token(world.upper_officer)
        )
        assert [edge["node"] for edge in shown["node"]["timeline"]["edges"]] == [
            {
                "__typename": "EscalatedEntry",
                "version": 2,
                "by": None,
                "union": {"id": gid(world.province)},
            }
        ]
        for stage in ("CONTACTED", "INTERVIEWED", "OFFERED", "HIRED"):
            await mutate(api, world, "advanceLead", world.recruiter, leadId=lead, stage=stage)
        assert await listed(api, world, world.upper_officer, escalated=True) == []
        kept = {"leadId": lead, "stage": "RETAINED_30"}
        early = await mutate(api, world, "advanceLead", world.host, **kept)
        assert (early["__typename"], early["code"], early["field"]) == (
            "RetentionTooEarly",
            "RETENTION_TOO_EARLY",
            ["input", "stage"],
        )
        shifted_clock.by += timedelta(days=30)
        answer = await mutate(api, world, "advanceLead", world.host, **kept)
        assert answer["lead"]["stage"] == "RETAINED_30"
