"""Interest counts by posting."""

from __future__ import annotations

from storage.mongo.client import Transaction
from storage.store import Store


async def test_each_lead_counts_once_for_its_posting(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        await store.interest_counts.add("session", ["a", "b", "a"], transaction=transaction)
        await store.interest_counts.add("session", ["b"], transaction=transaction)

    await store.mongo.run_transaction(body)
    await store.mongo.run_transaction(body)
    assert await store.interest_counts.by_sessions(["session", "none"]) == {
        "session": {"a": 4, "b": 4}
    }


async def test_interests_that_ended_are_taken_back_in_their_transaction(store: Store) -> None:
    async def count(transaction: Transaction) -> None:
        await store.interest_counts.add("session", ["a", "b", "a"], transaction=transaction)

    async def end(transaction: Transaction) -> None:
        await store.interest_counts.subtract("session", ["a", "b"], transaction=transaction)
        await store.interest_counts.subtract("session", [], transaction=transaction)

    await store.mongo.run_transaction(count)
    await store.mongo.run_transaction(end)
    assert await store.interest_counts.by_sessions(["session"]) == {"session": {"a": 1, "b": 0}}
