import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from api.demo.content import DemoContent
from api.demo.keeper import MIN_OPEN_POSTINGS, DemoSessionKeeper
from api.demo.loading import NotADemoDatabase, load_demo
from domain.live.events import SessionStarted
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, SessionStatus
from domain.reference.calendar import day_in_china
from domain.screening.known_wages import KNOWN_WAGES
from realtime.group_commit import GroupCommit
from services.live.sessions import LiveSessionControl
from storage.clock import utc_now
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import Mongo
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import ServerProcess, running_server, start_server
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

SECRET = "a secret for tests"
COUNTS = {"unions": 9, "employers": 20, "postings": 300, "sessions": 5, "accounts": 3}
LIVE = "{ liveSessions(filter: {status: LIVE}, first: 20) { edges { node { id } } } }"
END = """
mutation ($id: ID!) { endSession(input: {sessionId: $id}) { __typename } }
"""


@dataclass
class Room:
    store: Store
    desk: LiveSessionControl
    keeper: DemoSessionKeeper
    loaded: DemoContent


async def ignore_logged(*_: object) -> None:
    """A callback for logged events that does nothing."""


@pytest.fixture
async def store(mongo: Mongo) -> Store:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    return store


async def load_now(store: Store, *, days_ago: int = 0) -> DemoContent:
    at = utc_now() - timedelta(days=days_ago)
    return await load_demo(store, password="demo password", at=at, table=KNOWN_WAGES)


def create_keeper(store: Store, desk: LiveSessionControl) -> DemoSessionKeeper:
    host_id = DemoContent(at=utc_now(), table=KNOWN_WAGES).host_id
    return DemoSessionKeeper(store, desk, utc_now, table=KNOWN_WAGES, host_id=host_id)


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[LiveSessionControl]:
    commit = GroupCommit(store.mongo, store.event_log, utc_now, on_logged=ignore_logged)
    yield LiveSessionControl(store, commit, utc_now)
    await commit.close()


async def count_records(store: Store) -> dict[str, int]:
    return {name: await store.mongo[name].count_documents({}) for name in COUNTS}


async def list_sessions(store: Store, status: SessionStatus) -> list[LiveSession]:
    page = await store.live_sessions.page(LiveSessionQuery(status=status), PageRequest(limit=100))
    return list(page.items)


async def count_open_postings(store: Store, session: LiveSession) -> int:
    today = day_in_china(utc_now())
    return len(await store.postings.visible_ids(session.posting_ids, today))


async def end_all(store: Store, desk: LiveSessionControl) -> None:
    for session in await list_sessions(store, SessionStatus.LIVE):
        await desk.change_status(session.id, SessionStatus.ENDED)


async def test_the_demo_has_its_accounts_and_no_real_person(store: Store) -> None:
    loaded = await load_now(store)
    assert await count_records(store) == COUNTS
    assert await store.meta.is_demo()
    officer = await store.accounts.by_username("officer")
    host = await store.accounts.by_username("host")
    recruiter = await store.accounts.by_username("recruiter")
    root = await store.unions.root()
    assert officer is not None
    assert host is not None
    assert recruiter is not None
    assert root is not None
    assert (officer.union_id, host.union_id) == (root.id, root.id)
    assert host.id == loaded.host_id
    on_air = next(s for s in loaded.records.sessions if s.status is SessionStatus.LIVE)
    shown = await store.postings.by_ids(on_air.posting_ids)
    assert recruiter.employer_id in {posting.employer_id for posting in shown.values()}
    assert all(session.owner_id == host.id for session in loaded.records.sessions)


async def test_loading_again_adds_nothing_and_undoes_nothing(
    store: Store, desk: LiveSessionControl
) -> None:
    await load_now(store)
    await end_all(store, desk)
    await load_now(store)
    assert await count_records(store) == COUNTS
    assert await list_sessions(store, SessionStatus.LIVE) == []


async def test_loading_repairs_what_a_crash_left_undone(store: Store) -> None:
    loaded = await load_now(store)
    lost = [posting.id for posting in loaded.records.postings[100:]]
    await store.mongo["postings"].delete_many({"_id": {"$in": lost}})
    await store.mongo["accounts"].delete_one({"username": "recruiter"})
    await store.mongo["sessions"].delete_many({})
    again = await load_now(store)
    assert await count_records(store) == COUNTS
    assert (
        again.records
        == DemoContent(
            at=again.records.sessions[0].created_at + timedelta(days=5), table=KNOWN_WAGES
        ).records
    )


async def test_a_database_with_other_data_is_refused_and_unchanged(store: Store) -> None:
    foreign = DemoContent(at=utc_now(), table=KNOWN_WAGES).records.unions[:1]
    await store.unions.add(foreign)
    with pytest.raises(NotADemoDatabase, match="holds data that are not a demo's"):
        await load_now(store)
    assert await count_records(store) == dict.fromkeys(COUNTS, 0) | {"unions": 1}
    assert not await store.meta.is_demo()


