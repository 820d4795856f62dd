"""The embedded mongod: a replica set of one node, for laptops, demos and tests."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from storage.mongo.data_folder import (
    DataFolder,
    DataFolderBusy,
    limit_log_size,
    lock_folder,
    open_file,
    rotate_log,
    wait_for_previous_mongod,
)
from storage.mongo.drivers import Document
from storage.mongo.mongod import POLL_INTERVAL_SECONDS, Mongod, MongodNotFound, find_mongod

__all__ = ["DataFolderBusy", "EmbeddedMongod", "MongodFailed", "MongodNotFound", "run_embedded"]

REPLICA_SET = "songgang"
START_TIMEOUT_SECONDS = 60.0
"""Enough to replay the journal after a crash on a slow disk."""
NOT_YET_INITIALIZED_CODE = 94
ADDRESS_IN_USE_STATUS = 48
"""The exit status of a mongod whose port is taken."""
PORTS_TRIED = 3
_UNCOMPRESSED_OPTIONS = [
    *("--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none"),
    *("--wiredTigerIndexPrefixCompression", "false"),
]


class MongodFailed(Exception):
    """mongod did not start; the message ends with the last 15 lines of its log."""

    def __init__(self, why: str, log: Path) -> None:
        with suppress(OSError):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            why = "\n".join([f"{why}. The end of {log}:", *lines])
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class EmbeddedMongod:
    """A running mongod that accepts writes. Clients connect to ``uri``; ``pid`` is mongod's own."""

    uri: str
    data_dir: Path
    port: int
    pid: int


@asynccontextmanager
async def run_embedded(
    data_dir: Path, *, oplog_mb: int = 512, cache_gb: float = 0.25, compress: bool = True
) -> AsyncIterator[EmbeddedMongod]:
    """Run a mongod on 127.0.0.1 over the data in ``data_dir`` while the block lasts.

    The data stay. The port of the last run is used again if it is free, otherwise another one.
    ``oplog_mb`` and ``compress`` take effect when the folder is new; without ``compress`` a test
    can search the data files for a text.

    :raises MongodNotFound: there is no usable mongod on this machine.
    :raises DataFolderBusy: another process uses the folder.
    :raises MongodFailed: it does not accept writes within ``START_TIMEOUT_SECONDS``.
    """
    binary = await asyncio.to_thread(find_mongod)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(lock_folder(data_dir))
        server_lock = stack.enter_context(open_file(folder.path / "server"))
        await wait_for_previous_mongod(folder, server_lock)
        rotate_log(folder.log)
        for port in _candidate_ports(folder):
            options = _options(folder, port=port, oplog_mb=oplog_mb, cache_gb=cache_gb)
            compression = [] if compress else _UNCOMPRESSED_OPTIONS
            command = [str(binary), *options, *compression]
            mongod = Mongod(command, log=folder.log, lock=server_lock)
            stack.push_async_callback(mongod.stop)
            pid = await _wait_until_primary(mongod, folder, port)
            if pid is not None:
                break
        else:
            raise MongodFailed("mongod found no free port", folder.log)
        running = EmbeddedMongod(_uri(port), folder.path, port, pid)
        folder.write_server(running.port, running.uri)
        log_limiter = asyncio.create_task(limit_log_size(folder.log))
        stack.callback(log_limiter.cancel)
        yield running


def _candidate_ports(folder: DataFolder) -> Iterator[int]:
    with suppress(OSError, ValueError, OverflowError):
        yield _find_bindable_port(folder.read_port())
    # Another process may take the port before mongod does: so more than one.
    for _ in range(PORTS_TRIED):
        yield _find_bindable_port(0)


def _find_bindable_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def _options(folder: DataFolder, *, port: int, oplog_mb: int, cache_gb: float) -> list[str]:
    """The command line of mongod. MongoDB 6, 7 and 8 know all of these options."""
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # There is no other member to hand over to: stop at once.
        "shutdownTimeoutMillisForSignaledShutdown": "0",
        # A process that is killed within a transaction locks its documents until this is over.
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


async def _wait_until_primary(mongod: Mongod, folder: DataFolder, port: int) -> int | None:
    """mongod's pid once it accepts writes; None if another process has the port."""
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
            if await _is_listening(port):
                with suppress(PyMongoError):
                    pid = await _pid_if_primary(client, folder, port)
                    if pid is not None:
                        return pid
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
    if mongod.exit_status == ADDRESS_IN_USE_STATUS:
        return None
    raise MongodFailed(f"mongod stopped with status {mongod.exit_status}", folder.log)


async def _is_listening(port: int) -> bool:
    # The driver waits half a second between two attempts; a plain connection fails at once.
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _pid_if_primary(
    client: AsyncMongoClient[Document], folder: DataFolder, port: int
) -> int | None:
    # Another mongod may have taken the port: it must not be reconfigured.
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
    """Make this mongod, at this address, the only member of its replica set."""
    members = [{"_id": 0, "host": address}]
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED_CODE:
            raise
        # No other member votes, so there is nothing to wait for.
        settings = {"electionTimeoutMillis": 500}
        new = {"_id": REPLICA_SET, "members": members, "settings": settings}
        await client.admin.command("replSetInitiate", new)
        return
    if [member["host"] for member in config["members"]] != [address]:
        moved = {**config, "members": members, "version": config["version"] + 1}
        # Forced: no member at the old address can agree.
        await client.admin.command("replSetReconfig", moved, force=True)
