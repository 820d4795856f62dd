"""The batch loader shares one read between concurrent callers; it starts after they call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from realtime.batch_loader import SharedBatchLoader


class Source:
    """Records the keys of each read, and answers when the test releases it."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.held: dict[str, str] = {}
        self.called = asyncio.Event()
        self.go_on = asyncio.Event()
        self.broken = False

    async def find(self, ids: Iterable[str]) -> dict[str, str]:
        asked = list(ids)
        self.asked.append(asked)
        self.called.set()
        found = {wanted: self.held[wanted] for wanted in asked if wanted in self.held}
        await self.go_on.wait()
        if self.broken:
            raise LookupError
        return found


async def start_callers(
    source: Source, found: SharedBatchLoader[str], *ids: str
) -> list[asyncio.Task[str | None]]:
    """Start callers, and wait until a read is under way."""
    source.called.clear()
    callers = [asyncio.create_task(found.load(wanted)) for wanted in ids]
    await source.called.wait()
    return callers


async def test_concurrent_callers_share_one_read() -> None:
    source = Source()
    source.held = {"a": "A", "b": "B"}
    source.go_on.set()
    callers = await start_callers(source, SharedBatchLoader(source.find), *"abca")
    assert await asyncio.gather(*callers) == ["A", "B", None, "A"]
    assert source.asked == [["a", "b", "c"]]


async def test_a_call_during_a_read_starts_a_new_read() -> None:
    source = Source()
    source.held = {"a": "open"}
    found = SharedBatchLoader(source.find)
    early = await start_callers(source, found, "a")
    source.held = {"a": "closed"}
    late = asyncio.create_task(found.load("a"))
    await asyncio.sleep(0)
    assert source.asked == [["a"]]
    source.go_on.set()
    assert [await early[0], await late] == ["open", "closed"]
    assert source.asked == [["a"], ["a"]]


async def test_results_are_not_cached() -> None:
    source = Source()
    source.go_on.set()
    found = SharedBatchLoader(source.find)
    assert await found.load("a") is None
    source.held = {"a": "A"}
    assert await found.load("a") == "A"


async def test_a_cancelled_caller_does_not_cancel_the_others() -> None:
    source = Source()
    source.held = {"a": "A"}
    found = SharedBatchLoader(source.find)
    gone, stays = await start_callers(source, found, "a", "a")
    gone.cancel()
    await asyncio.wait({gone})
    source.go_on.set()
    assert await stays == "A"


async def test_an_error_reaches_only_the_callers_of_that_read() -> None:
    source = Source()
    found = SharedBatchLoader(source.find)
    source.broken = True
    callers = await start_callers(source, found, "a", "b")
    source.go_on.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError, LookupError]
    source.broken = False
    assert await found.load("a") is None


async def test_a_batch_has_a_maximum_size() -> None:
    source = Source()
    source.go_on.set()
    callers = await start_callers(
        source, SharedBatchLoader(source.find, max_ids_per_read=2), *"abc"
    )
    assert await asyncio.gather(*callers) == [None, None, None]
    assert source.asked == [["a", "b"], ["c"]]
