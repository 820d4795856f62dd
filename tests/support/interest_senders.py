"""Clients that send interests over HTTP or a WebSocket to any node that answers."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

EXPRESS_INTEREST = """
mutation ($input: ExpressInterestInput!) {
  expressInterest(input: $input) {
    __typename
    ... on InterestRecorded { created lead { id } }
    ... on UserError { code message }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Interest:
    """The interest of one person in one posting; ids are global.

    ``giver`` is the device that sends it, which its token says and not the request.
    """

    session: str
    posting: str
    phone: str
    giver: str = ""

    def request(self) -> dict[str, Any]:
        """Return the query and its variables; they are equal each time."""
        given = {
            "sessionId": self.session,
            "postingId": self.posting,
            "contact": {"name": "合成", "phone": self.phone},
            "consent": {"textVersion": "1"},
        }
        return {"query": EXPRESS_INTEREST, "variables": {"input": given}}


@dataclass(frozen=True, kw_only=True)
class InterestAnswer:
    """The type of the answer, and the global id of the lead if there is one."""

    kind: str
    lead_id: str | None = None
    message: str = ""


class Unreachable(Exception):
    """No answer came: the node is down, or the client disconnected."""


class NodeAddress(Protocol):
    """Something with the URL of a node."""

    url: str


class VisitorTransport(Protocol):
    """The connection of one visitor to any node."""

    async def send(self, interest: Interest, timeout: float) -> InterestAnswer:
        """Send an interest and return the answer.

        :raises Unreachable: none came within ``timeout`` seconds; the next call uses another node.
        """


class HttpTransport:
    """Sends over HTTP with keep-alive."""

    def __init__(self, places: Sequence[NodeAddress], token: str) -> None:
        self._places = itertools.cycle(places)
        self._url = next(self._places).url
        self._headers = {"authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, interest: Interest, timeout: float) -> InterestAnswer:
        try:
            response = await self._client.post(
                f"{self._url}/graphql",
                json=interest.request(),
                headers=self._headers,
                timeout=timeout,
            )
        except httpx.HTTPError as error:
            self._url = next(self._places).url
            raise Unreachable from error
        return parse_answer(response.json())


class WebSocketTransport:
    """Sends over a WebSocket that is opened on demand, one operation at a time."""

    def __init__(self, places: Sequence[NodeAddress], token: str) -> None:
        # In the reverse order of HTTP, so that two copies of an interest reach two nodes.
        self._places = itertools.cycle(reversed(places))
        self._token = token
        self._connection: ClientConnection | None = None
        self._ids = itertools.count()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._disconnect()

    async def send(self, interest: Interest, timeout: float) -> InterestAnswer:
        try:
            async with asyncio.timeout(timeout):
                return await self._ask(interest)
        except (OSError, TimeoutError, WebSocketException) as error:
            await self._disconnect()
            raise Unreachable from error

    async def _ask(self, interest: Interest) -> InterestAnswer:
        if self._connection is None:
            self._connection = await self._open()
        operation_id = str(next(self._ids))
        message = {"id": operation_id, "type": "subscribe", "payload": interest.request()}
        await self._connection.send(json.dumps(message))
        answer = json.loads(await self._connection.recv())
        assert (answer["id"], answer["type"]) == (operation_id, "next"), answer
        assert json.loads(await self._connection.recv())["type"] == "complete"
        return parse_answer(answer["payload"])

    async def _open(self) -> ClientConnection:
        connection = await connect(
            next(self._places).url.replace("http", "ws", 1) + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            proxy=None,
        )
        try:
            payload = {"authorization": f"Bearer {self._token}"}
            await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        except BaseException:
            connection.transport.abort()
            raise
        return connection

    async def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.transport.abort()
            with suppress(OSError, WebSocketException):
                await connection.wait_closed()


def parse_answer(response: dict[str, Any]) -> InterestAnswer:
    """Return what a response to ``EXPRESS_INTEREST`` says."""
    if "errors" in response:
        return InterestAnswer(kind="errors", message=json.dumps(response["errors"]))
    result = response["data"]["expressInterest"]
    if result["__typename"] == "InterestRecorded":
        return InterestAnswer(kind="InterestRecorded", lead_id=result["lead"]["id"])
    return InterestAnswer(kind=result["__typename"], message=result["message"])
