"""A mongod of one's own, for laptops, demos and tests: a replica set of one node.

In the data folder: `db/` (the data), `owner` (locked by the app; its pid and the URI), `server`
(locked by the app and by mongod), `port` (the one used last), `mongod.log` and `mongod.log.1`.
"""

import asyncio
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from storage.mongo.client import Document
from storage.mongo.mongod import (
    POLL_INTERVAL_SECONDS,
    STOP_TIMEOUT_SECONDS,
    Mongod,
    MongodNotFound,
    find_mongod,
)

if sys.platform != "win32":
    import fcntl

__all__ = ["DataFolderBusy", "EmbeddedMongod", "MongodFailed", "MongodNotFound", "run_embedded"]

REPLICA_SET = "songgang"
# Recovery after a crash replays the journal, and a slow disk needs its time.
START_TIMEOUT_SECONDS = 60.0
MAX_LOG_BYTES = 16 * 1024 * 1024
LOG_CHECK_INTERVAL_SECONDS = 60.0
NOT_YET_INITIALIZED_CODE = 94
ADDRESS_IN_USE_STATUS = 48
# Whoever looks through the files for a text finds it only like this.
_NO_COMPRESSION_OPTIONS = [
    *("--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none"),
    *("--wiredTigerIndexPrefixCompression", "false"),
]


class DataFolderBusy(Exception):
    """Another process uses the data folder; the message names it and the ways out.

    `pid` and `uri` are None as long as that process has not written them down.
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


class MongodFailed(Exception):
    """mongod did not come up; the message ends with the last lines of its log."""

    def __init__(self, why: str, log: Path) -> None:
        with suppress(OSError):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            why = "\n".join([f"{why}. The end of {log}:", *lines])
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class EmbeddedMongod:
    """A mongod that accepts writes: `uri` is what clients connect to, `pid` is mongod's own."""

    uri: str
    data_dir: Path
    port: int
    pid: int


@asynccontextmanager
async def run_embedded(
    data_dir: Path, *, oplog_mb: int = 512, cache_gb: float = 0.25, compress: bool = True
) -> AsyncIterator[EmbeddedMongod]:
    """Run a mongod on 127.0.0.1 over the data in `data_dir` for as long as the block lasts.

    The data stay. The port of the last run is used again if it is free, otherwise another one.
    `oplog_mb` and `compress` have effect when the folder is new. Raises `NoMongod`,
    `DataFolderBusy`, or `MongodFailed` when it does not accept writes within a minute.
    """
    binary = await asyncio.to_thread(find_mongod)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_lock_folder(data_dir))
        lock = stack.enter_context(_open_file(folder.path / "server"))
        await _wait_for_previous_mongod(folder, lock)
        _rotate_log(folder.log)
        for port in _candidate_ports(folder):
            options = _options(folder, port=port, oplog_mb=oplog_mb, cache_gb=cache_gb)
            plain = [] if compress else _NO_COMPRESSION_OPTIONS
            mongod = Mongod([str(binary), *options, *plain], log=folder.log, lock=lock)
            stack.push_async_callback(mongod.stop)
            pid = await _wait_until_primary(mongod, folder, port)
            if pid is not None:
                break
        else:
            raise MongodFailed("mongod found no free port", folder.log)
        running = EmbeddedMongod(_uri(port), folder.path, port, pid)
        folder.announce(running)
        keeping = asyncio.create_task(_limit_log_size(folder.log))
        stack.callback(keeping.cancel)
        yield running


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    owner_fd: int

    @property
    def db(self) -> Path:
        return self.path / "db"

    @property
    def log(self) -> Path:
        return self.path / "mongod.log"

    @property
    def port(self) -> Path:
        return self.path / "port"

    def announce(self, running: EmbeddedMongod) -> None:
        self.port.write_text(str(running.port))
        _write_owner(self.owner_fd, running.uri)


@contextmanager
def _open_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _lock_folder(data_dir: Path) -> Iterator[_Folder]:
    # mongod reports its folder by this name, and a relative one would depend on where we are.
    path = data_dir.resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_file(path / "owner") as owner:
        if not _try_lock(owner):
            pid, uri = _read_owner(owner)
            raise DataFolderBusy(path, pid, uri)
        _write_owner(owner, None)
        folder = _Folder(path, owner)
        folder.db.mkdir(mode=0o700, exist_ok=True)
        yield folder


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


