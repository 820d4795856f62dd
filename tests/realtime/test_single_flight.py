"""Concurrent callers share one execution that started after their call."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.single_flight import SingleFlight


class CountedExecution:
    """Returns the number of the execution, when the test releases it."""

    def __init__(self) -> None:
        self.begun = 0
        self.under_way = 0
        self.most = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        return number


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_during_an_execution_share_the_next_one() -> None:
    flight: SingleFlight[int] = SingleFlight()
    make = CountedExecution()
    first = asyncio.create_task(flight.run("key", make))
    await settle()
    others = [asyncio.create_task(flight.run("key", make)) for _ in range(5)]
    await settle()
    assert make.begun == 1
    make.go.set()
    assert await asyncio.gather(first, *others) == [1, 2, 2, 2, 2, 2]


async def test_keys_do_not_wait_for_each_other() -> None:
    flight: SingleFlight[int] = SingleFlight()
    slow, quick = CountedExecution(), CountedExecution()
    quick.go.set()
    waiting = asyncio.create_task(flight.run("slow", slow))
    assert await flight.run("quick", quick) == 1
    slow.go.set()
    assert await waiting == 1


async def test_a_failed_execution_does_not_fail_the_next() -> None:
    flight: SingleFlight[int] = SingleFlight()
    make = CountedExecution()
    make.go.set()

    async def fail() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await flight.run("key", fail)
    assert await flight.run("key", make) == 1


async def test_a_cancelled_caller_does_not_cancel_the_execution() -> None:
    flight: SingleFlight[int] = SingleFlight()
    make = CountedExecution()
    callers = [asyncio.create_task(flight.run("key", make)) for _ in range(2)]
    await settle()
    callers[0].cancel()
    make.go.set()
    assert await callers[1] == 1
    assert callers[0].cancelled()


@given(st.lists(st.integers(0, 3), max_size=30))
async def test_each_caller_gets_an_execution_that_started_after_its_call(
    pauses: list[int],
) -> None:
    flight: SingleFlight[int] = SingleFlight()
    make = CountedExecution()
    make.go.set()

    async def ask() -> bool:
        before = make.begun
        return await flight.run("key", make) > before

    callers = []
    for pause in pauses:
        callers.append(asyncio.create_task(ask()))
        for _ in range(pause):
            await asyncio.sleep(0)
    assert all(await asyncio.gather(*callers))
    assert make.most <= 1
    assert make.begun <= len(pauses)
