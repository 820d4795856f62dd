"""Visibility: postings that are not open, findings of screening, and contacts of leads."""

from __future__ import annotations

import json

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.world import FINDING, World, gid

NODE_QUERY = (
    "query ($id: ID!) { node(id: $id) { ... on Posting { id status findings { code message } } } }"
)
LEADS_QUERY = "query ($filter: LeadFilter) { leads(filter: $filter) { edges { node { id contact { name phone } } } } }"  # noqa: E501 - one document
POSTINGS_QUERY = "query ($filter: PostingFilter) { postings(filter: $filter, first: 100) { edges { node { id status } } } }"  # noqa: E501 - one document
SESSION_QUERY = "query ($id: ID!) { liveSession(id: $id) { pinnedPosting { id } postings(first: 100) { edges { node { id } } } } }"  # noqa: E501 - one document
CALLERS_IN_SCOPE = {"officer", "officer above", "recruiter"}
OTHER_CALLERS = {
    "nobody",
    "viewer",
    "host",
    "other host",
    "officer elsewhere",
    "other recruiter",
}


@pytest.mark.parametrize("caller", sorted(OTHER_CALLERS))
async def test_a_posting_that_is_not_open_is_on_no_reading_path(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    world, token = readonly_world, readonly_world.token_of(caller)
    hidden = {gid(posting) for posting in world.hidden}
    for posting_id in hidden:
        assert await api.fetch_data(NODE_QUERY, {"id": posting_id}, token) == {"node": None}
        error = await api.fetch_error(
            "query ($id: ID!) { consentText(postingId: $id) { body } }", {"id": posting_id}, token
        )
        assert error["extensions"]["code"] == "NOT_FOUND"
    listed = await api.fetch_data(
        POSTINGS_QUERY, {"filter": {"employerId": gid(world.employer)}}, token
    )
    shown = {edge["node"]["id"] for edge in listed["postings"]["edges"]}
    assert shown == {gid(world.open), gid(world.second), gid(world.absent)}
    room = (await api.fetch_data(SESSION_QUERY, {"id": gid(world.live)}, token))["liveSession"]
    presented = [edge["node"]["id"] for edge in room["postings"]["edges"]]
    assert presented == [gid(world.open), gid(world.second), gid(world.third)]


@pytest.mark.parametrize("caller", sorted(CALLERS_IN_SCOPE))
async def test_staff_in_scope_see_a_held_posting_with_its_findings(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    data = await api.fetch_data(
        NODE_QUERY, {"id": gid(readonly_world.held)}, readonly_world.token_of(caller)
    )
    found = {"code": FINDING.code, "message": FINDING.message}
    assert data["node"] == {
        "id": gid(readonly_world.held),
        "status": "IN_REVIEW",
        "findings": [found],
    }


@pytest.mark.parametrize("caller", sorted(OTHER_CALLERS - {"nobody"}))
async def test_other_callers_see_no_findings_of_an_open_posting(
    caller: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await api.mutate(
        "reviewPosting",
        MUTATION_CASES["reviewPosting"].build_input(world),
        world.token(world.officer),
    )
    data = await api.fetch_data(NODE_QUERY, {"id": gid(world.held)}, world.token_of(caller))
    assert data["node"] == {"id": gid(world.held), "status": "OPEN", "findings": []}


async def test_a_pinned_posting_that_closes_is_hidden(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    pin = MUTATION_CASES["pinPosting"]
    await api.mutate("pinPosting", pin.build_input(world), world.token(world.host))
    await running.store.mongo["postings"].update_one(
        {"_id": world.open.id}, {"$set": {"status": "CLOSED"}}
    )
    for caller in ("nobody", "viewer", "host"):
        room = (
            await api.fetch_data(SESSION_QUERY, {"id": gid(world.live)}, world.token_of(caller))
        )["liveSession"]
        assert room["pinnedPosting"] is None
        assert gid(world.open) not in json.dumps(room)


async def test_only_staff_see_the_closed_posting_of_a_lead(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    viewer = world.viewer_token()
    selection = "... on InterestRecorded { lead { id posting { id } } }"
    first = await api.mutate("expressInterest", given, viewer, selection)
    assert first["lead"]["posting"] == {"id": gid(world.open)}
    await running.store.mongo["postings"].update_one(
        {"_id": world.open.id}, {"$set": {"status": "CLOSED"}}
    )
    again = await api.mutate("expressInterest", given, viewer, selection)
    assert again["lead"] == {"id": first["lead"]["id"], "posting": None}
    query = "query ($id: ID!) { node(id: $id) { ... on Lead { posting { id status } } } }"
    seen = await api.fetch_data(query, {"id": first["lead"]["id"]}, world.token(world.host))
    assert seen["node"] == {"posting": {"id": gid(world.open), "status": "CLOSED"}}


@pytest.mark.parametrize("caller", ["host", "officer", "officer above", "recruiter"])
async def test_leads_in_scope_are_listed_with_masked_contacts(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    given = {"filter": {"sessionId": gid(readonly_world.live)}}
    answer = await api.execute(LEADS_QUERY, given, readonly_world.token_of(caller))
    (edge,) = answer["data"]["leads"]["edges"]
    contact = {"name": "王**", "phone": "138****8000"}
    assert edge["node"] == {"id": gid(readonly_world.lead), "contact": contact}
    assert "13800138000" not in json.dumps(answer)
    node = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { ... on Lead { contact { name phone } } } }",
        {"id": gid(readonly_world.lead)},
        readonly_world.token_of(caller),
    )
    assert node == {"node": {"contact": contact}}


@pytest.mark.parametrize("caller", ["other host", "officer elsewhere", "other recruiter"])
async def test_leads_outside_the_scope_are_hidden(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    token = readonly_world.token_of(caller)
    assert await api.fetch_data(LEADS_QUERY, {"filter": None}, token) == {"leads": {"edges": []}}
    node = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { id } }", {"id": gid(readonly_world.lead)}, token
    )
    assert node == {"node": None}


@pytest.mark.parametrize(
    ("caller", "code"), [("nobody", "UNAUTHENTICATED"), ("viewer", "NOT_PERMITTED")]
)
async def test_only_staff_list_leads(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    token = readonly_world.token_of(caller)
    error = await api.fetch_error(LEADS_QUERY, None, token)
    assert error["extensions"]["code"] == code
    node = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { id } }", {"id": gid(readonly_world.lead)}, token
    )
    assert node == {"node": None}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"stage": "INTERESTED"}, True),
        ({"stage": "HIRED"}, False),
        ({"postingId": "open"}, True),
        ({"postingId": "second"}, False),
        ({"sessionId": "interrupted"}, False),
    ],
)
async def test_every_given_filter_narrows_leads(
    given: dict[str, str], found: bool, api: GraphQLClient, readonly_world: World
) -> None:
    narrowed = {
        name: value if name == "stage" else gid(getattr(readonly_world, value))
        for name, value in given.items()
    }
    data = await api.fetch_data(
        LEADS_QUERY, {"filter": narrowed}, readonly_world.token(readonly_world.host)
    )
    assert bool(data["leads"]["edges"]) == found


