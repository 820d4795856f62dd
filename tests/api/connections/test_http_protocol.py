"""A request is bounded before it is whole: heads, framing, pipelines and hosts."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.connections.limits import RequestLimits
from tests.api.connections.bounded_server import GET, HEAD, serve_bounded
from tests.api.websocket.uvicorn_protocol.wire_protocol_server import Run

LIMITS = RequestLimits()
HEAD_LIMIT = LIMITS.max_head_bytes
FLOOD = b"X-A: 1\r\n" * 400_000
HEADS = {
    "headers without an end": (HEAD + FLOOD, 431),
    "one long header": (HEAD + b"X: " + b"a" * 3_000_000, 431),
    "a header name without an end": (HEAD + b"x" * 3_000_000, 431),
    "101 headers": (HEAD + b"X: 1\r\n" * 100 + b"\r\n", 431),
    "line ends without a request": (b"\r\n" * 1_000_000, 431),
    "a long URL": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a URL without an end": (b"GET /" + b"a" * 3_000_000, 414),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "two hosts of one name": (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "a host that is a path": (b"GET / HTTP/1.1\r\nHost: evil.example/x\r\n\r\n", 400),
    "a host with a user": (b"GET / HTTP/1.1\r\nHost: a@evil.example\r\n\r\n", 400),
    "a length and chunks": (
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "no HTTP": (b"\x16\x03\x01" * 1_000, 400),
}


@pytest.mark.parametrize(("sent", "status"), HEADS.values(), ids=list(HEADS))
def test_a_request_that_is_too_much_is_refused_and_the_connection_closed(
    sent: bytes, status: int, run: Run
) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(sent)
            assert (await client.read_answer())[0] == status
            await client.wait_closed()
            assert server.application.scopes == []

    run(test())


def test_no_more_of_a_head_is_kept_than_its_limit(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            kept = 0
            for _ in range(10):
                await client.send(b"GET / HTTP/1.1\r\nX: " if not kept else b"a" * 3_000)
                kept = max(kept, server.places.received_bytes)
            await client.send(b"a" * 10_000_000)
            await client.read_answer()
            await client.wait_closed()
            assert max(kept, server.places.received_bytes) <= HEAD_LIMIT

    run(test())


@pytest.mark.parametrize("size", [1, 2, 4_000])
def test_a_head_at_the_limit_is_read_in_any_pieces(size: int, run: Run) -> None:
    rest = HEAD_LIMIT - len(b"GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n")
    head = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * rest + b"\r\n\r\n"
    pieces = [head[start : start + size] for start in range(0, len(head), size)]

    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(*pieces)
            assert await client.read_answer() == (200, b"0")

    run(test())


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
BODIES = {
    "chunks of one byte": CHUNKED + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n",
    "chunk extensions": CHUNKED + b"1;" + b"e" * 100_000 + b"\r\nx\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"0\r\n" + b"X: 1\r\n" * 100_000 + b"\r\n",
    "a trailer without an end": CHUNKED + b"0\r\nX: " + b"a" * 1_000_000,
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=list(BODIES))
def test_a_body_of_little_content_is_refused(sent: bytes, run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(sent)
            assert (await client.read_answer())[0] == 400
            await client.wait_closed()
            assert server.application.bodies == []

    run(test())


def test_honest_chunks_and_trailers_are_read_and_trailers_ignored(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            chunks = b"400\r\n" + b"x" * 1_024 + b"\r\n"
            trailer = b"0\r\nAuthorization: Bearer late\r\n\r\n"
            for _ in range(2):
                await client.send(CHUNKED, chunks * 500, trailer)
                assert await client.read_answer() == (200, b"512000")
            for scope in server.application.scopes:
                assert [name for name, _ in scope["headers"]] == [b"host", b"transfer-encoding"]

    run(test())


def test_a_few_pipelined_requests_are_answered_in_order(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            bodies = [HEAD + b"Content-Length: %d\r\n\r\n" % n + b"x" * n for n in range(10)]
            await client.send(b"".join(bodies))
            assert [await client.read_answer() for _ in bodies] == [
                (200, b"%d" % n) for n in range(10)
            ]

    run(test())


def test_many_pipelined_requests_end_the_connection(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(b"GET /hold HTTP/1.1\r\nHost: a\r\n\r\n", GET * 10_000)
            await client.wait_closed()
            assert len(server.application.scopes) == 1
            server.application.may_answer.set()

    run(test())


def test_a_body_that_nobody_wants_is_read_to_a_limit(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(
                b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
            )
            assert await client.read_answer() == (200, b"0")
            await client.send(*[b"x" * 64_000] * 400)
            await client.wait_closed()

    run(test())


def test_a_request_to_upgrade_to_something_else_is_answered(run: Run) -> None:
    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            assert await client.read_answer() == (200, b"0")

    run(test())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                GET,
                HEAD,
                CHUNKED,
                b"\r\n",
                b"5\r\nhello\r\n",
                b"0\r\n\r\n",
                b"Host: b\r\n",
                b"\0",
                b"Content-Length: 3\r\n",
                b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
                b"xyz",
            ]
        ),
        max_size=12,
    ),
    st.integers(1, 40),
)
def test_any_bytes_leave_nothing_behind(parts: list[bytes], size: int) -> None:
    sent = b"".join(parts)

    async def test() -> None:
        async with serve_bounded() as server, server.connect() as client:
            await client.send(*[sent[at : at + size] for at in range(0, len(sent), size)])

    asyncio.run(test())
