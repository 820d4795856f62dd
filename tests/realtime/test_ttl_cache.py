"""The TTL cache shares one read between callers, and forgets a value when it expires."""

from __future__ import annotations

import asyncio

from realtime.ttl_cache import TtlCache


class Source:
    """Records the keys that it is asked for, and answers when the test releases it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = asyncio.Event()
        self.broken = False

    async def find(self, wanted: str) -> str:
        self.asked.append(wanted)
        await self.go_on.wait()
        if self.broken:
            raise LookupError(wanted)
        return wanted.upper()


async def test_concurrent_callers_share_one_read() -> None:
    source = Source()
    found = TtlCache(source.find)
    callers = [asyncio.create_task(found.get("a")) for _ in range(100)]
    await asyncio.sleep(0)
    callers[0].cancel()
    source.go_on.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == ["A"] * 99
    assert await found.get("a") == "A"
    assert source.asked == ["a"]


async def test_a_cached_value_expires() -> None:
    source = Source()
    source.go_on.set()
    found = TtlCache(source.find, ttl_seconds=-1.0)
    assert [await found.get("a"), await found.get("a")] == ["A", "A"]
    assert source.asked == ["a", "a"]


async def test_an_error_is_not_cached() -> None:
    source = Source()
    found = TtlCache(source.find)
    source.broken = True
    callers = [asyncio.create_task(found.get("a")) for _ in range(2)]
    await asyncio.sleep(0)
    source.go_on.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError, LookupError]
    source.broken = False
    assert await found.get("a") == "A"
    assert source.asked == ["a", "a"]


async def test_the_number_of_cached_values_is_limited() -> None:
    source = Source()
    source.go_on.set()
    found = TtlCache(source.find, max_entries=2)
    for wanted in "abca":
        await found.get(wanted)
    assert source.asked == ["a", "b", "c", "a"]
