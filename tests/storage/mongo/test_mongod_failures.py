"""A full disk and damaged files: one line names the cause, and mongod runs again with room."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError
from structlog.testing import capture_logs

from storage.mongo.client import Mongo
from storage.mongo.embedded import (
    DataDiskFull,
    DataFilesDamaged,
    MongodFailed,
    run_embedded,
)
from storage.mongo.mongod_failures import explain_exit, explain_os_error
from tests.support.waiting import wait_until

FILE_LIMIT_BYTES = 4 * 1024 * 1024
"""Less than one file of mongod's journal: to mongod, this looks like a full disk."""
FILLERS = 60
"""Documents of 100 kB: more than the limit."""
# mongod 6.0.5 on a tmpfs without room, shortened. The last line broke off: the log was on it too.
FULL_DISK_LOG = (
    '{"s":"I","id":51800,"msg":"Checkpoint"}\n'
    '{"s":"E","c":"WT","id":22435,"msg":"WiredTiger error message","attr":{"error":28,"message":{'
    '"msg":"__posix_file_write:621:/data/db/collection-14.wt: handle-write: pwrite: failed to '
    'write 86016 bytes at offset 20480","error_str":"No space left on device","error_code":28}}}\n'
    '{"s":"E","c":"WT","id":22435,"msg":"WiredTiger error mess'
)


