import os
import signal

import httpx
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from api.wiring.node import run_node
from storage.mongo.embedded import run_embedded
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import running_server
from tests.support.waiting import wait_until

SECRET = "a secret for tests"


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
            "deliveries",
            "escalation",
            "feed",
            "imports",
            "keys",
            "lead_log",
            "matching",
            "minimum_wages",
            "presence",
            "rescreening",
            "retention",
            "scan_counts",
            "search_entries",
            "search_index",
            "tally",
            "topics",
        ]
