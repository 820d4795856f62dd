"""Full garbage collections run after many connections have ended, and at no other time."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator

import pytest

from api.garbage import GROWTH_MARGIN_BLOCKS, YOUNG_THRESHOLD_OBJECTS, GarbageCollector
from realtime.background import Schedule


class ReferenceCycle:
    """An object in a reference cycle, which only a collection frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
async def garbage() -> AsyncIterator[GarbageCollector]:
    garbage = GarbageCollector()
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
    assert not garbage.collect_if_grown(sys.getallocatedblocks() + GROWTH_MARGIN_BLOCKS // 2)
    assert knot() is not None


async def test_a_process_that_grew_by_the_margin_and_doubled_is_collected_once(
    garbage: GarbageCollector,
) -> None:
    garbage.start()
    knot = old_cycle()
    grown = 2 * sys.getallocatedblocks() + GROWTH_MARGIN_BLOCKS
    assert garbage.collect_if_grown(grown)
    assert knot() is None
    assert not garbage.collect_if_grown(sys.getallocatedblocks())


async def test_closing_restores_the_settings_of_python(garbage: GarbageCollector) -> None:
    before = gc.get_threshold()
    garbage.start()
    assert gc.get_freeze_count() > 0
    await garbage.close()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


async def test_the_collector_checks_periodically() -> None:
    garbage = GarbageCollector(
        schedule=Schedule(interval_seconds=0.001, runs_at_start=False),
        growth_margin_blocks=-sys.getallocatedblocks() * 2,
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
