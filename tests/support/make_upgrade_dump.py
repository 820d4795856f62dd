"""Makes a dump of a database that an earlier commit of this service has written.

``python -m tests.support.make_upgrade_dump COMMIT`` checks the commit out, runs its demo over an
empty MongoDB, uses it through GraphQL as viewers, host and officer do, and writes the database to
``tests/data/upgrades/COMMIT.json.gz``.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from bson.json_util import dumps

from storage.clock import utc_now
from storage.mongo.client import Document, Mongo
from tests.support.mongod import temporary_folder, temporary_mongod
from tests.support.upgrade_dumps import (
    DUMPS,
    JSON_OPTIONS,
    PASSWORD,
    SECRET,
    ClientKnowledge,
    LeadAsGiven,
)

_ROOT = Path(__file__).parents[2]
_DATABASE = "dumped"
_READY_TIMEOUT_SECONDS = 60.0
_INTERESTED = (("王小明", "14400000001"), ("李雷", "14400000002"), ("韩梅梅", "14400000003"))


async def make_dump(commit: str) -> Path:
    """Run the demo of a commit, use it, and write its database; return the file."""
    with temporary_folder() as folder:
        source = folder / "source"
        _git("worktree", "add", "--quiet", "--detach", str(source), commit)
        try:
            async with temporary_mongod() as mongod:
                async with _running_demo(source, mongod.uri) as (url, session_id):
                    known = await _use(url, session_id)
                mongo = await Mongo.connect(mongod.uri, _DATABASE)
                collections = await _read_all(mongo)
                await mongo.close()
        finally:
            _git("worktree", "remove", "--force", str(source))
    path = DUMPS / f"{commit}.json.gz"
    text = dumps(
        {"collections": collections, "known": asdict(known)},
        json_options=JSON_OPTIONS,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # Without the time of day in its header, the same database gives the same file.
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return path


def _git(*arguments: str) -> None:
    command = ["git", "-C", str(_ROOT), *arguments]
    subprocess.run(command, check=True)


@asynccontextmanager
async def _running_demo(source: Path, uri: str) -> AsyncIterator[tuple[str, str]]:
    """The demo of the commit in ``source``: its address, and the id of its session on air."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SONGGANG_", "MONGODB_"))
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api", "run", "--demo"),
        cwd=source,
        stdout=asyncio.subprocess.PIPE,
        env={
            **kept,
            "PYTHONPATH": str(source),
            "SONGGANG_PORT": "0",
            "SONGGANG_SECRET": SECRET,
            "SONGGANG_DEMO_PASSWORD": PASSWORD,
            "MONGODB_URI": uri,
            "MONGODB_DATABASE": _DATABASE,
        },
    )
    try:
        async with asyncio.timeout(_READY_TIMEOUT_SECONDS):
            yield await _read_announcement(process)
    finally:
        process.terminate()
        await process.wait()


async def _read_announcement(process: asyncio.subprocess.Process) -> tuple[str, str]:
    url = ""
    assert process.stdout is not None  # it is a pipe
    async for line in process.stdout:
        text = line.decode().strip()
        if text.startswith("Songgang is ready at "):
            url = text.rpartition(" ")[2]
        if text.startswith("Live session: "):
            return url, text.rpartition(" ")[2]
    raise RuntimeError("the demo of this commit did not start")


class _Caller:
    """Asks one service, as one caller."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._token = ""

    async def ask(self, document: str, **variables: Any) -> Any:
        """The only root field of the answer."""
        answer = await self._client.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self._token}"} if self._token else {},
        )
        body = answer.json()
        if body.get("errors"):
            raise RuntimeError(str(body["errors"]))
        (field,) = body["data"].values()
        return field

    async def enter(self) -> None:
        entered = await self.ask(
            "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"
        )
        self._token = entered["accessToken"]

    async def sign_in(self, username: str) -> None:
        signed_in = await self.ask(
            "mutation($input: SignInInput!) { signIn(input: $input) "
            "{ ... on SignedIn { accessToken } } }",
            input={"username": username, "password": PASSWORD},
        )
        self._token = signed_in["accessToken"]


async def _use(url: str, session_id: str) -> ClientKnowledge:
    """Pin, announce, be interested, and call somebody; return what the clients learnt."""
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        viewer, host, officer = _Caller(client), _Caller(client), _Caller(client)
        await viewer.enter()
        await host.sign_in("host")
        await officer.sign_in("officer")
        room = await viewer.ask(
            "query($id: ID!) { liveSession(id: $id) "
            "{ cursor postings(first: 3) { edges { node { id } } } } }",
            id=session_id,
        )
        postings = [edge["node"]["id"] for edge in room["postings"]["edges"]]
        announcements = ("欢迎大家", "焊工岗位现场报名")
        for body in announcements:
            await host.ask(
                "mutation($input: AnnounceInput!) { announce(input: $input) { __typename } }",
                input={"sessionId": session_id, "body": body},
            )
        await host.ask(
            "mutation($input: PinPostingInput!) { pinPosting(input: $input) { __typename } }",
            input={"sessionId": session_id, "postingId": postings[1]},
        )
        leads = [
            await _express_interest(client, session_id, posting_id, name, phone)
            for posting_id, (name, phone) in zip(postings, _INTERESTED, strict=True)
        ]
        await officer.ask(
            "mutation($input: AdvanceLeadInput!) { advanceLead(input: $input) { __typename } }",
            input={"leadId": leads[0].id, "stage": "CONTACTED"},
        )
        # Tallies, presence and matches are written soon after.
        await asyncio.sleep(5)
    return ClientKnowledge(
        at=utc_now(),
        session_id=session_id,
        cursor=room["cursor"],
        announcements=announcements,
        leads=tuple(leads),
    )


async def _express_interest(
    client: httpx.AsyncClient, session_id: str, posting_id: str, name: str, phone: str
) -> LeadAsGiven:
    caller = _Caller(client)
    await caller.enter()
    consent = await caller.ask(
        "query($id: ID!) { consentText(postingId: $id) { version } }", id=posting_id
    )
    recorded = await caller.ask(
        "mutation($input: ExpressInterestInput!) { expressInterest(input: $input) "
        "{ __typename ... on InterestRecorded { lead { id } } } }",
        input={
            "sessionId": session_id,
            "postingId": posting_id,
            "contact": {"name": name, "phone": phone},
            "consent": {"textVersion": consent["version"]},
        },
    )
    return LeadAsGiven(id=recorded["lead"]["id"], name=name, phone=phone)


async def _read_all(mongo: Mongo) -> dict[str, list[Document]]:
    """Every document, but for what nodes that have stopped held for a moment."""
    names = sorted({*await mongo.read_validators()} - {"leases", "presence", "usage_counts"})
    found = {name: await mongo[name].find({}).sort([("_id", 1)]).to_list(None) for name in names}
    return {name: documents for name, documents in found.items() if documents}


if __name__ == "__main__":
    written = asyncio.run(make_dump(sys.argv[1]))
    sys.stdout.write(f"{written}: {written.stat().st_size} bytes\n")
