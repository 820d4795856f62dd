"""The wire of one connection: what it sends arrives, and no peer can hold on to it for ever."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close, Opcode
from websockets.typing import Subprotocol

from api.websocket.limits import WebSocketLimits
from api.websocket.uvicorn_protocol import WIRE_EXTENSION, WireProtocol
from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import LOW_WATER_BYTES
from tests.support.manual_websocket import ManualWebSocketClient, connect_manually
from tests.support.waiting import wait_until
from tests.support.wire_servers import BLOCK_TEXT, WireServer, fill_wire, run_wire_server

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.SelectorEventLoop,
    "uvloop": uvloop.new_event_loop,
}


Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=sorted(LOOPS))
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test on either event loop: production has uvloop where there is one."""

    def run(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(test)

    return run


@asynccontextmanager
async def serving(
    *, close_timeout_seconds: float = 2.0, **settings: Any
) -> AsyncIterator[WireServer[WireProtocol]]:
    """An application behind our protocol, with these settings of uvicorn."""

    class Protocol(WireProtocol):
        limits = WebSocketLimits(close_timeout_seconds=close_timeout_seconds)

    async with run_wire_server(
        Protocol, lambda scope, _: scope["extensions"][WIRE_EXTENSION], **settings
    ) as it:
        yield it


def client(url: str, **options: Any) -> connect:
    return connect(url, subprotocols=[Subprotocol("any")], proxy=None, max_size=None, **options)


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_messages_of_every_length_arrive_as_they_were_sent(
    run: Run, compression: str | None
) -> None:
    sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]

    async def test() -> None:
        async with (
            serving(ws_per_message_deflate=compression is not None) as here,
            client(here.url, compression=compression) as connection,
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


def test_what_a_peer_does_not_read_is_counted_until_it_reads(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as slow:
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


def test_a_peer_that_keeps_up_is_never_said_to_have_drained(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as quick:
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
def test_a_peer_that_answers_no_ping_is_freed_and_nobody_else(run: Run) -> None:
    async def test() -> None:
        async with (
            serving(ws_ping_interval=0.2, ws_ping_timeout=1.0) as here,
            connect_manually(here.url) as stalled,
        ):
            wire = await here.next_wire()
            async with client(here.url) as other:
                others = await here.next_wire()
                blocks = fill_wire(wire)
                known = weakref.ref(wire)
                del wire
                await wait_until(lambda: len(here.state.connections) == 1)
                await wait_until(lambda: here.application.disconnect_codes == [1005])
                # The end of its task is told a turn later, by a method of the wire.
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
            serving(ws_ping_interval=0.05, ws_ping_timeout=5) as here,
            connect_manually(here.url) as quiet,
        ):
            wire = await here.next_wire()
            for _ in range(4):
                frame = await quiet.read_frame()
                assert frame is not None
                assert frame.opcode is Opcode.PING
            wire.write(b"still here")
            assert await next_text(quiet) == "still here"

    run(test())


async def next_text(reader: ManualWebSocketClient) -> str:
    """The next text, whatever pings come before it."""
    while (frame := await reader.read_frame()) is not None:
        if frame.opcode is Opcode.TEXT:
            return bytes(frame.data).decode()
    raise AssertionError("the connection has ended")


def test_a_closed_peer_that_does_not_read_is_cut_off(run: Run) -> None:
    async def test() -> None:
        async with serving(close_timeout_seconds=0.2) as here, connect_manually(here.url) as slow:
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4510, "too slow")
            await here.wait_empty(within=2)
            assert here.application.disconnect_codes == [4510]
            await slow.read_remaining_texts()
            assert slow.close_frame is None

    run(test())


def test_a_closed_peer_that_reads_gets_all_and_then_the_code(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as slow:
            wire = await here.next_wire()
            blocks = fill_wire(wire)
            told: list[None] = []
            wire.on_drained = lambda: told.append(None)
            wire.close(4510, "too slow")
            await wait_until(lambda: here.application.disconnect_codes == [4510])
            assert await slow.read_remaining_texts() == [BLOCK_TEXT.decode()] * blocks
            assert told == []
            assert slow.close_frame == Close(4510, "too slow")
            await here.wait_empty()

    run(test())


def test_an_answer_to_a_close_that_was_not_read_does_not_keep_the_connection(run: Run) -> None:
    async def test() -> None:
        async with serving(close_timeout_seconds=0.2) as here, connect_manually(here.url) as liar:
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4510, "too slow")
            await liar.send_close()
            await here.wait_empty(within=2)

    run(test())


@pytest.mark.parametrize("farewell", ["a close frame", "the end of its stream", "a broken frame"])
def test_a_peer_that_leaves_without_reading_is_freed(run: Run, farewell: str) -> None:
    async def test() -> None:
        async with (
            serving(ws_ping_interval=0.3, ws_ping_timeout=10) as here,
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


def test_only_the_first_close_counts(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as reader:
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


def test_writing_to_a_lost_connection_does_nothing(run: Run) -> None:
    async def test() -> None:
        async with serving() as here:
            async with connect_manually(here.url) as leaving:
                wire = await here.next_wire()
                here.application.may_read.clear()
                await leaving.send("the application is busy from here on")
                await wait_until(lambda: here.application.messages)
            await wait_until(lambda: not here.state.connections)
            # One turn later uvloop refuses whatever is asked of the transport.
            await asyncio.sleep(0)
            wire.write(BLOCK_TEXT)
            assert wire.queued_bytes() == 0
            wire.close(4510, "too late")
            await asyncio.wait_for(wire.wait_drained(), 1)
            here.application.may_read.set()
            await here.wait_empty()

    run(test())


def test_a_close_is_answered_though_the_application_reads_nothing(run: Run) -> None:
    async def test() -> None:
        async with serving(close_timeout_seconds=60) as here, client(here.url) as connection:
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


def test_pings_that_are_sent_without_reading_take_no_memory(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as flood:
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
        async with serving() as here, client(here.url) as connection:
            await asyncio.wait_for(await connection.ping("hello"), 10)

    run(test())


def test_a_message_may_have_parts_but_not_ever_more_of_them(run: Run) -> None:
    async def test() -> None:
        async with serving() as here, connect_manually(here.url) as sender:
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
        async with serving(ws_max_size=1_000) as here, client(here.url) as connection:
            await connection.send("x" * 1_000)
            await wait_until(lambda: len(here.application.messages) == 1)
            await connection.send("x" * 1_001)
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1009
            await here.wait_empty()

    run(test())


def test_a_server_that_stops_does_not_wait_for_one_who_does_not_read(run: Run) -> None:
    async def test() -> None:
        server = serving(close_timeout_seconds=0.5, timeout_graceful_shutdown=30)
        async with AsyncExitStack() as stack, server as here:
            await stack.enter_async_context(connect_manually(here.url))
            wire = await here.next_wire()
            fill_wire(wire)
            wire.close(4512, "bye")

    # Far less than the 30 s for which uvicorn would have waited.
    run(asyncio.wait_for(test(), 10))
