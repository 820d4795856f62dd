"""The wire over plain ASGI keeps the same promises, as far as the server under it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from websockets.frames import Close

from api.websocket import asgi_transport as asgi_wire
from api.websocket.asgi_transport import AsgiWire
from realtime.outbox import OUTBOX_BYTES, SLACK_BYTES
from tests.support.peers import peer
from tests.support.waiting import until
from tests.support.wires import BLOCK, Place, place, stuff


@pytest.fixture
async def here() -> AsyncIterator[Place[AsgiWire]]:
    """A server that knows nothing of our protocol."""
    async with place("websockets-sansio", lambda _, send: AsgiWire(send)) as here:
        yield here


async def test_messages_arrive_in_order_and_the_close_behind_them(here: Place[AsgiWire]) -> None:
    async with peer(here.url) as reader:
        wire = await here.wire()
        for text in (b"one", b"two", "三".encode()):
            wire.write(text)
        wire.close(4512, "first")
        wire.close(4510, "second")
        wire.write(b"after")
        assert await reader.rest() == ["one", "two", "三"]
        assert reader.close_frame == Close(4512, "first")
        await here.empty()


async def test_what_a_peer_does_not_read_is_counted_until_it_reads(here: Place[AsgiWire]) -> None:
    async with peer(here.url) as slow:
        wire = await here.wire()
        drained: list[int] = []
        wire.on_drained = lambda: drained.append(wire.queued())
        # The server takes up to 64 KiB of its own before it makes us wait.
        blocks = stuff(wire, 2 * OUTBOX_BYTES)
        await until(lambda: wire.queued() < 2 * OUTBOX_BYTES)
        waiting = asyncio.create_task(wire.drained())
        await asyncio.wait({waiting}, timeout=0)
        assert (drained, waiting.done()) == ([], False)
        for _ in range(blocks):
            assert await slow.text() == BLOCK.decode()
        await asyncio.wait_for(waiting, 10)
        assert len(drained) == 1
        assert SLACK_BYTES - len(BLOCK) <= drained[0] <= SLACK_BYTES
        await until(lambda: wire.queued() == 0)


async def test_a_closed_peer_that_does_not_read_costs_no_queue_but_gets_its_code(
    here: Place[AsgiWire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi_wire, "CLOSE_SECONDS", 0.2)
    async with peer(here.url) as slow:
        wire = await here.wire()
        blocks = stuff(wire, 2 * OUTBOX_BYTES)
        wire.close(4510, "too slow")
        # The one that the server was given is still on its way.
        await until(lambda: wire.queued() == len(BLOCK))
        assert len(await slow.rest()) < blocks
        assert slow.close_frame == Close(4510, "too slow")
        await here.empty()


async def test_a_closed_peer_that_reads_in_time_gets_all(here: Place[AsgiWire]) -> None:
    async with peer(here.url) as slow:
        wire = await here.wire()
        blocks = stuff(wire, 2 * OUTBOX_BYTES)
        wire.close(4510, "too slow")
        assert await slow.rest() == [BLOCK.decode()] * blocks
        assert slow.close_frame == Close(4510, "too slow")


async def test_nothing_is_left_of_a_peer_that_went_away(
    here: Place[AsgiWire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi_wire, "CLOSE_SECONDS", 0.2)
    told: list[None] = []
    async with peer(here.url):
        wire = await here.wire()
        wire.on_drained = lambda: told.append(None)
        stuff(wire, 2 * OUTBOX_BYTES)
        waiting = asyncio.create_task(wire.drained())
    await here.empty()
    await asyncio.wait_for(waiting, 10)
    assert wire.queued() <= len(BLOCK)
    assert told == []
    assert wire._sending is not None
    assert wire._sending.done()
