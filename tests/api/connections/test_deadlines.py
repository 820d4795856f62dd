"""Clients that send or read too slowly lose their connection; others are waited for."""

from __future__ import annotations

import asyncio
import socket

import pytest

from api.connections.limits import RequestLimits
from tests.api.connections.bounded_server import (
    GET,
    HEAD,
    SOCKET_BUFFER_BYTES,
    serve_bounded,
)
from tests.api.websocket.uvicorn_protocol.wire_protocol_server import Run
from tests.support.waiting import wait_until

SOON = RequestLimits(head_timeout_seconds=0.2, body_timeout_seconds=0.2, write_timeout_seconds=0.2)
STALLED = {
    "nothing": (b"", None),
    "line ends": (b"\r\n", 408),
    "a part of a head": (b"GET / HTTP/1.1\r\nHos", 408),
    "a part of a body": (HEAD + b"Content-Length: 100\r\n\r\nxx", 408),
    "a part of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe", 408),
    "no last chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 408),
}


@pytest.mark.parametrize(("sent", "status"), STALLED.values(), ids=list(STALLED))
def test_a_client_that_stops_sending_is_closed(sent: bytes, status: int | None, run: Run) -> None:
    async def test() -> None:
        async with serve_bounded(SOON) as server, server.connect() as client:
            await client.send(sent)
            if status is not None:
                assert (await client.read_answer())[0] == status
            await client.wait_closed()
            assert server.application.bodies == []

    run(test())


@pytest.mark.parametrize(
    "first", [b"GET / HTTP/1.1\r\nHost: a\r\nX: ", HEAD + b"Content-Length: 100000\r\n\r\n"]
)
def test_bytes_that_trickle_do_not_keep_a_connection(first: bytes, run: Run) -> None:
    async def test() -> None:
        slow = RequestLimits(
            head_timeout_seconds=0.2, body_timeout_seconds=0.2, min_bytes_per_second=1_000_000
        )
        async with serve_bounded(slow) as server, server.connect() as client:
            await client.send(first)

            async def trickle() -> None:
                while True:
                    await client.send(b"x")
                    await asyncio.sleep(0.01)

            sending = asyncio.create_task(trickle())
            assert (await client.read_answer())[0] == 408
            await client.wait_closed()
            sending.cancel()

    run(test())


def test_a_slow_but_steady_body_is_waited_for(run: Run) -> None:
    async def test() -> None:
        steady = RequestLimits(body_timeout_seconds=0.2, min_bytes_per_second=10)
        async with serve_bounded(steady) as server, server.connect() as client:
            await client.send(HEAD + b"Content-Length: 50\r\n\r\n")
            began = asyncio.get_running_loop().time()
            for _ in range(50):
                await client.send(b"x")
                await asyncio.sleep(0.02)
            assert await client.read_answer() == (200, b"50")
            assert asyncio.get_running_loop().time() - began > 2 * steady.body_timeout_seconds

    run(test())


@pytest.mark.alone  # the client has a second to send a megabyte
def test_an_application_that_does_not_read_yet_does_not_make_a_client_late(run: Run) -> None:
    async def test() -> None:
        # Long enough for a busy machine to read a megabyte in it.
        limits = RequestLimits(body_timeout_seconds=1.0)
        async with serve_bounded(limits) as server, server.connect() as client:
            length = 1 << 20
            sent = b"POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length
            sending = asyncio.create_task(client.send(sent, b"x" * length))
            await asyncio.sleep(3 * limits.body_timeout_seconds)
            server.application.may_answer.set()
            assert await client.read_answer() == (200, b"%d" % length)
            await sending

    run(test())


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n"])
def test_a_client_that_reads_nothing_is_closed(ending: bytes, run: Run) -> None:
    async def test() -> None:
        async with serve_bounded(SOON) as server:
            server.shrink_send_buffers()
            with socket.socket() as deaf:
                deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                deaf.connect(("127.0.0.1", server.port))
                deaf.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n" + ending + b"\r\n")
                await wait_until(lambda: server.application.bodies == [0])
                await server.wait_empty()

    run(test())


def test_a_client_that_reads_slowly_gets_the_whole_answer(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded(RequestLimits(write_timeout_seconds=1.0)) as server:
            server.shrink_send_buffers()
            async with server.connect() as client:
                await client.send(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                for _ in range(30):
                    client.transport.pause_reading()
                    await asyncio.sleep(0.05)
                    client.transport.resume_reading()
                    await asyncio.sleep(0.01)
                assert (await client.read_answer())[0] == 200

    run(test())


def test_a_connection_may_be_used_again_at_once(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded(SOON) as server, server.connect() as client:
            for _ in range(3):
                await client.send(GET)
                assert await client.read_answer() == (200, b"0")
            await client.send(b"GET / HTT")
            assert (await client.read_answer())[0] == 408

    run(test())
