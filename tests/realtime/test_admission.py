"""Admission and delivery to many callers at once leave the event loop free for other tasks."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from realtime.admission import Admission
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.subscription_group import DeliveryCounts, Group
from tests.support.hub_members import RecordingMember
from tests.support.waiting import wait_until

ADMISSIONS_PER_TICK = DEFAULT_LIMITS.admissions_per_tick
DELIVERIES_PER_TURN = DEFAULT_LIMITS.deliveries_per_turn


class ManualAdmission:
    """An admission whose ticks the test triggers, and the callers that each tick admitted."""

    def __init__(self) -> None:
        # Longer than any test: only `end_tick` ends a tick.
        self.admission = Admission(RealtimeLimits(admission_tick_seconds=3_600))
        self.admitted: list[int] = []
        self.callers: list[asyncio.Task[None]] = []

    async def start_callers(self, count: int) -> None:
        """Start callers, numbered in arrival order."""

        async def call(number: int) -> None:
            await self.admission.wait_turn()
            self.admitted.append(number)

        first = len(self.callers)
        self.callers += [asyncio.create_task(call(first + number)) for number in range(count)]
        await self._settle()

    async def end_tick(self) -> None:
        """End the tick."""
        assert self.admission._timer is not None
        self.admission._timer.cancel()
        self.admission._next_tick()
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(4):
            await asyncio.sleep(0)

    async def cancel_callers(self) -> None:
        for caller in self.callers:
            caller.cancel()
        await asyncio.wait(self.callers)
        if self.admission._timer is not None:
            self.admission._timer.cancel()


async def test_callers_are_admitted_in_arrival_order_up_to_the_tick_limit() -> None:
    ticks = ManualAdmission()
    await ticks.start_callers(3 * ADMISSIONS_PER_TICK + 5)
    for passed in (ADMISSIONS_PER_TICK, 2 * ADMISSIONS_PER_TICK, 3 * ADMISSIONS_PER_TICK):
        assert ticks.admitted == list(range(passed))
        await ticks.end_tick()
    assert ticks.admitted == list(range(3 * ADMISSIONS_PER_TICK + 5))
    await ticks.cancel_callers()


async def test_a_new_caller_does_not_overtake_waiting_ones() -> None:
    ticks = ManualAdmission()
    await ticks.start_callers(ADMISSIONS_PER_TICK + 1)
    await ticks.end_tick()
    # This tick has a free place, but the later callers must not take it first.
    await ticks.start_callers(2 * ADMISSIONS_PER_TICK)
    await ticks.end_tick()
    await ticks.start_callers(1)
    await ticks.end_tick()
    assert ticks.admitted == list(range(3 * ADMISSIONS_PER_TICK + 2))
    await ticks.cancel_callers()


async def test_a_cancelled_caller_uses_no_place_in_a_tick() -> None:
    ticks = ManualAdmission()
    await ticks.start_callers(3 * ADMISSIONS_PER_TICK)
    given_up = range(ADMISSIONS_PER_TICK, 2 * ADMISSIONS_PER_TICK, 2)
    for number in given_up:
        ticks.callers[number].cancel()
    await ticks.end_tick()
    left = [
        number
        for number in range(ADMISSIONS_PER_TICK, 3 * ADMISSIONS_PER_TICK)
        if number not in given_up
    ]
    assert ticks.admitted == [*range(ADMISSIONS_PER_TICK), *left[:ADMISSIONS_PER_TICK]]
    await ticks.cancel_callers()


async def test_ticks_continue_until_no_caller_waits() -> None:
    admission = Admission()
    await asyncio.wait_for(
        asyncio.gather(*(admission.wait_turn() for _ in range(5 * ADMISSIONS_PER_TICK))), 10
    )
    await wait_until(lambda: admission._timer is None)
    await asyncio.wait_for(admission.wait_turn(), 1)


class Bystander:
    """Another task of the process, which counts how often it runs."""

    def __init__(self) -> None:
        self.turns = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


class Timed(RecordingMember):
    """A member that records the bystander's count at each delivery."""

    def __init__(self, bystander: Bystander, deliveries: Counter[int]) -> None:
        super().__init__()
        self._bystander = bystander
        self._deliveries = deliveries

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        super().deliver(rendered, kind)
        self._deliveries[self._bystander.turns] += 1


@pytest.mark.parametrize("kind", [None, "TallyChanged"])
async def test_the_loop_runs_other_tasks_while_ten_thousand_are_notified(kind: str | None) -> None:
    async def render(_: object) -> bytes:
        raise AssertionError("it is rendered already")

    bystander = Bystander()
    deliveries: Counter[int] = Counter()
    group = Group(render, DeliveryCounts(), "somebody")
    group.members = {Timed(bystander, deliveries): 0 for _ in range(10_000)}
    if kind is None:
        await group.broadcast([(1, RenderedEvent(b"{}"))])
    else:
        await group.broadcast_state(RenderedEvent(b"{}"), 1, kind)
    await bystander.leave()
    assert deliveries.total() == 10_000
    assert max(deliveries.values()) == DELIVERIES_PER_TURN
    assert len(deliveries) == 10_000 // DELIVERIES_PER_TURN
