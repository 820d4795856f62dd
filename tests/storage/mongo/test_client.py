"""The MongoDB client on both drivers and a real replica set: durability, errors and types."""

import asyncio
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.mongo.client import (
    Document,
    Driver,
    Duplicate,
    Mongo,
    StorageError,
    StorageMisconfigured,
    StorageUnavailable,
    new_id,
    translate_errors,
)
from storage.mongo.embedded import run_embedded
from storage.mongo.mongod import Mongod, find_mongod

SECRET = "hunter2-very-secret"
PHONE = "14412345678"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_uri_cannot_weaken_the_read_and_write_concerns(
    mongo_uri: str, database_name: str, driver: Driver
) -> None:
    weak = f"{mongo_uri}&w=0&journal=false&readPreference=secondary&readConcernLevel=local"
    mongo = await Mongo.connect(weak, database_name, driver=driver)
    try:
        leads = mongo["leads"]
        assert leads.write_concern.document["w"] == "majority"
        assert leads.write_concern.document["j"] is True
        assert leads.read_concern.level == "majority"
        assert leads.read_preference.mongos_mode == "primary"
    finally:
        await mongo.close()


async def test_times_are_read_as_utc_with_their_zone(either_mongo: Mongo) -> None:
    at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    await either_mongo["sessions"].insert_one({"_id": "a", "at": at})
    assert await either_mongo["sessions"].find_one({"_id": "a"}) == {"_id": "a", "at": at}


async def test_an_unreachable_server_is_reported_quickly_and_without_the_password(
    driver: Driver, closed_port: int
) -> None:
    uri = f"mongodb://officer:{SECRET}@127.0.0.1:{closed_port}/?replicaSet=rs0"
    began = time.monotonic()
    with pytest.raises(StorageUnavailable) as caught:
        await Mongo.connect(uri, "songgang", driver=driver, timeout=0.5)
    assert time.monotonic() - began < 5
    assert (
        str(caught.value) == f"no MongoDB primary answers at 127.0.0.1:{closed_port} within 0.5 s"
    )
    assert not isinstance(caught.value, StorageMisconfigured)


@pytest.mark.parametrize(
    "uri",
    [
        f"postgres://officer:{SECRET}@127.0.0.1/",
        f"mongodb://officer:{SECRET}@127.0.0.1:notaport/",
        f"mongodb://officer:a/{SECRET}@127.0.0.1/",
        f"mongodb://officer:@{SECRET}@127.0.0.1/",
        "mongodb://",
        "",
    ],
)
async def test_an_invalid_uri_is_refused_without_being_quoted(uri: str, driver: Driver) -> None:
    with pytest.raises(StorageMisconfigured, match=r"^MONGODB_URI cannot be read") as caught:
        await Mongo.connect(uri, "songgang", driver=driver, timeout=0.5)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_an_illegal_database_name_is_refused(mongo_uri: str, driver: Driver) -> None:
    with pytest.raises(StorageMisconfigured, match=r"^MONGODB_DATABASE is not the name"):
        await Mongo.connect(mongo_uri, "song gang", driver=driver)


async def test_refused_credentials_are_a_matter_of_settings(mongo_uri: str, driver: Driver) -> None:
    uri = f"mongodb://officer:{SECRET}@{mongo_uri.rpartition('@')[2]}"
    with pytest.raises(StorageMisconfigured, match="refuses the user or the password") as caught:
        await Mongo.connect(uri, "songgang", driver=driver)
    assert SECRET not in str(caught.value)


async def test_a_server_without_replication_is_refused(
    folder: Path, closed_port: int, driver: Driver
) -> None:
    with (folder / "lock").open("w") as lock:
        mongod = Mongod(
            [
                *(str(find_mongod()), "--dbpath", str(folder), "--port", str(closed_port)),
                *("--bind_ip", "127.0.0.1", "--nounixsocket"),
            ],
            log=folder / "log",
            lock=lock.fileno(),
        )
        try:
            with pytest.raises(StorageMisconfigured, match="is not a replica set"):
                await Mongo.connect(
                    f"mongodb://127.0.0.1:{closed_port}", "songgang", driver=driver, timeout=30
                )
        finally:
            await mongod.stop()


