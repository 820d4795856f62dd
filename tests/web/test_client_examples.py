"""The examples of docs/clients follow a session over a cut; the stock retry does not."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.songgang_process import ServerProcess
from tests.support.waiting import ROOT, wait_until
from tests.web.cables import Cable, laid_cable
from tests.web.frames import STATE
from tests.web.hosts import Host

EXAMPLES = ROOT / "docs" / "clients"
PACKAGES = ROOT / "web" / "node_modules"
WAIT_SECONDS = 60.0
STOCK = """
import { createClient } from "graphql-ws";
import { cursor, EVENTS, live, session, show, token, webSocket } from "./example.js";
const connectionParams = { authorization: `Bearer ${await token(false)}` };
const after = process.env.AFTER === "yes" ? await cursor() : null;
createClient({ url: live, webSocketImpl: webSocket, retryAttempts: 100, connectionParams,
  shouldRetry: () => true, retryWait: async () => undefined }).subscribe(
  { query: EVENTS, variables: { session, after } },
  { next: (result) => show(result.data.sessionEvents), error: console.error, complete() {} });
"""


class Follower:
    """A running example. ``events`` has the logged events that it showed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []

    async def read(self) -> None:
        """Collect what it shows, until it ends."""
        assert self.process.stdout is not None  # it is a pipe
        async for line in self.process.stdout:
            event = json.loads(line)
            if event["__typename"] not in STATE:
                self.events.append(event)

    async def has_shown(self, body: str) -> None:
        """Wait until it has shown this announcement."""
        await wait_until(lambda: body in self.bodies(), WAIT_SECONDS)

    def bodies(self) -> list[str]:
        """Return the announcements that it showed, in order."""
        return [event["body"] for event in self.events if "body" in event]


@pytest.fixture
def folder() -> Path:
    """The examples below the packages of web/, where Node finds what they import."""
    if not (PACKAGES / "graphql-ws").exists() or shutil.which("node") is None:
        pytest.skip("the packages of web/ are not there: make web")
    target = PACKAGES / ".songgang-clients"
    shutil.copytree(EXAMPLES, target, dirs_exist_ok=True)
    (target / "package.json").write_text('{"type": "module"}')
    (target / "stock.js").write_text(STOCK)
    return target


@asynccontextmanager
async def following(
    program: list[str], folder: Path, url: str, session: str, **environment: str
) -> AsyncIterator[Follower]:
    process = await asyncio.create_subprocess_exec(
        *program,
        url,
        session,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": f"{Path(shutil.which('node') or '').parent}:/usr/bin:/bin", **environment},
    )
    follower = Follower(process)
    reading = asyncio.create_task(follower.read())
    try:
        yield follower
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def announce_over_a_cut(host: Host, session: str, follower: Follower, cable: Cable) -> None:
    """Announce 一 until it is shown, then 二 while there is no way, then 三."""

    async def say(body: str) -> None:
        await host.act("announce", {"sessionId": session, "body": body})

    async def first_arrives() -> bool:
        # Without a cursor an event counts only from the moment of the subscription.
        await say("一")
        return "一" in follower.bodies()

    await wait_until(first_arrives, WAIT_SECONDS, every=0.3)
    connections = cable.connections
    cable.unplug()
    await say("二")
    cable.plug()
    await wait_until(lambda: cable.connections > connections, WAIT_SECONDS)

    async def last_arrives() -> bool:
        await say("三")
        return "三" in follower.bodies()

    await wait_until(last_arrives, WAIT_SECONDS, every=0.3)


NODE_EXAMPLES = ["live_module.js", "graphql_ws.js", "apollo.js", "urql.js"]


@pytest.mark.parametrize("example", [*NODE_EXAMPLES, "follow.py"])
async def test_an_example_loses_and_repeats_nothing_over_a_cut(
    example: str, folder: Path, demo: ServerProcess, host: Host
) -> None:
    program = [sys.executable if example.endswith(".py") else "node", example]
    session = await host.go_live("例子", (await host.jobs())[:1])
    async with (
        laid_cable(demo.url) as cable,
        following(program, folder, cable.url, session) as follower,
    ):
        await announce_over_a_cut(host, session, follower, cable)
        seqs = [event["seq"] for event in follower.events]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert follower.bodies().count("二") == 1


@pytest.mark.alone  # the stock retry gives up by the clock
async def test_the_stock_retry_loses_events_without_a_cursor_and_repeats_them_with_one(
    folder: Path, demo: ServerProcess, host: Host
) -> None:
    session = await host.go_live("例子", (await host.jobs())[:1])
    async with (
        laid_cable(demo.url) as cable,
        following(["node", "stock.js"], folder, cable.url, session) as forgetful,
    ):
        await announce_over_a_cut(host, session, forgetful, cable)
        assert "二" not in forgetful.bodies()
    async with (
        laid_cable(demo.url) as cable,
        following(["node", "stock.js"], folder, cable.url, session, AFTER="yes") as stubborn,
    ):
        await announce_over_a_cut(host, session, stubborn, cable)
        seqs = [event["seq"] for event in stubborn.events]
        assert len(seqs) > len(set(seqs))
