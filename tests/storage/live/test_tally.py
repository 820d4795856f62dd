from __future__ import annotations

from storage.mongo.client import Session
from storage.store import Store


async def test_each_interest_counts_once_for_its_posting(store: Store) -> None:
    async def body(session: Session) -> None:
        await store.tallies.add("session", ["a", "b", "a"], session=session)
        await store.tallies.add("session", ["b"], session=session)

    await store.mongo.transaction(body)
    await store.mongo.transaction(body)
    assert await store.tallies.by_sessions(["session", "none"]) == {"session": {"a": 4, "b": 4}}
