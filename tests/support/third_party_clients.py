"""Third-party clients: ``httpx`` for HTTP, ``gql`` for graphql-transport-ws."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

SIGN_IN = """
mutation ($username: String!, $password: String!) {
  signIn(input: {username: $username, password: $password}) {
    __typename ... on SignedIn { accessToken refreshToken } ... on UserError { code message }
  }
}
"""
ENTER_AS_VIEWER = "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"


class HttpClient:
    """An HTTP client with keep-alive. A call returns the data, and fails on GraphQL errors."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None
    ) -> dict[str, Any]:
        """Return the whole response."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        response = await self._client.post("/graphql", json=body, headers=headers)
        answer: dict[str, Any] = response.json()
        return answer

    async def __call__(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None
    ) -> dict[str, Any]:
        answer = await self.post(query, variables, token=token)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """Return the tokens of a member of staff."""
        data = await self(SIGN_IN, {"username": username, "password": password})
        signed_in: dict[str, Any] = data["signIn"]
        assert signed_in["__typename"] == "SignedIn", signed_in
        return signed_in

    async def enter(self) -> str:
        """Return the token of a new viewer."""
        token: str = (await self(ENTER_AS_VIEWER))["enterAsViewer"]["accessToken"]
        return token


class Subscriber:
    """Collects the events of one subscription as they arrive."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._arrived = asyncio.Condition()
        self._position = 0

    async def take(self, event: dict[str, Any]) -> None:
        """Add an event."""
        async with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    async def wait_for(self, kind: str, within: float = 10) -> dict[str, Any]:
        """Return the next event of this type that was not returned before."""

        def found() -> int | None:
            for place in range(self._position, len(self.events)):
                if self.events[place]["__typename"] == kind:
                    return place
            return None

        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: found() is not None)
        place = found()
        assert place is not None
        self._position = place + 1
        return self.events[place]

    async def wait_for_count(self, number: int, within: float = 30) -> None:
        """Wait until this many events have arrived."""
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: len(self.events) >= number)


@asynccontextmanager
async def subscribe(
    url: str, token: str, query: str, variables: dict[str, Any]
) -> AsyncIterator[Subscriber]:
    """Subscribe with ``gql`` until the block ends.

    The server answers a later query on the same socket before the block begins, so the subscription
    is active by then.
    """
    transport = WebsocketsTransport(
        url=url.replace("http", "ws", 1) + "/graphql",
        init_payload={"authorization": f"Bearer {token}"},
        subprotocols=["graphql-transport-ws"],
    )
    subscriber = Subscriber()
    async with Client(transport=transport) as session:

        async def follow() -> None:
            request = GraphQLRequest(query, variable_values=variables)
            async for answer in session.subscribe(request):
                (event,) = answer.values()
                await subscriber.take(event)

        following = asyncio.create_task(follow())
        try:
            await session.execute(GraphQLRequest("{ __typename }"))
            yield subscriber
        finally:
            following.cancel()
            await asyncio.wait({following})
    if not following.cancelled():
        failure = following.exception()
        if failure is not None:
            raise failure
