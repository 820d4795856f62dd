"""Faults: kills and pauses members of a replica set and service processes."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.support.replica_set import ReplicaSet, ReplicaSetMember
from tests.support.songgang_process import ServerProcess, start_server

UNFOLLOWED_SECONDS = 0.3
"""Seconds that a primary runs without its followers, too short for it to notice."""
FROZEN_SECONDS = 4.0
"""Seconds that a primary is paused, long enough for the others to elect another one."""
MAX_AWAY_SECONDS = 1.0
"""The longest time that a killed member stays down."""


class NodeProcess:
    """Runs ``songgang run --demo`` on a fixed port and starts it again after each kill."""

    def __init__(self, uri: str | None, database: str, folder: Path, **given: str) -> None:
        self._uri = uri
        self._database = database
        self._folder = folder
        self._given = given
        self._port = "0"
        self.server: ServerProcess | None = None
        self.url = ""
        self.starts = 0

    async def start(self) -> None:
        """Start the process and wait until it is ready. Repeat if it exits without MongoDB."""
        while self.server is None:
            folder = self._folder / str(self.starts)
            folder.mkdir(parents=True)
            self.starts += 1
            with suppress(RuntimeError):
                self.server = await start_server(
                    self._uri,
                    self._database,
                    "--demo",
                    folder=folder,
                    SONGGANG_PORT=self._port,
                    **self._given,
                )
        self.url = self.server.url
        self._port = self.url.rpartition(":")[2]

    async def kill(self) -> None:
        assert self.server is not None  # a node is started before it is killed
        server, self.server = self.server, None
        await server.stop(signal.SIGKILL)

    def change_settings(self, **given: str) -> None:
        """Use these variables from the next start on."""
        self._given |= given

    async def stop(self) -> int:
        """Stop it with SIGTERM, as an operator does, and return its exit code.

        One that does not end in time is killed: nodes of earlier commits may wait for MongoDB.
        """
        assert self.server is not None  # a node is started before it is stopped
        server, self.server = self.server, None
        try:
            return (await server.stop()).code
        except TimeoutError:
            return (await server.stop(signal.SIGKILL)).code

    async def close(self) -> None:
        if self.server is not None:
            await self.server.stop()

    def log_lines(self, text: str) -> list[str]:
        """Return the log lines of all its runs that contain ``text``."""
        logs = sorted(self._folder.glob("*/err"))
        return [line for log in logs for line in log.read_text().splitlines() if text in line]


class FaultInjector:
    """Causes one fault after another, and counts them.

    Every fault of MongoDB ends with a healthy set. So the next one interrupts writes, and does not
    extend an outage.
    """

    def __init__(
        self, replica_set: ReplicaSet, nodes: list[NodeProcess], chance: random.Random
    ) -> None:
        self._set = replica_set
        self._nodes = nodes
        self._chance = chance
        self.counts: Counter[str] = Counter()

    async def kill_members(self, kills: int) -> None:
        """Kill at least this many members.

        The first fault is always a primary that runs for a moment after its followers were killed:
        it shows best what was on one disk only.
        """
        faults = (
            self._isolate_and_kill_primary,
            self._kill_primary,
            self._kill_secondary,
            self._kill_all,
            self._freeze_primary,
        )
        await self._isolate_and_kill_primary()
        while self.counts["mongod killed"] < kills:
            await self._chance.choices(faults, weights=(2, 5, 2, 1, 1))[0]()

    async def kill_nodes(self, kills: int) -> None:
        """Kill this many service processes, sometimes both at once."""
        while self.counts["node killed"] < kills:
            await asyncio.sleep(self._chance.random())
            both = self._chance.random() < 0.2 and self.counts["node killed"] + 2 <= kills
            chosen = self._nodes if both else [self._chance.choice(self._nodes)]
            await asyncio.gather(*(node.kill() for node in chosen))
            self.counts["node killed"] += len(chosen)
            await asyncio.gather(*(node.start() for node in chosen))

    async def _isolate_and_kill_primary(self) -> None:
        primary, followers = await self._set.wait_for_primary(), await self._set.find_secondaries()
        await asyncio.gather(*(self._kill(member) for member in followers))
        # It accepts writes until it notices that its followers are gone.
        await asyncio.sleep(UNFOLLOWED_SECONDS)
        await self._kill(primary)
        await asyncio.gather(*(member.start() for member in followers))
        # The old primary must not be elected first, or its unreplicated writes would come back.
        await self._set.wait_for_primary()
        await self._restart(primary)

    async def _freeze_primary(self) -> None:
        """Pause the primary until the set has elected another one."""
        primary = await self._set.wait_for_primary()
        primary.pause()
        try:
            await asyncio.sleep(FROZEN_SECONDS)
        finally:
            primary.resume()
        self.counts["mongod frozen"] += 1
        await self._set.wait_healthy()

    async def _kill_primary(self) -> None:
        primary = await self._set.wait_for_primary()
        await self._kill(primary)
        await self._restart(primary)

    async def _kill_secondary(self) -> None:
        secondary = self._chance.choice(await self._set.find_secondaries())
        await self._kill(secondary)
        await self._restart(secondary)

    async def _kill_all(self) -> None:
        await asyncio.gather(*(self._kill(member) for member in self._set.members))
        await self._restart(*self._set.members)

    async def _kill(self, member: ReplicaSetMember) -> None:
        await member.kill()
        self.counts["mongod killed"] += 1

    async def _restart(self, *members: ReplicaSetMember) -> None:
        await asyncio.sleep(self._chance.random() * MAX_AWAY_SECONDS)
        await asyncio.gather(*(member.start() for member in members))
        await self._set.wait_healthy()
