"""One connection's messages and pings: sizes, fragments, compression and limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from api.websocket.limits import WebSocketLimits
from realtime.limits import DEFAULT_LIMITS
from tests.api.websocket.uvicorn_protocol.wire_protocol_server import (
    Run,
    connect_client,
    serve_protocol,
)
from tests.support.manual_websocket import connect_manually
from tests.support.waiting import wait_until


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_messages_of_every_length_arrive_as_they_were_sent(
    run: Run, compression: str | None
) -> None:
    sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]

    async def test() -> None:
        async with (
            serve_protocol(ws_per_message_deflate=compression is not None) as here,
            connect_client(here.url, compression=compression) as connection,
        ):
            wire = await here.next_wire()
            for size in sizes:
                wire.write(b"y" * size)
            assert [await connection.recv() for _ in sizes] == ["y" * size for size in sizes]
            extensions = connection.response.headers.get("sec-websocket-extensions", "")  # type: ignore[union-attr] # it is open
            assert extensions.startswith("permessage-deflate") == (compression is not None)
            await connection.send("送岗" * 1_000)
            await wait_until(lambda: here.application.messages == ["送岗" * 1_000])

    run(test())


def test_unread_pongs_use_limited_memory(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol(max_pings=1_000_000) as here, connect_manually(here.url) as flood:
            wire = await here.next_wire()
            waited: list[int] = []

            async def ask() -> None:
                while True:
                    await flood.ping(1_000)
                    waited.append(wire.queued_bytes())

            with pytest.raises(ConnectionError):
                await ask()
            assert max(waited) < 2 * DEFAULT_LIMITS.max_outbox_bytes
            await here.wait_empty()

    run(test())


def test_pings_are_answered(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_client(here.url) as connection:
            await asyncio.wait_for(await connection.ping("hello"), 10)

    run(test())


def test_a_message_has_a_limited_number_of_fragments(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as sender:
            wire = await here.next_wire()
            await sender.send_part(b"a", first=True)
            await sender.send_part(b"b")
            await sender.send_part(b"c", last=True)
            await wait_until(lambda: here.application.messages == ["abc"])
            await sender.send_part(b"a", first=True)
            for _ in range(WebSocketLimits.max_fragments):
                await sender.send_part(b"")
            await sender.read_remaining_texts()
            assert sender.close_frame == Close(
                1009, f"At most {WebSocketLimits.max_fragments} fragments"
            )
            assert len(wire.frames) == WebSocketLimits.max_fragments
            await here.wait_empty()

    run(test())


def test_a_message_over_the_limit_is_answered_with_1009(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(ws_max_size=1_000) as here,
            connect_client(here.url) as connection,
        ):
            await connection.send("x" * 1_000)
            await wait_until(lambda: len(here.application.messages) == 1)
            await connection.send("x" * 1_001)
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1009
            await here.wait_empty()

    run(test())


def test_a_flood_of_pings_ends_the_connection(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as flood:
            await here.next_wire()
            await flood.ping(WebSocketLimits.max_pings + 1)
            await here.wait_empty()
            assert await flood.read_remaining_texts() == []
            assert flood.is_closed

    run(test())


def test_pings_up_to_the_limit_are_answered(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_client(here.url) as client:
            await here.next_wire()
            for _ in range(WebSocketLimits.max_pings):
                await (await client.ping())

    run(test())


def test_a_flood_of_messages_that_nobody_reads_waits_unparsed(run: Run) -> None:
    async def test() -> None:
        async with serve_protocol() as here, connect_manually(here.url) as flood:
            wire = await here.next_wire()
            here.application.may_read.clear()
            flood._protocol.send_text(b"x")
            one = b"".join(flood._protocol.data_to_send())
            await flood.send_raw(one * 10_000)
            # The application waits for one message that it has asked for before.
            await wait_until(lambda: wire.read_paused)
            most = WebSocketLimits.max_waiting_messages + WebSocketLimits.bytes_per_parse // len(
                one
            )
            assert wire.queue.qsize() <= most + 1
            here.application.may_read.set()
            await wait_until(lambda: len(here.application.messages) == 10_000)
            assert wire.queue.empty()

    run(test())


def test_a_message_that_stays_in_fragments_ends_the_connection(run: Run) -> None:
    async def test() -> None:
        async with (
            serve_protocol(ws_ping_interval=0.1, ws_ping_timeout=5) as here,
            connect_client(here.url) as client,
        ):
            await here.next_wire()

            async def fragments() -> AsyncIterator[str]:
                yield "x"
                await client.wait_closed()
                yield "y"

            with pytest.raises(ConnectionClosed):
                await client.send(fragments())
            await here.wait_empty()

    run(test())
