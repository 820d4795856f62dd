"""The creation of collections, validators and indexes at every start."""

from __future__ import annotations

import asyncio

from storage.mongo.client import Document, Mongo
from storage.mongo.collections import ensure_collections
from storage.mongo.indexes import INDEXES


async def shape(mongo: Mongo) -> dict[str, tuple[set[str], Document]]:
    found = await mongo.command({"listCollections": 1})
    validators = {
        each["name"]: each["options"].get("validator", {}) for each in found["cursor"]["firstBatch"]
    }
    return {
        name: (set(await mongo[name].index_information()), validators[name]) for name in validators
    }


async def test_an_index_of_an_earlier_version_is_recreated(either_mongo: Mongo) -> None:
    await ensure_collections(either_mongo)
    leads = either_mongo["leads"]
    await leads.drop_index("by_owner")
    await leads.create_index([("owner_id", 1)], name="by_owner")
    await ensure_collections(either_mongo)
    assert (await leads.index_information())["by_owner"]["key"] == [("owner_id", 1), ("_id", -1)]


async def test_an_index_of_an_earlier_version_is_dropped_after_its_successor_exists(
    either_mongo: Mongo,
) -> None:
    await ensure_collections(either_mongo)
    leads = either_mongo["leads"]
    keys = [("session_id", 1), ("posting_id", 1), ("person", 1)]
    await leads.create_index(keys, name="one_lead_a_person", unique=True)
    await ensure_collections(either_mongo)
    names = set(await leads.index_information())
    assert "one_lead_a_person" not in names
    assert "one_standing_lead_a_person" in names


async def test_collections_can_be_created_repeatedly_and_concurrently(either_mongo: Mongo) -> None:
    await asyncio.gather(*(ensure_collections(either_mongo) for _ in range(3)))
    made = await shape(either_mongo)
    assert made.keys() == INDEXES.keys()
    assert made["leads"][0] == {"_id_"} | {index.document["name"] for index in INDEXES["leads"]}
    await ensure_collections(either_mongo)
    assert await shape(either_mongo) == made
