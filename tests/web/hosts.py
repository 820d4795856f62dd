"""The host of a live session, who works through the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.third_party_clients import HttpClient

OPEN_JOBS = """
query ($filter: PostingFilter) { postings(filter: $filter, first: 40) { edges { node {
  id title status employer { id name } } } } }
"""
QUESTIONS = """
query ($session: ID!) { questions(sessionId: $session, first: 10) { edges { node { id body } } } }
"""
ERROR = "... on UserError { code message }"


@dataclass
class Host:
    """Signed in; every act fails the test if it is refused."""

    http: HttpClient
    token: str

    async def act(self, name: str, given: dict[str, Any], selection: str = "") -> Any:
        """Call a mutation with this input, and return its result."""
        kind = name[0].upper() + name[1:]
        document = (
            f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ "
            f"__typename {selection} {ERROR} }} }}"
        )
        result = (await self.http(document, {"input": given}, token=self.token))[name]
        assert "code" not in result, result
        return result

    async def jobs(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return open jobs."""
        data = await self.http(OPEN_JOBS, {"filter": wanted}, token=self.token)
        return [edge["node"] for edge in data["postings"]["edges"]]

    async def schedule(self, title: str, jobs: list[dict[str, Any]]) -> str:
        """Plan a session with these jobs, and return its id."""
        result = await self.act(
            "scheduleSession",
            {
                "title": title,
                "format": "CHAIR_LIVE",
                "host": {"name": "李师傅"},
                "startsAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
                "postingIds": [job["id"] for job in jobs],
            },
            "... on SessionScheduled { session { id } }",
        )
        session: str = result["session"]["id"]
        return session

    async def go_live(self, title: str, jobs: list[dict[str, Any]]) -> str:
        """Start a new session with these jobs, and return its id."""
        session = await self.schedule(title, jobs)
        await self.act("startSession", {"sessionId": session})
        return session

    async def pin(self, session: str, job: dict[str, Any]) -> None:
        """Show a job to all viewers."""
        await self.act("pinPosting", {"sessionId": session, "postingId": job["id"]})

    async def questions(self, session: str) -> list[dict[str, Any]]:
        """Return the questions of a session, shown or not."""
        data = await self.http(QUESTIONS, {"session": session}, token=self.token)
        return [edge["node"] for edge in data["questions"]["edges"]]

    async def print_poster(self, **given: Any) -> str:
        """Return the path that the code of a new poster leads to."""
        selection = "... on CodeCreated { qrCode { token } }"
        result = await self.act("createCode", {"label": "夜市海报", **given}, selection)
        return f"/q/{result['qrCode']['token']}"


async def sign_in_host(http: HttpClient, password: str) -> Host:
    """Sign the demo's host in."""
    tokens = await http.sign_in("host", password)
    return Host(http, tokens["accessToken"])