async def _wait_for_previous_mongod(folder: _Folder, lock: int) -> None:
    # An app that was killed leaves its mongod to the guard, which needs a moment.
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while not _try_lock(lock):
        if time.monotonic() > deadline:
            raise DataFolderBusy(folder.path, None, None)
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


def _rotate_log(log: Path) -> None:
    # Emptied in place rather than moved: mongod goes on writing to the file it has open.
    with suppress(FileNotFoundError):
        shutil.copy(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


async def _limit_log_size(log: Path) -> None:
    while True:
        await asyncio.sleep(LOG_CHECK_INTERVAL_SECONDS)
        if _size(log) > MAX_LOG_BYTES:
            _rotate_log(log)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _candidate_ports(folder: _Folder) -> Iterator[int]:
    with suppress(OSError, ValueError, OverflowError):
        yield _find_bindable_port(int(folder.port.read_text()))
    # Between our look and mongod's own, somebody else may take it: so more than one.
    for _ in range(3):
        yield _find_bindable_port(0)


def _find_bindable_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def _options(folder: _Folder, *, port: int, oplog_mb: int, cache_gb: float) -> list[str]:
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # There is no other member to hand over to: stop at once.
        "shutdownTimeoutMillisForSignaledShutdown": "0",
        # A process that is killed within a transaction holds its documents until this is over.
        "transactionLifetimeLimitSeconds": "3",
    }
    return [
        *("--dbpath", str(folder.db), "--port", str(port), "--bind_ip", "127.0.0.1"),
        *("--replSet", REPLICA_SET, "--oplogSize", str(oplog_mb)),
        *("--wiredTigerCacheSizeGB", str(cache_gb), "--nounixsocket", "--quiet"),
        *(
            part
            for name, value in parameters.items()
            for part in ("--setParameter", f"{name}={value}")
        ),
    ]


def _uri(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


async def _wait_until_primary(mongod: Mongod, folder: _Folder, port: int) -> int | None:
    """Its pid once it accepts writes; None if somebody else has the port."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=5000
    )
    async with client:
        while mongod.exit_status is None:
            if time.monotonic() > deadline:
                raise MongodFailed(
                    f"mongod was not ready within {START_TIMEOUT_SECONDS:g} s", folder.log
                )
            if await _listens(port):
                with suppress(PyMongoError):
                    pid = await _pid_if_primary(client, folder, port)
                    if pid is not None:
                        return pid
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
    if mongod.exit_status == ADDRESS_IN_USE_STATUS:
        return None
    raise MongodFailed(f"mongod stopped with status {mongod.exit_status}", folder.log)


async def _listens(port: int) -> bool:
    # The driver waits half a second between two attempts; a plain connection is told at once.
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _pid_if_primary(
    client: AsyncMongoClient[Document], folder: _Folder, port: int
) -> int | None:
    # Somebody else's mongod may have taken the port: it must not be reconfigured.
    options = await client.admin.command("getCmdLineOpts")
    if options["parsed"]["storage"]["dbPath"] != str(folder.db):
        return None
    address = f"127.0.0.1:{port}"
    hello = await client.admin.command("hello")
    if not hello.get("isWritablePrimary") or hello.get("me") != address:
        await _configure_replica_set(client, address)
        return None
    return int((await client.admin.command("serverStatus"))["pid"])


async def _configure_replica_set(client: AsyncMongoClient[Document], address: str) -> None:
    """Make it the only member of its replica set at this address, where it is not already."""
    members = [{"_id": 0, "host": address}]
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED_CODE:
            raise
        # Nobody else votes, so there is nothing to wait for.
        settings = {"electionTimeoutMillis": 500}
        new = {"_id": REPLICA_SET, "members": members, "settings": settings}
        await client.admin.command("replSetInitiate", new)
        return
    if [member["host"] for member in config["members"]] != [address]:
        moved = {**config, "members": members, "version": config["version"] + 1}
        # Forced: at the address it had before there is nobody to agree.
        await client.admin.command("replSetReconfig", moved, force=True)
