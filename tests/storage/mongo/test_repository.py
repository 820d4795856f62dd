"""The repository base: reads, pages, conditional writes and transactions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from storage.mongo.client import Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.paging import PageRequest
from storage.mongo.repository import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    RecordCollection,
    VersionedRepository,
    unchanged_condition,
)


@dataclass(frozen=True, kw_only=True)
class Note:
    id: str
    text: str = ""
    version: int = 1


class Notes(VersionedRepository[Note]):
    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "notes", Note)


A, B, C = (Note(id=letter, text=letter) for letter in "abc")


@pytest.fixture
async def notes(either_mongo: Mongo) -> RecordCollection[Note]:
    """A collection of three notes."""
    collection = RecordCollection(either_mongo, "notes", Note)
    await collection.insert_many([A, B, C])
    return collection


@pytest.fixture
def repository(notes: RecordCollection[Note], either_mongo: Mongo) -> Notes:
    return Notes(either_mongo)


async def test_records_come_by_id_and_in_the_order_asked_for(repository: Notes) -> None:
    assert await repository.by_id("b") == B
    assert await repository.by_id("z") is None
    found = await repository.by_ids(["c", "z", "a", "c"])
    assert list(found.items()) == [("c", C), ("a", A)]
    assert await repository.by_ids([]) == {}


async def test_records_are_found_counted_and_paged(notes: RecordCollection[Note]) -> None:
    above: dict[str, object] = {"_id": {"$gt": "a"}}
    assert await notes.find(above, sort=NEWEST_FIRST) == [C, B]
    assert await notes.find({}, sort=OLDEST_FIRST, limit=1) == [A]
    assert await notes.find_one({}, sort=NEWEST_FIRST) == C
    assert await notes.count(above) == 2
    assert await notes.count({}, limit=1) == 1
    assert await notes.exists(above)
    assert not await notes.exists({"_id": "z"})
    page = await notes.find_page({}, OLDEST_FIRST, PageRequest(limit=1, after=("a",)))
    assert (list(page.items), page.has_next, page.has_previous) == ([B], True, True)


async def test_a_duplicate_is_reported_and_an_empty_batch_writes_nothing(
    notes: RecordCollection[Note],
) -> None:
    with pytest.raises(Duplicate) as caught:
        await notes.insert(A)
    assert caught.value.fields == ("_id",)
    new = Note(id="d")
    with pytest.raises(Duplicate) as caught:
        await notes.insert_many([A, new], ordered=False)
    assert caught.value.positions == (0,)
    assert await notes.by_id("d") == new
    await notes.insert_many([])


async def test_updates_report_whether_they_matched_a_record(notes: RecordCollection[Note]) -> None:
    change = {"$set": {"text": "new"}}
    assert await notes.update_one({"_id": "a"}, change)
    assert not await notes.update_one({"_id": "z"}, change)
    assert await notes.update_and_get({"_id": "b"}, change) == replace(B, text="new")
    assert await notes.update_and_get({"_id": "z"}, change) is None


async def test_a_record_is_replaced_over_the_version_that_was_read(repository: Notes) -> None:
    second = replace(A, text="second", version=2)
    assert await repository.replace_if_unchanged(A, second)
    assert not await repository.replace_if_unchanged(A, replace(A, text="late", version=2))
    assert await repository.by_id("a") == second
    gone = Note(id="z")
    assert not await repository.replace_if_unchanged(gone, replace(gone, version=2))
    assert await repository.by_id("z") is None


async def test_a_document_from_before_versions_counts_as_version_one(
    repository: Notes, either_mongo: Mongo
) -> None:
    with translate_errors():
        await either_mongo["notes"].update_one({"_id": "a"}, {"$unset": {"version": ""}})
    assert await repository.replace_if_unchanged(A, replace(A, version=2))
    assert unchanged_condition(replace(A, version=2)) == {"_id": "a", "version": 2}


async def test_every_operation_takes_part_in_a_transaction(
    repository: Notes, notes: RecordCollection[Note], either_mongo: Mongo
) -> None:
    new = Note(id="d")

    async def body(transaction: Transaction) -> None:
        await notes.insert(new, transaction=transaction)
        assert await repository.by_id("d", transaction=transaction) == new
        assert await repository.by_ids(["d"], transaction=transaction) == {"d": new}
        changed = replace(new, version=2)
        assert await repository.replace_if_unchanged(new, changed, transaction=transaction)
        assert await notes.count({}, transaction=transaction) == 4
        raise LookupError

    with pytest.raises(LookupError):
        await either_mongo.run_transaction(body)
    assert await repository.by_id("d") is None
