"""Every query that the service sends to MongoDB uses an index.

The server itself says how it read: its profiler is on while everything is done that there is to do.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from api.settings import Settings
from domain.search.search_index import SearchIndex
from schema.search.posting_order import PostingOrder
from services.postings.pay_comparison import PayComparison
from storage.clock import utc_now
from storage.mongo.client import Document, new_id
from tests.support.full_documents import build_full_document
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.import_tables import csv_table, posting_row
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_roles import ALLOWED_CALLERS
from tests.support.root_field_calls import query_calls, reset_calls, subscription_calls
from tests.support.services import METRICS_TOKEN, RunningServices
from tests.support.showcase import Showcase
from tests.support.world import World, gid
from workers.escalation import LeadEscalator
from workers.importer import Importer
from workers.matcher import Matcher
from workers.rescreening import Rescreener
from workers.retention import RetentionWorker
from workers.search_entries import SearchEntryWriter

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


async def send_every_query(world: Showcase, http: httpx.AsyncClient, url: str) -> None:
    """Send every query and every subscription as each caller."""
    for caller in CALLERS:
        token = world.token_of(caller)
        headers = {"authorization": f"Bearer {token}"}
        for way in query_calls(world, [world.lead_receipt(world.lead)]):
            body = {
                "query": build_full_document("query", way.root, way.variables),
                "variables": way.variables,
            }
            assert (await http.post("/graphql", json=body, headers=headers)).status_code == 200
        async with open_websocket(url) as connection:
            await connection.initialise(token)
            for way in (*subscription_calls(world), *reset_calls(world)):
                asked = build_full_document("subscription", way.root, way.variables)
                await connection.subscribe_live(new_id(), asked, **way.variables)
    for address in (*ADDRESSES, f"/jobs/{gid(world.open)}"):
        token = METRICS_TOKEN if address == "/metrics" else world.token_of("officer")
        headers = {"authorization": f"Bearer {token}"}
        assert (await http.get(address, headers=headers)).status_code < 400, address


async def send_every_mutation(running: RunningServices) -> None:
    """Send every mutation as a caller who is allowed to."""
    async with GraphQLClient(running.endpoint) as api:
        for name, operation in MUTATION_CASES.items():
            world = World(running)
            await world.store_records()
            given = {"input": operation.build_input(world)}
            token = world.token_of(min(ALLOWED_CALLERS[name]))
            answer = await api.fetch_data(
                build_full_document("mutation", name, given), given, token
            )
            assert answer[name]["__typename"] == operation.success_type


PAGES = """query ($filter: PostingFilter, $order: PostingOrder, $after: String, $before: String) {
  ahead: postings(filter: $filter, orderBy: $order, first: 2, after: $after) {
    edges { cursor } facets { total }
  }
  back: postings(filter: $filter, orderBy: $order, last: 2, before: $before) { edges { cursor } }
}"""


async def page_through_searches(running: RunningServices) -> None:
    """Search in every order, forward and backward."""
    near = {"near": {"placeCode": "310115", "withinKm": 500}}
    async with GraphQLClient(running.endpoint) as api:
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
                    found = await api.fetch_data(PAGES, given)
                    for way, end, place in (("ahead", "after", -1), ("back", "before", 0)):
                        edges = found[way]["edges"]
                        given[end] = edges[place]["cursor"] if edges else None
                assert given["after"] or "benefits" in narrowed


async def run_workers(running: RunningServices) -> None:
    """Run the background workers once."""
    store, services = running.store, running.services

    def later() -> Any:
        return utc_now() + timedelta(days=300)

    workers = (
        Importer(
            store,
            services.session_control,
            services.posting_gate,
            PayComparison(store, utc_now),
            utc_now,
            node="one",
            occupation_names=services.occupation_names,
        ),
        Matcher(store, utc_now, node="one"),
        SearchEntryWriter(store),
        LeadEscalator(store, services.lead_follow_up, later, node="one"),
        Rescreener(store, services.session_control, services.posting_gate, later, "one"),
        RetentionWorker(store, later, Settings.read().retention_periods),
    )
    for worker in workers:
        await worker.run()
    async for _ in store.memory_search.fill_index(SearchIndex()):
        pass


@pytest.fixture(scope="module")
async def seen(
    isolated_running: RunningServices,
    showcase: Showcase,
    isolated_server: UvicornServer,
    isolated_http: httpx.AsyncClient,
) -> list[Document]:
    """Return the profiler's record of each operation."""
    mongo = isolated_running.store.mongo
    await mongo.command({"create": "system.profile", "capped": True, "size": 128 << 20})
    await mongo.command({"profile": 2})
    await send_every_query(showcase, isolated_http, isolated_server.url)
    await send_every_mutation(isolated_running)
    await page_through_searches(isolated_running)
    table_of_two = csv_table([posting_row(showcase, "A-1"), posting_row(showcase, "A-2")])
    headers = {"authorization": f"Bearer {showcase.token_of('officer')}"}
    assert (await isolated_http.post("/imports", content=table_of_two, headers=headers)).is_success
    await run_workers(isolated_running)
    await mongo.command({"profile": 0})
    records = mongo["system.profile"].find({"planSummary": {"$exists": True}})
    return [each async for each in records]


BATCH = 200
"""The most documents of one read: a page, or a batch of postings to rescreen."""
WHOLE = {"minimum_wages", "occupation_additions"}
"""Collections that are read whole: at most 10,000 and 20,000 rows, which every process holds in
memory."""


def command_of(operation: Document) -> Document:
    """Return the command of an operation; for a ``getMore``, the command that began it."""
    found: Document = operation.get("originatingCommand") or operation["command"]
    return found


def is_stream(operation: Document) -> bool:
    """Whether the operation is a change stream, which reads the oplog and no collection."""
    return "$changeStream" in (command_of(operation).get("pipeline") or [{}])[0]


def sorts_at_most_a_page(operation: Document) -> bool:
    """Whether a sort in memory keeps no more than a page."""
    stages: list[Document] = command_of(operation).get("pipeline") or []
    kept: list[int] = [
        after.get("$limit", BATCH + 1) for sort, after in pairwise([*stages, {}]) if "$sort" in sort
    ]
    return max(kept, default=command_of(operation).get("limit", BATCH + 1)) <= BATCH


def scans_every_id(operation: Document) -> bool:
    """Whether the plan scans the ``_id`` index although the filter is on other fields."""
    narrowed = (
        command_of(operation).get("filter")
        or command_of(operation).get("q")
        or command_of(operation).get("query")
    )
    is_by_id = operation["planSummary"] == "IXSCAN { _id: 1 }"
    return is_by_id and bool(narrowed) and "'_id'" not in repr(narrowed)


def describe_operation(operation: Document) -> str:
    return f"{operation['ns'].partition('.')[2]}: {command_of(operation)}"


def test_no_operation_scans_a_collection(seen: list[Document]) -> None:
    assert len(seen) > 3_000
    through = [each for each in seen if "COLLSCAN" in each["planSummary"] and not is_stream(each)]
    assert {describe_operation(each).partition(":")[0] for each in through} == WHOLE
    assert {describe_operation(each) for each in seen if scans_every_id(each)} == set()


def test_no_sort_in_memory_exceeds_a_page(seen: list[Document]) -> None:
    kept = {
        describe_operation(each)
        for each in seen
        if each.get("hasSortStage") and not sorts_at_most_a_page(each)
    }
    assert {each for each in kept if each.partition(":")[0] not in WHOLE} == set()
