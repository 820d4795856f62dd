"""A host who announces something again and again, and knows what was acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence

import httpx

from tests.support.interest_senders import NodeAddress
from tests.support.third_party_clients import SIGN_IN

ANNOUNCE = """
mutation ($session: ID!, $body: String!) {
  announce(input: {sessionId: $session, body: $body}) { __typename }
}
"""
REQUEST_TIMEOUT_SECONDS = 5.0
"""A host gives up an announcement after this, and makes the next one."""
ANNOUNCEMENTS_PER_SIGN_IN = 300
_serials = itertools.count(1)


class Announcer:
    """Announces at intervals until it is cancelled. Each attempt has a text of its own."""

    def __init__(
        self, nodes: Sequence[NodeAddress], session: str, password: str, *, every: float
    ) -> None:
        """``every`` is the interval in seconds."""
        self._nodes = itertools.cycle(nodes)
        self._url = next(self._nodes).url
        self._session = session
        self._password = password
        self._every = every
        self._token = ""
        self._serial = next(_serials)
        self.acknowledged: dict[str, float] = {}
        """When each announcement was acknowledged (``time.monotonic``), by its text."""

    async def run(self) -> None:
        """Announce without end."""
        async with httpx.AsyncClient(timeout=REQUEST_TIMEOUT_SECONDS) as client:
            for number in itertools.count():
                if number % ANNOUNCEMENTS_PER_SIGN_IN == 0:
                    self._token = ""
                try:
                    await self._announce(client, f"第 {self._serial} 场公告 {number}")
                except (httpx.HTTPError, ValueError, KeyError, TypeError):
                    self._url = next(self._nodes).url
                    self._token = ""
                await asyncio.sleep(self._every)

    async def _announce(self, client: httpx.AsyncClient, body: str) -> None:
        if not self._token:
            given = {"username": "host", "password": self._password}
            signed_in = await self._ask(client, SIGN_IN, given)
            self._token = signed_in["signIn"]["accessToken"]
        answer = await self._ask(client, ANNOUNCE, {"session": self._session, "body": body})
        if answer["announce"]["__typename"] == "Announced":
            self.acknowledged[body] = time.monotonic()

    async def _ask(
        self, client: httpx.AsyncClient, query: str, variables: dict[str, str]
    ) -> dict[str, dict[str, str]]:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        response = await client.post(
            f"{self._url}/graphql",
            json={"query": query, "variables": variables},
            headers=headers,
        )
        data: dict[str, dict[str, str]] = response.json()["data"]
        return data