async def test_no_session_starts_while_one_is_live(store: Store, desk: LiveSessionControl) -> None:
    await load_now(store)
    before = await list_sessions(store, SessionStatus.LIVE)
    live = await create_keeper(store, desk).ensure_live()
    assert live in before
    assert await list_sessions(store, SessionStatus.LIVE) == before


async def test_without_a_live_session_scheduled_ones_start_and_then_new_ones(
    store: Store, desk: LiveSessionControl
) -> None:
    loaded = await load_now(store)
    keeper = create_keeper(store, desk)
    scheduled = {session.id for session in await list_sessions(store, SessionStatus.SCHEDULED)}
    started: list[str] = []
    for _ in range(len(scheduled) + 2):
        await end_all(store, desk)
        live = await keeper.ensure_live()
        assert (live.status, live.owner_id) == (SessionStatus.LIVE, loaded.host_id)
        assert live.synthetic
        assert await count_open_postings(store, live) >= MIN_OPEN_POSTINGS
        events = await store.event_log.read(session_topic(live.id), after=0, limit=10)
        assert [placed.event for placed in events] == [SessionStarted(session_id=live.id)]
        started.append(live.id)
    assert set(started[: len(scheduled)]) == scheduled
    assert len(set(started)) == len(started)


async def test_an_old_demo_gets_current_postings_once(
    store: Store, desk: LiveSessionControl
) -> None:
    await load_now(store, days_ago=300)
    keeper = create_keeper(store, desk)
    live = await keeper.ensure_live()
    assert await count_open_postings(store, live) >= MIN_OPEN_POSTINGS
    assert (await count_records(store))["postings"] == 600
    await end_all(store, desk)
    assert (await keeper.ensure_live()).id != live.id
    assert (await count_records(store))["postings"] == 600


async def test_processes_that_start_a_demo_at_once_load_one_and_both_serve(
    mongo_uri: str, database_name: str, mongo: Mongo
) -> None:
    given = {"SONGGANG_SECRET": SECRET, "SONGGANG_DEMO_PASSWORD": "the same password"}

    async def run(folder: Path) -> ServerProcess:
        return await start_server(mongo_uri, database_name, "--demo", folder=folder, **given)

    with temporary_folder() as one, temporary_folder() as other:
        servers = await asyncio.gather(run(one), run(other))
        try:
            for server in servers:
                async with HttpClient(server.url) as http:
                    for username in ("officer", "host", "recruiter"):
                        await http.sign_in(username, "the same password")
            store = Store(mongo, SECRET)
            assert await count_records(store) == COUNTS
        finally:
            ends = await asyncio.gather(*(server.stop() for server in servers))
    assert [end.code for end in ends] == [0, 0]


async def test_a_new_session_goes_live_after_the_host_ended_all(
    mongo_uri: str, database_name: str
) -> None:
    async with (
        running_server(mongo_uri, database_name, "--demo", SONGGANG_SECRET=SECRET) as server,
        HttpClient(server.url) as http,
    ):

        async def on_air() -> list[str]:
            edges = (await http(LIVE))["liveSessions"]["edges"]
            return [edge["node"]["id"] for edge in edges]

        first = await on_air()
        assert server.live_session in first
        token = (await http.sign_in("host", server.demo_password))["accessToken"]
        for session_id in first:
            await http(END, {"id": session_id}, token=token)

        async def is_another_on_air() -> bool:
            return bool(set(await on_air()) - set(first))

        await wait_until(is_another_on_air, within=20)


async def test_a_demo_from_before_employer_checks_keeps_its_open_postings(store: Store) -> None:
    demo = await load_now(store)
    today = day_in_china(utc_now())
    (outdated,) = {
        check.employer_id
        for check in demo.records.checks
        if check.valid_until is not None and check.valid_until < today
    }
    last_day = (today + timedelta(days=90)).isoformat()
    checks, employers = store.mongo["employer_checks"], store.mongo["employers"]
    await checks.delete_many({"employer_id": outdated})
    await employers.update_one(
        {"_id": outdated}, {"$set": {"checks": 0}, "$unset": {"verified_until": ""}}
    )
    await store.mongo["postings"].update_many(
        {"employer_id": outdated, "status": "SUSPENDED"},
        {"$set": {"status": "OPEN", "verified_until": last_day, "grace_until": last_day}},
    )
    await load_now(store)
    assert await checks.count_documents({"employer_id": outdated}) == 0
    # Without open postings the outdated check belongs to the demo.
    await store.mongo["postings"].update_many(
        {"employer_id": outdated}, {"$set": {"status": "SUSPENDED"}}
    )
    await load_now(store)
    assert await checks.count_documents({"employer_id": outdated}) == 1
