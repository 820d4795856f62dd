"""Whatever the service asks MongoDB, an index answers: all operations, all addresses, all workers.

The server itself says how it read: its profiler is on while everything is done that there is to do.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from api.settings import Settings
from domain.search.bitset_index import Board
from schema.search.search_queries import PostingOrder
from storage.clock import utc_now
from storage.mongo.client import Document, new_id
from tests.support.crawl import document
from tests.support.graphql import Api, Server, socket
from tests.support.operations import OPERATIONS
from tests.support.roles import ALLOWED
from tests.support.services import Running, World, gid
from tests.support.showcase import Showcase
from tests.support.tables import job, table
from tests.support.ways import follows, reads, resets
from workers.escalation import Escalation
from workers.importer import Importer
from workers.matcher import Matcher
from workers.rescreening import Rescreening
from workers.retention import Retention
from workers.search_entries import Searching

CALLERS = ("officer", "host", "recruiter", "seeker", "giver")

ADDRESSES = (
    "/",
    "/sitemap.xml",
    "/feed.xml",
    "/open-data/",
    "/open-data/postings.csv",
    "/open-data/postings.json",
    "/exports/leads.csv",
    "/health/ready",
    "/metrics",
)


async def read_everything(world: Showcase, http: httpx.AsyncClient, url: str) -> None:
    """Ask all queries and follow all subscriptions, as everybody."""
    for caller in CALLERS:
        token = world.token_of(caller)
        headers = {"authorization": f"Bearer {token}"}
        for way in reads(world, [world.receipt(world.lead)]):
            body = {"query": document("query", way.root, way.given), "variables": way.given}
            assert (await http.post("/graphql", json=body, headers=headers)).status_code == 200
        async with socket(url) as connection:
            await connection.initialise(token)
            for way in (*follows(world), *resets(world)):
                asked = document("subscription", way.root, way.given)
                await connection.live(new_id(), asked, **way.given)
    headers = {"authorization": f"Bearer {world.token_of('officer')}"}
    for address in (*ADDRESSES, f"/jobs/{gid(world.open)}"):
        assert (await http.get(address, headers=headers)).status_code < 400, address


async def do_everything(running: Running) -> None:
    """Every mutation, by somebody who may."""
    async with Api(running.endpoint) as api:
        for name, operation in OPERATIONS.items():
            world = World(running)
            await world.settle()
            given = {"input": operation.given(world)}
            token = world.token_of(min(ALLOWED[name]))
            answer = await api.ask(document("mutation", name, given), given, token)
            assert answer[name]["__typename"] == operation.success


PAGES = """query ($filter: PostingFilter, $order: PostingOrder, $after: String, $before: String) {
  ahead: postings(filter: $filter, orderBy: $order, first: 2, after: $after) {
    edges { cursor } facets { total }
  }
  back: postings(filter: $filter, orderBy: $order, last: 2, before: $before) { edges { cursor } }
}"""


async def turn_pages(running: Running) -> None:
    """Search in every order, on and back."""
    near = {"near": {"placeCode": "310115", "withinKm": 500}}
    async with Api(running.endpoint) as api:
        for order in PostingOrder:
            for narrowed in (
                {},
                {"search": "电工"},
                {"search": "电"},
                {"placeCode": "310000"},
                {"occupation": "ELECTRICIAN", "benefits": ["MEALS"]},
                {"payFrom": 3_000, "insurance": ["PENSION"]},
            ):
                given: dict[str, Any] = {"filter": near | narrowed, "order": order.name}
                for _ in range(2):
                    found = await api.ask(PAGES, given)
                    for way, end, place in (("ahead", "after", -1), ("back", "before", 0)):
                        edges = found[way]["edges"]
                        given[end] = edges[place]["cursor"] if edges else None
                assert given["after"] or "benefits" in narrowed


async def work(running: Running) -> None:
    """What is done by itself."""
    store, services = running.store, running.services

    def later() -> Any:
        return utc_now() + timedelta(days=300)

    workers = (
        Importer(store, services.desk, services.gate, utc_now, node="one"),
        Matcher(store, utc_now, node="one"),
        Searching(store),
        Escalation(store, services.pipeline, later, node="one"),
        Rescreening(store, services.desk, services.gate, later, "one"),
        Retention(store, later, Settings.read().periods),
    )
    for worker in workers:
        await worker.run()
    async for _ in store.boards.fill(Board()):
        pass


@pytest.fixture(scope="module")
async def seen(
    apart: Running, showcase: Showcase, served_apart: Server, visit: httpx.AsyncClient
) -> list[Document]:
    """What the server says of each operation."""
    mongo = apart.store.mongo
    await mongo.command({"create": "system.profile", "capped": True, "size": 128 << 20})
    await mongo.command({"profile": 2})
    await read_everything(showcase, visit, served_apart.url)
    await do_everything(apart)
    await turn_pages(apart)
    table_of_two = table([job(showcase, "A-1"), job(showcase, "A-2")])
    headers = {"authorization": f"Bearer {showcase.token_of('officer')}"}
    assert (await visit.post("/imports", content=table_of_two, headers=headers)).is_success
    await work(apart)
    await mongo.command({"profile": 0})
    told = mongo["system.profile"].find({"planSummary": {"$exists": True}})
    return [each async for each in told]


BATCH = 200
"""What is read at once at most: a page, or postings to screen again."""
WHOLE = {"minimum_wages"}
"""Collections that are read whole: at most 10,000 rows, which every process holds in memory."""


def asked(told: Document) -> Document:
    """The command, also of the later batches of its answer."""
    found: Document = told.get("originatingCommand") or told["command"]
    return found


def is_stream(told: Document) -> bool:
    """Whether it follows changes: it reads the server's log from where it was, no collection."""
    return "$changeStream" in (asked(told).get("pipeline") or [{}])[0]


def is_cut_off(told: Document) -> bool:
    """Whether a sort keeps no more than a page of what it sees."""
    stages: list[Document] = asked(told).get("pipeline") or []
    kept: list[int] = [
        after.get("$limit", BATCH + 1) for sort, after in pairwise([*stages, {}]) if "$sort" in sort
    ]
    return max(kept, default=asked(told).get("limit", BATCH + 1)) <= BATCH


def goes_through_ids(told: Document) -> bool:
    """Whether it looks at all ids for what it is narrowed to otherwise."""
    narrowed = asked(told).get("filter") or asked(told).get("q") or asked(told).get("query")
    is_by_id = told["planSummary"] == "IXSCAN { _id: 1 }"
    return is_by_id and bool(narrowed) and "'_id'" not in repr(narrowed)


def named(told: Document) -> str:
    return f"{told['ns'].partition('.')[2]}: {asked(told)}"


def test_no_operation_reads_a_collection_through(seen: list[Document]) -> None:
    assert len(seen) > 3_000
    through = [each for each in seen if "COLLSCAN" in each["planSummary"] and not is_stream(each)]
    assert {named(each).partition(":")[0] for each in through} == WHOLE
    assert {named(each) for each in seen if goes_through_ids(each)} == set()


def test_no_sort_keeps_more_than_a_page(seen: list[Document]) -> None:
    kept = {named(each) for each in seen if each.get("hasSortStage") and not is_cut_off(each)}
    assert {each for each in kept if each.partition(":")[0] not in WHOLE} == set()
