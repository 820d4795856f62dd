"""A peer that does not read, or answers no ping, holds a connection for a limited time only."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import AsyncExitStack

import pytest
from websockets.frames import Opcode

from realtime.outbox import LOW_WATER_BYTES
from tests.api.websocket.uvicorn_protocol.wire_protocol_server import (
    Run,
    connect_client,
    serve_protocol,
)
from tests.support.manual_websocket import ManualWebSocketClient, connect_manually
from tests.support.waiting import wait_until
from tests.support.wire_servers import BLOCK_TEXT, fill_wire


def test_unread_bytes_are_counted_until_the_peer_reads(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as slow:
            wire = await here.next_wire()
            drained: list[int] = []
            wire.on_drained = lambda: drained.append(wire.queued_bytes())
            assert wire.queued_bytes() == 0
            blocks = fill_wire(wire, LOW_WATER_BYTES + 1)
            assert wire.queued_bytes() > LOW_WATER_BYTES
            waiting = asyncio.create_task(wire.wait_drained())
            await asyncio.wait({waiting}, timeout=0)
            assert (drained, waiting.done()) == ([], False)
            for _ in range(blocks):
                assert await slow.read_text() == BLOCK_TEXT.decode()
            await asyncio.wait_for(waiting, 10)
            assert len(drained) == 1
            assert drained[0] <= LOW_WATER_BYTES
            await wait_until(lambda: wire.queued_bytes() == 0)

    run(test())


def test_a_peer_that_keeps_up_triggers_no_drained_callback(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as quick:
            wire = await here.next_wire()
            drained: list[None] = []
            wire.on_drained = lambda: drained.append(None)
            for _ in range(20):
                wire.write(BLOCK_TEXT)
                assert await quick.read_text() == BLOCK_TEXT.decode()
            assert drained == []
            await asyncio.wait_for(wire.wait_drained(), 1)

    run(test())


@pytest.mark.alone
def test_only_the_peer_that_answers_no_ping_is_freed(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(ws_ping_interval=0.2, ws_ping_timeout=1.0) as here,
            connect_manually(here.url) as stalled,
        ):
            wire = await here.next_wire()
            async with connect_client(here.url) as other:
                others = await here.next_wire()
                blocks = fill_wire(wire)
                known = weakref.ref(wire)
                del wire
                await wait_until(lambda: len(here.state.connections) == 1)
                await wait_until(lambda: here.application.disconnect_codes == [1005])
                # The wire reports the end of its task one loop iteration later.
                await wait_until(lambda: len(here.state.tasks) == 1)
                gc.collect()
                assert known() is None
                others.write(b"still here")
                assert await other.recv() == "still here"
                others.close(4512, "bye")
                await other.wait_closed()
                assert (other.close_code, other.close_reason) == (4512, "bye")
            await here.wait_empty()
            texts = await stalled.read_remaining_texts()
            assert len(texts) < blocks
            assert stalled.close_frame is None

    run(test())


def test_a_peer_that_answers_pings_stays(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(ws_ping_interval=0.05, ws_ping_timeout=5) as here,
            connect_manually(here.url) as quiet,
        ):
            wire = await here.next_wire()
            for _ in range(4):
                frame = await quiet.read_frame()
                assert frame is not None
                assert frame.opcode is Opcode.PING
            wire.write(b"still here")
            assert await read_text_after_pings(quiet) == "still here"

    run(test())


async def read_text_after_pings(reader: ManualWebSocketClient) -> str:
    """Return the next text, and skip pings."""
    while (frame := await reader.read_frame()) is not None:
        if frame.opcode is Opcode.TEXT:
            return bytes(frame.data).decode()
    raise AssertionError("the connection has ended")


@pytest.mark.parametrize("farewell", ["a close frame", "the end of its stream", "a broken frame"])
def test_a_peer_that_leaves_without_reading_is_freed(run: Run, farewell: str) -> None:
    async def test() -> None:
        async with (
            serve_protocol(ws_ping_interval=0.3, ws_ping_timeout=10) as here,
            connect_manually(here.url) as leaving,
        ):
            wire = await here.next_wire()
            fill_wire(wire)
            if farewell == "a close frame":
                await leaving.send_close()
            elif farewell == "a broken frame":
                await leaving.send_raw(b"\xff" * 8)
            else:
                leaving.shut_down_writing()
            await here.wait_empty(within=5)
            assert len(here.application.disconnect_codes) == 1

    run(test())


def test_writing_to_a_lost_connection_does_nothing(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here:
            async with connect_manually(here.url) as leaving:
                wire = await here.next_wire()
                here.application.may_read.clear()
                await leaving.send("the application is busy from here on")
                await wait_until(lambda: here.application.messages)
            await wait_until(lambda: not here.state.connections)
            # One loop iteration later uvloop refuses every call of the transport.
            await asyncio.sleep(0)
            wire.write(BLOCK_TEXT)
            assert wire.queued_bytes() == 0
            wire.close(4510, "too late")
            await asyncio.wait_for(wire.wait_drained(), 1)
            here.application.may_read.set()
            await here.wait_empty()

    run(test())


def test_a_stopping_server_does_not_wait_for_a_peer_that_does_not_read(run: Run) -> None:
    async def test() -> None:
        server = serve_protocol(close_timeout_seconds=0.5, timeout_graceful_shutdown=30)
        async with AsyncExitStack() as stack, server as here:
            await stack.enter_async_context(connect_manually(here.url))
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4512, "bye")

    # Far less than the 30 s for which uvicorn would have waited.
    run(asyncio.wait_for(test(), 10))
