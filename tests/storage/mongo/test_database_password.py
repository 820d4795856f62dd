"""The embedded database wants the password of its folder, which is shown nowhere else."""

import asyncio
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from storage.mongo.client import Mongo, StorageMisconfigured
from storage.mongo.database_password import add_password, build_uri, load_password, read_password
from storage.mongo.embedded import DataFolderBusy, EmbeddedMongod, run_embedded
from storage.mongo.mongod import Mongod, find_mongod


async def write(running: EmbeddedMongod, note: str) -> None:
    mongo = await Mongo.connect(running.uri, "songgang")
    await mongo["notes"].insert_one({"_id": note})
    await mongo.close()


async def read(running: EmbeddedMongod) -> list[str]:
    mongo = await Mongo.connect(running.uri, "songgang")
    found = [document["_id"] async for document in mongo["notes"].find().sort("_id")]
    await mongo.close()
    return found


async def check_refused(port: int) -> None:
    """Nobody without the password reads, writes, or becomes the first user."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(build_uri(port, None))
    async with client:
        database = client["songgang"]
        commands: list[dict[str, Any]] = [
            {"find": "notes"},
            {"insert": "notes", "documents": [{"_id": "theirs"}]},
            {"createUser": "they", "pwd": "theirs", "roles": ["root"]},
        ]
        for command in commands:
            for target in (database, client["admin"]):
                with pytest.raises(OperationFailure) as caught:
                    await target.command(command)
                assert caught.value.code == 13  # Unauthorized


def files_with(folder: Path, text: str) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if text.encode() in path.read_bytes()]


async def test_a_client_without_the_password_is_refused(folder: Path) -> None:
    async with run_embedded(folder) as running:
        await check_refused(running.port)
        with pytest.raises(StorageMisconfigured, match="refuses the user or the password"):
            await Mongo.connect(build_uri(running.port, "0" * 64), "songgang")
        await write(running, "ours")
        assert await read(running) == ["ours"]


async def test_the_password_is_in_one_file_that_only_its_owner_reads(folder: Path) -> None:
    async with run_embedded(folder) as running:
        password = read_password(folder)
        assert password is not None
        assert password in running.uri
        holders = files_with(folder, password)
        assert holders == [folder / "mongod-password"]
        assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600
        with pytest.raises(DataFolderBusy) as caught:
            async with run_embedded(folder):
                pytest.fail("entered")
        assert caught.value.uri == running.uri
        processes = await asyncio.to_thread(
            subprocess.run, ["ps", "-ww", "-eo", "args"], capture_output=True, check=True, text=True
        )
        assert str(folder) in processes.stdout
        for shown in (processes.stdout, str(caught.value), repr(caught.value), repr(running)):
            assert password not in shown


async def test_a_folder_of_a_version_without_a_password_gets_one(folder: Path) -> None:
    (folder / "db").mkdir()
    port = 27_999
    with (folder / "server").open("w") as lock:
        command = [
            *(str(find_mongod()), "--dbpath", str(folder / "db"), "--port", str(port)),
            *("--bind_ip", "127.0.0.1", "--replSet", "songgang", "--nounixsocket"),
        ]
        before = Mongod(command, log=folder / "mongod.log", lock=lock.fileno())
        try:
            client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
                "127.0.0.1", port, directConnection=True
            )
            async with client:
                members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
                await client.admin.command(
                    "replSetInitiate", {"_id": "songgang", "members": members}
                )
            open_uri = build_uri(port, None)
            mongo = await Mongo.connect(open_uri, "songgang", timeout=30)
            await mongo["notes"].insert_one({"_id": "before"})
            await mongo.close()
        finally:
            await before.stop()
    async with run_embedded(folder) as running:
        await check_refused(running.port)
        await write(running, "now")
        assert await read(running) == ["before", "now"]


@pytest.mark.parametrize("damage", ["lost", "empty", "cut"])
async def test_a_lost_password_is_replaced_and_the_data_stay(folder: Path, damage: str) -> None:
    async with run_embedded(folder) as first:
        await write(first, "a")
    path = folder / "mongod-password"
    if damage == "lost":
        path.unlink()
    else:
        path.write_text("" if damage == "empty" else path.read_text()[:20])
        path.chmod(0o644)
    async with run_embedded(folder) as second:
        assert second.uri != first.uri
        assert await read(second) == ["a"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_password_is_created_once(folder: Path) -> None:
    assert read_password(folder) is None
    password = load_password(folder)
    assert load_password(folder) == read_password(folder) == password


def test_a_uri_without_a_password_file_stays_as_it_is(folder: Path) -> None:
    # The owner of the folder is of a version without a password.
    bare = build_uri(27017, None)
    assert add_password(bare, folder) == bare
    password = load_password(folder)
    assert add_password(bare, folder) == build_uri(27017, password)
