"""A background task survives every fault, retries with a growing pause, and reports its state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import structlog

from realtime.background import REPEATED_FAILURES, BackgroundTask, Follower, Periodic, Schedule
from storage.mongo.client import StorageUnavailable
from tests.support.waiting import wait_until

QUICK = Schedule(interval_seconds=0.001, first_retry_seconds=0.001, max_retry_seconds=0.004)


class ScriptedTask(Periodic):
    """Raises the given exceptions, one per run, and then succeeds."""

    def __init__(self, *faults: BaseException, schedule: Schedule = QUICK) -> None:
        super().__init__("scripted", schedule)
        self.faults = list(faults)
        self.done = 0

    async def run_once(self) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.done += 1


class ScriptedFollower(Follower):
    def __init__(self, *reads: Callable[[], Awaitable[None]]) -> None:
        super().__init__("reader", QUICK)
        self.reads = list(reads)

    async def follow(self) -> None:
        await self.reads.pop(0)()


@asynccontextmanager
async def running(task: BackgroundTask) -> AsyncIterator[None]:
    task.start()
    try:
        yield
    finally:
        await task.close()


@pytest.mark.parametrize(
    "fault",
    [KeyError("interests"), StorageUnavailable("away"), TimeoutError(), asyncio.CancelledError()],
    ids=lambda fault: type(fault).__name__,
)
async def test_the_next_run_happens_whatever_the_last_one_raised(fault: BaseException) -> None:
    task = ScriptedTask(fault)
    async with running(task):
        await wait_until(lambda: task.done > 1)
        assert (task.failures, task.consecutive_failures) == (1, 0)
        assert not task.has_ended
    assert not task.has_ended


async def test_a_task_that_fails_repeatedly_is_failing_until_a_run_succeeds() -> None:
    task = ScriptedTask(*(KeyError(str(number)) for number in range(REPEATED_FAILURES)))
    hold = asyncio.Event()
    run_once = task.run_once

    async def held() -> None:
        if not task.faults:
            await hold.wait()
        await run_once()

    task.run_once = held  # type: ignore[method-assign]  # the test holds the run that succeeds
    async with running(task):
        await wait_until(lambda: not task.faults)
        assert task.is_failing
        hold.set()
        await wait_until(lambda: task.done)
        assert not task.is_failing
        assert task.failures == REPEATED_FAILURES


async def test_a_fault_is_logged_by_type_and_place_and_never_by_its_message() -> None:
    task = ScriptedTask(KeyError("13800138000"), StorageUnavailable("mongodb://user:password@host"))
    with structlog.testing.capture_logs() as logged:
        async with running(task):
            await wait_until(lambda: task.done)
    assert [(entry["event"], entry["log_level"], entry["error"]) for entry in logged] == [
        ("background task failed", "error", "KeyError"),
        ("background task put off", "warning", "StorageUnavailable"),
    ]
    assert all(entry["place"].startswith("realtime/test_background.py:") for entry in logged)
    assert "13800138000" not in str(logged)
    assert "password" not in str(logged)


async def test_a_task_that_was_cancelled_from_outside_is_reported_as_ended() -> None:
    task = ScriptedTask()
    async with running(task):
        await wait_until(lambda: task.done)
        assert task._task is not None
        task._task.cancel()
        await wait_until(lambda: task.has_ended)


async def test_a_wake_up_runs_at_once_and_one_during_a_run_is_not_lost() -> None:
    task = ScriptedTask(schedule=Schedule(runs_at_start=False))
    async with running(task):
        await asyncio.sleep(0.01)
        assert task.done == 0
        for done in range(1, 4):
            task.wake()
            await wait_until(lambda: task.done == done)  # noqa: B023 - waited for at once
        run_once = task.run_once

        async def waking() -> None:
            if task.done == 3:
                task.wake()
            await run_once()

        task.run_once = waking  # type: ignore[method-assign]  # the test wakes during a run
        task.wake()
        await wait_until(lambda: task.done == 5)


async def test_a_wake_up_does_not_shorten_the_pause_after_a_fault() -> None:
    task = ScriptedTask(
        KeyError("once"), schedule=Schedule(first_retry_seconds=3_600, max_retry_seconds=3_600)
    )
    async with running(task):
        await wait_until(lambda: task.failures)
        task.wake()
        await asyncio.sleep(0.01)
        assert task.done == 0


def test_the_retry_pause_grows_up_to_its_limit() -> None:
    schedule = Schedule(first_retry_seconds=0.5, max_retry_seconds=5.0)
    assert [schedule.retry_pause(failures) for failures in (1, 2, 3, 4, 5, 10_000)] == [
        0.5,
        1.0,
        2.0,
        4.0,
        5.0,
        5.0,
    ]


async def test_a_follower_restarts_after_an_end_and_after_a_fault() -> None:
    last = asyncio.Event()

    async def end() -> None:
        return

    async def fail() -> None:
        raise KeyError("document")

    async def connected_then_fail() -> None:
        reader.mark_connected()
        await fail()

    async def stay() -> None:
        reader.mark_connected()
        last.set()
        await asyncio.Event().wait()

    reader = ScriptedFollower(end, fail, fail, connected_then_fail, stay)
    async with running(reader):
        async with asyncio.timeout(5):
            await last.wait()
        assert (reader.restarts, reader.failures, reader.consecutive_failures) == (4, 3, 0)


async def test_closing_before_the_start_does_nothing() -> None:
    await ScriptedTask().close()


async def test_a_task_whose_work_swallows_the_cancellation_still_ends() -> None:
    inside = asyncio.Event()

    async def swallow() -> None:
        inside.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    reader, task = ScriptedFollower(swallow), ScriptedTask(schedule=Schedule())
    task.run_once = swallow  # type: ignore[method-assign]  # as a driver does now and then
    for each in (reader, task):
        inside.clear()
        each.start()
        async with asyncio.timeout(5):
            await inside.wait()
            await each.close()
