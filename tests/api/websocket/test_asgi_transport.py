"""The wire over plain ASGI: order, closing and backpressure, as far as the server allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Close

from api.websocket.asgi_transport import AsgiWire
from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import LOW_WATER_BYTES
from tests.support.manual_websocket import connect_manually
from tests.support.waiting import wait_until
from tests.support.wire_servers import BLOCK_TEXT, WireServer, fill_wire, run_wire_server


@asynccontextmanager
async def serve_asgi(close_timeout_seconds: float) -> AsyncIterator[WireServer[AsgiWire]]:
    """A server with uvicorn's own WebSocket protocol."""
    async with run_wire_server(
        "websockets-sansio",
        lambda _, send: AsgiWire(send, close_timeout_seconds=close_timeout_seconds),
    ) as here:
        yield here


@pytest.fixture
async def here() -> AsyncIterator[WireServer[AsgiWire]]:
    async with serve_asgi(close_timeout_seconds=2.0) as here:
        yield here


async def test_messages_arrive_in_order_before_the_close(
    here: WireServer[AsgiWire],
) -> None:
    async with connect_manually(here.url) as reader:
        wire = await here.next_wire()
        for text in (b"one", b"two", "三".encode()):
            wire.write(text)
        wire.close(4512, "first")
        wire.close(4510, "second")
        wire.write(b"after")
        assert await reader.read_remaining_texts() == ["one", "two", "三"]
        assert reader.close_frame == Close(4512, "first")
        await here.wait_empty()


async def test_unread_bytes_are_counted_until_the_peer_reads(
    here: WireServer[AsgiWire],
) -> None:
    async with connect_manually(here.url) as slow:
        wire = await here.next_wire()
        drained: list[int] = []
        wire.on_drained = lambda: drained.append(wire.queued_bytes())
        # The server buffers up to 64 KiB before it applies backpressure.
        blocks = fill_wire(wire, 2 * DEFAULT_LIMITS.max_outbox_bytes)
        await wait_until(lambda: wire.queued_bytes() < 2 * DEFAULT_LIMITS.max_outbox_bytes)
        waiting = asyncio.create_task(wire.wait_drained())
        await asyncio.wait({waiting}, timeout=0)
        assert (drained, waiting.done()) == ([], False)
        for _ in range(blocks):
            assert await slow.read_text() == BLOCK_TEXT.decode()
        await asyncio.wait_for(waiting, 10)
        assert len(drained) == 1
        assert LOW_WATER_BYTES - len(BLOCK_TEXT) <= drained[0] <= LOW_WATER_BYTES
        await wait_until(lambda: wire.queued_bytes() == 0)


async def test_a_closed_peer_that_does_not_read_gets_its_code_without_the_queue() -> None:
    async with serve_asgi(close_timeout_seconds=0.2) as here, connect_manually(here.url) as slow:
        wire = await here.next_wire()
        blocks = fill_wire(wire, 2 * DEFAULT_LIMITS.max_outbox_bytes)
        wire.close(4510, "too slow")
        # The message already handed to the server is still being sent.
        await wait_until(lambda: wire.queued_bytes() == len(BLOCK_TEXT))
        assert len(await slow.read_remaining_texts()) < blocks
        assert slow.close_frame == Close(4510, "too slow")
        await here.wait_empty()


async def test_a_closed_peer_that_reads_in_time_gets_every_message(
    here: WireServer[AsgiWire],
) -> None:
    async with connect_manually(here.url) as slow:
        wire = await here.next_wire()
        blocks = fill_wire(wire, 2 * DEFAULT_LIMITS.max_outbox_bytes)
        wire.close(4510, "too slow")
        assert await slow.read_remaining_texts() == [BLOCK_TEXT.decode()] * blocks
        assert slow.close_frame == Close(4510, "too slow")


async def test_a_disconnected_peer_leaves_no_state() -> None:
    drained: list[None] = []
    async with serve_asgi(close_timeout_seconds=0.2) as here:
        async with connect_manually(here.url):
            wire = await here.next_wire()
            wire.on_drained = lambda: drained.append(None)
            fill_wire(wire, 2 * DEFAULT_LIMITS.max_outbox_bytes)
            waiting = asyncio.create_task(wire.wait_drained())
        await here.wait_empty()
    await asyncio.wait_for(waiting, 10)
    assert wire.queued_bytes() <= len(BLOCK_TEXT)
    assert drained == []
    assert wire._sending is not None
    assert wire._sending.done()