async def test_a_stopped_server_is_unavailable(folder: Path, driver: Driver) -> None:
    async with run_embedded(folder) as running:
        mongo = await Mongo.connect(running.uri, "songgang", driver=driver, timeout=0.5)
        await mongo.ping()
    try:
        with pytest.raises(StorageUnavailable):
            await mongo.ping()
        with pytest.raises(StorageUnavailable), translate_errors():
            await mongo["leads"].insert_one({"_id": "a"})
    finally:
        await mongo.close()


async def test_a_duplicate_names_the_fields_and_not_the_values(either_mongo: Mongo) -> None:
    leads = either_mongo["leads"]
    await leads.create_index([("session", 1), ("phone", 1)], unique=True)
    await leads.insert_one({"_id": "a", "session": "s", "phone": PHONE})
    with pytest.raises(Duplicate) as caught, translate_errors():
        await leads.insert_one({"_id": "b", "session": "s", "phone": PHONE})
    assert caught.value.fields == ("session", "phone")
    assert caught.value.positions == ()
    assert str(caught.value) == "already stored with the same session, phone"
    assert caught.value.__suppress_context__
    assert await leads.count_documents({}) == 1


async def test_a_batch_stores_the_rest_and_reports_the_duplicates(
    either_mongo: Mongo,
) -> None:
    leads = either_mongo["leads"]
    await leads.insert_one({"_id": "b"})
    batch = [{"_id": each} for each in ("a", "b", "c", "a", "d")]
    with pytest.raises(Duplicate) as caught, translate_errors():
        await leads.insert_many(batch, ordered=False)
    assert caught.value.fields == ("_id",)
    assert caught.value.positions == (1, 3)
    assert await leads.distinct("_id") == ["a", "b", "c", "d"]


async def test_an_invalid_document_is_refused_without_being_quoted(
    either_mongo: Mongo,
) -> None:
    await either_mongo.create_collection("leads")
    await either_mongo.command({"collMod": "leads", "validator": {"stage": {"$exists": True}}})
    for write in (
        either_mongo["leads"].insert_one({"phone": PHONE}),
        either_mongo["leads"].insert_many([{"phone": PHONE}], ordered=False),
    ):
        with pytest.raises(StorageError) as caught, translate_errors():
            await write
        assert type(caught.value) is StorageError
        assert str(caught.value) == "MongoDB refuses: error (121)"


async def test_many_nodes_may_create_a_collection_at_once(either_mongo: Mongo) -> None:
    await asyncio.gather(*(either_mongo.create_collection("leads") for _ in range(5)))
    assert await either_mongo.read_validators() == {"leads": {}}


async def test_a_pipeline_yields_its_documents_in_order(either_mongo: Mongo) -> None:
    await either_mongo["postings"].insert_many([{"_id": n} for n in range(500)])
    pipeline: list[Document] = [{"$match": {"_id": {"$gte": 100}}}, {"$sort": {"_id": -1}}]
    found = [document["_id"] async for document in either_mongo.aggregate("postings", pipeline)]
    assert found == list(range(499, 99, -1))


async def test_an_invalid_pipeline_is_a_storage_error(either_mongo: Mongo) -> None:
    with pytest.raises(StorageError, match=r"^MongoDB refuses: Location40324 \(40324\)$"):
        await anext(either_mongo.aggregate("postings", [{"$no": 1}]))


async def test_a_dropped_database_is_empty(either_mongo: Mongo) -> None:
    await either_mongo["events"].insert_one({"_id": "a"})
    await either_mongo.drop_database()
    assert await either_mongo.read_validators() == {}


def test_ids_are_24_hexadecimal_characters_in_creation_order() -> None:
    ids = [new_id() for _ in range(1000)]
    assert all(len(each) == 24 and int(each, 16) for each in ids)
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