@pytest.mark.parametrize("caller", ["nobody", "viewer", "other host", "officer elsewhere"])
async def test_only_directors_see_a_draft(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    draft, token = gid(readonly_world.draft), readonly_world.token_of(caller)
    query = "query ($id: ID!) { liveSession(id: $id) { id } node(id: $id) { id } }"
    assert await api.fetch_data(query, {"id": draft}, token) == {"liveSession": None, "node": None}
    listed = await api.fetch_data(
        "query ($union: ID!) { liveSessions(filter: {unionId: $union}) { edges { node { id } } } }",
        {"union": gid(readonly_world.union)},
        token,
    )
    assert draft not in json.dumps(listed)
    seen = await api.fetch_data(query, {"id": draft}, readonly_world.token(readonly_world.host))
    assert seen == {"liveSession": {"id": draft}, "node": {"id": draft}}
    mine = await api.fetch_data(
        "{ liveSessions(filter: {status: DRAFT, mine: true}) { edges { node { id } } } }",
        None,
        readonly_world.token(readonly_world.host),
    )
    assert mine == {"liveSessions": {"edges": [{"node": {"id": draft}}]}}


@pytest.mark.parametrize(
    ("caller", "code"), [("nobody", "UNAUTHENTICATED"), ("officer", "NOT_PERMITTED")]
)
async def test_only_hosts_have_sessions_of_their_own(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    query = "{ liveSessions(filter: {mine: true}) { edges { cursor } } }"
    error = await api.fetch_error(query, None, readonly_world.token_of(caller))
    assert error["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("caller", "status", "names"),
    [
        ("officer", "IN_REVIEW", {"held"}),
        ("officer", "REFUSED", {"refused", "worded"}),
        ("officer", "CLOSED", {"closed"}),
        ("officer elsewhere", "REFUSED", set()),
        ("recruiter", "REFUSED", {"refused", "worded"}),
        ("other recruiter", "REFUSED", set()),
    ],
)
async def test_staff_list_postings_in_other_statuses_within_their_scope(
    caller: str, status: str, names: set[str], api: GraphQLClient, readonly_world: World
) -> None:
    token = readonly_world.token_of(caller)
    data = await api.fetch_data(POSTINGS_QUERY, {"filter": {"status": status}}, token)
    found = {edge["node"]["id"] for edge in data["postings"]["edges"]}
    assert found == {gid(getattr(readonly_world, name)) for name in names}


@pytest.mark.parametrize(
    ("caller", "code"),
    [("nobody", "UNAUTHENTICATED"), ("viewer", "NOT_PERMITTED"), ("host", "NOT_PERMITTED")],
)
async def test_other_callers_cannot_list_postings_that_are_not_open(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    for status in ("IN_REVIEW", "REFUSED", "CLOSED"):
        given = {"filter": {"status": status}}
        error = await api.fetch_error(POSTINGS_QUERY, given, readonly_world.token_of(caller))
        assert error["extensions"]["code"] == code


async def test_a_recruiter_does_not_list_another_employers_postings(
    api: GraphQLClient, readonly_world: World
) -> None:
    given = {"filter": {"status": "REFUSED", "employerId": gid(readonly_world.employer)}}
    token = readonly_world.token(readonly_world.other_recruiter)
    error = await api.fetch_error(POSTINGS_QUERY, given, token)
    assert error["extensions"]["code"] == "NOT_PERMITTED"
    assert error["extensions"]["field"] == ["filter", "employerId"]


async def test_an_account_is_a_node_only_for_its_owner(
    api: GraphQLClient, readonly_world: World
) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Account { username } } }"
    account = {"id": gid(readonly_world.host)}
    own = await api.fetch_data(query, account, readonly_world.token(readonly_world.host))
    assert own == {"node": {"username": readonly_world.host.username}}
    for caller in ("nobody", "viewer", "officer above"):
        assert await api.fetch_data(query, account, readonly_world.token_of(caller)) == {
            "node": None
        }
