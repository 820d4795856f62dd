"""Python with gql that resumes: ``python follow.py http://... <session>``."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

EVENTS = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename seq cursor ... on Announcement { body }
  }
}
"""
ENTER = "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"
STATE = "query ($id: ID!) { liveSession(id: $id) { cursor } }"
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0


async def ask(service: str, query: str, **variables: Any) -> dict[str, Any]:
    """Return the data of a query or mutation."""
    async with httpx.AsyncClient() as http:
        body = {"query": query, "variables": variables}
        answer = await http.post(f"{service}/graphql", json=body)
        data: dict[str, Any] = answer.json()["data"]
        return data


async def follow(service: str, session: str) -> AsyncIterator[dict[str, Any]]:
    """Yield every event of a session from now on, once and in order, over any number of sockets.

    The transport of gql ends a subscription with its socket. Each new one begins behind the last
    event that was yielded.
    """
    after = (await ask(service, STATE, id=session))["liveSession"]["cursor"]
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            token = (await ask(service, ENTER))["enterAsViewer"]["accessToken"]
            transport = WebsocketsTransport(
                url=service.replace("http", "ws", 1) + "/graphql",
                init_payload={"authorization": f"Bearer {token}"},
                subprotocols=["graphql-transport-ws"],
                ping_interval=10,
                pong_timeout=5,
            )
            async with Client(transport=transport) as socket:
                variables = {"session": session, "after": after}
                async for data in socket.subscribe(
                    GraphQLRequest(EVENTS, variable_values=variables)
                ):
                    pause = FIRST_PAUSE_SECONDS
                    event = data["sessionEvents"]
                    yield event
                    after = event["cursor"]
        except (TransportError, OSError, httpx.TransportError):
            pass
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def main(service: str, session: str) -> None:
    """Print every event as a line of JSON."""
    async for event in follow(service, session):
        print(json.dumps(event), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
