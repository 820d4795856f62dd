"""A signal ends the process whatever MongoDB does, and everybody who waits gets an answer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from realtime.close_codes import CloseCode
from storage.mongo.client import Driver
from storage.mongo.embedded import run_embedded
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.waiting import wait_until

SECRET = "a secret for tests"
ENOUGH_SECONDS = 120.0
"""Far more than the 30 s that are promised: a busy machine must not fail a test."""
WATCH_RARELY = "&heartbeatFrequencyMS=120000"
"""The driver does not give up by itself meanwhile, so the mutation waits until the node stops."""
SIGN_IN = {"query": 'mutation { signIn(input: {username: "host", password: "x"}) { __typename } }'}


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Pause a process: it keeps its connections and answers nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ended(server: ServerProcess) -> int:
    async with asyncio.timeout(ENOUGH_SECONDS):
        return await server.process.wait()


async def send_and_terminate(server: ServerProcess) -> httpx.Response:
    """Send a mutation that MongoDB keeps waiting, then the signal; return the answer."""
    async with httpx.AsyncClient(base_url=server.url, timeout=ENOUGH_SECONDS) as client:
        answer = asyncio.create_task(client.post("/graphql", json=SIGN_IN))
        # This one needs no database, and it was received after the other.
        assert (await client.get("/health/live")).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        return await answer


def assert_is_busy(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BUSY"
    assert error["message"]
    assert error["extensions"]["messageZh"]


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_a_server_whose_mongodb_hangs_answers_and_ends(driver: Driver) -> None:
    with temporary_folder() as data:
        async with (
            run_embedded(data) as mongod,
            running_server(
                f"{mongod.uri}{WATCH_RARELY}", "stop", SONGGANG_SECRET=SECRET, MONGODB_DRIVER=driver
            ) as server,
            websockets.connect(
                server.websocket_url, subprotocols=[Subprotocol("graphql-transport-ws")]
            ) as socket,
        ):
            await socket.send('{"type": "connection_init"}')
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            with paused(mongod.pid):
                assert_is_busy(await send_and_terminate(server))
                await socket.wait_closed()
                assert socket.close_code == CloseCode.DRAINING
                # Motor's threads cannot be stopped: then the process exits in their midst.
                assert await ended(server) == (1 if driver == "motor" else 0)


async def test_a_server_whose_embedded_mongod_hangs_ends_with_it(folder: Path) -> None:
    async with running_server(None, "stop", folder=folder, SONGGANG_SECRET=SECRET) as server:
        pid = int((folder / ".songgang" / "db" / "mongod.lock").read_text())
        with paused(pid):
            assert_is_busy(await send_and_terminate(server))
            assert await ended(server) == 0
            await wait_until(lambda: not is_running(pid), within=ENOUGH_SECONDS)
