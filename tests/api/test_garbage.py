"""Full garbage collections run after much growth and in quiet times, and at no other time."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator

import pytest

from api.garbage import (
    DEFAULT_LIMITS,
    YOUNG_THRESHOLD_OBJECTS,
    GarbageCollector,
    GarbageLimits,
    Reason,
)
from realtime.background import Schedule


class ReferenceCycle:
    """An object in a reference cycle, which only a collection frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
async def garbage() -> AsyncIterator[GarbageCollector]:
    garbage = GarbageCollector(lambda: 0, lambda: 0)
    yield garbage
    await garbage.close()


def old_cycle() -> weakref.ref[ReferenceCycle]:
    """Return a weak reference to an unreferenced cycle that only a full collection frees."""
    knot = ReferenceCycle()
    gc.collect(1)
    gc.collect(1)
    return weakref.ref(knot)


async def test_a_process_with_little_growth_is_not_collected(
    garbage: GarbageCollector,
) -> None:
    garbage.start()
    assert gc.get_threshold()[0] == YOUNG_THRESHOLD_OBJECTS
    assert gc.get_threshold()[2] > 1_000_000
    knot = old_cycle()
    assert not garbage.collect_if_grown(
        sys.getallocatedblocks() + DEFAULT_LIMITS.growth_margin_blocks // 2
    )
    assert knot() is not None


async def test_a_process_that_grew_by_the_margin_and_doubled_is_collected_once(
    garbage: GarbageCollector,
) -> None:
    garbage.start()
    knot = old_cycle()
    grown = 2 * sys.getallocatedblocks() + DEFAULT_LIMITS.growth_margin_blocks
    assert garbage.collect_if_grown(grown)
    assert knot() is None
    assert not garbage.collect_if_grown(sys.getallocatedblocks())
    assert garbage.collections == {Reason.GROWN: 1}
    assert garbage.last_seconds > 0


class Activity:
    """What a node does, and its clock, as a test sets them."""

    def __init__(self) -> None:
        self.connections = 0
        self.operations = 0
        self.seconds = 0.0


@pytest.fixture
async def activity() -> Activity:
    return Activity()


@pytest.fixture
async def quiet(activity: Activity) -> AsyncIterator[GarbageCollector]:
    """A collector that wants three quiet checks and an hour between two collections."""
    garbage = GarbageCollector(
        lambda: activity.connections,
        lambda: activity.operations,
        limits=GarbageLimits(
            max_quiet_connections=2,
            max_quiet_operations=5,
            quiet_checks=3,
            min_quiet_interval_seconds=3600.0,
        ),
        monotonic=lambda: activity.seconds,
    )
    garbage.start()
    yield garbage
    await garbage.close()


async def test_a_quiet_process_is_collected_once_in_each_interval(
    quiet: GarbageCollector, activity: Activity
) -> None:
    knot = old_cycle()
    activity.seconds = 3599.0
    assert not any(quiet.collect_if_quiet() for _ in range(5))
    assert knot() is not None
    activity.seconds = 3600.0
    assert quiet.collect_if_quiet()
    assert knot() is None
    activity.seconds = 7199.0
    assert not any(quiet.collect_if_quiet() for _ in range(5))
    activity.seconds = 7200.0
    assert quiet.collect_if_quiet()
    assert quiet.collections == {Reason.QUIET: 2}


async def test_a_busy_process_is_not_collected(quiet: GarbageCollector, activity: Activity) -> None:
    activity.seconds = 3600.0
    for operations, connections in ((6, 0), (5, 0), (5, 2), (6, 0), (0, 3), (5, 2), (5, 2)):
        activity.operations += operations
        activity.connections = connections
        assert not quiet.collect_if_quiet()
    activity.connections = 0
    assert quiet.collect_if_quiet()


async def test_a_collection_after_growth_puts_off_that_of_a_quiet_time(
    quiet: GarbageCollector, activity: Activity
) -> None:
    activity.seconds = 3600.0
    assert quiet.collect_if_grown(3 * sys.getallocatedblocks() + 4_000_000)
    assert not any(quiet.collect_if_quiet() for _ in range(5))


async def test_closing_restores_the_settings_of_python(garbage: GarbageCollector) -> None:
    before = gc.get_threshold()
    garbage.start()
    assert gc.get_freeze_count() > 0
    await garbage.close()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


async def test_the_collector_checks_periodically() -> None:
    garbage = GarbageCollector(
        lambda: 0,
        lambda: 0,
        schedule=Schedule(interval_seconds=0.001, runs_at_start=False),
        limits=GarbageLimits(growth_margin_blocks=-sys.getallocatedblocks() * 2),
    )
    collected = False

    def notice(phase: str, info: dict[str, int]) -> None:
        nonlocal collected
        collected = collected or (phase == "stop" and info["generation"] == 2)

    garbage.start()
    garbage._blocks_left = 0
    gc.callbacks.append(notice)
    try:
        async with asyncio.timeout(20):
            while not collected:  # noqa: ASYNC110 - the collector tells a callback, no event
                await asyncio.sleep(0.001)
    finally:
        gc.callbacks.remove(notice)
        await garbage.close()
