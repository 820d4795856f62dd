"""Global ids, nodes and cursors: accepted where they belong, refused everywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import cursors
from domain.refusals import BadCursor, InvalidId
from schema.relay import global_id, parse_any_global_id, parse_global_id, parse_whole_number
from storage.mongo.client import new_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.log_cursors import cursor_at
from tests.support.world import World, gid

KINDS = (
    "Posting",
    "Employer",
    "LiveSession",
    "Union",
    "Lead",
    "Account",
    "Code",
    "MinimumWage",
    "Webhook",
)

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def test_a_node_of_every_type_is_found_by_its_id(
    api: GraphQLClient, readonly_world: World
) -> None:
    world = readonly_world
    for record in (
        world.open,
        world.employer,
        world.live,
        world.union,
        world.lead,
        world.host,
    ):
        found = await api.fetch_data(NODE, {"id": gid(record)}, world.token(world.host))
        assert found["node"] == {"__typename": type(record).__name__, "id": gid(record)}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_unknown_node_is_null(kind: str, api: GraphQLClient) -> None:
    assert await api.fetch_data(NODE, {"id": global_id(kind, new_id())}) == {"node": None}


@pytest.mark.parametrize("wanted", ["", "x", "岗位", global_id("Secret", "1"), "A" * 9_999])
async def test_malformed_ids_are_refused(wanted: str, api: GraphQLClient) -> None:
    for query in (NODE, "query ($id: ID!) { liveSession(id: $id) { id } }"):
        error = await api.fetch_error(query, {"id": wanted})
        assert error["extensions"]["code"] == "INVALID_ID"
        assert error["extensions"]["field"] == ["id"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (
            "query ($id: ID!) { postings(filter: {employerId: $id}) { edges { cursor } } }",
            "employerId",
        ),
        (
            "query ($id: ID!) { liveSessions(filter: {unionId: $id}) { edges { cursor } } }",
            "unionId",
        ),
        ("query ($id: ID!) { leads(filter: {sessionId: $id}) { edges { cursor } } }", "sessionId"),
        ("query ($id: ID!) { leads(filter: {postingId: $id}) { edges { cursor } } }", "postingId"),
        ("query ($id: ID!) { consentText(postingId: $id) { body } }", None),
    ],
)
async def test_an_id_of_another_type_is_refused_in_every_argument(
    query: str, field: str | None, api: GraphQLClient, readonly_world: World
) -> None:
    for wanted in (gid(readonly_world.lead), ""):
        error = await api.fetch_error(
            query, {"id": wanted}, readonly_world.token(readonly_world.host)
        )
        path = ["filter", field] if field else ["postingId"]
        assert error["extensions"]["code"] == "INVALID_ID"
        assert error["extensions"]["field"] == path


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"occupation": "ELECTRICIAN"}, True),
        ({"occupation": "WELDER"}, False),
        ({"placeCode": "310000"}, True),
        ({"placeCode": "310115"}, True),
        ({"placeCode": "310116"}, False),
        ({"placeCode": "320000"}, False),
        ({"status": "OPEN"}, True),
    ],
)
async def test_every_given_filter_narrows_postings(
    narrowed: dict[str, str], found: bool, api: GraphQLClient, readonly_world: World
) -> None:
    query = "query ($filter: PostingFilter) { postings(filter: $filter) { edges { cursor } } }"
    given = {"filter": narrowed | {"employerId": gid(readonly_world.employer)}}
    assert bool((await api.fetch_data(query, given))["postings"]["edges"]) == found


async def test_an_id_of_another_view_of_a_record_is_taken_where_the_record_is_meant() -> None:
    for kind, views in {"Lead": ["OwnLead"], "Account": ["Colleague", "StaffAccount"]}.items():
        for view in (kind, *views):
            assert parse_global_id(global_id(view, "abc"), kind) == "abc"
        for view in views:
            with pytest.raises(InvalidId):
                parse_global_id(global_id(kind, "abc"), view)
            with pytest.raises(InvalidId):
                parse_any_global_id(global_id(view, "abc"))


async def test_an_unknown_place_code_is_refused(api: GraphQLClient) -> None:
    error = await api.fetch_error('{ postings(filter: {placeCode: "99"}) { edges { cursor } } }')
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == ["filter", "placeCode"]


@given(st.text())
def test_any_text_is_a_global_id_or_refused(text: str) -> None:
    try:
        kind, found = parse_any_global_id(text)
    except InvalidId:
        return
    assert cursors.decode(text, kind, 1) == [found]


@given(st.sampled_from(KINDS), st.from_regex(r"[0-9a-zA-Z]{1,40}", fullmatch=True))
def test_a_global_id_round_trips(kind: str, local: str) -> None:
    assert parse_any_global_id(global_id(kind, local)) == (kind, local)
    assert parse_global_id(global_id(kind, local), kind) == local


@given(st.text())
def test_any_text_is_a_small_whole_number_or_refused(text: str) -> None:
    try:
        number = parse_whole_number(text)
    except ValueError:
        return
    assert 0 <= number < 10**9


def test_a_log_cursor_is_refused_as_a_list_cursor() -> None:
    with pytest.raises(BadCursor):
        cursors.decode(cursor_at("session/1", 1), "postings", 1)


def test_the_format_of_global_ids_is_fixed() -> None:
    assert global_id("Posting", "1") == "UG9zdGluZzox"
