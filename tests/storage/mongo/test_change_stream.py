"""Change streams lose no change, on both drivers and a real replica set."""

import asyncio
import time

import pytest

from storage.mongo.client import ChangeStream, Document, HistoryLost, Mongo, Transaction


def data_of(changes: list[Document]) -> list[str]:
    return [change["fullDocument"]["_id"] for change in changes]


async def take(stream: ChangeStream, count: int) -> list[Document]:
    async with asyncio.timeout(20):
        return [await anext(stream) for _ in range(count)]


async def test_a_stream_sees_every_insert_from_the_moment_it_is_open(either_mongo: Mongo) -> None:
    async with either_mongo.watch("events", []) as stream:
        await either_mongo["events"].insert_many([{"_id": each} for each in "abc"])
        assert data_of(await take(stream, 3)) == ["a", "b", "c"]


async def test_a_stream_shows_a_transaction_after_its_commit(either_mongo: Mongo) -> None:
    async def body(transaction: Transaction) -> None:
        await either_mongo["events"].insert_one({"_id": "first"}, session=transaction)
        await either_mongo["events"].insert_one({"_id": "second"}, session=transaction)

    async with either_mongo.watch("events", [{"$match": {"operationType": "insert"}}]) as stream:
        await either_mongo.run_transaction(body)
        assert data_of(await take(stream, 2)) == ["first", "second"]


async def test_a_stream_resumes_after_its_token_without_a_gap(either_mongo: Mongo) -> None:
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
