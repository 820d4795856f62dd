import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from api.wiring.node import run_node
from storage.mongo.embedded import run_embedded
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import (
    ServerProcess,
    run_command,
    running_server,
    start_server,
)
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

SECRET = "a secret for tests"
FILE_LIMIT_BYTES = 512 * 1024
"""Less than the files of the demo: to mongod, this looks like a full disk."""


async def test_a_process_is_ready_only_while_mongodb_answers_and_live_all_the_time() -> None:
    with temporary_folder() as data:
        async with (
            run_embedded(data) as mongod,
            running_server(mongod.uri, "health", SONGGANG_SECRET=SECRET) as server,
            httpx.AsyncClient(base_url=server.url, timeout=10) as client,
        ):

            async def is_answered(status: int) -> bool:
                return (await client.get("/health/ready")).status_code == status

            response = await client.get("/health/ready")
            assert (response.status_code, response.json()) == (200, {"status": "ready"})

            os.kill(mongod.pid, signal.SIGSTOP)
            try:
                await wait_until(lambda: is_answered(503))
                refused = (await client.get("/health/ready")).json()
                assert refused["status"] == "unready"
                assert "mongodb" in refused["failed"]
                assert set(refused) == {"status", "failed"}
                live = await client.get("/health/live")
                assert (live.status_code, live.json()) == (200, {"status": "live"})
            finally:
                os.kill(mongod.pid, signal.SIGCONT)

            await wait_until(lambda: is_answered(200), within=30)


async def test_a_draining_process_is_not_ready(mongo_uri: str, database_name: str) -> None:
    settings = Settings.read().model_copy(
        update={
            "mongodb_uri": SecretStr(mongo_uri),
            "mongodb_database": database_name,
            "given_secret": SecretStr(SECRET),
        }
    )
    async with run_node(settings) as node:
        assert await node.health.failed_checks() == []
        await node.drain()
        assert await node.health.failed_checks() == ["draining"]


class Task:
    """A background task whose state the test sets."""

    name, failures = "presence", 7
    is_failing = has_ended = False


async def test_a_failing_task_degrades_readiness_and_an_ended_one_makes_it_fail(
    mongo_uri: str, database_name: str
) -> None:
    settings = Settings.read().model_copy(
        update={
            "mongodb_uri": SecretStr(mongo_uri),
            "mongodb_database": database_name,
            "given_secret": SecretStr(SECRET),
        }
    )
    app = create_app(settings)
    task = Task()
    async with app.router.lifespan_context(app):
        node = app.state.node
        node.health._background = [task]
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

            async def ready() -> tuple[int, object]:
                response = await client.get("/health/ready")
                return response.status_code, response.json()

            assert await ready() == (200, {"status": "ready"})
            task.is_failing = True
            assert await ready() == (200, {"status": "ready", "degraded": ["presence"]})
            task.has_ended = True
            assert await ready() == (503, {"status": "unready", "failed": ["presence"]})


async def test_readiness_watches_every_background_task(mongo_uri: str, database_name: str) -> None:
    settings = Settings.read().model_copy(
        update={
            "mongodb_uri": SecretStr(mongo_uri),
            "mongodb_database": database_name,
            "given_secret": SecretStr(SECRET),
        }
    )
    async with run_node(settings) as node:
        assert sorted(task.name for task in node.health._background) == [
            "clock_watch",
            "deliveries",
            "escalation",
            "feed",
            "feed_watch",
            "imports",
            "keys",
            "lead_log",
            "matching",
            "minimum_wages",
            "occupation_names",
            "own_rooms",
            "phone_messages",
            "presence",
            "rescreening",
            "retention",
            "revocations",
            "scan_counts",
            "search_entries",
            "search_index",
            "streams",
            "tally",
            "topics",
            "usage_counts",
        ]


def embedded_pid(server: ServerProcess) -> int:
    """The pid of the mongod that a server runs, as mongod has written it down."""
    return int((server.folder / ".songgang" / "db" / "mongod.lock").read_text())


async def ask(server: ServerProcess, body: str) -> str:
    """The type of the answer to a question in the live session: a write."""
    async with HttpClient(server.url) as viewer:
        token = await viewer.enter()
        asked = await viewer(
            "mutation ($input: AskQuestionInput!) { askQuestion(input: $input) { __typename } }",
            {"input": {"sessionId": server.live_session, "body": body}},
            token=token,
        )
        kind: str = asked["askQuestion"]["__typename"]
        return kind


@asynccontextmanager
async def demo_with_own_mongod() -> AsyncIterator[tuple[ServerProcess, httpx.AsyncClient]]:
    with temporary_folder() as folder:
        server = await start_server(None, "songgang", "--demo", folder=folder)
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
                yield server, client
        except BaseException:
            server.process.kill()
            raise
        assert (await server.stop()).code == 0


async def wait_until_named(client: httpx.AsyncClient, *names: str) -> None:
    """Wait until readiness says 503 with these names."""

    async def is_named() -> bool:
        response = await client.get("/health/ready")
        return response.status_code == 503 and set(names) <= set(response.json()["failed"])

    await wait_until(is_named, within=60, every=0.1)


async def wait_until_ready(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/health/ready")).status_code == 200

    await wait_until(is_ready, within=90, every=0.1)


async def test_a_mongod_that_is_killed_twice_is_named_and_writes_work_again() -> None:
    async with demo_with_own_mongod() as (server, client):
        for kill in (1, 2):
            os.kill(embedded_pid(server), signal.SIGKILL)
            await wait_until_named(client, "embedded_mongod", "mongod_stopped")
            await wait_until_ready(client)
            assert await ask(server, f"第{kill}个问题：有宿舍吗？") == "QuestionAsked"
        joined = await run_command(None, "songgang", "verify-audit", folder=server.folder)
        assert joined.code == 0
        metrics = (await client.get("/metrics")).text
        assert 'songgang_background_failures_total{task="embedded_mongod"} 2.0' in metrics
        assert 'songgang_background_running{task="embedded_mongod"} 1.0' in metrics


@pytest.mark.skipif(
    not hasattr(resource, "prlimit"),
    reason="only Linux limits another process; the tests of storage limit their own",
)
async def test_a_full_disk_is_named_and_the_service_serves_again_once_there_is_room() -> None:
    async with demo_with_own_mongod() as (server, client):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        # mongod inherits the limit from the server.
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, before[1]))
        os.kill(embedded_pid(server), signal.SIGKILL)
        await wait_until_named(client, "embedded_mongod", "data_disk_full")
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)
        await wait_until_ready(client)
        assert await ask(server, "有宿舍吗？") == "QuestionAsked"
