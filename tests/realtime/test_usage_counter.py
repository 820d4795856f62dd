"""Usage is counted over all nodes, and nobody waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from realtime.usage_counter import UsageCounter
from realtime.usage_limits import UsageLimit
from storage.mongo.client import StorageError
from storage.store import Store
from tests.support.records import ManualClock

HOUR = UsageLimit(name="phones", most=5, window=timedelta(hours=1))
MINUTE = UsageLimit(name="devices", most=3, window=timedelta(minutes=1))


@pytest.fixture
def clock() -> ManualClock:
    """A clock at the beginning of an hour."""
    clock = ManualClock()
    clock.at = clock.at.replace(minute=0, second=0, microsecond=0)
    return clock


async def test_a_subject_brings_as_many_as_the_limit_and_the_same_again_is_free(
    store: Store, clock: ManualClock
) -> None:
    counter = UsageCounter(store, clock)
    for _ in range(3):
        assert [counter.take(HOUR, "device", str(n)) for n in range(5)] == [None] * 5
    clock.advance(seconds=60)
    assert counter.take(HOUR, "device", "another") == 3_540
    assert counter.take(HOUR, "device", "3") is None
    assert counter.take(HOUR, "other device", "another") is None
    clock.advance(seconds=3_540)
    assert counter.take(HOUR, "device", "another") is None


async def test_nodes_share_their_counts_after_one_run_each(
    store: Store, clock: ManualClock
) -> None:
    first, second = UsageCounter(store, clock), UsageCounter(store, clock)
    for member in "abc":
        assert first.take(HOUR, "device", member) is None
    assert second.take(HOUR, "device", "d") is None
    await first.run_once()
    await second.run_once()
    assert second.take(HOUR, "device", "a") is None
    assert second.take(HOUR, "device", "e") is None
    assert second.take(HOUR, "device", "f") is not None
    # The first node has not heard of d and e: the overshoot of one run.
    assert first.take(HOUR, "device", "g") is None
    await second.run_once()
    await first.run_once()
    assert first.take(HOUR, "device", "h") is not None


async def test_a_restarted_node_knows_what_it_counted_after_one_run(
    store: Store, clock: ManualClock
) -> None:
    before = UsageCounter(store, clock)
    before.take(MINUTE, "address", "device")
    await before.close()
    after = UsageCounter(store, clock)
    assert not after.knows(MINUTE, "address", "device")
    await after.run_once()
    assert after.knows(MINUTE, "address", "device")
    assert not after.knows(MINUTE, "address", "another")


async def test_asking_stores_nothing_and_nothing_is_stored_in_clear(
    store: Store, clock: ManualClock
) -> None:
    counter = UsageCounter(store, clock)
    counter.knows(MINUTE, "an address", "a device")
    await counter.run_once()
    assert await store.mongo["usage_counts"].count_documents({}) == 0
    counter.take(MINUTE, "an address", "a device")
    await counter.run_once()
    [document] = await store.mongo["usage_counts"].find().to_list()
    assert document["_id"].startswith("devices/")
    assert "address" not in str(document)
    assert "a device" not in str(document)
    assert document["expires_at"] == clock.at + timedelta(minutes=1)


async def test_without_a_database_nobody_waits_and_nothing_is_lost(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = UsageCounter(store, clock)

    async def fail(*_: object) -> None:
        raise StorageError("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(store.usage_counts, "add", fail)
        for member in "abc":
            assert counter.take(MINUTE, "address", member) is None
        with pytest.raises(StorageError):
            await counter.run_once()
        assert counter.take(MINUTE, "address", "d") is not None
    await counter.run_once()
    other = UsageCounter(store, clock)
    other.knows(MINUTE, "address", "a")
    await other.run_once()
    assert all(other.knows(MINUTE, "address", member) for member in "abc")


async def test_what_is_counted_is_bounded_and_ends_with_its_window(
    store: Store, clock: ManualClock
) -> None:
    counter = UsageCounter(store, clock, max_counted=10)
    for number in range(50):
        counter.take(MINUTE, str(number), "member")
    assert len(counter) == 10
    await counter.run_once()
    assert len(counter) == 10
    clock.advance(seconds=60)
    await counter.run_once()
    assert len(counter) == 0


async def test_a_window_that_ends_while_something_is_counted_stops_no_later_run(
    store: Store, clock: ManualClock
) -> None:
    def tick() -> datetime:
        clock.advance(seconds=20)
        return clock.at

    counter = UsageCounter(store, tick)
    for number in range(9):
        assert counter.take(MINUTE, "address", str(number)) is None
    for _ in range(2):
        await counter.run_once()
