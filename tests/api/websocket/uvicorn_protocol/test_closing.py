"""Closing a connection: the code arrives after all texts, and the peer cannot delay the end."""

from __future__ import annotations

import asyncio

from websockets.frames import Close

from tests.api.websocket.uvicorn_protocol.wire_protocol_server import (
    Run,
    connect_client,
    serve_protocol,
)
from tests.support.manual_websocket import connect_manually
from tests.support.waiting import wait_until
from tests.support.wire_servers import BLOCK_TEXT, fill_wire


def test_a_closed_peer_that_does_not_read_is_cut_off(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(close_timeout_seconds=0.2) as here,
            connect_manually(here.url) as slow,
        ):
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4510, "too slow")
            await here.wait_empty(within=2)
            assert here.application.disconnect_codes == [4510]
            await slow.read_remaining_texts()
            assert slow.close_frame is None

    run(test())


def test_a_closed_peer_that_reads_gets_every_text_and_then_the_code(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as slow:
            wire = await here.next_wire()
            blocks = fill_wire(wire)
            drained: list[None] = []
            wire.on_drained = lambda: drained.append(None)
            wire.close(4510, "too slow")
            await wait_until(lambda: here.application.disconnect_codes == [4510])
            assert await slow.read_remaining_texts() == [BLOCK_TEXT.decode()] * blocks
            assert drained == []
            assert slow.close_frame == Close(4510, "too slow")
            await here.wait_empty()

    run(test())


def test_an_early_close_frame_from_the_peer_does_not_keep_the_connection(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(close_timeout_seconds=0.2) as here,
            connect_manually(here.url) as peer,
        ):
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4510, "too slow")
            await peer.send_close()
            await here.wait_empty(within=2)

    run(test())


def test_only_the_first_close_counts(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as reader:
            wire = await here.next_wire()
            wire.write(b"before")
            wire.close(4512, "first")
            wire.close(4510, "second")
            wire.write(b"after")
            assert await reader.read_remaining_texts() == ["before"]
            assert reader.close_frame == Close(4512, "first")
            await here.wait_empty()
            wire.close(4510, "third")
            assert here.application.disconnect_codes == [4512]

    run(test())


def test_a_close_handshake_finishes_while_the_application_reads_nothing(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(close_timeout_seconds=60) as here,
            connect_client(here.url) as connection,
        ):
            wire = await here.next_wire()
            here.application.may_read.clear()
            for _ in range(3):
                await connection.send("a message")
            await wait_until(lambda: wire.queue.qsize() > 0)
            wire.close(4512, "bye")
            await asyncio.wait_for(connection.wait_closed(), 5)
            await wait_until(lambda: not here.state.connections)
            assert connection.close_code == 4512
            here.application.may_read.set()
            await here.wait_empty()

    run(test())
