"""The embedded mongod: a replica set of one node, for laptops, demos and tests.

It listens on 127.0.0.1 and wants the password of its data folder. When it ends while the service
runs, it is started again at the same port, so that clients reconnect by themselves.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog

from storage.mongo.data_folder import (
    DataFolder,
    limit_log_size,
    lock_folder,
    open_file,
    rotate_log,
    wait_for_previous_mongod,
)
from storage.mongo.database_password import build_uri, load_password, password_path
from storage.mongo.folder_owner import DataFolderBusy, OwnerStatus, write_owner
from storage.mongo.local_ports import candidate_ports
from storage.mongo.mongod import Mongod, MongodNotFound, find_mongod
from storage.mongo.mongod_failures import (
    DataDiskFull,
    DataFilesDamaged,
    MongodFailed,
    PortTaken,
    explain_exit,
    explain_os_error,
    explain_timeout,
)
from storage.mongo.mongod_options import MongodOptions, build_command
from storage.mongo.one_node_replica_set import START_TIMEOUT_SECONDS, wait_until_primary

__all__ = [
    "DataDiskFull",
    "DataFilesDamaged",
    "DataFolderBusy",
    "EmbeddedMongod",
    "MongodFailed",
    "MongodNotFound",
    "run_embedded",
]

FIRST_RESTART_PAUSE_SECONDS = 1.0
"""Pause before the first start after mongod ended; it doubles with each further one."""
MAX_RESTART_PAUSE_SECONDS = 30.0
STABLE_SECONDS = 60.0
"""A mongod that ran for so long is started again after the first pause."""
EXIT_POLL_INTERVAL_SECONDS = 0.25

_log = structlog.get_logger(__name__)


class EmbeddedMongod:
    """A mongod that is started again whenever it ends; clients connect to ``uri``.

    It reports to ``/health/ready`` and ``/metrics`` like a background task.
    """

    name = "embedded_mongod"

    def __init__(
        self, folder: DataFolder, binary: Path, server_lock: int, options: MongodOptions
    ) -> None:
        self._folder = folder
        self._binary = binary
        self._server_lock = server_lock
        self._options = options
        self._password = load_password(folder.path)
        self._mongod: Mongod | None = None
        self._log_start = 0
        self._supervisor: asyncio.Task[None] | None = None
        self.port = 0
        self.pid = 0
        """mongod's own; another one after a restart."""
        self.failures = 0
        """How often it ended or did not start."""
        self.restarts = 0
        self.failure: MongodFailed | None = None
        """Why it does not run now; None while it accepts writes."""

    @property
    def uri(self) -> str:
        """The URI with the password; it is not logged."""
        return build_uri(self.port, self._password)

    @property
    def address(self) -> str:
        """The URI without the password."""
        return build_uri(self.port, None)

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return self._folder.path

    @property
    def is_failing(self) -> bool:
        """Whether it does not run now."""
        return self.failure is not None

    @property
    def has_ended(self) -> bool:
        """Whether it is no longer started again although it was not closed."""
        return self._supervisor is not None and self._supervisor.done()

    def failed_checks(self) -> list[str]:
        """The names in ``/health/ready``: none, or its own name and that of the cause."""
        if self.failure is None:
            return [self.name] if self.has_ended else []
        return [self.name, self.failure.cause]

    async def start(self) -> None:
        """Start mongod, at the port of the last run if it is free, and watch over it.

        :raises MongodFailed: it does not accept writes within ``START_TIMEOUT_SECONDS``.
        """
        for port in candidate_ports(self._folder.read_port()):
            try:
                await self._launch(port)
            except PortTaken:
                continue
            break
        else:
            raise PortTaken
        self._folder.write_port(self.port)
        self._write_status()
        self._supervisor = asyncio.create_task(self._keep_running(), name=self.name)

    async def close(self) -> None:
        """Stop mongod and return when it has ended."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.wait({supervisor})
        await self._stop_process()

    async def _launch(self, port: int) -> None:
        """Start the process; return when it is the primary of its set.

        :raises MongodFailed: it ended (``PortTaken``: at once), or is not ready in time.
        """
        self.port = port
        log = self._folder.log
        self._log_start = log.stat().st_size if log.exists() else 0
        command = build_command(
            self._binary,
            self._options,
            db=self._folder.db,
            key_file=password_path(self.data_dir),
            port=port,
        )
        self._mongod = mongod = Mongod(command, log=log, lock=self._server_lock)
        try:
            self.pid = await self._wait_until_primary(mongod)
        except BaseException:
            await self._stop_process()
            raise

    async def _wait_until_primary(self, mongod: Mongod) -> int:
        try:
            pid = await wait_until_primary(mongod, self._folder.db, self.port, self._password)
        except TimeoutError:
            raise explain_timeout(START_TIMEOUT_SECONDS, self._folder.log) from None
        if pid is None:
            raise self._explain_exit(mongod.exit_status or 0)
        return pid

    async def _stop_process(self) -> None:
        mongod, self._mongod = self._mongod, None
        if mongod is not None:
            await mongod.stop()

    async def _keep_running(self) -> None:
        pause = FIRST_RESTART_PAUSE_SECONDS
        while True:
            up_since = time.monotonic()
            failure: MongodFailed | None = await self._wait_until_ended()
            down_since = time.monotonic()
            if down_since - up_since >= STABLE_SECONDS:
                pause = FIRST_RESTART_PAUSE_SECONDS
            while failure is not None:
                self._report_failure(failure, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_RESTART_PAUSE_SECONDS)
                failure = await self._try_restart()
            self._report_restart(time.monotonic() - down_since)

    async def _wait_until_ended(self) -> MongodFailed:
        mongod = self._mongod
        assert mongod is not None  # this is called while it runs
        while mongod.exit_status is None:  # noqa: ASYNC110 - the end of a process is no event
            await asyncio.sleep(EXIT_POLL_INTERVAL_SECONDS)
        await self._stop_process()
        return self._explain_exit(mongod.exit_status)

    async def _try_restart(self) -> MongodFailed | None:
        """Start mongod again at the same port; why it does not run, or None when it does."""
        try:
            await self._launch(self.port)
        except MongodFailed as failure:
            return failure
        except OSError as error:
            return explain_os_error(error, self.data_dir)
        except Exception as error:  # noqa: BLE001 - the next attempt must come whatever happens
            kind = type(error).__name__
            return MongodFailed(
                f"mongod cannot be started ({kind}).", f"无法启动 mongod（{kind}）。"
            )
        return None

    def _explain_exit(self, status: int) -> MongodFailed:
        return explain_exit(status, self._folder.path, self._folder.log, log_start=self._log_start)

    def _report_failure(self, failure: MongodFailed, pause: float) -> None:
        self.failure = failure
        self.failures += 1
        self._write_status(failure)
        _log.error(
            "embedded mongod does not run",
            cause=failure.cause,
            reason=str(failure),
            next_start_seconds=pause,
        )

    def _report_restart(self, away_seconds: float) -> None:
        last, self.failure = self.failure, None
        self.restarts += 1
        self._write_status(last)
        _log.warning(
            "embedded mongod runs again",
            pid=self.pid,
            restarts=self.restarts,
            away_seconds=round(away_seconds, 1),
        )

    def _write_status(self, last: MongodFailed | None = None) -> None:
        status = OwnerStatus(
            pid=os.getpid(),
            uri=self.address,
            restarts=self.restarts,
            cause=self.failure.cause if self.failure else None,
            message=str(last or ""),
            message_zh=last.message_zh if last else "",
        )
        # The status is for other processes only: mongod comes first.
        with suppress(OSError):
            write_owner(self._folder.owner_fd, status)


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
    :raises MongodFailed: it does not accept writes within ``START_TIMEOUT_SECONDS``: its disk is
        full (``DataDiskFull``), its files are damaged (``DataFilesDamaged``), or another cause.
    """
    binary = await asyncio.to_thread(find_mongod)
    options = MongodOptions(oplog_mb=oplog_mb, cache_gb=cache_gb, compress=compress)
    async with AsyncExitStack() as stack:
        try:
            running = await _start(data_dir, binary, options, stack)
        except OSError as error:
            raise explain_os_error(error, data_dir) from None
        yield running


async def _start(
    data_dir: Path, binary: Path, options: MongodOptions, stack: AsyncExitStack
) -> EmbeddedMongod:
    folder = stack.enter_context(lock_folder(data_dir))
    server_lock = stack.enter_context(open_file(folder.path / "server"))
    await wait_for_previous_mongod(folder, server_lock)
    rotate_log(folder.log)
    running = EmbeddedMongod(folder, binary, server_lock, options)
    stack.push_async_callback(running.close)
    await running.start()
    log_limiter = asyncio.create_task(limit_log_size(folder.log))
    stack.callback(log_limiter.cancel)
    return running
