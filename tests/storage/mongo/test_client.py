"""The driver seam keeps its promises, on both drivers and a real replica set."""

import asyncio
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.mongo.client import (
    ChangeStream,
    Document,
    Driver,
    Duplicate,
    HistoryLost,
    Mongo,
    StorageError,
    StorageMisconfigured,
    StorageUnavailable,
    Transaction,
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


def data_of(changes: list[Document]) -> list[str]:
    return [change["fullDocument"]["_id"] for change in changes]


async def take(stream: ChangeStream, count: int) -> list[Document]:
    async with asyncio.timeout(20):
        return [await anext(stream) for _ in range(count)]


async def test_a_uri_cannot_weaken_what_writes_and_reads_promise(
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


async def test_times_come_back_in_utc_with_their_zone(either_mongo: Mongo) -> None:
    at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    await either_mongo["sessions"].insert_one({"_id": "a", "at": at})
    assert await either_mongo["sessions"].find_one({"_id": "a"}) == {"_id": "a", "at": at}


async def test_nobody_at_the_address_is_reported_quickly_and_without_the_password(
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
async def test_a_uri_that_cannot_be_read_is_refused_without_being_quoted(
    uri: str, driver: Driver
) -> None:
    with pytest.raises(StorageMisconfigured, match=r"^MONGODB_URI cannot be read") as caught:
        await Mongo.connect(uri, "songgang", driver=driver, timeout=0.5)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_an_illegal_database_name_is_refused(mongo_uri: str, driver: Driver) -> None:
    with pytest.raises(StorageMisconfigured, match=r"^MONGODB_DATABASE is not the name"):
        await Mongo.connect(mongo_uri, "song gang", driver=driver)


async def test_refused_credentials_are_a_matter_of_settings(mongo_uri: str, driver: Driver) -> None:
    uri = mongo_uri.replace("mongodb://", f"mongodb://officer:{SECRET}@")
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


async def test_a_server_that_went_away_is_unavailable(folder: Path, driver: Driver) -> None:
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


async def test_a_batch_stores_the_rest_and_tells_which_places_were_duplicates(
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


async def test_a_document_against_the_rules_is_refused_without_being_quoted(
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


async def test_a_collection_can_be_made_by_many_at_once(either_mongo: Mongo) -> None:
    await asyncio.gather(*(either_mongo.create_collection("leads") for _ in range(5)))
    assert await either_mongo.read_validators() == {"leads": {}}


async def test_a_pipeline_yields_its_documents_in_order(either_mongo: Mongo) -> None:
    await either_mongo["postings"].insert_many([{"_id": n} for n in range(500)])
    pipeline: list[Document] = [{"$match": {"_id": {"$gte": 100}}}, {"$sort": {"_id": -1}}]
    found = [document["_id"] async for document in either_mongo.aggregate("postings", pipeline)]
    assert found == list(range(499, 99, -1))


async def test_a_pipeline_that_is_wrong_is_an_error_of_ours(either_mongo: Mongo) -> None:
    with pytest.raises(StorageError, match=r"^MongoDB refuses: Location40324 \(40324\)$"):
        await anext(either_mongo.aggregate("postings", [{"$no": 1}]))


async def test_a_transaction_is_seen_whole_once_it_has_committed(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> int:
        await either_mongo["events"].insert_one({"_id": 1}, session=transaction)
        await either_mongo["heads"].insert_one({"_id": "s", "seq": 1}, session=transaction)
        assert await either_mongo["events"].count_documents({}) == 0
        own = [each async for each in either_mongo.aggregate("heads", [], session=transaction)]
        return int(own[0]["seq"])

    assert await either_mongo.run_transaction(body) == 1
    assert await either_mongo["events"].count_documents({}) == 1
    assert await either_mongo["heads"].count_documents({}) == 1


async def test_an_exception_aborts_the_transaction_and_comes_out_as_it_is(
    either_mongo: Mongo,
) -> None:
    refusal = LookupError("no such posting")

    async def body(transaction: Transaction) -> None:
        await either_mongo["events"].insert_one({"_id": 1}, session=transaction)
        raise refusal

    with pytest.raises(LookupError) as caught:
        await either_mongo.run_transaction(body)
    assert caught.value is refusal
    assert await either_mongo["events"].count_documents({}) == 0


async def test_a_duplicate_within_a_transaction_aborts_it(either_mongo: Mongo) -> None:
    await either_mongo["leads"].insert_one({"_id": "a"})

    async def body(transaction: Transaction) -> None:
        await either_mongo["events"].insert_one({"_id": 1}, session=transaction)
        with translate_errors():
            await either_mongo["leads"].insert_one({"_id": "a"}, session=transaction)

    with pytest.raises(Duplicate):
        await either_mongo.run_transaction(body)
    assert await either_mongo["events"].count_documents({}) == 0


async def test_a_cancelled_transaction_leaves_nothing_behind(either_mongo: Mongo) -> None:
    inside = asyncio.Event()

    async def body(transaction: Transaction) -> None:
        await either_mongo["events"].insert_one({"_id": 1}, session=transaction)
        inside.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(either_mongo.run_transaction(body))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await either_mongo["events"].insert_one({"_id": 1})
    assert await either_mongo["events"].count_documents({}) == 1


async def test_a_transaction_is_cancelled_whenever_it_is_asked_to(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> None:
        with translate_errors():
            await either_mongo["events"].insert_one({}, session=transaction)
        written.set()

    for turns in range(20):
        written = asyncio.Event()
        task = asyncio.create_task(either_mongo.run_transaction(body))
        await written.wait()
        # Through what the driver does from here to the server's word that it is committed.
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.cancel():
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_a_write_conflict_runs_the_whole_transaction_again(either_mongo: Mongo) -> None:
    heads = either_mongo["heads"]
    await heads.insert_one({"_id": "s", "seq": 0})
    read: list[int] = []

    async def body(transaction: Transaction) -> None:
        with translate_errors():
            head = await heads.find_one({"_id": "s"}, session=transaction)
        assert head is not None
        read.append(head["seq"])
        if len(read) == 1:
            await heads.update_one({"_id": "s"}, {"$set": {"seq": 10}})
        with translate_errors():
            await heads.update_one(
                {"_id": "s"}, {"$set": {"seq": head["seq"] + 1}}, session=transaction
            )

    await either_mongo.run_transaction(body)
    assert read == [0, 10]
    assert await heads.find_one({}) == {"_id": "s", "seq": 11}


async def test_many_transactions_on_one_document_each_count_once(either_mongo: Mongo) -> None:
    heads = either_mongo["heads"]
    await heads.insert_one({"_id": "s", "seq": 0})

    async def body(transaction: Transaction) -> int:
        head = await heads.find_one_and_update(
            {"_id": "s"}, {"$inc": {"seq": 1}}, return_document=True, session=transaction
        )
        assert head is not None
        return int(head["seq"])

    taken = await asyncio.gather(*(either_mongo.run_transaction(body) for _ in range(8)))
    assert sorted(taken) == list(range(1, 9))


async def test_a_transaction_that_always_conflicts_gives_up_in_time(either_mongo: Mongo) -> None:
    heads = either_mongo["heads"]
    await heads.insert_one({"_id": "s", "seq": 0})

    async def body(transaction: Transaction) -> None:
        await heads.find_one({"_id": "s"}, session=transaction)
        await heads.update_one({"_id": "s"}, {"$inc": {"seq": 1}})
        await heads.update_one({"_id": "s"}, {"$set": {"seq": -1}}, session=transaction)

    with pytest.raises(StorageUnavailable, match="other transactions kept getting in the way"):
        await either_mongo.run_transaction(body, patience=0.3)
    head = await heads.find_one({})
    assert head is not None
    assert head["seq"] > 1


async def test_a_stream_sees_every_insert_from_the_moment_it_is_open(either_mongo: Mongo) -> None:
    async with either_mongo.watch("events", []) as stream:
        await either_mongo["events"].insert_many([{"_id": each} for each in "abc"])
        assert data_of(await take(stream, 3)) == ["a", "b", "c"]


async def test_a_stream_shows_a_transaction_once_it_has_committed(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> None:
        await either_mongo["events"].insert_one({"_id": "first"}, session=transaction)
        await either_mongo["events"].insert_one({"_id": "second"}, session=transaction)

    async with either_mongo.watch("events", [{"$match": {"operationType": "insert"}}]) as stream:
        await either_mongo.run_transaction(body)
        assert data_of(await take(stream, 2)) == ["first", "second"]


async def test_a_stream_goes_on_after_its_token_without_a_gap(either_mongo: Mongo) -> None:
    events = either_mongo["events"]
    async with either_mongo.watch("events", []) as stream:
        await events.insert_many([{"_id": each} for each in "abc"])
        assert data_of(await take(stream, 2)) == ["a", "b"]
        token = stream.resume_token
    await events.insert_one({"_id": "d"})
    async with either_mongo.watch("events", [], resume_after=token) as stream:
        await events.insert_one({"_id": "e"})
        assert data_of(await take(stream, 3)) == ["c", "d", "e"]


async def test_a_stream_has_a_token_before_its_first_change(either_mongo: Mongo) -> None:
    async with either_mongo.watch("events", []) as stream:
        token = stream.resume_token
    assert token is not None
    await either_mongo["events"].insert_one({"_id": "a"})
    async with either_mongo.watch("events", [], resume_after=token) as stream:
        assert data_of(await take(stream, 1)) == ["a"]


async def test_a_cancelled_read_loses_no_change(either_mongo: Mongo) -> None:
    async with either_mongo.watch("events", []) as stream:
        for each in "abc":
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.05)
            await either_mongo["events"].insert_one({"_id": each})
            assert data_of(await take(stream, 1)) == [each]


async def test_a_stream_with_a_read_under_way_closes_without_waiting_for_news(mongo: Mongo) -> None:
    began = time.monotonic()
    async with mongo.watch("events", [], max_await_ms=20_000) as stream:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.1)
    assert time.monotonic() - began < 10


async def test_a_stream_ends_when_its_collection_is_dropped(either_mongo: Mongo) -> None:
    await either_mongo["events"].insert_one({"_id": "a"})
    async with either_mongo.watch("events", []) as stream:
        await either_mongo["events"].drop()
        async with asyncio.timeout(20):
            seen = [change["operationType"] async for change in stream]
    assert seen == ["drop", "invalidate"]


async def test_a_token_that_the_oplog_no_longer_holds_is_lost_history(either_mongo: Mongo) -> None:
    async with either_mongo.watch("events", []) as stream:
        await either_mongo["events"].insert_many([{"_id": "a"}, {"_id": "b"}])
        await take(stream, 1)
        token = stream.resume_token
    assert token is not None
    # A token begins with its type and the second of its moment: here the first second of 1970.
    ancient = {"_data": token["_data"][:2] + "00000001" + token["_data"][10:]}
    with pytest.raises(HistoryLost):
        async with either_mongo.watch("events", [], resume_after=ancient) as stream:
            await take(stream, 1)


async def test_a_dropped_database_is_empty(either_mongo: Mongo) -> None:
    await either_mongo["events"].insert_one({"_id": "a"})
    await either_mongo.drop_database()
    assert await either_mongo.read_validators() == {}


def test_ids_are_24_hexadecimal_characters_in_the_order_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]
    assert all(len(each) == 24 and int(each, 16) for each in ids)
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
