"""The data folder of the embedded mongod: what it holds, and the locks that keep two owners apart.

- ``db/``: the data
- ``mongod-password``: the password of the database, also the key file of mongod
- ``owner``: locked by the app; holds its pid, the address of its mongod and how that fares
- ``server``: locked by the app and by mongod
- ``port``: the port of the last run
- ``mongod.log`` and ``mongod.log.1``: the log of this run and of the one before
"""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from storage.mongo.folder_owner import (
    DataFolderBusy,
    OwnerStatus,
    read_owner,
    try_lock,
    write_owner,
)
from storage.mongo.mongod import POLL_INTERVAL_SECONDS, STOP_TIMEOUT_SECONDS

MAX_LOG_BYTES = 16 * 1024 * 1024
LOG_CHECK_INTERVAL_SECONDS = 60.0


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

    def read_port(self) -> int | None:
        """The port of the last run; None if there was none, or the file is damaged."""
        try:
            return int((self.path / "port").read_text())
        except (OSError, ValueError):
            return None

    def write_port(self, port: int) -> None:
        """Store the port for the next run."""
        if self.read_port() != port:
            (self.path / "port").write_text(str(port))


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
        if not try_lock(owner):
            raise DataFolderBusy(path, read_owner(owner))
        write_owner(owner, OwnerStatus(pid=os.getpid()))
        folder = DataFolder(path, owner)
        folder.db.mkdir(mode=0o700, exist_ok=True)
        yield folder


async def wait_for_previous_mongod(folder: DataFolder, server_lock: int) -> None:
    """Lock the open file ``server``, which the mongod of a killed app holds until it ends.

    :raises DataFolderBusy: it is still locked after ``STOP_TIMEOUT_SECONDS``.
    """
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while not try_lock(server_lock):
        if time.monotonic() > deadline:
            raise DataFolderBusy(folder.path, OwnerStatus())
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


def rotate_log(log: Path) -> None:
    """Copy the log to ``mongod.log.1`` and empty it in place: mongod keeps it open.

    Without room for the copy the log stays as it is.
    """
    with suppress(OSError):
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
