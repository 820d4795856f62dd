"""Upgrades of a database: in order, once, by one process, whatever interrupts them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.postings.job_keys import make_job_key
from domain.postings.postings import PostingStatus
from storage.mongo import upgrades as upgrades_module
from storage.mongo.client import Mongo, StorageUnavailable
from storage.mongo.collections import ensure_collections
from storage.mongo.schema_version import NewerData, SchemaVersion, SchemaVersions
from storage.mongo.upgrades import LEASE_DURATION, LEASE_NAME, Upgrades, UpgradeStep
from storage.store import Store
from storage.upgrade_steps import UPGRADE_STEPS
from tests.support import records
from tests.support.records import FIXED_NOW, ManualClock
from tests.support.stores import SECRET


@pytest.fixture
def store(mongo: Mongo) -> Store:
    """A store over an empty database, without collections and indexes."""
    return Store(mongo, SECRET)


def step(number: int, *, oldest_code: int = 0, dies_after: int | None = None) -> UpgradeStep:
    """A step that moves things from one number to the next, two at a time."""
    where = {"number": number - 1}
    batches = 0

    async def count(mongo: Mongo) -> int:
        return await mongo["things"].count_documents(where)

    async def change_batch(mongo: Mongo, _: datetime) -> int:
        nonlocal batches
        if batches == dies_after:
            raise StorageUnavailable("killed")
        batches += 1
        found = await mongo["things"].find(where, {"_id": 1}).limit(2).to_list(2)
        ids = [document["_id"] for document in found]
        await mongo["things"].update_many(
            {"_id": {"$in": ids}, **where}, {"$set": {"number": number}, "$inc": {"changes": 1}}
        )
        return len(found)

    return UpgradeStep(
        to_version=number,
        name=f"step {number}",
        summary="Moves things.",
        oldest_code=oldest_code,
        count=count,
        change_batch=change_batch,
    )


def upgrades(store: Store, steps: Sequence[UpgradeStep], node: str = "one") -> Upgrades:
    return Upgrades(store.mongo, store.leases, steps, ManualClock(), node)


async def add_things(store: Store, count: int) -> None:
    await store.mongo["things"].insert_many([{"number": 0, "changes": 0} for _ in range(count)])


async def things(store: Store) -> list[tuple[int, int]]:
    """The number of each thing, and how often it was changed."""
    found = store.mongo["things"].find({})
    return [(document["number"], document["changes"]) async for document in found]


async def version(store: Store) -> SchemaVersion | None:
    return await SchemaVersions(store.mongo).read()


async def test_older_data_go_through_every_step_in_order_and_once(store: Store) -> None:
    await add_things(store, 5)
    steps = [step(1), step(2, oldest_code=1)]
    await upgrades(store, steps).run()
    assert await things(store) == [(2, 2)] * 5
    assert await version(store) == SchemaVersion(version=2, oldest_code=1)
    applied = await upgrades(store, steps).applied()
    assert [(each.name, each.found, each.left) for each in applied] == [
        ("step 1", 5, 0),
        ("step 2", 5, 0),
    ]
    await upgrades(store, steps).run()
    assert await things(store) == [(2, 2)] * 5


async def test_a_step_that_was_killed_goes_on_where_it_stopped(store: Store) -> None:
    await add_things(store, 7)
    with pytest.raises(StorageUnavailable):
        await upgrades(store, [step(1, dies_after=2), step(2)]).run()
    assert sorted(await things(store)) == [(0, 0)] * 3 + [(1, 1)] * 4
    assert await version(store) == SchemaVersion(version=0)
    (unfinished,) = await upgrades(store, [step(1)]).applied()
    assert (unfinished.finished_at, unfinished.found) == (None, 7)
    await upgrades(store, [step(1), step(2)], node="another").run()
    assert await things(store) == [(2, 2)] * 7
    first, _ = await upgrades(store, []).applied()
    assert (first.found, first.left) == (7, 0)


async def test_of_many_processes_one_upgrades_and_the_others_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades_module, "WAIT_SECONDS", 0.01)
    await add_things(store, 20)
    nodes = [upgrades(store, [step(1), step(2)], node=f"node {number}") for number in range(4)]
    await asyncio.gather(*(each.run() for each in nodes))
    assert await things(store) == [(2, 2)] * 20
    assert await version(store) == SchemaVersion(version=2)


async def test_a_process_takes_over_from_one_that_was_killed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades_module, "WAIT_SECONDS", 0.01)
    await add_things(store, 3)
    clock = ManualClock()
    until = FIXED_NOW + LEASE_DURATION
    assert await store.leases.acquire(LEASE_NAME, "killed", at=FIXED_NOW, until=until)
    waiting = asyncio.create_task(
        Upgrades(store.mongo, store.leases, [step(1)], clock, "waits").run()
    )
    await asyncio.sleep(0.1)
    assert await things(store) == [(0, 0)] * 3
    clock.at += LEASE_DURATION + timedelta(seconds=1)
    await waiting
    assert await things(store) == [(1, 1)] * 3


async def test_a_new_database_has_nothing_to_upgrade(mongo: Mongo) -> None:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    assert await version(store) == store.upgrades().code_version
    assert await store.upgrades().applied() == []
    assert await store.upgrades().pending() == []


async def test_data_that_need_newer_code_are_refused_in_both_languages(mongo: Mongo) -> None:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    own = store.upgrades().code_version.version
    newer = {"version": own + 3, "oldest_code": own + 2}
    await mongo["meta"].update_one({"_id": "schema"}, {"$set": newer})
    await mongo["leads"].drop_index("by_owner")
    with pytest.raises(NewerData) as refused:
        await Store(mongo, SECRET).prepare(SECRET)
    said = str(refused.value)
    assert "\n" not in said
    for part in (f"version {own + 3}", f"version {own + 2}", f"has {own}.", "请启动新版本程序"):
        assert part in said
    assert "by_owner" not in await mongo["leads"].index_information()


async def test_newer_data_that_this_code_can_read_are_left_as_they_are(mongo: Mongo) -> None:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    own = store.upgrades().code_version.version
    newer = SchemaVersion(version=own + 1, oldest_code=own)
    await mongo["meta"].update_one(
        {"_id": "schema"}, {"$set": {"version": own + 1, "oldest_code": own}}
    )
    await mongo["leads"].drop_index("by_owner")
    await Store(mongo, SECRET).prepare(SECRET)
    assert await version(store) == newer
    assert "by_owner" not in await mongo["leads"].index_information()


async def test_an_older_step_never_sets_the_version_back(store: Store) -> None:
    versions = SchemaVersions(store.mongo)
    await versions.initialise(SchemaVersion(version=5, oldest_code=4))
    await versions.advance(SchemaVersion(version=3))
    await versions.initialise(SchemaVersion(version=1))
    assert await versions.read() == SchemaVersion(version=5, oldest_code=4)


def test_the_steps_are_numbered_from_one_without_a_gap() -> None:
    assert [each.to_version for each in UPGRADE_STEPS] == [*range(1, len(UPGRADE_STEPS) + 1)]
    assert len({each.name for each in UPGRADE_STEPS}) == len(UPGRADE_STEPS)
    for before, after in itertools.pairwise(UPGRADE_STEPS):
        assert before.oldest_code <= after.oldest_code <= after.to_version


async def test_the_steps_give_older_postings_and_leads_what_they_lack(store: Store) -> None:
    postings: list[dict[str, Any]] = [
        {"_id": "open", "union_id": "city", "status": "OPEN"},
        {"_id": "refused", "union_id": "city", "status": "REFUSED"},
        {"_id": "orphan", "union_id": "gone", "status": "OPEN", "verified_until": "2026-12-01"},
    ]
    await store.mongo["postings"].insert_many(postings)
    await store.mongo["unions"].insert_one({"_id": "city", "path": ["province", "city"]})
    await store.mongo["leads"].insert_many(
        [{"_id": "before"}, {"_id": "newer", "confirmation": "UNCONFIRMED"}]
    )
    await upgrades(store, UPGRADE_STEPS[:3]).run()
    leads = {each["_id"]: each["confirmation"] async for each in store.mongo["leads"].find({})}
    assert leads == {"before": "LEGACY", "newer": "UNCONFIRMED"}
    found = {each["_id"]: each async for each in store.mongo["postings"].find({})}
    path = {"union_path": ["province", "city"]}
    grace = {"verified_until": "2027-04-01", "grace_until": "2027-04-01"}
    assert found == {
        "open": {**postings[0], **path, **grace},
        "refused": {**postings[1], **path},
        "orphan": postings[2],
    }
    applied = await upgrades(store, UPGRADE_STEPS[:3]).applied()
    assert [(each.found, each.left) for each in applied] == [(3, 1), (1, 0), (1, 0)]


async def test_pay_in_whole_yuan_is_stored_in_fen_too(store: Store) -> None:
    pay = {"amount": 6500, "period": "MONTH"}
    first = {"union_path": ["city"], "status": "CLOSED"}
    await store.mongo["postings"].insert_many(
        [
            {"_id": "a", **first, "terms": {"pay": pay, "probation_pay": 5200}},
            {"_id": "b", **first, "terms": {"pay": {"amount": 25, "period": "HOUR"}}},
            {"_id": "c", **first, "terms": {"pay": pay, "probation_pay": None}},
        ]
    )
    await store.mongo["leads"].insert_one({"_id": "lead", "terms": {"pay": pay}})
    await upgrades(store, UPGRADE_STEPS[:4]).run()
    found = {each["_id"]: each["terms"] async for each in store.mongo["postings"].find({})}
    in_fen = {**pay, "from_fen": 650_000, "to_fen": 650_000, "unit": "MONTH"}
    assert found["a"] == {
        "pay": in_fen,
        "probation_pay": 5200,
        "probation_fen": 520_000,
        "version": 2,
    }
    assert found["b"]["pay"] == {
        "amount": 25,
        "period": "HOUR",
        "from_fen": 2_500,
        "to_fen": 2_500,
        "unit": "HOUR",
    }
    assert found["b"]["probation_fen"] is found["c"]["probation_fen"] is None
    lead = await store.mongo["leads"].find_one({"_id": "lead"})
    assert lead == {"_id": "lead", "terms": {"pay": pay}, "confirmation": "LEGACY"}
    counted = (await upgrades(store, UPGRADE_STEPS[:4]).applied())[3]
    assert (counted.found, counted.left) == (3, 0)


async def test_open_postings_get_job_keys_and_twins_are_separate(store: Store) -> None:
    await ensure_collections(store.mongo)
    twins = [records.posting(id=name, employer_id="firm") for name in ("a", "b")]
    closed = records.posting(id="c", employer_id="firm", status=PostingStatus.CLOSED)
    await store.postings.add([*twins, closed], findable=False)
    await store.mongo["postings"].update_many({}, {"$unset": {"job_key": ""}})
    await upgrades(store, UPGRADE_STEPS).run()
    found = await store.postings.by_ids(["a", "b", "c"])
    key = make_job_key("firm", twins[0].terms)
    assert (found["a"].job_key, found["b"].job_key) == (key, f"{key}/b")
    assert found["c"].job_key is None
    counted = (await upgrades(store, UPGRADE_STEPS).applied())[4]
    assert (counted.found, counted.left) == (2, 0)
