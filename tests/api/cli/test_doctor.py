"""``songgang doctor`` as a real process: a line for each check, and the exit code."""

from __future__ import annotations

import re
from pathlib import Path

from api.cli.doctor import format_result
from api.doctor.check_results import CheckResult
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.mongo.embedded import run_embedded
from storage.mongo.folder_owner import OwnerStatus, write_owner
from storage.store import Store
from tests.support import upgrade_dumps
from tests.support.songgang_process import ProcessResult, run_command
from tests.support.upgrade_dumps import read_dump

SECRET = "a secret for tests"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def verdicts(ended: ProcessResult) -> dict[str, str]:
    """The verdict of each check, after a look at the form of its line."""
    found = {}
    for line in ended.out.splitlines():
        assert CHINESE.search(line)
        assert line[24] != " "
        found[line[8:24].strip()] = line[:8].strip()
    return found


def contents(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def line_of(ended: ProcessResult, name: str) -> str:
    (line,) = [line for line in ended.out.splitlines() if line[8:24].strip() == name]
    return line


async def examine(uri: str | None, database: str, folder: Path, **given: str) -> ProcessResult:
    return await run_command(uri, database, "doctor", folder=folder, **given)


async def test_a_database_that_is_in_order_passes_every_check(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    await Store(mongo, SECRET).prepare(SECRET)
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=SECRET)
    assert (ended.code, ended.err) == (0, "")
    assert verdicts(ended) == dict.fromkeys(
        [
            *("settings", "secret", "data folder", "code gateway", "mongodb", "clock"),
            *("secret fits", "keys", "background", "feed", "webhooks", "backup", "code budget"),
            *("upgrades", "new rules"),
        ],
        "ok",
    )
    assert contents(folder) == []


async def test_a_database_of_another_secret_fails_and_stays_as_it_is(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    await Store(mongo, SECRET).prepare(SECRET)
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=SECRET[::-1])
    assert ended.code == 1
    found = verdicts(ended)
    assert [name for name, verdict in found.items() if verdict == "FAILED"] == [
        "secret fits",
        "keys",
    ]
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=SECRET)
    assert ended.code == 0


async def test_a_new_database_is_not_written(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=SECRET)
    assert ended.code == 0
    assert "The database is new." in line_of(ended, "secret fits")
    assert await mongo.read_validators() == {}


async def test_a_mongodb_that_does_not_answer_fails_without_its_password(folder: Path) -> None:
    uri = "mongodb://user:hush@127.0.0.1:1/?replicaSet=r"
    ended = await examine(uri, "x", folder, SONGGANG_SECRET=SECRET)
    assert ended.code == 1
    assert verdicts(ended)["mongodb"] == "FAILED"
    assert "hush" not in ended.out + ended.err


async def test_a_wrong_setting_fails(folder: Path) -> None:
    ended = await examine(None, "x", folder, SONGGANG_PORT="many")
    assert (ended.code, verdicts(ended)) == (1, {"settings": "FAILED"})
    assert "SONGGANG_PORT" in ended.out
    ended = await examine(None, "x", folder, SONGGANG_TRUSTED_DOCUMENTS=str(folder / "none"))
    assert (ended.code, verdicts(ended)["settings"]) == (1, "FAILED")


async def test_a_folder_that_does_not_exist_yet_is_not_created(folder: Path) -> None:
    ended = await examine(None, "songgang", folder)
    assert (ended.code, ended.err) == (0, "")
    assert set(verdicts(ended)) == {
        *("settings", "secret", "data folder", "code gateway", "embedded mongod")
    }
    assert contents(folder) == []


async def test_an_embedded_database_is_examined_with_and_without_its_service(folder: Path) -> None:
    data = folder / ".songgang"
    async with run_embedded(data) as running:
        mongo = await Mongo.connect(running.uri, "songgang")
        await Store(mongo, SECRET).prepare(SECRET)
        await mongo.close()
        ended = await examine(None, "songgang", folder, SONGGANG_SECRET=SECRET)
        assert (ended.code, ended.err) == (0, "")
        assert "It runs for the service" in line_of(ended, "embedded mongod")
        # What a service writes whose mongod has died.
        status = OwnerStatus(
            pid=1, uri=running.address, cause="data_disk_full", message="Full.", message_zh="已满。"
        )
        write_owner(running._folder.owner_fd, status)
        ended = await examine(None, "songgang", folder, SONGGANG_SECRET=SECRET)
        assert ended.code == 1
        line = line_of(ended, "embedded mongod")
        assert line.startswith("FAILED")
        assert "It does not run (data_disk_full). Full. " in line
    ended = await examine(None, "songgang", folder, SONGGANG_SECRET=SECRET)
    assert ended.code == 0
    assert "No service runs" in line_of(ended, "embedded mongod")
    data.chmod(0o755)
    (data / "db" / "WiredTiger.turtle").write_text("damaged")
    ended = await examine(None, "songgang", folder, SONGGANG_SECRET=SECRET)
    assert ended.code == 1
    assert "are damaged" in line_of(ended, "mongodb")
    assert f"chmod go= {data}" in line_of(ended, "data folder")


async def test_a_database_without_its_secret_fails(folder: Path) -> None:
    (folder / ".songgang" / "db").mkdir(parents=True)
    ended = await examine(None, "songgang", folder)
    assert ended.code == 1
    assert "There is a database, but no secret." in line_of(ended, "secret fits")
    assert not (folder / ".songgang" / "secret").exists()


def test_a_result_is_one_line_whatever_it_quotes() -> None:
    result = CheckResult.warning("keys", "First\nsecond.", "第一\n第二。")
    assert format_result(result) == "warning keys            First second. 第一 第二。"


async def test_pending_steps_and_postings_that_new_rules_refuse_are_named(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    await read_dump("34cee30").load(mongo, at=utc_now())
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=upgrade_dumps.SECRET)
    assert ended.code == 0
    assert "The next start runs: union_paths_of_postings, " in line_of(ended, "upgrades")
    assert "MINIMUM_WAGE_TO_CHECK" in line_of(ended, "new rules")
    await Store(mongo, upgrade_dumps.SECRET).prepare(upgrade_dumps.SECRET)
    ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=upgrade_dumps.SECRET)
    assert ended.code == 0
    assert "Applied: union_paths_of_postings (300 to 0), " in line_of(ended, "upgrades")
    assert "EMPLOYER_NOT_VERIFIED 263" in line_of(ended, "new rules")


async def test_data_of_a_newer_version_are_named(
    mongo_uri: str, database_name: str, mongo: Mongo, folder: Path
) -> None:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    own = store.upgrades().code_version.version
    for oldest_code, verdict in ((own, "warning"), (own + 1, "FAILED")):
        await mongo["meta"].update_one(
            {"_id": "schema"}, {"$set": {"version": own + 1, "oldest_code": oldest_code}}
        )
        ended = await examine(mongo_uri, database_name, folder, SONGGANG_SECRET=SECRET)
        assert verdicts(ended)["upgrades"] == verdict
        assert ended.code == (1 if verdict == "FAILED" else 0)
