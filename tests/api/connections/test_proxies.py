"""Only a named proxy may say who the client is; each client behind it has its own limits."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from api.client_address import TrustedProxies
from api.connections.limits import ConnectionLimits
from tests.api.connections.bounded_server import GET, serve_bounded

FORWARDED = b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"


@pytest.mark.parametrize(
    ("named", "address", "is_proxy"),
    [
        ((), "127.0.0.1", False),
        (("127.0.0.1",), "127.0.0.1", True),
        (("10.1.0.0/24", "10.0.0.2"), "10.1.0.77", True),
        (("10.1.0.0/24", "10.0.0.2"), "10.0.0.3", False),
        (("10.0.0.2",), "::ffff:10.0.0.2", True),
        (("fd00::/8",), "fd00::1", True),
        (("0.0.0.0/0",), "a.socket", False),
        (("0.0.0.0/0",), None, False),
    ],
)
def test_a_proxy_is_what_is_named(
    named: tuple[str, ...], address: str | None, is_proxy: bool
) -> None:
    assert (address in TrustedProxies(named)) is is_proxy


@pytest.mark.parametrize("named", ["localhost", "10.0.0.0/33", "*", ""])
def test_a_name_is_no_proxy(named: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        TrustedProxies([named])


@pytest.mark.parametrize(
    ("proxies", "client"),
    [((), "127.0.0.1"), (("127.0.0.1",), "198.51.100.7"), (("10.0.0.0/8",), "127.0.0.1")],
)
async def test_the_client_is_the_one_that_a_named_proxy_names(
    proxies: tuple[str, ...], client: str
) -> None:
    async with serve_bounded(proxies=proxies) as server, server.connect() as peer:
        await peer.send(FORWARDED)
        assert await peer.read_answer() == (200, b"0")
        assert server.application.scopes[0]["client"][0] == client


async def test_a_proxy_that_no_setting_names_is_logged_once() -> None:
    with capture_logs() as logs:
        async with serve_bounded() as server, server.connect() as peer:
            for _ in range(3):
                await peer.send(FORWARDED)
                await peer.read_answer()
    assert [each["address"] for each in logs if "unnamed proxy" in each["event"]] == ["127.0.0.1"]


async def test_a_proxy_may_hold_more_connections_than_one_client() -> None:
    few = ConnectionLimits(max_connections=64, max_per_address=2)
    async with serve_bounded(connections=few, proxies=("127.0.0.1",)) as server:
        async with asyncio.TaskGroup() as group:

            async def ask() -> None:
                async with server.connect() as peer:
                    await peer.send(GET)
                    assert await peer.read_answer() == (200, b"0")

            for _ in range(20):
                group.create_task(ask())
        assert (server.places.refused, server.places.evicted) == (0, 0)


async def test_silent_connections_of_one_address_shut_nobody_out() -> None:
    few = ConnectionLimits(max_connections=60, max_per_address=50)
    async with serve_bounded(connections=few) as server:
        silent = [(await asyncio.open_connection("127.0.0.1", server.port))[1] for _ in range(300)]
        for _ in range(5):
            async with server.connect() as peer:
                await peer.send(GET)
                assert await peer.read_answer() == (200, b"0")
        assert server.places.outside_rooms <= 50
        assert server.places.evicted >= 250
        for writer in silent:
            writer.close()
