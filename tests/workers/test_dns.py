"""DNS lookups with a name server that answers late, differently each time, or never."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from workers import dns as names
from workers.dns import MAX_CONCURRENT_LOOKUPS, DnsResolver

ONE = ipaddress.ip_address("198.51.100.1")


class NameServer:
    """Replaces the resolver; names that begin with ``slow`` wait until they are released."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.let = threading.Event()

    def __call__(self, host: str, *_: object, **__: object) -> list[Any]:
        self.asked[host] += 1
        if host.startswith("slow"):
            self.let.wait()
        if host.endswith("gone"):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (str(ONE), 0))] * 2


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    yield server
    server.let.set()
    for thread in lookup_threads():
        thread.join()


def lookup_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "names"]


async def test_each_address_of_a_name_is_returned_once(server: NameServer) -> None:
    assert await DnsResolver().resolve("partner.example") == [ONE]


async def test_concurrent_lookups_of_a_name_share_one_query_and_later_ones_query_again(
    server: NameServer,
) -> None:
    resolver = DnsResolver()
    lookups = [asyncio.create_task(resolver.resolve("slow.example")) for _ in range(100)]
    await asyncio.sleep(0)
    server.let.set()
    assert await asyncio.gather(*lookups) == [[ONE]] * 100
    await resolver.resolve("slow.example")
    assert server.asked == {"slow.example": 2}


async def test_an_unknown_name_is_an_error_for_every_caller(server: NameServer) -> None:
    resolver = DnsResolver()
    lookups = [resolver.resolve("gone") for _ in range(2)]
    for failed in await asyncio.gather(*lookups, return_exceptions=True):
        assert isinstance(failed, socket.gaierror)


async def test_a_slow_lookup_times_out_and_hanging_threads_are_limited(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "LOOKUP_TIMEOUT_SECONDS", 0.2)
    resolver = DnsResolver()
    hosts = [f"slow{number}.example" for number in range(MAX_CONCURRENT_LOOKUPS)]
    lookups = [resolver.resolve(host) for host in [*hosts, "partner.example", *hosts]]
    for failed in await asyncio.gather(*lookups, return_exceptions=True):
        assert isinstance(failed, TimeoutError)
    assert len(lookup_threads()) == MAX_CONCURRENT_LOOKUPS
    # The threads of the loop's executor, which the driver uses too, are all free.
    assert await asyncio.get_running_loop().run_in_executor(None, lambda: "free") == "free"

    monkeypatch.setattr(names, "LOOKUP_TIMEOUT_SECONDS", 10)
    waiting = asyncio.create_task(resolver.resolve("partner.example"))
    await asyncio.sleep(0)
    server.let.set()
    assert await waiting == [ONE]
    assert server.asked == Counter([*hosts, "partner.example"])


async def test_a_lookup_that_outlives_its_loop_ends_silently(server: NameServer) -> None:
    def in_a_loop_of_its_own() -> None:
        async def gives_up() -> None:
            lookup = asyncio.create_task(DnsResolver().resolve("slow.example"))
            await asyncio.sleep(0)
            lookup.cancel()

        asyncio.run(gives_up())

    # The warnings filter turns an uncaught exception of a thread into an error.
    await asyncio.to_thread(in_a_loop_of_its_own)
    (thread,) = lookup_threads()
    server.let.set()
    await asyncio.to_thread(thread.join)
