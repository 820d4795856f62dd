"""Transactions commit entirely or not at all, on both drivers and a real replica set."""

import asyncio

import pytest

from storage.mongo.client import Duplicate, Mongo, StorageUnavailable, Transaction, translate_errors


async def test_a_transaction_becomes_visible_as_a_whole_at_its_commit(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> int:
        await either_mongo["events"].insert_one({"_id": 1}, session=transaction)
        await either_mongo["heads"].insert_one({"_id": "s", "seq": 1}, session=transaction)
        assert await either_mongo["events"].count_documents({}) == 0
        own = [each async for each in either_mongo.aggregate("heads", [], session=transaction)]
        return int(own[0]["seq"])

    assert await either_mongo.run_transaction(body) == 1
    assert await either_mongo["events"].count_documents({}) == 1
    assert await either_mongo["heads"].count_documents({}) == 1


async def test_an_exception_aborts_the_transaction_and_propagates_unchanged(
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


async def test_a_transaction_can_be_cancelled_at_any_moment(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> None:
        with translate_errors():
            await either_mongo["events"].insert_one({}, session=transaction)
        written.set()

    for turns in range(20):
        written = asyncio.Event()
        task = asyncio.create_task(either_mongo.run_transaction(body))
        await written.wait()
        # Cancel after 0 to 19 loop iterations: at every step of the driver up to the commit.
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


async def test_a_transaction_that_always_conflicts_gives_up_at_its_deadline(
    either_mongo: Mongo,
) -> None:
    heads = either_mongo["heads"]
    await heads.insert_one({"_id": "s", "seq": 0})

    async def body(transaction: Transaction) -> None:
        await heads.find_one({"_id": "s"}, session=transaction)
        await heads.update_one({"_id": "s"}, {"$inc": {"seq": 1}})
        await heads.update_one({"_id": "s"}, {"$set": {"seq": -1}}, session=transaction)

    with pytest.raises(StorageUnavailable, match="other transactions kept conflicting"):
        await either_mongo.run_transaction(body, timeout=0.3)
    head = await heads.find_one({})
    assert head is not None
    assert head["seq"] > 1
