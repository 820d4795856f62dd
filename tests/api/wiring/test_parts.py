"""Each part of a process runs with the parts below it alone, and stops what it started."""

from api.settings import Settings
from api.wiring.node import create_node
from api.wiring.realtime import run_realtime
from api.wiring.services import run_services
from api.wiring.store import open_store
from api.wiring.workers import create_workers, run_importer, run_workers
from tests.support.waiting import ignore_running_tasks, running_coroutines

SECRET = "a secret for tests"


def own_coroutines() -> list[str]:
    return [
        name for layer in ("realtime", "services", "workers") for name in running_coroutines(layer)
    ]


def settings(mongo_uri: str, database_name: str) -> Settings:
    return Settings.model_validate(
        {
            "SONGGANG_SECRET": SECRET,
            "MONGODB_URI": mongo_uri,
            "MONGODB_DATABASE": database_name,
        }
    )


async def test_an_open_store_has_its_collections_and_no_task(
    mongo_uri: str, database_name: str
) -> None:
    ignore_running_tasks()
    async with open_store(settings(mongo_uri, database_name)) as store:
        assert "postings" in await store.mongo.read_validators()
        assert own_coroutines() == []


async def test_services_run_without_workers_and_stop_their_own_tasks(
    mongo_uri: str, database_name: str
) -> None:
    ignore_running_tasks()
    given = settings(mongo_uri, database_name)
    async with open_store(given) as store:
        async with run_realtime(store) as realtime, run_services(realtime, given) as running:
            node = create_node(running, create_workers(running, given), given)
            assert await node.health.failed_checks() == []
            assert own_coroutines() != []
        assert own_coroutines() == []


async def test_workers_run_within_their_context(mongo_uri: str, database_name: str) -> None:
    ignore_running_tasks()
    given = settings(mongo_uri, database_name)
    async with (
        open_store(given) as store,
        run_realtime(store) as realtime,
        run_services(realtime, given) as running,
    ):
        workers = create_workers(running, given)
        before = own_coroutines()
        async with run_workers(running, workers):
            added = len(own_coroutines()) - len(before)
            # One task for each worker, and the sweep for unlogged leads, which the services close.
            assert added >= len(workers.background) + 1
        assert len(own_coroutines()) <= len(before) + 1


async def test_an_importer_runs_without_the_rest_of_a_node(
    mongo_uri: str, database_name: str
) -> None:
    ignore_running_tasks()
    async with (
        open_store(settings(mongo_uri, database_name)) as store,
        run_importer(store, settings(mongo_uri, database_name)) as importer,
    ):
        assert await importer.run() == 0
    assert own_coroutines() == []
