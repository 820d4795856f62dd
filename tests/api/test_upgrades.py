"""Databases that earlier commits have written work with this code, and lose nothing by it.

``tests.support.make_upgrade_dump`` makes the dumps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from api.settings import Settings
from api.websocket.uvicorn_protocol import WireProtocol
from api.wiring.node import ServiceNode, create_node
from api.wiring.realtime import run_realtime
from api.wiring.services import run_services
from api.wiring.workers import create_workers, run_workers
from domain.leads.leads import Contact
from domain.live.log_topics import session_topic
from domain.reference.calendar import day_in_china
from domain.screening.posting_rules import RULES_VERSION
from schema.relay import parse_global_id
from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from storage.store import Store
from storage.upgrade_steps import UPGRADE_STEPS
from tests.support import upgrade_dumps
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.log_cursors import start_cursor
from tests.support.upgrade_dumps import Dump, read_dump
from tests.support.waiting import wait_until

SESSION_EVENTS = """
subscription ($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) {
    ... on Announcement { body }
    ... on Reset { cursor snapshot { cursor } }
  }
}
"""
COMMITS = tuple(sorted(path.name.partition(".")[0] for path in upgrade_dumps.DUMPS.iterdir()))
KEPT_COLLECTIONS = (
    "accounts",
    "call_entries",
    "campaigns",
    "consent_texts",
    "employer_checks",
    "employers",
    "lead_entries",
    "leads",
    "postings",
    "questions",
    "referrals",
    "seekers",
    "sessions",
    "unions",
)
"""Collections to which a start adds nothing and from which it takes nothing."""


@dataclass(frozen=True, kw_only=True)
class UpgradedNode:
    """A process of this code over the data of an earlier commit."""

    dump: Dump
    store: Store
    node: ServiceNode


@asynccontextmanager
async def started_over(dump: Dump, mongo: Mongo) -> AsyncIterator[UpgradedNode]:
    """Start everything that a process has, workers too, over a database."""

    settings = Settings.model_validate(
        {"SONGGANG_SECRET": upgrade_dumps.SECRET, "SONGGANG_DEMO": True}
    )
    store = Store(mongo, upgrade_dumps.SECRET)
    await store.prepare(upgrade_dumps.SECRET)
    async with (
        run_realtime(store) as realtime,
        run_services(realtime, settings) as running,
    ):
        workers = create_workers(running, settings)
        async with run_workers(running, workers):
            yield UpgradedNode(dump=dump, store=store, node=create_node(running, workers, settings))


@pytest.fixture(scope="module", params=COMMITS)
async def upgraded(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[UpgradedNode]:
    dump = read_dump(request.param)
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    await dump.load(mongo, at=utc_now())
    async with started_over(dump, mongo) as running:
        yield running
    await mongo.drop_database()
    await mongo.close()


def local_id(global_id: str, kind: str) -> str:
    return parse_global_id(global_id, kind, "id")


async def wait_screened(store: Store) -> None:
    """Wait until the worker has screened everything by the present rules."""

    async def is_done() -> bool:
        return not await store.postings.find_screened_by_older_rules(RULES_VERSION, limit=1)

    await wait_until(is_done, within=60, every=0.2)


async def test_leads_open_with_their_contacts(upgraded: UpgradedNode) -> None:
    leads = await upgraded.store.leads.by_ids(
        [local_id(lead.id, "Lead") for lead in upgraded.dump.known.leads]
    )
    contacts = [await upgraded.store.open_contact(lead) for lead in leads.values()]
    assert contacts == [
        Contact(name=lead.name, phone=f"+86{lead.phone}") for lead in upgraded.dump.known.leads
    ]


async def test_an_old_cursor_gets_one_reset_and_the_next_cursor_continues(
    upgraded: UpgradedNode,
) -> None:
    """Cursors of earlier versions name no history of the log."""
    known = upgraded.dump.known
    async with (
        GraphQLClient(upgraded.node.endpoint) as api,
        UvicornServer(upgraded.node.endpoint, WireProtocol) as server,
        open_websocket(server.url) as viewer,
    ):
        entered = await api.mutate(
            "enterAsViewer", {}, selection="... on ViewerEntered { accessToken }"
        )
        await viewer.initialise(entered["accessToken"])
        await viewer.subscribe(
            "1",
            SESSION_EVENTS,
            id=known.session_id,
            after=known.cursor,
        )
        reset = await viewer.receive_event("1")
        for number, cursor in enumerate((reset["cursor"], reset["snapshot"]["cursor"]), start=2):
            await viewer.subscribe(str(number), SESSION_EVENTS, id=known.session_id, after=cursor)
            await viewer.assert_alive()
        start = start_cursor(session_topic(local_id(known.session_id, "LiveSession")))
        await viewer.subscribe("4", SESSION_EVENTS, id=known.session_id, after=start)
        received = [await viewer.receive_event("4") for _ in known.announcements]
    assert [event["body"] for event in received] == list(known.announcements)


async def test_postings_that_were_open_stay_open(upgraded: UpgradedNode) -> None:
    before, today = upgraded.dump.open_postings, day_in_china(utc_now())
    assert before
    assert set(await upgraded.store.postings.visible_ids(sorted(before), today)) == before
    await wait_screened(upgraded.store)
    assert set(await upgraded.store.postings.visible_ids(sorted(before), today)) == before


async def test_what_newer_rules_find_waits_in_the_review_queue(upgraded: UpgradedNode) -> None:
    await wait_screened(upgraded.store)
    postings = await upgraded.store.postings.by_ids(upgraded.dump.open_postings)
    for posting in postings.values():
        counted = {finding.key for finding in posting.findings if finding.severity != "WARN"}
        settled = posting.review.settled if posting.review else ()
        assert counted <= {*posting.deferred, *settled}
        assert (posting.waiting_since is not None) == (not {*posting.deferred} <= {*settled})


async def test_no_record_is_lost_and_staff_can_sign_in(upgraded: UpgradedNode) -> None:
    collections = upgraded.dump.collections
    for name in KEPT_COLLECTIONS:
        stored = await upgraded.store.mongo[name].count_documents({})
        assert (name, stored) == (name, len(collections.get(name, ())) or (name == "consent_texts"))
    async with GraphQLClient(upgraded.node.endpoint) as api:
        given = {"username": "officer", "password": upgrade_dumps.PASSWORD}
        signed_in = await api.mutate("signIn", given, selection="... on SignedIn { accessToken }")
        listed = await api.fetch_data(
            "{ leads(first: 10) { edges { node { id } } } }", token=signed_in["accessToken"]
        )
    assert {edge["node"]["id"] for edge in listed["leads"]["edges"]} == {
        lead.id for lead in upgraded.dump.known.leads
    }


async def test_every_step_is_recorded_and_a_second_start_repeats_none(
    upgraded: UpgradedNode,
) -> None:
    upgrades = upgraded.store.upgrades()
    applied = await upgrades.applied()
    written = upgraded.dump.schema_version
    assert [step.name for step in applied] == [
        step.name for step in UPGRADE_STEPS if step.to_version > written
    ]
    assert {step.left for step in applied} == {0}
    assert await upgrades.pending() == []
    await upgraded.store.prepare(upgrade_dumps.SECRET)
    assert await upgrades.applied() == applied
