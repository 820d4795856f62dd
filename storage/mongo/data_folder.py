"""The data folder of the embedded mongod, and the locks that keep two owners apart.

The folder holds:

- ``db/``: the data
- ``owner``: locked by the app; holds its pid and the URI of its mongod
- ``server``: locked by the app and by mongod
- ``port``: the port of the last run
- ``mongod.log`` and ``mongod.log.1``: the log of this run and of the one before
"""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from storage.mongo.mongod import POLL_INTERVAL_SECONDS, STOP_TIMEOUT_SECONDS

if sys.platform != "win32":
    import fcntl

MAX_LOG_BYTES = 16 * 1024 * 1024
LOG_CHECK_INTERVAL_SECONDS = 60.0


class DataFolderBusy(Exception):
    """Another process uses the data folder; the message names it and what can be done.

    ``pid`` and ``uri`` are None until that process has written them down.
    """

    def __init__(self, data_dir: Path, pid: int | None, uri: str | None) -> None:
        owner = f"process {pid}" if pid else "another process"
        where = f", whose MongoDB is at {uri}" if uri else ""
        super().__init__(
            f"The data folder {data_dir} is in use by {owner}{where}. Stop that process, or set "
            "SONGGANG_DATA_DIR to another folder, or set MONGODB_URI to use a running MongoDB."
        )
        self.data_dir = data_dir
        self.pid = pid
        self.uri = uri


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A data folder that this process has locked; ``owner_fd`` is the open file ``owner``."""

    path: Path
    owner_fd: int

    @property
    def db(self) -> Path:
        """The folder of mongod's data files."""
        return self.path / "db"

    @property
    def log(self) -> Path:
        """The log of mongod."""
        return self.path / "mongod.log"

    def read_port(self) -> int:
        """The port of the last run.

        :raises OSError, ValueError: there was none, or the file is damaged.
        """
        return int((self.path / "port").read_text())

    def write_server(self, port: int, uri: str) -> None:
        """Store the port for the next run, and the URI for processes that find the folder busy."""
        (self.path / "port").write_text(str(port))
        _write_owner(self.owner_fd, uri)


@contextmanager
def open_file(path: Path) -> Iterator[int]:
    """A file descriptor for reading and writing, closed after the block."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def lock_folder(data_dir: Path) -> Iterator[DataFolder]:
    """Create the folder if it is missing, and hold its lock during the block.

    :raises DataFolderBusy: another process, or this one, holds it.
    """
    # mongod reports its folder by this name; a relative one would depend on the current folder.
    path = data_dir.resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_file(path / "owner") as owner:
        if not _try_lock(owner):
            pid, uri = _read_owner(owner)
            raise DataFolderBusy(path, pid, uri)
        _write_owner(owner, None)
        folder = DataFolder(path, owner)
        folder.db.mkdir(mode=0o700, exist_ok=True)
        yield folder


async def wait_for_previous_mongod(folder: DataFolder, server_lock: int) -> None:
    """Lock the open file ``server``, which the mongod of a killed app holds until it ends.

    :raises DataFolderBusy: it is still locked after ``STOP_TIMEOUT_SECONDS``.
    """
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while not _try_lock(server_lock):
        if time.monotonic() > deadline:
            raise DataFolderBusy(folder.path, None, None)
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


def rotate_log(log: Path) -> None:
    """Copy the log to ``mongod.log.1`` and empty it in place: mongod keeps it open."""
    with suppress(FileNotFoundError):
        shutil.copy(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


async def limit_log_size(log: Path) -> None:
    """Rotate the log when it is over ``MAX_LOG_BYTES``; runs until it is cancelled."""
    while True:
        await asyncio.sleep(LOG_CHECK_INTERVAL_SECONDS)
        if _size(log) > MAX_LOG_BYTES:
            rotate_log(log)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_owner(owner: int, uri: str | None) -> None:
    os.ftruncate(owner, 0)
    os.pwrite(owner, json.dumps({"pid": os.getpid(), "uri": uri}).encode(), 0)


def _read_owner(owner: int) -> tuple[int | None, str | None]:
    try:
        written = json.loads(os.pread(owner, 4096, 0))
    except ValueError:
        return None, None
    return written["pid"], written["uri"]
