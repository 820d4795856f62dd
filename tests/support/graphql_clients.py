"""GraphQL clients for tests: in process over ASGI, and a WebSocket client that may break rules."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

import httpx
import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

GRAPHQL_URL = "http://songgang.test/graphql"
TIMEOUT_SECONDS = 10.0
USER_ERROR_FRAGMENT = "... on UserError { code message field }"


class GraphQLClient:
    """Sends requests to an endpoint without a network, as if they came from ``address``."""

    def __init__(self, endpoint: ASGIApp, address: str = "127.0.0.1") -> None:
        transport = httpx.ASGITransport(endpoint, client=(address, 50_000))
        self.http = httpx.AsyncClient(transport=transport, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, body: Any, token: str | None = None, **headers: str) -> httpx.Response:
        """Send any JSON body."""
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await self.http.post(GRAPHQL_URL, json=body, headers=headers)

    async def execute(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """Return the whole response."""
        response = await self.post({"query": query, "variables": variables}, token)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def fetch_data(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """Return the data of a response without errors."""
        answer = await self.execute(query, variables, token)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def fetch_error(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """Return the only error of a response."""
        (error,) = (await self.execute(query, variables, token))["errors"]
        found: dict[str, Any] = error
        return found

    async def mutate(
        self, name: str, given: dict[str, Any], token: str | None = None, selection: str = ""
    ) -> dict[str, Any]:
        """Call a mutation and return its type, its ``selection``, and its error if it is one."""
        query = mutation_document(name, selection)
        data = await self.fetch_data(query, {"input": given}, token)
        result: dict[str, Any] = data[name]
        return result


def mutation_document(name: str, selection: str = "") -> str:
    """Return the document that calls a mutation with the variable ``input``."""
    kind = name[0].upper() + name[1:]
    return (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ "
        f"__typename {USER_ERROR_FRAGMENT} {selection} }} }}"
    )


class UvicornServer:
    """A uvicorn server for ``app`` on a free local port, in the test's event loop."""

    def __init__(self, app: ASGIApp, protocol: Any) -> None:
        config = uvicorn.Config(
            app,
            port=0,
            lifespan="off",
            ws=protocol,
            ws_max_size=64 * 1024,
            ws_per_message_deflate=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        self._server = EmbeddedUvicorn(config)
        self.url = ""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._server.serve())
        await asyncio.wait_for(self._server.listening.wait(), TIMEOUT_SECONDS)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/graphql"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._task


class EmbeddedUvicorn(uvicorn.Server):
    """A server that leaves signals to the tests; ``listening`` is set when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebSocketClient:
    """One connection of graphql-transport-ws, used message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._early: deque[dict[str, Any]] = deque()

    async def send_frame(self, frame: str | bytes) -> None:
        await self.connection.send(frame)

    async def send(self, **message: Any) -> None:
        await self.send_frame(json.dumps(message))

    async def receive(self, within: float = TIMEOUT_SECONDS) -> dict[str, Any]:
        """Return the next message, without events of which the document selects nothing.

        Ephemeral events (viewers, tallies) come at any time. A document that selects nothing of
        them gets ``{}``.
        """
        if self._early:
            return self._early.popleft()
        while True:
            frame = await asyncio.wait_for(self.connection.recv(), within)
            message: dict[str, Any] = json.loads(frame)
            if message.get("payload") != {"data": {"sessionEvents": {}}}:
                return message

    async def initialise(self, token: str | None = None) -> None:
        """Send ``connection_init`` and wait for the acknowledgement."""
        payload = {"authorization": f"Bearer {token}"} if token else None
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, operation_id: str, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send(id=operation_id, type="subscribe", payload=payload)

    async def subscribe_live(self, operation_id: str, query: str, **variables: Any) -> None:
        """Subscribe, and return once every later event will be delivered."""
        await self.subscribe(operation_id, query, **variables)
        await self.subscribe("live", "{ __typename }")
        early = []
        while (message := await self.receive()) != {"id": "live", "type": "complete"}:
            early.append(message)
        self._early.extend(message for message in early if message["id"] != "live")

    async def assert_alive(self) -> None:
        """Check that a query is answered, and that no other message comes before the answer."""
        await self.subscribe("alive", "{ __typename }")
        answer = {"data": {"__typename": "Query"}}
        assert await self.receive() == {"id": "alive", "type": "next", "payload": answer}
        assert await self.receive() == {"id": "alive", "type": "complete"}

    async def receive_event(self, operation_id: str, name: str = "sessionEvents") -> dict[str, Any]:
        """Return the next event of a subscription."""
        message = await self.receive()
        assert (message["id"], message["type"]) == (operation_id, "next"), message
        assert "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"][name]
        return found

    async def wait_closed(self, within: float = TIMEOUT_SECONDS) -> tuple[int | None, str | None]:
        """Wait for the close and return its code and reason; discard what comes before."""
        async with asyncio.timeout(within):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed:
                return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def open_websocket(
    url: str,
    *,
    subprotocols: tuple[str, ...] | None = ("graphql-transport-ws",),
    origin: str | None = None,
    **options: Any,
) -> AsyncIterator[WebSocketClient]:
    """Yield an open connection; close it at the end of the block."""
    async with connect(
        url,
        subprotocols=[Subprotocol(name) for name in subprotocols] if subprotocols else None,
        origin=Origin(origin) if origin else None,
        compression=None,
        proxy=None,
        **options,
    ) as connection:
        yield WebSocketClient(connection)
