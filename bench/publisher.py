"""Sends `announce` mutations over HTTP connections that are kept alive, and other requests."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any, Self

from bench.load_connections import MARK, microseconds

ANNOUNCE = "mutation Announce($input: AnnounceInput!) { announce(input: $input) { __typename } }"
BODY_LENGTH = 200
TIMEOUT = 120.0


class RequestFailed(Exception):
    """A response is not the expected one; the message shows it."""


class Client:
    """One HTTP connection with sequential requests."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._port = port
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self._head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\n{authorization}Content-Length: "
        ).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The ``data`` of the answer.

        :raises RequestFailed: there are errors, or no GraphQL at all.
        """
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        async with self._turn, asyncio.timeout(TIMEOUT):
            reader, writer = await self.open()
            writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
            head = await reader.readuntil(b"\r\n\r\n")
            answer = await reader.readexactly(content_length(head))
        if not head.startswith(b"HTTP/1.1 200 ") or b'"errors"' in answer:
            raise RequestFailed(head.partition(b"\r\n")[0].decode() + " " + answer.decode()[:500])
        return json.loads(answer)["data"]

    @property
    def busy(self) -> bool:
        """Whether a request is in progress."""
        return self._turn.locked()

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open the connection if needed; servers close connections that idle for seconds."""
        if self._streams is None or self._streams[0].at_eof():
            await self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams

    async def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def content_length(head: bytes) -> int:
    """Return the length of the body after that head.

    :raises RequestFailed: the head does not say so.
    """
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    raise RequestFailed("The answer has no Content-Length")


class Publisher:
    """Publishes events of one session, one at a time or several at once."""

    def __init__(self, port: int, session_id: str, token: str | None, *, at_once: int) -> None:
        self._session_id = session_id
        self._clients = [Client(port, token) for _ in range(at_once)]

    async def warm_up(self) -> None:
        """Publish an event that the load generator does not count."""
        await self._announce(self._clients[0], "warm-up ")

    async def every(self, seconds: float, events: int) -> None:
        """Publish at a steady rate, even if responses are slower."""
        begun = time.monotonic()
        announcing = []
        for number in range(events):
            await asyncio.sleep(begun + number * seconds - time.monotonic())
            client = next((one for one in self._clients if not one.busy), self._clients[0])
            announcing.append(asyncio.create_task(self._marked(client)))
        await asyncio.gather(*announcing)

    async def back_to_back(self, events: int) -> tuple[int, int]:
        """Return the times of the first request and of the last response, in microseconds."""
        left = iter(range(events))
        spans = await asyncio.gather(*(self._keep_on(client, left) for client in self._clients))
        times = [time for span in spans for time in span]
        return min(times), max(times)

    async def _keep_on(self, client: Client, left: Iterator[int]) -> list[int]:
        times: list[int] = []
        for _ in left:
            times += await self._marked(client)
        return times

    async def _marked(self, client: Client) -> tuple[int, int]:
        sent = microseconds()
        await self._announce(client, f"{MARK.decode()}{sent} ")
        return sent, microseconds()

    async def _announce(self, client: Client, body: str) -> None:
        announced = {"sessionId": self._session_id, "body": body.ljust(BODY_LENGTH - 1, ".") + "!"}
        answer = await client.ask(ANNOUNCE, {"input": announced})
        if answer["announce"]["__typename"] != "Announced":
            raise RequestFailed(str(answer))

    async def __aenter__(self) -> Self:
        for client in self._clients:
            await client.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.close()
