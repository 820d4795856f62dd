"""The lanes of the sign-in: whoever guesses or crowds keeps no known account out."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from domain.refusals import Busy, SignInFailed, TooManyAttempts
from realtime.usage_counter import UsageCounter
from services.identity.sign_in_lanes import FAILURES_PER_ACCOUNT, STRANGERS, SignInLanes
from storage.store import Store
from tests.support.records import ManualClock

KNOWN_ADDRESS = "192.0.2.1"


@pytest.fixture
def lanes(store: Store) -> SignInLanes:
    return SignInLanes(UsageCounter(store, ManualClock()))


async def fail(lanes: SignInLanes, username: str, peer: str) -> None:
    with pytest.raises(SignInFailed):
        async with lanes.take_turn(username, peer):
            raise SignInFailed("wrong", "错误")


async def test_a_known_account_and_address_signs_in_while_strangers_fill_their_lane(
    lanes: SignInLanes,
) -> None:
    async with lanes.take_turn("li", KNOWN_ADDRESS):
        pass
    async with AsyncExitStack() as stack:
        # All slots are taken, and all places to wait.
        for number in range(STRANGERS.hashes):
            await stack.enter_async_context(
                lanes.take_turn(f"name {number}", f"198.51.100.{number}")
            )
        hold = asyncio.Event()

        async def wait(number: int) -> None:
            async with lanes.take_turn("li", f"203.0.113.{number}"):
                await hold.wait()

        waiting = [
            asyncio.create_task(wait(number))
            for number in range(STRANGERS.max_waiting - STRANGERS.hashes)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            async with lanes.take_turn("li", "203.0.113.250"):
                pass
        assert refused.value.retry_after == 3
        async with lanes.take_turn("li", KNOWN_ADDRESS):
            pass
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_one_address_does_not_fill_the_lane_of_strangers(lanes: SignInLanes) -> None:
    hold = asyncio.Event()

    async def wait(number: int) -> None:
        async with lanes.take_turn(f"name {number}", "203.0.113.1"):
            await hold.wait()

    tries = [asyncio.create_task(wait(number)) for number in range(90)]
    await asyncio.sleep(0)
    refused = [task for task in tries if task.done()]
    assert len(refused) == 90 - STRANGERS.max_waiting_per_peer
    assert all(isinstance(task.exception(), Busy) for task in refused)
    # Another stranger still finds a place.
    other = asyncio.create_task(wait_for_turn(lanes, "203.0.113.2"))
    await asyncio.sleep(0)
    assert not other.done()
    hold.set()
    await asyncio.gather(other, *tries, return_exceptions=True)
    assert other.exception() is None


async def wait_for_turn(lanes: SignInLanes, peer: str) -> None:
    async with lanes.take_turn("li", peer):
        pass


async def test_guesses_of_an_account_are_limited_over_all_addresses_but_known_ones(
    lanes: SignInLanes,
) -> None:
    async with lanes.take_turn("li", KNOWN_ADDRESS):
        pass
    for number in range(FAILURES_PER_ACCOUNT.amount):
        await fail(lanes, "li", f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        async with lanes.take_turn("li", "203.0.113.1"):
            pass
    await wait_for_turn(lanes, KNOWN_ADDRESS)
    # Failures from a known address are counted by the account and address alone.
    await fail(lanes, "li", KNOWN_ADDRESS)
    await wait_for_turn(lanes, KNOWN_ADDRESS)
    async with lanes.take_turn("wang", "203.0.113.1"):
        pass
