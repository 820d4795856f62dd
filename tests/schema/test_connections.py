"""Relay connections: paging shows every item once, in order, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from domain import cursors
from domain.postings.pay import PayPeriod, fixed_pay
from schema.relay import global_id
from storage.mongo.client import new_id
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.log_cursors import cursor_at
from tests.support.organisations import new_credit_code
from tests.support.services import RunningServices
from tests.support.world import World, gid, today

BAD_SIZES = [
    ("first: 1000000", "first"),
    ("first: 101", "first"),
    ("first: -1", "first"),
]

CURSORS = {
    "not base64": "岗位",
    "empty": "",
    "not ours": "bm90IGEgY3Vyc29y",
    "very long": "A" * 10_000,
    "of a log": cursor_at("session/1", 1),
    "of another list": cursors.encode("unions", new_id()),
    "with fewer parts": cursors.encode("postings-by-pay", "1"),
    "of a number too large": cursors.encode("postings-by-pay", "9" * 40, new_id()),
    "of no number": cursors.encode("postings-by-pay", "x", new_id()),
    "of no time": cursors.encode("sessions", "yesterday", new_id()),
    "of a wrong place": cursors.encode("running-order", "-1"),
}

LISTS = {
    "postings": "postings(filter: {employerId: $employer}, %s)",
    "postings by pay": "postings(orderBy: PAY, filter: {employerId: $employer}, %s)",
    "employers": "employers(%s)",
    "sessions": "liveSessions(filter: {unionId: $union}, %s)",
    "campaigns": "recruitmentCampaigns(%s)",
    "leads": "leads(filter: {sessionId: $session}, %s)",
    "codes": "codes(sessionId: $session, %s)",
    "a session's postings": "liveSession(id: $session) { page: postings(%s)",
}


def _query(field: str, paging: str) -> str:
    used = "".join(
        f"${name}: ID! " for name in ("employer", "union", "session") if f"${name}" in field
    )
    closing = "}" if "page:" in field else ""
    alias = "" if "page:" in field else "page: "
    selection = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"  # noqa: E501 - one selection
    return (
        f"query {f'({used})' if used else ''} {{ {alias}{field % paging} {selection} {closing} }}"
    )


def _variables(world: World, query: str) -> dict[str, str]:
    known = {
        "employer": gid(world.employer),
        "union": gid(world.union),
        "session": gid(world.live),
    }
    return {name: value for name, value in known.items() if f"${name}" in query}


async def _page(api: GraphQLClient, world: World, field: str, paging: str) -> dict[str, Any]:
    query = _query(field, paging)
    data = await api.fetch_data(query, _variables(world, query), world.token(world.host))
    while "page" not in data:
        (data,) = data.values()
    page: dict[str, Any] = data["page"]
    return page


async def _walk(
    api: GraphQLClient, world: World, field: str, size: int, *, backward: bool
) -> list[str]:
    """Return the ids of a list, page by page. Checks the page info of each page."""
    found: list[str] = []
    count, place, on, end, more = (
        ("last", "before", "hasPreviousPage", "startCursor", "hasNextPage")
        if backward
        else ("first", "after", "hasNextPage", "endCursor", "hasPreviousPage")
    )
    cursor: str | None = None
    while True:
        paging = f"{count}: {size}" + (f', {place}: "{cursor}"' if cursor else "")
        page = await _page(api, world, field, paging)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        assert len(ids) <= size
        found = ids + found if backward else found + ids
        info = page["pageInfo"]
        assert info[more] == (cursor is not None)
        assert info["startCursor"] == (page["edges"][0]["cursor"] if ids else None)
        assert info["endCursor"] == (page["edges"][-1]["cursor"] if ids else None)
        if not info[on]:
            return found
        cursor = info[end]


@pytest.fixture(scope="module")
async def long_lists(running: RunningServices, readonly_world: World) -> World:
    """A world with several pages of every list, with equal pay and equal start times among them."""
    store, world = running.store, readonly_world
    await store.employers.add(
        [records.employer(credit_code=new_credit_code(), union_id=world.union.id) for _ in range(5)]
    )
    pays = (6000, 6000, 7000, 25, 6000, 30)
    await store.postings.add(
        [
            records.posting(
                employer_id=world.employer.id,
                union_id=world.union.id,
                terms=posting_terms(
                    pay=fixed_pay(pay, PayPeriod.MONTH if pay > 100 else PayPeriod.HOUR),
                    valid_until=today() + timedelta(days=9),
                ),
            )
            for pay in pays
        ]
    )
    await store.live_sessions.add(
        [
            records.live_session(
                union_id=world.union.id,
                union_path=world.union.path,
                starts_at=records.FIXED_NOW + timedelta(days=days),
            )
            for days in (0, 0, 1, 2, 2)
        ]
    )
    for days in (0, 0, 1, 2, 2):
        await store.recruitment_campaigns.add(
            records.recruitment_campaign(starts_on=date(2026, 2, 1 + days))
        )
    await store.leads.record(
        [world.new_lead("王小明", f"+86{world.next_phone()}") for _ in range(6)]
    )
    for _ in range(5):
        await store.qr_codes.add(
            records.code(
                session_id=world.live.id, union_path=world.union.path, owner_id=world.host.id
            )
        )
    running.services.lead_log.schedule(world.live.id)
    return world


def expected_ids(name: str, world: World, running: RunningServices) -> Callable[[], Any]:
    store = running.store

    async def read() -> Sequence[str]:
        def ids(kind: str, documents: list[dict[str, Any]]) -> list[str]:
            return [global_id(kind, document["_id"]) for document in documents]

        if name == "employers":
            found = await store.mongo["employers"].find({}).to_list(None)
            return ids("Employer", sorted(found, key=lambda it: it["_id"], reverse=True))
        if name == "sessions":
            found = await store.mongo["sessions"].find({"union_path": world.union.id}).to_list(None)
            found = [session for session in found if session["status"] != "DRAFT"]
            found.sort(key=lambda it: (it["starts_at"], it["_id"]), reverse=True)
            return ids("LiveSession", found)
        if name == "campaigns":
            found = await store.mongo["recruitment_campaigns"].find({}).to_list(None)
            found.sort(key=lambda it: (it["starts_on"], it["_id"]), reverse=True)
            return ids("Campaign", found)
        if name in {"codes", "leads"}:
            found = await store.mongo[name].find({"session_id": world.live.id}).to_list(None)
            kind = "Code" if name == "codes" else "Lead"
            return ids(kind, sorted(found, key=lambda it: it["_id"], reverse=True))
        if name == "a session's postings":
            return [gid(world.open), gid(world.second), gid(world.third)]
        found = await store.mongo["postings"].find({"employer_id": world.employer.id}).to_list(None)
        found = [
            posting
            for posting in found
            if posting["status"] == "OPEN"
            and posting["terms"]["valid_until"] >= today().isoformat()
        ]
        by_pay = name == "postings by pay"
        found.sort(
            key=lambda it: (it["terms"]["pay"]["amount"] if by_pay else 0, it["_id"]), reverse=True
        )
        return ids("Posting", found)

    return read


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("name", list(LISTS))
async def test_paging_forward_shows_every_item_once(
    name: str, size: int, api: GraphQLClient, long_lists: World, running: RunningServices
) -> None:
    expected = await expected_ids(name, long_lists, running)()
    assert len(expected) > 2
    assert await _walk(api, long_lists, LISTS[name], size, backward=False) == expected


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("name", ["postings", "postings by pay"])
async def test_paging_backward_shows_every_item_once(
    name: str, size: int, api: GraphQLClient, long_lists: World, running: RunningServices
) -> None:
    expected = await expected_ids(name, long_lists, running)()
    assert await _walk(api, long_lists, LISTS[name], size, backward=True) == expected


@pytest.mark.parametrize("name", list(LISTS))
async def test_an_empty_page_says_whether_there_is_more(
    name: str, api: GraphQLClient, long_lists: World
) -> None:
    page = await _page(api, long_lists, LISTS[name], "first: 0")
    assert page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


@pytest.mark.parametrize("name", list(LISTS))
@pytest.mark.parametrize(("paging", "field"), BAD_SIZES)
async def test_a_page_has_0_to_100_items(
    name: str, paging: str, field: str, api: GraphQLClient, readonly_world: World
) -> None:
    query = _query(LISTS[name], paging)
    error = await api.fetch_error(
        query, _variables(readonly_world, query), readonly_world.token_of("host")
    )
    assert error["extensions"]["code"] == "BAD_PAGE_SIZE"
    assert error["extensions"]["field"] == [field]


@pytest.mark.parametrize("given", ["first: 1, last: 1", "last: -1", "last: 101"])
async def test_a_page_takes_either_first_or_last(given: str, api: GraphQLClient) -> None:
    error = await api.fetch_error(f"{{ postings({given}) {{ edges {{ cursor }} }} }}")
    field = "first" if "first" in given else "last"
    assert error["extensions"]["code"] == "BAD_PAGE_SIZE"
    assert error["extensions"]["field"] == [field]


@pytest.mark.parametrize("name", list(LISTS))
@pytest.mark.parametrize("cursor", CURSORS.values(), ids=list(CURSORS))
async def test_a_cursor_of_another_list_is_refused(
    name: str, cursor: str, api: GraphQLClient, readonly_world: World
) -> None:
    query = _query(LISTS[name], f'first: 1, after: "{cursor}"')
    error = await api.fetch_error(
        query, _variables(readonly_world, query), readonly_world.token_of("host")
    )
    assert error["extensions"]["code"] == "BAD_CURSOR"


@pytest.mark.parametrize("first", [-1, 101])
async def test_the_number_of_tallies_is_bounded(
    first: int, api: GraphQLClient, readonly_world: World
) -> None:
    query = (
        f"query ($id: ID!) {{ liveSession(id: $id) {{ tallies(first: {first}) {{ interests }} }} }}"
    )
    error = await api.fetch_error(query, {"id": gid(readonly_world.live)})
    assert error["extensions"]["code"] == "BAD_PAGE_SIZE"
