"""A replica set of three mongod on loopback; each can be killed, paused and started again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from storage.mongo.mongod import Mongod, find_mongod
from tests.support.mongod import temporary_folder
from tests.support.waiting import wait_until

MEMBER_COUNT = 3
REPLICA_SET_NAME = "songgang"
TIMEOUT_SECONDS = 90.0
"""The longest wait for a member to start or the set to be healthy, on a busy machine."""
PRIMARY, SECONDARY = "PRIMARY", "SECONDARY"
# Shorter than in production, so that a failover takes two seconds and not twelve.
ELECTION_SETTINGS = {"electionTimeoutMillis": 1_500, "heartbeatIntervalMillis": 500}


class ReplicaSetMember:
    """One mongod of the set. Its data remain when it is killed.

    With ``group`` its process has that group id, by which its packets are told apart.
    """

    def __init__(self, binary: Path, folder: Path, group: int | None = None) -> None:
        self.port = _free_port()
        self.group = group
        self.address = f"127.0.0.1:{self.port}"
        self._folder = folder
        as_group = ["setpriv", "--regid", str(group), "--clear-groups", "--"]
        self._command = [
            *(as_group if group is not None else []),
            *(str(binary), "--dbpath", str(folder / "db"), "--port", str(self.port)),
            *("--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET_NAME, "--oplogSize", "256"),
            *("--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--quiet"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"),
            # As in production (compose.yaml).
            *("--setParameter", "transactionLifetimeLimitSeconds=3"),
            *("--setParameter", "oplogNetworkTimeoutBufferSeconds=1"),
        ]
        self._lock = -1
        self._mongod: Mongod | None = None
        self._pid = 0
        # With timeouts, because a paused member accepts connections and does not answer.
        self.client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            self.address,
            directConnection=True,
            serverSelectionTimeoutMS=2_000,
            connectTimeoutMS=2_000,
            socketTimeoutMS=10_000,
        )

    async def start(self) -> None:
        """Start the process and wait until it accepts connections."""
        (self._folder / "db").mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        log = self._folder / "mongod.log"
        self._mongod = mongod = Mongod(self._command, log=log, lock=self._lock)

        def listens() -> bool:
            if mongod.exit_status is not None:
                raise RuntimeError(
                    f"mongod ended with {mongod.exit_status}: {log.read_text()[-2000:]}"
                )
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        await wait_until(listens, TIMEOUT_SECONDS, every=0.05)
        # mongod writes its pid there before it listens.
        self._pid = int((self._folder / "db" / "mongod.lock").read_text())

    async def kill(self) -> None:
        """Kill it with SIGKILL. Data that it has not passed to the operating system are lost."""
        os.kill(self._pid, signal.SIGKILL)
        await self.close_process()

    def pause(self) -> None:
        """Stop it with SIGSTOP. Its connections stay open, and nothing answers."""
        os.kill(self._pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused member continue."""
        os.kill(self._pid, signal.SIGCONT)

    async def step_down(self) -> None:
        """Make the primary a secondary; it does not become primary again for a minute."""
        await self.client.admin.command("replSetStepDown", 60, secondaryCatchUpPeriodSecs=10)

    async def lock(self) -> None:
        """Keep a secondary from applying what other members write; it answers as before."""
        await self.client.admin.command("fsync", lock=True)

    async def unlock(self) -> None:
        """Undo ``lock``."""
        await self.client.admin.command("fsyncUnlock")

    async def close_process(self) -> None:
        """Stop the process if it runs."""
        if self._mongod is not None:
            await self._mongod.stop()
            os.close(self._lock)
            self._mongod = None

    async def state(self) -> str:
        """Return PRIMARY, SECONDARY, or AWAY if it is neither."""
        with suppress(PyMongoError):
            hello = await self.client.admin.command("hello")
            if hello.get("isWritablePrimary"):
                return PRIMARY
            if hello.get("secondary"):
                return SECONDARY
        return "AWAY"


class ReplicaSet:
    """A replica set and its members."""

    def __init__(self, members: list[ReplicaSetMember]) -> None:
        self.members = members
        self.uri = (
            "mongodb://"
            + ",".join(member.address for member in members)
            + f"/?replicaSet={REPLICA_SET_NAME}"
        )

    @classmethod
    async def start(cls, folder: Path, first_group: int | None = None) -> Self:
        """Start new members and initiate a set of them.

        With ``first_group`` the members have that group id and those that follow.
        """
        binary = find_mongod()
        members = [
            ReplicaSetMember(
                binary,
                folder / str(number),
                None if first_group is None else first_group + number,
            )
            for number in range(MEMBER_COUNT)
        ]
        running = cls(members)
        try:
            await asyncio.gather(*(member.start() for member in members))
            config = {
                "_id": REPLICA_SET_NAME,
                "members": [{"_id": n, "host": m.address} for n, m in enumerate(members)],
                "settings": ELECTION_SETTINGS,
            }
            await members[0].client.admin.command("replSetInitiate", config)
            await running.wait_healthy()
        except BaseException:
            await running.close()
            raise
        return running

    async def wait_for_primary(self) -> ReplicaSetMember:
        """Wait for a primary and return it."""
        found: list[ReplicaSetMember] = []

        async def elected() -> bool:
            found[:] = [member for member in self.members if await member.state() == PRIMARY]
            return len(found) == 1

        await wait_until(elected, TIMEOUT_SECONDS, every=0.1)
        return found[0]

    async def find_secondaries(self) -> list[ReplicaSetMember]:
        """Return the members that are not primary."""
        primary = await self.wait_for_primary()
        return [member for member in self.members if member is not primary]

    async def wait_healthy(self) -> None:
        """Wait until there is a primary and all other members are secondaries."""

        async def complete() -> bool:
            states = sorted([await member.state() for member in self.members])
            return states == [PRIMARY, SECONDARY, SECONDARY]

        await wait_until(complete, TIMEOUT_SECONDS, every=0.1)

    async def close(self) -> None:
        # Clients first: a driver that is closed while it connects leaks a socket.
        await asyncio.gather(*(member.client.close() for member in self.members))
        await asyncio.gather(*(member.close_process() for member in self.members))


@asynccontextmanager
async def run_replica_set(first_group: int | None = None) -> AsyncIterator[ReplicaSet]:
    """Run a new set until the block ends, then remove its data."""
    with temporary_folder() as folder:
        running = await ReplicaSet.start(folder, first_group)
        try:
            yield running
        finally:
            await running.close()


def _free_port() -> int:
    """Return a free port below the range of outgoing connections.

    A client could take a port of that range while its member is down for a second.
    """
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - a port number is no secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