def overwrite(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def last_file(folder: Path, pattern: str) -> Path:
    return max(folder.glob(pattern))


# The journal comes first: a start that fails may add a file to it.
DAMAGE = ("journal/WiredTigerLog.*", "WiredTiger.turtle", "WiredTiger.wt", "_mdb_catalog.wt")
UNNAMED_DAMAGE = "storage.bson"
"""mongod does not say which file it is, only that it is the metadata file."""


async def test_damaged_files_are_named_in_one_line_with_what_to_do(folder: Path) -> None:
    async with run_embedded(folder):
        pass
    for pattern in (*DAMAGE, UNNAMED_DAMAGE):
        damaged = last_file(folder / "db", pattern)
        kept = damaged.read_bytes()
        overwrite(damaged)
        with pytest.raises(DataFilesDamaged) as caught:
            async with run_embedded(folder):
                pytest.fail("entered")
        damaged.write_bytes(kept)
        (line,) = str(caught.value).splitlines()
        assert line.startswith(f"The data files in {folder} are damaged (")
        assert "Restore a backup of this folder, or move the folder away" in line
        assert (damaged.name if pattern != UNNAMED_DAMAGE else "metadata file") in line
        assert "数据文件已损坏" in caught.value.message_zh
    async with run_embedded(folder):
        pass


async def test_files_that_are_damaged_while_it_runs_are_named_until_they_are_put_back(
    folder: Path,
) -> None:
    async with run_embedded(folder) as running:
        turtle = folder / "db" / "WiredTiger.turtle"
        kept = turtle.read_bytes()
        os.kill(running.pid, signal.SIGKILL)
        overwrite(turtle)
        await wait_until(lambda: "data_files_damaged" in running.failed_checks(), within=30)
        assert isinstance(running.failure, DataFilesDamaged)
        turtle.write_bytes(kept)
        await wait_until(lambda: not running.is_failing, within=30)
        assert running.failed_checks() == []


async def insert(mongo: Mongo, number: int) -> None:
    for _ in range(number):
        await mongo["notes"].insert_one({"filler": os.urandom(100_000)})


@contextmanager
def full_disk() -> Iterator[None]:
    """This process, and any mongod that it starts, can write no file beyond the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


async def test_a_full_disk_is_named_and_mongod_runs_again_once_there_is_room(folder: Path) -> None:
    async with run_embedded(folder) as running:
        mongo = await Mongo.connect(running.uri, "songgang", timeout=5)
        await mongo["notes"].insert_one({"_id": "before"})
        await insert(mongo, FILLERS)
        with capture_logs() as logged, full_disk():
            if hasattr(resource, "prlimit"):
                resource.prlimit(
                    running.pid, resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)
                )
                with pytest.raises(PyMongoError):
                    await insert(mongo, FILLERS)
            else:
                os.kill(running.pid, signal.SIGKILL)
            await wait_until(lambda: running.failures >= 3, within=60)
            assert running.failed_checks() == ["embedded_mongod", "data_disk_full"]
            assert isinstance(running.failure, DataDiskFull)
        await wait_until(lambda: not running.is_failing, within=60)
        await mongo["notes"].insert_one({"_id": "after"})
        ids = await mongo["notes"].distinct("_id", {"_id": {"$in": ["before", "after"]}})
        assert ids == ["after", "before"]
        await mongo.close()
    assert [each["next_start_seconds"] for each in logged[:3]] == [1, 2, 4]
    assert {each["cause"] for each in logged[1:]} == {"data_disk_full"}
    assert f"The data folder {folder} takes no more data (File too large)" in logged[2]["reason"]


async def test_a_start_on_a_full_disk_ends_with_one_line(folder: Path) -> None:
    async with run_embedded(folder) as running:
        mongo = await Mongo.connect(running.uri, "songgang")
        await insert(mongo, FILLERS)
        await mongo.close()
        # The next start writes what only the journal has.
        os.kill(running.pid, signal.SIGKILL)
    with full_disk(), pytest.raises(DataDiskFull) as caught:
        async with run_embedded(folder):
            pytest.fail("entered")
    assert len(str(caught.value).splitlines()) == 1
    assert "无法再写入数据" in caught.value.message_zh
    async with run_embedded(folder):
        pass


def test_a_log_that_broke_off_on_a_full_disk_is_understood(folder: Path) -> None:
    log = folder / "mongod.log"
    log.write_text(FULL_DISK_LOG)
    failure = explain_exit(14, folder, log, log_start=0)
    assert isinstance(failure, DataDiskFull)
    assert f"The disk of the data folder {folder} is full: " in str(failure)
    assert "MB are free (No space left on device). Make room" in str(failure)
    assert "已满" in failure.message_zh
    # What an earlier mongod has logged is not the cause.
    later = explain_exit(14, folder, log, log_start=log.stat().st_size)
    assert type(later) is MongodFailed
    assert str(later) == f"mongod stopped with status 14. Its log is {log}."


def test_without_a_log_too_little_free_space_is_the_cause(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen on a full tmpfs: mongod 6.0.5 aborted, its log had no room, and 104 MB were free again.
    monkeypatch.setattr("storage.mongo.mongod_failures.free_bytes", lambda _folder: 104_100_000)
    failure = explain_exit(134, folder, folder / "none", log_start=0)
    assert isinstance(failure, DataDiskFull)
    assert "104.1 MB are free" in str(failure)
    # A mongod that was killed did not meet a full disk.
    assert type(explain_exit(137, folder, folder / "none", log_start=0)) is MongodFailed


@pytest.mark.parametrize(
    ("status", "said", "said_zh"),
    [
        (137, "mongod was ended by signal 9. ", "被信号 9 终止"),
        (1, "mongod stopped with status 1. ", "以状态码 1 退出"),
        (48, "Another process has taken the port", "端口已被其他进程占用"),
        (62, "written by a version of MongoDB", "MongoDB 版本写入"),
    ],
)
def test_other_ends_are_one_line_too(folder: Path, status: int, said: str, said_zh: str) -> None:
    failure = explain_exit(status, folder, folder / "mongod.log", log_start=0)
    assert said in str(failure)
    assert said_zh in failure.message_zh


async def test_a_folder_that_cannot_be_used_is_one_line(folder: Path) -> None:
    (folder / "data").write_text("a file where the folder should be")
    with pytest.raises(MongodFailed, match="cannot be used: File exists"):
        async with run_embedded(folder / "data"):
            pytest.fail("entered")
    failure = explain_os_error(PermissionError(13, "Permission denied"), folder)
    assert "Permission denied. Give the user of the service the right to write it" in str(failure)
    assert "无法使用数据目录" in failure.message_zh
